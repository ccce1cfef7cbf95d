/* SPDX-License-Identifier: MPL-2.0 */
/*
 * full - the disk of an agent, a tmpfs of 2 to 64 MiB, is filled by others
 * while it takes in jobs, and freed again. Meanwhile it refuses by name, gives
 * the results that it had and those of the jobs under way, starts again when
 * killed, and ends nothing; afterwards it goes on alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"

enum {
    READY_MS = 20 * 1000,
    BETWEEN_MS = 500,
    NOTICE_MS = 20 * 1000,  /* until it says so, jobs being asked for */
    JOBS = 20,
    MIB = 1 << 20
};

struct full {
    struct run *run;
    struct cluster *cluster;
    struct load *load;
    char dir[200], state[220], others[220];
    uint32_t before;        /* a workload that ended before the first fault */
    uint32_t during;        /* one under way when the disk was filled */
    unsigned fills;
    int mib;
};

/* All that is left of it. */
static int
fill(struct full *f)
{
    static char bytes[64 * 1024];
    int fd = open(f->others, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    size_t size = sizeof bytes;

    if (fd < 0)
        return -errno;
    while (size > 0)
        if (write(fd, bytes, size) != (ssize_t)size)
            size /= 2;
    close(fd);
    return 0;
}

/* A workload of its own, told to the checker; a key, so that it may be asked
 * for again. Its status. */
static int
submit(struct full *f, struct lb *lb, const char *label, uint32_t *number)
{
    struct checker_workload c = { .n_jobs = JOBS };
    const bool slow = strncmp(label, "slow", 4) == 0;
    const char *params = slow ? "ms=100\n" : "";
    const struct lb_workload w = {
        .kind = slow ? "sleep" : "noop", .params = params,
        .params_len = strlen(params), .n_jobs = JOBS,
        .cost = slow ? 100 * 1000 : 1000000, .label = label,
        .key = label, .timeout_us = LB_TIMEOUT_DEFAULT, .priority = 5,
        .retries = LB_RETRIES_DEFAULT };

    text_add(c.label, sizeof c.label, "%s", label);
    uint32_t id = checker_ask(f->run->checker, &c);
    struct lb_submit *s = lb_submit_open(lb, &w);
    if (s == NULL)
        return LB_INTERNAL;
    int rc = lb_submit_same(s, JOBS);
    if (rc == LB_OK)
        rc = lb_submit_end(s);
    checker_acknowledge(f->run->checker, id, lb_submit_accepted(s));
    *number = lb_submit_number(s);
    lb_submit_free(s);
    return rc;
}

static bool
gives_results_of(struct full *f, struct lb *lb, uint32_t workload, bool follow)
{
    struct lb_result one;
    unsigned n = 0;
    struct lb_results *s = lb_results_open(lb, &(struct lb_results_of){
        .workload = workload, .follow = follow });

    while (lb_results_next(s, NOTICE_MS, &one))
        n++;
    int rc = lb_results_status(s);
    lb_results_free(s);
    if (rc == LB_OK && n == JOBS)
        return true;
    campaign_fail(f->run, "fill %u: %u of %d results: status %d: %s", f->fills,
                  n, JOBS, rc, lb_error(lb));
    return false;
}

/* Of what had ended before, and of what ends while there is no room. */
static bool
gives_results(struct full *f)
{
    struct lb *lb = lb_new(NULL);

    lb_set_timeout(lb, NOTICE_MS);
    bool good = lb_connect(lb, cluster_where(f->cluster, 0)) == LB_OK &&
                gives_results_of(f, lb, f->before, false) &&
                gives_results_of(f, lb, f->during, true);
    lb_free(lb);
    return good;
}

/* Until it says that the disk is full, and on a fresh connection. */
static bool
refuses_by_name(struct full *f)
{
    int64_t until = campaign_now_ms() + NOTICE_MS;
    char label[CHECKER_LABEL];
    uint32_t number;
    int rc = LB_OK;

    for (unsigned n = 0; rc != LB_DISK; n++) {
        struct lb *lb = lb_new(NULL);
        lb_set_timeout(lb, 1000);
        label[0] = '\0';
        text_add(label, sizeof label, "f%u-%u", f->fills, n);
        rc = lb_connect(lb, cluster_where(f->cluster, 0));
        if (rc == LB_OK)
            rc = submit(f, lb, label, &number);
        bool named = rc != LB_DISK || strstr(lb_error(lb), "full") != NULL;
        if (rc == LB_DISK && named && !gives_results(f)) {
            lb_free(lb);
            return false;
        }
        if (!named || campaign_now_ms() > until || campaign_interrupted) {
            campaign_fail(f->run, "fill %u: status %d, not the word that the "
                          "disk is full: %s", f->fills, rc, lb_error(lb));
            lb_free(lb);
            return false;
        }
        lb_free(lb);
    }
    return true;
}

static bool
goes_on(struct full *f)
{
    int64_t until = campaign_now_ms() + NOTICE_MS;
    char label[CHECKER_LABEL] = "";
    uint32_t number;
    int rc;

    text_add(label, sizeof label, "g%u", f->fills);
    do {
        struct lb *lb = lb_new(NULL);
        lb_set_timeout(lb, 2000);
        rc = lb_connect(lb, cluster_where(f->cluster, 0));
        if (rc == LB_OK)
            rc = submit(f, lb, label, &number);
        lb_free(lb);
        label[0] = '\0';
        text_add(label, sizeof label, "g%u-%d", f->fills,
                 (int)rng_below(&f->run->rng, 1000000000));
    } while (rc != LB_OK && campaign_now_ms() < until && campaign_sleep(50));
    if (rc != LB_OK)
        campaign_fail(f->run, "fill %u: there is room again, and it still "
                      "answers %d", f->fills, rc);
    return rc == LB_OK;
}

static bool
begin_jobs(struct full *f)
{
    struct lb *lb = lb_new(NULL);
    char label[CHECKER_LABEL] = "";
    int rc = lb_connect(lb, cluster_where(f->cluster, 0));

    text_add(label, sizeof label, "slow-%u", f->fills);
    if (rc == LB_OK)
        rc = submit(f, lb, label, &f->during);
    if (rc != LB_OK)
        campaign_fail(f->run, "before fill %u: status %d: %s", f->fills + 1,
                      rc, lb_error(lb));
    lb_free(lb);
    return rc == LB_OK;
}

static bool
fill_once(struct full *f)
{
    if (!begin_jobs(f))
        return false;
    int rc = fill(f);
    f->fills++;
    if (rc != 0)
        return (void)campaign_fail(f->run, "%s: %s", f->others,
                                   strerror(-rc)), false;
    if (!refuses_by_name(f))
        return false;
    /* Sometimes the power fails as well: no journal is worse for it. */
    if (rng_chance(&f->run->rng, 30) &&
        (cluster_kill(f->cluster, 0) != 0 ||
         cluster_launch(f->cluster, 0) != 0 ||
         cluster_await_ready(f->cluster, 0, READY_MS) != 0))
        return (void)campaign_fail(f->run, "fill %u: does not start again",
                                   f->fills), false;
    (void)unlink(f->others);
    if (cluster_ended(f->cluster, 0, NULL))
        return (void)campaign_fail(f->run, "fill %u: it ended", f->fills),
               false;
    return goes_on(f);
}

static enum verdict
torment(struct full *f)
{
    const struct load_plan plan = {
        .cluster = f->cluster, .checker = f->run->checker,
        .seed = f->run->seed, .submitters = 2, .jobs_min = 10,
        .jobs_max = 100, .sleep_percent = 20, .pause_ms = 50 };
    struct lb *lb = lb_new(NULL);
    bool good = cluster_start(f->cluster, READY_MS) == 0 &&
                lb_connect(lb, cluster_where(f->cluster, 0)) == LB_OK &&
                submit(f, lb, "before", &f->before) == LB_OK &&
                gives_results_of(f, lb, f->before, true);

    lb_free(lb);
    if (!good)
        return campaign_fail(f->run, "the agent did not start");
    f->load = load_start(&plan);
    while (good && f->fills < f->run->events)
        good = campaign_sleep(rng_between(&f->run->rng, 5, BETWEEN_MS)) &&
               fill_once(f);
    load_stop(f->load);
    campaign_faults(f->run, "%u times no room on a disk of %d MiB", f->fills,
                    f->mib);
    if (!good)
        return CAMPAIGN_FAIL;
    if (load_trouble(f->load)[0] != '\0')
        return campaign_fail(f->run, "%s", load_trouble(f->load));
    return load_collect(f->run, f->cluster, 60 * 1000) == 0 ? CAMPAIGN_PASS
                                                            : CAMPAIGN_FAIL;
}

/* In a mount namespace of its own, so that nothing of it is left behind. */
static int
mount_disk(struct full *f)
{
    char size[32] = "";

    f->mib = 2 << rng_below(&f->run->rng, 6);
    text_add(f->dir, sizeof f->dir, "%s/small", f->run->dir);
    text_add(f->state, sizeof f->state, "%s/state", f->dir);
    text_add(f->others, sizeof f->others, "%s/others", f->dir);
    text_add(size, sizeof size, "size=%dm", f->mib);
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mkdir(f->dir, 0755) != 0 ||
        mount("tmpfs", f->dir, "tmpfs", 0, size) != 0)
        return -errno;
    return 0;
}

static enum verdict
run(struct run *r)
{
    struct full f = { .run = r };
    int rc = mount_disk(&f);
    enum verdict v = CAMPAIGN_FAIL;

    if (rc != 0)
        return campaign_skip(r, "no small disk: %s", strerror(-rc));
    f.cluster = cluster_new(&(struct cluster_plan){ .dir = r->dir,
                                                    .n_nodes = 1 });
    if (f.cluster != NULL &&
        cluster_set(f.cluster, 0, &(struct cluster_node){
            .state_dir = f.state }) == 0)
        v = torment(&f);
    load_free(f.load);
    cluster_free(f.cluster);
    if (umount2(f.dir, MNT_DETACH) != 0)
        campaign_fail(r, "%s: %s", f.dir, strerror(errno));
    return v;
}

const struct campaign campaign_full = {
    .name = "full", .promise = "P11",
    .what = "disks of 2 to 64 MiB that are full for a while",
    .ci = 3, .full = 60, .root = true, .programs = "", .run = run };
