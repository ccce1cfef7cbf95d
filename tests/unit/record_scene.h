/* SPDX-License-Identifier: MPL-2.0 */
/* record_scene - a folder for recordings, and inputs of every kind. */
#ifndef LB_RECORD_SCENE_H
#define LB_RECORD_SCENE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "tui/record_wire.h"

enum { SECOND = 1000000 };

static char record_folder[64];
static char record_path[8][96];

static inline int
record_setup(void **state)
{
    (void)state;
    strcpy(record_folder, "/tmp/lbtop-record.XXXXXX");
    if (mkdtemp(record_folder) == NULL)
        return -1;
    for (int i = 0; i < 8; i++)
        snprintf(record_path[i], sizeof record_path[i], "%s/%d",
                 record_folder, i);
    return 0;
}

static inline int
record_teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        unlink(record_path[i]);
    return rmdir(record_folder);
}

static inline void
write_file(const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || fwrite(p, 1, len, f) != len || fclose(f) != 0)
        abort();
}

static inline struct buf
read_whole(const char *path)
{
    struct buf b = { 0 };
    FILE *f = fopen(path, "rb");
    int c;

    if (f == NULL)
        abort();
    while ((c = getc(f)) != EOF)
        buf_u8(&b, (uint8_t)c);
    fclose(f);
    return b;
}

static inline struct record_head
some_head(void)
{
    return (struct record_head){ .wall_ms = DEMO_WALL_MS, .utc_off_s = 3600,
                                 .width = 140, .height = 45, .ascii = true,
                                 .refresh_us = 2 * SECOND,
                                 .version = "0.9.2" };
}

/* Inputs with their frames; they own what they hold. */
struct taken {
    struct input in;
    struct buf raw, bytes;
};
struct many {
    size_t n;
    struct taken v[64];
    struct buf kept[64];
    size_t n_kept;
};

static inline struct span
kept(struct many *m, const char *text)
{
    struct buf *b = &m->kept[m->n_kept++];

    buf_bytes(b, text, strlen(text));
    return buf_span(b);
}

static inline struct input *
add_input(struct many *m, enum input_kind kind, int64_t at_us)
{
    struct input *in = &m->v[m->n++].in;

    in->kind = kind;
    in->at_us = at_us;
    return in;
}

static inline void
add_frame(struct many *m, enum input_kind kind, int64_t at_us,
          const struct msg *msg)
{
    struct input *in = add_input(m, kind, at_us);
    struct taken *t = &m->v[m->n - 1];
    struct frame_codec *c = frame_codec_new();
    struct span body;
    struct buf b = { 0 };

    in->head = (struct frame){ .type = msg->type, .incarnation = 7,
                               .sender = { { 1, 2, 3 } }, .seq = m->n };
    msg_encode(msg, &b);
    frame_encode(c, &in->head, buf_span(&b), COMPRESS_NO, 0, &t->raw);
    if (frame_decode(c, buf_span(&t->raw), &in->head, &body) != FRAME_OK ||
        msg_decode(msg->type, body, &in->msg) != 0)
        abort();
    in->n_bytes = t->raw.len;
    if (kind == IN_BAD)
        in->why = FRAME_BODY;
    buf_fini(&b);
    frame_codec_free(c);
}

static inline struct msg
some_state(const char *name)
{
    struct msg m = { .type = MSG_STATE };

    m.state = (struct state){
        .id = { { 1, 2, 3 } }, .phase = PHASE_RUN, .throttle_percent = 80,
        .ceiling_percent = 100, .slots = 8, .port = 8490, .boot_id = 77,
        .name = span_str(name), .cluster = span_str("secretcluster"),
        .endpoint_host = span_str("secrethost.example"),
        .tags = span_str("rack=secrettag lone"),
        .kinds = span_str("fib mykind"),
        .policy = span_str("hybrid"), .version = span_str("0.9.2") };
    return m;
}

