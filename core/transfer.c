/* SPDX-License-Identifier: MPL-2.0 */
#include "core/transfer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/adaptor.h"
#include "core/again.h"
#include "core/claims.h"
#include "core/fetch.h"
#include "core/home.h"
#include "core/outbox.h"
#include "core/rec.h"

/* ---- offering (R4) ---- */

bool
transfer_may_offer(const struct core *c, uint16_t peer)
{
    const struct peer *p = peer_at(c, peer);
    return peer != 0 && peer_alive(c, peer) && !p->left && p->has_state &&
           c->now_us - p->heard_us < HEARD_US && p->n_outbox < BATCHES_MAX &&
           !p->refused && (LB_BUG == 39 || !p->deaf) &&
           p->state.phase == PHASE_RUN &&
           p->state.room > p->inflight_jobs;
}

uint8_t
transfer_most_moves(const struct core *c, bool beyond)
{
    unsigned most = c->config.policy.max_moves * (beyond ? 4u : 1u);
    return most < UINT8_MAX ? (uint8_t)most : UINT8_MAX;
}

/* Whether it runs any job of `w`. */
static bool
takes(const struct core *c, uint16_t peer, const struct workload *w)
{
    const struct peer *p = peer_at(c, peer);
    char kinds[KINDS_MAX_BYTES + 1];

    span_copy(p->state.kinds, kinds, sizeof kinds);
    return kind_offered(kinds, w->desc.kind) &&
           desc_may_run_at(&w->desc, p->name);
}

static bool
can_go(const struct core *c, uint16_t peer, const struct job *j,
       uint8_t max_moves)
{
    /* The offer of an own job would not leave, and be in doubt at last. */
    if ((c->disk_full && j->w->home == 0) ||
        j->moves >= max_moves || !again_may_go(c, j, peer) ||
        ((j->flags & JOB_NOT_HOME) && peer == j->w->home) ||
        job_bytes(j) > c->config.batch_bytes * 16ull)
        return false;
    return takes(c, peer, j->w);
}

static void
put_in_batch(struct core *c, struct batch *b, struct job *j)
{
    queue_remove(rec_queue(c, j), j);
    j->place = AT_OFFERED;
    j->batch = b;
    b->job[b->n++] = (struct batch_job){ .job = j,
                                         .fence = j->fence,
                                         .workload = j->w->number,
                                         .index = j->index,
                                         .home = j->w->home,
                                         .moves = (uint8_t)(j->moves + 1),
                                         .attempt = j->attempt };
    b->cost += job_work_s(c, j);
    c->n_offered++;
    if (j->w->home == 0)
        home_before_offer(c, j);
}

/* What was taken from the tail stands there last first. */
static void
put_in_order(struct batch *b)
{
    for (uint32_t i = 0; i < b->n / 2; i++) {
        struct batch_job x = b->job[i];
        b->job[i] = b->job[b->n - 1 - i];
        b->job[b->n - 1 - i] = x;
    }
    for (uint32_t i = 0; i < b->n; i++)
        b->job[i].job->in_batch = i;
}

static struct batch *
new_batch(struct core *c, uint16_t peer, uint32_t max_jobs)
{
    struct peer *p = peer_at(c, peer);
    struct batch *b = xcalloc(1, sizeof *b + max_jobs * sizeof b->job[0]);
    b->peer = peer;
    b->target_inc = p->inc;
    b->first_us = c->now_us;
    b->first_true_us = c->true_us;
    b->backoff_us = RESEND_US;
    return b;
}

static void
offer(struct core *c, struct batch *b)
{
    struct peer *p = peer_at(c, b->peer);
    put_in_order(b);
    b->b = p->next_b++;
    b->n_live = b->n;
    b->next = p->outbox;
    p->outbox = b;
    p->n_outbox++;
    p->inflight += b->cost;
    p->inflight_jobs += b->n;
    outbox_log(c, "offer", b);
    outbox_send(c, b);
}

/* One batch; the jobs in it. */
static uint32_t
give_batch(struct core *c, const struct give *g, uint32_t max_jobs)
{
    const struct queue *q = g->elsewhere ? &c->elsewhere : &c->queue;
    struct batch *b = new_batch(c, g->peer, max_jobs);
    size_t bytes = 0;
    uint32_t looked = 0, passed = 0, asked = 0;
    const struct workload *stays = NULL;

    for (struct job *j = queue_last(q), *before;
         j != NULL && b->n < max_jobs && looked < LOOK_MAX &&
         passed < PASS_MAX; j = before) {
        before = queue_before(q, j);
        if (g->elsewhere && j->w->class_at != g->class_at)
            continue;
        if (j->w == stays) {
            passed++;
            continue;
        }
        if (!can_go(c, g->peer, j, g->max_moves)) {
            looked++;
            stays = takes(c, g->peer, j->w) ? NULL : j->w;
            continue;
        }
        if (!fetch_is_ready(c, g->peer, j)) {
            asked += b->n + asked < max_jobs &&
                     fetch_ask(c, g->peer, j);
            looked++;
            continue;
        }
        bytes += job_bytes(j) + fetch_bytes(c, j).len;
        if (b->n > 0 && bytes > c->config.batch_bytes)
            break;
        put_in_batch(c, b, j);
    }
    b->drain_us = g->drain_us;
    uint32_t n = b->n;
    if (n > 0)
        offer(c, b);
    else
        free(b);
    return n;
}

