/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/workload.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "proto/limits.h"

enum { DESC_FLAGS = DESC_ONCE | DESC_IDEMPOTENT | DESC_HELD };
/* The tail: u8 ship, u8 when, u8 on, u8 percent, u32 n, s16 pin, u16 per cent
 * of the median run time, s8 files; cut after the last that says something. */
enum { TAIL_SHIP = 1 };

void
desc_encode(const struct desc *d, struct buf *out)
{
    struct buf tail = { 0 };

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
    bool percent = d->timeout_percent > 0 || d->files.len > 0;
    bool pin = d->pin.len > 0 || percent;
    bool halt = d->halt.when != HALT_NEVER || pin;
    if (d->ship || halt)
        buf_u8(&tail, d->ship ? TAIL_SHIP : 0);
    if (halt) {
        buf_u8(&tail, d->halt.when);
        buf_u8(&tail, d->halt.on);
        buf_u8(&tail, d->halt.percent);
        buf_u32(&tail, d->halt.n);
    }
    if (pin)
        buf_span16(&tail, d->pin);
    if (percent)
        buf_u16(&tail, d->timeout_percent);
    if (d->files.len > 0)
        buf_span8(&tail, d->files);
    buf_span16(out, buf_span(&tail));
    buf_fini(&tail);
}

bool
desc_may_run_at(const struct desc *d, const char *node)
{
    size_t n = strlen(node);

    for (size_t i = 0, end; i < d->pin.len; i = end + 1) {
        for (end = i; end < d->pin.len && d->pin.p[end] != ' ';)
            end++;
        if (end - i == n && memcmp(d->pin.p + i, node, n) == 0)
            return true;
    }
    return d->pin.len == 0;
}

bool
halt_read(const char *text, struct desc_halt *out)
{
    static const char *const whens[] = { "soon,", "now," };
    static const char *const ons[] = { "fail=", "success=", "done=" };
    uint64_t n;
    char number[16];

    *out = (struct desc_halt){ .when = HALT_NEVER };
    for (uint8_t i = 0; i < 2 && out->when == HALT_NEVER; i++)
        if (strncmp(text, whens[i], strlen(whens[i])) == 0) {
            text += strlen(whens[i]);
            out->when = (uint8_t)(i + HALT_SOON);
        }
    for (uint8_t i = 0; i < 3 && out->on == 0; i++)
        if (strncmp(text, ons[i], strlen(ons[i])) == 0) {
            text += strlen(ons[i]);
            out->on = (uint8_t)(i + HALT_ON_FAIL);
        }
    size_t len = strlen(text);
    out->percent = len > 0 && text[len - 1] == '%';
    if (out->when == HALT_NEVER || out->on == 0 || len >= sizeof number)
        return false;
    memcpy(number, text, len + 1);
    number[len - out->percent] = '\0';
    if (text_u64(number, 1, out->percent ? 100 : JOBS_MAX, &n) != 0)
        return false;
    out->n = (uint32_t)n;
    return true;
}

static bool
halt_is_right(const struct desc_halt *h)
{
    return h->when == HALT_NEVER ||
           (h->when <= HALT_NOW && h->on >= HALT_ON_FAIL &&
            h->on <= HALT_ON_DONE && h->n > 0 &&
            (!h->percent || h->n <= 100));
}

/* What is missing says nothing; what is beyond is of a later version. */
static void
read_tail(struct span tail, struct desc *out)
{
    struct reader r;

    reader_init(&r, tail);
    out->halt = (struct desc_halt){ .when = HALT_NEVER };
    out->pin = span_of(NULL, 0);
    out->files = span_of(NULL, 0);
    out->timeout_percent = 0;
    out->ship = tail.len > 0 && reader_u8(&r) == TAIL_SHIP;
    if (tail.len < 8)
        return;
    out->halt.when = reader_u8(&r);
    out->halt.on = reader_u8(&r);
    out->halt.percent = reader_u8(&r) != 0;
    out->halt.n = reader_u32(&r);
    if (reader_left(&r) > 0)
        out->pin = reader_span16(&r);
    if (reader_left(&r) > 0)
        out->timeout_percent = reader_u16(&r);
    if (reader_left(&r) > 0)
        out->files = reader_span8(&r);
    if (r.bad)
        out->pin = out->files = span_of(NULL, 0);
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
           (d->flags & ~DESC_FLAGS) == 0 && halt_is_right(&d->halt) &&
           d->pin.len <= PIN_MAX_BYTES && is_text(d->pin) &&
           (d->files.len == 0 || d->files.len == FILE_HASH_BYTES) &&
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
    read_tail(reader_span16(&r), out);
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
