/* SPDX-License-Identifier: MPL-2.0 */
#include "core/home_note.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/bound.h"
#include "core/elsewhere.h"
#include "core/fetch.h"
#include "core/floors.h"
#include "core/home.h"
#include "core/live.h"
#include "core/node_names.h"
#include "core/rec.h"
#include "core/record.h"

static void
take_class(struct core *c, struct workload *w)
{
    w->class_at = classes_take(&c->classes, w->desc.kind, w->desc.n_jobs);
    c->classes.v[w->class_at].own = true;
}

int
home_note_workload(struct core *c, uint32_t number, struct span body,
                   struct workload **out)
{
    struct reader r;

    if (ledger_find(c->ledger, 0, number) != NULL)
        return -EBADMSG;
    reader_init(&r, body);
    uint64_t key_hash = reader_u64(&r);
    uint64_t content_hash = reader_u64(&r);
    if (r.bad)
        return -EBADMSG;
    struct span desc = { r.p, reader_left(&r) };
    int err = ledger_add(c->ledger, 0, number, desc, out);
    if (err != 0)
        return err;
    c->n_own++;
    take_class(c, *out);
    elsewhere_note(c, *out);
    (*out)->key_hash = LB_BUG == 19 && !c->started ? 0 : key_hash;
    (*out)->content_hash = content_hash;
    (*out)->born = c->born;
    (*out)->held = ((*out)->desc.flags & DESC_HELD) != 0;
    (*out)->accepted_us = c->true_us;
    if (number > c->last_number)
        c->last_number = number;
    return 0;
}

void
home_note_jobs(struct core *c, struct workload *w, const struct chunk *chunk)
{
    struct chunk_job cj;
    size_t at = 0;

    for (uint32_t i = 0; i < chunk->count; i++)
        rec_set(c, workload_make(w, chunk->first + i), REC_HOME);
    for (uint32_t i = chunk->first; chunk->list && chunk_next(chunk, &at, &cj);
         i++)
        workload_set_args(w, i, cj.cost, cj.args);
    w->accepted = chunk->first + chunk->count;
    w->version++;
    c->own_open += chunk->count;
}

void
home_note_start(struct workload *w)
{
    w->held = false;
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1))
        j->flags &= (uint8_t)~JOB_HELD;
}

void
home_note_priority(struct workload *w, uint8_t priority)
{
    w->desc.priority = priority;
    workload_rewrite(w);
}

void
home_note_broken_off(struct workload *w)
{
    w->desc.n_jobs = w->accepted;
    workload_rewrite(w);
}

static uint32_t *
counter_of(struct workload *w, uint8_t outcome)
{
    if (outcome == OUTCOME_DONE)
        return &w->done;
    return outcome == OUTCOME_CANCELLED ? &w->cancelled : &w->failed;
}

static void
count_node(struct workload *w, uint16_t node, bool up)
{
    if (node >= w->n_by_node) {
        w->by_node = xrealloc(w->by_node, node + 1u, sizeof *w->by_node);
        memset(w->by_node + w->n_by_node, 0,
               (node + 1u - w->n_by_node) * sizeof *w->by_node);
        w->n_by_node = node + 1u;
    }
    if (up)
        w->by_node[node]++;
    else
        w->by_node[node]--;
}

static void
add_finished(struct workload *w, uint32_t index)
{
    if (w->n_finished == w->finished_cap) {
        w->finished_cap = w->finished_cap == 0 ? 64 : w->finished_cap * 2;
        w->finished = xrealloc(w->finished, w->finished_cap,
                               sizeof *w->finished);
    }
    w->finished[w->n_finished++] = index;
}

/* What a result costs; those of cancelled jobs share one. */
static size_t
kept_bytes(const struct workload *w, const struct outcome_rec *o)
{
    return o == w->cancelled_rec
               ? 0 : RESULT_BYTES + sizeof *o + o->error_len + o->value_len;
}

/* The job has ended: its outcome is set, its record is not needed. */
static void
count_end(struct core *c, struct workload *w, uint32_t index, uint16_t node)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    c->result_bytes += kept_bytes(w, o);
    w->run_sum_us += o->run_us;
    if (o->run_us > w->run_max_us)
        w->run_max_us = o->run_us;
    if (o->outcome == OUTCOME_DONE)
        bound_note(w, o->run_us, false);
    ++*counter_of(w, o->outcome);
    count_node(w, node, true);
    add_finished(w, index);
    c->own_open--;
    w->version++;
}

