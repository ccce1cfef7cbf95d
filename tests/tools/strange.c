/* SPDX-License-Identifier: MPL-2.0 */
/*
 * strange PORT SOCKET CASE... - sends frames that no node should believe to
 * the node of that base port. SOCKET is data, state or control; CASE is a row
 * of the table below. On control it prints the status of each reply that
 * comes, or "none".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zmq.h>

#include "base/bytes.h"
#include "base/xalloc.h"
#include "proto/frame.h"
#include "proto/msg.h"

enum { VERSION_AT = 2, TYPE_AT = 3, FLAGS_AT = 5, HEADER_AT = 6, RAW_AT = 56,
       CRC_AT = 60, BOMB_BYTES = 64 * 1024 * 1024, WAIT_MS = 5000 };

static uint8_t type_sent = MSG_HELLO;   /* one that the socket takes */

/* ---- frames ---- */

static struct span
right_body(uint8_t type, struct buf *body)
{
    struct msg m = { .type = type };

    if (type == MSG_HELLO) {
        m.hello.name = m.hello.host = span_str("strange");
        m.hello.cluster = m.hello.version = span_str("default");
        m.hello.port = 1024;
        m.hello.min_version = m.hello.max_version = 2;
    } else if (type == MSG_COMMAND) {
        m.command.op = span_str("hello");
    }
    if (type != MSG_BYE)
        msg_encode(&m, body);
    return buf_span(body);
}

static void
frame_of(uint8_t type, struct span body, struct buf *out)
{
    struct frame f = { .version = PROTOCOL_VERSION, .type = type,
                       .incarnation = 1, .seq = 1 };
    struct frame_codec *c = frame_codec_new();

    memset(f.sender.b, 0xee, sizeof f.sender.b);
    frame_encode(c, &f, body, COMPRESS_NO, 1, out);
    frame_codec_free(c);
}

static void
right(struct buf *out)
{
    struct buf body = { 0 };

    frame_of(type_sent, right_body(type_sent, &body), out);
    buf_fini(&body);
}

static void
set_crc(struct buf *out)
{
    size_t n = out->len - FRAME_HEADER_BYTES;

    buf_put_u32(out, CRC_AT,
                (uint32_t)crc32_z(0, out->p + FRAME_HEADER_BYTES, n));
}

/* A deflated body of `n` zeros that says to be `raw` bytes. */
static void
deflated(size_t n, uint32_t raw, struct buf *out)
{
    uint8_t *zeros = xcalloc(1, n);
    z_stream z = { .next_in = zeros, .avail_in = (uInt)n };

    right(out);
    out->len = FRAME_HEADER_BYTES;
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    uLong most = deflateBound(&z, (uLong)n);
    z.next_out = buf_grow(out, most);
    z.avail_out = (uInt)most;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    out->len -= z.avail_out;
    deflateEnd(&z);
    free(zeros);
    out->p[FLAGS_AT] |= FRAME_DEFLATED;
    buf_put_u32(out, RAW_AT, raw);
    set_crc(out);
}

static void
empty(struct buf *out)
{
    (void)out;
}

static void
magic(struct buf *out)
{
    right(out);
    out->p[0] ^= 1;
}

static void
version(struct buf *out)
{
    right(out);
    out->p[VERSION_AT] = 2;
}

static void
cut(struct buf *out)
{
    right(out);
    out->len = FRAME_HEADER_BYTES - 1;
}

static void
header(struct buf *out)
{
    right(out);
    out->p[HEADER_AT] = 0xff;
}

static void
small_header(struct buf *out)
{
    right(out);
    out->p[HEADER_AT + 1] = 8;
}

static void
type(struct buf *out)
{
    right(out);
    out->p[TYPE_AT] = 200;
}

/* Right in itself, but no message for this socket. */
static void
place(struct buf *out)
{
    uint8_t kept = type_sent;

    type_sent = type_sent == MSG_COMMAND ? MSG_HELLO : MSG_COMMAND;
    right(out);
    type_sent = kept;
}

static void
crc(struct buf *out)
{
    right(out);
    out->p[CRC_AT] ^= 0x80;
}

static void
longer(struct buf *out)
{
    right(out);
    buf_put_u32(out, RAW_AT, 0xffffffff);
}

static void
body(struct buf *out)
{
    static const uint8_t junk[] = "\xff\xff\xff\xff no message \xff\xff";

    frame_of(type_sent, span_of(junk, sizeof junk), out);
}

static void
bomb(struct buf *out)
{
    deflated(BOMB_BYTES, 4096, out);
}

