/* SPDX-License-Identifier: MPL-2.0 */
/* Operation detail: what a console shows of one node, or of one workload. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "core/command_ask.h"
#include "core/failure.h"

enum {
    SAMPLE_RESULTS = 16384,     /* run times looked at, evenly spread */
    SAMPLE_SLABS = 2048,        /* slabs of open jobs, likewise */
    BINS = 32   /* from 1 us to 10 h in coarse steps */
};

static void
add_text(struct buf *row, const char *key, const char *value)
{
    pair_add(row, key, span_str(value));
}

/* Ends the row. */
static void
put(struct ask *a, struct buf *row)
{
    row_add(&a->rows, buf_span(row));
    buf_reset(row);
}

/* ---- failures ---- */

/* Those of own workload `number`; 0: of all. */
static void
add_failures(const struct core *c, struct ask *a, uint32_t number)
{
    const struct failure *f;
    struct buf row = { 0 };
    char text[160];

    for (size_t i = 0; (f = failure_at(c, i)) != NULL; i++) {
        if (number != 0 && f->workload != number)
            continue;
        add_text(&row, "row", "failure");
        text[0] = '\0';
        text_add(text, sizeof text, "%s-%u.%u", c->config.name,
                 (unsigned)f->workload, (unsigned)f->index);
        add_text(&row, "job", text);
        add_text(&row, "node", peer_name(c, f->node));
        add_text(&row, "what", f->what);
        text[0] = '\0';
        text_add(text, sizeof text, "retry %u/%u", (unsigned)f->attempt,
                 (unsigned)f->retries);
        add_text(&row, "next", f->final ? "gave up" : text);
        pair_add_u64(&row, "run_us", f->run_us);
        pair_add_u64(&row, "age_us", (uint64_t)(c->true_us - f->at_us));
        put(a, &row);
    }
    buf_fini(&row);
}

/* ---- a node ---- */

static void
add_slot(const struct core *c, struct ask *a, uint32_t slot,
         const struct run *r)
{
    bool runs = r != NULL && c->true_us > r->start_us;
    struct buf row = { 0 };
    char job[128];

    add_text(&row, "row", "slot");
    pair_add_u64(&row, "number", slot + 1);
    add_text(&row, "state", r == NULL ? (c->phase == PHASE_PAUSE ? "pause"
                                                                 : "free")
                            : runs    ? "run"
                                      : "start");
    if (r != NULL && r->job != NULL) {
        add_text(&row, "job", jobs_name(c, r->job->w, r->job->index,
                                        r->job->index, job));
        pair_add(&row, "kind", r->job->w->desc.kind);
    }
    if (runs)
        pair_add_u64(&row, "ran_us", (uint64_t)(c->true_us - r->start_us));
    if (slot < c->n_slot_duty && c->slot_duty[slot].percent != DUTY_UNKNOWN)
        pair_add_u64(&row, "duty", c->slot_duty[slot].percent);
    put(a, &row);
    buf_fini(&row);
}

/* The order that a worker was at when the host was last looked at, if it has
 * not ended since; NULL. */
static const struct run *
run_of(const struct core *c, uint32_t slot)
{
    uint32_t number = slot < c->n_slot_duty ? c->slot_duty[slot].run : 0;

    for (uint32_t i = 0; number != 0 && i < c->n_runs; i++)
        if (c->runs[i].number == number)
            return &c->runs[i];
    return NULL;
}

/* Which worker took which order is not known at once: the oldest orders that
 * no worker was seen at stand at the others. */
static void
add_slots(const struct core *c, struct ask *a)
{
    const struct run **at = xcalloc(c->config.slots, sizeof *at);
    bool *shown = xcalloc(c->n_runs, sizeof *shown);

    for (uint32_t s = 0; s < c->config.slots; s++) {
        at[s] = run_of(c, s);
        if (at[s] != NULL)
            shown[at[s] - c->runs] = true;
    }
    for (uint32_t s = 0; s < c->config.slots; s++) {
        for (uint32_t i = 0; at[s] == NULL && i < c->n_runs; i++)
            if (c->runs[i].number != 0 && !shown[i]) {
                at[s] = &c->runs[i];
                shown[i] = true;
            }
        add_slot(c, a, s, at[s]);
    }
    free(shown);
    free(at);
}

static void
add_peers(const struct core *c, struct ask *a)
{
    struct buf row = { 0 };

    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (p->sent_jobs == 0 && p->received_jobs == 0 && p->refused_jobs == 0)
            continue;
        add_text(&row, "row", "peer");
        add_text(&row, "name", peer_name(c, i));
        pair_add_u64(&row, "sent", p->sent_jobs);
        pair_add_u64(&row, "received", p->received_jobs);
        pair_add_u64(&row, "refused", p->refused_jobs);
        pair_add_u64(&row, "bytes", p->said_bytes);
        if (p->rtt_us > 0)
            pair_add_u64(&row, "ack_us", (uint64_t)p->rtt_us);
        put(a, &row);
    }
    buf_fini(&row);
}

static void
node_detail(const struct core *c, struct ask *a)
{
    pair_add_u64(&a->out, "up_ms",
                 (uint64_t)(c->true_us - c->start_true_us) / MS);
    pair_add_u64(&a->out, "state_seq", c->state_seq);
    ask_add_text(a, "tags", c->config.tags);
    ask_add_text(a, "policy", policy_names[c->config.policy.name - 1]);
    add_slots(c, a);
    add_peers(c, a);
    add_failures(c, a, 0);
}

