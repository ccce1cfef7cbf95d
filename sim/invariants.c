/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/invariants.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/limits.h"
#include "proto/msg.h"
#include "proto/workload.h"

enum { EACH_STEPS = 256 };

const char *
check_home_name(const struct world *w, const struct book_work *k)
{
    return w->node[k->home].config.name;
}

void
check_fail(struct world *w, const struct book_work *k, uint32_t index,
         const char *what)
{
    world_fail(w, "%s-%u.%u %s", check_home_name(w, k), k->number, index, what);
}

/* A job has at most one copy that can be started under one fence. */
static void
check_fences(struct world *w, const struct book_work *k, uint32_t index)
{
    uint64_t seen[64];
    size_t n = 0;

    for (uint16_t i = 0; i < w->n && n < 64; i++) {
        if (w->node[i].core == NULL)
            continue;
        const struct core_copy c = core_copy_at(w->node[i].core, &k->home_id,
                                                k->number, index);
        if (c.verb != CLAIM_QUEUED && c.verb != CLAIM_RUNNING)
            continue;
        for (size_t s = 0; s < n; s++)
            if (seen[s] == c.fence)
                check_fail(w, k, index, "has two copies under one fence");
        seen[n++] = c.fence;
    }
}

/* Takes over what the home now says of a job. */
static void
note_record(struct world *w, struct node *home, struct book_work *k,
            uint32_t index)
{
    struct book_job *j = &k->job[index];
    const struct core_job c = core_job_at(home->core, k->number, index);

    if (!c.known || k->forgotten || k->lost)
        return;
    if (c.fence < j->fence && !c.done)
        check_fail(w, k, index, "has a lower fence than before");
    if (c.fence > j->fence)
        j->fence = c.fence;
    if (c.n_results > 1u + j->allowed)
        check_fail(w, k, index, "has two recorded results");
    if (c.done && j->done_us == 0) {
        j->done_us = w->now_us == 0 ? 1 : w->now_us;
        k->n_done++;
    } else if (!c.done && j->done_us != 0) {
        j->done_us = 0;
        k->n_done--;
        if (j->allowed == 0 && home->unsure_us < home->started_us)
            check_fail(w, k, index, "was done and is open again");
    }
}

static struct node *
home_of(struct world *w, const struct book_work *k)
{
    struct node *n = &w->node[k->home];

    if (k->lost || k->number == 0 || n->core == NULL)
        return NULL;
    return n;
}

void
check_records(struct world *w)
{
    for (size_t i = 0; i < w->book.n; i++) {
        struct book_work *k = w->book.v[i];
        struct node *home = home_of(w, k);
        if (home == NULL || k->forgotten)
            continue;
        for (uint32_t index = 0; index < k->n_jobs; index++) {
            note_record(w, home, k, index);
            if (!k->closed)
                check_fences(w, k, index);
        }
    }
}

void
check_step(struct world *w)
{
    if (!w->cheap && w->steps % EACH_STEPS == 0)
        check_records(w);
}

static void
send_batch(struct world *w, struct node *n, const struct msg_batch *m)
{
    struct batch_group g;
    struct item it;

    for (size_t at = 0; batch_next(m, &at, &g);) {
        for (size_t i = 0; item_next(g.items, &i, &it);) {
            if (it.moves > w->figures.worst_moves)
                w->figures.worst_moves = it.moves;
            if (it.moves > 4 * n->config.policy.max_moves)
                world_fail(w, "node %u offers a job for move %u",
                           n->at + 1u, (unsigned)it.moves);
        }
    }
}

/* Results that are recorded now are acknowledged once all that is saved by
 * now is durable, and not before. */
static void
send_ack(struct world *w, struct node *n, const struct msg_items *m)
{
    struct item it;

    for (size_t at = 0; item_next(m->items, &at, &it);) {
        struct book_work *k = book_find(&w->book, &n->id, it.workload);
        for (uint32_t i = 0; k != NULL && i < it.count; i++) {
            struct book_job *j = &k->job[it.first + i];
            if (it.first + i < k->n_jobs && j->ack_after == 0
                && core_job_at(n->core, it.workload, it.first + i).done)
                j->ack_after = n->disk.n + 1;
        }
    }
}

void
check_send(struct world *w, struct node *n, const struct action *a)
{
    struct msg m;

    if (a->send.type != MSG_BATCH
        && (w->cheap || a->send.type != MSG_RESULTS_ACK))
        return;
    if (msg_decode(a->send.type, a->send.body, &m) != 0)
        return;     /* found when it arrives */
    if (a->send.type == MSG_BATCH)
        send_batch(w, n, &m.batch);
    else
        send_ack(w, n, &m.items);
}

