/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ring - a value over time: the last 120 seconds by second, and the last 300 by
 * buckets of 5 s, which make sparklines that move slowly.
 *
 * Pure, of fixed size. Time never falls. A second, or a bucket, in which
 * nothing came is unknown (-1).
 */
#ifndef LB_RING_H
#define LB_RING_H

#include <stddef.h>
#include <stdint.h>

enum { RING_SECONDS = 120, RING_BUCKETS = 60, RING_BUCKET_S = 5,
       RING_PHASES = 30 };

struct ring {
    int64_t last_s;             /* second of the newest value; -1: none yet */
    float second[RING_SECONDS]; /* at s % RING_SECONDS */
    float bucket[RING_BUCKETS]; /* mean, at (s + phase) / 5 % RING_BUCKETS */
    uint8_t n_in_bucket;        /* seconds that the newest bucket holds */
    uint8_t phase_s;            /* buckets begin so much before full fives */
};

/* Rings of several phases (0 .. RING_PHASES - 1 seconds) do not all begin a
 * bucket in the same second: their sparklines do not all move at once. */
void ring_init(struct ring *r, unsigned phase_s);
/* That of the i-th of many: even over the seconds of a bucket, and over those
 * of RING_PHASES. */
unsigned ring_phase(size_t i);
/* The value at `now_us`; of two in one second the later one counts. */
void ring_add(struct ring *r, int64_t now_us, float value);
/* The last n values (n <= RING_SECONDS or RING_BUCKETS) up to now, oldest
 * first, into v; -1 where unknown. */
void ring_seconds(const struct ring *r, int64_t now_us, float *v, size_t n);
void ring_buckets(const struct ring *r, int64_t now_us, float *v, size_t n);

#endif
