/* SPDX-License-Identifier: MPL-2.0 */
#include "core/outbox.h"

#include "core/fetch.h"

static bool
stays(const struct batch_job *e)
{
    return e->job != NULL && (e->job->flags & JOB_AVOID);
}

static bool
not_home(const struct batch_job *e)
{
    return e->job != NULL && (e->job->flags & JOB_NOT_HOME);
}

static bool
same_range(const struct batch_job *a, const struct batch_job *b)
{
    return a->home == b->home && a->workload == b->workload &&
           a->index + 1 == b->index && a->fence == b->fence &&
           a->moves == b->moves && a->attempt == b->attempt &&
           (a->job == NULL) == (b->job == NULL) && stays(a) == stays(b) &&
           not_home(a) == not_home(b);
}

static bool
has_args(const struct core *c, const struct batch_job *e)
{
    return e->job != NULL && (workload_args(e->job->w, e->index) != NULL ||
                              fetch_bytes(c, e->job).len > 0);
}

/* Own parameters of a job, the bytes of its file last. */
static void
encode_args(const struct core *c, const struct batch_job *e, struct buf *out)
{
    const struct args *own = workload_args(e->job->w, e->index);
    struct span data = fetch_bytes(c, e->job);
    size_t len = own == NULL ? 0 : own->len;

    buf_u64(out, own == NULL ? e->job->w->desc.cost : own->cost);
    buf_u32(out, (uint32_t)(len + data.len));
    if (len > 0)
        buf_bytes(out, own->bytes, len);
    if (data.len > 0)
        buf_bytes(out, data.p, data.len);
}

/* Items of entries i.. as long as they are of one workload; returns the next
 * one. */
static uint32_t
encode_group(const struct core *c, const struct batch *b, uint32_t i,
             struct buf *out)
{
    const struct batch_job *first = &b->job[i];
    struct buf items = { 0 }, args = { 0 };
    struct span desc = { 0 };
    uint64_t unit_ps = 0;

    while (i < b->n && b->job[i].home == first->home &&
           b->job[i].workload == first->workload) {
        const struct batch_job *e = &b->job[i];
        const bool own = has_args(c, e);
        struct item it = { .verb = BATCH_JOB,
                           .moves = e->moves,
                           .attempt = e->attempt,
                           .workload = e->workload,
                           .first = e->index,
                           .count = 1,
                           .fence = e->fence };
        if (e->job == NULL) {
            it.flags = ITEM_VOID;
        } else {
            const struct workload *w = e->job->w;
            desc = buf_span(&w->desc_bytes);
            unit_ps = speed_round(
                classes_unit_s(&c->classes, w->class_at) * 1e12);
        }
        if (stays(e))
            it.flags |= ITEM_STAYS;
        if (not_home(e))
            it.flags |= ITEM_NOT_HOME;
        if (own) {
            it.flags |= ITEM_HAS_ARGS;
            encode_args(c, e, &args);
        }
        for (i++; !own && i < b->n && !has_args(c, &b->job[i]) &&
                  same_range(&b->job[i - 1], &b->job[i]);
             i++)
            it.count++;
        item_encode(&it, &items);
    }
    struct batch_group g = { .home = peer_at(c, first->home)->id,
                             .workload = first->workload,
                             .unit_ps = unit_ps,
                             .desc = desc,
                             .items = buf_span(&items),
                             .args = buf_span(&args) };
    batch_group_encode(&g, out);
    buf_fini(&items);
    buf_fini(&args);
    return i;
}

/* That a job of this home is accepted, granted, spread or tried again is
 * saved; a job of another one is offered without a save. */
static bool
has_own(const struct batch *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (b->job[i].home == 0)
            return true;
    return false;
}

void
outbox_send(struct core *c, struct batch *b)
{
    struct buf groups = { 0 };
    struct msg m = { .type = MSG_BATCH };

    for (uint32_t i = 0; i < b->n; m.batch.n_groups++)
        i = encode_group(c, b, i, &groups);
    m.batch.target_inc = b->target_inc;
    m.batch.b = b->b;
    m.batch.low = peer_low(peer_at(c, b->peer));
    m.batch.drain_us = b->drain_us;
    m.batch.n_jobs = b->n;
    m.batch.groups = buf_span(&groups);
    b->sent = true;
    b->next_us = c->now_us + b->backoff_us;
    b->backoff_us = b->backoff_us * 2 < RESEND_BATCH_MAX_US
                        ? b->backoff_us * 2
                        : RESEND_BATCH_MAX_US;
    if (has_own(b))
        core_send(c, b->peer, &m);
    else
        core_send_now(c, b->peer, &m);
    buf_fini(&groups);
}

void
outbox_send_low(struct core *c, uint16_t peer)
{
    struct peer *p = peer_at(c, peer);
    struct msg m = { .type = MSG_BATCH };
    m.batch.target_inc = p->inc;
    m.batch.low = peer_low(p);
    p->low_next_us = c->now_us + RESEND_US * 2;
    core_send_now(c, peer, &m);
}

void
outbox_log(struct core *c, const char *evt, const struct batch *b)
{
    char name[128];
    const struct job *j = b->job[0].job;
    if (j != NULL)
        core_log(c, LOG_DEBUG, evt, "to=%s b=%u jobs=%u first=%s",
                 peer_name(c, b->peer), (unsigned)b->b, (unsigned)b->n,
                 jobs_name(c, j->w, j->index, j->index, name));
    else
        core_log(c, LOG_DEBUG, evt, "to=%s b=%u jobs=%u",
                 peer_name(c, b->peer), (unsigned)b->b, (unsigned)b->n_live);
}
