/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/plan.h"

#include <stdio.h>

#include "sim/load.h"
#include "sim/meddle.h"

enum { MILLI = 1000, SEC = 1000 * 1000 };

uint32_t
plan_between(struct plan *p, uint32_t min, uint32_t max)
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

/* Jobs go from node to node, and something may happen at each step. */
static void
draw_walk(struct plan *p, uint32_t allowed)
{
    const uint32_t often = FAULT_DUPLICATE | FAULT_LATE | FAULT_REORDER
                           | FAULT_CRASH_AT | FAULT_RELOAD | FAULT_DRAIN;
    const uint32_t seldom = FAULT_RESTART | FAULT_PARTITION | FAULT_PAUSE
                            | FAULT_CLOG | FAULT_LOSS | FAULT_DISK
                            | FAULT_TORN;
    struct faults_plan *f = &p->faults;

    p->style = STYLE_WALK;
    p->nodes = p->nodes < 3 ? p->nodes : 3;
    p->slots = 1;
    f->mix = draw_mix(p, allowed & often, 60)
             | draw_mix(p, allowed & seldom, 25);
    f->mean_us = plan_between(p, 300, 3000) * MILLI;
    f->shuffle_us = plan_between(p, 10, 150) * MILLI;
    f->down_us = plan_between(p, 1, 6) * SEC;
    f->rate_ppm = plan_between(p, 20, 300) * MILLI;
    f->late_us = plan_between(p, 100, 3000) * MILLI;
}

static void
draw_faults(struct plan *p, uint32_t allowed)
{
    const uint32_t quick = FAULT_RESTART | FAULT_CRASH_AT | FAULT_CLOCK
                           | FAULT_DUPLICATE | FAULT_REORDER | FAULT_TORN
                           | FAULT_MEDDLE;
    const uint32_t storm = FAULT_LOSS | FAULT_DUPLICATE | FAULT_LATE
                           | FAULT_REORDER | FAULT_DRAIN | FAULT_CLOCK
                           | FAULT_MEDDLE;
    const uint32_t rejoin = FAULT_RESTART | FAULT_CRASH_AT | FAULT_REPLACE
                            | FAULT_OLD_COPY | FAULT_TORN | FAULT_DISK
                            | FAULT_PARTITION;
    struct faults_plan *f = &p->faults;
    const uint32_t kind = plan_between(p, 1, 100);

    f->mean_us = plan_between(p, 300, 4000) * MILLI;
    if (kind <= 9) {
        p->style = STYLE_CALM;
        if (chance(p, 60))
            f->shuffle_us = plan_between(p, 5, 100) * MILLI;
    } else if (kind <= 18) {
        p->style = STYLE_QUICK;
        f->mix = draw_mix(p, allowed & quick, 70);
        f->down_us = 500 * MILLI;
        f->only = 1;
        if (chance(p, 60))
            f->shuffle_us = plan_between(p, 5, 100) * MILLI;
    } else if (kind <= 45) {
        draw_walk(p, allowed);
    } else if (kind <= 57) {
        p->style = STYLE_REJOIN;
        f->mix = draw_mix(p, allowed & rejoin, 70);
    } else if (kind <= 70) {
        p->style = STYLE_STORM;
        f->mix = draw_mix(p, allowed & storm, 80);
        f->rate_ppm = plan_between(p, 50, 500) * MILLI;
        f->late_us = plan_between(p, 200, 4000) * MILLI;
    } else {
        p->style = STYLE_ANY;
        f->mix = draw_mix(p, allowed, 40);
    }
}

static struct world *
make_world(struct plan *p, uint64_t seed)
{
    const uint32_t far = p->faults.shuffle_us > 0 && chance(p, 40) ? 200 : 5;
    const struct world_options wo = {
        .seed = seed, .nodes = p->nodes, .slots = p->slots,
        .link = { .latency_us = plan_between(p, 50, far * MILLI),
                  .jitter_us = plan_between(p, 0, 2000) },
        .commit_min_us = MILLI, .commit_max_us = plan_between(p, 1, 40) * MILLI,
        .keep_records = true
    };
    return world_new(&wo);
}

