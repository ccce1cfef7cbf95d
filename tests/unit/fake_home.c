/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/fake_home.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "agent/filer.h"
#include "proto/frame.h"
#include "proto/lb.h"

struct fake_home_parts {
    struct filer *filer;
    void *context, *socket;
    struct frame_codec *codec;
    pthread_t thread;
    atomic_bool ends;
};

static void
send_body(struct fake_home_parts *k, zmq_msg_t *to, struct span body)
{
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_REPLY };
    struct buf out = { 0 };
    zmq_msg_t id;

    frame_encode(k->codec, &f, body, COMPRESS_NO, 1, &out);
    zmq_msg_init(&id);
    zmq_msg_copy(&id, to);
    zmq_msg_send(&id, k->socket, ZMQ_SNDMORE);
    zmq_send(k->socket, out.p, out.len, 0);
    buf_fini(&out);
}

static void
reply(struct fake_home_parts *k, zmq_msg_t *to, const struct msg_command *m,
      struct msg_reply r)
{
    struct msg out = { .type = MSG_REPLY };
    struct buf body = { 0 };

    r.client = m->client;
    r.seq = m->seq;
    out.reply = r;
    msg_encode(&out, &body);
    send_body(k, to, buf_span(&body));
    buf_fini(&body);
}

static void
serve_file(struct fake_home *h, zmq_msg_t *to, const struct msg_command *m)
{
    const struct filer_from from = { .client = 1 };
    struct filer_answer a = { .client = 1 };

    if (filer_ask(h->parts->filer, &from, m, &a.body))
        mailbox_wait(filer_answers(h->parts->filer), &a, 1, -1);
    send_body(h->parts, to, buf_span(&a.body));
    buf_fini(&a.body);
}

static void
serve(struct fake_home *h, zmq_msg_t *to, const struct msg_command *m)
{
    struct buf pairs = { 0 };

    if (filer_knows(m->op) && h->busy > 0) {
        h->busy--;
        pair_add_u64(&pairs, "retry_ms", 1);
        reply(h->parts, to, m,
              (struct msg_reply){ .status = LB_LATER,
                                  .pairs = buf_span(&pairs) });
    } else if (filer_knows(m->op)) {
        h->gets += span_is(m->op, "file_get");
        h->puts += span_is(m->op, "file_put");
        serve_file(h, to, m);
    } else {
        pair_add(&pairs, "name", span_str("home"));
        reply(h->parts, to, m,
              (struct msg_reply){ .pairs = buf_span(&pairs) });
    }
    buf_fini(&pairs);
}

static void
receive(struct fake_home *h)
{
    struct fake_home_parts *k = h->parts;
    struct frame f;
    struct span body;
    struct msg m;
    zmq_msg_t id, part;

    zmq_msg_init(&id);
    zmq_msg_init(&part);
    if (zmq_msg_recv(&id, k->socket, 0) >= 0 && zmq_msg_more(&id) &&
        zmq_msg_recv(&part, k->socket, 0) >= 0 && ++h->heard > 0 &&
        !h->deaf &&
        frame_decode(k->codec,
                     span_of(zmq_msg_data(&part), zmq_msg_size(&part)), &f,
                     &body) == FRAME_OK &&
        msg_decode(f.type, body, &m) == 0 && m.type == MSG_COMMAND)
        serve(h, &id, &m.command);
    zmq_msg_close(&part);
    zmq_msg_close(&id);
}

static void *
play(void *arg)
{
    struct fake_home *h = arg;
    enum { LOOK_MS = 20 };

    while (!h->parts->ends) {
        zmq_pollitem_t item = { h->parts->socket, 0, ZMQ_POLLIN, 0 };
        if (zmq_poll(&item, 1, LOOK_MS) > 0)
            receive(h);
    }
    return NULL;
}

bool
fake_home_open(struct fake_home *h)
{
    enum { CONTROL_OFFSET = 3, ROOM = 1 << 30, LINGER = 0 };
    struct fake_home_parts *k = calloc(1, sizeof *k);
    char bound[64];
    size_t len = sizeof bound;
    const int linger = LINGER;

    *h = (struct fake_home){ .parts = k };
    snprintf(h->dir, sizeof h->dir, "/tmp/lb-home.XXXXXX");
    if (mkdtemp(h->dir) == NULL)
        return false;
    h->files = files_open(h->dir, ROOM);
    k->filer = filer_new(h->files);
    k->codec = frame_codec_new();
    k->context = zmq_ctx_new();
    k->socket = zmq_socket(k->context, ZMQ_ROUTER);
    zmq_setsockopt(k->socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_bind(k->socket, "tcp://127.0.0.1:*") != 0 ||
        zmq_getsockopt(k->socket, ZMQ_LAST_ENDPOINT, bound, &len) != 0)
        return false;
    snprintf(h->at, sizeof h->at, "127.0.0.1:%d",
             atoi(strrchr(bound, ':') + 1) - CONTROL_OFFSET);
    return pthread_create(&k->thread, NULL, play, h) == 0;
}

void
fake_home_close(struct fake_home *h)
{
    struct fake_home_parts *k = h->parts;
    char command[96];

    k->ends = true;
    pthread_join(k->thread, NULL);
    zmq_close(k->socket);
    zmq_ctx_term(k->context);
    frame_codec_free(k->codec);
    filer_free(k->filer);
    files_free(h->files);
    snprintf(command, sizeof command, "rm -rf %s", h->dir);
    if (system(command) != 0)
        abort();
    free(k);
}

struct digest
fake_home_put(struct fake_home *h, const char *bytes, size_t n)
{
    struct digest d = digest_of(span_of(bytes, n));
    struct file_in *in;

    if (files_begin(h->files, &d, n, true, &in) != 0 ||
        file_in_add(in, span_of(bytes, n)) != 0 || file_in_end(in) != 0)
        abort();
    file_in_free(in);
    return d;
}
