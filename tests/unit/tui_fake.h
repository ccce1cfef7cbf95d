/* SPDX-License-Identifier: MPL-2.0 */
/* tui_fake - nodes that only talk: sockets in the test itself, on loopback and
 * in a directory of its own. Comes after cmocka.h. */
#ifndef LB_TUI_FAKE_H
#define LB_TUI_FAKE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/frame.h"
#include "proto/msg.h"

enum { FAKES_MAX = 4 };

struct fake {
    void *router, *pub;
    char dir[64], name[32];
    uint16_t port;              /* base */
    struct node_id id;
    uint64_t seq;
    unsigned hellos;            /* answered */
    unsigned joined;            /* subscriptions to STATE */
    unsigned asked;             /* operations besides hello and nodes */
    char op[32], by[32];        /* the last of them */
    bool mute;                  /* answers nothing */
    uint8_t version;            /* of what it answers; 0: ours */
    unsigned extra;             /* members named that are not there */
    struct fake *all;           /* [FAKES_MAX] members; NULL: itself */
};

static inline void
fake_state(const struct fake *f, struct state *s)
{
    *s = (struct state){
        .id = f->id, .name = span_str(f->name), .cluster = span_str("lab"),
        .endpoint_host = span_str("127.0.0.1"), .kinds = span_str("sleep"),
        .version = span_str("1"), .tags = span_str(""),
        .policy = span_str("hybrid"), .placement = span_str("local"),
        .port = f->port, .interval_ms = 1000, .dead_after_ms = 5000,
        .phase = PHASE_RUN, .throttle_percent = 100, .floor_percent = 1,
        .ceiling_percent = 100, .slots = 4, .n_cpus = 4
    };
}

