/* SPDX-License-Identifier: MPL-2.0 */
/* Looking into a core from outside: counts, records, copies. */
#include "core/elsewhere.h"
#include "core/node.h"

struct core_counts
core_count(const struct core *c)
{
    struct core_counts n = { .own_open = c->own_open,
                             .queued = c->queue.n + c->elsewhere.n,
                             .elsewhere = c->elsewhere.n,
                             .running = c->n_running,
                             .offered = c->n_offered,
                             .released = c->n_released,
                             .unacked_results = c->n_unacked,
                             .foreign = c->n_foreign,
                             .fetched = c->fetch.n,
                             .clients = (uint32_t)c->n_parked };
    for (struct workload *w = ledger_first(c->ledger); w != NULL;
         w = w->next) {
        n.own_jobs += w->home == 0 ? w->accepted : 0;
        n.by_workload += w->n_copies;
    }
    for (size_t i = 0; i < c->peers.n; i++) {
        const struct peer *p = c->peers.v[i];
        n.outbox += p->n_outbox;
        n.by_home += p->n_copies;
        for (const struct verdict *v = p->verdicts; v != NULL; v = v->next)
            n.verdicts++;
    }
    return n;
}

struct core_job
core_job_at(const struct core *c, uint32_t workload, uint32_t index)
{
    struct core_job out = { 0 };
    struct workload *w = ledger_find(c->ledger, 0, workload);
    if (w == NULL || index >= w->accepted)
        return out;
    const struct outcome_rec *o = workload_outcome(w, index);
    const struct job *j = workload_job(w, index);
    out.known = true;
    out.done = o != NULL;
    if (o != NULL) {
        out.outcome = o->outcome;
        out.fence = o->fence;
        out.n_results = 1;
    } else {
        out.fence = j->fence;
        out.moves = j->moves;
    }
    return out;
}

struct core_copy
core_copy_at(const struct core *c, const struct node_id *home,
             uint32_t workload, uint32_t index)
{
    struct core_copy out = { 0 };
    int peer = peers_find(&c->peers, home);
    struct workload *w = peer < 0 ? NULL
                                  : ledger_find(c->ledger, (uint16_t)peer,
                                                workload);
    const struct job *j = w == NULL ? NULL : workload_job(w, index);
    if (j == NULL)
        return out;
    out.fence = j->fence;
    out.moves = j->moves;
    if (j->place == AT_QUEUED || j->place == AT_HELD)
        out.verb = CLAIM_QUEUED;
    else if (j->place == AT_RUNNING)
        out.verb = CLAIM_RUNNING;
    else if (j->place == AT_FINISHED)
        out.verb = CLAIM_FINISHED;
    else if (j->place == AT_OFFERED)
        out.verb = CLAIM_OFFERED;
    return out;
}

size_t
core_workloads(const struct core *c, struct core_workload *out, size_t cap)
{
    size_t n = 0;

    for (const struct workload *w = ledger_first(c->ledger); w != NULL;
         w = w->next) {
        if (w->home != 0)
            continue;
        if (n < cap)
            out[n] = (struct core_workload){ w->number, w->desc.files };
        n++;
    }
    return n;
}

bool
core_has_workload(const struct core *c, uint32_t number, const char *kind)
{
    const struct workload *w = ledger_find(c->ledger, 0, number);

    return w != NULL && span_is(w->desc.kind, kind);
}

bool
core_runs_kind(const struct core *c, const char *kind)
{
    return kind_runs_here(c, span_str(kind), true);
}
