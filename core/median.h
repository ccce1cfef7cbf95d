/* SPDX-License-Identifier: MPL-2.0 */
/*
 * median - the median of many times in a fixed room, from counts in bins.
 *
 * Times below 16 us have a bin each; above, each octave has 16 bins of equal
 * width, so that the middle of a bin is at most 1/32 from what is in it.
 * What went in can be taken out again. Integers only.
 * Source: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and
 * fully-mergeable quantile sketch with relative-error guarantees", PVLDB
 * 12(12), 2019: bins of bounded relative width, here of the logarithm
 * interpolated in a straight line between powers of two.
 */
#ifndef LB_MEDIAN_H
#define LB_MEDIAN_H

#include <stdint.h>

enum { MEDIAN_OCTAVES = 37 };   /* up to 2^41 us, 25 days; longer count as
                                   that */
struct median {     /* zeroed is empty */
    uint32_t n;
    uint32_t bin[16 * (1 + MEDIAN_OCTAVES)];
};

void median_add(struct median *m, uint64_t us);
/* Takes out one that is in it. */
void median_remove(struct median *m, uint64_t us);
/* Of an even number the lower one of the two; 0: it is empty. */
uint64_t median_us(const struct median *m);

#endif
