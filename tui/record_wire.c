/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/record_wire.h"

#include <string.h>
#include <zlib.h>

enum { LEVELS = 4, GAP_LEVEL = 2, SIZE_MAX_CELLS = 10000 };

static uint32_t
crc_of(const uint8_t *p, size_t len)
{
    return (uint32_t)crc32(crc32(0, Z_NULL, 0), p, (uInt)len);
}

size_t
record_begin(struct buf *b, enum record_type type, int64_t at_us)
{
    size_t begin = b->len;

    buf_u8(b, (uint8_t)type);
    buf_u64(b, (uint64_t)at_us);
    buf_u32(b, 0);
    return begin;
}

void
record_end(struct buf *b, size_t begin)
{
    size_t len = b->len - begin - RECORD_HEAD_BYTES;

    buf_put_u32(b, begin + RECORD_HEAD_BYTES - 4, (uint32_t)len);
    buf_u32(b, crc_of(b->p + begin, RECORD_HEAD_BYTES + len));
}

/* A snapshot may be longer than any frame; what is there bounds it. */
bool
record_read(struct span in, size_t *at, struct record *out)
{
    struct reader r;

    if (*at >= in.len)
        return false;
    reader_init(&r, span_of(in.p + *at, in.len - *at));
    const uint8_t *first = r.p;
    out->type = reader_u8(&r);
    uint64_t at_us = reader_u64(&r);
    uint32_t len = reader_u32(&r);
    const uint8_t *payload = reader_bytes(&r, len);
    uint32_t crc = reader_u32(&r);
    if (r.bad || at_us > RECORD_TIME_MAX_US ||
        crc != crc_of(first, RECORD_HEAD_BYTES + (size_t)len))
        return false;
    out->at_us = (int64_t)at_us;
    out->payload = span_of(payload, len);
    *at += RECORD_HEAD_BYTES + (size_t)len + RECORD_CRC_BYTES;
    return true;
}

/* ---- head ---- */

void
record_put_head(const struct record_head *h, struct buf *b)
{
    size_t begin = record_begin(b, RECORD_HEAD, 0);

    buf_u64(b, (uint64_t)h->wall_ms);
    buf_u32(b, (uint32_t)h->utc_off_s);
    buf_u32(b, (uint32_t)h->width);
    buf_u32(b, (uint32_t)h->height);
    buf_u8(b, h->ascii);
    buf_u64(b, (uint64_t)h->refresh_us);
    buf_span8(b, span_str(h->version));
    record_end(b, begin);
}

bool
record_get_head(struct span payload, struct record_head *h)
{
    struct reader r;

    reader_init(&r, payload);
    uint64_t wall_ms = reader_u64(&r);
    h->utc_off_s = (int32_t)reader_u32(&r);
    uint32_t width = reader_u32(&r), height = reader_u32(&r);
    h->ascii = reader_u8(&r) != 0;
    uint64_t refresh_us = reader_u64(&r);
    span_copy(reader_span8(&r), h->version, sizeof h->version);
    if (r.bad || wall_ms > INT64_MAX / 4000 || h->utc_off_s < -86400 ||
        h->utc_off_s > 86400 || refresh_us > RECORD_TIME_MAX_US)
        return false;
    h->wall_ms = (int64_t)wall_ms;
    h->refresh_us = (int64_t)refresh_us;
    h->width = width >= 1 && width <= SIZE_MAX_CELLS ? (int)width : 80;
    h->height = height >= 1 && height <= SIZE_MAX_CELLS ? (int)height : 24;
    return true;
}

/* ---- inputs, out ---- */

static void
put_asked(const struct question *q, struct buf *b)
{
    buf_u64(b, q->id);
    buf_bytes(b, q->to.b, sizeof q->to.b);
    buf_span8(b, span_str(q->op));
    buf_bytes(b, q->pairs.p, q->pairs.len);
}

static void
put_link(const struct input *in, struct buf *b)
{
    buf_u8(b, (uint8_t)in->link);
    buf_u8(b, in->way_in);
    buf_span32(b, in->where);
    buf_span32(b, in->text);
}

static enum record_type
type_of(enum input_kind kind)
{
    switch (kind) {
    case IN_STATE: return RECORD_STATE;
    case IN_ANSWER: return RECORD_ANSWER;
    case IN_BAD: return RECORD_BAD;
    case IN_LINK: return RECORD_LINK;
    case IN_ASKED: return RECORD_ASKED;
    case IN_KEY: return RECORD_KEY;
    case IN_PASTE: return RECORD_PASTE;
    case IN_SIZE: return RECORD_SIZE;
    case IN_NOTE: return RECORD_NOTE;
    case IN_TICK: break;
    }
    return 0;
}

