/* SPDX-License-Identifier: MPL-2.0 */
/*
 * power - the power of all hosts at once is cut while they take in jobs: their
 * journals lie on a disk that forgets what was not synced. At other times only
 * the disk fails for good: the agents must end by themselves.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/exits.h"
#include "base/text.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"
#include "tests/nemesis/loopdisk.h"
#include "tests/nemesis/quickcheck.h"

enum {
    NODES = 2,
    READY_MS = 20 * 1000,
    BETWEEN_MS = 400,           /* two cuts, at most */
    FAIL_PERCENT = 20,          /* of the cuts: the disk alone */
    OWN_END_MS = 1500,
    CHECK_EACH = 5              /* cuts: copying takes its time */
};
#define DISK_BYTES (UINT64_C(1) << 30)

struct power {
    struct run *run;
    struct loopdisk *disk;
    struct cluster *cluster;
    struct load *load;
    char state[NODES][300], copy[200];
    unsigned cuts, fails, own_ends;
};

/* They find out with their next commit; who has none to do does not. */
static bool
end_by_themselves(struct power *p, size_t node)
{
    int status;

    if (cluster_await_end(p->cluster, node, OWN_END_MS, &status) != 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DISK) {
        p->own_ends++;
        return true;
    }
    campaign_fail(p->run, "%s ended with wait status %d when its disk was "
                  "gone, not with exit status %d",
                  cluster_name(p->cluster, node), status, EXIT_DISK);
    return false;
}

static bool
check_files(struct power *p)
{
    char why[512];

    for (size_t i = 0; i < NODES; i++)
        if (quickcheck(p->state[i], p->copy, why, sizeof why) != 0) {
            campaign_fail(p->run, "after cut %u: %s", p->cuts, why);
            return false;
        }
    return true;
}

static bool
start_all(struct power *p)
{
    for (size_t i = 0; i < NODES; i++)
        if (cluster_launch(p->cluster, i) != 0)
            return false;
    for (size_t i = 0; i < NODES; i++)
        if (cluster_await_ready(p->cluster, i, READY_MS) != 0) {
            campaign_fail(p->run, "%s did not start after cut %u",
                          cluster_name(p->cluster, i), p->cuts);
            return false;
        }
    return true;
}

static bool
cut_once(struct power *p)
{
    int64_t at = checker_now_ms();
    bool fail = rng_chance(&p->run->rng, FAIL_PERCENT);

    p->cuts++;
    p->fails += fail;
    for (size_t i = 0; !fail && i < NODES; i++)
        (void)cluster_signal(p->cluster, i, SIGSTOP);
    int rc = fail ? loopdisk_fail(p->disk) : loopdisk_cut(p->disk);
    for (size_t i = 0; rc == 0 && fail && i < NODES; i++)
        if (!end_by_themselves(p, i))
            return false;
    for (size_t i = 0; i < NODES; i++)
        if (cluster_pid(p->cluster, i) != 0)
            (void)cluster_kill(p->cluster, i);
    if (rc == 0)
        rc = loopdisk_restore(p->disk);
    if (rc != 0) {
        campaign_fail(p->run, "cut %u: %s", p->cuts, strerror(-rc));
        return false;
    }
    if ((p->cuts % CHECK_EACH == 0 || p->cuts == p->run->events) &&
        !check_files(p))
        return false;
    if (!start_all(p))
        return false;
    for (size_t i = 0; i < NODES; i++)
        checker_fault(p->run->checker, i, at, checker_now_ms());
    return true;
}

static enum verdict
torment(struct power *p)
{
    const struct load_plan plan = {
        .cluster = p->cluster, .checker = p->run->checker,
        .seed = p->run->seed, .readers = 1, .jobs_min = 10, .jobs_max = 60,
        .once_percent = 5, .marked_percent = 2, .sleep_percent = 20,
        .pause_ms = 10 };

    if (cluster_start(p->cluster, READY_MS) != 0)
        return campaign_fail(p->run, "the agents did not start");
    p->load = load_start(&plan);
    while (p->cuts < p->run->events) {
        if (!campaign_sleep(rng_between(&p->run->rng, 5, BETWEEN_MS)))
            return campaign_fail(p->run, "interrupted");
        if (!cut_once(p))
            return CAMPAIGN_FAIL;
    }
    load_stop(p->load);
    campaign_faults(p->run, "%u power cuts of %d nodes, %u failures of their "
                    "disk, at which %u agents ended by themselves",
                    p->cuts - p->fails, NODES, p->fails, p->own_ends);
    if (load_trouble(p->load)[0] != '\0')
        return campaign_fail(p->run, "%s", load_trouble(p->load));
    return load_collect(p->run, p->cluster, 60 * 1000) == 0 ? CAMPAIGN_PASS
                                                            : CAMPAIGN_FAIL;
}

static enum verdict
run(struct run *r)
{
    const struct cluster_plan plan = { .dir = r->dir, .n_nodes = NODES };
    struct cluster_node node[NODES] = { 0 };
    struct power p = { .run = r };
    char why[256];

    p.disk = loopdisk_new(r->dir, DISK_BYTES, why, sizeof why);
    if (p.disk == NULL)
        return campaign_skip(r, "no disk whose power can be cut: %s", why);
    text_add(p.copy, sizeof p.copy, "%s/copy", r->dir);
    (void)mkdir(p.copy, 0700);
    p.cluster = cluster_new(&plan);
    enum verdict v = p.cluster != NULL ? CAMPAIGN_PASS : CAMPAIGN_FAIL;
    for (size_t i = 0; p.cluster != NULL && i < NODES; i++) {
        text_add(p.state[i], sizeof p.state[i], "%s/%s",
                 loopdisk_path(p.disk), cluster_name(p.cluster, i));
        node[i].state_dir = p.state[i];
        if (cluster_set(p.cluster, i, &node[i]) != 0)
            v = CAMPAIGN_FAIL;
    }
    if (v == CAMPAIGN_PASS)
        v = torment(&p);
    if (p.load != NULL)
        load_stop(p.load);
    load_free(p.load);
    cluster_free(p.cluster);
    loopdisk_free(p.disk);
    return v;
}

const struct campaign campaign_power = {
    .name = "power", .promise = "P2",
    .what = "power cuts: what was not synced is gone",
    .ci = 33, .full = 650, .root = true, .programs = "mkfs.ext4", .run = run };
