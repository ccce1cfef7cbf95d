/* SPDX-License-Identifier: MPL-2.0 */
/* hearing - messages of peers: who speaks, in which incarnation (hand-over
 * rules R1 to R3), and what his silence means. */
#ifndef LB_HEARING_H
#define LB_HEARING_H

#include "core/node.h"

/* EV_MSG. What makes no sense is dropped and counted. */
void hearing_message(struct core *c, const struct event_msg *ev);
/* Each TICK_US: who is stale, dead, or forgotten. */
void hearing_tick(struct core *c);

#endif
