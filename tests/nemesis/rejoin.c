/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rejoin - agents die under load and come back under the same name: with their
 * disk as it was; with an empty one; with an older copy of it. And others try
 * to come in their place while they live: with a copy of their disk, or with
 * nothing but their name; both must be refused.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"
#include "tests/nemesis/process.h"

enum {
    NODES = 3,
    READY_MS = 20 * 1000,
    REFUSED_MS = 20 * 1000,
    RESTORE_MS = 3000,
    IDLE_MS = 60 * 1000
};

enum way { SAME = 0, EMPTY, OLDER, TWIN, NAMESAKE, WAYS };

struct rejoin {
    struct run *r;
    struct cluster *c;
    struct load *load;
    unsigned count[WAYS];
    char copy[160], run[160];   /* of the disk in question */
};

static int
shell(const char *const *argv)
{
    struct process_plan p = { .argv = argv, .in = -1, .out = STDERR_FILENO };

    return process_run(&p, NULL);
}

static int
remove_dir(const char *dir)
{
    return shell((const char *const[]){ "rm", "-rf", dir, NULL });
}

static int
copy_dir(const char *from, const char *to)
{
    return shell((const char *const[]){ "cp", "-a", from, to, NULL });
}

static enum verdict
bring_back(struct rejoin *j, size_t i, int64_t fault_ms)
{
    if (cluster_launch(j->c, i) != 0 ||
        cluster_await_ready(j->c, i, READY_MS) != 0)
        return campaign_fail(j->r, "%s does not start again",
                             cluster_name(j->c, i));
    checker_fault(j->r->checker, i, fault_ms, checker_now_ms());
    return CAMPAIGN_PASS;
}

/* Dies. The time, for the checker. */
static int64_t
fell(struct rejoin *j, size_t i)
{
    int64_t now = checker_now_ms();

    checker_fault(j->r->checker, i, now, 0);
    cluster_kill(j->c, i);
    return now;
}

/* ---- what its disk is like ---- */

static enum verdict
come_back_empty(struct rejoin *j, size_t i)
{
    int64_t fault_ms = fell(j, i);

    if (remove_dir(cluster_state_dir(j->c, i)) != 0)
        return campaign_fail(j->r, "rm failed");
    checker_destroy(j->r->checker, i, 0, checker_now_ms());
    return bring_back(j, i, fault_ms);
}

static enum verdict
come_back_older(struct rejoin *j, size_t i)
{
    static const char *const accept[] = { "--accept-copy", NULL };
    const struct cluster_node accepting = { .args = accept }, usual = { 0 };
    const char *state = cluster_state_dir(j->c, i);
    int64_t fault_ms = fell(j, i), copied_ms = checker_now_ms();

    if (copy_dir(state, j->copy) != 0)
        return campaign_fail(j->r, "cp failed");
    enum verdict v = bring_back(j, i, fault_ms);
    if (v != CAMPAIGN_PASS)
        return v;
    campaign_sleep(rng_between(&j->r->rng, 100, 1500));
    fault_ms = fell(j, i);
    if (remove_dir(state) != 0 || rename(j->copy, state) != 0)
        return campaign_fail(j->r, "%s: %s", state, strerror(errno));
    checker_destroy(j->r->checker, i, copied_ms, checker_now_ms());
    /* Incarnations follow the clock, in seconds: nobody restores faster. */
    campaign_sleep(RESTORE_MS);
    cluster_set(j->c, i, &accepting);
    v = bring_back(j, i, fault_ms);
    cluster_set(j->c, i, &usual);
    return v;
}

/* ---- who else comes ---- */

/* Starts another lbagent with this name and the state in j->copy; it must end
 * with this status. */
static enum verdict
must_refuse(struct rejoin *j, size_t i, int want)
{
    char state[200], run[200], peer[64];
    int status = 0;
    pid_t ended = 0;

    snprintf(state, sizeof state, "node.state_dir=%s", j->copy);
    snprintf(run, sizeof run, "node.run_dir=%s", j->run);
    snprintf(peer, sizeof peer, "peers.node=%s:%u",
             cluster_address(j->c, i), cluster_port(j->c, i));
    const char *argv[] = { cluster_agent(j->c), "-c", cluster_ini(j->c, i),
                           "-D", state, "-D", run, "-D", "listen.port=0",
                           "-D", peer, NULL };
    FILE *log = fopen(cluster_log(j->c, i), "a");
    struct process_plan p = { .argv = argv, .in = -1,
                              .out = log != NULL ? fileno(log) : -1 };
    pid_t pid = process_start(&p);
    if (log != NULL)
        fclose(log);
    int64_t until = campaign_now_ms() + REFUSED_MS;
    while (pid > 0 && ended == 0 && campaign_now_ms() < until &&
           campaign_sleep(5))
        ended = waitpid(pid, &status, WNOHANG);
    if (pid > 0 && ended == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return campaign_fail(j->r, "a second %s was not refused",
                             cluster_name(j->c, i));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != want)
        return campaign_fail(j->r, "a second %s: wait status %d, not exit "
                             "status %d", cluster_name(j->c, i), status,
                             want);
    return remove_dir(j->copy) == 0 ? CAMPAIGN_PASS
                                    : campaign_fail(j->r, "rm failed");
}

