/* SPDX-License-Identifier: MPL-2.0 */
/* The holder's half of claims: R25, R27, R28. */
#include "core/claims.h"

#include <assert.h>

#include "core/bound.h"
#include "core/items.h"
#include "core/rec.h"

static struct item
item_of(const struct job *j, uint8_t verb)
{
    return (struct item){ .verb = verb,
                          .moves = j->moves,
                          .workload = j->w->number,
                          .first = j->index,
                          .count = 1,
                          .fence = j->fence };
}

void
claims_release_job(struct core *c, struct job *j, bool maybe)
{
    assert(j->place == AT_NONE && j->w->home != 0);
    j->place = AT_RELEASED;
    j->flags &= (uint8_t)~JOB_MAYBE;
    j->flags |= maybe ? JOB_MAYBE : 0;
    j->lost = 0;
    j->at_us = c->now_us;
    joblist_push(&peer_at(c, j->w->home)->released, j);
    c->n_released++;
}

void
claims_release_all(struct core *c)
{
    for (struct job *j = queue_first(&c->queue), *after; j != NULL;
         j = after) {
        after = queue_after(&c->queue, j);
        if (j->w->home == 0)
            continue;
        queue_remove(&c->queue, j);
        claims_release_job(c, j, false);
    }
}

void
claims_drop(struct core *c, struct job *j)
{
    struct workload *w = j->w;
    struct peer *home = peer_at(c, w->home);

    assert(w->home != 0);
    if (j->place == AT_FINISHED) {
        joblist_remove(j->lost == 0 ? &home->fresh : &home->finished, j);
        home->n_fresh -= j->lost == 0;
        c->n_unacked--;
    } else if (j->place == AT_RELEASED) {
        joblist_remove(&home->released, j);
        c->n_released--;
    } else {
        rec_drop_copy(c, j);
    }
    j->place = AT_NONE;
    workload_drop_args(w, j->index);
    workload_drop_outcome(w, j->index);
    workload_settle(w, j);
    c->n_foreign--;
    home->n_copies--;
    if (--w->n_copies > 0)
        return;
    (void)classes_leave(&c->classes, w->class_at);
    ledger_remove(c->ledger, w);
}

/* R27 for one copy. */
static void
obey(struct core *c, struct job *j, const struct item *it)
{
    bool waits = j->place == AT_QUEUED || j->place == AT_OFFERED;
    bool begun = j->place == AT_RUNNING || j->place == AT_FINISHED;
    int newer = copy_compare(j->fence, j->moves, it->fence, it->moves);

    /* A final one that comes late is not about a later attempt. */
    if ((it->verb == REPLY_DROP_FINAL && (newer <= 0 || it->fence == 0)) ||
        (it->verb == REPLY_DROP_STALE && waits && newer <= 0)) {
        claims_drop(c, j);
        return;
    }
    if (it->verb == REPLY_KEEP && begun && it->fence > j->fence) {
        j->fence = it->fence;
        j->moves = it->moves;
    }
    if (it->verb == REPLY_RECALL && j->place == AT_QUEUED && newer == 0) {
        queue_remove(&c->queue, j);
        claims_release_job(c, j, false);
    }
}

/* Calls `each` for the copies that the items of their home name. */
static void
each_copy(struct core *c, uint16_t peer, const struct msg_items *m,
          void (*each)(struct core *c, struct job *j, const struct item *it))
{
    struct item it;
    size_t at = 0;

    while (item_next(m->items, &at, &it)) {
        if (it.verb == REPLY_TIMEOUT) {
            bound_told(c, peer, &it);
            continue;
        }
        for (uint32_t i = it.first; i - it.first < it.count; i++) {
            struct workload *w = ledger_find(c->ledger, peer, it.workload);
            struct job *j = w == NULL ? NULL : workload_job(w, i);
            if (w == NULL || i >= w->desc.n_jobs)
                break;
            if (j != NULL && j->place != AT_NONE)
                each(c, j, &it);
        }
    }
}

void
claims_reply(struct core *c, uint16_t peer, const struct msg_items *m)
{
    each_copy(c, peer, m, obey);
    core_log(c, LOG_DEBUG, "claims-told", "by=%s", peer_name(c, peer));
}

