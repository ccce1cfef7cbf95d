/* SPDX-License-Identifier: MPL-2.0 */
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64, DISTANCE_MAX = 2 };

size_t
text_addv(char *dst, size_t cap, const char *fmt, va_list args)
{
    size_t len = strnlen(dst, cap);

    assert(len < cap);
    int n = vsnprintf(dst + len, cap - len, fmt, args);
    assert(n >= 0);
    return (size_t)n < cap - len ? len + (size_t)n : cap - 1;
}

size_t
text_add(char *dst, size_t cap, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    size_t len = text_addv(dst, cap, fmt, args);
    va_end(args);
    return len;
}

/* Digits only, all of `s`. */
static int
parse_digits(const char *s, uint64_t *out)
{
    bool over = false;
    uint64_t v = 0;

    if (*s == '\0')
        return -EINVAL;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9')
            return -EINVAL;
        uint64_t digit = (uint64_t)(*s - '0');
        over |= v > (UINT64_MAX - digit) / 10;
        v = v * 10 + digit;
    }
    *out = v;
    return over ? -ERANGE : 0;
}

int
text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
    bool negative = *s == '-';
    uint64_t v;
    int rc = parse_digits(s + negative, &v);

    if (rc != 0)
        return rc;
    if ((negative && v > 0) || v < min || v > max)
        return -ERANGE;
    *out = v;
    return 0;
}

int
text_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = *s == '-';
    uint64_t v;
    int rc = parse_digits(s + negative, &v);

    if (rc != 0)
        return rc;
    if (v > (uint64_t)INT64_MAX + negative)
        return -ERANGE;
    /* -v - 1 + 1: the least number has no positive twin. */
    int64_t n = negative && v > 0 ? -(int64_t)(v - 1) - 1 : (int64_t)v;
    if (n < min || n > max)
        return -ERANGE;
    *out = n;
    return 0;
}

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[WORD_MAX + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1,
                           diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *
text_nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = DISTANCE_MAX + 1, len = strlen(word);

    for (; *words != NULL; words++) {
        size_t n = strlen(*words);
        if (len > WORD_MAX || n > WORD_MAX)
            continue;
        size_t d = distance(word, len, *words, n);
        /* A short word of which no letter is left was not meant. */
        if (d < best_distance && (d == 0 || d < (len > n ? len : n))) {
            best_distance = d;
            best = *words;
        }
    }
    return best;
}
