/* SPDX-License-Identifier: MPL-2.0 */
/*
 * overload - submitters that offer a node more than it can do, and what they
 * are answered. Each is a thread with a connection of its own and submits
 * workloads of WORK_JOBS jobs, one question at a time.
 */
#ifndef LB_OVERLOAD_H
#define LB_OVERLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct overload;

struct overload_plan {
    const char *where;      /* as lb_connect takes it */
    const char *kind, *params;
    size_t submitters;
    uint32_t jobs;          /* of a workload */
    double rate;            /* jobs offered a second, by all; 0: as many as are
                               taken, waiting as long as the node asks for */
};

struct overload_count {
    uint64_t accepted, busy;    /* answers */
    uint64_t wrong;         /* any other, or busy without how long to wait */
    uint64_t busy_least_us; /* no such answer came sooner */
    uint64_t offered_jobs, accepted_jobs;
    char why[256];          /* the last wrong one */
};

/* NULL: `why` (256 bytes) says what is wrong. */
struct overload *overload_start(const struct overload_plan *plan, char *why);
/* Ends the submitters; the numbers below hold then. */
void overload_stop(struct overload *o);
struct overload_count overload_count(struct overload *o);
/* Times that answers took, µs: that many per cent took at most so long. */
uint64_t overload_percentile(struct overload *o, unsigned percent);
/* The accepted workloads, [*n]; borrowed. */
const uint32_t *overload_workloads(struct overload *o, size_t *n);
void overload_free(struct overload *o);

#endif
