/* SPDX-License-Identifier: MPL-2.0 */
/* model_scene - a model, a clock, and nodes that speak as if over the network:
 * what they say is encoded and decoded. */
#ifndef LB_MODEL_SCENE_H
#define LB_MODEL_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tui/model.h"

enum { S = 1000000, MS = 1000, SCENE_NODES = 64 };

/* A node of the scene: its next STATE. */
struct actor {
    char name[64];
    struct state state;
    struct state_workload work[4];
    size_t n_works;
    uint64_t incarnation, seq;
};

struct scene {
    struct model *m;
    int64_t now_us;
    struct actor node[SCENE_NODES];
    struct buf body;        /* of the last message */
};

static inline void
scene_init(struct scene *s)
{
    memset(s, 0, sizeof *s);
    s->m = model_new(INT64_C(1700000000000));
    for (int i = 0; i < SCENE_NODES; i++) {
        struct actor *a = &s->node[i];
        snprintf(a->name, sizeof a->name, "alpha%02d", i + 1);
        a->incarnation = 7;
        a->state = (struct state){
            .id = { { 1, (uint8_t)(i + 1) } }, .port = 8490,
            .interval_ms = 1000, .dead_after_ms = 5000, .phase = PHASE_RUN,
            .throttle_percent = 80, .floor_percent = 10,
            .ceiling_percent = 100, .slots = 8, .running = 4, .queued = 100,
            .cpu_permille = 500, .n_cpus = 8, .done = 1000,
            .cluster = span_str("prod-a"), .version = span_str("0.9"),
            .endpoint_host = span_str("10.0.0.1"),
            .policy = span_str("hybrid"), .placement = span_str("local") };
    }
}

static inline void
scene_fini(struct scene *s)
{
    model_free(s->m);
    buf_fini(&s->body);
}

static inline struct node *
scene_node(struct scene *s, int i)
{
    return model_by_id(s->m, &s->node[i].state.id);
}

static inline void
scene_feed(struct scene *s, struct input *in, const struct question *q)
{
    in->at_us = s->now_us;
    model_feed(s->m, in, q);
}

/* Encodes and decodes `m` of node i and feeds it. */
static inline void
scene_say(struct scene *s, int i, enum input_kind kind, const struct msg *m,
          const struct question *q)
{
    struct input in = { .kind = kind };
    struct actor *a = &s->node[i];

    buf_reset(&s->body);
    msg_encode(m, &s->body);
    if (msg_decode(m->type, buf_span(&s->body), &in.msg) != 0)
        abort();
    in.head = (struct frame){ .version = 1, .type = m->type,
                              .sender = a->state.id,
                              .incarnation = a->incarnation, .seq = ++a->seq,
                              .up_ms = 5000 };
    in.n_bytes = s->body.len;
    scene_feed(s, &in, q);
}

static inline void
scene_state_msg(struct scene *s, int i, struct buf *works, struct msg *m)
{
    struct actor *a = &s->node[i];

    *m = (struct msg){ .type = MSG_STATE };
    m->state = a->state;
    m->state.name = span_str(a->name);
    for (size_t w = 0; w < a->n_works; w++)
        state_workload_encode(&a->work[w], works);
    m->state.workloads = buf_span(works);
}

static inline void
scene_state(struct scene *s, int i)
{
    struct buf works = { 0 };
    struct msg m;

    scene_state_msg(s, i, &works, &m);
    scene_say(s, i, IN_STATE, &m, NULL);
    buf_fini(&works);
}

static inline void
scene_event(struct scene *s, int i, uint8_t level, const char *name,
            const char *text)
{
    struct msg m = { .type = MSG_EVENT };

    m.event = (struct msg_event){
        .time_ms = (uint64_t)(s->m->wall_ms + s->now_us / 1000), .number = 1,
        .level = level, .name = span_str(name), .text = span_str(text) };
    scene_say(s, i, IN_STATE, &m, NULL);
}

static inline void
scene_tick(struct scene *s)
{
    struct input in = { .kind = IN_TICK };
    scene_feed(s, &in, NULL);
}

/* To `to_us`, nodes 0..n-1 speaking each second; ticks when wanted. */
static inline void
scene_run(struct scene *s, int n, int64_t to_us)
{
    while (s->now_us < to_us) {
        int64_t second = (s->now_us / S + 1) * S;
        int64_t next = model_deadline_us(s->m);
        if (next <= s->now_us)
            next = s->now_us + 1;
        if (next < second && next < to_us) {
            s->now_us = next;
            scene_tick(s);
            continue;
        }
        s->now_us = second < to_us ? second : to_us;
        if (s->now_us != second) {
            scene_tick(s);
            continue;
        }
        for (int i = 0; i < n; i++)
            scene_state(s, i);
        if (n == 0)
            scene_tick(s);
    }
}

/* A row of the answer to `nodes`. */
struct scene_row { int64_t age_us; uint8_t life; };

/* Node `from` answers `nodes` with its own row and those of 0..n-1. */
static inline void
scene_nodes(struct scene *s, int from, int n, const struct scene_row *rows)
{
    const struct question q = { .id = 1, .op = "nodes" };
    struct buf list = { 0 }, row = { 0 }, works = { 0 };
    struct msg m = { .type = MSG_REPLY };

    for (int i = 0; i < n; i++) {
        struct msg state;
        buf_reset(&row);
        buf_u64(&row, (uint64_t)rows[i].age_us);
        buf_u8(&row, rows[i].life);
        buf_u64(&row, 2000);
        buf_u64(&row, s->node[i].incarnation);
        buf_u64(&row, 0);
        buf_u64(&row, 0);
        scene_state_msg(s, i, &works, &state);
        state.state.workloads = (struct span){ NULL, 0 };
        msg_encode(&state, &row);
        row_add(&list, buf_span(&row));
        buf_reset(&works);
    }
    m.reply.rows = buf_span(&list);
    scene_say(s, from, IN_ANSWER, &m, &q);
    buf_fini(&list);
    buf_fini(&row);
    buf_fini(&works);
}

static inline void
scene_link(struct scene *s, enum link_state link, const char *where,
           const char *text)
{
    struct input in = { .kind = IN_LINK };

    in.link = link;
    in.way_in = true;
    in.where = span_str(where);
    in.text = span_str(text);
    scene_feed(s, &in, NULL);
}

/* How many notes hold `text`. */
static inline size_t
scene_notes(const struct scene *s, const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < notes_count(s->m->notes); i++)
        n += strstr(notes_at(s->m->notes, i)->text, text) != NULL;
    return n;
}

#endif