static void
forget_released(struct core *c, struct job *j, const struct item *it)
{
    if (j->place == AT_RELEASED &&
        copy_compare(j->fence, j->moves, it->fence, it->moves) == 0)
        claims_drop(c, j);
}

void
claims_release_ack(struct core *c, uint16_t peer, const struct msg_items *m)
{
    each_copy(c, peer, m, forget_released);
}

static uint8_t
claim_verb(const struct job *j)
{
    switch ((enum place)j->place) {
    case AT_QUEUED: return CLAIM_QUEUED;
    case AT_RUNNING: return CLAIM_RUNNING;
    case AT_FINISHED: return CLAIM_FINISHED;
    case AT_OFFERED: return CLAIM_OFFERED;
    case AT_NONE:
    case AT_HELD:
    case AT_RELEASED: break;
    }
    return 0;
}

static void
send_part(struct core *c, uint16_t peer, uint16_t part, bool last,
          struct items *list)
{
    struct peer *p = peer_at(c, peer);
    struct msg m = { .type = MSG_CLAIMS };
    m.claims.home_inc = p->inc;
    m.claims.sequence = p->claims_sent;
    m.claims.part = part;
    m.claims.last = last;
    m.claims.items = items_finish(list);
    core_send_now(c, peer, &m);
    items_reset(list);
}

/* R25: everything that is held here for this home. */
static void
send_claims(struct core *c, uint16_t peer)
{
    struct peer *p = peer_at(c, peer);
    struct items list = { 0 };
    uint32_t left = p->n_copies;
    uint16_t part = 0;

    p->claims_sent++;
    for (struct workload *w = ledger_last(c->ledger); left > 0; w = w->prev) {
        if (w->home != peer)
            continue;
        left -= w->n_copies;
        for (struct job *j = workload_next(w, 0); j != NULL;
             j = workload_next(w, j->index + 1)) {
            struct item it = item_of(j, claim_verb(j));
            if (it.verb == 0)
                continue;
            items_add(&list, &it);
            if (list.n >= ITEMS_A_PART)
                send_part(c, peer, part++, false, &list);
        }
    }
    send_part(c, peer, part, true, &list);
    buf_fini(&list.buf);
}

void
claims_forget_home(struct core *c, uint16_t peer)
{
    for (struct workload *w = ledger_first(c->ledger), *next;
         peer_at(c, peer)->n_copies > 0; w = next) {
        next = w->next;
        uint32_t n = w->home == peer ? w->n_copies : 0;
        for (uint32_t i = 0; n > 0; n--) {
            struct job *j = workload_next(w, i);
            i = j->index + 1;
            claims_drop(c, j);
        }
    }
}

static void
send_releases(struct core *c, uint16_t peer)
{
    struct items list = { 0 };
    struct peer *p = peer_at(c, peer);

    for (struct job *j = p->released.first; j != NULL; j = j->next) {
        if (j->at_us > c->now_us || list.n >= ITEMS_A_PART)
            continue;
        struct item it = item_of(j, (j->flags & JOB_MAYBE)
                                        ? RELEASE_MAYBE_TAKEN
                                        : RELEASE_NEVER_STARTED);
        items_add(&list, &it);
        int64_t wait_us = (int64_t)RESEND_US << (j->lost < 3 ? j->lost : 3);
        j->at_us = c->now_us + wait_us;
        if (j->lost < UINT8_MAX)
            j->lost++;
    }
    struct span items = items_finish(&list);
    if (items.len > 0) {
        core_log(c, LOG_DEBUG, "release", "to=%s items=%u", peer_name(c, peer),
                 (unsigned)list.n);
        items_send(c, peer, MSG_RELEASE, p->inc, items);
    }
    buf_fini(&list.buf);
}

void
claims_flush(struct core *c, bool tick)
{
    bool round = tick && c->now_us >= c->claims_us;
    if (round)
        c->claims_us = c->now_us + c->config.claim_interval_us;
    c->finals_due = LB_BUG == 26 && c->finals_due;
    for (uint16_t i = 1; i < c->peers.n; i++) {
        struct peer *p = peer_at(c, i);
        if (!peer_alive(c, i))
            continue;
        claims_send_finals(c, i);
        if (p->claims_due || (round && (c->now_us < p->claim_until_us ||
                                        p->n_copies > 0)))
            send_claims(c, i);
        p->claims_due = false;
        if (p->released.first != NULL)
            send_releases(c, i);
    }
}