/* One configuration for all nodes; queues differ. */
static void
configure(struct plan *p, struct world *w)
{
    const enum policy policy =
        chance(p, 35) ? POLICY_HYBRID : (enum policy)plan_between(p, 1, 6);
    const enum placement placement =
        chance(p, 50) ? PLACEMENT_LOCAL : (enum placement)plan_between(p, 1, 6);
    const uint16_t prefetch = (uint16_t)plan_between(p, 0, 2);
    const uint32_t batch = chance(p, 30) ? plan_between(p, 1, 10) : 1000;
    const uint32_t difference = chance(p, 50) ? plan_between(p, 1, 10) : 30;
    const uint32_t interval = chance(p, 50) ? plan_between(p, 50, 300) : 1000;
    const uint32_t most = p->style == STYLE_STORM ? 8
                          : p->style == STYLE_WALK ? 6 : 60;
    const bool unequal = p->style == STYLE_ANY && chance(p, 25);

    p->small = p->style == STYLE_STORM
               || chance(p, p->style == STYLE_WALK ? 40 : 30);
    for (uint16_t i = 0; i < w->n; i++) {
        struct core_config *c = &w->node[i].config;
        c->policy.name = policy;
        c->policy.difference = difference;
        c->placement = placement;
        c->prefetch = prefetch;
        c->state_interval_us = interval * (int64_t)MILLI;
        c->batch_jobs = batch;
        c->shutdown_deadline_us = plan_between(p, 0, 10) * (int64_t)SEC;
        if (p->small)
            c->queue_max_jobs = plan_between(p, 2, most);
        if (p->faults.shuffle_us > 0) {
            meddle_by_hand(&w->node[i]);
            c->prefetch = 0;
            c->state_interval_us = 1500 * MILLI; /* views that are old */
        }
    }
    p->slowest = 1;
    for (uint16_t i = 0; i < w->n && unequal; i++) {
        w->node[i].speed = plan_between(p, 1, 8) / 4.0;
        if (w->node[i].speed < p->slowest)
            p->slowest = w->node[i].speed;
    }
}

/* Some nodes cannot read the files of jobs; one of them always can. */
static void
hide_files(struct plan *p, struct world *w)
{
    const uint16_t sees = (uint16_t)random_below(&p->rng, w->n);

    w->fetch_us = plan_between(p, 1, 400) * (int64_t)MILLI;
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
}

/* How its program bears with an unreliable connection, and with itself. */
static void
draw_manners(struct plan *p, struct wish *h)
{
    if (chance(p, 25))
        h->deaf_permille = plan_between(p, 10, 300);
    if (chance(p, 25))
        h->anew_permille = plan_between(p, 10, 200);
    if (chance(p, 25))
        h->double_permille = plan_between(p, 10, 300);
}

static void
draw_troubles(struct plan *p, struct wish *h)
{
    if (chance(p, 10))
        h->halt = (struct desc_halt){
            .when = (uint8_t)plan_between(p, HALT_SOON, HALT_NOW),
            .on = (uint8_t)plan_between(p, HALT_ON_FAIL, HALT_ON_DONE),
            .n = plan_between(p, 1, 10) };
    if (chance(p, 30))
        h->fail_permille = plan_between(p, 1, 500);
    if (chance(p, 20)) {
        h->timeout_us = plan_between(p, 500, 5000) * (uint64_t)MILLI;
        h->hang_permille = plan_between(p, 0, 300);
    }
    if (chance(p, 20))
        h->cancel_at_us = h->at_us + plan_between(p, 0, 5000)
                                         * (int64_t)MILLI;
}

/* So short that they are ordered ahead of a free worker; some hang. */
static void
draw_quick(struct plan *p, struct wish *h)
{
    struct random *r = &p->kinds_rng;

    if (p->style == STYLE_WALK || random_below(r, 100) >= 25)
        return;
    h->min_us = 100;
    h->max_us = 200 + (uint32_t)random_below(r, 3000);
    h->n_jobs = 8 + (uint32_t)random_below(r, 33);
    h->chunk = h->n_jobs;
    if (random_below(r, 100) < 50)
        return;
    h->timeout_us = (1500 + random_below(r, 5000)) * MILLI;
    h->hang_permille = 10 + (uint32_t)random_below(r, 100);
}

/* So long that what waits behind them has to go elsewhere. */
static void
draw_long(struct plan *p, struct wish *h)
{
    struct random *r = &p->kinds_rng;

    if (!p->pins || p->style == STYLE_WALK || random_below(r, 100) >= 8)
        return;
    h->min_us = 60 * SEC;
    h->max_us = (120 + (uint32_t)random_below(r, 240)) * SEC;
    h->n_jobs = 1 + (uint32_t)random_below(r, 4);
    h->chunk = h->n_jobs;
    h->timeout_us = h->hang_permille = 0;
    h->retries = 0;
}

