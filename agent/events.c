/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/events.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "agent/clock.h"
#include "base/exits.h"
#include "base/xalloc.h"

enum { PAGE = 1000, WAITERS_MAX = 256, WAIT_MAX_MS = 10 * 60 * 1000 };

struct waiter {
    uint64_t client, id, seq, after, limit, newest;
    int64_t deadline_us;
};

struct events {
    size_t cap;
    uint64_t last;          /* number of the newest; they count from 1 */
    struct buf *ring;       /* [cap]; number n is at n % cap */
    struct waiter waiter[WAITERS_MAX];
    size_t n_waiters;
};

struct events *
events_new(size_t cap)
{
    struct events *e = xcalloc(1, sizeof *e);

    assert(cap >= 1);
    e->cap = cap;
    e->ring = xcalloc(cap, sizeof *e->ring);
    return e;
}

void
events_free(struct events *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->cap; i++)
        buf_fini(&e->ring[i]);
    free(e->ring);
    free(e);
}

struct span
events_add(struct events *e, enum log_level level, const char *name,
           const char *text)
{
    struct buf *b = &e->ring[++e->last % e->cap];
    const struct msg m = {
        .type = MSG_EVENT,
        .event = { .time_ms = clock_wall_ms(), .number = e->last,
                   .level = (uint8_t)level, .name = span_str(name),
                   .text = span_str(text) } };

    buf_fini(b);
    msg_encode(&m, b);
    return buf_span(b);
}

static uint64_t
oldest(const struct events *e)
{
    return e->last >= e->cap ? e->last - e->cap + 1 : 1;
}

static void
answer(const struct events *e, const struct waiter *w, struct buf *body)
{
    struct buf rows = { 0 }, pairs = { 0 };
    uint64_t at = w->after + 1 > oldest(e) ? w->after + 1 : oldest(e);
    uint64_t limit = w->limit == 0 || w->limit > PAGE ? PAGE : w->limit;

    if (w->newest != 0 && w->newest < e->last && at <= e->last - w->newest)
        at = e->last - w->newest + 1;
    for (; at <= e->last && limit > 0; at++, limit--)
        row_add(&rows, buf_span(&e->ring[at % e->cap]));
    pair_add_u64(&pairs, "next", at - 1);
    const struct msg m = {
        .type = MSG_REPLY,
        .reply = { .client = w->id, .seq = w->seq, .status = EXIT_DONE,
                   .pairs = buf_span(&pairs), .rows = buf_span(&rows) } };
    msg_encode(&m, body);
    buf_fini(&rows);
    buf_fini(&pairs);
}

static void
refuse(const struct msg_command *c, const char *text, struct buf *body)
{
    const struct msg m = { .type = MSG_REPLY,
                           .reply = { .client = c->client, .seq = c->seq,
                                      .status = EXIT_USAGE,
                                      .text = span_str(text) } };
    msg_encode(&m, body);
}

bool
events_ask(struct events *e, uint64_t client, const struct msg_command *m,
           int64_t now_us, struct buf *body)
{
    struct waiter w = { .client = client, .id = m->client, .seq = m->seq };
    uint64_t wait_ms;

    if (!pair_u64(m->pairs, "after", 0, &w.after) ||
        !pair_u64(m->pairs, "limit", 0, &w.limit) ||
        !pair_u64(m->pairs, "newest", 0, &w.newest) ||
        !pair_u64(m->pairs, "wait_ms", 0, &wait_ms)) {
        refuse(m, "after, limit, newest, wait_ms: whole numbers", body);
        return true;
    }
    /* A number from before a restart: begin with what there is. */
    if (w.after > e->last)
        w.after = 0;
    if (w.after < e->last || wait_ms == 0 || e->n_waiters == WAITERS_MAX) {
        answer(e, &w, body);
        return true;
    }
    if (wait_ms > WAIT_MAX_MS)
        wait_ms = WAIT_MAX_MS;
    w.deadline_us = now_us + (int64_t)wait_ms * 1000;
    e->waiter[e->n_waiters++] = w;
    return false;
}

uint64_t
events_next(struct events *e, int64_t now_us, struct buf *body)
{
    for (size_t i = 0; i < e->n_waiters; i++) {
        struct waiter w = e->waiter[i];
        if (w.after >= e->last && now_us < w.deadline_us)
            continue;
        e->waiter[i] = e->waiter[--e->n_waiters];
        answer(e, &w, body);
        return w.client;
    }
    return 0;
}

int64_t
events_deadline_us(const struct events *e)
{
    int64_t due = INT64_MAX;

    for (size_t i = 0; i < e->n_waiters; i++)
        if (e->waiter[i].deadline_us < due)
            due = e->waiter[i].deadline_us;
    return due;
}

void
events_client_gone(struct events *e, uint64_t client)
{
    for (size_t i = e->n_waiters; i-- > 0;)
        if (e->waiter[i].client == client)
            e->waiter[i] = e->waiter[--e->n_waiters];
}
