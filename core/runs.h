/* SPDX-License-Identifier: MPL-2.0 */
/* runs - orders to the workers, what came out, results to their homes
 * (hand-over rules R13, R26). */
#ifndef LB_RUNS_H
#define LB_RUNS_H

#include "core/node.h"

void runs_init(struct core *c);
void runs_fini(struct core *c);
/* Pairs queued jobs with free tickets. */
void runs_fill(struct core *c);
/* Ends the run of a job that is not wanted any more; place AT_NONE. */
void runs_stop(struct core *c, struct job *j);
void runs_outcome(struct core *c, const struct event_outcome *ev);
/* When results are to be sent: at once while none is unanswered, else a bit
 * later with others. INT64_MAX: none waits. Core time. */
int64_t runs_deadline_us(const struct core *c);
/* Sends results that wait; `tick`: also repeats those not acknowledged. */
void runs_flush(struct core *c, bool tick);
void runs_ack(struct core *c, uint16_t peer, const struct msg_items *m);
void runs_results(struct core *c, uint16_t peer, const struct msg_results *m);
/* Leaving: every run is stopped; own jobs wait again, others are released. */
void runs_kill_all(struct core *c);

#endif
