/* SPDX-License-Identifier: MPL-2.0 */
/* report - what lbsim prints in the end: tables, or JSON of the same names. */
#ifndef LB_SIM_REPORT_H
#define LB_SIM_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "sim/options.h"
#include "sim/seed.h"

/* A line of a comparison. Times in seconds. */
struct row {
    const char *policy;
    double makespan_s, bound_s, ratio, moves, p99_s;
    uint32_t worst;
    uint64_t messages, lost, twice;
};
void report_rows(const struct row *rows, size_t n, enum output how);

struct seeds_total {
    uint64_t seeds, failed, steps, jobs;
    int64_t virtual_us;
    struct figures sum;         /* drained_us: the longest */
};
/* What one seed, and what another process has found. */
void seeds_add(struct seeds_total *t, const struct seed_result *r);
void seeds_join(struct seeds_total *t, const struct seeds_total *other);
void report_seeds(const struct seeds_total *t, enum output how);

#endif
