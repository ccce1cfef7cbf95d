/* SPDX-License-Identifier: MPL-2.0 */
/*
 * elsewhere - own jobs that this node does not run: of a kind that it does not
 * offer, or pinned to other nodes (desc.pin). They stand in a queue of their
 * own, which starts nothing and counts as no work of this node, and go to
 * nodes that may run them, whatever the policy.
 */
#ifndef LB_ELSEWHERE_H
#define LB_ELSEWHERE_H

#include "core/node.h"

/* Does this node run jobs of the kind, whoever is their home? `own`: also if
 * it runs only those of its own home. */
bool kind_runs_here(const struct core *c, struct span kind, bool own);
/* Was it switched off here since the start? */
bool kind_is_off(const struct core *c, struct span kind);
/* Does a peer that may have jobs offer it, by its last state? */
bool kind_runs_at(const struct core *c, uint16_t peer, struct span kind);
/* Does any live peer? */
bool kind_runs_elsewhere(const struct core *c, struct span kind);

/* May no live node run an own workload now? Then `why`. */
bool elsewhere_nobody(const struct core *c, const struct workload *w,
                      char *why, size_t cap);

/* An own workload has become known: where its jobs are to stand. */
void elsewhere_note(const struct core *c, struct workload *w);
/* Gives what can go to those that offer it, by their slots. */
void elsewhere_give(struct core *c);
/* What this node offers may be different now: config.kinds anew, and its jobs
 * to where they belong then. */
void elsewhere_offer(struct core *c);
/* EV_COPROCESS. */
void elsewhere_fared(struct core *c, const struct event *ev);

#endif
