/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fetch - files that a peer cannot read: how long that is remembered, and
 * the bytes that the home reads to send them along with a job (desc.ship).
 *
 * Bytes are asked for by ACT_FETCH and come with EV_FETCHED. They are kept
 * beside the jobs, in memory only, FETCH_MAX_BYTES and FETCH_MAX_JOBS at most
 * with those under way: from the decision to give the job away until a peer
 * has taken it. A job that runs here reads the file itself.
 */
#ifndef LB_FETCH_H
#define LB_FETCH_H

#include "core/node.h"

/* `peer` (0: this node) could not read the file of own workload `w`. */
void fetch_cannot_read(struct core *c, uint16_t peer, struct workload *w);
/* Whether the job may go to `peer` as it is: it can be expected to read the
 * file, or bytes are here to go along. */
bool fetch_is_ready(const struct core *c, uint16_t peer, const struct job *j);
/* The job, in the queue here, is to go to a peer that cannot read its file:
 * asks for the bytes if there is room. Whether they are under way, or here. */
bool fetch_ask(struct core *c, uint16_t peer, const struct job *j);
/* EV_FETCHED. The last one for a peer lets go what is here for it. */
void fetch_arrived(struct core *c, const struct event_fetched *ev);
/* What goes along with the job: a "data=" line for the end of its own
 * parameters. Empty: nothing. Valid until fetch_drop of it. */
struct span fetch_bytes(const struct core *c, const struct job *j);
/* The job needs no bytes any more: taken by a peer, started here, ended. */
void fetch_drop(struct core *c, const struct job *j);
/* Bytes for which no peer has had room for FETCH_KEEP_US are dropped. */
void fetch_tick(struct core *c);
void fetch_fini(struct core *c);

#endif
