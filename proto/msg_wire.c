/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/msg_wire.h"

#include <string.h>

void
wire_check(struct reader *r, bool right)
{
    if (!right)
        r->bad = true;
}

struct reader
wire_from(struct span list, size_t at)
{
    struct span rest = { NULL, 0 };
    struct reader r;

    if (at < list.len)
        rest = span_of(list.p + at, list.len - at);
    reader_init(&r, rest);
    return r;
}

size_t
wire_at(struct span list, const struct reader *r)
{
    return list.len - reader_left(r);
}

struct node_id
wire_read_id(struct reader *r)
{
    struct node_id id = { { 0 } };
    const uint8_t *p = reader_bytes(r, sizeof id.b);

    if (p != NULL)
        memcpy(id.b, p, sizeof id.b);
    return id;
}

void
wire_write_id(const struct node_id *id, struct buf *out)
{
    buf_bytes(out, id->b, sizeof id->b);
}

bool
wire_is_text(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

struct span
wire_text8(struct reader *r, size_t max)
{
    struct span s = reader_span8(r);

    wire_check(r, s.len <= max && wire_is_text(s));
    return s;
}

struct span
wire_text16(struct reader *r, size_t max)
{
    struct span s = reader_span16(r);

    wire_check(r, s.len <= max && wire_is_text(s));
    return s;
}

struct span
wire_name(struct reader *r)
{
    static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789_-";
    struct span s = reader_span8(r);

    wire_check(r, s.len <= NAME_MAX_BYTES);
    for (size_t i = 0; i < s.len; i++)
        wire_check(r, memchr(ok, s.p[i], sizeof ok - 1) != NULL);
    return s;
}
