/* SPDX-License-Identifier: MPL-2.0 */
/*
 * throttle - the duty cycle of one worker: work for period x percent of its
 * own CPU time, then sleep the rest of the period. Arithmetic only: clocks
 * are read, and sleeps slept, by the worker.
 *
 * What was used is held against what was allowed since a base point, so a
 * late wake-up is made good by the next cycle. What lies further back than
 * THROTTLE_FORGET_US, owed by or to the worker, is forgotten.
 */
#ifndef LB_THROTTLE_H
#define LB_THROTTLE_H

#include <stdint.h>

enum { THROTTLE_FORGET_US = 250 * 1000 };

struct throttle {
    int64_t cpu_us, now_us;     /* base: from here on is counted */
    unsigned percent;           /* in force since */
};

void throttle_init(struct throttle *t, int64_t cpu_us, int64_t now_us,
                   unsigned percent);
/* How long to sleep now (0: go on), at `percent` 1..100 of `period_us`. To be
 * asked again after the sleep, or earlier when the rate has changed. */
int64_t throttle_sleep_us(struct throttle *t, int64_t cpu_us, int64_t now_us,
                          unsigned percent, int64_t period_us);
/* Time went by in which there was nothing to do: it pays debts, but is not
 * saved up for later. */
void throttle_rest(struct throttle *t, int64_t cpu_us, int64_t now_us);
/* Of `passed_us` of wall time, what was allowed; and how much wall time it
 * takes until `allowed_us` are. */
int64_t throttle_allowed_us(int64_t passed_us, unsigned percent);
int64_t throttle_wall_us(int64_t allowed_us, unsigned percent);

#endif