uint32_t
transfer_give(struct core *c, const struct give *g)
{
    const struct peer *p = peer_at(c, g->peer);
    uint32_t given = 0;

    while (given < g->max_jobs && transfer_may_offer(c, g->peer)) {
        uint32_t room = p->state.room - p->inflight_jobs;
        uint32_t n = g->max_jobs - given;
        n = n < room ? n : room;
        n = n < c->config.batch_jobs ? n : c->config.batch_jobs;
        n = give_batch(c, g, n);
        if (n == 0)
            break;
        given += n;
    }
    return given;
}

bool
transfer_give_job(struct core *c, uint16_t peer, struct job *j)
{
    const bool stuck = (j->flags & JOB_NOT_HOME) != 0;

    if (!transfer_may_offer(c, peer) ||
        !can_go(c, peer, j, transfer_most_moves(c, stuck)))
        return false;
    if (!fetch_is_ready(c, peer, j)) {
        (void)fetch_ask(c, peer, j);
        return false;
    }
    struct batch *b = new_batch(c, peer, 1);
    put_in_batch(c, b, j);
    offer(c, b);
    return true;
}

/* ---- ends of offers (R6 to R9) ---- */

void
transfer_void(struct core *c, struct job *j)
{
    assert(j->place == AT_OFFERED);
    struct batch *b = j->batch;
    assert(b->job[j->in_batch].job == j);
    b->job[j->in_batch].job = NULL;
    b->n_live--;
    j->place = AT_NONE;
    j->batch = NULL;
    c->n_offered--;
}

/* Until its next state the peer is seen with what it has just taken. */
static void
count_there(struct peer *p, double work_s)
{
    uint64_t work = speed_round(work_s * 1e6);
    p->state.queued++;
    p->state.queued_cost += work;
    p->state.w += work;
    if (p->state.room > 0)
        p->state.room--;
}

static void
taken(struct core *c, const struct batch *b, const struct batch_job *e,
      struct job *j)
{
    double work_s = job_work_s(c, j);
    transfer_void(c, j);
    if (j->w->home == 0) {
        j->fence = e->fence;
        j->moves = e->moves;
        fetch_drop(c, j);
        home_sent_out(c, j, b->peer, b->target_inc);
    } else {
        claims_drop(c, j);
    }
    c->count.sent++;
    peer_at(c, b->peer)->sent_jobs++;
    count_there(peer_at(c, b->peer), work_s);
}

static void
back_to_queue(struct core *c, struct job *j)
{
    transfer_void(c, j);
    if (j->w->home == 0)
        rec_requeue(c, j, false);
    else if (c->phase == PHASE_DRAIN || j->w->elsewhere)
        claims_release_job(c, j, false);
    else
        queue_push(&c->queue, j);
}

static void
doubt(struct core *c, const struct batch *b, struct job *j)
{
    transfer_void(c, j);
    if (j->w->home != 0) {
        claims_release_job(c, j, true);
    } else if (workload_once(j->w)) {
        rec_set(c, j, REC_OUT);
        j->holder = b->peer;
        j->holder_inc = (uint32_t)b->target_inc;
        j->at_us = c->now_us;
    } else {
        home_reclaim(c, j);
    }
}

/* Takes the batch out of the outbox; its jobs are all out of it. */
static void
end_batch(struct core *c, struct batch *b)
{
    struct peer *p = peer_at(c, b->peer);
    struct batch **at = &p->outbox;
    assert(b->n_live == 0);
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    p->n_outbox--;
    p->inflight -= b->cost;
    p->inflight_jobs -= b->n;
    if (p->outbox == NULL) {
        p->inflight = 0;
        p->low_next_us = c->now_us + RESEND_US;
    }
    free(b);
    c->decide_due = true;
}

static void
all_not_taken(struct core *c, struct batch *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (b->job[i].job != NULL)
            back_to_queue(c, b->job[i].job);
    end_batch(c, b);
}

static void
all_in_doubt(struct core *c, struct batch *b)
{
    outbox_log(c, "doubt", b);
    for (uint32_t i = 0; i < b->n; i++)
        if (b->job[i].job != NULL && LB_BUG == 9)
            back_to_queue(c, b->job[i].job);
        else if (b->job[i].job != NULL)
            doubt(c, b, b->job[i].job);
    end_batch(c, b);
}

/* R7: was the old incarnation gone before this was first sent? Asked of the
 * clock: a pause of our own makes an offer older, not younger. */
static void
target_restarted(struct core *c, struct batch *b, uint64_t up_ms)
{
    int64_t age_us = c->true_us - b->first_true_us;
    if (LB_BUG == 18 || (up_ms < INT64_MAX / 1000 &&
                         age_us < (int64_t)up_ms * 1000))
        all_not_taken(c, b);
    else
        all_in_doubt(c, b);
}

