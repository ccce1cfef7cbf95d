/* SPDX-License-Identifier: MPL-2.0 */
/* The home's half of claims: R16, R23. */
#include "core/bound.h"
#include "core/claims.h"
#include "core/home.h"
#include "core/items.h"
#include "core/rec.h"
#include "core/record.h"

/* Workloads since the copy of a disk; beyond that a peer talks nonsense. */
enum { OLD_DISK_MAX = 1000 * 1000 };

/* ---- home: R16 ---- */

struct claim {
    uint16_t peer;
    uint8_t verb, moves;
    uint64_t fence;
};

static bool
has_begun(const struct claim *k)
{
    return k->verb == CLAIM_RUNNING || k->verb == CLAIM_FINISHED;
}

static void
believe(struct core *c, struct job *j, const struct claim *k)
{
    rec_set(c, j, REC_OUT);
    j->holder = k->peer;
    j->holder_inc = (uint32_t)peer_at(c, k->peer)->inc;
    j->fence = k->fence;
    j->moves = k->moves;
    j->at_us = c->now_us;
    if (k->verb == CLAIM_QUEUED) /* it can be started there alone */
        j->flags &= (uint8_t)~JOB_BLIND;
    c->halt_due |= j->w->halted && !has_begun(k);
    rec_set_ran(j, has_begun(k));
}

static uint8_t
older_than_out(struct core *c, struct job *j, const struct claim *k)
{
    if (k->fence == j->fence) {
        j->at_us = c->now_us;
        return 0;
    }
    if ((LB_BUG == 17 || (j->flags & JOB_ADOPTED)) &&
        j->holder == k->peer) {
        j->at_us = c->now_us;
        return REPLY_KEEP;
    }
    return has_begun(k) ? 0 : REPLY_DROP_STALE;
}

static uint8_t
against_home(struct core *c, struct job *j, const struct claim *k)
{
    if (k->fence >= j->fence)
        return 0; /* an offer, or an old snapshot, is on its way */
    if (k->verb == CLAIM_RUNNING &&
        (j->place == AT_QUEUED || j->place == AT_HELD)) {
        rec_drop_copy(c, j);
        rec_set(c, j, REC_OUT);
        j->flags |= JOB_ADOPTED;
        j->holder = k->peer;
        j->holder_inc = (uint32_t)peer_at(c, k->peer)->inc;
        j->at_us = c->now_us;
        rec_set_ran(j, true);
        return REPLY_KEEP;
    }
    return has_begun(k) ? 0 : REPLY_DROP_STALE;
}

/* The verb to answer; 0: nothing to say. */
static uint8_t
judge(struct core *c, struct job *j, const struct claim *k)
{
    if (fence_inc(k->fence) < j->w->born)
        return has_begun(k) ? 0 : REPLY_DROP_STALE; /* not of this one */
    if (j->rec == REC_HOME)
        return against_home(c, j, k);
    if (j->rec == REC_UNKNOWN && k->fence < j->fence)
        return has_begun(k) ? 0 : REPLY_DROP_STALE;
    if (j->rec == REC_OUT &&
        copy_compare(k->fence, k->moves, j->fence, j->moves) < 0)
        return older_than_out(c, j, k);
    believe(c, j, k);
    return rec_is_held(j) && k->verb == CLAIM_QUEUED ? REPLY_RECALL : 0;
}

static void
send_reply(struct core *c, uint16_t peer, struct items *reply)
{
    struct span items = items_finish(reply);
    if (items.len > 0 && LB_BUG != 12) {
        core_log(c, LOG_DEBUG, "claims-reply", "to=%s items=%u",
                 peer_name(c, peer), (unsigned)reply->n);
        items_send(c, peer, MSG_CLAIMS_REPLY, c->config.incarnation, items);
    }
    items_reset(reply);
}

/* Somebody holds jobs of a workload that this node does not remember to have
 * accepted: its disk is an old copy. The number is not given again. */
static void
note_old_disk(struct core *c, uint32_t number)
{
    if (number <= c->last_number || number > WORKLOAD_NUMBER_MAX ||
        number - c->last_number > OLD_DISK_MAX)
        return;
    core_log(c, LOG_ERROR, "disk-is-old", "lost=%s-%u "
             "next=\"goes on without it; submit it again\"",
             c->config.name, (unsigned)number);
    c->last_number = number;
    home_save_number(c);
}

static void
claim_range(struct core *c, uint16_t peer, const struct item *it,
            struct items *out)
{
    struct workload *w = ledger_find(c->ledger, 0, it->workload);
    struct claim k = { .peer = peer,
                       .verb = it->verb,
                       .moves = it->moves,
                       .fence = it->fence };

    uint32_t known = w == NULL ? 0 : w->accepted;
    if (w != NULL)
        bound_tell(w, out);

