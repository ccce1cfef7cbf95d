/* SPDX-License-Identifier: MPL-2.0 */
/* The verdict over what checker.c has recorded. */
#include "tests/nemesis/checker_parts.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    /* A fault shows in a second run at the latest a lease and the time that a
     * home waits after its start later. */
    BEFORE_MS = 20 * 1000,
    AFTER_MS = 1000
};

static void
judge_job(struct checker *c, struct entry *e, uint32_t index,
          struct checker_counts *n)
{
    const struct job *j = &e->jobs[index];
    bool known = index < e->acknowledged;
    bool done = j->seen != 0 && j->outcome == LB_JOB_DONE;
    bool unknown = j->seen != 0 && j->outcome == LB_JOB_UNKNOWN && e->w.once;

    if (done && j->wrong) {
        n->unexpected++;
        checker_wrong(c, "%s/%u: a wrong value", e->w.label, index);
    }
    if (!e->forgotten && j->followed != 0 && j->seen != 0 &&
        j->followed != j->seen) {
        n->duplicated++;
        checker_wrong(c, "%s/%u: told otherwise in the end", e->w.label,
                      index);
    }
    n->unknown += unknown;
    if (done || unknown) {
        n->recovered += !known;
        return;
    }
    /* What was followed was there, if it is not of a former disk. */
    if (!known && (j->followed == 0 || e->forgotten)) {
        n->unexpected += j->seen != 0;
        return;
    }
    if (j->seen == 0 && e->may_be_gone) {
        c->excused++;
        return;
    }
    n->lost++;
    checker_wrong(c, "%s/%u: lost (home %zu, %s)", e->w.label, index,
                  e->w.home, j->seen != 0    ? "did not end well"
                             : e->listed != 0 ? "no result"
                                              : "its home has no such "
                                                "workload");
}

static int
by_index(const void *x, const void *y)
{
    const struct mark *a = x, *b = y;

    if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
    return a->at_ms < b->at_ms ? -1 : a->at_ms > b->at_ms;
}

/* Did a fault come between, of a node that may have held the job? */
static bool
is_justified(const struct checker *c, const struct entry *e,
             const struct mark *first, const struct mark *second)
{
    for (size_t i = 0; i < c->n_faults; i++) {
        const struct fault *f = &c->faults[i];
        if (f->from_ms > second->at_ms + AFTER_MS ||
            f->until_ms < first->at_ms - BEFORE_MS)
            continue;
        if (e->w.pin == 0 || f->node == e->w.home || f->node == e->w.pin - 1)
            return true;
    }
    return false;
}

static void
judge_runs(struct checker *c, struct entry *e, struct checker_counts *n)
{
    if (e->n_marks == 0)
        return;
    qsort(e->marks, e->n_marks, sizeof *e->marks, by_index);
    for (size_t i = 1; i < e->n_marks; i++) {
        const struct mark *a = &e->marks[i - 1], *b = &e->marks[i];
        if (a->index != b->index)
            continue;
        n->reruns++;
        if (e->forgotten) {
            continue;
        } else if (e->w.once) {
            n->once_reruns++;
            checker_wrong(c, "%s/%u: of --once, and ran at node %u and %u, "
                          "%" PRId64 " ms apart", e->w.label, a->index,
                          a->node, b->node, b->at_ms - a->at_ms);
        } else if (!is_justified(c, e, a, b)) {
            n->unjustified++;
            checker_wrong(c, "%s/%u: ran at node %u and %u without a fault, "
                          "%" PRId64 " ms apart", e->w.label, a->index,
                          a->node, b->node, b->at_ms - a->at_ms);
        }
    }
}

struct checker_counts
checker_judge(struct checker *c, FILE *to)
{
    struct checker_counts n = { 0 };

    pthread_mutex_lock(&c->lock);
    n.acknowledged = c->acknowledged;
    n.duplicated = c->duplicated;
    n.unexpected = c->unexpected;
    c->excused = 0;
    for (size_t i = 0; i < c->n_entries; i++) {
        struct entry *e = &c->entries[i];
        n.submitted += e->w.n_jobs;
        for (uint32_t k = 0; k < e->w.n_jobs; k++)
            judge_job(c, e, k, &n);
        judge_runs(c, e, &n);
    }
    for (size_t i = 0; i < c->n_wrong; i++)
        fprintf(to, "  %s\n", c->wrong[i]);
    pthread_mutex_unlock(&c->lock);
    return n;
}

bool
checker_good(const struct checker_counts *n)
{
    return n->lost == 0 && n->duplicated == 0 && n->unexpected == 0 &&
           n->unjustified == 0 && n->once_reruns == 0;
}

void
checker_print(const struct checker_counts *n, FILE *to)
{
    fprintf(to, "submitted %" PRIu64 " / acknowledged %" PRIu64
            " / lost %" PRIu64 " / duplicated %" PRIu64 " / unexpected %"
            PRIu64 " / recovered %" PRIu64 "; runs again %" PRIu64
            " (without cause %" PRIu64 ", of --once %" PRIu64
            "), outcome unknown %" PRIu64 "\n", n->submitted, n->acknowledged,
            n->lost, n->duplicated, n->unexpected, n->recovered, n->reruns,
            n->unjustified, n->once_reruns, n->unknown);
}
