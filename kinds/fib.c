/* SPDX-License-Identifier: MPL-2.0 */
/* fib - the n-th Fibonacci number by n additions, `repeat` times over. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kinds/builtin.h"
#include "kinds/param.h"

enum { CHECK_ADDITIONS = 100000 }; /* some 0.1 ms */

static const struct param params_of[] = {
    { .name = "n", .type = PARAM_COUNT, .range = "0..93",
      .why = "the result would not fit 64 bits" },
    { .name = "repeat", .type = PARAM_COUNT, .range = "1..1000000000",
      .value = "1" },
    { .name = NULL }
};

static int
read_params(struct span shared, struct span args, int64_t *n, int64_t *repeat,
            char *err)
{
    int rc = param_read(&kind_fib, shared, args, "n", n, err);
    return rc != 0 ? rc
                   : param_read(&kind_fib, shared, args, "repeat", repeat,
                                err);
}

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    int64_t n, repeat;
    int rc = param_canonical(self, given, NULL, out, err);
    if (rc == 0)
        rc = read_params(given, span_of(NULL, 0), &n, &repeat, err);
    if (rc == 0)
        *cost = cost_of((uint64_t)(n * repeat));
    return rc;
}

static uint64_t
fibonacci(int64_t n)
{
    uint64_t a = 0, b = 1;
    for (; n > 0; n--) {
        uint64_t next = a + b;
        a = b;
        b = next;
        /* The compiler may not know what is the same in every repetition. */
        __asm__ volatile("" : "+r"(a));
    }
    return a;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    (void)index;
    int64_t n, repeat;
    if (read_params(params, args, &n, &repeat, err) != 0)
        return -EIO;
    uint64_t f = 0;
    int64_t left = CHECK_ADDITIONS;
    for (int64_t i = 0; i < repeat; i++) {
        f = fibonacci(n);
        left -= n + 1;
        if (left > 0)
            continue;
        if (!c->checkpoint(c))
            return -ECANCELED;
        left = CHECK_ADDITIONS;
    }
    char s[24];
    int len = snprintf(s, sizeof s, "%" PRIu64, f);
    buf_bytes(out, s, (size_t)len);
    return 0;
}

const struct kind kind_fib = {
    .name = "fib",
    .help = "Fibonacci number n",
    .params = params_of,
    .idempotent = true,
    .combine_help = "none",
    .cost_help = "n x repeat",
    .parse = parse,
    .run = run,
};
