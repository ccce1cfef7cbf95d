/* SPDX-License-Identifier: MPL-2.0 */
#include "core/seek.h"

#include "core/elsewhere.h"
#include "core/fetch.h"
#include "core/quarantine.h"
#include "core/rec.h"
#include "core/transfer.h"

void
seek_note(struct core *c, struct job *j, uint16_t node)
{
    fetch_cannot_read(c, node, j->w);
    if (node != 0 && !(j->flags & JOB_NOT_HOME) && !j->w->elsewhere)
        return;
    j->flags |= JOB_NOT_HOME;
    if (j->w->seek_us == 0)
        j->w->seek_us = c->now_us;
}

void
seek_found(const struct core *c, struct workload *w)
{
    if (w->seek_us != 0)
        w->seek_us = c->now_us;
}

void
seek_review(const struct core *c, struct workload *w)
{
    bool sought = false, reads = false;

    for (const struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1)) {
        sought |= (j->flags & JOB_NOT_HOME) != 0;
        reads |= (j->flags & JOB_RAN) != 0;
    }
    if (!sought)
        w->seek_us = 0;
    else if (reads)
        seek_found(c, w);
}

/* What a command lacks at its home is sought at nodes that are there: unlike a
 * file it is seldom one that only a node to come has. */
static bool
lacks_for_good(const struct core *c, const struct job *j)
{
    return span_is(j->w->desc.kind, "command") &&
           !kind_runs_elsewhere(c, j->w->desc.kind);
}

bool
seek_is_long(const struct core *c, const struct job *j)
{
    return (j->flags & JOB_NOT_HOME) && j->w->seek_us != 0 &&
           c->now_us - j->w->seek_us > c->config.file_wait_us;
}

bool
seek_is_over(const struct core *c, const struct job *j)
{
    return seek_is_long(c, j) || lacks_for_good(c, j);
}

bool
seek_home_is_left(const struct core *c, const struct workload *w)
{
    return quarantine_has(c, w->desc.kind) &&
           desc_may_run_at(&w->desc, c->config.name);
}

void
seek_at_home(struct core *c, struct workload *w)
{
    (void)quarantine_release(c, w->desc.kind, "by=need");
}

bool
seek_next(struct core *c, struct job *j)
{
    for (uint16_t i = 1; i <= c->peers.n; i++) {
        uint16_t peer = (uint16_t)((j->holder + i) % c->peers.n);
        if (peer == 0 || !transfer_may_offer(c, peer))
            continue;
        rec_drop_copy(c, j);
        queue_push(rec_queue(c, j), j);
        if (transfer_give_job(c, peer, j)) {
            j->holder = peer;
            return true;
        }
        rec_drop_copy(c, j);
        rec_requeue(c, j, false);
    }
    return false;
}
