/* SPDX-License-Identifier: MPL-2.0 */
/* seed - one run under faults, all of it drawn from one number. */
#ifndef LB_SIM_SEED_H
#define LB_SIM_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/world.h"

struct seed_options {
    uint16_t nodes;         /* 2.. */
    uint16_t slots;         /* 0: drawn */
    uint32_t faults;        /* mask of enum fault; each seed takes some */
    bool verbose;           /* the transcript goes to standard output */
    bool silent;            /* a failure is not printed */
};

struct seed_result {
    bool ok;
    uint64_t steps;
    int64_t virtual_us;
    uint64_t jobs;
    struct figures figures;
};

/* Runs it. A broken invariant is printed to standard error with the last
 * lines of the transcript. */
struct seed_result seed_run(uint64_t seed, const struct seed_options *o);

/* Prints what is wrong with the run under way, its last lines and how to see
 * it again, unless it is silent. For a handler of SIGABRT too. */
void seed_report(const char *what);

#endif
