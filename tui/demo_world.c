/* SPDX-License-Identifier: MPL-2.0 */
/* A made-up cluster that lives by the second: jobs are done and moved, a node
 * is paused, one drains, one dies and comes back; all again after 10 min. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/demo_own.h"

enum {
    CYCLE_S = 600, PAUSE_S = 5, REFUSED_S = 15, DIE_S = 20, DRAIN_S = 30,
    UNDRAIN_S = 240, RESUME_S = 270, RISE_S = 300
};
static const double JOBS_PER_SLOT_S = 0.42;

/* The clusters of 12 and of 2 nodes of the manual. */
static const struct known { const char *name; uint8_t load, throttle;
                            uint16_t jobs; }
known12[] = {
    { "alpha01", 91, 100, 2218 }, { "alpha02", 88, 100, 1912 },
    { "alpha03", 76, 80, 1429 }, { "alpha04", 64, 80, 1127 },
    { "alpha05", 58, 80, 994 }, { "beta01", 49, 70, 875 },
    { "beta02", 33, 60, 644 }, { "beta03", 21, 60, 312 },
    { "beta04", 12, 60, 288 }, { "gamma01", 12, 50, 93 },
    { "gamma02", 3, 50, 0 }, { "gamma03", 3, 50, 40 },
}, known2[] = {
    { "anna", 82, 100, 474 }, { "bert", 40, 70, 202 },
};

uint32_t
work_left(const struct demo_work *w)
{
    return w->n_jobs - w->done - w->failed - w->cancelled;
}

/* ---- the beginning ---- */

static void
name_node(struct demo *d, size_t i)
{
    static const char *const groups[] = { "alpha", "beta", "gamma" };
    struct demo_node *n = &d->node[i];
    size_t first[] = { 0, d->n * 5 / 12, d->n * 3 / 4 };
    size_t g = i >= first[2] && d->n > 2 ? 2 : i >= first[1] && i > 0;

    text_add(n->name, sizeof n->name, d->n >= 100 ? "%s%03u" : "%s%02u",
             groups[g], (unsigned)(i - first[g] + 1));
}

/* Load rises and falls along the names; the seed adds some of its own. */
static void
make_up(struct demo *d, size_t i)
{
    struct demo_node *n = &d->node[i];
    double wave = (double)(i * 4 % (d->n + 4)) / (double)(d->n + 4);
    double rest = wave < 0.5 ? 1 - 2 * wave : 2 * wave - 1;

    name_node(d, i);
    n->load = 10 + 70 * rest + 18 * random_unit(&d->random);
    n->usual = n->load > 70 ? 100 : n->load > 30 ? 80 : 50;
    n->weight = n->load * n->load / 10;
}

static void
take_known(struct demo_node *n, const struct known *k)
{
    text_add(n->name, sizeof n->name, "%s", k->name);
    n->load = k->load;
    n->usual = k->throttle;
    n->weight = k->jobs;
}

static void
init_node(struct demo *d, size_t i)
{
    struct demo_node *n = &d->node[i];

    for (size_t b = 0; b < sizeof n->id.b; b += 8) {
        uint64_t v = random_u64(&d->random);
        memcpy(n->id.b + b, &v, 8);
    }
    if (d->n == 12)
        take_known(n, &known12[i]);
    else if (d->n == 2)
        take_known(n, &known2[i]);
    else
        make_up(d, i);
    text_add(n->host, sizeof n->host, "10.0.%u.%u", (unsigned)(i / 250 + 4),
             (unsigned)(i % 250 + 1));
    text_add(n->policy, sizeof n->policy, "%s",
             d->n >= 60 && i % 16 == 7 ? "symmetric" : "hybrid");
    n->throttle = n->usual;
    n->floor = i == d->n * 3 / 4 ? 50 : 10;
    n->phase = PHASE_RUN;
    n->slots = d->n == 2 ? 4 : 8;
    n->incarnation = 7;
    n->boot_id = i + 1;
    n->up_us = -(int64_t)(270000 + 60 * i) * DEMO_S;
    n->mortal = d->n >= 5 && (i == d->n - 1 || i % 250 == 202);
    n->done = (uint64_t)(34 * n->load) + i;
    n->sent = n->received = 1000 + i;
}

