/* SPDX-License-Identifier: MPL-2.0 */
/* The file of a recording: a line, then one deflate stream with snapshots. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/record_last.h"

enum {
    OUT_BYTES = 64 * 1024, PIECE_BYTES = 32 * 1024, LEVEL = 6,
    SNAPSHOT_US = 60 * 1000000, FLUSH_US = 1000000
};

struct record_writer {
    int fd, error;          /* -errno of the first failure */
    uint64_t bytes, max_bytes;
    uint64_t inflated;      /* bytes of records */
    uint64_t snapshot_at;   /* where the last one begins, inflated */
    int64_t snapshot_us, flush_us;
    struct record_last *last;
    z_stream z;
    uint8_t out[OUT_BYTES];
};

static void
write_all(struct record_writer *w, const uint8_t *p, size_t len)
{
    while (len > 0 && w->error == 0) {
        ssize_t n = write(w->fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            /* EFBIG is our own bound, this one is another's */
            w->error = errno == EFBIG ? -EDQUOT : -errno;
            return;
        }
        p += n;
        len -= (size_t)n;
        w->bytes += (uint64_t)n;
    }
}

int
record_writer_new(const char *path, uint64_t max_bytes,
                  struct record_writer **out)
{
    char line[32] = "";
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);

    *out = NULL;
    if (fd < 0)
        return -errno;
    struct record_writer *w = xcalloc(1, sizeof *w);
    w->fd = fd;
    w->max_bytes = max_bytes;
    w->snapshot_us = SNAPSHOT_US;
    w->last = record_last_new();
    if (deflateInit(&w->z, LEVEL) != Z_OK)
        abort();    /* out of memory */
    text_add(line, sizeof line, RECORD_MAGIC "%d\n", RECORD_VERSION);
    write_all(w, (const uint8_t *)line, strlen(line));
    *out = w;
    return 0;
}

/* Whatever comes out of the stream goes into the file. */
static void
pump(struct record_writer *w, int flush)
{
    do {
        w->z.next_out = w->out;
        w->z.avail_out = OUT_BYTES;
        (void)deflate(&w->z, flush);
        write_all(w, w->out, OUT_BYTES - w->z.avail_out);
    } while (w->z.avail_out == 0);
}

static void
put_bytes(struct record_writer *w, struct span bytes, int flush)
{
    w->z.next_in = (Bytef *)(uintptr_t)bytes.p;
    w->z.avail_in = (uInt)bytes.len;
    w->inflated += bytes.len;
    if (bytes.len > 0 || flush != Z_NO_FLUSH)
        pump(w, flush);
    if (w->error == 0 && w->bytes >= w->max_bytes)
        w->error = -EFBIG;
}

static void
put_snapshot(struct record_writer *w, int64_t at_us)
{
    struct buf b = { 0 };
    struct span raw;
    uint64_t begins = w->inflated;
    int64_t heard_us;
    size_t begin = record_begin(&b, RECORD_SNAPSHOT, at_us);

    buf_u64(&b, w->snapshot_at);
    buf_u32(&b, (uint32_t)record_last_count(w->last));
    for (size_t i = 0; record_last_at(w->last, i, &raw, &heard_us); i++)
        buf_span32(&b, raw);
    record_end(&b, begin);
    put_bytes(w, buf_span(&b), Z_NO_FLUSH);
    w->snapshot_at = begins;
    w->snapshot_us = at_us + SNAPSHOT_US;
    buf_fini(&b);
}

static void
keep_state(struct record_writer *w, const struct record *rec)
{
    struct span raw = { rec->payload.p + 1, rec->payload.len - 1 };

    if (rec->type == RECORD_STATE && rec->payload.len > 1)
        record_last_keep(w->last, raw, rec->at_us);
}

/* Before the first record that is late enough comes a snapshot. What is a
 * second old is flushed, so that a file whose writer was killed has it. In
 * pieces, because the bound of the file is looked at after each. */
int
record_writer_put(struct record_writer *w, struct span records)
{
    struct record rec;
    size_t at = 0, from = 0, before = 0;
    int64_t at_us = w->flush_us;

    while (w->error == 0 && record_read(records, &at, &rec)) {
        at_us = rec.at_us;
        if (at_us >= w->snapshot_us) {
            put_bytes(w, span_of(records.p + from, before - from),
                      Z_FULL_FLUSH);
            put_snapshot(w, at_us);
            from = before;
        }
        keep_state(w, &rec);
        before = at;
        if (before - from < PIECE_BYTES)
            continue;
        put_bytes(w, span_of(records.p + from, before - from), Z_NO_FLUSH);
        from = before;
    }
    if (w->error != 0)
        return w->error;
    bool due = at_us >= w->flush_us + FLUSH_US;
    put_bytes(w, span_of(records.p + from, records.len - from),
              due ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    if (due)
        w->flush_us = at_us;
    return w->error;
}

int
record_writer_free(struct record_writer *w)
{
    int error = w->error;

    if (error == -EFBIG)
        w->error = 0;   /* the end of the stream still fits */
    w->z.next_in = NULL;
    w->z.avail_in = 0;
    pump(w, Z_FINISH);
    deflateEnd(&w->z);
    if (close(w->fd) != 0 && w->error == 0)
        w->error = -errno;
    record_last_free(w->last);
    error = w->error;
    free(w);
    return error;
}

uint64_t
record_writer_bytes(const struct record_writer *w)
{
    return w->bytes;
}
