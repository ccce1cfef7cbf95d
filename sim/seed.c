/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/faults.h"
#include "sim/invariants.h"
#include "sim/load.h"
#include "sim/plan.h"

enum { SEC = 1000 * 1000, STEPS_MAX = 3 * 1000 * 1000,
       ANSWERS_US = 20 * SEC, FILE_US = 60 * SEC, TABLES_US = 60 * SEC };

static const struct world *under_way;
static struct seed_options asked;
static bool silent;

void
seed_report(const char *what)
{
    const struct world *w = under_way;
    const char *comma = "";

    if (w == NULL || silent)
        return;
    (void)fprintf(stderr, "seed %" PRIu64 ", step %" PRIu64
                  ": invariant: %s\n", w->seed, w->steps, what);
    transcript_tail(&w->transcript, stderr);
    (void)fprintf(stderr, "again: lbsim -s %" PRIu64 " --nodes %u", w->seed,
                  (unsigned)asked.nodes);
    if (asked.slots > 0)
        (void)fprintf(stderr, " --slots %u", (unsigned)asked.slots);
    (void)fputs(" --faults ", stderr);
    for (int i = 0; fault_names[i] != NULL && asked.faults != FAULT_ALL; i++) {
        if ((asked.faults & 1u << i) == 0)
            continue;
        (void)fprintf(stderr, "%s%s", comma, fault_names[i]);
        comma = ",";
    }
    if (comma[0] == '\0')
        (void)fputs(asked.faults == 0 ? "none" : "all", stderr);
    (void)fputs(" -v\n", stderr);
}

/* Runs on until `over` says so, or the bound is reached. */
static void
demand(struct world *w, int64_t bound_us,
       bool (*over)(struct world *w, char *why, size_t cap))
{
    const int64_t end_us = w->now_us + bound_us;
    char why[200];

    while (w->failure[0] == '\0' && !over(w, why, sizeof why)) {
        if (w->now_us >= end_us) {
            world_fail(w, "liveness: %" PRId64 " s after the last fault %s",
                       (w->now_us - w->healed_us) / SEC, why);
            return;
        }
        world_run(w, w->now_us + SEC);
        if (w->shares)
            check_idle(w);
    }
}

static bool
load_over(struct world *w, char *why, size_t cap)
{
    return load_done(w, why, cap) && check_ended(w, why, cap);
}

static bool
is_open(const struct book_work *k)
{
    return !k->closed && !k->lost;
}

static bool
is_lost(const struct book_work *k)
{
    return k->lost;
}

/* The work that may be left, were all of it done by the slowest node alone:
 * every attempt as long as it may take, and once more what was under way when
 * the faults ended. Of the workloads that count. */
static int64_t
work_left(const struct plan *p, const struct world *w,
          bool (*counts)(const struct book_work *))
{
    double sum_us = 0, most_us = 0;
    bool bad = false;

    for (uint16_t i = 0; i < w->n; i++)
        bad |= w->node[i].fail_permille > 0;
    for (size_t i = 0; i < w->book.n; i++) {
        const struct book_work *k = w->book.v[i];
        const bool fails = bad || k->fail_permille > 0 ||
                           k->hang_permille > 0;
        for (uint32_t j = 0; counts(k) && j < k->n_jobs; j++) {
            const struct book_job *b = &k->job[j];
            const double us = k->timeout_us > 0 ? (double)k->timeout_us
                                                : b->base_us / p->slowest;
            const unsigned times = (b->done_us == 0) + 1u * fails
                                   + (fails ? k->retries : 0u);
            sum_us += us * times;
            most_us = us > most_us ? us : most_us;
        }
    }
    return (int64_t)(sum_us / p->slots + 2 * most_us);
}

/* After the last fault: two leases, the work, also that of homes that are lost,
 * as it may have the slots, and for clients whose answers are lost, or whose
 * files are sought, what they wait. */
static int64_t
bound_of(const struct plan *p, const struct world *w)
{
    int64_t us = 2 * w->node[0].config.lease_us + work_left(p, w, is_open)
                 + work_left(p, w, is_lost) + (w->healed_us - w->now_us)
                 + ANSWERS_US;

    for (size_t i = 0; i < w->book.n; i++) {
        const struct book_work *k = w->book.v[i];
        us += k->file ? FILE_US : 0;
        if (!k->lost)   /* each chunk may have to be asked for twice */
            us += (int64_t)(k->n_jobs - k->accepted) * 2 * SEC;
    }
    return us;
}

static void
go(struct plan *p, struct world *w)
{
    for (uint16_t i = 0; i < w->n; i++)
        node_start(w, &w->node[i]);
    const uint32_t clients = plan_between(p, 1, p->style == STYLE_WALK ? 3
                                                                       : 6);
    for (uint32_t i = 0; i < clients; i++)
        plan_client(p, w);
    world_run(w, p->safety_us);
    faults_heal(w);
    const int64_t from_us = w->now_us, bound_us = bound_of(p, w);
    demand(w, bound_us, load_over);
    /* Holders go on with what a home has lost that never comes back. */
    demand(w, TABLES_US + work_left(p, w, is_lost), check_tables);
    w->figures.drained_us = w->now_us - from_us;
    check_records(w);
    check_count(w);
}

struct seed_result
seed_run(uint64_t seed, const struct seed_options *o)
{
    struct plan p;

    plan_draw(&p, seed, o);
    struct world *w = plan_world(&p, seed);
    under_way = w;
    asked = *o;
    silent = o->silent;
    w->max_steps = STEPS_MAX;
    if (o->verbose) {
        w->transcript.out = stdout;
        w->transcript.level = LOG_DEBUG;
        w->tell_runs = true;
    }
    struct load *load = load_new(w);
    struct faults *faults = faults_new(w, &p.faults);
    go(&p, w);
    struct seed_result r = { .ok = w->failure[0] == '\0', .steps = w->steps,
                             .virtual_us = w->now_us,
                             .figures = w->figures };
    for (size_t i = 0; i < w->book.n; i++)
        r.jobs += w->book.v[i]->n_jobs;
    if (!r.ok)
        seed_report(w->failure);
    under_way = NULL;
    load_free(load);
    faults_free(faults);
    world_free(w);
    return r;
}
