/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/point.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/lb.h"
#include "tests/nemesis/cluster_parts.h"

enum {
    START_MS = 10 * 1000,   /* 5 s by the promise, and a slow machine */
    ANSWER_MS = 2500,
    END_MS = 15 * 1000,
    WORKLOADS = 3,          /* more for a release: more calls */
    WORKLOADS_FULL = 40,
    JOBS = 10
};

struct points {
    struct run *run;
    struct cluster *cluster;
    unsigned n;
    char state[300], last[300], hit[300], text[10][400];
    const char *env[11];
    uint64_t nofile;
};

struct points *
points_new(struct run *r)
{
    struct points *p = xcalloc(1, sizeof *p);

    p->run = r;
    p->cluster = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = 1, .ini = "[node]\nshutdown_deadline = 2s\n"
    });
    text_add(p->hit, sizeof p->hit, "%s/hit", r->dir);
    if (p->cluster != NULL)
        return p;
    campaign_fail(r, "no agent can be made");
    points_free(p);
    return NULL;
}

void
points_free(struct points *p)
{
    if (p == NULL)
        return;
    cluster_free(p->cluster);
    free(p);
}

unsigned
points_tried(const struct points *p)
{
    return p->n;
}

/* ---- the agent ---- */

/* This program is BUILD/tests/nemesis/nemesis. */
static void
preload(char *dst, size_t cap)
{
    char self[300] = "";

    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = n > 0 ? strstr(self, "/tests/nemesis/") : NULL;
    if (slash != NULL)
        *slash = '\0';
    text_add(dst, cap, "LD_PRELOAD=%s/tests/tools/.libs/fail_nth.so", self);
}

static int
bound_files(void *arg)
{
    const uint64_t *n = arg;
    const struct rlimit limit = { *n, *n };

    return setrlimit(RLIMIT_NOFILE, &limit);
}

/* A new disk for each. */
static bool
set_up(struct points *p, const struct point *o)
{
    char command[400] = "";
    size_t n = 0;
    struct cluster_node node = { .state_dir = p->state, .env = p->env };

    if (p->state[0] != '\0') {
        /* The shims of a killed agent may still be at it. */
        text_add(command, sizeof command, "rm -rf '%s' 2>/dev/null", p->state);
        for (int i = 0; system(command) != 0; i++)
            if (i == 100 || !campaign_sleep(50))
                return false;
    }
    (void)unlink(p->hit);
    p->nofile = 0;
    p->state[0] = '\0';
    text_add(p->state, sizeof p->state, "%s/state%u", p->run->dir, p->n);
    memset(p->text, 0, sizeof p->text);
    preload(p->text[n++], sizeof p->text[0]);
    text_add(p->text[n++], sizeof p->text[0], "FAIL_CALL=%s", o->call);
    text_add(p->text[n++], sizeof p->text[0], "FAIL_NTH=%" PRIu64, o->nth);
    text_add(p->text[n++], sizeof p->text[0], "FAIL_ERRNO=%d", o->error);
    text_add(p->text[n++], sizeof p->text[0], "FAIL_COUNT=%d", !o->goes_on);
    text_add(p->text[n++], sizeof p->text[0], "FAIL_HIT=%s", p->hit);
    if (o->in_state_dir)
        text_add(p->text[n++], sizeof p->text[0], "FAIL_UNDER=%s/", p->state);
    for (size_t i = 0; i < n; i++)
        p->env[i] = p->text[i];
    p->env[n] = NULL;
    if (strcmp(o->call, "nofile") == 0) {
        p->nofile = o->nth;
        node.prepare = bound_files;
        node.prepare_arg = &p->nofile;
    }
    (void)unlink(cluster_log(p->cluster, 0));
    return cluster_draw_port(p->cluster, 0) == 0 &&
           cluster_set(p->cluster, 0, &node) == 0;
}

static void
read_last_line(struct points *p, char dst[160])
{
    char line[1000];
    FILE *f = fopen(cluster_log(p->cluster, 0), "r");

    dst[0] = '\0';
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        dst[0] = '\0';
        line[strcspn(line, "\n")] = '\0';
        text_add(dst, 160, "%.150s", line);
    }
    if (f != NULL)
        fclose(f);
}

/* Was the call that failed made on behalf of `function`? */
static bool
hit_within(const struct points *p, const char *function)
{
    char line[400];
    bool found = false;
    FILE *f = fopen(p->hit, "r");

    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
        found = strstr(line, function) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
}

