/* SPDX-License-Identifier: MPL-2.0 */
/* reorder - results that come as jobs end and go on by index. Those that are
 * early are kept, whole, until it is their turn. Pure. */
#ifndef LB_REORDER_H
#define LB_REORDER_H

#include <stdbool.h>

#include "proto/lb.h"

struct reorder;

struct reorder *reorder_new(void);
void reorder_free(struct reorder *o);
/* Takes a copy. An index that was there before is passed over. */
void reorder_put(struct reorder *o, const struct lb_result *r);
/* Was it put there before? */
bool reorder_has(const struct reorder *o, uint32_t index);
/* The next by index, if it is there; valid until the next call. */
bool reorder_next(struct reorder *o, struct lb_result *out);

#endif
