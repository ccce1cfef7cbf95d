/* SPDX-License-Identifier: MPL-2.0 */
#include "core/ahead.h"

#include "core/claims.h"
#include "core/rec.h"

int64_t
ahead_stuck_us(const struct core *c)
{
    return c->n_running < c->config.slots ? 0 : c->true_us - c->worked_us;
}

static bool
is_stuck(const struct core *c)
{
    return ahead_stuck_us(c) >= AHEAD_WAIT_US;
}

bool
ahead_may(const struct core *c, const struct job *j)
{
    const double ahead_s = AHEAD_US / 1e6;

    return c->config.prefetch > 0 &&
           classes_is_known(&c->classes, j->w->class_at) && !is_stuck(c) &&
           c->ordered_s + job_work_s(c, j) <= c->config.slots * ahead_s;
}

void
ahead_works(struct core *c)
{
    c->worked_us = c->true_us;
}

/* The core cannot tell which of them have begun: the shell lets these go on. */
void
ahead_tick(struct core *c)
{
    if (LB_BUG == 38 || c->n_running <= c->config.slots || !is_stuck(c))
        return;
    for (uint32_t i = 0; i < c->n_runs; i++) {
        const struct run *run = &c->runs[i];
        if (run->job == NULL)
            continue;
        struct action *a = out_add(&c->out, ACT_STOP);
        a->stop.slot = (uint16_t)i;
        a->stop.run = run->number;
        a->stop.unbegun = true;
    }
}

void
ahead_back(struct core *c, struct job *j)
{
    char name[128];

    core_log(c, LOG_DEBUG, "not-begun", "job=%s",
             jobs_name(c, j->w, j->index, j->index, name));
    /* A home that has restarted believes no release of a --once job, but the
     * claim of one that waits. */
    if (j->w->home == 0)
        rec_requeue(c, j, true);
    else if (workload_once(j->w) && c->phase == PHASE_RUN && !j->w->elsewhere)
        queue_push_front(&c->queue, j);
    else
        claims_release_job(c, j, false);
}
