/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bound - time-outs in per cent of the median run time of a workload's jobs
 * that are done (desc.timeout_percent). The home knows the run times; it tells
 * the holders with its answers to their claims. Who runs a job ends it, begun
 * before the bound was known or after. Both look every TICK_US.
 */
#ifndef LB_BOUND_H
#define LB_BOUND_H

#include "core/items.h"

/* Home: a job is done, or (`gone`) its result does not count any more. */
void bound_note(struct workload *w, uint64_t run_us, bool gone);
/* Home: every result so far, of a workload that is open again. */
void bound_again(struct workload *w);
/* Home: it has ended, and times no run any more. */
void bound_over(struct workload *w);
/* Home: adds what a holder of jobs of `w` is to know, if anything. */
void bound_tell(const struct workload *w, struct items *reply);
/* Holder: an item REPLY_TIMEOUT. */
void bound_told(struct core *c, uint16_t home, const struct item *it);
/* Every TICK_US: bounds anew, and an end to runs that take longer. */
void bound_tick(struct core *c);

#endif
