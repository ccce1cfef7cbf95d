/* SPDX-License-Identifier: MPL-2.0 */
/*
 * batches - BATCH frames of which no job may be taken: deflated bombs, sizes
 * that lie, streams that are cut or follow each other, lists that say more
 * than they hold. Their sender is made up; the same seed makes the same.
 */
#ifndef LB_BATCHES_H
#define LB_BATCHES_H

#include "base/bytes.h"
#include "base/random.h"
#include "proto/names.h"

struct batches {
    struct random rng;
    uint64_t target_inc;    /* incarnation of the node that they are for */
    uint64_t n;             /* made so far: the number of the last one */
};

void batches_init(struct batches *b, uint64_t seed, uint64_t target_inc);
/* Who sends them. */
struct node_id batches_sender(void);
/* The next hostile frame instead of what is in `out`; tells which one it is,
 * for people. */
const char *batches_next(struct batches *b, struct buf *out);
/* A right one of `n_jobs` jobs. */
void batches_right(struct batches *b, uint32_t n_jobs, struct buf *out);

#endif
