/* SPDX-License-Identifier: MPL-2.0 */
/* cut - tells what is missing of the output of commands: a node keeps no more
 * of each stream than its jobs.max_output. */
#ifndef LB_CUT_H
#define LB_CUT_H

#include "ctl/result.h"

struct cut {            /* of one workload; begins as zeros */
    unsigned told;      /* lines */
    unsigned more;      /* jobs without one */
};

/* A line on stderr for each stream of this result that was cut, and status 1;
 * beyond ten lines jobs are only counted. */
void cut_tell(struct ctl *c, struct cut *k, const struct followed *f,
              const struct lb_result *r);
/* At the end: how many were counted. */
void cut_end(struct ctl *c, const struct cut *k, const struct followed *f);

#endif
