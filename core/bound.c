/* SPDX-License-Identifier: MPL-2.0 */
#include "core/bound.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "core/median.h"

void
bound_note(struct workload *w, uint64_t run_us, bool gone)
{
    if (w->desc.timeout_percent == 0)
        return;
    if (w->median == NULL && !gone)
        w->median = xcalloc(1, sizeof *w->median);
    if (!gone)
        median_add(w->median, run_us);
    else if (w->median != NULL)
        median_remove(w->median, run_us);
}

void
bound_again(struct workload *w)
{
    bound_over(w);
    for (uint32_t i = 0; i < w->accepted; i++) {
        const struct outcome_rec *o = workload_outcome(w, i);
        if (o != NULL && o->outcome == OUTCOME_DONE)
            bound_note(w, o->run_us, false);
    }
}

void
bound_over(struct workload *w)
{
    free(w->median);
    w->median = NULL;
    w->bound_us = 0;
}

void
bound_tell(const struct workload *w, struct items *reply)
{
    const struct item it = { .verb = REPLY_TIMEOUT,
                             .workload = w->number,
                             .count = 1,
                             .fence = w->bound_us };
    if (w->desc.timeout_percent > 0 && !w->ended)
        items_add(reply, &it);
}

void
bound_told(struct core *c, uint16_t home, const struct item *it)
{
    struct workload *w = ledger_find(c->ledger, home, it->workload);
    if (w != NULL && home != 0)
        w->bound_us = it->fence <= INT64_MAX ? it->fence : 0;
}

static void
measure(struct workload *w)
{
    uint64_t percent = w->desc.timeout_percent;
    w->bound_us = 0;
    if (w->median == NULL || w->median->n < BOUND_JOBS)
        return;
    w->bound_us = median_us(w->median) * percent / 100;
    if (w->bound_us < BOUND_LEAST_US)
        w->bound_us = BOUND_LEAST_US;
}

/* An order may wait for a worker that is late: who has it knows when the run
 * began, and is asked again until then. */
static void
end_long(struct core *c, struct run *run)
{
    const struct job *j = run->job;
    char name[128];

    if (j == NULL || j->w->desc.timeout_percent == 0 || j->w->bound_us == 0 ||
        c->true_us - run->start_us < (int64_t)j->w->bound_us)
        return;
    if (!run->timed)
        core_log(c, LOG_DEBUG, "timeout", "job=%s after_ms=%u",
                 jobs_name(c, j->w, j->index, j->index, name),
                 (unsigned)(j->w->bound_us / MS));
    run->timed = true;
    struct action *a = out_add(&c->out, ACT_STOP);
    a->stop.slot = (uint16_t)j->run;
    a->stop.run = run->number;
    a->stop.after_us = (int64_t)j->w->bound_us;
}

void
bound_tick(struct core *c)
{
    for (struct workload *w = ledger_first(c->ledger); w != NULL; w = w->next)
        if (w->home == 0 && !w->ended && w->desc.timeout_percent > 0)
            measure(w);
    for (uint32_t i = 0; i < c->n_runs && c->n_running > 0; i++)
        end_long(c, &c->runs[i]);
}
