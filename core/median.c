/* SPDX-License-Identifier: MPL-2.0 */
#include "core/median.h"

#include <assert.h>
#include <stddef.h>

/* How far a time above 15 is shifted to lie in 16..31. */
static unsigned
shift_of(uint64_t us)
{
    unsigned n = 0;

    while (us >> n > 31)
        n++;
    return n;
}

static size_t
bin_of(uint64_t us)
{
    const uint64_t most = (UINT64_C(1) << (4 + MEDIAN_OCTAVES)) - 1;

    if (us > most)
        us = most;
    unsigned shift = shift_of(us);
    return shift * 16u + (size_t)(us >> shift);
}

static uint64_t
middle_of(size_t bin)
{
    if (bin < 32)
        return bin;
    unsigned shift = (unsigned)(bin / 16 - 1);
    return ((uint64_t)(bin % 16 + 16) << shift) +
           (UINT64_C(1) << (shift - 1));
}

void
median_add(struct median *m, uint64_t us)
{
    m->n++;
    m->bin[bin_of(us)]++;
}

void
median_remove(struct median *m, uint64_t us)
{
    assert(m->bin[bin_of(us)] > 0);
    m->n--;
    m->bin[bin_of(us)]--;
}

uint64_t
median_us(const struct median *m)
{
    uint64_t before = 0;
    size_t bin = 0;

    if (m->n == 0)
        return 0;
    while (before + m->bin[bin] < ((uint64_t)m->n + 1) / 2)
        before += m->bin[bin++];
    return middle_of(bin);
}
