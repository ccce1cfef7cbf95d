/* SPDX-License-Identifier: MPL-2.0 */
#include "core/failure.h"

struct failure *
failure_note(struct core *c, const struct job *j, const struct result *r,
             uint16_t node)
{
    struct failure *f = &c->failure[c->n_failures++ % FAILURES_MAX];

    *f = (struct failure){ .workload = j->w->number, .index = j->index,
                           .node = node,
                           .attempt = (uint8_t)(j->attempt - j->lost),
                           .retries = j->w->desc.retries,
                           .run_us = r->run_us, .at_us = c->true_us };
    span_copy(r->error, f->what, sizeof f->what);
    return f;
}

const struct failure *
failure_at(const struct core *c, size_t i)
{
    if (i >= FAILURES_MAX || i >= c->n_failures)
        return NULL;
    return &c->failure[(c->n_failures - 1 - i) % FAILURES_MAX];
}
