/* SPDX-License-Identifier: MPL-2.0 */
#include "core/halt.h"

#include "core/home.h"

static bool
is_met(const struct workload *w)
{
    const struct desc_halt *h = &w->desc.halt;
    uint64_t n = h->on == HALT_ON_FAIL      ? w->failed
                 : h->on == HALT_ON_SUCCESS ? w->done
                                            : (uint64_t)w->done + w->failed;

    return h->when != HALT_NEVER && n > 0 &&
           (h->percent ? n * 100 >= (uint64_t)h->n * w->desc.n_jobs
                       : n >= h->n);
}

void
halt_note(struct core *c, const struct workload *w)
{
    c->halt_due |= w->desc.halt.when != HALT_NEVER;
}

static void
halt(struct core *c, struct workload *w)
{
    /* Said as a range: what is still to come is taken, and cancelled then. */
    struct selector_range range = { .first = 0, .last = UINT32_MAX, .step = 1 };
    const struct jobs_asked all = { 1, &range };
    uint32_t cancelled, ended;
    char name[128];

    home_save_results(c);   /* why, before what follows from it */
    w->halted = true;
    home_cancel(c, w, &all, w->desc.halt.when == HALT_SOON, &cancelled,
                &ended);
    if (cancelled > 0)
        core_log(c, LOG_INFO, "halt", "workload=%s done=%u failed=%u "
                 "cancelled=%u", job_name(c, w, name), (unsigned)w->done,
                 (unsigned)w->failed, (unsigned)cancelled);
}

void
halt_step(struct core *c)
{
    if (!c->halt_due)
        return;
    c->halt_due = false;
    for (struct workload *w = ledger_first(c->ledger); w != NULL; w = w->next)
        if (w->home == 0 && !w->ended && !w->halt_off &&
            (w->halted || is_met(w)))
            halt(c, w);
}
