/* SPDX-License-Identifier: MPL-2.0 */
/* builtin - the built-in kinds, one file each, and what they share. */
#ifndef LB_BUILTIN_H
#define LB_BUILTIN_H

#include "kinds/kind.h"

extern const struct kind kind_noop;
extern const struct kind kind_sleep;
extern const struct kind kind_fib;
extern const struct kind kind_primes;
extern const struct kind kind_vecinc;
extern const struct kind kind_digitsum;
extern const struct kind kind_crc32;

/* Combining rule "count": how many results there are. State: a uint64_t. */
int count_combine(const struct kind *self, void *state, struct span params,
                  uint32_t index, struct span result, char *err);
int count_value(const struct kind *self, void *state, struct span params,
                char *dst, size_t cap, char *err);

/* The run of kinds that are programs, where a worker has no way to start them:
 * it fails. */
int run_by_program(struct kind_context *c, struct span params,
                   struct span args, uint32_t index, struct buf *out,
                   char *err);

/* `units` of cost in millionths, as parse gives them. */
uint64_t cost_of(uint64_t units);

#endif
