/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/workload.h"

#include <assert.h>
#include <errno.h>

#include "proto/limits.h"

enum { DESC_FLAGS = DESC_ONCE | DESC_IDEMPOTENT | DESC_HELD };
enum { TAIL_SHIP = 1 };     /* first byte of the tail; 0 or none: no */

void
desc_encode(const struct desc *d, struct buf *out)
{
    const uint8_t ship = TAIL_SHIP;

    buf_u32(out, d->n_jobs);
    buf_u64(out, d->cost);
    buf_u64(out, d->timeout_us);
    buf_u8(out, d->priority);
    buf_u8(out, d->retries);
    buf_u8(out, d->flags);
    buf_span8(out, d->kind);
    buf_span8(out, d->label);
    buf_span8(out, d->home_name);
    buf_span32(out, d->params);
    buf_span16(out, span_of(&ship, d->ship ? 1 : 0));
}

static bool
is_graphic(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7f)
            return false;
    return true;
}

/* No control bytes: these are shown on terminals. */
static bool
is_text(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool
desc_is_right(const struct desc *d)
{
    /* A flag of a later version would change what may be done with a job:
     * who does not know it must not take the job. */
    return d->n_jobs <= JOBS_MAX && d->priority <= PRIORITY_MAX &&
           (d->retries <= RETRIES_MAX || d->retries == RETRIES_DEFAULT) &&
           (d->flags & ~DESC_FLAGS) == 0 &&
           d->kind.len >= 1 && d->kind.len <= NAME_MAX_BYTES &&
           is_graphic(d->kind) && d->label.len <= NAME_MAX_BYTES &&
           is_text(d->label) && d->home_name.len <= NAME_MAX_BYTES &&
           is_text(d->home_name) && d->params.len <= PARAMS_MAX_BYTES;
}

int
desc_decode(struct span in, struct desc *out)
{
    struct reader r;

    reader_init(&r, in);
    out->n_jobs = reader_u32(&r);
    out->cost = reader_u64(&r);
    out->timeout_us = reader_u64(&r);
    out->priority = reader_u8(&r);
    out->retries = reader_u8(&r);
    out->flags = reader_u8(&r);
    out->kind = reader_span8(&r);
    out->label = reader_span8(&r);
    out->home_name = reader_span8(&r);
    out->params = reader_span32(&r);
    struct span tail = reader_span16(&r);   /* the rest: a later version */
    out->ship = tail.len > 0 && tail.p[0] == TAIL_SHIP;
    if (r.bad || reader_left(&r) != 0 || !desc_is_right(out))
        return -EBADMSG;
    return 0;
}

void
chunk_begin(uint32_t first, uint32_t count, bool list, struct buf *out)
{
    buf_u32(out, first);
    buf_u32(out, count);
    buf_u8(out, list);
}

void
chunk_job(uint64_t cost, struct span args, struct buf *out)
{
    assert(args.len <= INPUT_MAX_BYTES);
    buf_u64(out, cost);
    buf_span32(out, args);
}

int
chunk_decode(struct span in, struct chunk *out)
{
    struct reader r;
    struct chunk_job job;
    size_t at = 0;
    uint32_t n = 0;

    reader_init(&r, in);
    out->first = reader_u32(&r);
    out->count = reader_u32(&r);
    uint8_t list = reader_u8(&r);
    if (r.bad || list > 1 || out->count > JOBS_MAX ||
        out->first > JOBS_MAX - out->count)
        return -EBADMSG;
    out->list = list == 1;
    out->jobs.len = reader_left(&r);
    out->jobs.p = reader_bytes(&r, out->jobs.len);
    if (!out->list)
        return out->jobs.len == 0 ? 0 : -EBADMSG;
    while (n < out->count && chunk_next(out, &at, &job)) {
        if (job.args.len > INPUT_MAX_BYTES)
            return -EBADMSG;
        n++;
    }
    return n == out->count && at == out->jobs.len ? 0 : -EBADMSG;
}

bool
chunk_next(const struct chunk *c, size_t *at, struct chunk_job *out)
{
    struct reader r;

    if (*at >= c->jobs.len)
        return false;
    reader_init(&r, span_of(c->jobs.p + *at, c->jobs.len - *at));
    out->cost = reader_u64(&r);
    out->args = reader_span32(&r);
    if (r.bad)
        return false;
    *at = c->jobs.len - reader_left(&r);
    return true;
}
