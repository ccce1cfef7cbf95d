/* SPDX-License-Identifier: MPL-2.0 */
/*
 * quarantine - a node where jobs of a kind fail that succeed elsewhere takes
 * no more of that kind for a while.
 *
 * The home is witness: with its answer to a failure it tells whether more of
 * the other nodes that have run jobs of the same workload succeed than fail,
 * since they have begun to fail at that node. So a bad workload, or what fails
 * everywhere, is held against nobody; of the nodes that share a workload at
 * most half can go; and who runs it alone never does.
 *
 * The node is judge: jobs.quarantine such failures of a kind, and no success
 * of that kind between them, and the kind leaves its STATE for QUARANTINE_US;
 * its jobs go to other nodes. It comes back before when no other live node
 * would take it or has the file of one of its jobs, or by hand. Memory only: a
 * restart begins anew.
 */
#ifndef LB_QUARANTINE_H
#define LB_QUARANTINE_H

#include "core/node.h"

/* ---- the home ---- */
/* The first result of an attempt by peer `node` is here, done or failed. */
void quarantine_note(struct core *c, struct workload *w, uint16_t node,
                     bool done);
/* Do others succeed, since jobs of `w` have begun to fail at `node`? */
bool quarantine_is_witnessed(const struct workload *w, uint16_t node);
/* Forgets what was noted of `w`: 24 bytes for each node that may be asked
 * about. Not at once when it ends: a failure that is not acknowledged is told
 * again. */
void quarantine_over(struct workload *w);

/* ---- the node ---- */
/* A job of `w` was done here. */
void quarantine_done(struct core *c, const struct workload *w);
/* One has failed here, as its home has witnessed. */
void quarantine_failed(struct core *c, const struct workload *w);
bool quarantine_has(const struct core *c, struct span kind);
/* Seconds left of a kind that is in it, rounded up; and the failures. */
unsigned quarantine_left_s(const struct core *c, struct span kind,
                           unsigned *failures);
/* Words KIND:FAILURES:SECONDS with a blank between them; "": none. */
void quarantine_tell(const struct core *c, char *text, size_t cap);
/* Lets a kind go, or all of them (empty); how many were in it. `by` is
 * "by=ann" or likewise. */
unsigned quarantine_release(struct core *c, struct span kind, const char *by);
/* Every TICK_US: lets go what is over, or what nobody else takes. */
void quarantine_tick(struct core *c);

#endif