/* Its own port may be blocked: the next job goes to somebody else. The empty
 * batches that tell it `low` go on, and show when it hears again. */
static void
set_deaf(struct core *c, uint16_t peer, bool deaf)
{
    struct peer *p = peer_at(c, peer);

    if (p->deaf == deaf)
        return;
    p->deaf = deaf;
    if (deaf)
        core_log(c, LOG_WARN, "peer-deaf", "peer=%s why=\"is heard, but "
                 "answers no offers; can its port be reached from here?\"",
                 peer_name(c, peer));
    else
        core_log(c, LOG_INFO, "peer-hears", "peer=%s", peer_name(c, peer));
}

void
transfer_peer_restarted(struct core *c, uint16_t peer, uint64_t up_ms)
{
    struct peer *p = peer_at(c, peer);
    for (struct batch *b = p->outbox, *next; b != NULL; b = next) {
        next = b->next;
        if (b->target_inc < p->inc)
            target_restarted(c, b, up_ms);
    }
    p->refused = false;
    set_deaf(c, peer, false);
    p->low_seen = 0;
    for (struct verdict *v = LB_BUG == 28 ? NULL : p->verdicts, *next;
         v != NULL; v = next) {
        next = v->next;
        buf_fini(&v->items);
        free(v);
    }
    p->verdicts = LB_BUG == 28 ? p->verdicts : NULL;
}

void
transfer_peer_dead(struct core *c, uint16_t peer)
{
    while (peer_at(c, peer)->outbox != NULL)
        all_in_doubt(c, peer_at(c, peer)->outbox);
}

static void
note_rtt(struct core *c, const struct batch *b)
{
    struct peer *p = peer_at(c, b->peer);
    int64_t rtt = c->now_us - b->first_us;
    if (b->backoff_us > 2 * RESEND_US)
        return; /* sent more than once: which one was answered? */
    p->rtt_us = p->rtt_us == 0 ? rtt : (7 * p->rtt_us + rtt) / 8;
}

static void
apply_verdicts(struct core *c, struct batch *b, struct span items)
{
    struct item it;
    size_t at = 0;
    uint32_t i = 0;
    bool refused = false, took = false;

    while (item_next(items, &at, &it)) {
        for (uint32_t k = 0; k < it.count && i < b->n; k++, i++) {
            struct batch_job *e = &b->job[i];
            refused |= it.verb >= VERDICT_NAK_FULL;
            peer_at(c, b->peer)->refused_jobs += it.verb >= VERDICT_NAK_FULL;
            took |= it.verb == VERDICT_TAKEN;
            if (e->job == NULL)
                continue;
            if (it.verb == VERDICT_TAKEN || it.verb == VERDICT_STALE)
                taken(c, b, e, e->job);
            else
                back_to_queue(c, e->job);
        }
    }
    if (took)
        adaptor_peer_took(c, b->peer);
    if (refused)
        peer_at(c, b->peer)->refused = true;
}

/* Whether the items give one verdict for each job of the batch. */
static bool
fits(const struct batch *b, struct span items)
{
    struct item it;
    size_t at = 0;
    uint64_t n = 0;
    while (item_next(items, &at, &it)) {
        if (it.verb < VERDICT_TAKEN || it.verb > VERDICT_NAK_KIND)
            return false;
        n += it.count;
    }
    return n == b->n;
}

void
transfer_ack(struct core *c, uint16_t peer, uint64_t up_ms,
             const struct msg_batch_ack *m)
{
    struct peer *p = peer_at(c, peer);
    struct batch *b = p->outbox;

    if (m->asker_inc != c->config.incarnation)
        return;
    set_deaf(c, peer, false);
    while (b != NULL && (b->b != m->b || b->target_inc != m->asked_inc))
        b = b->next;
    if (b != NULL && m->wrong_inc) {
        target_restarted(c, b, up_ms);
        return;
    }
    if (!m->wrong_inc && m->asked_inc == p->inc && m->low > p->low_told)
        p->low_told = m->low;
    if (b == NULL || m->wrong_inc)
        return;
    if (!fits(b, m->items)) {
        c->dropped++;
        return;
    }
    note_rtt(c, b);
    outbox_log(c, "answered", b);
    apply_verdicts(c, b, m->items);
    end_batch(c, b);
}

/* ---- timers (R5, R8, R10) ---- */

static void
tick_peer(struct core *c, uint16_t peer)
{
    struct peer *p = peer_at(c, peer);
    int64_t limit_us = c->config.lease_us + OFFER_EXTRA_US;

    for (struct batch *b = p->outbox, *next; b != NULL; b = next) {
        next = b->next;
        if (c->now_us - b->first_us > limit_us) {
            set_deaf(c, peer, true);
            all_in_doubt(c, b);
        } else if (c->now_us >= b->next_us) {
            outbox_log(c, "offer-again", b);
            outbox_send(c, b);
        }
    }
    if (p->outbox == NULL && p->low_told < p->next_b && p->next_b > 1 &&
        c->now_us >= p->low_next_us)
        outbox_send_low(c, peer);
}

void
transfer_tick(struct core *c)
{
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (peer_alive(c, i))
            tick_peer(c, i);
}
