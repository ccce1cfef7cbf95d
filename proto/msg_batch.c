/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/msg_wire.h"

#include "proto/workload.h"

static void
group_read(struct reader *r, struct batch_group *g, uint32_t *n_jobs)
{
    g->home = wire_read_id(r);
    g->workload = reader_u32(r);
    g->unit_ps = reader_u64(r);
    g->desc = reader_span32(r);
    g->items = items_read(r, VERBS_BATCH, n_jobs);
    g->args = reader_span32(r);
}

void
batch_group_encode(const struct batch_group *g, struct buf *out)
{
    wire_write_id(&g->home, out);
    buf_u32(out, g->workload);
    buf_u64(out, g->unit_ps);
    buf_span32(out, g->desc);
    items_write(g->items, out);
    buf_span32(out, g->args);
}

bool
batch_next(const struct msg_batch *m, size_t *at, struct batch_group *out)
{
    struct reader r = wire_from(m->groups, *at);
    uint32_t n_jobs;

    group_read(&r, out, &n_jobs);
    if (r.bad)
        return false;
    *at = wire_at(m->groups, &r);
    return true;
}

bool
batch_args(const struct batch_group *g, size_t *at, uint64_t *cost,
           struct span *args)
{
    struct reader r = wire_from(g->args, *at);

    *cost = reader_u64(&r);
    *args = reader_span32(&r);
    if (r.bad)
        return false;
    *at = wire_at(g->args, &r);
    return true;
}

/* A group that offers nothing any more needs no description.
 * Own parameters belong to one job each: shared by a range they would let a
 * small message ask for much memory. */
static bool
group_is_right(const struct batch_group *g)
{
    struct desc desc;
    struct item it;
    struct span args;
    uint64_t cost;
    size_t at = 0, args_at = 0;
    bool all_void = true;

    while (item_next(g->items, &at, &it)) {
        all_void = all_void && (it.flags & ITEM_VOID) != 0;
        if ((it.flags & ITEM_HAS_ARGS) == 0)
            continue;
        if (it.count != 1 || !batch_args(g, &args_at, &cost, &args) ||
            args.len > INPUT_MAX_BYTES)
            return false;
    }
    if (all_void ? g->desc.len != 0 : desc_decode(g->desc, &desc) != 0)
        return false;
    return args_at == g->args.len;
}

void
batch_read(struct reader *r, struct msg_batch *m)
{
    uint32_t n_jobs = 0;

    m->target_inc = reader_u64(r);
    m->b = reader_u64(r);
    m->low = reader_u64(r);
    m->drain_us = reader_u64(r);
    m->n_jobs = reader_u32(r);
    m->n_groups = reader_u16(r);
    m->groups.len = reader_left(r);
    m->groups.p = r->p;
    for (uint16_t i = 0; i < m->n_groups && !r->bad; i++) {
        struct batch_group g;
        uint32_t n;

        group_read(r, &g, &n);
        wire_check(r, !r->bad && n <= BATCH_JOBS_MAX - n_jobs);
        wire_check(r, !r->bad && n >= 1 && group_is_right(&g));
        n_jobs += r->bad ? 0 : n;
    }
    wire_check(r, n_jobs == m->n_jobs && (m->b != 0 || n_jobs == 0));
}

void
batch_write(const struct msg_batch *m, struct buf *out)
{
    struct reader r = wire_from(m->groups, 0);
    uint32_t n_jobs = 0;
    uint16_t n_groups = 0;

    while (reader_left(&r) > 0 && !r.bad) {
        struct batch_group g;
        uint32_t n;

        group_read(&r, &g, &n);
        n_jobs += n;
        n_groups++;
    }
    buf_u64(out, m->target_inc);
    buf_u64(out, m->b);
    buf_u64(out, m->low);
    buf_u64(out, m->drain_us);
    buf_u32(out, n_jobs);
    buf_u16(out, n_groups);
    buf_bytes(out, m->groups.p, m->groups.len);
}
