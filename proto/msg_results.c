/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/msg_wire.h"

#include <assert.h>
#include <errno.h>

void
result_encode(const struct result *res, struct buf *out)
{
    assert(res->value.len <= RESULT_MAX_BYTES);
    buf_u32(out, res->workload);
    buf_u32(out, res->index);
    buf_u64(out, res->fence);
    buf_u32(out, res->run);
    buf_u8(out, res->attempt);
    buf_u8(out, res->outcome);
    wire_write_id(&res->node, out);
    buf_u64(out, res->wait_us);
    buf_u64(out, res->run_us);
    buf_u64(out, res->cpu_us);
    buf_span8(out, res->error);
    buf_span32(out, res->value);
}

bool
result_next(struct span list, size_t *at, struct result *out)
{
    struct reader r = wire_from(list, *at);

    out->workload = reader_u32(&r);
    out->index = reader_u32(&r);
    out->fence = reader_u64(&r);
    out->run = reader_u32(&r);
    out->attempt = reader_u8(&r);
    out->outcome = reader_u8(&r);
    out->node = wire_read_id(&r);
    out->wait_us = reader_u64(&r);
    out->run_us = reader_u64(&r);
    out->cpu_us = reader_u64(&r);
    out->error = reader_span8(&r);
    out->value = reader_span32(&r);
    if (r.bad)
        return false;
    *at = wire_at(list, &r);
    return true;
}

int
results_check(struct span list)
{
    struct result res;
    size_t at = 0;
    int n = 0;

    while (result_next(list, &at, &res)) {
        if (n == RESULTS_MAX || res.outcome < OUTCOME_DONE ||
            res.outcome > OUTCOME_NO_FILE || res.index >= JOBS_MAX ||
            res.value.len > RESULT_MAX_BYTES)
            return -EBADMSG;
        n++;
    }
    return at == list.len ? n : -EBADMSG;
}

void
results_read(struct reader *r, struct msg_results *m)
{
    m->n = reader_u32(r);
    m->list.len = reader_left(r);
    m->list.p = reader_bytes(r, m->list.len);
    if (r->bad)
        return;
    int n = results_check(m->list);
    wire_check(r, n >= 0 && (uint32_t)n == m->n);
}

void
results_write(const struct msg_results *m, struct buf *out)
{
    int n = results_check(m->list);

    assert(n >= 0);
    buf_u32(out, (uint32_t)n);
    buf_bytes(out, m->list.p, m->list.len);
}
