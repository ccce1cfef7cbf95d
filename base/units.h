/* SPDX-License-Identifier: MPL-2.0 */
/* units - durations, sizes, counts and per cents, as people write them. */
#ifndef LB_UNITS_H
#define LB_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* "250ms" "1.5s" "5min" "2h" "1d"; "0" needs no unit. In microseconds.
 * 0, or -EINVAL (no duration), -EDOM (a bare number: no unit),
 * -ERANGE (too long for 292 years). Negative is -EINVAL. */
int units_duration(const char *s, int64_t *us);
/* "64K" "10M" "1G" "3B" (1024); "0" needs no unit. Errors likewise. */
int units_size(const char *s, uint64_t *bytes);
/* Whole number, K M G (1024) allowed, no unit needed: type *count*. */
int units_count(const char *s, uint64_t *n);
/* Shortest exact or three-digit text: "250ms" "1.50s" "5min". */
void units_print_duration(int64_t us, char *dst, size_t cap);
/* "900B" "13.2K" "1.5G" */
void units_print_size(uint64_t bytes, char *dst, size_t cap);

#endif
