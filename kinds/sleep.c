/* SPDX-License-Identifier: MPL-2.0 */
/* sleep - lets time pass without using the processor. */
#include <errno.h>

#include "kinds/builtin.h"
#include "kinds/param.h"

static const struct param params_of[] = {
    { .name = "ms", .type = PARAM_DURATION, .range = "0..86400000" },
    { .name = NULL }
};

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    int64_t ms;
    int rc = param_canonical(self, given, NULL, out, err);
    if (rc == 0)
        rc = param_read(self, given, span_of(NULL, 0), "ms", &ms, err);
    if (rc == 0)
        *cost = cost_of((uint64_t)ms);
    return rc;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    (void)index;
    int64_t ms;
    if (param_read(&kind_sleep, params, args, "ms", &ms, err) != 0)
        return -EIO;
    if (ms > 0 && !c->idle(c, (uint64_t)ms * 1000))
        return -ECANCELED;
    buf_bytes(out, "done", 4);
    return 0;
}

const struct kind kind_sleep = {
    .name = "sleep",
    .help = "waits; only time that the throttle allows counts",
    .params = params_of,
    .idempotent = true,
    .combine_help = "count",
    .cost_help = "ms",
    .parse = parse,
    .run = run,
    .state_size = sizeof(uint64_t),
    .combine = count_combine,
    .value = count_value,
};