void
check_leaves(struct world *w, struct node *n, const struct packet *p,
             bool soon)
{
    struct msg m;
    struct item it;

    if (w->cheap || p->type != MSG_RESULTS_ACK
        || msg_decode(p->type, span_of(p->body, p->len), &m) != 0)
        return;
    for (size_t at = 0; item_next(m.items.items, &at, &it);) {
        struct book_work *k = book_find(&w->book, &n->id, it.workload);
        for (uint32_t i = 0; k != NULL && i < it.count; i++) {
            if (it.first + i >= k->n_jobs)
                break;
            struct book_job *j = &k->job[it.first + i];
            if (j->ack_after > 0
                && (soon || j->ack_after <= n->disk.n_durable + 1))
                j->acked = true;
        }
    }
}

static void
check_room(struct world *w, struct node *n, const struct core_counts *before)
{
    const struct core_counts now = core_count(n->core);

    /* What waits for other nodes leaves room for each slot. */
    if (now.queued > before->queued &&
        now.queued > n->config.queue_max_jobs &&
        (now.elsewhere == 0 || now.queued - now.elsewhere > n->config.slots))
        world_fail(w, "node %u queues %u jobs, its limit is %u", n->at + 1u,
                   now.queued, n->config.queue_max_jobs);
}

/* What a core walks until it has met so many. */
static void
check_copies(struct world *w, const struct node *n,
             const struct core_counts *k)
{
    if (k->by_home != k->foreign || k->by_workload != k->foreign)
        world_fail(w, "node %u has %u copies, by their homes %u, by their "
                   "workloads %u", n->at + 1u, k->foreign, k->by_home,
                   k->by_workload);
}

static void
batch_taken(struct world *w, const struct msg_batch *m)
{
    struct batch_group g;
    struct item it;

    for (size_t at = 0; batch_next(m, &at, &g);) {
        const struct book_work *k = book_find(&w->book, &g.home, g.workload);
        if (k == NULL || k->lost)
            continue;
        for (size_t i = 0; item_next(g.items, &i, &it);)
            for (uint32_t x = 0; x < it.count; x++)
                check_fences(w, k, it.first + x);
    }
}

static void
batch_answered(struct world *w, const struct msg_batch_ack *m)
{
    struct item it;

    for (size_t at = 0; item_next(m->items, &at, &it);)
        if (it.verb == VERDICT_TAKEN)
            w->figures.taken += it.count;
}

static void
results_in(struct world *w, struct node *n, const struct msg_results *m)
{
    struct book_work *k = NULL;
    struct result r;

    for (size_t at = 0; result_next(m->list, &at, &r);) {
        if (k == NULL || k->number != r.workload
            || !node_id_equal(&k->home_id, &n->id))
            k = book_find(&w->book, &n->id, r.workload);
        if (k != NULL && r.index < k->n_jobs)
            note_record(w, n, k, r.index);
    }
}

void
check_msg(struct world *w, struct node *n, const struct msg *m,
          const struct core_counts *before)
{
    if (n->core == NULL)
        return;
    check_copies(w, n, before);
    if (m->type == MSG_RESULTS)
        results_in(w, n, &m->results);
    else if (m->type == MSG_BATCH_ACK)
        batch_answered(w, &m->batch_ack);
    if (m->type != MSG_BATCH)
        return;
    check_room(w, n, before);
    if (!w->cheap)
        batch_taken(w, &m->batch);
}

static void
note_workload(struct world *w, struct node *n, const struct msg_command *m)
{
    uint64_t number;

    if (!pair_u64(m->pairs, "workload", 0, &number))
        return;
    struct book_work *k = book_find(&w->book, &n->id, (uint32_t)number);
    for (uint32_t i = 0; k != NULL && i < k->n_jobs; i++)
        note_record(w, n, k, i);
}

void
check_command(struct world *w, struct node *n, const struct msg_command *m,
              const struct core_counts *before)
{
    if (n->core == NULL)
        return;
    const struct core_counts now = core_count(n->core);
    if (now.own_open > before->own_open && span_is(m->op, "submit")
        && now.own_open > n->config.queue_max_jobs)
        world_fail(w, "node %u accepts %u open jobs, its limit is %u",
                   n->at + 1u, now.own_open, n->config.queue_max_jobs);
    if (span_is(m->op, "retry"))
        note_workload(w, n, m);
    if (span_is(m->op, "pause"))
        n->stands = true;
    else if (span_is(m->op, "resume"))
        n->stands = false;
}

/* Whether a job that is done may still be started: only by who has not been
 * in contact with its home for a round of claims. */
