/* SPDX-License-Identifier: MPL-2.0 */
/*
 * home - what the home of a workload decides about its jobs (hand-over rules
 * R15 to R24): accepting, starting, taking back, recording results.
 */
#ifndef LB_HOME_H
#define LB_HOME_H

#include "core/node.h"

/* Ranges of jobs that a user named; n == 0: all. */
struct jobs_asked {
    size_t n;
    struct selector_range *range;
};

/* R15. Adds a workload (number found here) with nothing in it yet and saves
 * it. 0; -EBADMSG (desc), -ENOBUFS (no room for one more). */
int home_open(struct core *c, struct span desc, uint64_t key_hash,
              uint64_t content_hash, struct workload **out);
/* What own workloads and their results take of results.max_bytes. */
uint64_t home_kept_bytes(const struct core *c);
/* R15. Saves and takes the jobs of a chunk, whole or not at all. 0 (also when
 * it was taken before); -ENOBUFS (queue full: try later), -EBADMSG (does not
 * follow what is there, or goes beyond n_jobs). */
int home_accept(struct core *c, struct workload *w, struct span chunk);
/* Released for running; the number of jobs that began to wait for a slot. */
uint32_t home_start(struct core *c, struct workload *w);
/* Holds jobs that have not started, wherever; the number of those here. */
uint32_t home_hold(struct core *c, struct workload *w,
                   const struct jobs_asked *which);
/* R24. Counts of those cancelled now and ended before. */
void home_cancel(struct core *c, struct workload *w,
                 const struct jobs_asked *which, bool queued_only,
                 uint32_t *cancelled, uint32_t *ended);
/* New attempts of ended jobs (failed ones, or all). The number. */
uint32_t home_retry(struct core *c, struct workload *w,
                    const struct jobs_asked *which, bool all);
/* Sets the priority of the whole workload. */
void home_priority(struct core *c, struct workload *w, uint8_t priority);
/* Saves the highest number ever given, before what tells of it goes. */
void home_save_number(struct core *c);
/* Forgets an ended workload and its results. 0, -EBUSY (not ended). */
int home_forget(struct core *c, struct workload *w);

/* R21, R22: one result, of an own run or a RESULTS message from `node`. The
 * record is saved by home_save_results before anything is answered. */
void home_outcome(struct core *c, struct workload *w, const struct result *r,
                  uint16_t node);
void home_save_results(struct core *c);
/* One line when the workload has just ended. */
void home_log_ended(struct core *c, struct workload *w);
/* R18: back to the queue under a new fence, or ended (--once, lost often). */
void home_reclaim(struct core *c, struct job *j);
/* R17: the jobs that are OUT at this incarnation of a peer. */
void home_holder_gone(struct core *c, uint16_t peer, uint64_t inc);
/* The copy on record is here again: HOME, queued (or held). */
void home_take_back(struct core *c, struct job *j, uint64_t fence,
                    uint8_t moves);
/* The copy on record is at `holder`. */
void home_sent_out(struct core *c, struct job *j, uint16_t holder,
                   uint64_t holder_inc);
/* R4: before an own job is offered: grants, spread are saved. */
void home_before_offer(struct core *c, struct job *j);
/* R13: before an own --once job is run here. */
void home_before_run(struct core *c, struct job *j);

/* One journal record; wrong ones are counted, the rest goes on. */
void home_replay(struct core *c, uint8_t type, uint32_t number,
                 struct span body);
/* R19, after replay. */
void home_started(struct core *c);
/* R19, R20, expiry; called each TICK_US. */
void home_tick(struct core *c);

#endif
