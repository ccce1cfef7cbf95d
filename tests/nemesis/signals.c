/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signals - a storm of signals, a thousand a second, at agents under load: the
 * configuration is read again, the state is told, what is ignored is ignored.
 * In the end TERM, in the middle of it all: each ends in order and in time.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/siege.h"

enum {
    NODES = 3,
    A_SECOND = 1000,
    STOP_MS = 90 * 1000     /* TimeoutStop of the unit */
};

/* All that do not end or stop a process that takes no notice of them. */
static const int storm[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGCONT,
                             SIGCHLD, SIGWINCH, SIGURG };

struct signals {
    struct siege s;
    unsigned sent;
    int64_t longest_ms;     /* from TERM to the end */
};

/* So many as the time that has passed asks for. */
static enum verdict
blow(struct signals *g, int64_t start_ms)
{
    int64_t due = (campaign_now_ms() - start_ms) * A_SECOND / 1000;

    while (g->sent < g->s.r->events && g->sent < (uint64_t)due) {
        size_t i = (size_t)rng_below(&g->s.r->rng, NODES);
        size_t k = (size_t)rng_below(&g->s.r->rng,
                                     sizeof storm / sizeof storm[0]);
        if (!cluster_signal(g->s.c, i, storm[k]))
            return campaign_fail(g->s.r, "%s does not run",
                                 cluster_name(g->s.c, i));
        g->sent++;
    }
    return siege_look(&g->s, 1);
}

/* TERM once, other signals go on. It must end with status 0. */
static enum verdict
end_in_order(struct signals *g, size_t i)
{
    int64_t start_ms = campaign_now_ms(), at = checker_now_ms();
    int status = 0;

    checker_fault(g->s.r->checker, i, at, 0);
    cluster_signal(g->s.c, i, SIGTERM);
    while (!cluster_ended(g->s.c, i, &status)) {
        cluster_signal(g->s.c, i, SIGHUP);
        if (campaign_now_ms() - start_ms > STOP_MS)
            return campaign_fail(g->s.r, "%s does not end after TERM",
                                 cluster_name(g->s.c, i));
        if (!campaign_sleep(5))
            return campaign_fail(g->s.r, "interrupted");
    }
    if (campaign_now_ms() - start_ms > g->longest_ms)
        g->longest_ms = campaign_now_ms() - start_ms;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return campaign_fail(g->s.r, "%s: wait status %d after TERM",
                             cluster_name(g->s.c, i), status);
    if (cluster_launch(g->s.c, i) != 0 ||
        cluster_await_ready(g->s.c, i, SIEGE_READY_MS) != 0)
        return campaign_fail(g->s.r, "%s does not start again",
                             cluster_name(g->s.c, i));
    checker_fault(g->s.r->checker, i, at, checker_now_ms());
    return CAMPAIGN_PASS;
}

static enum verdict
torment(void *arg)
{
    struct signals *g = arg;
    enum verdict v = CAMPAIGN_PASS;
    int64_t start_ms = campaign_now_ms();

    while (v == CAMPAIGN_PASS && g->sent < g->s.r->events)
        v = blow(g, start_ms);
    for (size_t i = 0; v == CAMPAIGN_PASS && i < NODES; i++)
        v = end_in_order(g, i);
    return v;
}

static enum verdict
lift(void *arg, enum verdict v)
{
    struct signals *g = arg;

    campaign_faults(g->s.r, "%u signals, %d a second; %.1f s from TERM to the "
                    "end at the most", g->sent, (int)A_SECOND,
                    (double)g->longest_ms / 1000);
    return v;
}

static enum verdict
run(struct run *r)
{
    struct signals g = { .s.r = r };

    return siege_lay(&g.s, &(struct siege_plan){
        .cluster = { .n_nodes = NODES, .ini = campaign_quick_timers },
        .load = { .submitters = 3, .readers = 1, .once_percent = 5,
                  .marked_percent = 20, .sleep_percent = 50,
                  .jobs_ahead = 1000, .pause_ms = 150 },
        .arg = &g, .torment = torment, .lift = lift
    });
}

const struct campaign campaign_signals = {
    .name = "signals", .promise = "P17", .ci = 5000, .full = 100000,
    .programs = "", .run = run,
    .what = "a storm of signals, then TERM, under load"
};
