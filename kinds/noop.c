/* SPDX-License-Identifier: MPL-2.0 */
/* noop - nothing: what a job costs that does no work. */
#include "kinds/builtin.h"
#include "kinds/param.h"

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    *cost = cost_of(1);
    return param_canonical(self, given, NULL, out, err);
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    (void)c;
    (void)params;
    (void)args;
    (void)index;
    (void)out;
    (void)err;
    return 0;
}

static const struct param params_of[] = { { .name = NULL } };

const struct kind kind_noop = {
    .name = "noop",
    .help = "does nothing",
    .params = params_of,
    .idempotent = true,
    .combine_help = "count",
    .parse = parse,
    .run = run,
    .state_size = sizeof(uint64_t),
    .combine = count_combine,
    .value = count_value,
};
