/* SPDX-License-Identifier: MPL-2.0 */
/* random - seeded generator, the same numbers on every machine.
 * Source: D. Blackman, S. Vigna, xoshiro256** 1.0, seeded by splitmix64. */
#ifndef LB_RANDOM_H
#define LB_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t s[4];
};

void random_seed(struct random *r, uint64_t seed);
uint64_t random_u64(struct random *r);
/* Evenly in 0..n-1, n >= 1, without bias. */
uint64_t random_below(struct random *r, uint64_t n);
/* Evenly in [0, 1). */
double random_unit(struct random *r);

#endif