    if (w == NULL)
        note_old_disk(c, it->workload);
    for (uint32_t i = it->first; i - it->first < it->count; i++) {
        struct item reply = { .verb = REPLY_DROP_FINAL,
                              .moves = it->moves,
                              .workload = it->workload,
                              .first = i,
                              .count = 1,
                              .fence = it->fence };
        if (i >= known) { /* forgotten, or never ours: all the rest too */
            reply.count = it->count - (i - it->first);
            items_add(out, &reply);
            return;
        }
        struct job *j = workload_job(w, i);
        if (j != NULL && j->rec != REC_DONE) {
            reply.verb = judge(c, j, &k);
            reply.fence = reply.verb == REPLY_KEEP ? j->fence : it->fence;
            reply.moves = reply.verb == REPLY_KEEP ? j->moves : it->moves;
        }
        if (reply.verb != 0)
            items_add(out, &reply);
        if (out->n >= ITEMS_A_PART)
            send_reply(c, peer, out);
    }
}

/* Counts a snapshot that came whole, at most one a gap (R19). */
static void
count_part(struct core *c, struct peer *p, const struct msg_claims *m)
{
    if (m->part == 0) {
        p->claims_sequence = m->sequence;
        p->claims_part = 0;
    }
    if (m->sequence != p->claims_sequence || m->part != p->claims_part)
        return;
    p->claims_part++;
    if (!m->last)
        return;
    p->claims_seen = m->sequence;
    if (p->snapshots > 0 && c->now_us - p->snapshot_us < SNAPSHOT_GAP_US)
        return;
    p->snapshots++;
    p->snapshot_us = c->now_us;
}

void
claims_taken(struct core *c, uint16_t peer, const struct msg_claims *m)
{
    struct peer *p = peer_at(c, peer);
    struct items reply = { 0 };
    struct item it;
    size_t at = 0;

    if (m->home_inc != c->config.incarnation || m->sequence <= p->claims_seen)
        return;
    while (item_next(m->items, &at, &it))
        if (it.verb >= CLAIM_QUEUED && it.verb <= CLAIM_OFFERED)
            claim_range(c, peer, &it, &reply);
    send_reply(c, peer, &reply);
    buf_fini(&reply.buf);
    count_part(c, p, m);
}

/* ---- home: R23 ---- */

static void
released(struct core *c, struct job *j, const struct item *it)
{
    bool never = it->verb == RELEASE_NEVER_STARTED;
    bool once = workload_once(j->w);

    if (LB_BUG == 16 && j->rec == REC_UNKNOWN && never) {
        home_take_back(c, j, it->fence, it->moves);
        return;
    }
    if (j->rec == REC_UNKNOWN && !once && never) {
        home_reclaim(c, j);
        return;
    }
    if (j->rec != REC_OUT ||
        (LB_BUG != 10 && (it->fence != j->fence || it->moves < j->moves)))
        return; /* old news */
    if (never && !(once && (j->flags & JOB_BLIND)))
        home_take_back(c, j, it->fence, it->moves);
    else if (!never && !once)
        home_reclaim(c, j);
}

void
claims_release(struct core *c, uint16_t peer, const struct msg_items *m)
{
    struct item it;
    size_t at = 0;

    if (m->home_inc != c->config.incarnation)
        return;
    queue_batch_begin(&c->queue);
    while (item_next(m->items, &at, &it)) {
        struct workload *w = ledger_find(c->ledger, 0, it.workload);
        for (uint32_t i = it.first; w != NULL && i - it.first < it.count &&
                                    i < w->accepted;
             i++) {
            struct job *j = workload_job(w, i);
            if (j != NULL && j->rec != REC_DONE)
                released(c, j, &it);
        }
    }
    items_send(c, peer, MSG_RELEASE_ACK, c->config.incarnation, m->items);
}

void
claims_final(struct core *c, const struct job *j)
{
    struct peer *p = peer_at(c, j->holder);
    struct item it = { .verb = REPLY_DROP_FINAL,
                       .moves = UINT8_MAX,
                       .workload = j->w->number,
                       .first = j->index,
                       .count = 1,
                       .fence = j->fence };
    struct item *last = &p->final;
    if (last->verb != 0 && last->workload == it.workload &&
        last->fence == it.fence &&
        last->first + last->count == it.first) {
        last->count++;
        return;
    }
    if (last->verb != 0)
        item_encode(last, &p->finals);
    *last = it;
    c->finals_due = true;
}

void
claims_send_finals(struct core *c, uint16_t peer)
{
    struct peer *p = peer_at(c, peer);
    if (p->final.verb == 0)
        return;
    item_encode(&p->final, &p->finals);
    p->final = (struct item){ 0 };
    if (p->finals.len <= (size_t)ITEMS_A_PART * ITEM_BYTES)
        items_send(c, peer, MSG_CLAIMS_REPLY, c->config.incarnation,
                   buf_span(&p->finals));
    buf_reset(&p->finals); /* a longer list: its next claims tell it */
}
