/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/record_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/xalloc.h"

enum { CHUNK = 64 * 1024, LEN_AT = RECORD_HEAD_BYTES - 4 };

struct record_reader {
    int fd;
    uint64_t from, file_at;     /* of the stream; read up to there */
    z_stream z;
    int state;                  /* of the stream: Z_OK while there is more */
    struct buf window;          /* inflated; the next record begins at `at` */
    size_t at;
    uint64_t done;              /* inflated bytes before `at` */
    uint8_t in[CHUNK];
};

struct record_reader *
record_reader_new(int fd, uint64_t from)
{
    struct record_reader *r = xcalloc(1, sizeof *r);

    r->fd = fd;
    r->from = r->file_at = from;
    if (inflateInit(&r->z) != Z_OK)
        abort();    /* out of memory */
    return r;
}

void
record_reader_free(struct record_reader *r)
{
    if (r == NULL)
        return;
    inflateEnd(&r->z);
    buf_fini(&r->window);
    free(r);
}

/* ---- the stream ---- */

static bool
read_more(struct record_reader *r)
{
    ssize_t n;

    do {
        n = pread(r->fd, r->in, CHUNK, (off_t)r->file_at);
    } while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    r->file_at += (uint64_t)n;
    r->z.next_in = r->in;
    r->z.avail_in = (uInt)n;
    return true;
}

/* Up to `cap` bytes more into `out`: how many; 0: there are none. */
static size_t
inflate_some(struct record_reader *r, uint8_t *out, size_t cap)
{
    r->z.next_out = out;
    r->z.avail_out = (uInt)cap;
    while (r->state == Z_OK && r->z.avail_out == cap) {
        if (r->z.avail_in == 0 && !read_more(r))
            break;
        r->state = inflate(&r->z, Z_NO_FLUSH);
    }
    return cap - r->z.avail_out;
}

/* Until `n` bytes of the next record are there; false: never. */
static bool
fill(struct record_reader *r, size_t n)
{
    size_t left = r->window.len - r->at;

    if (left >= n)
        return true;
    if (r->at > 0) {
        memmove(r->window.p, r->window.p + r->at, left);
        r->window.len = left;
        r->at = 0;
    }
    while (r->window.len < n) {
        size_t was = r->window.len;
        size_t more = inflate_some(r, buf_grow(&r->window, CHUNK), CHUNK);
        r->window.len = was + more;
        if (more == 0)
            return false;
    }
    return true;
}

/* ---- records ---- */

static void
go_on(struct record_reader *r, size_t n)
{
    r->at += n;
    r->done += n;
}

/* One that is too long to be kept is only checked. */
static bool
pass_long(struct record_reader *r, uint32_t len, struct record *out)
{
    uint64_t left = (uint64_t)len + RECORD_HEAD_BYTES;
    uint64_t begin = r->done;
    uLong crc = crc32(0, Z_NULL, 0);
    struct reader head, end;

    reader_init(&head, span_of(r->window.p + r->at, RECORD_HEAD_BYTES));
    out->type = reader_u8(&head);
    uint64_t at_us = reader_u64(&head);
    while (left > 0 && fill(r, 1)) {
        size_t n = r->window.len - r->at;
        n = n < left ? n : (size_t)left;
        crc = crc32(crc, r->window.p + r->at, (uInt)n);
        go_on(r, n);
        left -= n;
    }
    bool right = left == 0 && fill(r, RECORD_CRC_BYTES);
    if (right) {
        reader_init(&end, span_of(r->window.p + r->at, RECORD_CRC_BYTES));
        right = reader_u32(&end) == (uint32_t)crc &&
                at_us <= RECORD_TIME_MAX_US;
        go_on(r, RECORD_CRC_BYTES);
    }
    if (!right)
        r->done = begin;
    out->at_us = (int64_t)at_us;
    out->payload = span_of(NULL, 0);
    return right;
}

bool
record_reader_next(struct record_reader *r, struct record *out)
{
    struct reader head;
    size_t at = 0;

    if (!fill(r, RECORD_HEAD_BYTES))
        return false;
    reader_init(&head, span_of(r->window.p + r->at + LEN_AT, 4));
    uint32_t len = reader_u32(&head);
    if (len > RECORD_MAX_BYTES)
        return pass_long(r, len, out);
    size_t all = RECORD_HEAD_BYTES + (size_t)len + RECORD_CRC_BYTES;
    if (!fill(r, all) ||
        !record_read(span_of(r->window.p + r->at, all), &at, out))
        return false;
    go_on(r, all);
    return true;
}

bool
record_reader_ended(const struct record_reader *r)
{
    return r->state == Z_STREAM_END && r->at == r->window.len;
}

uint64_t
record_reader_at(const struct record_reader *r)
{
    return r->done;
}

uint64_t
record_reader_used(const struct record_reader *r)
{
    return r->file_at - r->from - r->z.avail_in;
}

uint64_t
record_reader_used_for(const struct record_reader *r, uint64_t inflated)
{
    struct record_reader *again = record_reader_new(r->fd, r->from);
    uint8_t chunk[4096];
    size_t n = 1;

    while (inflated > 0 && n > 0) {
        size_t want = inflated < sizeof chunk ? (size_t)inflated
                                              : sizeof chunk;
        n = inflate_some(again, chunk, want);
        inflated -= n;
    }
    uint64_t used = record_reader_used(again);
    record_reader_free(again);
    return used;
}