/* The oldest that has ended makes room. False: none has. */
static bool
has_room(struct demo_node *home)
{
    size_t i = 0;

    if (home->n_works < DEMO_WORKS)
        return true;
    while (i < DEMO_WORKS && !home->work[i].ended)
        i++;
    if (i == DEMO_WORKS)
        return false;
    home->n_works--;
    memmove(&home->work[i], &home->work[i + 1],
            (home->n_works - i) * sizeof *home->work);
    return true;
}

static struct demo_work *
add_work(struct demo_node *home, const char *label, uint32_t jobs,
         uint32_t done)
{
    struct demo_work *w = &home->work[home->n_works++];
    *w = (struct demo_work){ .number = ++home->last_work, .n_jobs = jobs,
                             .done = done };
    text_add(w->label, sizeof w->label, "%s", label);
    text_add(w->kind, sizeof w->kind, "%s", jobs % 2 != 0 ? "fib" : "command");
    return w;
}

/* A job has failed for good: each of its runs somewhere else. */
static void
fail(struct demo *d, struct demo_work *w)
{
    for (size_t i = 0; i < DEMO_RUNS; i++)
        d->node[(w->failed * 5 + i * 3 + 1) % d->n].failed++;
    w->failed++;
}

static void
init_works(struct demo *d)
{
    struct demo_work *w;
    uint32_t each = d->n == 2 ? 1018 : 10000;

    d->node[0].last_work = 6;
    add_work(&d->node[0], d->n == 2 ? "primes" : "render", 2 * each,
             d->n == 2 ? 1360 : 14211)->accepted_us = -1000 * DEMO_S;
    if (d->n < 5)
        return;
    d->node[1].last_work = d->node[2].last_work = 2;
    w = add_work(&d->node[1], "etl-night", 7400, 3104);
    while (w->failed < 38)
        fail(d, w);
    w = add_work(&d->node[2], "bench", 800, 90);
    w->held = true;
    d->node[2].held = work_left(w);
    w = add_work(&d->node[3], "hello", 800, 800);
    w->ended = true;
    d->node[d->n - 1].last_work = 1;
    add_work(&d->node[d->n - 1], "probe", 16, 4);
    for (size_t i = 12; i < d->n; i += 12)
        add_work(&d->node[i], i % 24 != 0 ? "index" : "crawl", 20001, 9000);
}

double
world_wave(const struct demo *d, const struct demo_node *n, int64_t s)
{
    int64_t i = n - d->node, period = 40 + 9 * (i % 5);
    double at = (double)((s + 13 * i) % period) / (double)period;

    return at < 0.5 ? 4 * at - 1 : 3 - 4 * at;
}

/* What is to be at a node waxes and wanes, so that jobs always move. */
static double
weight(const struct demo *d, const struct demo_node *n)
{
    return n->weight * (1 + 0.16 * world_wave(d, n, d->second));
}

static double
weights(const struct demo *d)
{
    double sum = 0;

    for (size_t i = 0; i < d->n; i++)
        if (!d->node[i].silent && d->node[i].phase != PHASE_DRAIN)
            sum += weight(d, &d->node[i]);
    return sum > 0 ? sum : 1;
}

void
world_init(struct demo *d)
{
    uint32_t left = 0;

    d->node = xcalloc(d->n, sizeof *d->node);
    for (size_t i = 0; i < d->n; i++)
        init_node(d, i);
    init_works(d);
    for (size_t i = 0; i < d->n; i++)
        for (size_t w = 0; w < d->node[i].n_works; w++)
            if (!d->node[i].work[w].held)
                left += work_left(&d->node[i].work[w]);
    d->begun = left;
    double sum = weights(d);
    for (size_t i = 0; i < d->n; i++) {
        struct demo_node *n = &d->node[i];
        uint32_t share = (uint32_t)(0.99 * d->begun * weight(d, n) / sum);
        n->jobs = share < left ? share : left;
        left -= n->jobs;
    }
    d->pool[1] = left;
}

/* ---- jobs come and go ---- */

void
world_add(struct demo_node *home, uint32_t jobs)
{
    home->jobs += jobs;
}

void
world_remove(struct demo *d, uint32_t jobs)
{
    for (size_t p = 0; p < DEMO_POOL && jobs > 0; p++) {
        uint32_t some = jobs < d->pool[p] ? jobs : d->pool[p];
        d->pool[p] -= some;
        jobs -= some;
    }
    for (size_t i = d->n; i-- > 0 && jobs > 0;) {
        uint32_t some = jobs < d->node[i].jobs ? jobs : d->node[i].jobs;
        d->node[i].jobs -= some;
        if (d->node[i].running > d->node[i].jobs)
            d->node[i].running = d->node[i].jobs;
        jobs -= some;
    }
}

