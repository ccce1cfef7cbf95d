/* SPDX-License-Identifier: MPL-2.0 */
/*
 * option_value - values of options, each with its range. What is wrong ends
 * the program with a line that names option, value and range.
 */
#ifndef LB_OPTION_VALUE_H
#define LB_OPTION_VALUE_H

#include <stddef.h>
#include <stdint.h>

/* "lbtop: text" to stderr, and where the help is for status 2. */
void opt_fail(int status, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
/* Neither empty nor longer than fits. */
void opt_copy(char *dst, size_t cap, const char *option, const char *text);
/* Appends "100ms to 60s"; µs. */
void opt_range(int64_t min_us, int64_t max_us, char *dst, size_t cap);
int64_t opt_duration(const char *option, const char *text, int64_t min,
                     int64_t max);
uint64_t opt_number(const char *option, const char *text, uint64_t min,
                    uint64_t max);
/* Index of the word among `words`, ended by NULL. */
int opt_choice(const char *option, const char *text,
               const char *const *words);

#endif