void
plan_client(struct plan *p, struct world *w)
{
    const bool walk = p->style == STYLE_WALK;
    const uint32_t most_jobs = walk ? 8 : 40;
    const uint32_t least_ms = walk ? 1000 : 5;
    const uint32_t most_ms = p->style == STYLE_STORM ? 300
                             : walk ? 6000 : 3000;
    struct wish h = {
        .home = p->style == STYLE_QUICK
                    ? 0 : (uint16_t)random_below(&p->rng, w->n),
        .at_us = (int64_t)random_below(&p->rng,
                                       (uint64_t)p->safety_us * 2 / 3),
        .n_jobs = chance(p, 20) ? plan_between(p, 1, 3)
                                : plan_between(p, 1, most_jobs),
        .min_us = walk ? 200 * MILLI : MILLI,
        .max_us = plan_between(p, least_ms, most_ms) * MILLI,
        .list = chance(p, 30), .hints = chance(p, 20),
        .once = chance(p, walk ? 65 : 35),
        .held = chance(p, 15) && !p->small,
        .finish_order = chance(p, 50),
        .priority = (uint8_t)(chance(p, 30) ? plan_between(p, 0, 9) : 4),
        .retry = chance(p, 20), .forget = chance(p, 20)
    };
    h.chunk = chance(p, 60) ? h.n_jobs : plan_between(p, 1, h.n_jobs);
    h.idempotent = !h.once && chance(p, 30);
    if (!h.once && chance(p, 30))
        h.retries = (uint8_t)plan_between(p, 0, 3);
    if (p->pins && chance(p, 16))
        (void)snprintf(h.pin, sizeof h.pin, "%s",
                       w->node[random_below(&p->rng, w->n)].config.name);
    draw_troubles(p, &h);
    draw_quick(p, &h);
    draw_long(p, &h);
    draw_file(p, w, &h);
    if (random_below(&p->kinds_rng, 100) < 10)
        h.timeout_percent = (uint16_t)(120 + random_below(&p->kinds_rng, 400));
    draw_manners(p, &h);
    /* Kinds of a node's own know no files. */
    if (p->kinds && !h.file && random_below(&p->kinds_rng, 100) < 50)
        h.kind = "render";
    (void)load_add(w, &h);
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

/* In some seeds most jobs fail at one node. Where jobs may be pinned to a node
 * there is no quarantine: they would wait for its end. */
static void
draw_bad_node(struct plan *p, struct world *w)
{
    uint16_t most = w->node[0].config.quarantine;

    p->bad = random_below(&p->kinds_rng, 100) < 15;
    p->pins = !p->bad && !p->kinds && random_below(&p->kinds_rng, 2) == 0;
    if (p->bad) {
        w->node[random_below(&p->kinds_rng, w->n)].fail_permille = 900;
        most = (uint16_t)(1 + random_below(&p->kinds_rng, 4));
    }
    for (uint16_t i = 0; i < w->n; i++)
        w->node[i].config.quarantine = p->pins ? 0 : most;
}

void
plan_draw(struct plan *p, uint64_t seed, const struct seed_options *o)
{
    *p = (struct plan){ .nodes = o->nodes };
    random_seed(&p->rng, seed);
    p->slots = o->slots;
    draw_faults(p, o->faults);
    if (p->slots == 0)
        p->slots = (uint16_t)plan_between(p, 1, 3);
    p->safety_us = plan_between(p, 5, 30) * (int64_t)SEC;
}

struct world *
plan_world(struct plan *p, uint64_t seed)
{
    struct world *w = make_world(p, seed);

    w->faultless = p->faults.mix == 0 && p->style == STYLE_CALM;
    w->alone = p->style == STYLE_QUICK || w->faultless;
    configure(p, w);
    hide_files(p, w);
    draw_kinds(p, w, seed);
    draw_bad_node(p, w);
    w->shares = p->pins && w->node[0].config.policy.name == POLICY_HYBRID &&
                (p->faults.mix & (FAULT_MEDDLE | FAULT_THROTTLE |
                                  FAULT_SLOW)) == 0 && p->slowest >= 1;
    return w;
}
