/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signals - a storm of signals, a thousand a second, at agents under load: the
 * configuration is read again, the state is told, what is ignored is ignored.
 * In the end TERM, in the middle of it all: each ends in order and in time.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"

enum {
    NODES = 3,
    A_SECOND = 1000,
    READY_MS = 20 * 1000,
    STOP_MS = 90 * 1000,    /* TimeoutStop of the unit */
    IDLE_MS = 60 * 1000
};

/* All that do not end or stop a process that takes no notice of them. */
static const int storm[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGCONT,
                             SIGCHLD, SIGWINCH, SIGURG };

struct signals {
    struct run *r;
    struct cluster *c;
    struct load *load;
    unsigned sent;
    int64_t longest_ms;     /* from TERM to the end */
};

/* So many as the time that has passed asks for. */
static enum verdict
blow(struct signals *s, int64_t start_ms)
{
    int64_t due = (campaign_now_ms() - start_ms) * A_SECOND / 1000;

    while (s->sent < s->r->events && s->sent < (uint64_t)due) {
        size_t i = (size_t)rng_below(&s->r->rng, NODES);
        size_t k = (size_t)rng_below(&s->r->rng,
                                     sizeof storm / sizeof storm[0]);
        if (!cluster_signal(s->c, i, storm[k]))
            return campaign_fail(s->r, "%s does not run",
                                 cluster_name(s->c, i));
        s->sent++;
    }
    for (size_t i = 0; i < NODES; i++)
        if (cluster_ended(s->c, i, NULL))
            return campaign_fail(s->r, "%s ended by itself",
                                 cluster_name(s->c, i));
    if (load_trouble(s->load)[0] != '\0')
        return campaign_fail(s->r, "%s", load_trouble(s->load));
    return campaign_sleep(1) ? CAMPAIGN_PASS
                             : campaign_fail(s->r, "interrupted");
}

/* TERM once, other signals go on. It must end with status 0. */
static enum verdict
end_in_order(struct signals *s, size_t i)
{
    int64_t start_ms = campaign_now_ms(), at = checker_now_ms();
    int status = 0;

    checker_fault(s->r->checker, i, at, 0);
    cluster_signal(s->c, i, SIGTERM);
    while (!cluster_ended(s->c, i, &status)) {
        cluster_signal(s->c, i, SIGHUP);
        if (campaign_now_ms() - start_ms > STOP_MS)
            return campaign_fail(s->r, "%s does not end after TERM",
                                 cluster_name(s->c, i));
        if (!campaign_sleep(5))
            return campaign_fail(s->r, "interrupted");
    }
    if (campaign_now_ms() - start_ms > s->longest_ms)
        s->longest_ms = campaign_now_ms() - start_ms;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return campaign_fail(s->r, "%s: wait status %d after TERM",
                             cluster_name(s->c, i), status);
    if (cluster_launch(s->c, i) != 0 ||
        cluster_await_ready(s->c, i, READY_MS) != 0)
        return campaign_fail(s->r, "%s does not start again",
                             cluster_name(s->c, i));
    checker_fault(s->r->checker, i, at, checker_now_ms());
    return CAMPAIGN_PASS;
}

static enum verdict
torment(struct signals *s)
{
    enum verdict v = CAMPAIGN_PASS;
    int64_t start_ms = campaign_now_ms();

    while (v == CAMPAIGN_PASS && s->sent < s->r->events)
        v = blow(s, start_ms);
    for (size_t i = 0; v == CAMPAIGN_PASS && i < NODES; i++)
        v = end_in_order(s, i);
    return v;
}

static enum verdict
run_with(struct signals *s)
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
    campaign_faults(s->r, "%u signals, %d a second; %.1f s from TERM to the "
                    "end at the most", s->sent, (int)A_SECOND,
                    (double)s->longest_ms / 1000);
    if (v == CAMPAIGN_PASS && load_collect(s->r, s->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct signals s = { .r = r };

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

const struct campaign campaign_signals = {
    .name = "signals", .promise = "P17", .ci = 5000, .full = 100000,
    .programs = "", .run = run,
    .what = "a storm of signals, then TERM, under load"
};
