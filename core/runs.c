/* SPDX-License-Identifier: MPL-2.0 */
#include "core/runs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/ahead.h"
#include "core/claims.h"
#include "core/home.h"
#include "core/publish.h"
#include "core/quarantine.h"
#include "core/rec.h"

enum { AHEAD_TIMES = 32 };  /* prefetch is for jobs of AHEAD_US; shorter ones
                               are ordered up to so many times further ahead */

void
runs_init(struct core *c)
{
    c->n_runs = c->config.slots * (1u + c->config.prefetch * AHEAD_TIMES);
    if (c->n_runs > TICKETS_MAX)
        c->n_runs = TICKETS_MAX;
    c->runs = xcalloc(c->n_runs, sizeof *c->runs);
    c->free_run = xcalloc(c->n_runs, sizeof *c->free_run);
    for (uint32_t i = 0; i < c->n_runs; i++)
        c->free_run[i] = c->n_runs - 1 - i;
    c->n_free_runs = c->n_runs;
}

void
runs_fini(struct core *c)
{
    free(c->runs);
    free(c->free_run);
}

static bool
may_order(const struct core *c, const struct job *j)
{
    return c->n_free_runs > 0 &&
           (c->n_running < c->config.slots || ahead_may(c, j));
}

static void
order(struct core *c, struct job *j)
{
    const struct args *own = workload_args(j->w, j->index);
    uint32_t ticket = c->free_run[--c->n_free_runs];
    struct run *run = &c->runs[ticket];

    if (c->n_running < c->config.slots)
        ahead_works(c);
    queue_remove(&c->queue, j);
    j->flags &= (uint8_t)~JOB_AVOID;
    if (j->w->home == 0)
        home_before_run(c, j);
    j->place = AT_RUNNING;
    j->run = ticket;
    j->w->running++;
    j->w->version++;
    c->n_running++;
    c->parked_due |= j->w->home == 0;
    *run = (struct run){ .job = j,
                         .number = ++c->run_number,
                         .start_us = c->true_us,
                         .cost = job_cost(j),
                         .ahead_s = job_work_s(c, j),
                         .class_at = j->w->class_at };
    c->ordered_s += run->ahead_s;
    classes_run(&c->classes, run->class_at, run->cost, run->start_us);
    /* The job may end in this very step: what the order says is a copy. */
    struct span desc = out_keep(&c->out, buf_span(&j->w->desc_bytes));
    struct span args = { 0 };
    if (own != NULL)
        args = out_keep(&c->out, (struct span){ own->bytes, own->len });
    struct action *a = out_add(&c->out, ACT_RUN);
    a->run = (struct act_run){ .slot = (uint16_t)ticket,
                               .run = run->number,
                               .gated = LB_BUG != 8 && workload_once(j->w) &&
                                        j->w->home == 0,
                               .home = peer_at(c, j->w->home)->id,
                               .workload = j->w->number,
                               .index = j->index,
                               .attempt = j->attempt,
                               .desc = desc,
                               .args = args };
}

void
runs_fill(struct core *c)
{
    struct job *j;
    if (c->phase != PHASE_RUN || c->leaving || !c->started)
        return;
    while ((j = queue_first(&c->queue)) != NULL && may_order(c, j))
        order(c, j);
}

static void
free_ticket(struct core *c, uint32_t ticket)
{
    const struct run *run = &c->runs[ticket];
    c->ordered_s -= run->ahead_s;
    classes_run_over(&c->classes, run->class_at, run->cost, run->start_us);
    c->runs[ticket] = (struct run){ 0 };
    c->free_run[c->n_free_runs++] = ticket;
    if (--c->n_running == 0)
        c->ordered_s = 0; /* what rounding left */
}

static void
left_slot(struct core *c, struct job *j)
{
    assert(j->place == AT_RUNNING && c->runs[j->run].job == j);
    c->runs[j->run].job = NULL;
    j->place = AT_NONE;
    j->next = j->prev = NULL;
    j->w->running--;
    j->w->version++;
}

void
runs_stop(struct core *c, struct job *j)
{
    struct action *a = out_add(&c->out, ACT_STOP);
    a->stop.slot = (uint16_t)j->run;
    a->stop.run = c->runs[j->run].number;
    a->stop.after_us = 0;
    left_slot(c, j);
}

static void
learn(struct core *c, const struct run *run, const struct event_outcome *ev)
{
    if (ev->outcome != OUTCOME_DONE)
        return;
    double busy_s = (double)ev->run_us / 1e6 * node_share(c);
    classes_learn(&c->classes, run->class_at, (double)run->cost / 1e6, busy_s);
    c->speed.done += run_work_s(c, run);
    c->speed.busy += busy_s;
    double us = ev->run_us == 0 ? 1 : (double)ev->run_us;
    c->mean_run_us = c->mean_run_us == 0 ? us : 0.9 * c->mean_run_us + 0.1 * us;
}