bool
record_put_input(const struct input *in, struct span raw, struct buf *b)
{
    enum record_type type = type_of(in->kind);

    if (type == 0)
        return false;
    size_t begin = record_begin(b, type, in->at_us);
    switch (in->kind) {
    case IN_STATE:
    case IN_ANSWER:
    case IN_BAD:
        buf_u8(b, in->kind == IN_BAD ? (uint8_t)in->why : 0);
        buf_bytes(b, raw.p, raw.len);
        break;
    case IN_LINK: put_link(in, b); break;
    case IN_ASKED: put_asked(&in->asked, b); break;
    case IN_KEY: buf_u32(b, in->key); break;
    case IN_PASTE: buf_bytes(b, in->paste.p, in->paste.len); break;
    case IN_SIZE:
        buf_u32(b, (uint32_t)in->width);
        buf_u32(b, (uint32_t)in->height);
        break;
    case IN_NOTE:
        buf_u8(b, in->level);
        buf_bytes(b, in->note.p, in->note.len);
        break;
    case IN_TICK: break;
    }
    record_end(b, begin);
    return true;
}

/* ---- inputs, in ---- */

static bool
get_frame(struct reader *r, uint8_t type, struct frame_codec *c,
          struct input *out)
{
    uint8_t why = reader_u8(r);
    struct span raw = span_of(r->p, reader_left(r)), body;

    out->n_bytes = raw.len;
    out->head = (struct frame){ 0 };
    enum frame_error err = frame_decode(c, raw, &out->head, &body);
    if (type == RECORD_BAD) {
        out->why = (enum frame_error)why;
        return why > FRAME_OK && why < FRAME_ERRORS;
    }
    return err == FRAME_OK && msg_decode(out->head.type, body, &out->msg) == 0
           && (out->msg.type == MSG_REPLY) == (type == RECORD_ANSWER);
}

static bool
get_link(struct reader *r, struct input *out)
{
    uint8_t link = reader_u8(r);

    out->link = (enum link_state)link;
    out->way_in = reader_u8(r) != 0;
    out->where = reader_span32(r);
    out->text = reader_span32(r);
    return link >= LINK_TRYING && link <= LINK_OFF;
}

static bool
get_asked(struct reader *r, struct question *q)
{
    struct pair p;
    size_t at = 0;

    *q = (struct question){ .id = reader_u64(r) };
    const uint8_t *to = reader_bytes(r, sizeof q->to.b);
    if (to != NULL)
        memcpy(q->to.b, to, sizeof q->to.b);
    span_copy(reader_span8(r), q->op, sizeof q->op);
    q->pairs = span_of(r->p, reader_left(r));
    while (pair_next(q->pairs, &at, &p))
        ;
    return at == q->pairs.len;
}

static bool
get_size(struct reader *r, struct input *out)
{
    uint32_t width = reader_u32(r), height = reader_u32(r);

    out->width = (int)width;
    out->height = (int)height;
    return width >= 1 && width <= SIZE_MAX_CELLS && height >= 1 &&
           height <= SIZE_MAX_CELLS;
}

static bool
get_note(struct reader *r, struct input *out)
{
    out->level = reader_u8(r);
    out->note = span_of(r->p, reader_left(r));
    return out->level >= 1 && out->level <= LEVELS;
}

static bool
get_by_type(const struct record *rec, struct reader *r, struct frame_codec *c,
            struct input *out)
{
    switch ((enum record_type)rec->type) {
    case RECORD_STATE:
        out->kind = IN_STATE;
        return get_frame(r, rec->type, c, out);
    case RECORD_ANSWER:
        out->kind = IN_ANSWER;
        return get_frame(r, rec->type, c, out);
    case RECORD_BAD:
        out->kind = IN_BAD;
        return get_frame(r, rec->type, c, out);
    case RECORD_LINK:
        out->kind = IN_LINK;
        return get_link(r, out);
    case RECORD_ASKED:
        out->kind = IN_ASKED;
        return get_asked(r, &out->asked);
    case RECORD_KEY:
        out->kind = IN_KEY;
        out->key = reader_u32(r);
        return true;
    case RECORD_PASTE:
        out->kind = IN_PASTE;
        out->paste = rec->payload;
        return true;
    case RECORD_SIZE:
        out->kind = IN_SIZE;
        return get_size(r, out);
    case RECORD_NOTE:
        out->kind = IN_NOTE;
        return get_note(r, out);
    case RECORD_GAP:
        out->kind = IN_NOTE;
        out->level = GAP_LEVEL;
        out->note = span_str("inputs are missing here: the disk was too slow "
                             "for the recording");
        return true;
    case RECORD_HEAD:
    case RECORD_SNAPSHOT:
        break;
    }
    return false;
}

bool
record_get_input(const struct record *rec, struct frame_codec *c,
                 struct input *out)
{
    struct reader r;

    memset(out, 0, sizeof *out);
    out->at_us = rec->at_us;
    reader_init(&r, rec->payload);
    return get_by_type(rec, &r, c, out) && !r.bad;
}
