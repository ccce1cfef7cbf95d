/* SPDX-License-Identifier: MPL-2.0 */
/*
 * meddle - what people and other nodes may ask for at any moment: an operator
 * holds, starts, cancels and reorders workloads and changes policies; a node
 * asks another for jobs, so that jobs move as no policy would move them.
 */
#ifndef LB_SIM_MEDDLE_H
#define LB_SIM_MEDDLE_H

#include <stdint.h>

#include "base/random.h"

struct world;
struct node;

/* A command of an operator, with one number (key NULL: none). */
void meddle_tell(struct world *w, struct node *n, const char *op,
                 const char *key, uint64_t value);
/* Any of an operator's wishes, about any workload or node. */
void meddle(struct world *w, struct random *r);
/* `from` asks `to` for jobs, as if it had nothing queued. */
void meddle_ask(struct world *w, const struct node *from,
                const struct node *to, uint32_t jobs);
/* Nobody offers or asks of its own accord; who is asked gives. Before the
 * node starts. */
void meddle_by_hand(struct node *n);

#endif
