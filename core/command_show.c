/* SPDX-License-Identifier: MPL-2.0 */
/* Operations that show workloads and jobs: list, job_list, show. */
#include <string.h>

#include "core/command_ask.h"
#include "core/rec.h"

enum { ARGS_SHOWN = 4096 };

static struct span
cut(struct span s, size_t most)
{
    return (struct span){ s.p, s.len < most ? s.len : most };
}

/* ---- list ---- */

static void
list_row(const struct core *c, struct ask *a, const struct workload *w,
         struct buf *row)
{
    struct state_workload t;

    workload_told(c, w, &t);
    buf_reset(row);
    state_workload_encode(&t, row);
    row_add(&a->rows, buf_span(row));
}

/* All of this home; of too many, the newest. */
static void
list_all(const struct core *c, struct ask *a)
{
    struct buf row = { 0 };
    size_t n = 0;

    for (const struct workload *w = ledger_first(c->ledger); w != NULL;
         w = w->next)
        n += w->home == 0 && ask_lists(a, "state", workload_state(w));
    size_t skip = n > ASK_ROWS ? n - ASK_ROWS : 0;
    for (const struct workload *w = ledger_first(c->ledger); w != NULL;
         w = w->next) {
        if (w->home != 0 || !ask_lists(a, "state", workload_state(w)))
            continue;
        if (skip > 0)
            skip--;
        else
            list_row(c, a, w, &row);
    }
    pair_add_u64(&a->out, "total", n);
    buf_fini(&row);
}

void
ask_list(struct core *c, struct ask *a)
{
    struct buf row = { 0 };

    if (!ask_has(a, "workload")) {
        list_all(c, a);
        return;
    }
    const struct workload *w = ask_workload(c, a);
    if (w != NULL && ask_lists(a, "state", workload_state(w)))
        list_row(c, a, w, &row);
    buf_fini(&row);
}

/* ---- jobs ---- */

static const char *
outcome_name(uint8_t outcome)
{
    switch ((enum outcome)outcome) {
    case OUTCOME_DONE: return "done";
    case OUTCOME_FAILED: return "failed";
    case OUTCOME_CANCELLED: return "cancelled";
    case OUTCOME_UNKNOWN: return "unknown";
    case OUTCOME_NO_FILE: return "no_file";
    }
    return "?";
}

/* The word for people: unknown counts as failed. */
static const char *
job_state(const struct job *j, const struct outcome_rec *o)
{
    if (o != NULL)
        return o->outcome == OUTCOME_UNKNOWN ? "failed"
                                             : outcome_name(o->outcome);
    if (j->place == AT_RUNNING || (j->flags & JOB_RAN) != 0)
        return "running";
    if (j->place == AT_HELD && rec_is_held(j))
        return "held";
    return j->rec == REC_UNKNOWN ? "unknown" : "queued";
}

/* Who has the job, or ran it; "" when nobody knows. */
static const char *
job_node(const struct core *c, const struct job *j,
         const struct outcome_rec *o)
{
    if (o != NULL)
        return peer_name(c, o->node);
    if (j->rec == REC_UNKNOWN)
        return "";
    return peer_name(c, j->rec == REC_OUT ? j->holder : 0);
}

static void
add_job(const struct core *c, const struct workload *w, uint32_t index,
        struct buf *out)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    const struct job *j = workload_job(w, index);

    pair_add_u64(out, "index", index);
    pair_add(out, "state", span_str(job_state(j, o)));
    pair_add(out, "node", span_str(job_node(c, j, o)));
    pair_add_u64(out, "attempt", o != NULL ? o->attempt : j->attempt);
    if (o == NULL)
        return;
    pair_add_u64(out, "wait_us", o->wait_us);
    pair_add_u64(out, "run_us", o->run_us);
    pair_add(out, "outcome", span_str(outcome_name(o->outcome)));
}

