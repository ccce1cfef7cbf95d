/* SPDX-License-Identifier: MPL-2.0 */
/*
 * clock - the wall clocks of the agents jump by hours and years, run fast or
 * slow, each on its own (libfaketime); and their monotonic clocks began at
 * different times (time namespaces, as root). At times one is killed and
 * starts with the clock that it has. Nothing may time out for it, and no
 * duration may be absurd.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/siege.h"

enum { NODES = 3 };

static const char *const libraries[] = {
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1", NULL
};

struct clock {
    struct siege s;
    char preload[128], file[NODES][200], variable[NODES][240];
    char offset[NODES][32];
    const char *env[NODES][8], *wrap[NODES][8];
    unsigned jumps, restarts, gone;     /* gone: peers given up */
};

static const char *
library(void)
{
    for (size_t i = 0; libraries[i] != NULL; i++)
        if (access(libraries[i], R_OK) == 0)
            return libraries[i];
    return NULL;
}

/* Whole or not at all: the library reads it at any moment. */
static int
set(struct clock *k, size_t i, const char *text)
{
    char half[220];
    FILE *f;

    snprintf(half, sizeof half, "%s.new", k->file[i]);
    if ((f = fopen(half, "w")) == NULL)
        return -1;
    fprintf(f, "%s\n", text);
    return fclose(f) == 0 ? rename(half, k->file[i]) : -1;
}

static int
jump(struct clock *k, size_t i)
{
    struct rng *rng = &k->s.r->rng;
    char text[64];
    int64_t s = 0;

    switch (rng_below(rng, 5)) {
    case 0: s = rng_between(rng, -3650, 3650) * 86400; break;
    case 1: s = rng_between(rng, -1, 1) * 3600; break;
    case 2: s = rng_between(rng, -120, 120); break;
    case 3: s = rng_chance(rng, 50) ? 315360000 : -315360000; break;
    case 4: break;
    }
    snprintf(text, sizeof text, "%+" PRId64, s);
    if (rng_chance(rng, 20))
        snprintf(text + strlen(text), sizeof text - strlen(text), " x%s",
                 rng_chance(rng, 50) ? "10" : "0.1");
    k->jumps++;
    return set(k, i, text);
}

/* Its environment, and a monotonic clock of its own. */
static int
dress(struct clock *k, size_t i)
{
    struct cluster_node n = { .env = k->env[i] };
    const char **e = k->env[i], **w = k->wrap[i];

    snprintf(k->file[i], sizeof k->file[i], "%s/clock.%zu", k->s.r->dir, i);
    snprintf(k->variable[i], sizeof k->variable[i],
             "FAKETIME_TIMESTAMP_FILE=%s", k->file[i]);
    *e++ = k->preload;
    *e++ = k->variable[i];
    *e++ = "FAKETIME_DONT_FAKE_MONOTONIC=1";
    *e++ = "FAKETIME_NO_CACHE=1";
    *e = NULL;
    snprintf(k->offset[i], sizeof k->offset[i], "%" PRId64,
             rng_between(&k->s.r->rng, 0, 30 * 86400));
    *w++ = "unshare";
    *w++ = "--time";
    *w++ = "--monotonic";
    *w++ = k->offset[i];
    *w = NULL;
    if (geteuid() == 0)
        n.wrap = k->wrap[i];
    return set(k, i, "+0") == 0 ? cluster_set(k->s.c, i, &n) : -1;
}

static enum verdict
restart(struct clock *k, size_t i)
{
    int64_t at = checker_now_ms();

    checker_fault(k->s.r->checker, i, at, 0);
    if (cluster_kill(k->s.c, i) != 0 || cluster_launch(k->s.c, i) != 0 ||
        cluster_await_ready(k->s.c, i, SIEGE_READY_MS) != 0)
        return campaign_fail(k->s.r, "%s does not start again",
                             cluster_name(k->s.c, i));
    checker_fault(k->s.r->checker, i, at, checker_now_ms());
    k->restarts++;
    return CAMPAIGN_PASS;
}

static enum verdict
start(void *arg)
{
    struct clock *k = arg;

    for (size_t i = 0; i < NODES; i++)
        if (dress(k, i) != 0)
            return campaign_fail(k->s.r, "%s: cannot write", k->file[i]);
    return siege_start(&k->s);
}

static enum verdict
torment(void *arg)
{
    struct clock *k = arg;
    struct rng *rng = &k->s.r->rng;
    enum verdict v = CAMPAIGN_PASS;

    while (v == CAMPAIGN_PASS && k->jumps < k->s.r->events) {
        size_t i = (size_t)rng_below(rng, NODES);
        if (jump(k, i) != 0)
            return campaign_fail(k->s.r, "%s: cannot write", k->file[i]);
        if (rng_chance(rng, 4))
            v = restart(k, i);
        if (v == CAMPAIGN_PASS)
            v = siege_look(&k->s, rng_between(rng, 10, 300));
    }
    return v;
}

/* Peers that were taken for dead by their silence: there was none. */
static void
count_gone(struct clock *k)
{
    char line[1024];

    for (size_t i = 0; i < NODES; i++) {
        FILE *f = fopen(cluster_log(k->s.c, i), "r");
        while (f != NULL && fgets(line, sizeof line, f) != NULL)
            k->gone += strstr(line, "evt=peer-down") != NULL &&
                       strstr(line, "why=silent") != NULL;
        if (f != NULL)
            fclose(f);
    }
    /* The log has the time of a clock that lies. */
    for (size_t i = 0; k->gone > 0 && i < NODES; i++)
        checker_fault(k->s.r->checker, i, 1, 0);
}

static enum verdict
lift(void *arg, enum verdict v)
{
    struct clock *k = arg;

    count_gone(k);
    campaign_faults(k->s.r, "%u jumps of wall clocks%s, %u restarts; %u peers "
                    "taken for dead", k->jumps, geteuid() == 0
                    ? ", monotonic clocks apart" : "", k->restarts, k->gone);
    /* A short run, on a machine that may be busy, does not judge silence. */
    if (v == CAMPAIGN_PASS && k->s.r->full && k->gone > 0)
        v = campaign_fail(k->s.r, "a peer was taken for dead");
    return v;
}

static enum verdict
run(struct run *r)
{
    struct clock k = { .s.r = r };
    const char *lib = library();

    if (lib == NULL)
        return campaign_skip(r, "needs libfaketime");
    snprintf(k.preload, sizeof k.preload, "LD_PRELOAD=%s", lib);
    return siege_lay(&k.s, &(struct siege_plan){
        .cluster = { .n_nodes = NODES,
                     .ini = r->full ? NULL : campaign_quick_timers },
        .load = { .submitters = 3, .readers = 1, .once_percent = 5,
                  .marked_percent = 20, .sleep_percent = 50,
                  .jobs_ahead = 1000, .pause_ms = 150 },
        .arg = &k, .start = start, .torment = torment, .lift = lift
    });
}

const struct campaign campaign_clock = {
    .name = "clock", .promise = "P10", .ci = 50, .full = 1000,
    .programs = "", .run = run,
    .what = "jumps of the wall clock, by seconds and years"
};
