/* SPDX-License-Identifier: MPL-2.0 */
#include "core/home.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "core/claims.h"
#include "core/halt.h"
#include "core/home_note.h"
#include "core/rec.h"
#include "core/record.h"

/* ---- accepting (R15) ---- */

/* The description as it is kept: our name, and our defaults where the client
 * left the choice to the node. */
static void
complete_desc(struct core *c, struct desc *d)
{
    d->home_name = span_str(c->config.name);
    if (d->retries > RETRIES_MAX)
        d->retries = c->config.retries;
    if (d->timeout_us == UINT64_MAX)
        d->timeout_us = c->config.timeout_us;
    if (d->flags & DESC_ONCE)
        d->retries = 0;
}

/* A number may be given twice, if the disk is an old copy: what incarnation
 * gives it tells them apart. One record for all workloads of a life. */
static void
save_born(struct core *c)
{
    struct buf body = { 0 };

    if (c->born == c->config.incarnation)
        return;
    c->born = (uint32_t)c->config.incarnation;
    buf_u32(&body, c->born);
    out_save(&c->out, SAVE_BORN, 0, &body);
    buf_fini(&body);
}

int
home_open(struct core *c, struct span desc, uint64_t key_hash,
          uint64_t content_hash, struct workload **out)
{
    struct desc d;
    struct buf body = { 0 };

    if (desc_decode(desc, &d) != 0)
        return -EBADMSG;
    if (c->last_number >= WORKLOAD_NUMBER_MAX || c->n_own >= WORKLOADS_MAX ||
        c->disk_full)
        return -ENOBUFS;
    complete_desc(c, &d);
    save_born(c);
    buf_u64(&body, key_hash);
    buf_u64(&body, content_hash);
    desc_encode(&d, &body);
    uint32_t number = ++c->last_number;
    int err = home_note_workload(c, number, buf_span(&body), out);
    assert(err == 0);
    (void)err;
    (*out)->accepted_us = c->true_us;
    out_save(&c->out, SAVE_WORKLOAD, number, &body);
    buf_fini(&body);
    home_note_ended(c, *out);
    return 0;
}

uint64_t
home_kept_bytes(const struct core *c)
{
    return c->result_bytes + (uint64_t)c->n_own * WORKLOAD_BYTES;
}

static int
check_room(const struct core *c, const struct chunk *chunk)
{
    if (c->disk_full || chunk->count > c->config.queue_max_jobs ||
        c->own_open > c->config.queue_max_jobs - chunk->count)
        return -ENOBUFS;
    if (c->queue.bytes + c->elsewhere.bytes + chunk->jobs.len >
        c->config.queue_max_bytes)
        return -ENOBUFS;
    return home_kept_bytes(c) > c->config.results_max_bytes ? -ENOBUFS : 0;
}

int
home_accept(struct core *c, struct workload *w, struct span bytes)
{
    struct chunk chunk;
    struct buf body = { 0 };

    if (chunk_decode(bytes, &chunk) != 0)
        return -EBADMSG;
    if (chunk.count > w->desc.n_jobs ||
        chunk.first > w->desc.n_jobs - chunk.count)
        return -EBADMSG;
    if (chunk.first + chunk.count <= w->accepted)
        return 0;
    if (chunk.first != w->accepted)
        return -EBADMSG;
    int err = check_room(c, &chunk);
    if (err != 0)
        return err;
    buf_bytes(&body, bytes.p, bytes.len);
    home_note_jobs(c, w, &chunk);
    out_save(&c->out, SAVE_JOBS, w->number, &body);
    buf_fini(&body);
    for (uint32_t i = 0; i < chunk.count; i++) {
        struct job *j = workload_job(w, chunk.first + i);
        j->fence = c->config.incarnation << 32;
        rec_requeue(c, j, false);
    }
    c->count.accepted += chunk.count;
    halt_note(c, w);
    if (!w->held)
        c->bootstrap_due = true;
    return 0;
}

/* ---- start, hold, priority ---- */

uint32_t
home_start(struct core *c, struct workload *w)
{
    struct buf none = { 0 };
    uint32_t n = 0;

    home_note_start(w);
    out_save(&c->out, SAVE_START, w->number, &none);
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1)) {
        if (j->place != AT_HELD)
            continue;
        rec_drop_copy(c, j);
        rec_requeue(c, j, false);
        n++;
    }
    w->version++;
    c->parked_due = c->decide_due = c->bootstrap_due = true;
    return n;
}

static bool
is_asked(const struct jobs_asked *which, uint32_t index)
{
    for (size_t i = 0; i < which->n; i++) {
        const struct selector_range *r = &which->range[i];
        if (index >= r->first && index <= r->last &&
            (index - r->first) % r->step == 0)
            return true;
    }
    return which->n == 0;
}

/* Adds `index` to a list of ranges that grows at its end. */
static void
add_index(struct buf *ranges, uint32_t index)
{
    if (ranges->len >= 8) {
        struct reader r;
        struct span last = { ranges->p + ranges->len - 4, 4 };
        reader_init(&r, last);
        if (reader_u32(&r) + 1 == index) {
            buf_put_u32(ranges, ranges->len - 4, index);
            return;
        }
    }
    buf_u32(ranges, index);
    buf_u32(ranges, index);
}