/* It has ended by itself: as it may? */
static bool
judge_end(struct points *p, const struct point *o, int status,
          struct point_outcome *out)
{
    out->ended = true;
    read_last_line(p, out->said);
    out->aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    /* libzmq as well has places where it cannot go on, and says which. */
    if (out->aborted &&
        (o->abort_allowed || strstr(out->said, "(src/") != NULL))
        return true;
    /* libzmq asks glibc for the name of a protocol as it starts, and glibc
     * 2.36 does not look whether it got the memory (nss/nss_database.c). */
    out->crashed = o->abort_allowed && WIFSIGNALED(status) &&
                   WTERMSIG(status) == SIGSEGV &&
                   !cluster_ready(p->cluster, 0) &&
                   hit_within(p, "(getprotobyname_r+");
    if (out->crashed)
        return true;
    if (!WIFEXITED(status))
        campaign_fail(p->run, "%s %" PRIu64 " fails (errno %d): killed by "
                      "signal %d: %s", o->call, o->nth, o->error,
                      WTERMSIG(status), out->said);
    else if (WEXITSTATUS(status) != EXIT_DISK &&
             WEXITSTATUS(status) != EXIT_FAILED &&
             WEXITSTATUS(status) != EXIT_CONFIG)
        campaign_fail(p->run, "%s %" PRIu64 " fails (errno %d): exit status "
                      "%d: %s", o->call, o->nth, o->error,
                      WEXITSTATUS(status), out->said);
    else if (out->said[0] == '\0')
        campaign_fail(p->run, "%s %" PRIu64 " fails (errno %d): ends without "
                      "a word", o->call, o->nth, o->error);
    else
        return true;
    return false;
}

/* ---- jobs ---- */

static bool
submit_one(struct points *p, struct lb *lb, unsigned n, bool program,
           bool *taken)
{
    struct checker_workload c = { .n_jobs = JOBS, .home = p->n };
    struct lb_workload w = { .kind = program ? "command" : "noop",
                             .n_jobs = JOBS, .cost = 1000000,
                             .timeout_us = LB_TIMEOUT_DEFAULT,
                             .retries = LB_RETRIES_DEFAULT, .priority = 5 };

    if (program) {
        w.retries = 3;      /* its shim may be what has no memory */
        w.params = "argv=true";
        w.params_len = strlen(w.params);
    }
    text_add(c.label, sizeof c.label, "p%u-%u", p->n, n);
    w.label = w.key = c.label;
    uint32_t id = checker_ask(p->run->checker, &c);
    struct lb_submit *s = lb_submit_open(lb, &w);
    int rc = s != NULL ? lb_submit_same(s, JOBS) : LB_INTERNAL;
    if (rc == LB_OK)
        rc = lb_submit_end(s);
    if (s != NULL)
        checker_acknowledge(p->run->checker, id, lb_submit_accepted(s));
    lb_submit_free(s);
    *taken = rc == LB_OK;
    if (rc == LB_OK || rc == LB_UNREACHABLE || rc == LB_TIMEOUT ||
        rc == LB_DISK || rc == LB_LATER || campaign_interrupted)
        return true;
    campaign_fail(p->run, "a submission: status %d: %s", rc, lb_error(lb));
    return false;
}

/* Alive, it answers; otherwise it has ended. */
static bool
answers(struct points *p, bool *ended, int *status)
{
    int64_t until = campaign_now_ms() + START_MS;
    int rc;

    do {
        struct lb *lb = lb_new(NULL);
        struct lb_workload_info *v = NULL;
        size_t n;
        lb_set_timeout(lb, ANSWER_MS);
        *ended = cluster_ended(p->cluster, 0, status);
        rc = *ended ? LB_OK : lb_connect(lb, cluster_where(p->cluster, 0));
        if (rc == LB_OK && !*ended)
            rc = lb_list(lb, 0, &v, &n);
        free(v);
        lb_free(lb);
    } while (rc != LB_OK && campaign_now_ms() < until && !campaign_interrupted);
    if (rc != LB_OK)
        campaign_fail(p->run, "it neither answers nor ends");
    return rc == LB_OK;
}

static bool
submit_all(struct points *p, const struct point *o)
{
    const unsigned many = p->run->full ? WORKLOADS_FULL : WORKLOADS;
    struct lb *lb = lb_new(NULL);
    bool good = true, alive = true;

    lb_set_timeout(lb, ANSWER_MS);
    if (lb_connect(lb, cluster_where(p->cluster, 0)) == LB_OK)
        for (unsigned i = 0; good && alive && i < many; i++)
            good = submit_one(p, lb, i, o->programs && i == 1, &alive);
    lb_free(lb);
    return good;
}

