/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ahead - short jobs are ordered before a worker is free, so that none waits
 * for the loop (R13). What is ordered cannot move: when no run has ended for
 * AHEAD_WAIT_US, behind runs that take far longer than was expected, the node
 * takes back what no worker has begun, and orders nothing ahead until one ends.
 * Such a job has never started, and may go where it might have gone before; an
 * own one with --once stays granted, as one that was offered.
 */
#ifndef LB_AHEAD_H
#define LB_AHEAD_H

#include "core/node.h"

/* May `j` be ordered although every worker has an order? What cannot be
 * foreseen may not. */
bool ahead_may(const struct core *c, const struct job *j);
/* How long every worker has had a run that does not end; 0: one is free. */
int64_t ahead_stuck_us(const struct core *c);
/* A run has ended, or a free worker gets one. */
void ahead_works(struct core *c);
/* Every TICK_US. */
void ahead_tick(struct core *c);
/* EV_OUTCOME of a run that nobody had begun; place AT_NONE before. */
void ahead_back(struct core *c, struct job *j);

#endif
