/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/compare.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exits.h"
#include "base/xalloc.h"
#include "sim/load.h"
#include "sim/options.h"
#include "sim/report.h"
#include "sim/world.h"

enum { MILLI = 1000, SEC = 1000 * 1000 };

/* A list of jobs that arrive together at one host. */
struct arrival {
    int64_t at_us;
    uint16_t host;
    uint32_t n;
    uint32_t *us;       /* [n], owned */
};
struct arrivals {
    size_t n, cap;
    struct arrival *v;
};

static void
arrivals_fini(struct arrivals *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->v[i].us);
    free(a->v);
}

/* Length of a job of mean 1. */
static double
draw(enum dist dist, struct random *r)
{
    const double u = random_unit(r);

    switch (dist) {
    case DIST_CONSTANT:
        return 1;
    case DIST_UNIFORM:
        return 2 * u;
    case DIST_EXP:
        return -log(1 - u);
    case DIST_PARETO:   /* shape 1.5 */
        return pow(1 - u, -1 / 1.5) / 3;
    case DIST_BIMODAL:  /* a tenth of the jobs is ten times as long */
        return (u < 0.1 ? 10 : 1) / 1.9;
    }
    return 1;
}

static void
add_job(struct arrivals *a, int64_t at_us, uint16_t host, uint32_t us)
{
    struct arrival *last = a->n == 0 ? NULL : &a->v[a->n - 1];

    if (last == NULL || last->at_us != at_us || last->host != host) {
        if (a->n == a->cap) {
            a->cap = a->cap == 0 ? 8 : 2 * a->cap;
            a->v = xrealloc(a->v, a->cap, sizeof *a->v);
        }
        last = &a->v[a->n++];
        *last = (struct arrival){ .at_us = at_us, .host = host };
    }
    if ((last->n & (last->n - 1)) == 0)
        last->us = xrealloc(last->us, last->n == 0 ? 1 : 2 * (size_t)last->n,
                            sizeof *last->us);
    last->us[last->n++] = us < 1 ? 1 : us;
}

/* Lines "SECONDS HOST MS", HOST from 1. 0, or an exit status. */
static int
read_arrivals(const struct options *o, struct arrivals *a)
{
    FILE *f = fopen(o->arrivals, "r");
    char line[200];
    unsigned long host;
    unsigned n = 0;
    double s, ms;
    int status = 0;

    if (f == NULL) {
        (void)fprintf(stderr, "lbsim: %s: no such file\n", o->arrivals);
        return EXIT_NOTFOUND;
    }
    while (status == 0 && fgets(line, sizeof line, f) != NULL) {
        n++;
        if (line[0] == '#' || line[0] == '\n')
            continue;
        /* What is no number is 0, and so are those behind it. */
        char *at;
        s = strtod(line, &at);
        host = strtoul(at, &at, 10);
        ms = strtod(at, NULL);
        if (s < 0 || s > 1e6 || host < 1 || host > o->n_hosts || ms <= 0
            || ms > 4e6) {
            (void)fprintf(stderr, "lbsim: %s:%u: not SECONDS HOST MS with "
                          "a HOST of 1..%u\n", o->arrivals, n,
                          (unsigned)o->n_hosts);
            status = EXIT_CONFIG;
        } else {
            add_job(a, (int64_t)(s * SEC), (uint16_t)(host - 1),
                    (uint32_t)(ms * MILLI));
        }
    }
    (void)fclose(f);
    return status;
}

static int
make_arrivals(const struct options *o, uint64_t seed, struct arrivals *a)
{
    struct random r;

    if (o->arrivals != NULL)
        return read_arrivals(o, a);
    random_seed(&r, seed);
    for (uint32_t i = 0; i < o->jobs; i++) {
        double us = draw(o->dist, &r) * o->ms * MILLI;
        add_job(a, 0, 0, us > 4e9 ? 4000000000u : (uint32_t)us);
    }
    return 0;
}

static struct world *
make_world(const struct options *o, enum policy policy, uint64_t seed)
{
    const struct world_options wo = {
        .seed = seed, .nodes = o->n_hosts, .slots = o->slots,
        .link = { .latency_us = o->latency_us,
                  .loss_ppm = (uint32_t)(o->loss_percent * 10000) },
        .commit_min_us = MILLI, .commit_max_us = 3 * MILLI
    };
    struct world *w = world_new(&wo);
    w->cheap = true;
    w->faultless = w->alone = o->loss_percent == 0 && !o->duplicate;
    for (uint16_t i = 0; i < w->n; i++) {
        struct core_config *c = &w->node[i].config;
        const struct host *h = &o->host[i];
        c->policy.name = policy;
        c->policy.difference = o->difference;
        c->policy.queue_max = o->queue_max;
        c->policy.queue_min = o->queue_min;
        c->policy.bootstrap = o->bootstrap;
        c->policy.duplicate = o->duplicate;
        c->placement = o->placement;
        c->state_interval_us = o->interval_us;
        c->queue_max_jobs = 20 * 1000 * 1000;
        c->throttle_percent = h->throttle_percent;
        if (h->slots > 0)
            c->slots = h->slots;
        w->node[i].speed = h->speed;
        node_start(w, &w->node[i]);
    }
    return w;
}