static void
big_bomb(struct buf *out)
{
    deflated(BOMB_BYTES, BOMB_BYTES, out);
}

static void
nothing_inside(struct buf *out)
{
    deflated(16, 4 * 1024 * 1024, out);
}

static void
no_deflate(struct buf *out)
{
    right(out);
    if (out->len == FRAME_HEADER_BYTES)
        buf_u8(out, 0xff);
    memset(out->p + FRAME_HEADER_BYTES, 0xff, out->len - FRAME_HEADER_BYTES);
    out->p[FLAGS_AT] |= FRAME_DEFLATED;
    buf_put_u32(out, RAW_AT, 100);
    set_crc(out);
}

/* Above what any socket takes: the connection is cut. */
static void
oversize(struct buf *out)
{
    memset(buf_grow(out, 5 * 1024 * 1024), 0xaa, 5 * 1024 * 1024);
}

static const struct row {
    const char *name;
    void (*make)(struct buf *out);
} rows[] = {
    { "right", right },     { "empty", empty },     { "magic", magic },
    { "version", version }, { "cut", cut },         { "header", header },
    { "small-header", small_header },               { "type", type },
    { "place", place },     { "crc", crc },         { "longer", longer },
    { "body", body },       { "bomb", bomb },       { "big-bomb", big_bomb },
    { "nothing-inside", nothing_inside },
    { "no-deflate", no_deflate },                   { "parts", right },
    { "oversize", oversize }
};

/* ---- sending ---- */

static void
die(const char *what)
{
    fprintf(stderr, "strange: %s: %s\n", what, zmq_strerror(errno));
    exit(1);
}

static void *
open_socket(void *context, int kind, const char *port, unsigned add)
{
    static const int linger = WAIT_MS;
    char where[64];
    void *s = zmq_socket(context, kind);

    snprintf(where, sizeof where, "tcp://127.0.0.1:%lu",
             strtoul(port, NULL, 10) + add);
    if (s == NULL ||
        zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_setsockopt(s, ZMQ_RCVTIMEO, &linger, sizeof linger) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDTIMEO, &linger, sizeof linger) != 0 ||
        zmq_connect(s, where) != 0)
        die(where);
    return s;
}

/* The node subscribes to two topics; before that nothing would be sent. */
static void
await_subscriber(void *s)
{
    uint8_t topic[16];

    for (int i = 0; i < 2; i++)
        if (zmq_recv(s, topic, sizeof topic, 0) < 0)
            die("no subscription");
}

static void
print_reply(void *s)
{
    uint8_t bytes[4096];
    struct frame_codec *c = frame_codec_new();
    struct frame f;
    struct span in;
    struct msg m;
    int n = zmq_recv(s, bytes, sizeof bytes, 0);

    if (n < 0)
        puts("none");
    else if (frame_decode(c, span_of(bytes, (size_t)n), &f, &in) != FRAME_OK ||
             msg_decode(f.type, in, &m) != 0 || m.type != MSG_REPLY)
        puts("no reply");
    else
        printf("%d\n", m.reply.status);
    frame_codec_free(c);
}

static void
send_case(void *s, const char *name)
{
    struct buf out = { 0 };
    size_t i = 0, n = sizeof rows / sizeof rows[0];

    while (i < n && strcmp(rows[i].name, name) != 0)
        i++;
    if (i == n) {
        fprintf(stderr, "strange: %s: no such case\n", name);
        exit(2);
    }
    rows[i].make(&out);
    int more = strcmp(name, "parts") == 0 ? ZMQ_SNDMORE : 0;
    if (zmq_send(s, out.p, out.len, more) < 0 ||
        (more != 0 && zmq_send(s, "rest", 4, 0) < 0))
        die(name);
    buf_fini(&out);
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: strange PORT data|state|control CASE...\n", stderr);
        return 2;
    }
    void *context = zmq_ctx_new(), *s;
    bool control = strcmp(argv[2], "control") == 0;
    if (control) {
        type_sent = MSG_COMMAND;
        s = open_socket(context, ZMQ_DEALER, argv[1], 3);
    } else if (strcmp(argv[2], "state") == 0) {
        type_sent = MSG_STATE;
        s = open_socket(context, ZMQ_XPUB, argv[1], 1);
        await_subscriber(s);
    } else {
        s = open_socket(context, ZMQ_PUSH, argv[1], 0);
    }
    for (int i = 3; i < argc; i++) {
        send_case(s, argv[i]);
        if (control && (strcmp(argv[i], "version") == 0 ||
                        strcmp(argv[i], "right") == 0))
            print_reply(s);
    }
    zmq_close(s);
    zmq_ctx_term(context);
    return 0;
}
