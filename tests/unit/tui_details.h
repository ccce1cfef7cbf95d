/* SPDX-License-Identifier: MPL-2.0 */
/* tui_details - what the screens behind the first one need: answers to
 * "detail", workloads, messages, for the clusters of tui_scene.h. Comes after
 * cmocka.h. */
#ifndef LB_TUI_DETAILS_H
#define LB_TUI_DETAILS_H

#include "base/xalloc.h"
#include "tests/unit/tui_scene.h"

/* Rows, or pairs, of an answer on their way. */
struct answer { struct buf pairs, rows, row; };

static inline void
answer_text(struct answer *a, const char *key, const char *value)
{
    pair_add(&a->row, key, span_str(value));
}

static inline void
answer_number(struct answer *a, const char *key, uint64_t value)
{
    pair_add_u64(&a->row, key, value);
}

static inline void
answer_row(struct answer *a)
{
    row_add(&a->rows, buf_span(&a->row));
    buf_reset(&a->row);
}

/* Feeds and frees it; `workload` 0: of the node itself. */
static inline void
answer_feed(struct scene *c, struct answer *a, size_t node, uint32_t workload)
{
    struct buf asked = { 0 };
    struct input in = { .at_us = c->m->now_us, .kind = IN_ANSWER,
                        .head = { .version = 1, .type = MSG_REPLY,
                                  .sender = scene_id(node) },
                        .msg = { .type = MSG_REPLY } };
    struct question q = { .id = 1, .to = scene_id(node), .op = "detail" };

    if (workload != 0)
        pair_add_u64(&asked, "workload", workload);
    q.pairs = buf_span(&asked);
    in.msg.reply = (struct msg_reply){ .seq = 1,
                                       .pairs = buf_span(&a->pairs),
                                       .rows = buf_span(&a->rows) };
    model_feed(c->m, &in, &q);
    buf_fini(&asked);
    buf_fini(&a->pairs);
    buf_fini(&a->rows);
    buf_fini(&a->row);
}

static inline void
answer_slot(struct answer *a, unsigned i, const char *state, const char *job)
{
    answer_text(a, "row", "slot");
    answer_number(a, "number", i);
    answer_text(a, "state", state);
    if (job != NULL) {
        answer_text(a, "job", job);
        answer_text(a, "kind", i % 3 == 0 ? "digitsum" : "command");
        answer_number(a, "ran_us", i * i * 40000);
        answer_number(a, "duty", 78 + i % 4);
    }
    answer_row(a);
}

static inline void
answer_peer(struct answer *a, const char *name, uint64_t sent,
            uint64_t received)
{
    answer_text(a, "row", "peer");
    answer_text(a, "name", name);
    answer_number(a, "sent", sent);
    answer_number(a, "received", received);
    answer_number(a, "refused", sent / 17);
    answer_number(a, "bytes", sent * 9000);
    answer_number(a, "ack_us", 1000 + sent * 57);
    answer_row(a);
}

static inline void
answer_failure(struct answer *a, const char *job, const char *node,
               const char *what, uint64_t age_s)
{
    answer_text(a, "row", "failure");
    answer_text(a, "job", job);
    answer_text(a, "node", node);
    answer_text(a, "what", what);
    answer_text(a, "next", "retry 2/3");
    answer_number(a, "run_us", age_s * 10000);
    answer_number(a, "age_us", age_s * 1000000);
    answer_row(a);
}

/* A node that works; of its slots one has just begun and one is free. */
static inline void
scene_detail(struct scene *c, size_t node, unsigned slots)
{
    struct answer a = { .row = { 0 } };

    for (unsigned i = 1; i <= slots; i++) {
        char job[40] = "";
        text_add(job, sizeof job, "render-7.%u", 4210 + i);
        answer_slot(&a, i, i == slots ? "free" : i == slots - 1 ? "start"
                                                                : "run",
                    i == slots ? NULL : job);
    }
    answer_peer(&a, "gamma02", 212, 0);
    answer_peer(&a, "gamma01", 140, 3);
    answer_peer(&a, "alpha01", 0, 41);
    answer_feed(c, &a, node, 0);
}