/* A run that we stopped ourselves has no outcome: its job waits again. */
static void
stopped(struct core *c, struct job *j, bool unbegun)
{
    if (unbegun)
        ahead_back(c, j);
    else if (j->w->home != 0)
        claims_release_job(c, j, true);
    else if (workload_once(j->w))
        home_reclaim(c, j);
    else
        rec_requeue(c, j, true);
}

/* Only its home knows whether a file has changed: elsewhere another one lies
 * at its path, and the job goes back as from who has none. */
static uint8_t
judge(const struct workload *w, const struct event_outcome *ev)
{
    return ev->changed && w->home != 0 ? OUTCOME_NO_FILE : ev->outcome;
}

void
runs_outcome(struct core *c, const struct event_outcome *ev)
{
    struct run *run = &c->runs[ev->slot % c->n_runs];
    if (ev->slot >= c->n_runs || run->number == 0 || run->number != ev->run) {
        c->dropped++;
        return;
    }
    struct job *j = run->job;
    struct run was = *run;
    if (j != NULL)
        left_slot(c, j);
    if (!ev->unbegun)
        ahead_works(c);
    learn(c, &was, ev);
    free_ticket(c, ev->slot);
    /* A slot falls idle: who has more is asked now, not at the next tick. */
    c->decide_due |= c->phase == PHASE_RUN && c->queue.n == 0 &&
                     c->n_running + 1 == c->config.slots;
    if (j == NULL)
        return;
    bool late = ev->outcome == OUTCOME_CANCELLED && was.timed && !ev->unbegun;
    if (ev->outcome == OUTCOME_CANCELLED && !late) {
        stopped(c, j, ev->unbegun);
        return;
    }
    struct workload *w = j->w;
    uint8_t outcome = late ? OUTCOME_FAILED : judge(w, ev);
    c->count.done += outcome == OUTCOME_DONE;
    c->count.failed += outcome == OUTCOME_FAILED;
    if (outcome == OUTCOME_DONE)
        quarantine_done(c, w);
    struct result r = { .workload = w->number,
                        .index = j->index,
                        .fence = j->fence,
                        .run = was.number,
                        .attempt = j->attempt,
                        .outcome = outcome,
                        .node = c->config.id,
                        .run_us = ev->run_us,
                        .cpu_us = ev->cpu_us,
                        .error = late ? span_str("timeout") : ev->error,
                        .value = ev->value };
    if (w->home == 0) {
        if (was.start_us > w->accepted_us)
            r.wait_us = (uint64_t)(was.start_us - w->accepted_us);
        home_outcome(c, w, &r, 0);
        if (outcome == OUTCOME_FAILED && quarantine_is_witnessed(w, 0))
            quarantine_failed(c, w);
        return;
    }
    workload_set_outcome(w, &r, 0);
    j->place = AT_FINISHED;
    j->lost = 0;
    struct peer *home = peer_at(c, w->home);
    if (home->n_fresh++ == 0)
        home->fresh_us = c->now_us;
    joblist_push(&home->fresh, j);
    c->n_unacked++;
}

/* ---- results to their homes (R26) ---- */

static void
encode_result(const struct core *c, const struct job *j, struct buf *out)
{
    const struct outcome_rec *o = workload_outcome(j->w, j->index);
    struct result r = { .workload = j->w->number,
                        .index = j->index,
                        .fence = j->fence,
                        .run = o->run,
                        .attempt = o->attempt,
                        .outcome = o->outcome,
                        .node = c->config.id,
                        .run_us = o->run_us,
                        .cpu_us = o->cpu_us,
                        .error = { o->bytes, o->error_len },
                        .value = { o->bytes + o->error_len, o->value_len } };
    result_encode(&r, out);
}

static void
send_results(struct core *c, uint16_t peer, struct buf *list, uint32_t n)
{
    struct msg m = { .type = MSG_RESULTS };
    if (n == 0)
        return;
    m.results.n = n;
    m.results.list = buf_span(list);
    core_send_now(c, peer, &m);
    buf_reset(list);
}

/* Sends what is due of one list; fresh ones go over to the finished. */
static void
flush_list(struct core *c, uint16_t peer, bool fresh)
{
    struct peer *p = peer_at(c, peer);
    struct buf list = { 0 };
    uint32_t n = 0;

    for (struct job *j = fresh ? p->fresh.first : p->finished.first, *next;
         j != NULL; j = next) {
        next = j->next;
        if (!fresh && j->at_us > c->now_us)
            continue;
        encode_result(c, j, &list);
        n++;
        j->at_us = c->now_us + ((int64_t)RESEND_US << (j->lost < 3 ? j->lost
                                                                   : 3));
        if (fresh) {
            joblist_remove(&p->fresh, j);
            joblist_push(&p->finished, j);
            p->n_fresh--;
        }
        if (j->lost < UINT8_MAX)
            j->lost++;
        if (n >= 4096 || list.len >= PAGE_BYTES) {
            send_results(c, peer, &list, n);
            n = 0;
        }
    }
    send_results(c, peer, &list, n);
    buf_fini(&list);
}