/* Under the fault. */
static bool
live(struct points *p, const struct point *o, struct point_outcome *out)
{
    int64_t until = campaign_now_ms() + START_MS;
    bool ended = false;
    int status = 0;

    if (cluster_launch(p->cluster, 0) != 0)
        return (void)campaign_fail(p->run, "lbagent cannot be run"), false;
    while (!cluster_ready(p->cluster, 0) &&
           !(ended = cluster_ended(p->cluster, 0, &status)) &&
           campaign_now_ms() < until)
        if (!campaign_sleep(1))
            return (void)campaign_fail(p->run, "interrupted"), false;
    if (ended)
        return judge_end(p, o, status, out);
    if (!cluster_ready(p->cluster, 0))
        return (void)campaign_fail(p->run, "%s %" PRIu64 ": neither ready nor "
                                   "ended", o->call, o->nth), false;
    if (!submit_all(p, o) || !answers(p, &ended, &status))
        return false;
    if (!ended && p->n % 2 == 0) {
        /* In order: what is written at the end may fail as well. */
        cluster_signal(p->cluster, 0, SIGTERM);
        if (cluster_await_end(p->cluster, 0, END_MS, &status) != 0)
            return (void)campaign_fail(p->run, "%s %" PRIu64 ": does not end "
                                       "when it is told", o->call, o->nth),
                   false;
        return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
               judge_end(p, o, status, out);
    }
    if (ended)
        return judge_end(p, o, status, out);
    (void)cluster_kill(p->cluster, 0);
    return true;
}

/* ---- afterwards ---- */

static bool
read_all(struct points *p, struct lb *lb)
{
    struct lb_workload_info *v = NULL;
    struct lb_result one;
    size_t n = 0;
    int rc = lb_list(lb, 0, &v, &n);

    for (size_t i = 0; rc == LB_OK && i < n; i++) {
        checker_list(p->run->checker, p->n, &v[i]);
        struct lb_results *s = lb_results_open(lb, &(struct lb_results_of){
            .workload = v[i].number, .follow = true });
        while (lb_results_next(s, START_MS, &one))
            checker_result(p->run->checker, p->n, v[i].number, &one);
        rc = lb_results_status(s);
        if (rc == LB_OK && !lb_results_ended(s))
            rc = LB_TIMEOUT;
        lb_results_free(s);
    }
    free(v);
    if (rc != LB_OK)
        campaign_fail(p->run, "results after the fault: status %d: %s", rc,
                      lb_error(lb));
    return rc == LB_OK;
}

static bool
look(struct points *p)
{
    struct lb *lb = lb_new(NULL);

    /* Another program may have taken its ports meanwhile. */
    if (cluster_draw_port(p->cluster, 0) != 0 ||
        cluster_set(p->cluster, 0, &(struct cluster_node){
            .state_dir = p->state }) != 0 ||
        cluster_launch(p->cluster, 0) != 0 ||
        cluster_await_ready(p->cluster, 0, START_MS) != 0 ||
        lb_connect(lb, cluster_where(p->cluster, 0)) != LB_OK) {
        lb_free(lb);
        return (void)campaign_fail(p->run, "does not start after the fault"),
               false;
    }
    bool good = read_all(p, lb);
    lb_free(lb);
    if (cluster_ended(p->cluster, 0, NULL))
        return (void)campaign_fail(p->run, "ended after the fault"), false;
    (void)cluster_kill(p->cluster, 0);
    return good;
}

bool
points_try(struct points *p, const struct point *o, struct point_outcome *out)
{
    char what[128] = "", why[256];

    *out = (struct point_outcome){ 0 };
    p->n++;
    if (!set_up(p, o))
        return (void)campaign_fail(p->run, "no disk for it"), false;
    bool good = live(p, o, out) && look(p);
    out->hit = p->nofile != 0 || access(p->hit, F_OK) == 0;
    if (good)
        return true;
    text_add(what, sizeof what, "point %u (%s %" PRIu64 "%s, errno %d): ",
             p->n, o->call, o->nth, o->goes_on ? " and on" : "", o->error);
    memcpy(why, p->run->why, sizeof why);
    campaign_fail(p->run, "%s%.120s", what, why);
    return false;
}
