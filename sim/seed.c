/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/seed.h"

#include <inttypes.h>
#include <stdio.h>

#include "sim/faults.h"
#include "sim/invariants.h"
#include "sim/load.h"

enum { MILLI = 1000, SEC = 1000 * 1000, STEPS_MAX = 3 * 1000 * 1000 };

static const struct world *under_way;

const struct world *
seed_world(void)
{
    return under_way;
}

/* Kinds of seeds. Those under a restriction allow stricter checks, or make
 * rare races frequent. */
enum style {
    STYLE_CALM = 1,     /* no faults: every job starts once */
    STYLE_QUICK,        /* one home of all, which crashes and is back before
                           anybody is dead: no job runs twice at once */
    STYLE_STORM,        /* a very bad network, small queues, short jobs */
    STYLE_ANY           /* any mix of all faults */
};

/* The plan of a seed. */
struct plan {
    struct random rng;
    enum style style;
    struct faults_plan faults;
    int64_t safety_us, bound_us;
    uint16_t slots;
    bool small;         /* queues: a held workload may not fit */
    bool kinds;         /* there is one that not every node offers */
    bool bad;           /* most jobs fail at one node */
    struct random kinds_rng;
};

static uint32_t
between(struct plan *p, uint32_t min, uint32_t max)
{
    return min + (uint32_t)random_below(&p->rng, (uint64_t)max - min + 1);
}

static bool
chance(struct plan *p, uint32_t percent)
{
    return random_below(&p->rng, 100) < percent;
}

static uint32_t
draw_mix(struct plan *p, uint32_t allowed, uint32_t percent)
{
    uint32_t mix = 0;

    for (uint32_t bit = 1; bit < FAULT_ALL; bit <<= 1)
        if ((allowed & bit) && chance(p, percent))
            mix |= bit;
    if (chance(p, 50))
        mix &= ~(uint32_t)FAULT_REPLACE;
    return mix;
}

static void
draw_faults(struct plan *p, uint32_t allowed)
{
    const uint32_t quick = FAULT_RESTART | FAULT_CRASH_AT | FAULT_CLOCK
                           | FAULT_DUPLICATE | FAULT_REORDER;
    const uint32_t storm = FAULT_LOSS | FAULT_DUPLICATE | FAULT_LATE
                           | FAULT_REORDER | FAULT_DRAIN | FAULT_CLOCK;
    struct faults_plan *f = &p->faults;
    const uint32_t kind = between(p, 1, 100);

    f->mean_us = between(p, 300, 4000) * MILLI;
    if (kind <= 10) {
        p->style = STYLE_CALM;
    } else if (kind <= 25) {
        p->style = STYLE_QUICK;
        f->mix = draw_mix(p, allowed & quick, 70);
        f->down_us = 500 * MILLI;
        f->only = 1;
    } else if (kind <= 40) {
        p->style = STYLE_STORM;
        f->mix = draw_mix(p, allowed & storm, 80);
        f->rate_ppm = between(p, 50, 500) * MILLI;
        f->late_us = between(p, 200, 4000) * MILLI;
    } else {
        p->style = STYLE_ANY;
        f->mix = draw_mix(p, allowed, 40);
    }
}

static struct world *
make_world(struct plan *p, uint64_t seed, const struct seed_options *o)
{
    const struct world_options wo = {
        .seed = seed, .nodes = o->nodes, .slots = p->slots,
        .link = { .latency_us = between(p, 50, 5000),
                  .jitter_us = between(p, 0, 2000) },
        .commit_min_us = MILLI, .commit_max_us = between(p, 1, 40) * MILLI,
        .keep_records = true
    };
    return world_new(&wo);
}

