/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trail - a value over the last 20 buckets of some seconds: a short history of
 * what there is too much of to give each a ring.
 *
 * Pure, of fixed size; all zero is an empty one. A bucket in which nothing
 * came is unknown (-1).
 */
#ifndef LB_TRAIL_H
#define LB_TRAIL_H

#include <stddef.h>
#include <stdint.h>

enum { TRAIL_MAX = 20 };

struct trail {
    int64_t end;            /* number of the newest bucket, and 1; 0: none */
    float v[TRAIL_MAX];     /* at number % TRAIL_MAX */
};

/* The number of the bucket of `s` seconds at `at_us`; those of another phase
 * begin at another second. */
int64_t trail_bucket(int64_t at_us, int s, unsigned phase_s);
/* The value in a bucket; of two the later one counts. Older buckets than the
 * newest are left alone. */
void trail_set(struct trail *t, int64_t bucket, float value);
/* So much more in a bucket. */
void trail_more(struct trail *t, int64_t bucket, float more);
/* The last n <= TRAIL_MAX values up to a bucket, oldest first. */
void trail_last(const struct trail *t, int64_t bucket, float *v, size_t n);

#endif
