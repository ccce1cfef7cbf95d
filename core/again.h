/* SPDX-License-Identifier: MPL-2.0 */
/*
 * again - where an own job that has failed is tried again: at another node
 * first, if one may run it. JOB_AVOID marks such a job while it waits at home,
 * j->holder is who failed: nothing is offered to that node; and what failed
 * here stands among the jobs that this node does not run (elsewhere.h). Who
 * takes it keeps it as long. After AGAIN_US, or when nobody else is left, it
 * may run anywhere. Memory only: after a restart any node may do.
 */
#ifndef LB_AGAIN_H
#define LB_AGAIN_H

#include "core/node.h"

/* An attempt failed at peer `node`; the job is in no place and will wait. */
void again_note(struct core *c, struct job *j, uint16_t node);
/* Does it wait for another node than this one? */
bool again_waits(const struct job *j);
/* May it be offered to `peer`, as far as this goes? */
bool again_may_go(const struct core *c, const struct job *j, uint16_t peer);
/* Every SEEK_US, while w->avoids: marks that have done their service. */
void again_review(struct core *c, struct workload *w);

#endif
