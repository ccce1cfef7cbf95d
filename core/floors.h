/* SPDX-License-Identifier: MPL-2.0 */
/*
 * floors - the jobs of a workload that were tried again when they had ended
 * (lbctl retry): results below the fence of that do not count for them.
 * They are many at once, so they are added first and put in order then.
 */
#ifndef LB_FLOORS_H
#define LB_FLOORS_H

#include "core/ledger.h"

/* Not known to floors_fence before floors_order. */
void floors_add(struct workload *w, uint32_t index, uint64_t fence);
/* After some floors_add. Of several of a job the highest fence stays. */
void floors_order(struct workload *w);
/* What a result of this job has to have at least: without a floor, the first
 * fence of the incarnation that accepted the workload. */
uint64_t floors_fence(const struct workload *w, uint32_t index);

#endif
