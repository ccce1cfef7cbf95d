/* SPDX-License-Identifier: MPL-2.0 */
#include "base/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t size;
};

enum { N_DURATIONS = 5, N_SIZES = 4, SCALE_MAX = 1000000 };

static const struct unit durations[N_DURATIONS] = {
    { "ms", 1000 },
    { "s", 1000000 },
    { "min", UINT64_C(60) * 1000000 },
    { "h", UINT64_C(3600) * 1000000 },
    { "d", UINT64_C(86400) * 1000000 },
};

static const struct unit sizes[N_SIZES] = {
    { "B", 1 },
    { "K", 1 << 10 },
    { "M", 1 << 20 },
    { "G", 1 << 30 },
};

/* A decimal number with its unit apart: whole + fraction / scale. */
struct number {
    uint64_t whole, fraction, scale;
    bool over, decimal;
    const char *unit;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int
split(const char *s, struct number *n)
{
    *n = (struct number){ .scale = 1 };
    if (!is_digit(*s))
        return -EINVAL;
    for (; is_digit(*s); s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        n->over |= n->whole > (UINT64_MAX - digit) / 10;
        n->whole = n->whole * 10 + digit;
    }
    if (*s == '.') {
        n->decimal = true;
        if (!is_digit(*++s))
            return -EINVAL;
        for (; is_digit(*s); s++) {
            if (n->scale == SCALE_MAX)
                continue;
            n->fraction = n->fraction * 10 + (uint64_t)(*s - '0');
            n->scale *= 10;
        }
    }
    n->unit = s;
    return 0;
}

static const struct unit *
find(const struct unit *units, size_t n_units, const char *name)
{
    for (size_t i = 0; i < n_units; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

static int
scale(const struct number *n, uint64_t by, uint64_t max, uint64_t *out)
{
    /* The largest unit times 10^6 is below 2^64: no overflow here. */
    uint64_t rest = n->fraction * by / n->scale;

    if (n->over || n->whole > max / by || n->whole * by > max - rest)
        return -ERANGE;
    *out = n->whole * by + rest;
    return 0;
}

/* As split(). `zero`: there is no unit, which 0 alone needs not. */
static int
split_unit(const char *s, struct number *n, bool *zero)
{
    int rc = split(s, n);

    *zero = rc == 0 && *n->unit == '\0';
    if (*zero && (n->whole != 0 || n->fraction != 0 || n->over))
        return -EDOM;
    return rc;
}

int
units_duration(const char *s, int64_t *us)
{
    struct number n;
    uint64_t v;
    bool zero;
    int rc = split_unit(s, &n, &zero);

    if (rc != 0)
        return rc;
    if (zero) {
        *us = 0;
        return 0;
    }
    const struct unit *unit = find(durations, N_DURATIONS, n.unit);
    if (unit == NULL)
        return -EINVAL;
    rc = scale(&n, unit->size, INT64_MAX, &v);
    if (rc == 0)
        *us = (int64_t)v;
    return rc;
}

int
units_size(const char *s, uint64_t *bytes)
{
    struct number n;
    bool zero;
    int rc = split_unit(s, &n, &zero);

    if (rc != 0)
        return rc;
    if (zero) {
        *bytes = 0;
        return 0;
    }
    const struct unit *unit = find(sizes, N_SIZES, n.unit);
    if (unit == NULL || (n.decimal && unit->size == 1))
        return -EINVAL;
    return scale(&n, unit->size, UINT64_MAX, bytes);
}

int
units_count(const char *s, uint64_t *count)
{
    struct number n;
    int rc = split(s, &n);

    if (rc != 0)
        return rc;
    if (n.decimal)
        return -EINVAL;
    if (*n.unit == '\0')
        return scale(&n, 1, UINT64_MAX, count);
    const struct unit *unit = find(sizes + 1, N_SIZES - 1, n.unit);
    return unit != NULL ? scale(&n, unit->size, UINT64_MAX, count) : -EINVAL;
}

/* How many decimals make three digits of `v`, once rounded. */
static int
decimals(double v)
{
    return v >= 99.95 ? 0 : v >= 9.995 ? 1 : v >= 0.9995 ? 2 : 3;
}

void
units_print_duration(int64_t us, char *dst, size_t cap)
{
    const char *sign = us < 0 ? "-" : "";
    uint64_t v = us < 0 ? (uint64_t)-(us + 1) + 1 : (uint64_t)us;

    if (v == 0) {
        snprintf(dst, cap, "0s");
        return;
    }
    for (size_t i = N_DURATIONS; i-- > 0;) {
        const struct unit *u = &durations[i];
        if (v % u->size == 0 && v / u->size < 1000) {
            snprintf(dst, cap, "%s%u%s", sign, (unsigned)(v / u->size),
                     u->name);
            return;
        }
    }
    for (size_t i = 0; i < N_DURATIONS; i++) {
        const struct unit *u = &durations[i];
        double n = (double)v / (double)u->size;
        if (n < 999.5 || i == N_DURATIONS - 1) {
            snprintf(dst, cap, "%s%.*f%s", sign, decimals(n), n, u->name);
            return;
        }
    }
}

void
units_print_size(uint64_t bytes, char *dst, size_t cap)
{
    size_t i = N_SIZES - 1;

    while (i > 0 && (bytes % sizes[i].size != 0 || bytes == 0))
        i--;
    if (bytes / sizes[i].size < 1024) {
        snprintf(dst, cap, "%u%s", (unsigned)(bytes / sizes[i].size),
                 sizes[i].name);
        return;
    }
    for (i = 1; i < N_SIZES; i++) {
        double n = (double)bytes / (double)sizes[i].size;
        if (n < 999.5 || i == N_SIZES - 1) {
            snprintf(dst, cap, "%.*f%s", n < 99.95 ? 1 : 0, n, sizes[i].name);
            return;
        }
    }
}
