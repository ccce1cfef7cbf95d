/* SPDX-License-Identifier: MPL-2.0 */
/* primes - how many primes there are up to n, by trial division. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kinds/builtin.h"
#include "kinds/param.h"

enum { CHECK_DIVISIONS = 20000 }; /* some 0.1 ms */

static const struct param params_of[] = {
    { .name = "n", .type = PARAM_COUNT, .range = "0..4294967295" },
    { .name = NULL }
};

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    int64_t n;
    int rc = param_canonical(self, given, NULL, out, err);
    if (rc == 0)
        rc = param_read(self, given, span_of(NULL, 0), "n", &n, err);
    if (rc == 0)
        *cost = cost_of((uint64_t)n * (uint64_t)n);
    return rc;
}

/* Is the odd number m >= 3 prime? Counts its divisions off `left`. */
static bool
is_prime(uint32_t m, int64_t *left)
{
    uint32_t d = 3;
    while ((uint64_t)d * d <= m && m % d != 0)
        d += 2;
    *left -= d / 2;
    return (uint64_t)d * d > m;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    (void)index;
    int64_t n;
    if (param_read(&kind_primes, params, args, "n", &n, err) != 0)
        return -EIO;
    uint64_t found = n >= 2;
    int64_t left = CHECK_DIVISIONS;
    for (int64_t m = 3; m <= n; m += 2) {
        found += is_prime((uint32_t)m, &left);
        if (left > 0)
            continue;
        if (!c->checkpoint(c))
            return -ECANCELED;
        left = CHECK_DIVISIONS;
    }
    char s[24];
    int len = snprintf(s, sizeof s, "%" PRIu64, found);
    buf_bytes(out, s, (size_t)len);
    return 0;
}

const struct kind kind_primes = {
    .name = "primes",
    .help = "number of primes up to n, by trial division",
    .params = params_of,
    .idempotent = true,
    .combine_help = "none",
    .cost_help = "n x n",
    .parse = parse,
    .run = run,
};
