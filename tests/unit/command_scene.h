/* SPDX-License-Identifier: MPL-2.0 */
/* command_scene - one node that is asked, in tests: steps of the core, and
 * what they answered. */
#ifndef LB_COMMAND_SCENE_H
#define LB_COMMAND_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "core/core.h"
#include "core/record.h"
#include "proto/workload.h"

struct scene {
    struct core *core;
    struct core_config config;
    const struct actions *did;  /* of the last step */
    int64_t now_us;
    uint64_t seq;
    enum role role;
    bool local;             /* as in event_command */
    /* the last reply */
    struct msg_reply reply;
    struct buf reply_body;
    char text[600];
};

static inline void
scene_step(struct scene *s, struct event *ev)
{
    ev->now_us = s->now_us;
    core_step(s->core, ev, &s->did);
}

static inline void
scene_configure(struct scene *s)
{
    *s = (struct scene){ .now_us = 1000 * 1000, .role = ROLE_OPERATOR };
    core_config_defaults(&s->config);
    s->config.id.b[0] = 1;
    s->config.incarnation = 1;
    strcpy(s->config.name, "alpha");
    strcpy(s->config.cluster, "default");
    strcpy(s->config.kinds, "noop sleep");
    s->config.slots = 2;
    s->config.prefetch = 0;
}

static inline void
scene_start(struct scene *s)
{
    struct event ev = { .kind = EV_START };
    s->core = core_new(&s->config, 1);
    scene_step(s, &ev);
}

static inline void
scene_new(struct scene *s)
{
    scene_configure(s);
    scene_start(s);
}

static inline void
scene_free(struct scene *s)
{
    core_free(s->core);
    buf_fini(&s->reply_body);
}

/* The place of the n-th action of a kind in the last step; -1: none. */
static inline int
scene_find(const struct scene *s, enum action_kind kind, unsigned n)
{
    for (size_t i = 0; i < s->did->n; i++)
        if (s->did->v[i].kind == kind && n-- == 0)
            return (int)i;
    return -1;
}

static inline bool
scene_logged(const struct scene *s, const char *evt, const char *text)
{
    for (size_t i = 0; i < s->did->n; i++) {
        const struct action *a = &s->did->v[i];
        if (a->kind == ACT_LOG && strcmp(a->log.evt, evt) == 0 &&
            strcmp(a->log.text, text) == 0)
            return true;
    }
    return false;
}

/* Whether the last step answered `seq`; keeps the answer. */
static inline bool
scene_answered(struct scene *s, uint64_t seq)
{
    for (unsigned n = 0;; n++) {
        int at = scene_find(s, ACT_REPLY, n);
        struct msg m;
        if (at < 0)
            return false;
        struct span body = s->did->v[at].reply.body;
        assert_int_equal(msg_decode(MSG_REPLY, body, &m), 0);
        if (m.reply.seq != seq)
            continue;
        buf_reset(&s->reply_body);
        buf_bytes(&s->reply_body, body.p, body.len);
        assert_int_equal(
            msg_decode(MSG_REPLY, buf_span(&s->reply_body), &m), 0);
        s->reply = m.reply;
        span_copy(m.reply.text, s->text, sizeof s->text);
        return true;
    }
}

struct asking {
    const char *op, *words; /* "key=value key=value" */
    struct span desc, blob;
    uint64_t seq;           /* 0: the next */
};

static inline void
scene_add_words(const char *words, struct buf *pairs)
{
    while (words != NULL && *words != '\0') {
        size_t len = strcspn(words, " ");
        size_t key = strcspn(words, "=");
        char name[32] = "";
        memcpy(name, words, key);
        pair_add(pairs, name, span_of(words + key + 1, len - key - 1));
        words += len + (words[len] == ' ');
    }
}

/* True when it was answered at once. */
static inline bool
scene_ask_as(struct scene *s, const struct asking *q)
{
    struct buf pairs = { 0 };
    struct msg_command m = { .client = 7, .op = span_str(q->op),
                             .blob = q->blob };
    struct event ev = { .kind = EV_COMMAND };

    m.seq = q->seq != 0 ? q->seq : ++s->seq;
    scene_add_words(q->words, &pairs);
    if (q->desc.p != NULL)
        pair_add(&pairs, "desc", q->desc);
    m.pairs = buf_span(&pairs);
    ev.command = (struct event_command){ .client = 70, .role = s->role,
                                         .local = s->local,
                                         .command = &m };
    scene_step(s, &ev);
    buf_fini(&pairs);
    return scene_answered(s, m.seq);
}

