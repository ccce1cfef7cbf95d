/* SPDX-License-Identifier: MPL-2.0 */
/* What a client is shown, and what is left in the end. */
#include <inttypes.h>
#include <stdio.h>

#include "proto/msg.h"
#include "proto/workload.h"
#include "sim/invariants.h"

static void
check_outcome(struct world *w, struct book_work *k, const struct result *r)
{
    const struct book_job *j = &k->job[r->index];

    switch (r->outcome) {
    case OUTCOME_DONE:
        if (j->ends_ok == 0)
            check_fail(w, k, r->index, "is done and no run of it was");
        break;
    case OUTCOME_FAILED:
        if (j->ends_failed == 0 && w->faultless)
            check_fail(w, k, r->index, "has failed and no run of it had");
        break;
    case OUTCOME_CANCELLED:
        if (!j->cancelled && !k->halts)
            check_fail(w, k, r->index, "was cancelled by nobody");
        break;
    case OUTCOME_UNKNOWN:
        w->figures.unknown++;
        if (!k->once || w->faultless)
            check_fail(w, k, r->index, "ends with outcome unknown");
        break;
    default:
        check_fail(w, k, r->index, "has an outcome that is none");
    }
}

void
check_result(struct world *w, struct book_work *k, const struct result *r)
{
    struct book_value v = { 0 };

    if (r->workload != k->number || r->index >= k->n_jobs) {
        w->figures.unexpected++;
        world_fail(w, "%s-%u: a result of another job (%u.%u)",
                   check_home_name(w, k), k->number, r->workload, r->index);
        return;
    }
    struct book_job *j = &k->job[r->index];
    if (r->outcome == OUTCOME_DONE
        && (!book_value_read(r->value, &v) || v.work != k->at
            || v.index != r->index || v.serial == 0))
        check_fail(w, k, r->index, "has the value of another job");
    if (j->shown && j->seen_outcome != 0) {
        w->figures.duplicated++;
        check_fail(w, k, r->index, "is delivered twice");
    }
    if (j->seen_outcome != 0
        && (j->seen_outcome != r->outcome || j->seen_value != v.serial))
        check_fail(w, k, r->index, "shows another result than before");
    j->shown = true;
    j->seen_outcome = r->outcome;
    j->seen_value = v.serial;
    check_outcome(w, k, r);
}

static bool
empty(const struct world *w, const struct node *n, char *why, size_t cap)
{
    const struct core_counts c = core_count(n->core);
    bool orphans = false;

    for (uint16_t i = 0; i < w->n; i++)
        orphans = orphans || w->node[i].broken;
    const uint32_t left[] = { c.running, c.offered, c.queued, c.own_open,
                              c.released, c.unacked_results, c.foreign,
                              c.verdicts, c.outbox, c.fetched };
    static const char *const name[] = { "running", "offered", "queued",
                                        "own_open", "released",
                                        "unacked_results", "foreign",
                                        "verdicts", "outbox",
                                        "fetched" };
    /* what belongs to a home that is gone is kept for its return */
    const size_t check = orphans ? 2 : sizeof left / sizeof left[0];
    for (size_t i = 0; i < check; i++) {
        if (left[i] == 0)
            continue;
        (void)snprintf(why, cap, "node %u has %u %s left in the end",
                       n->at + 1u, left[i], name[i]);
        return false;
    }
    return true;
}

bool
check_tables(struct world *w, char *why, size_t cap)
{
    for (uint16_t i = 0; i < w->n; i++) {
        const struct node *n = &w->node[i];
        if (n->core != NULL && !empty(w, n, why, cap))
            return false;
    }
    return true;
}

/* Jobs whose client has an acknowledgement, and which have not ended. */
static uint32_t
open_jobs(const struct world *w, const struct book_work *k)
{
    const struct node *home = &w->node[k->home];
    uint32_t n = 0;

    if (k->lost || k->forgotten || home->core == NULL)
        return 0;
    for (uint32_t x = 0; x < k->accepted; x++)
        n += !core_job_at(home->core, k->number, x).done;
    return n;
}

bool
check_ended(const struct world *w, char *why, size_t cap)
{
    for (size_t i = 0; i < w->book.n; i++) {
        const struct book_work *k = w->book.v[i];
        const uint32_t n = open_jobs(w, k);
        if (n == 0)
            continue;
        (void)snprintf(why, cap, "%u jobs of %s-%u have not ended",
                       (unsigned)n, check_home_name(w, k), k->number);
        return false;
    }
    return true;
}

void
check_count(struct world *w)
{
    struct figures *f = &w->figures;

    for (size_t i = 0; i < w->book.n; i++) {
        const struct book_work *k = w->book.v[i];
        f->submitted += k->n_jobs;
        f->acknowledged += k->accepted;
        f->destroyed += k->lost ? k->accepted : 0;
        f->missing += open_jobs(w, k);
    }
    if (f->missing > 0)
        world_fail(w, "%" PRIu64 " acknowledged jobs have no result",
                   f->missing);
}
