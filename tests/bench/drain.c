/* SPDX-License-Identifier: MPL-2.0 */
/*
 * drain ADDRESS WORKLOAD - starts the held workload of this number and prints,
 * in seconds: from the start until it has ended, every result on disk; what
 * its jobs ran together; and the processor time that they used together.
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/lb.h"
#include "tests/bench/wire.h"

static void
start(struct lb *lb, uint32_t workload)
{
    struct lb_call c = { .op = "start" };
    struct lb_reply *r;

    lb_call_number(&c, "workload", workload);
    if (lb_call_do(lb, &c, &r) != LB_OK)
        die(lb_error(lb));
    lb_reply_free(r);
}

static void
await_end(struct lb *lb, uint32_t workload)
{
    struct lb_progress p = { .version = 0 };

    do {
        if (lb_wait(lb, workload, 60 * 1000, &p) != LB_OK)
            die(lb_error(lb));
    } while (!lb_progress_ended(&p));
    if (p.done != p.jobs)
        die("a job was not done");
}

static void
print_compute(struct lb *lb, uint32_t workload)
{
    const struct lb_results_of of = { .workload = workload };
    struct lb_results *r = lb_results_open(lb, &of);
    struct lb_result result;
    uint64_t run_us = 0, cpu_us = 0;

    if (r == NULL)
        die(lb_error(lb));
    while (lb_results_next(r, -1, &result)) {
        run_us += result.run_us;
        cpu_us += result.cpu_us;
    }
    lb_results_free(r);
    printf(" %.6f %.6f\n", (double)run_us / 1e6, (double)cpu_us / 1e6);
}

int
main(int argc, char **argv)
{
    unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    uint32_t workload = (uint32_t)n;
    struct lb *lb = workload > 0 ? lb_new(NULL) : NULL;

    if (lb == NULL) {
        fputs("usage: drain ADDRESS WORKLOAD\n", stderr);
        return 2;
    }
    if (lb_connect(lb, argv[1]) != LB_OK)
        die(lb_error(lb));
    int64_t from = clock_us();
    start(lb, workload);
    await_end(lb, workload);
    printf("%.6f", (double)(clock_us() - from) / 1e6);
    print_compute(lb, workload);
    lb_free(lb);
    return 0;
}