static enum verdict
meet_twin(struct rejoin *j, size_t i)
{
    int64_t fault_ms = fell(j, i);

    if (copy_dir(cluster_state_dir(j->c, i), j->copy) != 0)
        return campaign_fail(j->r, "cp failed");
    enum verdict v = bring_back(j, i, fault_ms);
    return v == CAMPAIGN_PASS ? must_refuse(j, i, EXIT_REFUSED) : v;
}

static enum verdict
meet_namesake(struct rejoin *j, size_t i)
{
    int64_t fault_ms = checker_now_ms();

    /* For a moment there are two: who asked the wrong one is not at fault. */
    checker_fault(j->r->checker, i, fault_ms, 0);
    enum verdict v = must_refuse(j, i, EXIT_FAILED);
    checker_fault(j->r->checker, i, fault_ms, checker_now_ms());
    return v;
}

static enum verdict
rejoin(struct rejoin *j, enum way way)
{
    size_t i = (size_t)rng_below(&j->r->rng, NODES);

    /* Each disk has a fate of its own: what the first node has accepted must
     * all come out. */
    if (way == EMPTY || way == OLDER)
        i = way == EMPTY ? NODES - 1 : NODES - 2;
    j->count[way]++;
    switch (way) {
    case SAME: return bring_back(j, i, fell(j, i));
    case EMPTY: return come_back_empty(j, i);
    case OLDER: return come_back_older(j, i);
    case TWIN: return meet_twin(j, i);
    case NAMESAKE: return meet_namesake(j, i);
    case WAYS: break;
    }
    return CAMPAIGN_FAIL;
}

/* Every way is gone as often as every other, in an order that is drawn. */
static enum verdict
torment(struct rejoin *j)
{
    enum verdict v = CAMPAIGN_PASS;
    enum way order[WAYS] = { SAME, EMPTY, OLDER, TWIN, NAMESAKE };

    for (unsigned n = 0; v == CAMPAIGN_PASS && n < j->r->events; n++) {
        size_t at = n % WAYS;
        size_t with = at + (size_t)rng_below(&j->r->rng, WAYS - at);
        enum way way = order[with];
        order[with] = order[at];
        order[at] = way;
        v = rejoin(j, way);
        if (v == CAMPAIGN_PASS && load_trouble(j->load)[0] != '\0')
            v = campaign_fail(j->r, "%s", load_trouble(j->load));
        if (!campaign_sleep(rng_between(&j->r->rng, 50, 800)))
            v = campaign_fail(j->r, "interrupted");
    }
    return v;
}

static enum verdict
run_with(struct rejoin *j)
{
    if (cluster_start(j->c, READY_MS) != 0)
        return campaign_fail(j->r, "the agents do not find each other");
    j->load = load_start(&(struct load_plan){
        .cluster = j->c, .checker = j->r->checker, .seed = j->r->seed,
        .submitters = 3, .readers = 1, .once_percent = 5,
        .marked_percent = 30, .sleep_percent = 50, .jobs_ahead = 1000,
        .pause_ms = 150
    });
    enum verdict v = torment(j);
    load_stop(j->load);
    campaign_faults(j->r, "back with the same disk %u, an empty one %u, an "
                    "older one %u; refused: with a copy of the disk %u, with "
                    "the name alone %u", j->count[SAME], j->count[EMPTY],
                    j->count[OLDER], j->count[TWIN], j->count[NAMESAKE]);
    if (v == CAMPAIGN_PASS && load_collect(j->r, j->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct rejoin j = { .r = r };

    snprintf(j.copy, sizeof j.copy, "%s/copy", r->dir);
    snprintf(j.run, sizeof j.run, "%s/other", r->dir);
    j.c = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = NODES, .ini = campaign_quick_timers
    });
    if (j.c == NULL)
        return campaign_fail(r, "no cluster");
    enum verdict v = run_with(&j);
    load_free(j.load);
    cluster_free(j.c);
    return v;
}

const struct campaign campaign_rejoin = {
    .name = "rejoin", .promise = "P9", .ci = 10, .full = 200,
    .programs = "cp rm", .run = run,
    .what = "the same name again: same, empty, older disk; twins refused"
};
