/* SPDX-License-Identifier: MPL-2.0 */
/* Results, jobs taken back, leases: R17 to R22. */
#include "core/home.h"

#include "core/again.h"
#include "core/claims.h"
#include "core/elsewhere.h"
#include "core/failure.h"
#include "core/fetch.h"
#include "core/floors.h"
#include "core/halt.h"
#include "core/home_note.h"
#include "core/node_names.h"
#include "core/quarantine.h"
#include "core/rec.h"
#include "core/record.h"
#include "core/seek.h"
#include "core/transfer.h"

/* ---- results (R21, R22) ---- */

static void
keep_pending(struct core *c, struct workload *w, const struct result *r)
{
    result_encode(r, &w->pending);
    if (w->is_pending)
        return;
    w->is_pending = true;
    w->next_pending = c->pending;
    c->pending = w;
}

void
home_save_results(struct core *c)
{
    for (struct workload *w = c->pending, *next; w != NULL; w = next) {
        next = w->next_pending;
        out_save(&c->out, SAVE_RESULTS, w->number, &w->pending);
        w->is_pending = false;
        if (w->pending.cap > 64 * 1024)
            buf_fini(&w->pending);
        else
            buf_reset(&w->pending);
    }
    c->pending = NULL;
}

void
home_log_ended(struct core *c, struct workload *w)
{
    char name[128];
    core_log(c, LOG_INFO, "ended", "workload=%s jobs=%u failed=%u",
                 job_name(c, w, name), (unsigned)w->accepted,
                 (unsigned)(w->failed + w->cancelled));
}

/* The end of a job: recorded once, every copy here dropped. */
static void
record(struct core *c, struct job *j, struct result *r, uint16_t node)
{
    struct workload *w = j->w;
    int64_t age_us = c->true_us - w->accepted_us;
    if (r->outcome != OUTCOME_DONE)
        failure_note(c, j, r, node)->final = true;
    if (j->rec == REC_OUT && j->holder != node)
        claims_final(c, j);
    rec_drop_copy(c, j);
    if (node != 0) /* the holder does not know when it was accepted */
        r->wait_us = age_us > (int64_t)r->run_us
                         ? (uint64_t)age_us - r->run_us
                         : 0;
    home_note_result(c, w, r, node);
    node_names_save(c, node);
    keep_pending(c, w, r);
    halt_note(c, w);
    c->parked_due = true;
    if (home_note_ended(c, w))
        home_log_ended(c, w);
}

/* Ends a job without a run: cancelled, unknown, lost too often. */
static void
record_without_run(struct core *c, struct job *j, enum outcome outcome,
                   const char *why)
{
    struct result r = { .workload = j->w->number,
                        .index = j->index,
                        .fence = j->fence,
                        .attempt = j->attempt,
                        .outcome = (uint8_t)outcome,
                        .node = c->config.id,
                        .error = span_str(why) };
    record(c, j, &r, 0);
}

static void
retry_failed(struct core *c, struct job *j, uint16_t node, bool counts)
{
    struct workload *w = j->w;
    struct buf body = { 0 };
    char name[128];

    rec_drop_copy(c, j);
    rec_raise_fence(c, j);
    if (counts && j->attempt < UINT8_MAX)
        j->attempt++;
    buf_u32(&body, j->index);
    buf_u64(&body, j->fence);
    buf_u8(&body, j->attempt);
    buf_u8(&body, j->lost);
    out_save(&c->out, SAVE_FAILED, w->number, &body);
    buf_fini(&body);
    if (counts)
        again_note(c, j, node);
    rec_requeue(c, j, false);
    halt_note(c, w);
    w->version++;
    c->count.retried += counts;
    core_log(c, LOG_DEBUG, "retry", "job=%s attempt=%u",
             jobs_name(c, w, j->index, j->index, name), (unsigned)j->attempt);
}

static bool
attempts_left(const struct job *j)
{
    return (unsigned)j->attempt - j->lost <= j->w->desc.retries;
}

/* Whoever had it cannot read its file. False: nor can anybody else. */
static bool
seeks_on(struct core *c, struct job *j, uint16_t node)
{
    bool over = seek_is_over(c, j);

    if (over && !seek_home_is_left(c, j->w))
        return false;
    if (!over)
        seek_note(c, j, node);
    retry_failed(c, j, node, false);
    if (over)
        seek_at_home(c, j->w);
    return true;
}

/* A failure that does not end the job. False: it does. */
static bool
goes_on(struct core *c, struct job *j, const struct result *r, uint16_t node)
{
    bool failed = r->outcome == OUTCOME_FAILED;
    bool killed = r->outcome == OUTCOME_CANCELLED;
    if (r->outcome == OUTCOME_DONE)
        return false;
    if (r->fence < j->fence)
        return true; /* old news: noted, or not asked for any more */
    if (r->outcome == OUTCOME_NO_FILE)
        return seeks_on(c, j, node);
    if (!(failed && attempts_left(j)) && !(killed && !workload_once(j->w)))
        return false;
    if (failed) {
        (void)failure_note(c, j, r, node);
        j->w->retried++;
    }
    retry_failed(c, j, node, failed);
    return true;
}