void
ask_job_list(struct core *c, struct ask *a)
{
    const struct ask_range most = { ASK_ROWS, 1, UINT64_MAX },
                           any = { 0, 0, UINT64_MAX };
    struct workload *w = ask_workload(c, a);
    struct ask_jobs jobs;
    struct buf row = { 0 };
    uint64_t limit, after;
    size_t n = 0;

    if (w == NULL || !ask_ranges(c, a, w, &jobs) ||
        !ask_number(a, "limit", &most, &limit) ||
        !ask_number(a, "after", &any, &after))
        return;
    limit = limit < ASK_ROWS ? limit : ASK_ROWS;
    uint32_t from = after < JOBS_MAX ? (uint32_t)after : JOBS_MAX;
    uint32_t i = jobs_after(&jobs.which, from);
    for (; i < w->accepted && n < limit; i = jobs_after(&jobs.which, i + 1)) {
        if (!ask_lists(a, "state", job_state(workload_job(w, i),
                                             workload_outcome(w, i))))
            continue;
        buf_reset(&row);
        add_job(c, w, i, &row);
        row_add(&a->rows, buf_span(&row));
        n++;
    }
    if (i < w->accepted)
        pair_add_u64(&a->out, "next", i);
    buf_fini(&row);
}

/* ---- show ---- */

static void
show_job(const struct core *c, struct ask *a, const struct workload *w,
         uint32_t index)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    const struct job *j = workload_job(w, index);
    const struct args *own = workload_args(w, index);
    char name[128];

    ask_add_text(a, "job", jobs_name(c, w, index, index, name));
    add_job(c, w, index, &a->out);
    ask_add_text(a, "holder", job_node(c, j, o));
    pair_add_u64(&a->out, "fence", o != NULL ? o->fence : j->fence);
    if (o == NULL) {
        pair_add_u64(&a->out, "moves", j->moves);
        pair_add_u64(&a->out, "lost", j->lost);
    }
    if (own != NULL) {
        struct span args = { own->bytes, own->len };
        pair_add(&a->out, "args", cut(args, ARGS_SHOWN));
        pair_add_u64(&a->out, "args_bytes", own->len);
        pair_add_u64(&a->out, "cost", own->cost);
    }
    if (o == NULL)
        return;
    pair_add_u64(&a->out, "cpu_us", o->cpu_us);
    pair_add_u64(&a->out, "value_bytes", o->value_len);
    pair_add(&a->out, "error", (struct span){ o->bytes, o->error_len });
}

static void
show_workload(const struct core *c, struct ask *a, const struct workload *w)
{
    const struct desc *d = &w->desc;
    struct state_workload t;
    char name[128];

    workload_told(c, w, &t);
    ask_add_text(a, "name", job_name(c, w, name));
    ask_add_text(a, "home", c->config.name);
    pair_add(&a->out, "kind", d->kind);
    pair_add(&a->out, "label", d->label);
    pair_add(&a->out, "params", d->params);
    ask_add_counts(c, a, w);
    pair_add_u64(&a->out, "accepted", w->accepted);
    pair_add_u64(&a->out, "held", w->held);
    pair_add_u64(&a->out, "away", w->n_away);
    pair_add_u64(&a->out, "priority", d->priority);
    pair_add_u64(&a->out, "retries", d->retries);
    pair_add_u64(&a->out, "timeout_us", d->timeout_us);
    if (d->timeout_percent > 0) {
        pair_add_u64(&a->out, "timeout_percent", d->timeout_percent);
        pair_add_u64(&a->out, "bound_us", w->bound_us);
    }
    pair_add_u64(&a->out, "cost", d->cost);
    pair_add_u64(&a->out, "once", (d->flags & DESC_ONCE) != 0);
    pair_add_u64(&a->out, "idempotent", (d->flags & DESC_IDEMPOTENT) != 0);
    pair_add_u64(&a->out, "age_us", t.age_us);
    pair_add_u64(&a->out, "ended_age_us", t.ended_age_us);
}

void
ask_show(struct core *c, struct ask *a)
{
    const struct ask_range index = { UINT64_MAX, 0, UINT32_MAX };
    struct workload *w = ask_workload(c, a);
    uint64_t job;

    if (w == NULL || !ask_number(a, "job", &index, &job))
        return;
    if (job == UINT64_MAX)
        show_workload(c, a, w);
    else if (job < w->accepted)
        show_job(c, a, w, (uint32_t)job);
    else
        refuse_index(c, a, w);
}