uint32_t
home_hold(struct core *c, struct workload *w, const struct jobs_asked *which)
{
    struct buf ranges = { 0 };
    uint32_t n = 0;

    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1)) {
        if (j->rec == REC_DONE || !is_asked(which, j->index))
            continue;
        add_index(&ranges, j->index);
        j->flags |= JOB_HELD;
        if (j->place != AT_QUEUED)
            continue;
        rec_drop_copy(c, j);
        rec_requeue(c, j, false);
        n++;
    }
    if (which->n == 0)
        w->held = true;
    buf_u8(&ranges, w->held);
    if (LB_BUG != 27)
        out_save(&c->out, SAVE_HOLD, w->number, &ranges);
    buf_fini(&ranges);
    w->version++;
    c->parked_due = true;
    return n;
}

void
home_priority(struct core *c, struct workload *w, uint8_t priority)
{
    struct buf body = { 0 };

    /* The queue is ordered by it: out with the old one, in with the new. */
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1))
        if (j->place == AT_QUEUED)
            rec_drop_copy(c, j);
    home_note_priority(w, priority);
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1))
        if (j->rec == REC_HOME && j->place == AT_NONE)
            rec_requeue(c, j, false);
    buf_u8(&body, priority);
    out_save(&c->out, SAVE_PRIORITY, w->number, &body);
    buf_fini(&body);
}

/* ---- cancel, retry, forget ---- */

void
home_cancel(struct core *c, struct workload *w, const struct jobs_asked *which,
            bool queued_only, uint32_t *cancelled, uint32_t *ended)
{
    struct buf ranges = { 0 };

    *cancelled = *ended = 0;
    for (uint32_t i = 0; i < w->accepted; i++) {
        if (!is_asked(which, i))
            continue;
        struct job *j = workload_job(w, i);
        if (workload_outcome(w, i) != NULL) {
            ++*ended;
            continue;
        }
        if (queued_only && (j->place == AT_RUNNING || (j->flags & JOB_RAN) ||
                            j->rec == REC_UNKNOWN)) /* may have started */
            continue;
        add_index(&ranges, i);
        if (j->rec == REC_OUT)
            claims_final(c, j);
        rec_drop_copy(c, j);
        home_note_cancel(c, w, i);
        ++*cancelled;
    }
    if (which->n == 0 && !queued_only && w->accepted < w->desc.n_jobs) {
        buf_u8(&ranges, 1); /* the rest will not come any more */
        home_note_broken_off(w);
    }
    if (ranges.len > 0 && LB_BUG != 25)
        out_save(&c->out, SAVE_CANCEL, w->number, &ranges);
    buf_fini(&ranges);
    c->parked_due = true;
    if (home_note_ended(c, w))
        home_log_ended(c, w);
}

uint32_t
home_retry(struct core *c, struct workload *w, const struct jobs_asked *which,
           bool all)
{
    struct buf body = { 0 };
    uint32_t n = 0;

    home_save_results(c); /* what is undone here comes before in the journal */
    for (uint32_t i = 0; i < w->accepted; i++) {
        const struct outcome_rec *o = workload_outcome(w, i);
        if (o == NULL || !is_asked(which, i) ||
            (!all && o->outcome == OUTCOME_DONE))
            continue;
        uint64_t lowest = c->config.incarnation << 32;
        uint64_t fence = o->fence + 1 > lowest ? o->fence + 1 : lowest;
        uint8_t attempt = o->attempt < UINT8_MAX ? o->attempt + 1 : UINT8_MAX;
        buf_u32(&body, i);
        buf_u64(&body, fence);
        buf_u8(&body, attempt);
        home_note_retry(c, w, i, fence, attempt);
        rec_requeue(c, workload_job(w, i), false);
        n++;
    }
    home_note_retried(w);
    if (n > 0)
        out_save(&c->out, SAVE_RETRY, w->number, &body);
    buf_fini(&body);
    c->parked_due = true;
    return n;
}

void
home_save_number(struct core *c)
{
    const uint32_t before = c->number_rows;
    struct buf body = { 0 };

    if (c->number_saved == c->last_number)
        return;
    c->number_saved = c->last_number;
    c->number_rows = before == NUMBER_ROWS ? NUMBER_ROWS + 1 : NUMBER_ROWS;
    buf_u32(&body, c->last_number);
    out_save(&c->out, SAVE_NUMBER, c->number_rows, &body);
    buf_fini(&body);
    if (before != 0)
        out_add(&c->out, ACT_FORGET)->forget = before;
}

int
home_forget(struct core *c, struct workload *w)
{
    if (!w->ended)
        return -EBUSY;
    home_save_results(c);
    home_save_number(c);
    out_add(&c->out, ACT_FORGET)->forget = w->number;
    home_note_forget(c, w);
    return 0;
}