/* One configuration for all nodes; queues differ. */
static void
configure(struct plan *p, struct world *w)
{
    const enum policy policy =
        chance(p, 35) ? POLICY_HYBRID : (enum policy)between(p, 1, 6);
    const enum placement placement =
        chance(p, 50) ? PLACEMENT_LOCAL : (enum placement)between(p, 1, 6);
    const uint16_t prefetch = (uint16_t)between(p, 0, 2);
    const uint32_t batch = chance(p, 30) ? between(p, 1, 10) : 1000;
    const uint32_t difference = chance(p, 50) ? between(p, 1, 10) : 30;
    const uint32_t interval = chance(p, 50) ? between(p, 50, 300) : 1000;
    const uint32_t most = p->style == STYLE_STORM ? 8 : 60;

    p->small = p->style == STYLE_STORM || chance(p, 30);
    for (uint16_t i = 0; i < w->n; i++) {
        struct core_config *c = &w->node[i].config;
        c->policy.name = policy;
        c->policy.difference = difference;
        c->placement = placement;
        c->prefetch = prefetch;
        c->state_interval_us = interval * (int64_t)MILLI;
        c->batch_jobs = batch;
        c->shutdown_deadline_us = between(p, 0, 10) * (int64_t)SEC;
        if (p->small)
            c->queue_max_jobs = between(p, 2, most);
    }
}

/* Some nodes cannot read the files of jobs; one of them always can. */
static void
hide_files(struct plan *p, struct world *w)
{
    const uint16_t sees = (uint16_t)random_below(&p->rng, w->n);

    w->fetch_us = between(p, 1, 400) * (int64_t)MILLI;
    for (uint16_t i = 0; i < w->n; i++)
        w->node[i].no_files = i != sees && chance(p, 40);
}

/* Without faults a file can be read at home: if the only node that can is full
 * for long, a job fails. Jobs pinned to a node that cannot would fail one after
 * the other, each after its wait. */
static void
draw_file(struct plan *p, const struct world *w, struct wish *h)
{
    if (!chance(p, 30) || h->pin[0] != '\0' ||
        (w->faultless && w->node[h->home].no_files))
        return;
    h->file = true;
    h->ship = chance(p, 75);
    p->bound_us += 60ll * SEC;
}

static void
add_client(struct plan *p, struct world *w)
{
    struct wish h = {
        .home = p->style == STYLE_QUICK
                    ? 0 : (uint16_t)random_below(&p->rng, w->n),
        .at_us = (int64_t)random_below(&p->rng,
                                       (uint64_t)p->safety_us * 2 / 3),
        .n_jobs = chance(p, 20) ? between(p, 1, 3) : between(p, 1, 40),
        .min_us = MILLI,
        .max_us = between(p, 5, p->style == STYLE_STORM ? 300 : 3000)
                  * MILLI,
        .list = chance(p, 30), .hints = chance(p, 20),
        .once = chance(p, 35), .held = chance(p, 15) && !p->small,
        .finish_order = chance(p, 50),
        .priority = (uint8_t)(chance(p, 30) ? between(p, 0, 9) : 4),
        .retry = chance(p, 20), .forget = chance(p, 20)
    };
    h.chunk = chance(p, 60) ? h.n_jobs : between(p, 1, h.n_jobs);
    h.idempotent = !h.once && chance(p, 30);
    if (!h.once && chance(p, 30))
        h.retries = (uint8_t)between(p, 0, 3);
    if (!p->kinds && !p->bad && chance(p, 8))
        (void)snprintf(h.pin, sizeof h.pin, "%s",
                       w->node[random_below(&p->rng, w->n)].config.name);
    if (chance(p, 10))
        h.halt = (struct desc_halt){
            .when = (uint8_t)between(p, HALT_SOON, HALT_NOW),
            .on = (uint8_t)between(p, HALT_ON_FAIL, HALT_ON_DONE),
            .n = between(p, 1, 10) };
    if (chance(p, 30))
        h.fail_permille = between(p, 1, 500);
    if (chance(p, 20)) {
        h.timeout_us = between(p, 500, 5000) * (uint64_t)MILLI;
        h.hang_permille = between(p, 0, 300);
    }
    if (chance(p, 20))
        h.cancel_at_us = h.at_us + between(p, 0, 5000) * (int64_t)MILLI;
    draw_file(p, w, &h);
    if (random_below(&p->kinds_rng, 100) < 10)
        h.timeout_percent = (uint16_t)(120 + random_below(&p->kinds_rng, 400));
    /* Kinds of a node's own know no files. */
    if (p->kinds && !h.file && random_below(&p->kinds_rng, 100) < 50)
        h.kind = "render";
    const struct book_work *k = load_add(w, &h);
    for (uint32_t i = 0; i < k->n_jobs; i++) {
        const uint64_t t = h.timeout_us > 0 ? h.timeout_us
                                            : k->job[i].base_us;
        p->bound_us += (int64_t)t * (h.retries + 2);
    }
}

