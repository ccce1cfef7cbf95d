/* SPDX-License-Identifier: MPL-2.0 */
#include "core/rec.h"

#include <assert.h>

#include "core/again.h"
#include "core/runs.h"
#include "core/transfer.h"

static bool
is_away(enum rec rec)
{
    return rec == REC_OUT || rec == REC_UNKNOWN;
}

void
rec_set(struct core *c, struct job *j, enum rec rec)
{
    struct workload *w = j->w;
    w->n_away += is_away(rec);
    w->n_away -= is_away((enum rec)j->rec);
    c->n_unknown += rec == REC_UNKNOWN;
    c->n_unknown -= j->rec == REC_UNKNOWN;
    if (j->rec == REC_OUT && rec != REC_OUT)
        rec_set_ran(j, false);
    if (rec != REC_HOME)
        j->flags &= (uint8_t)~JOB_AVOID;
    j->rec = (uint8_t)rec;
}

void
rec_set_ran(struct job *j, bool ran)
{
    bool was = (j->flags & JOB_RAN) != 0;
    if (was == ran)
        return;
    j->flags ^= JOB_RAN;
    if (ran)
        j->w->running++;
    else
        j->w->running--;
    j->w->version++;
}

bool
rec_is_held(const struct job *j)
{
    return j->w->held || (j->flags & JOB_HELD) != 0;
}

struct queue *
rec_queue(struct core *c, const struct job *j)
{
    return j->w->elsewhere || again_waits(j) ? &c->elsewhere : &c->queue;
}

void
rec_drop_copy(struct core *c, struct job *j)
{
    switch ((enum place)j->place) {
    case AT_QUEUED:
        queue_remove(rec_queue(c, j), j);
        break;
    case AT_HELD:
        j->place = AT_NONE;
        c->held_jobs--;
        break;
    case AT_RUNNING:
        runs_stop(c, j);
        break;
    case AT_OFFERED:
        transfer_void(c, j);
        break;
    case AT_NONE:
    case AT_FINISHED:
    case AT_RELEASED:
        break;
    }
    assert(j->place == AT_NONE);
}

void
rec_requeue(struct core *c, struct job *j, bool front)
{
    assert(j->place == AT_NONE);
    rec_set(c, j, REC_HOME);
    j->flags &= (uint8_t)~JOB_ADOPTED;
    if (rec_is_held(j) || (j->flags & JOB_NOT_HOME)) {
        j->place = AT_HELD;
        c->held_jobs++;
    } else if (front) {
        queue_push_batch(rec_queue(c, j), j);
    } else {
        queue_push(rec_queue(c, j), j);
    }
    c->halt_due |= j->w->halted;
    c->decide_due = true;
}

void
rec_raise_fence(struct core *c, struct job *j)
{
    uint64_t lowest = c->config.incarnation << 32;
    if (LB_BUG != 15 || j->fence == 0)
        j->fence = j->fence + 1 > lowest ? j->fence + 1 : lowest;
    j->moves = 0;
    j->flags &= (uint8_t)~(JOB_BLIND | JOB_ADOPTED);
}
