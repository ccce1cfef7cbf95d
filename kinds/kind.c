/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/kind.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kinds/builtin.h"
#include "kinds/command.h"
#include "kinds/param.h"

enum { COST_UNIT = 1000000 };

static const struct kind *const all[] = {
    &kind_noop,   &kind_sleep,    &kind_fib,   &kind_primes,
    &kind_vecinc, &kind_digitsum, &kind_crc32, &kind_command, NULL
};

static const char *const names[] = {
    "noop", "sleep", "fib", "primes", "vecinc", "digitsum", "crc32", "command",
    NULL
};

const struct kind *
kind_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

const char *
kind_near(const char *name)
{
    return text_nearest(name, names);
}

void
kind_unknown(const char *name, char *err)
{
    const char *near = kind_near(name);
    if (near != NULL)
        param_error(err, 0, "unknown kind \"%.60s\" (did you mean \"%s\"?)",
                    name, near);
    else
        param_error(err, 0, "unknown kind \"%.60s\"; \"lbctl kinds\" lists "
                    "kinds, a program goes behind \"--\"", name);
}

const struct kind *const *
kind_all(void)
{
    return all;
}

const char *const *
kind_names(void)
{
    return names;
}

struct span
kind_param(struct span shared, struct span args, const char *name)
{
    struct span is, value;
    while (param_next(&args, &is, &value))
        if (span_is(is, name))
            return value;
    while (param_next(&shared, &is, &value))
        if (span_is(is, name))
            return value;
    return (struct span){ NULL, 0 };
}

int
count_combine(const struct kind *self, void *state, struct span params,
              uint32_t index, struct span result, char *err)
{
    (void)self;
    (void)params;
    (void)index;
    (void)result;
    (void)err;
    uint64_t n;
    memcpy(&n, state, sizeof n);
    n++;
    memcpy(state, &n, sizeof n);
    return 0;
}

int
count_value(const struct kind *self, void *state, struct span params,
            char *dst, size_t cap, char *err)
{
    (void)self;
    (void)params;
    (void)err;
    uint64_t n;
    memcpy(&n, state, sizeof n);
    snprintf(dst, cap, "%" PRIu64, n);
    return 0;
}

int
run_by_program(struct kind_context *c, struct span params, struct span args,
               uint32_t index, struct buf *out, char *err)
{
    (void)c;
    (void)params;
    (void)args;
    (void)index;
    (void)out;
    return param_error(err, -EIO, "programs are not run here");
}

uint64_t
cost_of(uint64_t units)
{
    uint64_t cost;
    if (units == 0)
        units = 1;
    if (__builtin_mul_overflow(units, (uint64_t)COST_UNIT, &cost))
        return UINT64_MAX;
    return cost;
}
