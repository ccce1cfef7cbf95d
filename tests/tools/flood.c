/* SPDX-License-Identifier: MPL-2.0 */
/*
 * flood NODE PID [SECONDS [KIND [PARAMS [JOBS]]]] - what the node can do, for
 * SECONDS (2), and then what it does while ten submitters offer ten times as
 * much. Workloads have JOBS (50) jobs of KIND (noop). PID is its process.
 * Prints both rates, how long answers took, the memory of the process, and
 * what became of all that was accepted. Status 1: something accepted was
 * lost, or was answered neither accepted nor busy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/lb.h"
#include "tests/tools/overload.h"

enum { SUBMITTERS = 10, TIMES = 10, DRAIN_S = 300,
       CALM_JOBS = 1000 /* of a workload at the peak: few questions */ };

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

/* Jobs a second in the next `seconds`. */
static double
rate_of(struct lb *lb, double seconds)
{
    uint64_t done = jobs_done(lb);
    double start = now_s();

    sleep_s(seconds);
    done = jobs_done(lb) - done;
    return (double)done / (now_s() - start);
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

/* `offered` and the others: jobs a second. */
struct rates {
    double peak, offered, done;
};

static void
report(struct overload *o, const struct rates *r)
{
    struct overload_count c = overload_count(o);

    printf("peak %.0f jobs/s; with %d submitters that offer %.1f times as "
           "many %.0f jobs/s (%.0f %%)\n", r->peak, SUBMITTERS,
           r->offered / r->peak, r->done, 100 * r->done / r->peak);
    printf("answers: %llu accepted, %llu busy, %llu others%s%s; median %.2f "
           "ms, p99 %.2f ms, longest %.2f ms\n",
           (unsigned long long)c.accepted, (unsigned long long)c.busy,
           (unsigned long long)c.wrong, c.wrong > 0 ? ": " : "", c.why,
           (double)overload_percentile(o, 50) / 1000,
           (double)overload_percentile(o, 99) / 1000,
           (double)overload_percentile(o, 100) / 1000);
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
        .where = argv[1], .submitters = 2,
        .kind = argc > 4 ? argv[4] : "noop",
        .params = params,
        .jobs = argc > 6 ? (uint32_t)strtoul(argv[6], NULL, 10) : 50
    };
    double seconds = argc > 3 ? strtod(argv[3], NULL) : 2;
    struct lb *lb = lb_new(NULL);
    if (lb_connect(lb, argv[1]) != LB_OK)
        die(argv[1], lb_error(lb));

    uint32_t jobs = plan.jobs;
    plan.jobs = CALM_JOBS;
    struct overload *calm = start(&plan);
    sleep_s(seconds / 4);           /* until the queue is full */
    struct rates r = { .peak = rate_of(lb, seconds) };
    overload_stop(calm);
    uint64_t lost = lost_of(lb, calm, CALM_JOBS);
    long before = memory(argv[2], "VmRSS");

    plan.jobs = jobs;
    plan.submitters = SUBMITTERS;
    plan.rate = TIMES * r.peak;
    double begun = now_s();
    struct overload *storm = start(&plan);
    sleep_s(seconds / 4);
    r.done = rate_of(lb, seconds);
    overload_stop(storm);
    r.offered = (double)overload_count(storm).offered_jobs / (now_s() - begun);
    report(storm, &r);
    lost += lost_of(lb, storm, jobs);
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
