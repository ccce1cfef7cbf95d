/* SPDX-License-Identifier: MPL-2.0 */
/* rng - what a campaign draws from its seed. One generator belongs to one
 * thread; another thread gets its own by rng_split. */
#ifndef LB_NEMESIS_RNG_H
#define LB_NEMESIS_RNG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

struct rng {
    struct random random;
};

void rng_seed(struct rng *r, uint64_t seed);
/* Evenly in 0..n-1, n >= 1. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* Evenly in low..high, both included. */
int64_t rng_between(struct rng *r, int64_t low, int64_t high);
/* True in `percent` of 100 cases. */
bool rng_chance(struct rng *r, unsigned percent);
/* A generator of its own for a part of the run: the same `part` of the same
 * seed draws the same numbers, whatever the others do. */
struct rng rng_split(uint64_t seed, uint64_t part);
/* A seed nobody has chosen. */
uint64_t rng_any_seed(void);

#endif
