/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stop - SIGSTOP of random agents, one or several at a time, for longer or
 * shorter than their peers wait; then SIGCONT. What they held is given to
 * others meanwhile; an agent that wakes up believes itself in time.
 */
#include <signal.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/siege.h"

enum { NODES = 3 };

struct stop {
    struct siege s;
    int64_t until_ms[NODES];    /* it sleeps till then; 0: it is awake */
    int64_t fault_ms[NODES];
    unsigned stops, asleep, longer;
    int64_t next_ms;
};

/* From 1 to 8 s, in a release to 120 s; short ones more often. */
static int64_t
draw_length(struct stop *k)
{
    int64_t low = 1000ll << rng_below(&k->s.r->rng, k->s.r->full ? 7 : 3);
    int64_t high = 2 * low;

    if (high > 120000)
        high = 120000;
    return rng_between(&k->s.r->rng, low, high);
}

static void
stop_one(struct stop *k, size_t i)
{
    int64_t length = draw_length(k), now = campaign_now_ms();

    k->fault_ms[i] = checker_now_ms();
    checker_fault(k->s.r->checker, i, k->fault_ms[i], 0);
    cluster_signal(k->s.c, i, SIGSTOP);
    k->until_ms[i] = now + length;
    k->stops++;
    k->asleep++;
    k->longer += length > 2000;
}

static void
wake(struct stop *k, size_t i)
{
    cluster_signal(k->s.c, i, SIGCONT);
    checker_fault(k->s.r->checker, i, k->fault_ms[i], checker_now_ms());
    k->until_ms[i] = 0;
    k->asleep--;
}

static enum verdict
look(struct stop *k)
{
    int64_t now = campaign_now_ms();

    for (size_t i = 0; i < NODES; i++)
        if (k->until_ms[i] != 0 && now >= k->until_ms[i])
            wake(k, i);
    return siege_look(&k->s, 10);
}

static enum verdict
torment(void *arg)
{
    struct stop *k = arg;
    enum verdict v = CAMPAIGN_PASS;

    while (v == CAMPAIGN_PASS &&
           (k->stops < k->s.r->events || k->asleep > 0)) {
        int64_t now = campaign_now_ms();
        size_t i = (size_t)rng_below(&k->s.r->rng, NODES);
        if (now >= k->next_ms && k->stops < k->s.r->events &&
            k->until_ms[i] == 0) {
            stop_one(k, i);
            k->next_ms = now + rng_between(&k->s.r->rng, 0, 4000);
        }
        v = look(k);
    }
    return v;
}

static enum verdict
lift(void *arg, enum verdict v)
{
    struct stop *k = arg;

    for (size_t i = 0; i < NODES; i++)
        if (k->until_ms[i] != 0)
            wake(k, i);
    campaign_faults(k->s.r, "%u stops, %u of them for longer than dead_after",
                    k->stops, k->longer);
    return v;
}

static enum verdict
run(struct run *r)
{
    struct stop k = { .s.r = r };

    return siege_lay(&k.s, &(struct siege_plan){
        .cluster = { .n_nodes = NODES, .ini = campaign_quick_timers },
        .load = { .submitters = 3, .readers = 1, .once_percent = 5,
                  .marked_percent = 20, .sleep_percent = 50,
                  .jobs_ahead = 1000, .pause_ms = 150 },
        .arg = &k, .torment = torment, .lift = lift
    });
}

const struct campaign campaign_stop = {
    .name = "stop", .promise = "P10", .ci = 6, .full = 120,
    .programs = "", .run = run,
    .what = "agents that are stopped for a while, and wake up"
};