static int
compare_u64(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* max(all work / all rates, longest job / fastest slot); with arrivals over
 * time not earlier than the last one. */
static double
bound_s(const struct world *w)
{
    double work = 0, longest = 0, rate = 0, fastest = 0;

    for (size_t i = 0; i < w->book.n; i++) {
        const struct book_work *k = w->book.v[i];
        for (uint32_t x = 0; x < k->n_jobs; x++) {
            work += k->job[x].base_us;
            if (k->job[x].base_us > longest)
                longest = k->job[x].base_us;
        }
    }
    for (uint16_t i = 0; i < w->n; i++) {
        const double s = w->node[i].speed
                         * w->node[i].config.throttle_percent / 100;
        rate += s * w->node[i].config.slots;
        if (s > fastest)
            fastest = s;
    }
    const double a = work / rate, b = longest / fastest;
    return (a > b ? a : b) / SEC;
}

/* Adds the figures of a run that has ended to `row`. */
static void
measure(const struct world *w, int64_t start_us, struct row *row)
{
    uint64_t n = 0, i = 0;
    int64_t last_us = start_us;

    for (size_t k = 0; k < w->book.n; k++)
        n += w->book.v[k]->n_jobs;
    int64_t *in_system = xcalloc(n, sizeof *in_system);
    for (size_t k = 0; k < w->book.n; k++) {
        const struct book_work *b = w->book.v[k];
        for (uint32_t x = 0; x < b->n_jobs; x++) {
            if (b->job[x].done_us == 0) {
                row->lost++;
                continue;
            }
            in_system[i++] = b->job[x].done_us - b->submitted_us;
            if (b->job[x].done_us > last_us)
                last_us = b->job[x].done_us;
        }
    }
    qsort(in_system, i, sizeof *in_system, compare_u64);
    const double bound = bound_s(w), span = (double)(last_us - start_us) / SEC;
    row->makespan_s += span;
    row->bound_s += bound;
    row->ratio += span / bound;
    const size_t p99 = i == 0 ? 0 : (i - 1) * 99 / 100;
    row->p99_s += i == 0 ? 0 : (double)in_system[p99] / SEC;
    row->moves += (double)w->figures.taken / (double)n;
    row->messages += w->figures.messages;
    row->twice += w->figures.twice;
    if (w->figures.worst_moves > row->worst)
        row->worst = w->figures.worst_moves;
    free(in_system);
}

static bool
all_done(const struct world *w)
{
    for (size_t i = 0; i < w->book.n; i++)
        if (w->book.v[i]->n_done < w->book.v[i]->n_jobs)
            return false;
    return true;
}

/* One run; 0 or an exit status. */
static int
run_one(const struct options *o, enum policy policy, uint64_t seed,
        struct row *row)
{
    const int64_t start_us = 3ll * SEC;     /* the nodes know each other */
    struct arrivals a = { 0 };
    int status = make_arrivals(o, seed, &a);
    FILE *trace = NULL;

    if (status != 0)
        return status;
    struct world *w = make_world(o, policy, seed);
    struct load *load = load_new(w);
    if (o->trace != NULL && (trace = fopen(o->trace, "w")) == NULL)
        (void)fprintf(stderr, "lbsim: %s: cannot be written\n", o->trace);
    w->transcript.out = o->verbose ? stdout : trace;
    w->tell_runs = w->transcript.out != NULL;
    for (size_t i = 0; i < a.n; i++) {
        const struct wish h = { .home = a.v[i].host,
                                .at_us = start_us + a.v[i].at_us,
                                .n_jobs = a.v[i].n, .cost_us = a.v[i].us,
                                .chunk = o->hints ? 50000 : a.v[i].n,
                                .hints = o->hints,
                                .idempotent = o->duplicate, .blind = true };
        (void)load_add(w, &h);
    }
    while (!all_done(w) && w->failure[0] == '\0'
           && w->now_us < 1000000ll * SEC)
        world_run(w, w->now_us + SEC / 10);
    measure(w, start_us, row);
    if (w->failure[0] != '\0') {
        (void)fprintf(stderr, "seed %llu, step %llu: invariant: %s\n",
                      (unsigned long long)seed, (unsigned long long)w->steps,
                      w->failure);
        transcript_tail(&w->transcript, stderr);
        status = EXIT_FAILED;
    }
    if (trace != NULL)
        (void)fclose(trace);
    load_free(load);
    world_free(w);
    arrivals_fini(&a);
    return status;
}

int
compare_run(const struct options *o)
{
    struct row rows[8] = { 0 };
    size_t n = 0;
    int status = 0;

    for (int p = POLICY_HYBRID; p <= POLICY_NONE && status == 0; p++) {
        if (!o->all_policies && (enum policy)p != o->policy)
            continue;
        struct row *row = &rows[n++];
        row->policy = policy_names[p - 1];
        for (uint64_t i = 0; i < o->seeds && status == 0; i++)
            status = run_one(o, (enum policy)p, o->seed + i, row);
        assert(o->seeds > 0);
        const double seeds = (double)o->seeds;
        row->makespan_s /= seeds;
        row->bound_s /= seeds;
        row->ratio /= seeds;
        row->moves /= seeds;
        row->p99_s /= seeds;
        row->messages /= o->seeds;
    }
    if (status == EXIT_DONE || status == EXIT_FAILED)
        report_rows(rows, n, o->output);
    return status;
}
