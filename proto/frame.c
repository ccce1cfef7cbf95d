/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bug.h"
#include "base/xalloc.h"
#include "proto/limits.h"

enum {
    MAGIC_0 = 0xaa, MAGIC_1 = 0xb7,
    VERSION_END = 3,        /* magic and version have been read */
    SENDER_AT = 8,
    RAW_WINDOW = -15,       /* raw deflate, 32 KiB window */
    AUTO_MIN_BYTES = 1024, PROBE_BYTES = 4096
};

struct frame_codec {
    z_stream deflater, inflater;
    int level;              /* of deflater; 0: not begun */
    struct buf body;        /* the last one that was inflated */
};

/* zlib's requests meet the same end as all others when memory is out. */
static void *
zlib_alloc(void *opaque, uInt n, uInt size)
{
    (void)opaque;
    return xcalloc(n, size);
}

static void
zlib_free(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

struct frame_codec *
frame_codec_new(void)
{
    struct frame_codec *c = xcalloc(1, sizeof *c);

    c->deflater.zalloc = c->inflater.zalloc = zlib_alloc;
    c->deflater.zfree = c->inflater.zfree = zlib_free;
    int rc = inflateInit2(&c->inflater, RAW_WINDOW);
    assert(rc == Z_OK);
    (void)rc;
    return c;
}

void
frame_codec_free(struct frame_codec *c)
{
    if (c == NULL)
        return;
    if (c->level != 0)
        deflateEnd(&c->deflater);
    inflateEnd(&c->inflater);
    buf_fini(&c->body);
    free(c);
}

/* A level is changed seldom: by a new configuration. */
static void
deflater_begin(struct frame_codec *c, int level)
{
    int rc;

    if (level == c->level) {
        rc = deflateReset(&c->deflater);
    } else {
        if (c->level != 0)
            deflateEnd(&c->deflater);
        rc = deflateInit2(&c->deflater, level, Z_DEFLATED, RAW_WINDOW, 8,
                          Z_DEFAULT_STRATEGY);
        c->level = level;
    }
    assert(rc == Z_OK);
    (void)rc;
}

/* Deflates `in` to `dst`; the length, or 0: more than `cap` bytes. */
static size_t
deflate_into(struct frame_codec *c, int level, struct span in, uint8_t *dst,
             size_t cap)
{
    deflater_begin(c, level);
    c->deflater.next_in = (Bytef *)(uintptr_t)in.p;     /* only read */
    c->deflater.avail_in = (uInt)in.len;
    c->deflater.next_out = dst;
    c->deflater.avail_out = (uInt)cap;
    if (deflate(&c->deflater, Z_FINISH) != Z_STREAM_END)
        return 0;
    return cap - c->deflater.avail_out;
}

/* Less than a tenth off the beginning: the rest will not pay either. */
static bool
probe_pays(struct frame_codec *c, int level, struct span body)
{
    uint8_t scratch[PROBE_BYTES];
    size_t n = body.len < PROBE_BYTES ? body.len : PROBE_BYTES;

    return deflate_into(c, level, span_of(body.p, n), scratch,
                        n - n / 10) != 0;
}

static bool
wants_deflate(struct frame_codec *c, struct span body,
              enum frame_compress how, int level)
{
    if (how == COMPRESS_NO || body.len < 2)
        return false;
    if (how == COMPRESS_YES)
        return true;
    return body.len >= AUTO_MIN_BYTES && probe_pays(c, level, body);
}

static void
header_write(const struct frame *f, uint16_t flags, size_t raw_bytes,
             struct buf *out)
{
    assert(raw_bytes <= MESSAGE_MAX_BYTES);
    buf_u8(out, MAGIC_0);
    buf_u8(out, MAGIC_1);
    buf_u8(out, PROTOCOL_VERSION);
    buf_u8(out, f->type);
    buf_u16(out, flags);
    buf_u16(out, FRAME_HEADER_BYTES);
    buf_bytes(out, f->sender.b, sizeof f->sender.b);
    buf_u64(out, f->incarnation);
    buf_u64(out, f->seq);
    buf_u64(out, f->up_ms);
    buf_u32(out, f->credit_jobs);
    buf_u32(out, f->credit_kib);
    buf_u32(out, (uint32_t)raw_bytes);
    buf_u32(out, 0);        /* CRC: when the body is there */
}

void
frame_encode(struct frame_codec *c, const struct frame *f, struct span body,
             enum frame_compress how, int level, struct buf *out)
{
    size_t start = out->len, at = start + FRAME_HEADER_BYTES, n = 0;
    uint16_t flags = f->flags & (uint16_t)~FRAME_DEFLATED;

    assert(body.len <= MESSAGE_MAX_BYTES - FRAME_HEADER_BYTES);
    header_write(f, flags, body.len, out);
    if (body.len > 0)
        buf_grow(out, body.len);
    if (wants_deflate(c, body, how, level))
        n = deflate_into(c, level, body, out->p + at, body.len - 1);
    if (n > 0) {
        out->len = at + n;
        out->p[start + 5] |= FRAME_DEFLATED;
    } else if (body.len > 0) {
        memcpy(out->p + at, body.p, body.len);
    }
    buf_put_u32(out, at - 4,
                (uint32_t)crc32_z(crc32_z(0, NULL, 0), out->p + at,
                                  out->len - at));
}

/* The 61 bytes behind magic and version. False: there are fewer. */
static bool
header_read(struct reader *r, struct frame *f, uint16_t *header_bytes,
            uint32_t *crc)
{
    f->type = reader_u8(r);
    f->flags = reader_u16(r);
    *header_bytes = reader_u16(r);
    const uint8_t *id = reader_bytes(r, sizeof f->sender.b);
    if (id != NULL)
        memcpy(f->sender.b, id, sizeof f->sender.b);
    f->incarnation = reader_u64(r);
    f->seq = reader_u64(r);
    f->up_ms = reader_u64(r);
    f->credit_jobs = reader_u32(r);
    f->credit_kib = reader_u32(r);
    f->raw_bytes = reader_u32(r);
    *crc = reader_u32(r);
    return !r->bad;
}

/* A version tells its layout; that the sender's id stays where it is, is
 * promised for all of them. */
static enum frame_error
version_refused(struct span in, struct frame *f)
{
    if (in.len >= SENDER_AT + sizeof f->sender.b)
        memcpy(f->sender.b, in.p + SENDER_AT, sizeof f->sender.b);
    return FRAME_VERSION;
}

static enum frame_error
inflate_body(struct frame_codec *c, uint32_t raw_bytes, struct span *body)
{
    z_stream *z = &c->inflater;

    buf_reset(&c->body);
    z->next_out = buf_grow(&c->body, raw_bytes);
    z->avail_out = (uInt)raw_bytes;
    z->next_in = (Bytef *)(uintptr_t)body->p;           /* only read */
    z->avail_in = (uInt)body->len;
    int rc = inflateReset(z);
    assert(rc == Z_OK);
    rc = inflate(z, Z_FINISH);
    if (rc != Z_STREAM_END || z->avail_in != 0 || z->avail_out != 0)
        return FRAME_INFLATE;
    *body = buf_span(&c->body);
    return FRAME_OK;
}

enum frame_error
frame_decode(struct frame_codec *c, struct span in, struct frame *f,
             struct span *body)
{
    struct reader r;
    uint16_t header_bytes;
    uint32_t crc;

    memset(f, 0, sizeof *f);
    *body = span_of(NULL, 0);
    if (in.len < VERSION_END)
        return FRAME_SHORT;
    if (in.len > MESSAGE_MAX_BYTES)
        return FRAME_LENGTH;
    if (in.p[0] != MAGIC_0 || in.p[1] != MAGIC_1)
        return FRAME_MAGIC;
    f->version = in.p[2];
    if (f->version != PROTOCOL_VERSION)
        return version_refused(in, f);
    reader_init(&r, span_of(in.p + VERSION_END, in.len - VERSION_END));
    if (!header_read(&r, f, &header_bytes, &crc))
        return FRAME_SHORT;
    if (header_bytes < FRAME_HEADER_BYTES || header_bytes > in.len)
        return FRAME_HEADER;
    *body = span_of(in.p + header_bytes, in.len - header_bytes);
    if (LB_BUG != 36 &&
        (uint32_t)crc32_z(crc32_z(0, NULL, 0), body->p, body->len) != crc)
        return FRAME_CRC;
    if ((f->flags & FRAME_DEFLATED) == 0)
        return f->raw_bytes == body->len ? FRAME_OK : FRAME_LENGTH;
    if (f->raw_bytes == 0 || f->raw_bytes > MESSAGE_MAX_BYTES)
        return FRAME_LENGTH;
    return inflate_body(c, f->raw_bytes, body);
}

const char *
frame_error_name(enum frame_error e)
{
    switch (e) {
    case FRAME_OK: return "ok";
    case FRAME_SHORT: return "short";
    case FRAME_MAGIC: return "magic";
    case FRAME_VERSION: return "version";
    case FRAME_HEADER: return "header";
    case FRAME_TYPE: return "type";
    case FRAME_CRC: return "crc";
    case FRAME_LENGTH: return "length";
    case FRAME_INFLATE: return "inflate";
    case FRAME_BODY: return "body";
    case FRAME_ROLE: return "role";
    case FRAME_CLUSTER: return "cluster";
    case FRAME_ERRORS: break;
    }
    return "?";
}

void
frame_topic(uint8_t type, uint8_t topic[4])
{
    topic[0] = MAGIC_0;
    topic[1] = MAGIC_1;
    topic[2] = PROTOCOL_VERSION;
    topic[3] = type;
}
