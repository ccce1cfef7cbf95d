/* SPDX-License-Identifier: MPL-2.0 */
/*
 * load - threads that submit to a cluster under fire, and readers that follow;
 * both tell the checker. A submission without an answer is asked again with
 * the same key, or given up; the workload then may be there or not.
 */
#ifndef LB_NEMESIS_LOAD_H
#define LB_NEMESIS_LOAD_H

#include <stdint.h>

#include "tests/nemesis/campaign.h"

struct load_plan {
    struct cluster *cluster;
    struct checker *checker;
    uint64_t seed;
    unsigned part;              /* of the run: labels and draws of its own */
    unsigned submitters;        /* threads; 0: one a node */
    unsigned readers;           /* threads that follow results */
    uint32_t jobs_min, jobs_max;    /* of a workload; 0: 50..500 */
    unsigned once_percent;      /* of workloads; they are marked */
    unsigned marked_percent;    /* of the others */
    size_t marked_at;           /* node + 1: which alone runs them; 0: half of
                                   them have such a node, drawn */
    unsigned sleep_percent;     /* of the others: sleep ms=5, else noop */
    uint32_t home_mask;         /* bit i: submit to node i; 0: to all */
    uint64_t stop_at;           /* acknowledged jobs; 0: until load_stop */
    uint64_t jobs_ahead;        /* waits while a home has more unfinished;
                                   0: 20,000 */
    int64_t pause_ms;           /* between two submissions of a thread */
    /* Called by a submitter, its own `rng` in hand, just before a submission
     * leaves (answered false) and just after it was acknowledged (true):
     * where a kill is aimed. NULL: none. */
    void (*aim)(void *arg, size_t node, bool answered, struct rng *rng);
    void *aim_arg;
};

struct load;

struct load *load_start(const struct load_plan *plan);
/* The stop_at of the plan is reached. */
bool load_done(struct load *l);
/* No more submissions; waits for the threads. Readers go on to the end of what
 * they follow only in load_finish. NULL is ignored. */
void load_stop(struct load *l);
void load_free(struct load *l);
/* An answer that may not be, as a refusal; "" when there was none. */
const char *load_trouble(struct load *l);

/* After the last fault: until all jobs of all homes have ended (gives up when
 * nothing has for `idle_ms`), then reads lists, results and marks into the
 * checker. 0; or -1 and r->why. */
int load_collect(struct run *r, struct cluster *c, int64_t idle_ms);
/* The first half of it alone; in *took_ms (may be NULL) how long it took. */
int load_await_end(struct run *r, struct cluster *c, int64_t idle_ms,
                   int64_t *took_ms);

#endif
