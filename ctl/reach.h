/* SPDX-License-Identifier: MPL-2.0 */
/* reach - connections to the node asked and, through what it knows, to any
 * other. All messages are printed here. */
#ifndef LB_REACH_H
#define LB_REACH_H

#include "ctl/ctl.h"

/* The node that -n, the environment or the local socket names. NULL after a
 * message. Borrowed: ctl_fini frees it. */
struct lb *reach_asked(struct ctl *c);
/* The node of this name. NULL after a message: no such node (66), not
 * reachable (69), ... */
struct lb *reach(struct ctl *c, const char *name);
/* The home of workload `what`: words of its own if it is away. */
struct lb *reach_home(struct ctl *c, const char *name, const char *what);
/* Fills c->nodes, once. -1 after a message. */
int reach_nodes(struct ctl *c);
/* NULL: not known. */
const struct lb_node *reach_node(const struct ctl *c, const char *name);
/* Does this node run on the host of the node asked, or of this program? */
bool reach_is_local(struct ctl *c, struct lb *lb);
void reach_fini(struct ctl *c);

/* Names of NODES words ("a,b" "tag:rack=r2" "all"); none: the node asked.
 * Writes a list of *n names, freed with free(). NULL after a message. */
char (*reach_names(struct ctl *c, const char *const *words, size_t n_words,
                   size_t *n))[64];
/* As reach_names, for commands that are to reach each of them: what "all" or a
 * tag means and does not answer is told, with status 69. */
char (*reach_each(struct ctl *c, const char *const *words, size_t n_words,
                  size_t *n))[64];

#endif
