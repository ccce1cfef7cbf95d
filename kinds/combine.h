/* SPDX-License-Identifier: MPL-2.0 */
/*
 * combine - the rules by which the results of an own kind (own.h) become the
 * value of its workload: none; sum, whole as long as all results are; concat,
 * one behind the other in index order; count.
 */
#ifndef LB_COMBINE_H
#define LB_COMBINE_H

#include "kinds/kind.h"

enum { COMBINE_CONCAT_MAX = 60 * 1024 /* bytes of a concatenated value */ };

/* As in struct kind. */
struct combine_rule {
    const char *name;
    size_t state_size;
    int (*combine)(const struct kind *self, void *state, struct span params,
                   uint32_t index, struct span result, char *err);
    int (*value)(const struct kind *self, void *state, struct span params,
                 char *dst, size_t cap, char *err);
};

/* NULL: there is none of this name. */
const struct combine_rule *combine_find(struct span name);

#endif