/* A lone result never waits; a stream of them is gathered. */
static int64_t
due_us(const struct core *c, const struct peer *p)
{
    if (p->fresh.first == NULL)
        return INT64_MAX;
    if (p->finished.first == NULL || p->n_fresh >= GATHER_RESULTS)
        return c->now_us;
    return p->fresh_us + GATHER_US;
}

int64_t
runs_deadline_us(const struct core *c)
{
    int64_t at = INT64_MAX;
    for (uint16_t i = 1; i < c->peers.n && c->n_unacked > 0; i++) {
        int64_t due = due_us(c, peer_at(c, i));
        if (peer_alive(c, i) && due < at)
            at = due;
    }
    return at;
}

void
runs_flush(struct core *c, bool tick)
{
    if (c->n_unacked == 0)
        return;
    for (uint16_t i = 1; i < c->peers.n; i++) {
        struct peer *p = peer_at(c, i);
        if (!peer_alive(c, i))
            continue;
        if (c->now_us >= due_us(c, p))
            flush_list(c, i, true);
        if (LB_BUG != 14 && tick && p->finished.first != NULL)
            flush_list(c, i, false);
    }
}

void
runs_ack(struct core *c, uint16_t peer, const struct msg_items *m)
{
    struct item it;
    size_t at = 0;

    while (item_next(m->items, &at, &it)) {
        for (uint32_t k = 0; k < it.count; k++) {
            struct workload *w = ledger_find(c->ledger, peer, it.workload);
            struct job *j = w == NULL ? NULL : workload_job(w, it.first + k);
            if (w == NULL || it.first + k >= w->desc.n_jobs)
                break;
            if (j == NULL || j->place != AT_FINISHED)
                continue;
            const struct outcome_rec *o = workload_outcome(w, j->index);
            if (o->run != it.run + k)
                continue;
            if (o->outcome == OUTCOME_FAILED && (it.flags & ITEM_WITNESSED))
                quarantine_failed(c, w);
            claims_drop(c, j);
        }
    }
}

/* ---- results from holders (R22) ---- */

static void
ack_one(struct buf *acks, struct item *last, const struct result *r,
        uint8_t flags)
{
    if (last->verb != 0 && last->workload == r->workload &&
        last->flags == flags &&
        last->first + last->count == r->index &&
        last->run + last->count == r->run) {
        last->count++;
        return;
    }
    if (last->verb != 0)
        item_encode(last, acks);
    *last = (struct item){ .verb = ACK_RESULT,
                           .workload = r->workload,
                           .first = r->index,
                           .count = 1,
                           .flags = flags,
                           .run = r->run };
}

/* What a holder measured of our kind of job, at the share it publishes. */
static void
learn_elsewhere(struct core *c, const struct workload *w,
                const struct result *r, const struct peer *p)
{
    const struct state *s = &p->state;
    const struct job *j = workload_job(w, r->index);
    if (j == NULL || r->outcome != OUTCOME_DONE || !p->has_state)
        return;
    struct speed_host h = { .n_cpus = s->n_cpus,
                            .ext_permille = s->ext_cpu_permille,
                            .slots = s->slots };
    classes_learn(&c->classes, w->class_at, (double)job_cost(j) / 1e6,
                  (double)r->run_us / 1e6 *
                      speed_share(s->throttle_percent, &h));
}

void
runs_results(struct core *c, uint16_t peer, const struct msg_results *m)
{
    struct buf acks = { 0 };
    struct item last = { 0 };
    struct result r;
    size_t at = 0;

    while (result_next(m->list, &at, &r)) {
        struct workload *w = ledger_find(c->ledger, 0, r.workload);
        uint8_t flags = 0;
        r.node = peer_at(c, peer)->id;
        if (w != NULL) {
            learn_elsewhere(c, w, &r, peer_at(c, peer));
            home_outcome(c, w, &r, peer);
            if (r.outcome == OUTCOME_FAILED &&
                quarantine_is_witnessed(w, peer))
                flags = ITEM_WITNESSED;
        }
        ack_one(&acks, &last, &r, flags);
    }
    if (last.verb != 0)
        item_encode(&last, &acks);
    if (LB_BUG != 4)
        home_save_results(c);
    struct msg out = { .type = MSG_RESULTS_ACK };
    out.items.home_inc = c->config.incarnation;
    out.items.items = buf_span(&acks);
    if (LB_BUG == 37)
        core_send_now(c, peer, &out);
    else
        core_send(c, peer, &out);
    buf_fini(&acks);
    core_log(c, LOG_DEBUG, "results", "from=%s n=%u", peer_name(c, peer),
             (unsigned)m->n);
}

void
runs_kill_all(struct core *c)
{
    for (uint32_t i = 0; i < c->n_runs; i++) {
        struct job *j = c->runs[i].job;
        if (j == NULL)
            continue;
        runs_stop(c, j);
        stopped(c, j, false);
    }
}
