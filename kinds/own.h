/* SPDX-License-Identifier: MPL-2.0 */
/*
 * own - kinds that a configuration describes: what their jobs are given, what
 * these cost, what becomes of the results. What runs them is the agent's
 * (agent/coprocess.h): run refuses.
 *
 * The description is text that travels from the node that offers the kind to
 * who checks a user's words: lines KEY=VALUE,
 *   name=NAME       [a-z][a-z0-9_]{0,30}, none of a built-in kind
 *   param=PARAM     NAME:TYPE[:RANGE[:DEFAULT]], one line each, the first is
 *                   the bare one; none: "value:string"
 *   cost=COST       a number, a parameter, or A*B of those; none: 1
 *   combine=RULE    none, sum, concat, count; none: none
 *   idempotent=yes  or no; none: no
 * TYPE is count, int, real, string or path. RANGE is A..B for numbers, a|b|c
 * for a string, empty for any; without a DEFAULT a parameter is required.
 */
#ifndef LB_OWN_H
#define LB_OWN_H

#include "base/bytes.h"
#include "kinds/kind.h"

enum {
    OWN_NAME_MAX = 31,
    OWN_PARAMS_MAX = 32,
    OWN_TEXT_MAX = 8 * 1024     /* of a description */
};

struct own;

/* NULL: `err` (KIND_ERROR_MAX) says why, and *key which KEY is wrong ("": the
 * text itself). Freed by own_free. */
struct own *own_new(struct span text, const char **key, char *err);
void own_free(struct own *o);       /* NULL is ignored */
const struct kind *own_kind(const struct own *o);
/* Its description, defaults written out. */
struct span own_text(const struct own *o);
bool own_name_is_valid(const char *name);

#endif
