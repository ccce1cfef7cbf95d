/* SPDX-License-Identifier: MPL-2.0 */
/* publish - the STATE of this node: when it is told, and what it says. */
#ifndef LB_PUBLISH_H
#define LB_PUBLISH_H

#include "core/node.h"

/* Appends the body of a STATE of now. */
void publish_state_body(struct core *c, struct buf *out);
/* A change worth telling before the next interval. */
void publish_soon(struct core *c);
/* Publishes when it is time: each interval (+-10 %), on change after
 * STATE_GAP_US; and a STATE_SLOW beside the first after STATE_SLOW_US. */
void publish_tick(struct core *c);
/* When publish_tick is next needed, core time. */
int64_t publish_deadline_us(const struct core *c);
void publish_bye(struct core *c);
/* own w, slot speed and so on, in hint units: for the adaptor too. */
double node_w(const struct core *c);
/* speed_share of this node. */
double node_share(const struct core *c);
double node_slot_speed(const struct core *c);

#endif
