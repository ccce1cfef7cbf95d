/* SPDX-License-Identifier: MPL-2.0 */
/*
 * beside PORT SEED N [ASKS] - an honest client of the node of that base port,
 * first alone, then beside N connections that are not (crowd.h). It asks ASKS
 * times each and has a few jobs run; all must be answered. Prints how long
 * answers took. Without ASKS: no client; says "ready" when the crowd is there
 * and keeps it up until stdin ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/xalloc.h"
#include "proto/lb.h"
#include "tests/tools/crowd.h"

enum { JOBS = 100, TIMEOUT_MS = 60 * 1000 };

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "beside: %s: %s\n", what, why);
    exit(1);
}

static uint64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Sorted times of `n` answers, µs, to questions 1 ms apart. */
static uint64_t *
ask(struct lb *lb, size_t n)
{
    const struct timespec gap = { .tv_nsec = 1000 * 1000 };
    uint64_t *us = xcalloc(n, sizeof *us);

    for (size_t i = 0; i < n; i++) {
        struct lb_call c = { .op = "ping" };
        struct lb_reply *r;
        nanosleep(&gap, NULL);
        uint64_t start = now_us();
        if (lb_call_do(lb, &c, &r) != LB_OK)
            die("ping", lb_error(lb));
        us[i] = now_us() - start;
        lb_reply_free(r);
    }
    qsort(us, n, sizeof *us, by_size);
    return us;
}

static void
have_jobs_run(struct lb *lb)
{
    struct lb_workload w = { .kind = "noop", .n_jobs = JOBS,
                             .cost = 1000000, .retries = LB_RETRIES_DEFAULT,
                             .timeout_us = LB_TIMEOUT_DEFAULT };
    struct lb_progress p = { .version = 0 };
    struct lb_submit *s = lb_submit_open(lb, &w);

    if (lb_submit_same(s, JOBS) != LB_OK || lb_submit_end(s) != LB_OK)
        die("submit", lb_error(lb));
    do {
        if (lb_wait(lb, lb_submit_number(s), 1000, &p) != LB_OK)
            die("wait", lb_error(lb));
    } while (!lb_progress_ended(&p));
    if (p.done != JOBS)
        die("jobs", p.state);
    lb_submit_free(s);
}

static void
hold(struct crowd *crowd)
{
    struct crowd_count n = crowd_count(crowd);

    printf("ready: %zu connections\n", n.up);
    fflush(stdout);
    while (getchar() != EOF)
        ;
}

static void
compare(struct lb *lb, struct crowd *crowd, size_t n,
        const uint64_t *alone)
{
    struct crowd_count before = crowd_count(crowd), after;
    uint64_t *us = ask(lb, n);

    have_jobs_run(lb);
    after = crowd_count(crowd);
    printf("%zu connections: %zu of %zu answers, %d of %d jobs; median %llu "
           "us, alone %llu us (x %.2f); p99 %llu us, alone %llu us (x "
           "%.2f); %llu cut and made again\n", before.up, n, n, JOBS, JOBS,
           (unsigned long long)us[n / 2], (unsigned long long)alone[n / 2],
           (double)us[n / 2] / (double)alone[n / 2],
           (unsigned long long)us[n * 99 / 100],
           (unsigned long long)alone[n * 99 / 100],
           (double)us[n * 99 / 100] / (double)alone[n * 99 / 100],
           (unsigned long long)after.cut);
    free(us);
}

int
main(int argc, char **argv)
{
    char where[64];
    uint64_t *alone = NULL;

    if (argc != 4 && argc != 5) {
        fputs("usage: beside PORT SEED N [ASKS]\n", stderr);
        return 2;
    }
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    size_t n = strtoul(argv[3], NULL, 10);
    size_t asks = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
    struct lb *lb = lb_new(NULL);

    snprintf(where, sizeof where, "127.0.0.1:%u", port);
    lb_set_timeout(lb, TIMEOUT_MS);
    if (asks > 0) {
        if (lb_connect(lb, where) != LB_OK)
            die(where, lb_error(lb));
        alone = ask(lb, asks);
    }
    struct crowd *crowd = crowd_start(port, strtoull(argv[2], NULL, 10), n);
    if (crowd == NULL)
        die("crowd", "not enough descriptors");
    printf("seed %s: ", argv[2]);
    if (asks > 0)
        compare(lb, crowd, asks, alone);
    else
        hold(crowd);
    crowd_end(crowd);
    lb_free(lb);
    free(alone);
    return 0;
}