/* A job of some workload has been done; false: there was none. */
static bool
credit(struct demo *d, struct demo_node *home, int64_t s)
{
    for (size_t k = home->n_works; k-- > 0;) {
        struct demo_work *w = &home->work[k];
        if (w->held || work_left(w) == 0)
            continue;
        if (++d->failures % 211 == 0)
            fail(d, w);
        else
            w->done++;
        if (work_left(w) == 0) {
            w->ended = true;
            w->ended_us = s * DEMO_S;
            say_event(d, home, s * DEMO_S, "ended",
                      "workload=%s-%u jobs=%u failed=%u", home->name,
                      (unsigned)w->number, (unsigned)w->n_jobs,
                      (unsigned)w->failed);
        }
        return true;
    }
    return false;
}

/* Homes take turns, but for those that die: theirs are kept. */
static void
credit_some(struct demo *d, uint32_t jobs, int64_t s)
{
    struct demo_node **home = xcalloc(d->n, sizeof *home);
    size_t n = 0, misses = 0;

    for (size_t i = 0; i < d->n; i++) {
        struct demo_node *k = &d->node[((size_t)s + i) % d->n];
        if (!k->mortal && k->n_works > 0)
            home[n++] = k;
    }
    for (size_t i = 0; jobs > 0 && misses < n; i++) {
        if (credit(d, home[i % n], s)) {
            jobs--;
            misses = 0;
        } else {
            misses++;
        }
    }
    free(home);
}

static uint32_t
wanted_runs(const struct demo_node *n)
{
    double runs = n->slots * n->load / 100 * n->throttle / n->usual;

    if (n->phase == PHASE_PAUSE || n->phase == PHASE_START)
        return 0;
    if (runs > n->slots)
        runs = n->slots;
    return (uint32_t)(runs + 0.75);
}

static uint32_t
run_jobs(struct demo_node *n)
{
    uint32_t want = wanted_runs(n), done;

    n->running = want < n->jobs ? want : n->jobs;
    n->part += n->running * JOBS_PER_SLOT_S;
    done = (uint32_t)n->part;
    if (done > n->running)
        done = n->running;
    n->part -= done;
    n->jobs -= done;
    n->done += done;
    if (n->running > n->jobs)
        n->running = n->jobs;
    return done;
}

/* ---- balance: each node is to have its weight's share ---- */

static void
balance(struct demo *d, int64_t s)
{
    uint32_t *arrive = &d->pool[s % DEMO_POOL];
    uint32_t *leave = &d->pool[(s + DEMO_POOL - 1) % DEMO_POOL];
    double sum = weights(d), all = 0;

    for (size_t i = 0; i < DEMO_POOL; i++)
        all += d->pool[i];
    for (size_t i = 0; i < d->n; i++)
        all += d->node[i].silent ? 0 : d->node[i].jobs;
    for (size_t i = d->n; i-- > 0;) {
        struct demo_node *n = &d->node[i];
        bool leaves = n->phase == PHASE_DRAIN;
        double share = leaves ? 0 : all * weight(d, n) / sum;
        double over = n->jobs - n->running - share;
        if (n->silent || n->phase == PHASE_PAUSE)
            continue;
        if (over > 1) {
            uint32_t some = leaves ? 10 : 1 + (uint32_t)over / 3;
            uint32_t most = n->jobs - n->running;
            some = some < most ? some : most;
            n->jobs -= some;
            n->sent += some;
            *leave += some;
        } else if (!leaves) {
            uint32_t some = (uint32_t)(-over) / 2 + 2;
            some = some < *arrive ? some : *arrive;
            n->jobs += some;
            n->received += some;
            *arrive -= some;
        }
    }
    /* What nobody took goes on. */
    uint32_t rest = *arrive;
    *arrive = 0;
    d->pool[(s + 1) % DEMO_POOL] += rest;
}

/* ---- what happens ---- */

static void
die(struct demo *d, struct demo_node *n, int64_t s)
{
    uint32_t kept = 0, back;

    for (size_t w = 0; w < n->n_works; w++)
        kept += n->work[w].held ? 0 : work_left(&n->work[w]);
    if (kept > n->jobs)
        kept = n->jobs;
    back = n->jobs - kept;
    n->jobs = kept;
    n->silent = true;
    world_add(&d->node[0], back);
    char text[80] = "";
    text_add(text, sizeof text, "jobs=%u from=%s", (unsigned)back, n->name);
    if (back > 0)
        say_warning(d, &d->node[0], s * DEMO_S + 5500000, "reclaimed", text);
}

