/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/combine.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kinds/builtin.h"
#include "kinds/param.h"

/* Whole as long as all results are. */
struct sum {
    int64_t whole;
    double real;
    bool is_real;
};

static int
sum_combine(const struct kind *self, void *state, struct span params,
            uint32_t index, struct span result, char *err)
{
    struct sum s;
    char text[64], *end;
    int64_t n;

    (void)params;
    memcpy(&s, state, sizeof s);
    span_copy(result, text, sizeof text);
    int rc = result.len >= sizeof text
                 ? -EINVAL : text_i64(text, INT64_MIN, INT64_MAX, &n);
    if (rc == 0 && !s.is_real &&
        __builtin_add_overflow(s.whole, n, &s.whole))
        return param_error(err, -EIO, "%s: the sum does not fit 64 bits",
                           self->name);
    double v = rc == 0 ? (double)n : strtod(text, &end);
    if (rc != 0 && (result.len == 0 || result.len >= sizeof text ||
                    *end != '\0' || !isfinite(v)))
        return param_error(err, -EIO, "%s: the result of job %" PRIu32
                           ", \"%.40s\", is no number", self->name, index,
                           text);
    s.is_real |= rc != 0;
    s.real += v;
    memcpy(state, &s, sizeof s);
    return 0;
}

static int
sum_value(const struct kind *self, void *state, struct span params, char *dst,
          size_t cap, char *err)
{
    struct sum s;

    (void)self;
    (void)params;
    (void)err;
    memcpy(&s, state, sizeof s);
    if (s.is_real)
        snprintf(dst, cap, "%.17g", s.real);
    else
        snprintf(dst, cap, "%" PRId64, s.whole);
    return 0;
}

struct concat {
    size_t n;
    char text[COMBINE_CONCAT_MAX];
};

static int
concat_combine(const struct kind *self, void *state, struct span params,
               uint32_t index, struct span result, char *err)
{
    struct concat *c = state;

    (void)params;
    (void)index;
    if (result.len > sizeof c->text - c->n)
        return param_error(err, -EIO, "%s: the results together are longer "
                           "than %d bytes", self->name,
                           (int)COMBINE_CONCAT_MAX);
    if (result.len > 0)
        memcpy(c->text + c->n, result.p, result.len);
    c->n += result.len;
    return 0;
}

static int
concat_value(const struct kind *self, void *state, struct span params,
             char *dst, size_t cap, char *err)
{
    const struct concat *c = state;

    (void)params;
    if (c->n >= cap)
        return param_error(err, -EIO, "%s: the results together are longer "
                           "than %zu bytes", self->name, cap - 1);
    span_copy(span_of(c->text, c->n), dst, cap);
    return 0;
}

static const struct combine_rule rules[] = {
    { "none", 0, NULL, NULL },
    { "sum", sizeof(struct sum), sum_combine, sum_value },
    { "concat", sizeof(struct concat), concat_combine, concat_value },
    { "count", sizeof(uint64_t), count_combine, count_value },
};

const struct combine_rule *
combine_find(struct span name)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (span_is(name, rules[i].name))
            return &rules[i];
    return NULL;
}
