/* SPDX-License-Identifier: MPL-2.0 */
/*
 * live - what commands have set and the configuration does not say: throttle,
 * phase, policy, placement. It ends with the process; so that people learn of
 * that, and for throttle.persist, it is in the journal too, soon after each
 * change.
 */
#ifndef LB_LIVE_H
#define LB_LIVE_H

#include "core/node.h"

/* A record of the run before. */
void live_replay(struct core *c, struct span body);
/* At the start: keeps the throttle if it shall, tells what is not in force
 * any more. */
void live_started(struct core *c);
/* Saves what has changed. No answer waits for it: after those of its step. */
void live_save(struct core *c);

#endif
