/* SPDX-License-Identifier: MPL-2.0 */
/*
 * param - parameters of kinds as text: lines NAME=VALUE, checked by table.
 *
 * Errors are whole sentences ("fib: n: 94 is outside 0..93") in a buffer of
 * KIND_ERROR_MAX bytes; what a user wrote is cut to 60 bytes in them.
 */
#ifndef LB_PARAM_H
#define LB_PARAM_H

#include "kinds/kind.h"

/* Writes the text to `err` and returns `code`. */
int param_error(char *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the next line off `rest`; false at the end. A line without '=' has a
 * value with p NULL; "data=" takes all that is left. */
bool param_next(struct span *rest, struct span *name, struct span *value);

/* Appends the line NAME=VALUE. */
void param_put(struct buf *b, const char *name, struct span value);
void param_put_i64(struct buf *b, const char *name, int64_t value);

/* Whole number as people write it, sign allowed, with `units` also K M G.
 * 0, -EINVAL (no whole number) or -ERANGE. */
int param_whole(struct span word, bool units, int64_t *out);

/* Exactly 8 hex digits, in lower case. */
bool param_hex32(struct span s, uint32_t *out);

/* The parameter of this name, NULL if there is none. */
const struct param *param_find(const struct kind *k, struct span name);

/* Are all names in `given` parameters of `k`, or in `also` (NULL, or ended by
 * NULL), and none there twice? 0 or -EINVAL. */
int param_check(const struct kind *k, struct span given,
                const char *const *also, char *err);

/* Checks `given` (names and values) and appends all parameters in the order
 * of the table, defaults filled in; those in `also` are left out.
 * 0 or -EINVAL. */
int param_canonical(const struct kind *k, struct span given,
                    const char *const *also, struct buf *out, char *err);

/* Parameter `name` of a job as a number (a duration in ms; a word as its
 * place in the range, from 0), its default if it is not given.
 * 0 or -EINVAL: whoever sent it did not check. */
int param_read(const struct kind *k, struct span shared, struct span args,
               const char *name, int64_t *out, char *err);

/* Likewise, of a PARAM_REAL, given among `given` or its default. */
int param_real(const struct kind *k, struct span given, const char *name,
               double *out, char *err);

#endif
