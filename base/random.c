/* SPDX-License-Identifier: MPL-2.0 */
#include "base/random.h"

#include <assert.h>

static uint64_t
rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static uint64_t
splitmix(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void
random_seed(struct random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

uint64_t
random_u64(struct random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t
random_below(struct random *r, uint64_t n)
{
    assert(n >= 1);
    /* 2^64 mod n: what is below would make small remainders likelier. */
    uint64_t x, skip = (UINT64_MAX - n + 1) % n;

    do
        x = random_u64(r);
    while (x < skip);
    return x % n;
}

double
random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1.0p-53;
}
