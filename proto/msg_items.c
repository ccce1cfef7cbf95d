/* SPDX-License-Identifier: MPL-2.0 */
/* Items, and the messages that are little else. */
#include "proto/msg_wire.h"

#include <assert.h>

void
item_encode(const struct item *it, struct buf *out)
{
    buf_u8(out, it->verb);
    buf_u8(out, it->moves);
    buf_u8(out, it->attempt);
    buf_u8(out, it->flags);
    buf_u32(out, it->workload);
    buf_u32(out, it->first);
    buf_u32(out, it->count);
    buf_u64(out, it->fence);
    buf_u32(out, it->run);
}

size_t
items_begin(struct buf *out)
{
    size_t at = out->len;

    buf_u32(out, 0);
    return at;
}

void
items_end(struct buf *out, size_t at, uint32_t n)
{
    buf_put_u32(out, at, n);
}

bool
item_next(struct span list, size_t *at, struct item *out)
{
    struct reader r = wire_from(list, *at);

    out->verb = reader_u8(&r);
    out->moves = reader_u8(&r);
    out->attempt = reader_u8(&r);
    out->flags = reader_u8(&r);
    out->workload = reader_u32(&r);
    out->first = reader_u32(&r);
    out->count = reader_u32(&r);
    out->fence = reader_u64(&r);
    out->run = reader_u32(&r);
    if (r.bad)
        return false;
    *at = wire_at(list, &r);
    return true;
}

struct span
items_read(struct reader *r, uint32_t verbs, uint32_t *n_jobs)
{
    uint32_t n = reader_u32(r);
    struct span list = { NULL, 0 };
    struct item it;
    size_t at = 0;

    *n_jobs = 0;
    wire_check(r, n <= ITEMS_MAX);
    if (r->bad)
        return list;
    list.p = reader_bytes(r, (size_t)n * ITEM_BYTES);
    if (list.p == NULL)
        return list;
    list.len = (size_t)n * ITEM_BYTES;
    while (!r->bad && item_next(list, &at, &it)) {
        wire_check(r, it.verb < 32 && (verbs >> it.verb & 1) != 0);
        wire_check(r, it.count >= 1 && it.count <= JOBS_MAX - *n_jobs);
        wire_check(r, it.first <= JOBS_MAX && it.count <= JOBS_MAX - it.first);
        *n_jobs += r->bad ? 0 : it.count;
    }
    return list;
}

void
items_write(struct span items, struct buf *out)
{
    assert(items.len % ITEM_BYTES == 0);
    assert(items.len / ITEM_BYTES <= ITEMS_MAX);
    buf_u32(out, (uint32_t)(items.len / ITEM_BYTES));
    buf_bytes(out, items.p, items.len);
}

void
batch_ack_read(struct reader *r, struct msg_batch_ack *m)
{
    uint32_t n_jobs;

    m->asker_inc = reader_u64(r);
    m->asked_inc = reader_u64(r);
    m->b = reader_u64(r);
    m->low = reader_u64(r);
    m->wrong_inc = reader_u8(r);
    m->items = items_read(r, VERBS_BATCH_ACK, &n_jobs);
    wire_check(r, m->wrong_inc <= 1 && n_jobs <= BATCH_JOBS_MAX);
    wire_check(r, m->wrong_inc == 0 || n_jobs == 0);
}

void
batch_ack_write(const struct msg_batch_ack *m, struct buf *out)
{
    buf_u64(out, m->asker_inc);
    buf_u64(out, m->asked_inc);
    buf_u64(out, m->b);
    buf_u64(out, m->low);
    buf_u8(out, m->wrong_inc);
    items_write(m->items, out);
}

void
claims_read(struct reader *r, struct msg_claims *m)
{
    uint32_t n_jobs;

    m->home_inc = reader_u64(r);
    m->sequence = reader_u64(r);
    m->part = reader_u16(r);
    m->last = reader_u8(r);
    wire_check(r, m->last <= 1);
    m->items = items_read(r, VERBS_CLAIMS, &n_jobs);
}

void
claims_write(const struct msg_claims *m, struct buf *out)
{
    buf_u64(out, m->home_inc);
    buf_u64(out, m->sequence);
    buf_u16(out, m->part);
    buf_u8(out, m->last);
    items_write(m->items, out);
}

void
items_msg_read(struct reader *r, uint32_t verbs, struct msg_items *m)
{
    uint32_t n_jobs;

    m->home_inc = reader_u64(r);
    m->items = items_read(r, verbs, &n_jobs);
}

void
items_msg_write(const struct msg_items *m, struct buf *out)
{
    buf_u64(out, m->home_inc);
    items_write(m->items, out);
}
