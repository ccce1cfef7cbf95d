/* SPDX-License-Identifier: MPL-2.0 */
/* adaptor - when to decide about moving work, from which picture, and the
 * carrying out of what a policy decided. */
#ifndef LB_ADAPTOR_H
#define LB_ADAPTOR_H

#include "core/node.h"

/* A peer asks for work; answered at the end of the step. */
void adaptor_request(struct core *c, uint16_t peer,
                     const struct msg_request *m);
void adaptor_refused(struct core *c, uint16_t peer,
                     const struct msg_refuse *m);
/* Decides, if anything asked for it (c->decide_due). */
void adaptor_run(struct core *c);
/* Puts newly accepted jobs where the placement rule wants them. */
void adaptor_place(struct core *c, struct workload *w, uint32_t first,
                   uint32_t count);
/* Each TICK_US: requests that were not answered, the interval's tick. */
void adaptor_tick(struct core *c);
/* What waiters once said is older than a batch that has just come in. */
void adaptor_forget_waiters(struct core *c);
/* The peer has taken a batch: what it asked for before is answered. */
void adaptor_peer_took(struct core *c, uint16_t peer);
void adaptor_forget_peer(struct core *c, uint16_t peer);
void adaptor_fini(struct core *c);
/* One bulk plan without carrying it out: jobs per peer index. */
void adaptor_plan(struct core *c, struct decisions *out);

#endif
