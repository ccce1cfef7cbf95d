/* SPDX-License-Identifier: MPL-2.0 */
/* Questions to made-up nodes, and what they change. */
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/demo_own.h"

/* A question while it is carried out. */
struct asked {
    struct demo *d;
    struct demo_node *n;
    const struct msg_command *c;
    int64_t at_us;
    struct demo_reply *r;
    char op[24], by[64], cmd[24];
};

static void
copy(const struct asked *a, const char *key, char *dst, size_t cap)
{
    span_copy(pair_get(a->c->pairs, key), dst, cap);
    if (dst[0] == '\0')
        text_add(dst, cap, "-");
}

static uint32_t
number(const struct asked *a, const char *key)
{
    uint64_t v;
    return pair_u64(a->c->pairs, key, 0, &v) && v <= UINT32_MAX ? (uint32_t)v
                                                               : 0;
}

static void
refuse(struct asked *a, uint8_t status, const char *why, const char *to)
{
    char text[256] = "";

    a->r->status = status;
    text_add(a->r->text, sizeof a->r->text, "%s", why);
    text_add(text, sizeof text, "op=%s to=%s by=%s cmd=%s why=\"%s\"", a->op,
             to, a->by, a->cmd, why);
    say_warning(a->d, a->n, a->at_us + 2000, "refused", text);
}

/* A state follows at once, as of a real node. */
static void
changed(struct asked *a)
{
    struct demo_due *due = say_later(a->d, a->at_us + 100000, IN_STATE);

    due->node = (size_t)(a->n - a->d->node);
    due->type = MSG_STATE;
}

static void
old_new(struct asked *a, const char *old, const char *new)
{
    pair_add(&a->r->pairs, "old", span_str(old));
    pair_add(&a->r->pairs, "new", span_str(new));
}

static void
set_throttle(struct asked *a)
{
    char old[8] = "", new[8] = "", why[80] = "";
    uint32_t to = number(a, "value"), seen = number(a, "seen");
    struct demo_node *n = a->n;

    text_add(old, sizeof old, "%u", (unsigned)n->throttle);
    text_add(new, sizeof new, "%u", (unsigned)to);
    if (to < n->floor || to > 100)
        text_add(why, sizeof why, "below floor %u%% (node.ini)",
                 (unsigned)n->floor);
    else if (seen != 0 && seen != n->throttle && to != n->throttle)
        text_add(why, sizeof why, "somebody set %s%% first", old);
    if (why[0] != '\0') {
        refuse(a, to < n->floor ? EXIT_USAGE : EXIT_FAILED, why, new);
        old_new(a, old, old);
        return;
    }
    n->throttle = (uint8_t)to;
    old_new(a, old, new);
    say_event(a->d, n, a->at_us + 2000, "throttle", "from=%s to=%s by=%s "
              "cmd=%s", old, new, a->by, a->cmd);
    changed(a);
}

static const char *
phase_name(enum phase p)
{
    switch (p) {
    case PHASE_START: return "start";
    case PHASE_RUN: return "run";
    case PHASE_PAUSE: return "pause";
    case PHASE_DRAIN: return "drain";
    }
    return "?";
}

static void
set_phase(struct asked *a, enum phase to)
{
    const char *was = phase_name(a->n->phase);

    if (a->n->phase == PHASE_DRAIN && span_is(a->c->op, "pause")) {
        refuse(a, EXIT_USAGE, "it is draining", "pause");
        old_new(a, was, was);
        return;
    }
    a->n->phase = to;
    old_new(a, was, phase_name(to));
    say_event(a->d, a->n, a->at_us + 2000, a->op,
              "from=%s to=%s queued=%u running=%u by=%s cmd=%s", was,
              phase_name(to), (unsigned)(a->n->jobs - a->n->running),
              (unsigned)a->n->running, a->by, a->cmd);
    changed(a);
}

static void
set_policy(struct asked *a)
{
    static const char *const names[] = { "hybrid", "sender", "receiver",
                                         "symmetric", "static", "none" };
    char name[16];

    copy(a, "name", name, sizeof name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!span_is(span_str(name), names[i]))
            continue;
        old_new(a, a->n->policy, name);
        say_event(a->d, a->n, a->at_us + 2000, "policy",
                  "from=%s to=%s by=%s cmd=%s", a->n->policy, name, a->by,
                  a->cmd);
        memcpy(a->n->policy, name, sizeof name);
        changed(a);
        return;
    }
    refuse(a, EXIT_USAGE, "no such policy", name);
    old_new(a, a->n->policy, a->n->policy);
}

/* ---- workloads ---- */