void
home_outcome(struct core *c, struct workload *w, const struct result *in,
             uint16_t node)
{
    struct result r = *in;
    if (fence_inc(r.fence) > c->config.incarnation) {
        c->dropped++;       /* of a life that went with a disk */
        return;
    }
    if (r.index >= w->accepted || workload_outcome(w, r.index) != NULL ||
        (LB_BUG != 20 && r.fence < floors_fence(w, r.index)))
        return;
    struct job *j = workload_job(w, r.index);
    if (r.outcome != OUTCOME_NO_FILE && node != 0)
        seek_found(c, w);
    if (r.outcome == OUTCOME_DONE || r.outcome == OUTCOME_FAILED)
        quarantine_note(c, w, node, r.outcome == OUTCOME_DONE);
    if (goes_on(c, j, &r, node))
        return;
    if (r.outcome == OUTCOME_NO_FILE) {
        r.outcome = OUTCOME_FAILED;
        /* A command says itself what it lacked at the last of them. */
        if (!span_is(w->desc.kind, "command"))
            r.error = span_str("file not readable on any node");
    }
    if (r.outcome == OUTCOME_CANCELLED) {
        r.outcome = OUTCOME_UNKNOWN;
        r.error = span_str("outcome unknown");
    }
    record(c, j, &r, node);
}

/* ---- taking back (R17, R18) ---- */

void
home_reclaim(struct core *c, struct job *j)
{
    char name[128];
    bool ran = (j->flags & JOB_RAN) != 0;

#if LB_BUG != 6
    if (workload_once(j->w) && (j->flags & JOB_GRANTED)) {
        record_without_run(c, j, OUTCOME_UNKNOWN, "outcome unknown");
        return;
    }
#endif
    if (ran) {
        j->lost++;
        if (j->attempt < UINT8_MAX)
            j->attempt++;
        c->count.lost++;
        if (j->lost >= c->config.lost_limit) {
            record_without_run(c, j, OUTCOME_FAILED, "holder lost too often");
            return;
        }
    }
    rec_drop_copy(c, j);
    rec_raise_fence(c, j);
    rec_requeue(c, j, true);
    j->w->version++;
    c->parked_due = true;
    core_log(c, LOG_DEBUG, "reclaim", "job=%s attempt=%u",
             jobs_name(c, j->w, j->index, j->index, name),
             (unsigned)j->attempt);
}

void
home_holder_gone(struct core *c, uint16_t peer, uint64_t inc)
{
    uint32_t n = 0;
    queue_batch_begin(&c->queue);
    queue_batch_begin(&c->elsewhere);
    for (struct workload *w = ledger_first(c->ledger); w != NULL;
         w = w->next) {
        if (w->home != 0 || w->n_away == 0 ||
            (LB_BUG != 6 && workload_once(w)))
            continue; /* --once: the lease decides */
        for (struct job *j = workload_next(w, 0), *next; j != NULL; j = next) {
            next = workload_next(w, j->index + 1);
            if (j->rec != REC_OUT || j->holder != peer ||
                j->holder_inc != (uint32_t)inc)
                continue;
            home_reclaim(c, j);
            n++;
        }
    }
    if (n > 0)
        core_log(c, LOG_WARN, "reclaimed", "jobs=%u from=%s", (unsigned)n,
                 peer_name(c, peer));
}

void
home_take_back(struct core *c, struct job *j, uint64_t fence, uint8_t moves)
{
    rec_drop_copy(c, j);
    j->fence = fence;
    j->moves = moves;
    j->flags &= (uint8_t)~JOB_BLIND;
    rec_requeue(c, j, true);
}

void
home_sent_out(struct core *c, struct job *j, uint16_t holder,
              uint64_t holder_inc)
{
    const struct peer *p = peer_at(c, holder);
    rec_set(c, j, REC_OUT);
    j->flags &= (uint8_t)~JOB_ADOPTED;
    j->holder = holder;
    j->holder_inc = (uint32_t)holder_inc;
    j->at_us = c->now_us;
    j->w->moved++;
    if ((p->dead || p->inc != holder_inc) && !workload_once(j->w))
        home_reclaim(c, j);
}

static void
grant(struct core *c, struct job *j)
{
    struct buf body = { 0 };
    if (!workload_once(j->w) || (j->flags & JOB_GRANTED))
        return;
    j->flags |= JOB_GRANTED;
    buf_u32(&body, j->index);
    out_save(&c->out, SAVE_GRANTED, j->w->number, &body);
    buf_fini(&body);
}

