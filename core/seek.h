/* SPDX-License-Identifier: MPL-2.0 */
/*
 * seek - an own job whose file its home cannot read, or may not run here:
 * JOB_NOT_HOME. Other nodes are asked for it, one after the other, for
 * jobs.file_wait; a home that has the kind in quarantine comes last.
 */
#ifndef LB_SEEK_H
#define LB_SEEK_H

#include "core/node.h"

/* Peer `node` (0: this one) could not read it. A holder gives the job back to
 * its home, which can as a rule; the home, also one that may not run the job,
 * to the others. The job is in no place yet. */
void seek_note(struct core *c, struct job *j, uint16_t node);
/* Another node has run a job of `w`, so that there is one that reads its file:
 * jobs.file_wait begins anew. */
void seek_found(const struct core *c, struct workload *w);
/* Likewise if one does so right now; the search is over without such jobs. */
void seek_review(const struct core *c, struct workload *w);
/* Has jobs.file_wait passed since others are asked, or one has read it? */
bool seek_is_long(const struct core *c, const struct job *j);
/* It has, or for a command there is nobody to ask. */
bool seek_is_over(const struct core *c, const struct job *j);
/* Then: may the home run it, were its kind not in quarantine here? */
bool seek_home_is_left(const struct core *c, const struct workload *w);
/* The kind comes out of quarantine, and what waits of `w` is the home's. The
 * queues are different after it. */
void seek_at_home(struct core *c, struct workload *w);
/* Offers a job that waits to the next node after the one that was asked last,
 * which comes last itself. False: none takes it now. */
bool seek_next(struct core *c, struct job *j);

#endif
