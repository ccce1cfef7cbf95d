/* SPDX-License-Identifier: MPL-2.0 */
/* A recording that plays, inflated as it goes: it is looked through once when
 * it is opened, for its end and for damage. To go back is to play it again from
 * its beginning, not from a snapshot: what is said of an instant (messages,
 * since when a node is LOST, undo) may come from long before, and a jump is to
 * give what playing gives. An hour of 1,000 nodes as lbtop receives them (850
 * thousand inputs, 107 MB) opens in 1.1 s, jumps to its middle in 0.9 s and to
 * its end in 1.7 s, and takes 7 MiB with its model. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/record_reader.h"

enum { ERR_MAX = 300, LINE_MAX_BYTES = 32 };
static const int64_t DAY_US = INT64_C(86400) * 1000000;

struct replay {
    int fd;
    struct record_head head;
    struct record_reader *reader;
    struct record ahead;    /* read, but too late to be given yet */
    bool has_ahead;
    uint64_t good;          /* inflated bytes that are whole records */
    uint64_t line;          /* bytes of the first line */
    int64_t begin_us, end_us, damage;
    struct frame_codec *codec;
};

/* ---- the file ---- */

/* "lbtop-record 1\n": its length; 0 no recording. */
static size_t
read_line(struct span in, uint64_t *version)
{
    char line[LINE_MAX_BYTES];
    size_t head = strlen(RECORD_MAGIC), len = head;

    while (len < in.len && in.p[len] != '\n')
        len++;
    if (len >= in.len || memcmp(in.p, RECORD_MAGIC, head) != 0)
        return 0;
    span_copy(span_of(in.p + head, len - head), line, sizeof line);
    return text_u64(line, 1, UINT32_MAX, version) == 0 ? len + 1 : 0;
}

static int
fail(char *err, int status, const char *path, const char *what)
{
    err[0] = '\0';
    text_add(err, ERR_MAX, "%s: %s", path, what);
    return status;
}

/* The first line: 0, or an exit status with a text. */
static int
open_file(struct replay *r, const char *path, char *err)
{
    uint8_t first[LINE_MAX_BYTES];
    char text[80] = "";
    uint64_t version = 0;

    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = r->fd < 0 ? -1 : pread(r->fd, first, sizeof first, 0);
    if (n < 0 && errno == ESPIPE)
        return fail(err, EXIT_USAGE, path,
                    "is a pipe; a replay needs a file");
    if (n < 0)
        return fail(err, EXIT_NOTFOUND, path, strerror(errno));
    r->line = read_line(span_of(first, (size_t)n), &version);
    if (r->line > 0 && version == RECORD_VERSION)
        return EXIT_DONE;
    if (r->line == 0)
        return fail(err, EXIT_USAGE, path, "is not an lbtop recording");
    text_add(text, sizeof text, "a recording of format %llu; this lbtop "
             "reads %d", (unsigned long long)version, RECORD_VERSION);
    return fail(err, EXIT_PROTOCOL, path, text);
}

/* ---- the records ---- */

/* Times that fall are damage too. */
static void
look_through(struct replay *r)
{
    struct record rec;

    while (record_reader_next(r->reader, &rec) && rec.at_us >= r->end_us) {
        if (r->good == 0)       /* whole seconds, as times are said */
            r->begin_us = rec.at_us - rec.at_us % 1000000;
        r->end_us = rec.at_us;
        r->good = record_reader_at(r->reader);
    }
    r->damage = -1;
    if (record_reader_ended(r->reader) &&
        record_reader_at(r->reader) == r->good)
        return;
    r->damage = (int64_t)(r->line +
                          record_reader_used_for(r->reader, r->good));
}

/* After the head. False: there is none. */
static bool
begin(struct replay *r)
{
    struct record rec;

    record_reader_free(r->reader);
    r->reader = record_reader_new(r->fd, r->line);
    r->has_ahead = false;
    return record_reader_next(r->reader, &rec) && rec.type == RECORD_HEAD &&
           record_get_head(rec.payload, &r->head);
}

struct replay *
replay_open(const char *path, int *status, char *err)
{
    struct replay *r = xcalloc(1, sizeof *r);

    r->codec = frame_codec_new();
    *status = open_file(r, path, err);
    if (*status == EXIT_DONE && !begin(r))
        *status = fail(err, EXIT_USAGE, path, "is not an lbtop recording");
    if (*status != EXIT_DONE) {
        replay_free(r);
        return NULL;
    }
    look_through(r);
    replay_rewind(r);
    return r;
}

void
replay_free(struct replay *r)
{
    if (r == NULL)
        return;
    record_reader_free(r->reader);
    frame_codec_free(r->codec);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

const struct record_head *
replay_head(const struct replay *r)
{
    return &r->head;
}

int64_t
replay_begin_us(const struct replay *r)
{
    return r->begin_us;
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
    bool is = r->has_ahead ||
              (record_reader_at(r->reader) < r->good &&
               record_reader_next(r->reader, &r->ahead));

    r->has_ahead = false;
    *out = r->ahead;
    return is;
}

bool
replay_next(struct replay *r, int64_t until_us, bool keys, struct input *out)
{
    struct record rec;

    while (replay_record(r, &rec)) {
        if (rec.at_us > until_us) {
            r->has_ahead = true;
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
    (void)begin(r);
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
    *out += r->begin_us;
    return 0;
}
