/* SPDX-License-Identifier: MPL-2.0 */
/* COMMAND and REPLY: pairs of key and value, rows, a blob. */
#include "proto/msg_wire.h"

#include <assert.h>
#include <string.h>

static void
pair_read(struct reader *r, struct pair *p)
{
    p->key = reader_span8(r);
    p->value = reader_span32(r);
}

bool
pair_next(struct span pairs, size_t *at, struct pair *out)
{
    struct reader r = wire_from(pairs, *at);

    pair_read(&r, out);
    if (r.bad)
        return false;
    *at = wire_at(pairs, &r);
    return true;
}

struct span
pair_get(struct span pairs, const char *key)
{
    struct span none = { NULL, 0 };
    struct pair p;

    for (size_t at = 0; pair_next(pairs, &at, &p);)
        if (span_is(p.key, key))
            return p.value;
    return none;
}

/* Not by text_u64: a value has no NUL at its end, and may have one inside. */
static bool
span_u64(struct span s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint64_t digit = (uint64_t)s.p[i] - '0';
        if (digit > 9 || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

bool
pair_u64(struct span pairs, const char *key, uint64_t absent, uint64_t *out)
{
    struct span value = pair_get(pairs, key);

    if (value.p == NULL) {
        *out = absent;
        return true;
    }
    return span_u64(value, out);
}

void
pair_add(struct buf *pairs, const char *key, struct span value)
{
    buf_span8(pairs, span_str(key));
    buf_span32(pairs, value);
}

void
pair_add_u64(struct buf *pairs, const char *key, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    pair_add(pairs, key, span_of(digits + at, sizeof digits - at));
}

bool
row_next(struct span rows, size_t *at, struct span *out)
{
    struct reader r = wire_from(rows, *at);

    *out = reader_span32(&r);
    if (r.bad)
        return false;
    *at = wire_at(rows, &r);
    return true;
}

void
row_add(struct buf *rows, struct span row)
{
    buf_span32(rows, row);
}

static struct span
pairs_read(struct reader *r, uint16_t *n)
{
    struct span pairs = { r->p, 0 };
    struct pair p;

    *n = reader_u16(r);
    pairs.p = r->p;
    wire_check(r, *n <= PAIRS_MAX);
    for (uint16_t i = 0; i < *n && !r->bad; i++) {
        pair_read(r, &p);
        wire_check(r, p.key.len >= 1 && p.key.len <= NAME_MAX_BYTES &&
                      wire_is_text(p.key));
    }
    if (!r->bad)
        pairs.len = (size_t)(r->p - pairs.p);
    return pairs;
}

static void
pairs_write(struct span pairs, struct buf *out)
{
    struct pair p;
    uint16_t n = 0;

    for (size_t at = 0; pair_next(pairs, &at, &p);)
        n++;
    assert(n <= PAIRS_MAX);
    buf_u16(out, n);
    buf_bytes(out, pairs.p, pairs.len);
}

void
command_read(struct reader *r, struct msg_command *m)
{
    m->client = reader_u64(r);
    m->seq = reader_u64(r);
    m->op = wire_name(r);
    wire_check(r, m->op.len >= 1);
    m->pairs = pairs_read(r, &m->n_pairs);
    m->blob = reader_span32(r);
}

void
command_write(const struct msg_command *m, struct buf *out)
{
    buf_u64(out, m->client);
    buf_u64(out, m->seq);
    buf_span8(out, m->op);
    pairs_write(m->pairs, out);
    buf_span32(out, m->blob);
}

void
reply_read(struct reader *r, struct msg_reply *m)
{
    struct span row;

    m->client = reader_u64(r);
    m->seq = reader_u64(r);
    m->status = reader_u8(r);
    m->text = reader_span32(r);
    m->pairs = pairs_read(r, &m->n_pairs);
    m->n_rows = reader_u32(r);
    wire_check(r, m->n_rows <= ROWS_MAX);
    m->rows = span_of(r->p, reader_left(r));
    for (uint32_t i = 0; i < m->n_rows && !r->bad; i++) {
        row = reader_span32(r);
        (void)row;
    }
}

void
reply_write(const struct msg_reply *m, struct buf *out)
{
    struct span row;
    uint32_t n = 0;

    for (size_t at = 0; row_next(m->rows, &at, &row);)
        n++;
    assert(n <= ROWS_MAX);
    buf_u64(out, m->client);
    buf_u64(out, m->seq);
    buf_u8(out, m->status);
    buf_span32(out, m->text);
    pairs_write(m->pairs, out);
    buf_u32(out, n);
    buf_bytes(out, m->rows.p, m->rows.len);
}
