/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/rng.h"

#include <sys/random.h>
#include <time.h>

void
rng_seed(struct rng *r, uint64_t seed)
{
    random_seed(&r->random, seed);
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
    return random_below(&r->random, n);
}

int64_t
rng_between(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(&r->random,
                                       (uint64_t)(high - low) + 1);
}

bool
rng_chance(struct rng *r, unsigned percent)
{
    return random_below(&r->random, 100) < percent;
}

struct rng
rng_split(uint64_t seed, uint64_t part)
{
    struct rng r;

    rng_seed(&r, seed ^ (part + 1) * 0x9e3779b97f4a7c15u);
    return r;
}

uint64_t
rng_any_seed(void)
{
    uint32_t seed;

    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = (uint32_t)time(NULL);
    return seed;
}