static inline void
answer_bin(struct answer *a, uint64_t to_us, uint64_t jobs)
{
    answer_text(a, "row", "bin");
    if (to_us > 0)
        answer_number(a, "to_us", to_us);
    answer_number(a, "jobs", jobs);
    answer_row(a);
}

/* A workload whose jobs are at all nodes, more at the first ones. */
static inline void
scene_work_detail(struct scene *c, size_t home, uint32_t number)
{
    static const char *const names[] = {
        "away", "moved", "retried", "p50_us", "p95_us", "p99_us", "max_us",
        "sum_us",
    };
    static const uint64_t values[] = { 4710, 2131, 12, 410000, 1400000,
                                       3900000, 30000000, 6963390000 };
    struct answer a = { .row = { 0 } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        pair_add_u64(&a.pairs, names[i], values[i]);
    answer_bin(&a, 100000, 1662);
    answer_bin(&a, 300000, 4988);
    answer_bin(&a, 1000000, 6153);
    answer_bin(&a, 3000000, 1236);
    answer_bin(&a, 0, 172);
    for (size_t i = 0; i < c->n; i++) {
        answer_text(&a, "row", "place");
        answer_text(&a, "node", c->node[i].name);
        answer_number(&a, "jobs", c->node[i].queued / 3);
        answer_row(&a);
    }
    answer_failure(&a, "render-7.3977", "beta04", "exit 1", 57);
    answer_failure(&a, "render-7.3911", "alpha02", "signal 9", 85);
    answer_failure(&a, "render-7.3500", "alpha01", "timeout", 214);
    answer_feed(c, &a, home, number);
}

/* Text of the whole screen. Valid until the next call. */
static inline const char *
screen_text(struct scene *c, int width, int height)
{
    static char text[300 * 1000];
    struct canvas *canvas = scene_draw(c, width, height);
    struct buf dump = { .len = 0 };

    canvas_dump(canvas, false, &dump);
    assert_true(dump.len < sizeof text);
    memcpy(text, dump.p, dump.len);
    text[dump.len] = '\0';
    buf_fini(&dump);
    canvas_free(canvas);
    return text;
}

/* The model has them in the order in which they spoke. */
static inline struct node *
node_of(struct scene *c, size_t i)
{
    const struct node_id id = scene_id(i);
    struct node *n = model_by_id(c->m, &id);

    assert_non_null(n);
    return n;
}

static inline void
open_node(struct scene *c, const char *name)
{
    struct node *n = model_by_name(c->m, name);

    assert_non_null(n);
    c->u.screen = SCREEN_DETAIL;
    c->u.detail = n->id;
}

static inline void
open_work(struct scene *c, size_t home, uint32_t number)
{
    c->u.screen = SCREEN_WORK;
    c->u.work_home = scene_id(home);
    c->u.work_number = number;
}

/* A workload of node i, without its telling it. */
static inline void
give_work(struct scene *c, size_t i, const struct work *w, const char *label)
{
    struct node *n = node_of(c, i);

    n->work = xrealloc(n->work, ++n->cap_works, sizeof *n->work);
    n->work[n->n_works] = *w;
    struct work *own = &n->work[n->n_works++];
    text_add(own->label, sizeof own->label, "%s", label);
    text_add(own->kind, sizeof own->kind, "command");
}

static inline void
say_much(struct scene *c)
{
    for (int i = 0; i < 40; i++)
        scene_note(c, 40 - i, i % 9 == 4 ? NOTE_WARN : NOTE_INFO, "alpha01",
                   i % 5 == 1
                       ? "batch of 64 jobs to gamma202 came back because it "
                         "has no room left, and neither has anyone else of "
                         "those that were asked"
                       : i % 2 ? "64 jobs go to beta01" : "64 jobs go to "
                                                          "beta02");
    for (int i = 0; i < 38; i++)
        scene_note(c, 0, NOTE_WARN, "beta04", "job exit 1, retrying");
}

static inline void
try_at(struct scene *c, const char *where, const char *why)
{
    struct try_ *t = &c->m->tries[c->m->n_tries++];

    text_add(t->where, sizeof t->where, "%s", where);
    text_add(t->why, sizeof t->why, "%s", why);
}


#endif
