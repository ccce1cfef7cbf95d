/* SPDX-License-Identifier: MPL-2.0 */
/*
 * invariants - what must hold after each step, whatever the faults. Each
 * check sees one thing that has just happened, so that none walks all jobs;
 * check_tables does, and is called now and then and at the end.
 * A broken one is noted by world_fail.
 */
#ifndef LB_SIM_INVARIANTS_H
#define LB_SIM_INVARIANTS_H

#include "sim/world.h"

/* After each step of the world. */
void check_step(struct world *w);
/* A core asks to send; not yet on its way. */
void check_send(struct world *w, struct node *n, const struct action *a);
/* It leaves: the saves before it are durable, or (`soon`) it waits for none. */
void check_leaves(struct world *w, struct node *n, const struct packet *p,
                  bool soon);
/* The core of `n` has handled a message, a command. */
void check_msg(struct world *w, struct node *n, const struct msg *m,
               const struct core_counts *before);
void check_command(struct world *w, struct node *n,
                   const struct msg_command *m,
                   const struct core_counts *before);
/* A run is ended for the time it took, by the median of others. */
void check_timed(struct world *w, const struct run *r);
/* A run begins, ends; the core has handled the outcome. */
void check_start(struct world *w, struct node *n, const struct run *r);
void check_end(struct world *w, struct node *n, const struct run *r,
               uint8_t outcome);
void check_own_outcome(struct world *w, struct node *n, const struct run *r);
/* A node has replayed its journal. */
void check_restart(struct world *w, struct node *n);
/* A client was shown a result. */
void check_result(struct world *w, struct book_work *k,
                  const struct result *r);
/* Every record of every job of every home. */
void check_records(struct world *w);
/* Says what is wrong with a job, and how its home is called. */
void check_fail(struct world *w, const struct book_work *k, uint32_t index,
                const char *what);
const char *check_home_name(const struct world *w,
                            const struct book_work *k);
/* Each second once the faults are over, where the policy is hybrid and every
 * node runs all kinds, as fast as the others: a long job may rather wait for a
 * fast one. */
void check_idle(struct world *w);
/* Whether all jobs that were acknowledged have ended; else `why` not. */
bool check_ended(const struct world *w, char *why, size_t cap);
/* All is over: counts jobs; each acknowledged one has its result. */
void check_count(struct world *w);
/* All is over: whether tables are empty. False: not yet (`why` says what). */
bool check_tables(struct world *w, char *why, size_t cap);

#endif