/* Status of what must be answered at once. */
static inline int
scene_ask(struct scene *s, const char *op, const char *words)
{
    struct asking q = { .op = op, .words = words };
    assert_true(scene_ask_as(s, &q));
    return s->reply.status;
}

static inline uint64_t
scene_number(const struct scene *s, const char *key)
{
    uint64_t n;
    assert_true(pair_u64(s->reply.pairs, key, UINT64_MAX, &n));
    return n;
}

static inline void
scene_expect_pair(const struct scene *s, const char *key, const char *value)
{
    char got[200];
    struct span v = pair_get(s->reply.pairs, key);
    assert_non_null(v.p);
    span_copy(v, got, sizeof got);
    assert_string_equal(got, value);
}

/* n equal jobs of kind sleep at once, or the first `chunk` of them. */
struct submission {
    uint32_t jobs, chunk;
    uint8_t flags, retries;
    const char *words;      /* "key=K" */
    uint64_t seq;
};

static inline int
scene_submit_as(struct scene *s, const struct submission *b)
{
    struct buf desc = { 0 }, blob = { 0 };
    struct desc d = { .kind = span_str("sleep"), .params = span_str("ms=1\n"),
                      .label = span_str("nap"), .home_name = span_str(""),
                      .n_jobs = b->jobs, .cost = 1000 * 1000, .priority = 5,
                      .retries = b->retries, .flags = b->flags };

    desc_encode(&d, &desc);
    chunk_begin(0, b->chunk != 0 ? b->chunk : b->jobs, false, &blob);
    struct asking q = { .op = "submit", .words = b->words,
                        .desc = buf_span(&desc), .blob = buf_span(&blob),
                        .seq = b->seq };
    assert_true(scene_ask_as(s, &q));
    buf_fini(&desc);
    buf_fini(&blob);
    return s->reply.status;
}

static inline int
scene_submit(struct scene *s, uint32_t jobs)
{
    struct submission b = { .jobs = jobs };
    return scene_submit_as(s, &b);
}

/* Lets time pass, tick by tick, until an action of this kind comes. False:
 * none did in `us`. */
static inline bool
scene_until(struct scene *s, int64_t us, enum action_kind kind)
{
    int64_t end_us = s->now_us + us;
    bool seen = false;
    while (s->now_us < end_us && !seen) {
        struct event ev = { .kind = EV_TICK };
        s->now_us += 10 * 1000;
        scene_step(s, &ev);
        seen = scene_find(s, kind, 0) >= 0;
    }
    return seen;
}

/* Ends an order of the last step; what follows replaces that step. */
static inline void
scene_end_run(struct scene *s, const struct act_run *r, enum outcome outcome)
{
    struct event ev = { .kind = EV_OUTCOME };
    s->now_us += 1000;
    ev.outcome = (struct event_outcome){
        .slot = r->slot, .run = r->run, .outcome = (uint8_t)outcome,
        .run_us = 1000, .cpu_us = 900, .value = span_str("v"),
        .error = span_str(outcome == OUTCOME_DONE ? "" : "broken")
    };
    scene_step(s, &ev);
}

/* A peer that has told its state. */
static inline void
scene_add_peer(struct scene *s, const char *name, enum phase phase)
{
    struct buf body = { 0 };
    struct msg m = { .type = MSG_STATE };
    struct event ev = { .kind = EV_MSG };

    m.state = (struct state){ .name = span_str(name),
                              .cluster = span_str("default"),
                              .kinds = span_str("noop"),
                              .policy = span_str("hybrid"),
                              .placement = span_str("local"),
                              .version = span_str("1"),
                              .phase = (uint8_t)phase,
                              .throttle_percent = 100,
                              .ceiling_percent = 100, .slots = 2 };
    m.state.id.b[0] = (uint8_t)name[0];
    msg_encode(&m, &body);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&body), &m), 0);
    ev.msg = (struct event_msg){ .from = m.state.id, .incarnation = 1,
                                 .msg = &m };
    scene_step(s, &ev);
    buf_fini(&body);
}

#endif