/* One of each kind at least. */
static inline void
make_inputs(struct many *m)
{
    struct msg state = some_state("secretname"), bye = { .type = MSG_BYE };
    struct msg slow = state, event = { .type = MSG_EVENT };
    struct msg reply = { .type = MSG_REPLY };
    struct input *in;

    memset(m, 0, sizeof *m);
    in = add_input(m, IN_LINK, 0);
    in->link = LINK_FAILED;
    in->way_in = true;
    in->where = kept(m, "secrethost:8490");
    in->text = kept(m, "connection refused");
    in = add_input(m, IN_SIZE, 10);
    in->width = 100;
    in->height = 30;
    in = add_input(m, IN_ASKED, 11);
    in->asked = (struct question){ .id = 99, .op = "nodes",
                                   .to = { { 9, 9 } } };
    pair_add(&m->kept[m->n_kept], "by", span_str("secretowner"));
    in->asked.pairs = buf_span(&m->kept[m->n_kept++]);
    reply.reply.seq = 99;
    reply.reply.text = span_str("secrettext");
    add_frame(m, IN_ANSWER, 12, &reply);
    add_frame(m, IN_STATE, SECOND, &state);
    slow.type = MSG_STATE_SLOW;
    add_frame(m, IN_STATE, SECOND, &slow);
    event.event = (struct msg_event){
        .time_ms = 1, .number = 1, .level = 3, .name = span_str("transfer"),
        .text = span_str("jobs=12 to=secretname by=secretowner "
                         "why=\"secrettext\" at=10.1.2.3") };
    add_frame(m, IN_STATE, SECOND + 5, &event);
    add_frame(m, IN_BAD, 2 * SECOND, &state);
    add_input(m, IN_KEY, 2 * SECOND + 1)->key = 0x1f600;
    add_input(m, IN_PASTE, 2 * SECOND + 2)->paste = kept(m, "secretpaste");
    in = add_input(m, IN_NOTE, 3 * SECOND);
    in->level = 2;
    in->note = kept(m, "secretnote");
    add_frame(m, IN_STATE, 4 * SECOND, &bye);
}

static inline void
free_inputs(struct many *m)
{
    for (size_t i = 0; i < m->n; i++)
        buf_fini(&m->v[i].raw);
    for (size_t i = 0; i < m->n_kept; i++)
        buf_fini(&m->kept[i]);
}

static inline void
record_inputs(const struct many *m, const char *path)
{
    struct record_head h = some_head();
    struct recorder *r = recorder_new(path, &h, UINT64_MAX);

    if (r == NULL)
        abort();
    for (size_t i = 0; i < m->n; i++)
        recorder_put(r, &m->v[i].in, buf_span(&m->v[i].raw));
    if (recorder_free(r) != 0)
        abort();
}

/* What an input says, as bytes to compare. */
static inline void
input_bytes(const struct input *in, struct buf *out)
{
    struct buf body = { 0 };

    buf_u8(out, (uint8_t)in->kind);
    if (in->kind == IN_STATE || in->kind == IN_ANSWER) {
        buf_u8(&body, in->msg.type);
        buf_bytes(&body, in->head.sender.b, 16);
        buf_u64(&body, in->head.seq);
        buf_u64(&body, in->head.incarnation);
        buf_u64(&body, in->n_bytes);
        msg_encode(&in->msg, &body);
    } else if (in->kind == IN_BAD) {
        buf_u8(&body, (uint8_t)in->why);
        buf_bytes(&body, in->head.sender.b, 16);
    }
    if (body.len > 0) {
        buf_u64(out, (uint64_t)in->at_us);
        buf_bytes(out, body.p, body.len);
    } else {
        record_put_input(in, span_of(NULL, 0), out);
    }
    buf_fini(&body);
}

static inline bool
same_input(const struct input *a, const struct input *b)
{
    struct buf x = { 0 }, y = { 0 };

    input_bytes(a, &x);
    input_bytes(b, &y);
    bool same = span_equal(buf_span(&x), buf_span(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

/* All that a recording says, inflated. */
static inline struct buf
inflated(const char *path)
{
    struct buf file = read_whole(path), out = { 0 };
    size_t line = strlen(RECORD_MAGIC) + 2;
    z_stream z = { .next_in = file.p + line,
                   .avail_in = (uInt)(file.len - line) };
    uint8_t chunk[4096];
    int rc = inflateInit(&z);

    while (rc == Z_OK) {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        rc = inflate(&z, Z_NO_FLUSH);
        buf_bytes(&out, chunk, sizeof chunk - z.avail_out);
    }
    inflateEnd(&z);
    buf_fini(&file);
    return out;
}

#endif
