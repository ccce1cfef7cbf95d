/* SPDX-License-Identifier: MPL-2.0 */
/*
 * node_names - what nodes were called whose results are kept: results tell just
 * the id. A node whose results are all forgotten is left out at the next
 * start: the table of peers is for those that count.
 */
#ifndef LB_NODE_NAMES_H
#define LB_NODE_NAMES_H

#include "core/node.h"

/* Before a result of peer `node` is saved. */
void node_names_save(struct core *c, uint16_t node);
/* A SAVE_NODE that stands under the number `rows`. */
void node_names_replay(struct core *c, uint32_t rows, struct span body);
/* After replay: names those that are known by their results. */
void node_names_started(struct core *c);

#endif
