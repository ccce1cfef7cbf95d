/* SPDX-License-Identifier: MPL-2.0 */
#include "core/again.h"

#include "core/elsewhere.h"
#include "core/rec.h"

static bool
may_run(const struct core *c, const struct workload *w, uint16_t node)
{
    const struct peer *p = peer_at(c, node);
    if (node == 0)
        return c->phase == PHASE_RUN && !w->elsewhere;
    return kind_runs_at(c, node, w->desc.kind) && !p->left &&
           p->state.phase == PHASE_RUN && desc_may_run_at(&w->desc, p->name);
}

static bool
another_may_run(const struct core *c, const struct workload *w, uint16_t node)
{
    for (uint16_t i = 0; i < c->peers.n; i++)
        if (i != node && may_run(c, w, i))
            return true;
    return false;
}

void
again_note(struct core *c, struct job *j, uint16_t node)
{
    if ((j->flags & JOB_NOT_HOME) || c->config.policy.name == POLICY_NONE ||
        !another_may_run(c, j->w, node))
        return;
    j->flags |= JOB_AVOID;
    j->holder = node;
    j->at_us = c->now_us;
    j->w->avoids = true;
}

bool
again_waits(const struct job *j)
{
    return (j->flags & JOB_AVOID) && j->w->home == 0 && j->holder == 0;
}

bool
again_may_go(const struct core *c, const struct job *j, uint16_t peer)
{
    if (!(j->flags & JOB_AVOID))
        return true;
    return j->w->home == 0 ? j->holder != peer
                           : LB_BUG != 41 && c->now_us - j->at_us >= AGAIN_US;
}

static void
forgive(struct core *c, struct job *j)
{
    bool moves = j->place == AT_QUEUED && again_waits(j);
    if (moves)
        rec_drop_copy(c, j);
    j->flags &= (uint8_t)~JOB_AVOID;
    if (moves)
        rec_requeue(c, j, false);
}

void
again_review(struct core *c, struct workload *w)
{
    w->avoids = false;
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1)) {
        if (!(j->flags & JOB_AVOID) || j->rec != REC_HOME)
            continue;
        if (j->place != AT_OFFERED &&
            (c->now_us - j->at_us >= AGAIN_US ||
             !another_may_run(c, w, j->holder)))
            forgive(c, j);
        else
            w->avoids = true;
    }
}
