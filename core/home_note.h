/* SPDX-License-Identifier: MPL-2.0 */
/*
 * home_note - what a journal record does to the ledger, when it is written
 * and when it is replayed: the same code, so that both agree.
 */
#ifndef LB_HOME_NOTE_H
#define LB_HOME_NOTE_H

#include "core/node.h"

/* Body of SAVE_WORKLOAD. 0 or -EBADMSG. */
int home_note_workload(struct core *c, uint32_t number, struct span body,
                       struct workload **out);
void home_note_jobs(struct core *c, struct workload *w,
                    const struct chunk *chunk);
void home_note_start(struct workload *w);
void home_note_priority(struct workload *w, uint8_t priority);
/* The job's copy is in no place here. */
void home_note_result(struct core *c, struct workload *w,
                      const struct result *r, uint16_t node);
void home_note_cancel(struct core *c, struct workload *w, uint32_t index);
/* A submission that broke off ends with the jobs that were accepted. */
void home_note_broken_off(struct workload *w);
void home_note_retry(struct core *c, struct workload *w, uint32_t index,
                     uint64_t fence, uint8_t attempt);
/* After some home_note_retry: their old results leave the order of ends, and
 * their floors count. */
void home_note_retried(struct workload *w);
void home_note_forget(struct core *c, struct workload *w);
/* Sets w->ended when its last job has ended; true if that was now. */
bool home_note_ended(struct core *c, struct workload *w);

#endif
