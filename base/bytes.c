/* SPDX-License-Identifier: MPL-2.0 */
#include "base/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { CAP_FIRST = 64 };

struct span
span_of(const void *p, size_t len)
{
    return (struct span){ .p = p, .len = len };
}

struct span
span_str(const char *s)
{
    return span_of(s, strlen(s));
}

bool
span_is(struct span a, const char *s)
{
    return span_equal(a, span_str(s));
}

bool
span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

void
span_copy(struct span a, char *dst, size_t cap)
{
    assert(cap >= 1);
    size_t n = a.len < cap ? a.len : cap - 1;

    if (n > 0)
        memcpy(dst, a.p, n);
    dst[n] = '\0';
}

/* The shifts below become one load or store and a byte swap in gcc and
 * clang, whatever the byte order and alignment of the machine. */
static uint16_t
load16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
           (uint32_t)p[2] << 8 | p[3];
}

static void
store32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

void
reader_init(struct reader *r, struct span in)
{
    r->p = in.p;
    r->end = in.len > 0 ? in.p + in.len : in.p;
    r->bad = false;
}

size_t
reader_left(const struct reader *r)
{
    return r->p == r->end ? 0 : (size_t)(r->end - r->p);
}

const uint8_t *
reader_bytes(struct reader *r, size_t n)
{
    /* Any place will do for no bytes, but not NULL: that means bad. */
    static const uint8_t nothing[1];

    if (r->bad || n > reader_left(r)) {
        r->bad = true;
        r->p = r->end;
        return NULL;
    }
    if (r->p == NULL)
        return nothing;
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

uint8_t
reader_u8(struct reader *r)
{
    const uint8_t *p = reader_bytes(r, 1);
    return p != NULL ? *p : 0;
}

uint16_t
reader_u16(struct reader *r)
{
    const uint8_t *p = reader_bytes(r, 2);
    return p != NULL ? load16(p) : 0;
}

uint32_t
reader_u32(struct reader *r)
{
    const uint8_t *p = reader_bytes(r, 4);
    return p != NULL ? load32(p) : 0;
}

uint64_t
reader_u64(struct reader *r)
{
    const uint8_t *p = reader_bytes(r, 8);
    return p != NULL ? (uint64_t)load32(p) << 32 | load32(p + 4) : 0;
}

static struct span
read_span(struct reader *r, size_t len)
{
    const uint8_t *p = reader_bytes(r, len);
    return span_of(p, p != NULL ? len : 0);
}

struct span
reader_span8(struct reader *r)
{
    return read_span(r, reader_u8(r));
}

struct span
reader_span16(struct reader *r)
{
    return read_span(r, reader_u16(r));
}

struct span
reader_span32(struct reader *r)
{
    return read_span(r, reader_u32(r));
}

void
buf_fini(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ 0 };
}

void
buf_reset(struct buf *b)
{
    b->len = 0;
}

struct span
buf_span(const struct buf *b)
{
    return span_of(b->p, b->len);
}

/* Doubling keeps the cost of a byte constant however the buf is filled. */
static void
make_room(struct buf *b, size_t n)
{
    assert(n <= SIZE_MAX / 2 - b->len);
    size_t cap = b->cap > 0 ? b->cap : CAP_FIRST;

    while (cap - b->len < n)
        cap *= 2;
    b->p = xrealloc(b->p, cap, 1);
    b->cap = cap;
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
    if (b->cap - b->len < n || b->p == NULL)
        make_room(b, n);
    uint8_t *at = b->p + b->len;
    b->len += n;
    return at;
}

void
buf_u8(struct buf *b, uint8_t v)
{
    *buf_grow(b, 1) = v;
}

void
buf_u16(struct buf *b, uint16_t v)
{
    uint8_t *p = buf_grow(b, 2);
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void
buf_u32(struct buf *b, uint32_t v)
{
    store32(buf_grow(b, 4), v);
}

void
buf_u64(struct buf *b, uint64_t v)
{
    uint8_t *p = buf_grow(b, 8);
    store32(p, (uint32_t)(v >> 32));
    store32(p + 4, (uint32_t)v);
}

void
buf_bytes(struct buf *b, const void *p, size_t n)
{
    if (n > 0)
        memcpy(buf_grow(b, n), p, n);
}

void
buf_span8(struct buf *b, struct span s)
{
    assert(s.len <= UINT8_MAX);
    buf_u8(b, (uint8_t)s.len);
    buf_bytes(b, s.p, s.len);
}

void
buf_span16(struct buf *b, struct span s)
{
    assert(s.len <= UINT16_MAX);
    buf_u16(b, (uint16_t)s.len);
    buf_bytes(b, s.p, s.len);
}

void
buf_span32(struct buf *b, struct span s)
{
    assert(s.len <= UINT32_MAX);
    buf_u32(b, (uint32_t)s.len);
    buf_bytes(b, s.p, s.len);
}

void
buf_put_u32(struct buf *b, size_t at, uint32_t v)
{
    assert(b->len >= 4 && at <= b->len - 4);
    store32(b->p + at, v);
}