/* Base ports in a row like a node's: state at +2, control at +3. */
static inline void
fake_open(struct fake *f, void *context, unsigned number)
{
    char address[100];
    int zero = 0, one = 1, rc = -1;

    *f = (struct fake){ .seq = 0 };
    (void)snprintf(f->name, sizeof f->name, "fake%u", number);
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/lbtop-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    memset(f->id.b, (int)number, sizeof f->id.b);
    f->router = zmq_socket(context, ZMQ_ROUTER);
    f->pub = zmq_socket(context, ZMQ_XPUB);
    zmq_setsockopt(f->pub, ZMQ_XPUB_VERBOSE, &one, sizeof one);
    zmq_setsockopt(f->router, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(f->pub, ZMQ_LINGER, &zero, sizeof zero);
    for (unsigned port = 20000 + (unsigned)getpid() % 5000 * 2; rc != 0;
         port += 8) {
        assert_true(port < 60000);
        f->port = (uint16_t)port;
        (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u",
                       port + 2);
        if (zmq_bind(f->pub, address) != 0)
            continue;
        (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u",
                       port + 3);
        rc = zmq_bind(f->router, address);
        if (rc == 0)
            break;
        (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u",
                       port + 2);
        zmq_unbind(f->pub, address);
    }
    (void)snprintf(address, sizeof address, "ipc://%s/control.sock", f->dir);
    assert_int_equal(zmq_bind(f->router, address), 0);
    (void)snprintf(address, sizeof address, "ipc://%s/state.sock", f->dir);
    assert_int_equal(zmq_bind(f->pub, address), 0);
}

/* Loses its control connections; listens again at the same port. */
static inline void
fake_cut(struct fake *f, void *context)
{
    char address[100];
    int zero = 0, rc = -1;

    zmq_close(f->router);
    f->router = zmq_socket(context, ZMQ_ROUTER);
    zmq_setsockopt(f->router, ZMQ_LINGER, &zero, sizeof zero);
    (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u", f->port + 3);
    for (int i = 0; rc != 0 && i < 5000; i++) {     /* the old one closes */
        rc = zmq_bind(f->router, address);
        if (rc != 0)
            usleep(1000);
    }
    assert_int_equal(rc, 0);
}

static inline void
fake_close(struct fake *f)
{
    char path[100];

    if (f->router == NULL)
        return;
    zmq_close(f->router);
    zmq_close(f->pub);
    (void)snprintf(path, sizeof path, "%s/control.sock", f->dir);
    unlink(path);
    (void)snprintf(path, sizeof path, "%s/state.sock", f->dir);
    unlink(path);
    rmdir(f->dir);
    f->router = f->pub = NULL;
}

static inline void
fake_frame(struct fake *f, const struct msg *m, struct buf *out)
{
    struct frame h = { .version = PROTOCOL_VERSION, .type = m->type,
                       .sender = f->id, .incarnation = 1, .seq = ++f->seq,
                       .up_ms = 1000 };
    struct buf body = { 0 };

    msg_encode(m, &body);
    frame_encode(NULL, &h, buf_span(&body), COMPRESS_NO, 1, out);
    buf_fini(&body);
}

static inline void
fake_publish(struct fake *f, uint8_t type)
{
    struct msg m = { .type = type };
    struct buf out = { 0 };

    if (type == MSG_STATE || type == MSG_STATE_SLOW)
        fake_state(f, &m.state);
    fake_frame(f, &m, &out);
    zmq_send(f->pub, out.p, out.len, ZMQ_DONTWAIT);
    buf_fini(&out);
}

static inline void
fake_row(const struct fake *f, uint8_t life, struct buf *rows)
{
    struct msg m = { .type = MSG_STATE };
    struct buf row = { 0 };

    buf_u64(&row, 0);
    buf_u8(&row, life);
    for (int i = 0; i < 4; i++)
        buf_u64(&row, i == 1);
    fake_state(f, &m.state);
    msg_encode(&m, &row);
    row_add(rows, buf_span(&row));
    buf_fini(&row);
}

static inline void
fake_rows(const struct fake *f, struct buf *rows)
{
    struct fake ghost = { .port = 1100 };

    fake_row(f, 1, rows);
    for (size_t i = 0; f->all != NULL && i < FAKES_MAX; i++)
        if (&f->all[i] != f && f->all[i].router != NULL)
            fake_row(&f->all[i], 2, rows);
    for (unsigned i = 0; i < f->extra; i++) {
        (void)snprintf(ghost.name, sizeof ghost.name, "ghost%u", i);
        ghost.id.b[0] = 200;
        ghost.id.b[1] = (uint8_t)i;
        ghost.port++;
        fake_row(&ghost, 2, rows);
    }
}

static inline void
fake_answer(struct fake *f, const void *who, size_t len,
            const struct msg_command *q)
{
    struct msg m = { .type = MSG_REPLY };
    struct buf rows = { 0 }, pairs = { 0 }, out = { 0 };

    m.reply.client = q->client;
    m.reply.seq = q->seq;
    f->hellos += span_is(q->op, "hello");
    if (span_is(q->op, "nodes"))
        fake_rows(f, &rows);
    if (!span_is(q->op, "nodes") && !span_is(q->op, "hello")) {
        f->asked++;
        span_copy(q->op, f->op, sizeof f->op);
        span_copy(pair_get(q->pairs, "by"), f->by, sizeof f->by);
    }
    pair_add(&pairs, "name", span_str(f->name));
    m.reply.pairs = buf_span(&pairs);
    m.reply.rows = buf_span(&rows);
    fake_frame(f, &m, &out);
    if (f->version != 0)
        out.p[2] = f->version;
    zmq_send(f->router, who, len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    zmq_send(f->router, out.p, out.len, ZMQ_DONTWAIT);
    buf_fini(&rows);
    buf_fini(&pairs);
    buf_fini(&out);
}

/* Answers what has come. */
static inline void
fake_serve(struct fake *f, struct frame_codec *codec)
{
    uint8_t who[256], frame[4096], topic[5];

    if (f->router == NULL)
        return;
    while (zmq_recv(f->pub, topic, sizeof topic, ZMQ_DONTWAIT) == 5)
        f->joined += topic[0] == 1 && topic[4] == MSG_STATE;
    for (int len; (len = zmq_recv(f->router, who, sizeof who,
                                  ZMQ_DONTWAIT)) >= 0;) {
        int n = zmq_recv(f->router, frame, sizeof frame, ZMQ_DONTWAIT);
        struct frame h;
        struct span body;
        struct msg m;

        assert_true(n > 0 && n <= (int)sizeof frame);
        assert_int_equal(frame_decode(codec, span_of(frame, (size_t)n), &h,
                                      &body), FRAME_OK);
        assert_int_equal(msg_decode(h.type, body, &m), 0);
        if (!f->mute)
            fake_answer(f, who, (size_t)len, &m.command);
    }
}

#endif
