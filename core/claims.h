/* SPDX-License-Identifier: MPL-2.0 */
/*
 * claims - the holder tells each home what it holds; the home answers what is
 * stale; jobs are released back (hand-over rules R16, R23, R25, R27, R28).
 */
#ifndef LB_CLAIMS_H
#define LB_CLAIMS_H

#include "core/node.h"

/* Home. */
void claims_taken(struct core *c, uint16_t peer, const struct msg_claims *m);
void claims_release(struct core *c, uint16_t peer, const struct msg_items *m);
/* The job has ended: tells the holder on record, with the next flush. */
void claims_final(struct core *c, const struct job *j);
void claims_send_finals(struct core *c, uint16_t peer);
/* Holder. */
void claims_reply(struct core *c, uint16_t peer, const struct msg_items *m);
void claims_release_ack(struct core *c, uint16_t peer,
                        const struct msg_items *m);
/* A foreign job in no place: into the release box. `maybe`: MAYBE_TAKEN. */
void claims_release_job(struct core *c, struct job *j, bool maybe);
/* All foreign jobs that have not started. */
void claims_release_all(struct core *c);
/* Forgets a foreign copy wherever it is; kills its run. */
void claims_drop(struct core *c, struct job *j);
/* The home is gone for so long that its jobs and results are given up. */
void claims_forget_home(struct core *c, uint16_t peer);
/* Snapshots that are due, releases that are due. `tick`: each TICK_US; else
 * only what is urgent. */
void claims_flush(struct core *c, bool tick);

#endif
