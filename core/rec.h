/* SPDX-License-Identifier: MPL-2.0 */
/* rec - changes of a home's record of one job, with the counts that follow
 * from it; and the places of a copy at home. */
#ifndef LB_REC_H
#define LB_REC_H

#include "core/node.h"

/* Sets j->rec and keeps n_away, n_unknown, running right. */
void rec_set(struct core *c, struct job *j, enum rec rec);
/* Notes whether the copy was last claimed (or is here) running. */
void rec_set_ran(struct job *j, bool ran);
/* The queue where it stands while it waits. */
struct queue *rec_queue(struct core *c, const struct job *j);
/* Takes the own copy out of the place it is in here; kills its run. */
void rec_drop_copy(struct core *c, struct job *j);
/* HOME; into the queue, or held. `front`: before the others. */
void rec_requeue(struct core *c, struct job *j, bool front);
/* A fence that no copy has yet; moves 0. */
void rec_raise_fence(struct core *c, struct job *j);
bool rec_is_held(const struct job *j);

#endif