/* ---- a workload: run times ---- */

static int
by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Run times of jobs that ended after a run, in order of size; of many jobs a
 * sample. *total: how many there are in all. */
static size_t
run_times(const struct workload *w, uint64_t **out, uint64_t *total)
{
    size_t step = w->n_finished / SAMPLE_RESULTS + 1, n = 0, seen = 0;
    uint64_t *v = xcalloc(w->n_finished / step + 1, sizeof *v);

    for (size_t i = 0; i < w->n_finished; i += step, seen++) {
        const struct outcome_rec *o = workload_outcome(w, w->finished[i]);
        if (o != NULL && (o->outcome == OUTCOME_DONE ||
                          o->outcome == OUTCOME_FAILED))
            v[n++] = o->run_us;
    }
    qsort(v, n, sizeof *v, by_size);
    *out = v;
    *total = seen == 0 ? 0 : (uint64_t)n * w->n_finished / seen;
    return n;
}

/* Upper edges of bins, in tenths of a power of ten, as people read them;
 * the last one is 100. */
static const uint8_t fine[] = { 12, 15, 20, 25, 30, 40, 50, 60, 80, 100 };
static const uint8_t coarse[] = { 20, 50, 100 };
#define EDGE_MAX_US (UINT64_C(1000000000) * 1000000)    /* none took so long */

static uint64_t
edge_after(uint64_t us, const uint8_t *step)
{
    uint64_t ten = 1;

    if (us > EDGE_MAX_US)
        return UINT64_MAX;
    while (ten * 10 <= us)
        ten *= 10;
    while (us >= ten * *step / 10)
        step++;
    return ten * *step / 10;
}

/* Fine ones if they go far enough. */
static const uint8_t *
steps_for(uint64_t least, uint64_t most)
{
    uint64_t edge = edge_after(least, fine);

    for (int bin = 1; bin < BINS && edge < most; bin++)
        edge = edge_after(edge, fine);
    return edge >= most ? fine : coarse;
}

static void
add_bins(struct ask *a, const uint64_t *v, size_t n, uint64_t total)
{
    const uint8_t *step = n == 0 ? coarse : steps_for(v[0], v[n - 1]);
    uint64_t edge = n == 0 ? 0 : edge_after(v[0], step);
    struct buf row = { 0 };
    size_t i = 0;

    for (int bin = 1; i < n; bin++, edge = edge_after(edge, step)) {
        bool last = bin == BINS;
        size_t from = i;
        while (i < n && (last || v[i] <= edge))
            i++;
        add_text(&row, "row", "bin");
        if (!last)
            pair_add_u64(&row, "to_us", edge);
        pair_add_u64(&row, "jobs", total * i / n - total * from / n);
        put(a, &row);
    }
    buf_fini(&row);
}

static void
add_times(struct ask *a, const struct workload *w)
{
    static const struct { const char *key; uint64_t percent; } rank[] = {
        { "p50_us", 50 }, { "p95_us", 95 }, { "p99_us", 99 }
    };
    uint64_t *v, total;
    size_t n = run_times(w, &v, &total);

    for (size_t i = 0; n > 0 && i < sizeof rank / sizeof rank[0]; i++)
        pair_add_u64(&a->out, rank[i].key,
                     v[(n * rank[i].percent + 99) / 100 - 1]);
    if (n > 0) {
        pair_add_u64(&a->out, "max_us", w->run_max_us);
        pair_add_u64(&a->out, "sum_us", w->run_sum_us);
    }
    add_bins(a, v, n, total);
    free(v);
}

/* ---- a workload: where its jobs are ---- */

static void
count_slab(const struct core *c, const struct slab *s, uint64_t *jobs)
{
    for (size_t i = 0; s->job != NULL && i < SLAB_JOBS; i++) {
        const struct job *j = &s->job[i];
        if (j->rec == REC_HOME)
            jobs[0]++;
        else if (j->rec == REC_OUT && j->holder < c->peers.n)
            jobs[j->holder]++;
    }
}

/* Open jobs by node; of very many a sample. */
static void
add_places(const struct core *c, struct ask *a, const struct workload *w)
{
    uint64_t *jobs = xcalloc(c->peers.n, sizeof *jobs);
    size_t step = w->n_slabs / SAMPLE_SLABS + 1;
    struct buf row = { 0 };

    for (size_t i = 0; i < w->n_slabs; i += step)
        count_slab(c, &w->slab[i], jobs);
    for (uint16_t i = 0; i < c->peers.n; i++) {
        if (jobs[i] == 0)
            continue;
        add_text(&row, "row", "place");
        add_text(&row, "node", peer_name(c, i));
        pair_add_u64(&row, "jobs", jobs[i] * step);
        put(a, &row);
    }
    buf_fini(&row);
    free(jobs);
}

static void
work_detail(const struct core *c, struct ask *a, const struct workload *w)
{
    pair_add_u64(&a->out, "number", w->number);
    pair_add_u64(&a->out, "away", w->n_away);
    pair_add_u64(&a->out, "moved", w->moved);
    pair_add_u64(&a->out, "retried", w->retried);
    add_times(a, w);
    add_places(c, a, w);
    add_failures(c, a, w->number);
}

void
ask_detail(struct core *c, struct ask *a)
{
    if (!ask_has(a, "workload")) {
        node_detail(c, a);
        return;
    }
    const struct workload *w = ask_workload(c, a);
    if (w != NULL)
        work_detail(c, a, w);
}