static void
end_record(struct core *c, struct job *j)
{
    assert(j != NULL && j->rec != REC_DONE && j->place == AT_NONE);
    fetch_drop(c, j);
    rec_set(c, j, REC_DONE);
    rec_set_ran(j, false);
    workload_settle(j->w, j);
}

void
home_note_result(struct core *c, struct workload *w, const struct result *r,
                 uint16_t node)
{
    end_record(c, workload_job(w, r->index));
    workload_set_outcome(w, r, node);
    count_end(c, w, r->index, node);
}

void
home_note_cancel(struct core *c, struct workload *w, uint32_t index)
{
    struct job *j = workload_job(w, index);
    uint64_t fence = j->fence;
    end_record(c, j);
    workload_set_cancelled(w, index, fence);
    count_end(c, w, index, 0);
}

static bool
is_over(const struct workload *w)
{
    return w->accepted == w->desc.n_jobs && workload_open(w) == 0;
}

void
home_note_retry(struct core *c, struct workload *w, uint32_t index,
                uint64_t fence, uint8_t attempt)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    if (o == NULL)
        return;
    if (is_over(w)) /* also when it is replayed */
        w->held = false;
    c->result_bytes -= kept_bytes(w, o);
    w->run_sum_us -= o->run_us;
    if (o->outcome == OUTCOME_DONE && !w->ended)
        bound_note(w, o->run_us, true);
    --*counter_of(w, o->outcome);
    count_node(w, o->node, false);
    workload_drop_outcome(w, index);
    struct job *j = workload_make(w, index);
    rec_set(c, j, REC_HOME);
    j->fence = fence;
    j->attempt = attempt;
    floors_add(w, index, fence);
    if (w->ended) {
        take_class(c, w);
        bound_again(w);
    }
    c->n_ended -= w->ended;
    w->ended = w->told_ended = false;
    w->version++;
    c->own_open++;
}

void
home_note_retried(struct workload *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_finished; i++)
        if (workload_outcome(w, w->finished[i]) != NULL)
            w->finished[n++] = w->finished[i];
    w->n_finished = n;
    floors_order(w);
    w->halt_off = true; /* who wants them again knows why they were halted */
}

bool
home_note_ended(struct core *c, struct workload *w)
{
    if (w->home != 0 || w->ended || !is_over(w))
        return false;
    c->n_ended++;
    w->ended = true;
    w->held = false;
    w->ended_us = c->true_us;
    w->class_at = classes_leave(&c->classes, w->class_at);
    bound_over(w);
    free(w->blind_us);
    w->blind_us = NULL;
    w->n_blind = 0;
    w->version++;
    c->state_due = c->parked_due = true;
    return true;
}

void
home_note_forget(struct core *c, struct workload *w)
{
    for (uint32_t i = 0; i < w->accepted; i++) {
        const struct outcome_rec *o = workload_outcome(w, i);
        if (o != NULL)
            c->result_bytes -= kept_bytes(w, o);
    }
    (void)classes_leave(&c->classes, w->class_at);
    c->n_ended -= w->ended;
    ledger_remove(c->ledger, w);
    c->n_own--;
    c->parked_due = true;
}

/* ---- replay ---- */

static void
replay_results(struct core *c, struct workload *w, struct span body)
{
    struct result r;
    size_t at = 0;

    if (results_check(body) < 0)
        c->dropped++;
    while (result_next(body, &at, &r)) {
        int node = node_id_equal(&r.node, &c->config.id)
                       ? 0
                       : peers_add(&c->peers, &r.node);
        if (r.index < w->accepted && workload_outcome(w, r.index) == NULL)
            home_note_result(c, w, &r, node < 0 ? 0 : (uint16_t)node);
    }
}

static void
replay_ranges(struct core *c, struct workload *w, struct span body,
              void (*each)(struct core *, struct workload *, uint32_t))
{
    struct reader r;
    reader_init(&r, body);
    while (reader_left(&r) >= 8) {
        uint32_t first = reader_u32(&r), last = reader_u32(&r);
        for (uint32_t i = first; i <= last && i < w->accepted; i++)
            if (workload_outcome(w, i) == NULL)
                each(c, w, i);
    }
}