static bool
too_late(struct world *w, const struct node *n, const struct book_work *k,
         uint32_t index)
{
    const int64_t slack_us = 3 * 1000 * 1000;
    const struct node *home = home_of(w, k);
    int64_t since_us = k->job[index].done_us;

    if (since_us == 0 || w->healed_us == INT64_MAX || home == NULL
        || !core_job_at(home->core, k->number, index).done)
        return false;
    if (since_us < w->healed_us)
        since_us = w->healed_us;
    return w->now_us - since_us > n->config.claim_interval_us + slack_us;
}

void
check_start(struct world *w, struct node *n, const struct run *r)
{
    struct book_work *k = r->work;
    struct book_job *j = &k->job[r->index];

    const struct desc pinned = { .pin = span_str(k->pin) };

    if (!desc_may_run_at(&pinned, n->config.name))
        check_fail(w, k, r->index, "runs where it is not pinned to");
    j->starts++;
    j->live++;
    w->figures.starts++;
    if (j->starts > 1u + j->ends_failed + j->allowed)
        w->figures.twice++;
    if (w->tell_runs)
        world_tell(w, n->at + 1u, "starts %s-%u.%u", check_home_name(w, k),
                   k->number, r->index);
    if (k->lost)
        return;
    if (k->once && j->starts > 1u + j->allowed)
        check_fail(w, k, r->index, "is --once and started again");
    if (w->alone && j->live > 1 && j->allowed == 0)
        check_fail(w, k, r->index, "runs twice at once");
    if (w->faultless && j->starts > 1u + j->ends_failed + j->allowed)
        check_fail(w, k, r->index, "is started again without a fault");
    if (!w->cheap)
        check_fences(w, k, r->index);
    if (too_late(w, n, k, r->index))
        check_fail(w, k, r->index, "is started long after it was done");
}

void
check_end(struct world *w, struct node *n, const struct run *r,
          uint8_t outcome)
{
    struct book_job *j = &r->work->job[r->index];

    (void)w;
    (void)n;
    if (!r->started)
        return;
    j->live--;
    if (outcome == OUTCOME_DONE)
        j->ends_ok++;
    else if (outcome == OUTCOME_FAILED)
        j->ends_failed++;
}

void
check_timed(struct world *w, const struct run *r)
{
    const struct book_work *k = r->work;
    uint32_t done = 0;

    for (uint32_t i = 0; i < k->n_jobs; i++)
        done += k->job[i].ends_ok > 0;
    if (k->timeout_percent == 0 || done < BOUND_JOBS)
        check_fail(w, k, r->index, "is ended by a median that is none");
}

void
check_own_outcome(struct world *w, struct node *n, const struct run *r)
{
    if (n->core != NULL && node_id_equal(&r->work->home_id, &n->id))
        note_record(w, n, r->work, r->index);
}

static void
check_kept(struct world *w, struct node *n, struct book_work *k,
           uint32_t index)
{
    struct book_job *j = &k->job[index];
    const struct core_job c = core_job_at(n->core, k->number, index);

    if (index < k->accepted && !c.known)
        check_fail(w, k, index, "was acknowledged and is lost");
    if (j->allowed == 0 && j->acked && !c.done)
        check_fail(w, k, index, "has lost an acknowledged result");
    if (j->allowed == 0 && j->seen_outcome != 0
        && (!c.done || c.outcome != j->seen_outcome))
        check_fail(w, k, index, "has lost a result that a client saw");
    if (!j->acked)
        j->ack_after = 0;
    j->fence = 0;       /* holders will tell */
    if (!c.done && j->done_us != 0) {
        j->done_us = 0;
        k->n_done--;
    }
}

/* An old copy of the disk: what was acknowledged since is lost with the disk
 * that held it, and what is here goes on as it was then. */
static void
age(struct world *w, struct node *n, struct book_work *k)
{
    if (k->accepted > 0
        && !core_job_at(n->core, k->number, k->accepted - 1).known) {
        if (!k->forgotten)
            world_tell(w, 0, "%s-%u is lost with the disk", n->config.name,
                       k->number);
        k->lost = true;
        return;
    }
    k->anew = true;
    for (uint32_t i = 0; i < k->n_jobs; i++) {
        struct book_job *j = &k->job[i];
        j->allowed++;
        j->acked = false;
        j->seen_outcome = 0;
    }
}

void
check_restart(struct world *w, struct node *n)
{
    for (size_t i = 0; i < w->book.n; i++) {
        struct book_work *k = w->book.v[i];
        if (k->lost || k->number == 0
            || !node_id_equal(&k->home_id, &n->id))
            continue;
        if (n->aged)
            age(w, n, k);
        for (uint32_t index = 0;
             index < k->n_jobs && !k->lost && !k->forgotten; index++)
            check_kept(w, n, k, index);
    }
    n->aged = false;
}