void
home_before_run(struct core *c, struct job *j)
{
    fetch_drop(c, j);
    grant(c, j);
}

void
home_before_offer(struct core *c, struct job *j)
{
    struct buf none = { 0 };
    if (!j->w->spread) {
        j->w->spread = true;
        if (LB_BUG != 21)
            out_save(&c->out, SAVE_SPREAD, j->w->number, &none);
    }
    grant(c, j);
}

/* ---- time (R19, R20) ---- */

void
home_started(struct core *c)
{
    c->settle_us = c->now_us + SETTLE_US;
    c->started_us = c->now_us;
    node_names_started(c);
    for (struct workload *w = ledger_first(c->ledger), *next; w != NULL;
         w = next) {
        next = w->next;
        if (w->accepted == 0 && w->desc.n_jobs > 0) {
            c->n_ended++;
            w->ended = true; /* the crash cut off its first chunk */
            home_forget(c, w);
            continue;
        }
        for (struct job *j = workload_next(w, 0); j != NULL;
             j = workload_next(w, j->index + 1)) {
            if (j->rec == REC_DONE)
                continue;
            bool nowhere = workload_once(w) ? !(j->flags & JOB_GRANTED)
                                            : !w->spread;
            if (nowhere) {
                rec_raise_fence(c, j);
                rec_requeue(c, j, false);
            } else {
                rec_set(c, j, REC_UNKNOWN);
                j->flags |= JOB_BLIND;
            }
        }
        home_note_ended(c, w);
    }
}

/* Whether every live peer has told twice, a gap apart, what it holds. */
static bool
all_have_told(const struct core *c)
{
    const unsigned enough = LB_BUG == 5 ? 1 : 2;
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (peer_alive(c, i) && peer_at(c, i)->snapshots < enough)
            return false;
    return LB_BUG == 5 || c->now_us >= c->settle_us;
}

static void
reclaim_unknown(struct core *c, struct workload *w)
{
    bool lease_over = c->now_us >= c->started_us + c->config.lease_us;
    if (!lease_over && (workload_once(w) || !all_have_told(c)))
        return;
    for (struct job *j = workload_next(w, 0), *next; j != NULL; j = next) {
        next = workload_next(w, j->index + 1);
        if (j->rec == REC_UNKNOWN)
            home_reclaim(c, j);
    }
}

static void
reclaim_unclaimed(struct core *c, struct workload *w)
{
    for (struct job *j = workload_next(w, 0), *next; j != NULL; j = next) {
        next = workload_next(w, j->index + 1);
        if (j->rec == REC_OUT && c->now_us - j->at_us > c->config.lease_us)
            home_reclaim(c, j);
    }
}

static void
seek_readers(struct core *c, struct workload *w)
{
    seek_review(c, w);
    for (struct job *j = workload_next(w, 0), *next; j != NULL; j = next) {
        next = workload_next(w, j->index + 1);
        if (j->place != AT_HELD || !(j->flags & JOB_NOT_HOME) || w->held ||
            (j->flags & JOB_HELD))
            continue;
        if (seek_next(c, j) || !seek_is_long(c, j))
            continue;
        if (seek_home_is_left(c, w)) {
            seek_at_home(c, w);
            return;
        }
        record_without_run(c, j, OUTCOME_FAILED,
                               span_is(w->desc.kind, "command")
                                   ? "no node has its directory, or may run it"
                                   : "file not readable on any node");
    }
}

static bool
is_expired(const struct core *c, const struct workload *w)
{
    if (!w->ended || w->is_pending)
        return false;
    return c->true_us - w->ended_us > c->config.results_keep_us ||
           (w->told_ended && home_kept_bytes(c) > c->config.results_max_bytes);
}

void
home_tick(struct core *c)
{
    bool seek = c->now_us >= c->seek_next_us;
    if (seek)
        c->seek_next_us = c->now_us + SEEK_US;
    queue_batch_begin(&c->queue);
    queue_batch_begin(&c->elsewhere);
    for (struct workload *w = ledger_first(c->ledger), *next; w != NULL;
         w = next) {
        next = w->next;
        if (w->home != 0)
            continue;
        if (is_expired(c, w)) {
            home_forget(c, w);
            continue;
        }
        if (w->n_trials > 0 && w->ended &&
            c->true_us - w->ended_us > TRIAL_KEEP_US)
            quarantine_over(w);
        if (w->n_away > 0 && c->n_unknown > 0)
            reclaim_unknown(c, w);
        if (w->n_away > 0)
            reclaim_unclaimed(c, w);
        if (seek && w->seek_us != 0 && !w->ended)
            seek_readers(c, w);
        if (seek && w->avoids)
            again_review(c, w);
    }
}
