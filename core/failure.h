/* SPDX-License-Identifier: MPL-2.0 */
/* failure - the last runs of own jobs that failed, for who asks what went
 * wrong: a ring of FAILURES_MAX. */
#ifndef LB_FAILURE_H
#define LB_FAILURE_H

#include "core/node.h"

/* A run of `j` by peer `node` that failed, before the job is tried again or
 * ends. The entry made, for the caller to set `final`. */
struct failure *failure_note(struct core *c, const struct job *j,
                             const struct result *r, uint16_t node);
/* The i-th newest; NULL beyond the oldest. */
const struct failure *failure_at(const struct core *c, size_t i);

#endif
