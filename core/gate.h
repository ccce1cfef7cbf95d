/* SPDX-License-Identifier: MPL-2.0 */
/*
 * gate - what waits until a save is durable: sends, replies, gated runs.
 *
 * FIFO. Each item names the save that must be durable first (0: none), and
 * none leaves before those put in earlier, so all leave in the order of the
 * actions. The gate never looks into an item; a crash loses all of them.
 */
#ifndef LB_CORE_GATE_H
#define LB_CORE_GATE_H

#include <stddef.h>
#include <stdint.h>

struct gate;

/* An empty gate for at most `cap` items, cap >= 1. Memory grows with use. */
struct gate *gate_new(size_t cap);
/* Frees the gate, not what is still in it: take that out by gate_drop. NULL
 * is ignored. */
void gate_free(struct gate *g);

/* Keeps `item` (not NULL; owned by the gate until it is taken out) back until
 * save number `after` is durable. `after` never falls from one put to the
 * next. 0, or -ENOBUFS when full: a send is then lost, as the wire may lose
 * it; who puts what may not be lost looks at gate_count before. */
int gate_put(struct gate *g, uint64_t after, void *item);
/* Takes out the next item if all saves up to `durable` allow it, else NULL. */
void *gate_next(struct gate *g, uint64_t durable);
/* Takes out the next item, durable or not; NULL when empty. */
void *gate_drop(struct gate *g);
size_t gate_count(const struct gate *g);

#endif