static void
rise(struct demo *d, struct demo_node *n, int64_t s)
{
    uint32_t kept = 0;

    for (size_t w = 0; w < n->n_works; w++)
        kept += n->work[w].held ? 0 : work_left(&n->work[w]);
    n->silent = false;
    n->incarnation++;
    n->seq = n->done = n->failed = n->sent = n->received = 0;
    n->up_us = s * DEMO_S;
    n->running = 0;
    n->jobs = kept < n->jobs ? kept : n->jobs;
    say_event(d, n, s * DEMO_S, "started", "incarnation=%u jobs=%u",
              (unsigned)n->incarnation, (unsigned)kept);
}

static void
set_phase(struct demo *d, struct demo_node *n, enum phase phase,
          const char *what)
{
    n->phase = phase;
    say_event(d, n, d->second * DEMO_S + 300000, what,
              "queued=%u running=%u %s", (unsigned)(n->jobs - n->running),
              (unsigned)n->running, phase == PHASE_PAUSE ? "by=bob cmd=9bf2"
                                                         : "by=ann cmd=8f39");
}

static void
happen(struct demo *d, int64_t s)
{
    struct demo_node *drains = &d->node[d->n * 7 / 12];
    struct demo_node *pauses = &d->node[d->n * 2 / 3];
    struct demo_node *refuses = &d->node[d->n * 3 / 4];

    for (size_t i = 0; i < d->n; i++) {
        if (d->node[i].mortal && !d->node[i].silent && s % CYCLE_S == DIE_S)
            die(d, &d->node[i], s);
        else if (d->node[i].silent && s % CYCLE_S == RISE_S)
            rise(d, &d->node[i], s);
    }
    if (d->n < 5)
        return;
    if (s % CYCLE_S == PAUSE_S)
        set_phase(d, pauses, PHASE_PAUSE, "pause");
    else if (s % CYCLE_S == RESUME_S && pauses->phase == PHASE_PAUSE)
        set_phase(d, pauses, PHASE_RUN, "resume");
    else if (s % CYCLE_S == DRAIN_S)
        set_phase(d, drains, PHASE_DRAIN, "drain");
    else if (s % CYCLE_S == UNDRAIN_S && drains->phase == PHASE_DRAIN)
        set_phase(d, drains, PHASE_RUN, "undrain");
    else if (s % CYCLE_S == REFUSED_S)
        say_warning(d, refuses, s * DEMO_S + 118000, "refused",
                    "op=throttle to=30 by=ann cmd=8f38 "
                    "why=\"below floor 50% (node.ini)\"");
}

static void
submit(struct demo *d, int64_t s)
{
    struct demo_node *home = &d->node[random_below(&d->random,
                                                   d->n < 3 ? 1 : 3)];

    if (!has_room(home))
        return;
    struct demo_work *w = add_work(home, "batch", d->begun / 2 + 1, 0);
    w->accepted_us = s * DEMO_S;
    world_add(home, w->n_jobs);
    say_event(d, home, s * DEMO_S + 400000, "submit",
              "workload=%s-%u jobs=%u by=build", home->name,
              (unsigned)w->number, (unsigned)w->n_jobs);
}

static void
tell_transfer(struct demo *d, int64_t s)
{
    struct demo_node *from = &d->node[random_below(&d->random, d->n)];
    struct demo_node *to = &d->node[random_below(&d->random, d->n)];

    if (from != to && !from->silent && !to->silent &&
        from->load > to->load && from->phase == PHASE_RUN &&
        to->phase == PHASE_RUN)
        say_event(d, from, s * DEMO_S + 700000, "transfer",
                  "jobs=%u to=%s", 4 + (unsigned)from->load / 2, to->name);
}

void
world_step(struct demo *d, int64_t s)
{
    uint32_t done = 0;
    uint64_t jobs = 0;

    d->second = s;
    happen(d, s);
    for (size_t i = 0; i < d->n; i++)
        if (!d->node[i].silent)
            done += run_jobs(&d->node[i]);
    credit_some(d, done, s);
    balance(d, s);
    for (size_t i = 0; i < d->n; i++)
        jobs += d->node[i].silent ? 0 : d->node[i].jobs;
    if (jobs < d->begun / 4)
        submit(d, s);
    if (s % 3 == 0)
        tell_transfer(d, s);
}
