/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boundary - SIGKILL at each boundary between two calls that leave a trace:
 * strace kills an agent as it enters the n-th write, sync, rename, send ... of
 * one of its threads, n from 1 until a run has no such call. The agent is then
 * started again without. A second agent lives on, and has some of the jobs.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/exits.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"

enum {
    VICTIM = 0,
    OTHER = 1,
    NODES = 2,
    READY_MS = 30 * 1000,
    RUN_MS = 2500,          /* work without its end: has no n-th call */
    IDLE_MS = 60 * 1000,
    EACH = 40               /* then the steps grow by an eighth */
};

/* Those that a node makes for the journal, its files, its peers and clients
 * and between its threads. */
static const char *const calls[] = {
    "pwrite64", "fdatasync", "sendto", "write", "fsync", "rename", "ftruncate",
    "unlink", "sendmsg", "openat"
};

enum { CALLS = sizeof calls / sizeof calls[0] };

struct boundary {
    struct run *r;
    struct cluster *c;
    unsigned points, kills, spawners;
};

static enum verdict
restart(struct boundary *b, int64_t fault_ms)
{
    const struct cluster_node usual = { 0 };

    cluster_set(b->c, VICTIM, &usual);
    if (cluster_launch(b->c, VICTIM) != 0 ||
        cluster_await_ready(b->c, VICTIM, READY_MS) != 0)
        return campaign_fail(b->r, "it does not start again");
    checker_fault(b->r->checker, VICTIM, fault_ms, checker_now_ms());
    return CAMPAIGN_PASS;
}

/* Starts it under strace and gives it work until it dies, or for RUN_MS: then
 * *status is -1. */
static void
work(struct boundary *b, int *status)
{
    struct load *load = load_start(&(struct load_plan){
        .cluster = b->c, .checker = b->r->checker, .seed = b->r->seed,
        .part = b->points, .submitters = 2, .once_percent = 5,
        .marked_percent = 25, .sleep_percent = 25, .jobs_min = 10,
        .jobs_max = 60, .jobs_ahead = 300, .pause_ms = 10,
        /* strace follows the programs of the victim's jobs, too. */
        .marked_at = OTHER + 1
    });
    int64_t until = INT64_MAX;

    *status = -1;
    while (!cluster_ended(b->c, VICTIM, status) && campaign_now_ms() < until &&
           campaign_sleep(2))
        if (until == INT64_MAX && cluster_ready(b->c, VICTIM))
            until = campaign_now_ms() + RUN_MS;
    load_stop(load);
    load_free(load);
}

/* Sets *none when there was no such call. */
static enum verdict
point(struct boundary *b, const char *call, unsigned nth, bool *none)
{
    char trace[64], inject[96];
    int64_t start_ms = checker_now_ms();
    int status;

    snprintf(trace, sizeof trace, "trace=%s", call);
    snprintf(inject, sizeof inject, "inject=%s:signal=SIGKILL:when=%u", call,
             nth);
    const char *wrap[] = { "strace", "-D", "-f", "-qq", "-o", "/dev/null",
                           "-e", trace, "-e", inject, NULL };
    const struct cluster_node traced = { .wrap = wrap };
    cluster_kill(b->c, VICTIM);
    cluster_set(b->c, VICTIM, &traced);
    if (cluster_launch(b->c, VICTIM) != 0)
        return campaign_fail(b->r, "strace does not start");
    checker_fault(b->r->checker, VICTIM, start_ms, 0);
    b->points++;
    work(b, &status);
    *none = status == -1;
    if (*none)
        cluster_kill(b->c, VICTIM);
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        b->kills++;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED)
        b->spawners++;      /* it was struck: the node hands over and ends */
    else
        return campaign_fail(b->r, "%s %u: wait status %d", call, nth, status);
    if (cluster_ended(b->c, OTHER, NULL))
        return campaign_fail(b->r, "the other one ended by itself");
    return restart(b, start_ms);
}

/* The n-th call of each kind, n growing until there is none. */
static enum verdict
sweep(struct boundary *b)
{
    enum verdict v = CAMPAIGN_PASS;
    bool none[CALLS] = { false };
    size_t left = CALLS;

    for (unsigned n = 1; left > 0; n += n < EACH ? 1 : n / 8)
        for (size_t i = 0; i < CALLS; i++) {
            if (none[i])
                continue;
            if (v != CAMPAIGN_PASS || b->points == b->r->events)
                return v;
            v = point(b, calls[i], n, &none[i]);
            left -= none[i];
        }
    return v;
}

/* A short run: calls drawn, low numbers more often than high ones. */
static enum verdict
sample(struct boundary *b)
{
    enum verdict v = CAMPAIGN_PASS;
    bool none;

    for (unsigned i = 0; v == CAMPAIGN_PASS && i < b->r->events; i++) {
        uint64_t most = 4ull << rng_below(&b->r->rng, 7);
        v = point(b, calls[i % CALLS],
                  1 + (unsigned)rng_below(&b->r->rng, most), &none);
    }
    return v;
}

static enum verdict
run_with(struct boundary *b)
{
    enum verdict v;

    if (cluster_start(b->c, READY_MS) != 0)
        return campaign_fail(b->r, "the agents do not find each other");
    v = b->r->full ? sweep(b) : sample(b);
    campaign_faults(b->r, "%u points, %u kills as a call began, %u of who "
                    "starts commands", b->points, b->kills, b->spawners);
    if (v == CAMPAIGN_PASS && campaign_interrupted)
        v = campaign_fail(b->r, "interrupted");
    if (v == CAMPAIGN_PASS && b->kills == 0)
        v = campaign_skip(b->r, "strace may not trace here");
    if (v == CAMPAIGN_PASS && load_collect(b->r, b->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct boundary b = { .r = r };

    b.c = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = NODES, .ini = campaign_quick_timers
    });
    if (b.c == NULL)
        return campaign_fail(r, "no cluster");
    enum verdict v = run_with(&b);
    cluster_free(b.c);
    return v;
}

/* In full until no call is left; a run of 250 points is a release's, and 13 are
 * a twentieth of that. */
const struct campaign campaign_boundary = {
    .name = "boundary", .promise = "P1", .ci = 13, .full = 2000,
    .programs = "strace", .run = run,
    .what = "SIGKILL as the n-th write, sync, rename, send ... begins"
};
