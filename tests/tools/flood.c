/* SPDX-License-Identifier: MPL-2.0 */
/*
 * flood NODE PID [SECONDS [KIND [PARAMS [JOBS]]]] - what the node can do, for
 * SECONDS (2), for ten submitters that wait as long as it asks for, and then
 * what it does while they do not, and offer ten times as much. Workloads have
 * JOBS (50) jobs of KIND (noop). PID is its process. Prints both rates, for
 * each second and for each second of processor time of the node, which it has
 * to share with the submitters, how long answers took, the memory of the
 * process, and what became of all that was accepted. Status 1: something
 * accepted was lost, or was answered neither accepted nor busy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/lb.h"
#include "tests/tools/overload.h"

enum { SUBMITTERS = 10, TIMES = 10, DRAIN_S = 300 };

/* What was done in a while, a second. */
struct rate {
    double jobs;
    double node, own;       /* processors busy: of the node, of this program */
};

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "flood: %s: %s\n", what, why);
    exit(1);
}

static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
sleep_s(double s)
{
    const struct timespec t = { (time_t)s, (long)((s - (double)(time_t)s) *
                                                  1e9) };

    nanosleep(&t, NULL);
}

/* KEY of /proc/PID/status, KiB. */
static long
memory(const char *pid, const char *key)
{
    char path[64], line[128];
    long kib = -1;

    snprintf(path, sizeof path, "/proc/%.20s/status", pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtol(line + strlen(key) + 1, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kib;
}

static uint64_t
jobs_done(struct lb *lb)
{
    struct lb_node *v;
    uint64_t done = 0;
    size_t n;

    if (lb_nodes(lb, &v, &n) != LB_OK)
        die("nodes", lb_error(lb));
    for (size_t i = 0; i < n; i++)
        if (v[i].life == LB_SELF)
            done = v[i].done;
    free(v);
    return done;
}

/* Seconds of processor time of a process so far. */
static double
cpu_s(pid_t pid)
{
    struct timespec t = { 0, 0 };
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        die("processor time", "not to be had");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In the next `seconds`. */
static struct rate
rate_of(struct lb *lb, pid_t node, double seconds)
{
    struct rate before = { (double)jobs_done(lb), cpu_s(node), cpu_s(0) };
    double start = now_s();

    sleep_s(seconds);
    double took = now_s() - start;
    return (struct rate){ ((double)jobs_done(lb) - before.jobs) / took,
                          (cpu_s(node) - before.node) / took,
                          (cpu_s(0) - before.own) / took };
}

/* Waits until all of it is done. What is missing. */
static uint64_t
lost_of(struct lb *lb, struct overload *o, uint32_t jobs)
{
    size_t n;
    const uint32_t *number = overload_workloads(o, &n);
    uint64_t lost = 0;
    double end = now_s() + DRAIN_S;

    for (size_t i = 0; i < n; i++) {
        struct lb_progress p = { .version = 0 };
        struct lb_results_of of = { .workload = number[i] };
        struct lb_result one;
        uint32_t results = 0;
        while (!lb_progress_ended(&p) && now_s() < end)
            if (lb_wait(lb, number[i], 1000, &p) != LB_OK)
                die("wait", lb_error(lb));
        struct lb_results *r = lb_results_open(lb, &of);
        while (lb_results_next(r, 0, &one))
            results += one.outcome == LB_JOB_DONE;
        lb_results_free(r);
        lost += p.done < jobs ? jobs - p.done : 0;
        if (results != p.done)
            die("results", "not as many as are done");
    }
    return lost;
}

static struct overload *
start(const struct overload_plan *plan)
{
    char why[256];
    struct overload *o = overload_start(plan, why);

    if (o == NULL)
        die("submitters", why);
    return o;
}

static void
report(struct overload *o, const struct rate *peak, const struct rate *storm,
       double offered)
{
    struct overload_count c = overload_count(o);
    double each = peak->jobs / peak->node, then = storm->jobs / storm->node;

    printf("peak %.0f jobs/s; with %d submitters that offer %.1f times as "
           "many %.0f jobs/s (%.0f %%)\n", peak->jobs, SUBMITTERS,
           offered / peak->jobs, storm->jobs, 100 * storm->jobs / peak->jobs);
    printf("a second of the node's processor time %.0f jobs; then %.0f "
           "(%.0f %%)\n", each, then, 100 * then / each);
    printf("processors: node %.2f, submitters %.2f; then %.2f, %.2f\n",
           peak->node, peak->own, storm->node, storm->own);
    printf("answers: %llu accepted, %llu busy, %llu others%s%s; median %.2f "
           "ms, p99 %.2f ms, longest %.2f ms\n",
           (unsigned long long)c.accepted, (unsigned long long)c.busy,
           (unsigned long long)c.wrong, c.wrong > 0 ? ": " : "", c.why,
           (double)overload_percentile(o, 50) / 1000,
           (double)overload_percentile(o, 99) / 1000,
           (double)overload_percentile(o, 100) / 1000);
    printf("busy: after %llu ms at least\n",
           (unsigned long long)c.busy_least_us / 1000);
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: flood NODE PID [SECONDS [KIND [PARAMS [JOBS]]]]\n",
              stderr);
        return 2;
    }
    char params[256] = "";
    if (argc > 5 && argv[5][0] != '\0')
        snprintf(params, sizeof params, "%.250s\n", argv[5]);
    struct overload_plan plan = {
        .where = argv[1], .submitters = SUBMITTERS,
        .kind = argc > 4 ? argv[4] : "noop",
        .params = params,
        .jobs = argc > 6 ? (uint32_t)strtoul(argv[6], NULL, 10) : 50
    };
    pid_t node = (pid_t)strtol(argv[2], NULL, 10);
    double seconds = argc > 3 ? strtod(argv[3], NULL) : 2;
    struct lb *lb = lb_new(NULL);
    if (lb_connect(lb, argv[1]) != LB_OK)
        die(argv[1], lb_error(lb));

    struct overload *calm = start(&plan);
    sleep_s(seconds / 4);           /* until the queue is full */
    struct rate peak = rate_of(lb, node, seconds);
    overload_stop(calm);
    uint64_t lost = lost_of(lb, calm, plan.jobs);
    long before = memory(argv[2], "VmRSS");

    plan.rate = TIMES * peak.jobs;
    double begun = now_s();
    struct overload *storm = start(&plan);
    sleep_s(seconds / 4);
    struct rate then = rate_of(lb, node, seconds);
    overload_stop(storm);
    report(storm, &peak, &then,
           (double)overload_count(storm).offered_jobs / (now_s() - begun));
    lost += lost_of(lb, storm, plan.jobs);
    struct overload_count a = overload_count(calm), b = overload_count(storm);
    printf("memory: %ld KiB before, %ld KiB at most\n", before,
           memory(argv[2], "VmHWM"));
    printf("submitted %llu / acknowledged %llu / lost %llu\n",
           (unsigned long long)(a.offered_jobs + b.offered_jobs),
           (unsigned long long)(a.accepted_jobs + b.accepted_jobs),
           (unsigned long long)lost);
    overload_free(calm);
    overload_free(storm);
    lb_free(lb);
    return lost == 0 && a.wrong == 0 && b.wrong == 0 ? 0 : 1;
}