/* In some seeds there is a kind that not every node offers. */
static void
draw_kinds(struct plan *p, struct world *w, uint64_t seed)
{
    random_seed(&p->kinds_rng, seed ^ 0x6b696e6473ull);
    p->kinds = random_below(&p->kinds_rng, 100) < 25;
    const uint16_t one = (uint16_t)random_below(&p->kinds_rng, w->n);
    for (uint16_t i = 0; p->kinds && i < w->n; i++)
        if (i == one || random_below(&p->kinds_rng, 100) < 40)
            (void)snprintf(w->node[i].config.kinds,
                           sizeof w->node[i].config.kinds, "sleep render");
}

/* In some seeds most jobs fail at one node. No job is pinned to it: that one
 * would wait for the end of a quarantine. */
static void
draw_bad_node(struct plan *p, struct world *w)
{
    if (random_below(&p->kinds_rng, 100) >= 15)
        return;
    p->bad = true;
    w->node[random_below(&p->kinds_rng, w->n)].fail_permille = 900;
    const uint16_t most = (uint16_t)(1 + random_below(&p->kinds_rng, 4));
    for (uint16_t i = 0; i < w->n; i++)
        w->node[i].config.quarantine = most;
}

static void
report_failure(const struct world *w)
{
    (void)fprintf(stderr, "seed %" PRIu64 ", step %" PRIu64
                  ": invariant: %s\n", w->seed, w->steps, w->failure);
    transcript_tail(&w->transcript, stderr);
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
    }
}

static bool
load_over(struct world *w, char *why, size_t cap)
{
    return load_done(w, why, cap);
}

static void
go(struct plan *p, struct world *w)
{
    for (uint16_t i = 0; i < w->n; i++)
        node_start(w, &w->node[i]);
    const uint32_t clients = between(p, 1, 6);
    for (uint32_t i = 0; i < clients; i++)
        add_client(p, w);
    world_run(w, p->safety_us);
    faults_heal(w);
    demand(w, p->bound_us, load_over);
    demand(w, 60ll * SEC, check_tables);
    check_records(w);
}

struct seed_result
seed_run(uint64_t seed, const struct seed_options *o)
{
    struct plan p = { .bound_us = 90ll * SEC };

    random_seed(&p.rng, seed);
    draw_faults(&p, o->faults);
    p.slots = o->slots > 0 ? o->slots : (uint16_t)between(&p, 1, 3);
    p.safety_us = between(&p, 5, 30) * (int64_t)SEC;
    struct world *w = make_world(&p, seed, o);
    under_way = w;
    w->max_steps = STEPS_MAX;
    w->faultless = p.faults.mix == 0;
    w->alone = p.style == STYLE_QUICK || w->faultless;
    if (o->verbose) {
        w->transcript.out = stdout;
        w->transcript.level = LOG_DEBUG;
        w->tell_runs = true;
    }
    configure(&p, w);
    hide_files(&p, w);
    draw_kinds(&p, w, seed);
    draw_bad_node(&p, w);
    struct load *load = load_new(w);
    struct faults *faults = faults_new(w, &p.faults);
    if (p.faults.mix & FAULT_LATE)
        p.bound_us += 30ll * SEC;
    go(&p, w);
    struct seed_result r = { .ok = w->failure[0] == '\0', .steps = w->steps,
                             .virtual_us = w->now_us,
                             .figures = w->figures };
    for (size_t i = 0; i < w->book.n; i++)
        r.jobs += w->book.v[i]->n_jobs;
    if (!r.ok)
        report_failure(w);
    under_way = NULL;
    load_free(load);
    faults_free(faults);
    world_free(w);
    return r;
}
