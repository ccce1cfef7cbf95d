/* SPDX-License-Identifier: MPL-2.0 */
/* text - building short texts in a buffer of the caller. */
#ifndef LB_TEXT_H
#define LB_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends to the string in `dst` (which must be ended by NUL), as printf does;
 * what does not fit is cut. Returns the new length. */
size_t text_add(char *dst, size_t cap, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
size_t text_addv(char *dst, size_t cap, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* Whole decimal number in min..max. 0, -EINVAL (no whole number) or -ERANGE. */
int text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
int text_i64(const char *s, int64_t min, int64_t max, int64_t *out);

/* The word of `words` (NULL-ended) that `word` was meant to be, by edit
 * distance at most 2; NULL if none is that near. Source: R. A. Wagner and
 * M. J. Fischer, JACM 21(1), 1974. */
const char *text_nearest(const char *word, const char *const *words);

#endif
