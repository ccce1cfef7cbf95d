/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stop - SIGSTOP of random agents, one or several at a time, for longer or
 * shorter than their peers wait; then SIGCONT. What they held is given to
 * others meanwhile; an agent that wakes up believes itself in time.
 */
#include <signal.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"

enum { NODES = 3, READY_MS = 20 * 1000, IDLE_MS = 60 * 1000 };

struct stop {
    struct run *r;
    struct cluster *c;
    struct load *load;
    int64_t until_ms[NODES];    /* it sleeps till then; 0: it is awake */
    int64_t fault_ms[NODES];
    unsigned stops, asleep, longer;
    int64_t next_ms;
};

/* From 1 to 8 s, in a release to 120 s; short ones more often. */
static int64_t
draw_length(struct stop *s)
{
    int64_t low = 1000ll << rng_below(&s->r->rng, s->r->full ? 7 : 3);
    int64_t high = 2 * low;

    if (high > 120000)
        high = 120000;
    return rng_between(&s->r->rng, low, high);
}

static void
stop_one(struct stop *s, size_t i)
{
    int64_t length = draw_length(s), now = campaign_now_ms();

    s->fault_ms[i] = checker_now_ms();
    checker_fault(s->r->checker, i, s->fault_ms[i], 0);
    cluster_signal(s->c, i, SIGSTOP);
    s->until_ms[i] = now + length;
    s->stops++;
    s->asleep++;
    s->longer += length > 2000;
}

static void
wake(struct stop *s, size_t i)
{
    cluster_signal(s->c, i, SIGCONT);
    checker_fault(s->r->checker, i, s->fault_ms[i], checker_now_ms());
    s->until_ms[i] = 0;
    s->asleep--;
}

static enum verdict
look(struct stop *s)
{
    int64_t now = campaign_now_ms();

    for (size_t i = 0; i < NODES; i++) {
        if (s->until_ms[i] != 0 && now >= s->until_ms[i])
            wake(s, i);
        if (cluster_ended(s->c, i, NULL))
            return campaign_fail(s->r, "%s ended by itself",
                                 cluster_name(s->c, i));
    }
    if (load_trouble(s->load)[0] != '\0')
        return campaign_fail(s->r, "%s", load_trouble(s->load));
    return campaign_sleep(10) ? CAMPAIGN_PASS
                              : campaign_fail(s->r, "interrupted");
}

static enum verdict
torment(struct stop *s)
{
    enum verdict v = CAMPAIGN_PASS;

    while (v == CAMPAIGN_PASS &&
           (s->stops < s->r->events || s->asleep > 0)) {
        int64_t now = campaign_now_ms();
        size_t i = (size_t)rng_below(&s->r->rng, NODES);
        if (now >= s->next_ms && s->stops < s->r->events &&
            s->until_ms[i] == 0) {
            stop_one(s, i);
            s->next_ms = now + rng_between(&s->r->rng, 0, 4000);
        }
        v = look(s);
    }
    return v;
}

static enum verdict
run_with(struct stop *s)
{
    if (cluster_start(s->c, READY_MS) != 0)
        return campaign_fail(s->r, "the agents do not find each other");
    s->load = load_start(&(struct load_plan){
        .cluster = s->c, .checker = s->r->checker, .seed = s->r->seed,
        .submitters = 3, .readers = 1, .once_percent = 5,
        .marked_percent = 20, .sleep_percent = 50, .jobs_ahead = 1000,
        .pause_ms = 150
    });
    enum verdict v = torment(s);
    load_stop(s->load);
    for (size_t i = 0; i < NODES; i++)
        if (s->until_ms[i] != 0)
            wake(s, i);
    campaign_faults(s->r, "%u stops, %u of them for longer than dead_after",
                    s->stops, s->longer);
    if (v == CAMPAIGN_PASS && load_collect(s->r, s->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct stop s = { .r = r };

    s.c = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = NODES, .ini = campaign_quick_timers
    });
    if (s.c == NULL)
        return campaign_fail(r, "no cluster");
    enum verdict v = run_with(&s);
    load_free(s.load);
    cluster_free(s.c);
    return v;
}

const struct campaign campaign_stop = {
    .name = "stop", .promise = "P10", .ci = 4, .full = 120,
    .programs = "", .run = run,
    .what = "agents that are stopped for a while, and wake up"
};