static uint32_t
change_work(struct asked *a, struct demo_work *w)
{
    uint32_t left = work_left(w), jobs = left;

    if (span_is(a->c->op, "start") && w->held) {
        w->held = false;
        a->n->held -= left;
        world_add(a->n, left);
    } else if (span_is(a->c->op, "hold") && !w->held && !w->ended) {
        w->held = true;
        a->n->held += left;
        world_remove(a->d, left);
    } else if (span_is(a->c->op, "cancel") && !w->ended) {
        if (w->held)
            a->n->held -= left;
        else
            world_remove(a->d, left);
        w->cancelled += left;
        w->held = false;
        w->ended = true;
        w->ended_us = a->at_us;
    } else if (span_is(a->c->op, "retry") && w->failed > 0) {
        jobs = w->failed;
        w->failed = 0;
        w->ended = false;
        if (w->held)
            a->n->held += jobs;
        else
            world_add(a->n, jobs);
    } else {
        jobs = 0;
    }
    return jobs;
}

static struct demo_work *
find_work(struct asked *a)
{
    uint32_t n = number(a, "workload");

    for (size_t i = 0; i < a->n->n_works; i++)
        if (a->n->work[i].number == n)
            return &a->n->work[i];
    a->r->status = EXIT_NOTFOUND;
    text_add(a->r->text, sizeof a->r->text, "%s has no workload %u",
             a->n->name, (unsigned)n);
    return NULL;
}

static void
set_work(struct asked *a)
{
    struct demo_work *w = find_work(a);

    if (w == NULL)
        return;
    uint32_t jobs = change_work(a, w);
    if (jobs == 0) {
        text_add(a->r->text, sizeof a->r->text, "nothing to %s", a->op);
        return;
    }
    say_event(a->d, a->n, a->at_us + 2000, a->op, "workload=%s-%u jobs=%u "
              "by=%s cmd=%s", a->n->name, (unsigned)w->number,
              (unsigned)jobs, a->by, a->cmd);
    pair_add_u64(&a->r->pairs, "jobs", jobs);
    changed(a);
}

/* ---- what only looks ---- */

static void
tell_nodes(struct asked *a)
{
    struct buf row = { 0 };

    for (size_t i = 0; i < a->d->n; i++) {
        const struct demo_node *n = &a->d->node[i];
        buf_reset(&row);
        if (n->silent)
            continue;
        buf_u64(&row, n == a->n ? 0 : 400000);
        buf_u8(&row, n == a->n ? 1 : 2);
        buf_u64(&row, 2000 + 700 * (i % 50));
        buf_u64(&row, n->incarnation);
        buf_u64(&row, n->received);
        buf_u64(&row, n->sent);
        say_state(a->d, n, a->at_us, false, &row);
        row_add(&a->r->rows, buf_span(&row));
    }
    buf_fini(&row);
}

static void
tell_hello(struct asked *a)
{
    char id[NODE_ID_TEXT];

    node_id_print(&a->n->id, id);
    pair_add(&a->r->pairs, "id", span_str(id));
    pair_add(&a->r->pairs, "name", span_str(a->n->name));
    pair_add_u64(&a->r->pairs, "incarnation", a->n->incarnation);
    pair_add(&a->r->pairs, "version", span_str("0.9.2"));
    pair_add_u64(&a->r->pairs, "boot_id", a->n->boot_id);
    pair_add(&a->r->pairs, "commands", span_str("yes"));
}

static void
tell_detail(struct asked *a)
{
    if (pair_get(a->c->pairs, "workload").p != NULL) {
        const struct demo_work *w = find_work(a);
        if (w != NULL)
            detail_work(a->d, a->n, w, a->r);
        return;
    }
    pair_add_u64(&a->r->pairs, "up_ms",
                 (uint64_t)(a->at_us - a->n->up_us) / 1000);
    pair_add_u64(&a->r->pairs, "state_seq", a->n->seq);
    pair_add(&a->r->pairs, "policy", span_str(a->n->policy));
    detail_rows(a->d, a->n, &a->r->rows);
}

static void
set_resume(struct asked *a)
{
    set_phase(a, PHASE_RUN);
}

static void
set_pause(struct asked *a)
{
    set_phase(a, PHASE_PAUSE);
}

static void
set_drain(struct asked *a)
{
    set_phase(a, PHASE_DRAIN);
}

void
ask_answer(struct demo *d, struct demo_node *n, const struct msg_command *c,
           int64_t at_us, struct demo_reply *r)
{
    static const struct { const char *op; void (*do_it)(struct asked *a); }
    ops[] = { { "nodes", tell_nodes }, { "hello", tell_hello },
              { "detail", tell_detail }, { "throttle", set_throttle },
              { "pause", set_pause }, { "resume", set_resume },
              { "drain", set_drain }, { "undrain", set_resume },
              { "policy", set_policy }, { "publish", changed },
              { "start", set_work }, { "hold", set_work },
              { "retry", set_work }, { "cancel", set_work } };
    struct asked a = { .d = d, .n = n, .c = c, .at_us = at_us, .r = r };

    span_copy(c->op, a.op, sizeof a.op);
    copy(&a, "by", a.by, sizeof a.by);
    copy(&a, "cmd", a.cmd, sizeof a.cmd);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (span_is(c->op, ops[i].op)) {
            ops[i].do_it(&a);
            return;
        }
    r->status = EXIT_USAGE;
    text_add(r->text, sizeof r->text, "unknown operation %s", a.op);
}
