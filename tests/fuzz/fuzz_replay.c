/* SPDX-License-Identifier: MPL-2.0 */
/* The first byte says what the rest is: 'F', a recording as it lies on the
 * disk; else records (u8 type, u8 tenths of a second later, u16 length,
 * payload), whose checksums are mended. What is an input goes into a model. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "tui/model.h"
#include "tui/record_anon.h"

struct fed {
    struct model *m;
    struct question asked;
    struct buf pairs;       /* of the question: an input lends them only */
};

static void
feed(struct fed *f, const struct input *in)
{
    if (in->kind == IN_ASKED) {
        buf_reset(&f->pairs);
        buf_bytes(&f->pairs, in->asked.pairs.p, in->asked.pairs.len);
        f->asked = in->asked;
        f->asked.pairs = buf_span(&f->pairs);
    }
    model_feed(f->m, in, in->kind == IN_ANSWER ? &f->asked : NULL);
}

static void
look(const struct fed *f)
{
    struct totals t;

    model_totals(f->m, &t);
    if (t.nodes > f->m->n || t.pending > UINT64_MAX / 2)
        abort();
    model_free(model_copy(f->m));
}

/* As a file: whatever comes out is in order of time. */
static void
try_file(struct fed *f, const uint8_t *data, size_t size)
{
    char path[64], err[300];
    int status, fd = memfd_create("fuzz", 0);
    struct input in;
    int64_t last_us = 0;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct replay *r = replay_open(path, &status, err);
    if (r == NULL && status != 2 && status != 76)
        abort();
    while (r != NULL && replay_next(r, INT64_MAX, true, &in)) {
        if (in.at_us < last_us || in.at_us > replay_end_us(r))
            abort();
        last_us = in.at_us;
        feed(f, &in);
    }
    replay_free(r);
    close(fd);
}

/* So that what is behind the checksum of a frame is reached. */
static void
mend(uint8_t *frame, size_t len)
{
    size_t head = (size_t)frame[6] << 8 | frame[7], body = len - head;

    if (head < FRAME_HEADER_BYTES || head > len)
        return;
    uint32_t crc = (uint32_t)crc32(0, frame + head, (uInt)body);
    for (int i = 0; i < 4; i++) {
        frame[56 + i] = (uint8_t)(body >> (24 - 8 * i));
        frame[60 + i] = (uint8_t)(crc >> (24 - 8 * i));
    }
}

/* What was read can be written, and made nameless. */
static void
try_record(struct fed *f, struct record_anon *a, struct frame_codec *c,
           const struct record *rec)
{
    struct input in;
    struct span raw = { NULL, 0 };
    struct buf b = { 0 };

    if (!record_get_input(rec, c, &in))
        return;
    feed(f, &in);
    if (rec->type >= RECORD_STATE && rec->type <= RECORD_BAD)
        raw = span_of(rec->payload.p + 1, rec->payload.len - 1);
    if (rec->type != RECORD_GAP && !record_put_input(&in, raw, &b))
        abort();
    buf_reset(&b);
    if (record_anon_input(a, &in, &raw) && !record_put_input(&in, raw, &b))
        abort();
    buf_fini(&b);
}

static void
try_records(struct fed *f, struct span in)
{
    struct record_anon *a = record_anon_new();
    struct frame_codec *c = frame_codec_new();
    struct reader r;
    int64_t at_us = 0;

    reader_init(&r, in);
    while (reader_left(&r) > 0) {
        struct record rec = { .type = reader_u8(&r) };
        at_us += reader_u8(&r) * INT64_C(100000);
        struct span s = reader_span16(&r);
        uint8_t *own = malloc(s.len + 1);
        if (own == NULL)
            abort();
        memcpy(own, s.len > 0 ? s.p : in.p, s.len);
        if (rec.type == RECORD_STATE || rec.type == RECORD_ANSWER)
            if (s.len > FRAME_HEADER_BYTES)
                mend(own + 1, s.len - 1);
        rec.at_us = at_us;
        rec.payload = span_of(own, s.len);
        try_record(f, a, c, &rec);
        free(own);
    }
    record_anon_free(a);
    frame_codec_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fed f = { .asked = { .op = "nodes" } };

    if (size == 0)
        return 0;
    f.m = model_new(DEMO_WALL_MS);
    if (data[0] == 'F')
        try_file(&f, data + 1, size - 1);
    else
        try_records(&f, span_of(data + 1, size - 1));
    look(&f);
    model_free(f.m);
    buf_fini(&f.pairs);
    return 0;
}
