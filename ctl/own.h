/* SPDX-License-Identifier: MPL-2.0 */
/* own - kinds of the nodes' own (kinds/own.h): asked for when one is named. */
#ifndef LB_CTL_OWN_H
#define LB_CTL_OWN_H

#include "ctl/ctl.h"
#include "kinds/kind.h"

/* The kind of this name: a built-in one, or as the node asked describes it, or
 * else another live node that offers it. NULL: `err` (KIND_ERROR_MAX) says that
 * there is none, or that nobody could be asked, and c->kind_status is what to
 * end with; nothing is printed. Borrowed until own_forget. */
const struct kind *kind_ask(struct ctl *c, const char *name, char *err);
/* As kind_ask, for jobfile. */
const struct kind *kind_ask_with(void *ctl, const char *name, char *err);
void own_forget(struct ctl *c);
/* Is it among names that are separated by blanks? */
bool kind_is_offered(const char *kinds, const char *kind);

#endif