static void
replay_hold_one(struct core *c, struct workload *w, uint32_t index)
{
    (void)c;
    workload_job(w, index)->flags |= JOB_HELD;
}

static void
replay_failed(struct workload *w, struct span body)
{
    struct reader r;
    reader_init(&r, body);
    struct job *j = workload_job(w, reader_u32(&r));
    uint64_t fence = reader_u64(&r);
    uint8_t attempt = reader_u8(&r);
    uint8_t lost = reader_left(&r) > 0 ? reader_u8(&r) : 0; /* older: none */
    if (r.bad || j == NULL)
        return;
    j->fence = fence;
    j->attempt = attempt;
    j->lost = lost;
}

static void
replay_retry(struct core *c, struct workload *w, struct span body)
{
    struct reader r;
    reader_init(&r, body);
    while (reader_left(&r) > 0) {
        uint32_t index = reader_u32(&r);
        uint64_t fence = reader_u64(&r);
        uint8_t attempt = reader_u8(&r);
        if (!r.bad && index < w->accepted)
            home_note_retry(c, w, index, fence, attempt);
    }
    home_note_retried(w);
}

static void
replay_granted(struct workload *w, struct span body)
{
    struct reader r;
    reader_init(&r, body);
    struct job *j = workload_job(w, reader_u32(&r));
    if (!r.bad && j != NULL)
        j->flags |= JOB_GRANTED;
}

static void
replay_number(struct core *c, uint32_t rows, struct span body)
{
    struct reader r;
    reader_init(&r, body);
    uint32_t number = reader_u32(&r);
    if (r.bad)
        return;
    c->number_rows = rows;
    c->number_saved = number;
    if (number > c->last_number)
        c->last_number = number;
}

static void
replay_born(struct core *c, struct span body)
{
    struct reader r;
    reader_init(&r, body);
    uint32_t born = reader_u32(&r);
    if (!r.bad)
        c->born = born;
}

static void
replay_of_workload(struct core *c, struct workload *w, uint8_t type,
                   struct span body)
{
    struct chunk chunk;
    switch ((enum record_type)type) {
    case SAVE_JOBS:
        if (chunk_decode(body, &chunk) == 0 && chunk.first == w->accepted &&
            chunk.count <= w->desc.n_jobs - w->accepted)
            home_note_jobs(c, w, &chunk);
        else
            c->dropped++;
        break;
    case SAVE_START: home_note_start(w); break;
    case SAVE_HOLD:
        replay_ranges(c, w, body, replay_hold_one);
        w->held = body.len % 8 == 1 && body.p[body.len - 1] != 0;
        break;
    case SAVE_SPREAD: w->spread = true; break;
    case SAVE_GRANTED: replay_granted(w, body); break;
    case SAVE_FAILED: replay_failed(w, body); break;
    case SAVE_RESULTS: replay_results(c, w, body); break;
    case SAVE_CANCEL:
        replay_ranges(c, w, body, home_note_cancel);
        if (body.len % 8 == 1)
            home_note_broken_off(w);
        break;
    case SAVE_RETRY: replay_retry(c, w, body); break;
    case SAVE_PRIORITY:
        if (body.len == 1 && body.p[0] <= PRIORITY_MAX)
            home_note_priority(w, body.p[0]);
        break;
    case SAVE_WORKLOAD:
    case SAVE_NUMBER:
    case SAVE_NODE:
    case SAVE_LIVE:
    case SAVE_BORN: break;
    }
}

void
home_replay(struct core *c, uint8_t type, uint32_t number, struct span body)
{
    struct workload *w = ledger_find(c->ledger, 0, number);
    if (type == SAVE_LIVE)
        live_replay(c, body);
    else if (type == SAVE_NUMBER)
        replay_number(c, number, body);
    else if (type == SAVE_NODE)
        node_names_replay(c, number, body);
    else if (type == SAVE_BORN)
        replay_born(c, body);
    else if (type == SAVE_WORKLOAD &&
             home_note_workload(c, number, body, &w) == 0)
        return;
    else if (w != NULL)
        replay_of_workload(c, w, type, body);
    else
        c->dropped++;
}
