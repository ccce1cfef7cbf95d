/* SPDX-License-Identifier: MPL-2.0 */
/* halt - workloads that end before all of their jobs have run, because enough
 * of them failed, succeeded or ended (desc.halt). The home decides. */
#ifndef LB_HALT_H
#define LB_HALT_H

#include "core/node.h"

/* A job of `w`, an own one, has ended, has been put back, or has come. */
void halt_note(struct core *c, const struct workload *w);
/* Cancels what has become due since: jobs not begun, or all of them. At the
 * end of a step, before runs are ordered. */
void halt_step(struct core *c);

#endif
