/* SPDX-License-Identifier: MPL-2.0 */
/* The reader: the file is inflated as a whole and looked through once, so that
 * its end and what is damaged are known before it plays. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/record_wire.h"

enum { ERR_MAX = 300, CHUNK = 64 * 1024, LINE_MAX_BYTES = 32 };
static const size_t INFLATED_MAX = (size_t)1 << 30;
static const int64_t DAY_US = INT64_C(86400) * 1000000;

struct replay {
    struct record_head head;
    struct buf data;        /* inflated; good_len of it are whole records */
    size_t good_len, at, first;
    int64_t end_us, damage, last_us;
    struct frame_codec *codec;
};

/* ---- the file ---- */

static int
read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    if (fd < 0)
        return -errno;
    while (n > 0 && out->len <= INFLATED_MAX) {
        size_t was = out->len;
        n = read(fd, buf_grow(out, CHUNK), CHUNK);
        int error = errno;
        out->len = was + (n > 0 ? (size_t)n : 0);
        if (n < 0 && error == EINTR)
            n = 1;
        else if (n < 0) {
            close(fd);
            return -error;
        }
    }
    close(fd);
    return 0;
}

/* "lbtop-record 1\n": its length; 0 no recording. */
static size_t
read_line(struct span in, uint64_t *version)
{
    char line[LINE_MAX_BYTES];
    size_t head = strlen(RECORD_MAGIC), len = head;

    while (len < in.len && len < LINE_MAX_BYTES - 1 && in.p[len] != '\n')
        len++;
    if (len >= in.len || in.p[len] != '\n' ||
        memcmp(in.p, RECORD_MAGIC, head) != 0)
        return 0;
    span_copy(span_of(in.p + head, len - head), line, sizeof line);
    return text_u64(line, 1, UINT32_MAX, version) == 0 ? len + 1 : 0;
}

/* Inflates up to `most` bytes; how many of `in` that took. `*whole`: the
 * stream has ended as it should. `out` NULL: only counts. */
static size_t
inflate_all(struct span in, size_t most, struct buf *out, bool *whole)
{
    uint8_t chunk[CHUNK];
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p,
                   .avail_in = (uInt)in.len };
    size_t given = 0;
    int rc = inflateInit(&z);

    if (rc != Z_OK)
        abort();    /* out of memory */
    while (rc == Z_OK && given < most) {
        size_t want = most - given < CHUNK ? most - given : CHUNK;
        z.next_out = chunk;
        z.avail_out = (uInt)want;
        rc = inflate(&z, Z_NO_FLUSH);
        given += want - z.avail_out;
        if (out != NULL)
            buf_bytes(out, chunk, want - z.avail_out);
    }
    *whole = rc == Z_STREAM_END;
    inflateEnd(&z);
    return in.len - z.avail_in;
}

/* ---- the records ---- */

/* Times that fall are damage too. */
static void
look_through(struct replay *r)
{
    struct record rec;
    size_t at = 0;

    while (record_read(buf_span(&r->data), &at, &rec) &&
           rec.at_us >= r->end_us) {
        r->end_us = rec.at_us;
        r->good_len = at;
    }
}

static int
fail(char *err, int status, const char *path, const char *what)
{
    err[0] = '\0';
    text_add(err, ERR_MAX, "%s: %s", path, what);
    return status;
}

static int
read_records(struct replay *r, struct span file, size_t line)
{
    struct record rec;
    struct span stream = span_of(file.p + line, file.len - line);
    bool whole;

    size_t used = inflate_all(stream, INFLATED_MAX, &r->data, &whole);
    if (!record_read(buf_span(&r->data), &r->first, &rec) ||
        rec.type != RECORD_HEAD || !record_get_head(rec.payload, &r->head))
        return -EINVAL;
    look_through(r);
    r->at = r->first;
    r->damage = -1;
    if (whole && r->good_len == r->data.len)
        return 0;
    if (r->good_len < r->data.len)
        used = inflate_all(stream, r->good_len, NULL, &whole);
    r->damage = (int64_t)(line + used);
    return 0;
}

struct replay *
replay_open(const char *path, int *status, char *err)
{
    struct buf file = { 0 };
    struct replay *r = xcalloc(1, sizeof *r);
    uint64_t version = 0;
    char text[80] = "";
    int rc = read_file(path, &file);

    r->codec = frame_codec_new();
    *status = 0;
    size_t line = rc == 0 ? read_line(buf_span(&file), &version) : 0;
    if (rc != 0) {
        *status = fail(err, EXIT_NOTFOUND, path, strerror(-rc));
    } else if (line > 0 && version != RECORD_VERSION) {
        text_add(text, sizeof text, "a recording of format %llu; this lbtop "
                 "reads %d", (unsigned long long)version, RECORD_VERSION);
        *status = fail(err, EXIT_PROTOCOL, path, text);
    } else if (line == 0 || read_records(r, buf_span(&file), line) != 0) {
        *status = fail(err, EXIT_USAGE, path, "is not an lbtop recording");
    }
    buf_fini(&file);
    if (*status == 0)
        return r;
    replay_free(r);
    return NULL;
}

void
replay_free(struct replay *r)
{
    if (r == NULL)
        return;
    frame_codec_free(r->codec);
    buf_fini(&r->data);
    free(r);
}

const struct record_head *
replay_head(const struct replay *r)
{
    return &r->head;
}

int64_t
replay_end_us(const struct replay *r)
{
    return r->end_us;
}

int64_t
replay_damage(const struct replay *r)
{
    return r->damage;
}

bool
replay_record(struct replay *r, struct record *out)
{
    return record_read(span_of(r->data.p, r->good_len), &r->at, out);
}

bool
replay_next(struct replay *r, int64_t until_us, bool keys, struct input *out)
{
    struct record rec;

    for (size_t at = r->at; replay_record(r, &rec); at = r->at) {
        if (rec.at_us > until_us) {
            r->at = at;
            return false;
        }
        if (!record_get_input(&rec, r->codec, out))
            continue;
        if (!keys && (out->kind == IN_KEY || out->kind == IN_PASTE))
            continue;
        return true;
    }
    return false;
}

void
replay_rewind(struct replay *r)
{
    r->at = r->first;
}

/* ---- times ---- */

static bool
two_digits(const char *s, int most, int64_t *out)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return false;
    *out = (s[0] - '0') * 10 + s[1] - '0';
    return *out <= most;
}

/* The first such time of day from the beginning on. */
static bool
time_of_day(const struct record_head *h, const char *text, int64_t *out)
{
    int64_t hours, minutes, seconds;

    if (strlen(text) != 8 || text[2] != ':' || text[5] != ':' ||
        !two_digits(text, 23, &hours) || !two_digits(text + 3, 59, &minutes) ||
        !two_digits(text + 6, 59, &seconds))
        return false;
    int64_t wanted = ((hours * 60 + minutes) * 60 + seconds) * 1000000;
    int64_t begin = (h->wall_ms * 1000 + (int64_t)h->utc_off_s * 1000000) %
                    DAY_US;
    *out = (wanted - begin + 2 * DAY_US) % DAY_US;
    return true;
}

int
replay_time(const struct replay *r, const char *text, int64_t *out)
{
    if (time_of_day(&r->head, text, out))
        return 0;
    if (units_duration(text + (text[0] == '+'), out) != 0 ||
        *out > RECORD_TIME_MAX_US)
        return -EINVAL;
    return 0;
}
