/* SPDX-License-Identifier: MPL-2.0 */
/*
 * latency ADDRESS N - N times one job (fib 30), from submit to its result,
 * by one connection to an agent. Prints each time in ms, a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/lb.h"
#include "tests/bench/wire.h"

static void
one_job(struct lb *lb)
{
    static const char params[] = "n=30\nrepeat=1\n";
    struct lb_workload w = {
        .kind = "fib", .params = params, .params_len = sizeof params - 1,
        .n_jobs = 1, .cost = 30000000, .priority = 5
    };
    struct lb_submit *s = lb_submit_open(lb, &w);
    if (s == NULL || lb_submit_same(s, 1) != LB_OK
        || lb_submit_end(s) != LB_OK)
        die(lb_error(lb));
    struct lb_results_of of = { .workload = lb_submit_number(s),
                                .follow = true };
    struct lb_results *r = lb_results_open(lb, &of);
    struct lb_result result;
    if (r == NULL || !lb_results_next(r, -1, &result))
        die(lb_error(lb));
    if (result.outcome != LB_JOB_DONE || result.value_len != 6
        || memcmp(result.value, "832040", 6) != 0)
        die("wrong result");
    lb_results_free(r);
    lb_submit_free(s);
}

int
main(int argc, char **argv)
{
    long n = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    struct lb *lb = n > 0 ? lb_new(NULL) : NULL;
    if (lb == NULL) {
        fputs("usage: latency ADDRESS N\n", stderr);
        return 2;
    }
    if (lb_connect(lb, argv[1]) != LB_OK)
        die(lb_error(lb));
    for (long i = 0; i < n; i++) {
        int64_t start = clock_us();
        one_job(lb);
        printf("%.4f\n", (double)(clock_us() - start) / 1e3);
    }
    lb_free(lb);
    return 0;
}
