/* SPDX-License-Identifier: MPL-2.0 */
/* client_node - a node that is played by a thread, for tests of the client
 * library. */
#ifndef LB_CLIENT_NODE_H
#define LB_CLIENT_NODE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/client.h"
#include "proto/frame.h"
#include "proto/lb.h"
#include "proto/msg.h"
#include "proto/workload.h"

enum { SEEN_MAX = 64, JOBS = 25000 };

struct node {
    char dir[64], where[128];
    void *context, *socket;
    pthread_t thread;
    struct frame_codec *codec;
    /* what came, in order */
    size_t n_seen;
    char op[SEEN_MAX][16];
    uint64_t seq[SEEN_MAX], wait_ms[SEEN_MAX];
    uint32_t first[SEEN_MAX];
    pthread_mutex_t lock;   /* of what stands above and below */
    /* how it behaves */
    int drop;               /* so many pings are not answered */
    int full;               /* so many submits are refused */
    int drains;             /* that is why */
    int lacks;              /* of files: this one, and those behind it */
    int busy;               /* so many questions for a piece are refused */
    int bytes, total;       /* x that every file has, and is said to have */
    int version, jobs;
    uint32_t accepted;
};

static void
answer(struct node *n, const zmq_msg_t *id, const struct msg_command *q,
       struct msg_reply *r)
{
    struct buf body = { 0 }, frame = { 0 };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_REPLY };
    struct msg m = { .type = MSG_REPLY };
    zmq_msg_t to;

    r->client = q->client;
    r->seq = q->seq;
    m.reply = *r;
    msg_encode(&m, &body);
    frame_encode(n->codec, &f, buf_span(&body), COMPRESS_NO, 1, &frame);
    frame.p[2] = (uint8_t)n->version;
    zmq_msg_init(&to);
    zmq_msg_copy(&to, (zmq_msg_t *)(uintptr_t)id);
    zmq_msg_send(&to, n->socket, ZMQ_SNDMORE);
    zmq_send(n->socket, frame.p, frame.len, 0);
    buf_fini(&body);
    buf_fini(&frame);
}

static void
take_chunk(struct node *n, const struct msg_command *q, struct buf *pairs,
           struct msg_reply *r)
{
    struct chunk chunk;
    uint64_t number;

    if (n->full > 0) {
        n->full--;
        r->status = LB_LATER;
        r->text = span_str("alpha has no room");
        pair_add_u64(pairs, "retry_s", 24 * 3600);
        if (!n->drains)
            pair_add_u64(pairs, "retry_ms", 1); /* the finer one counts */
        return;
    }
    pair_u64(q->pairs, "workload", 0, &number);
    if (chunk_decode(q->blob, &chunk) != 0 || chunk.first != n->accepted ||
        number != (chunk.first > 0 ? 7 : 0)) {
        r->status = LB_USAGE;   /* out of order, or of no workload */
        return;
    }
    n->accepted += chunk.count;
    pair_add_u64(pairs, "workload", 7);
    pair_add_u64(pairs, "accepted", n->accepted);
}

/* A page of two results at a time, in order; ended with the last. */
static void
give_results(struct node *n, const struct msg_command *q, struct buf *pairs,
             struct buf *rows)
{
    uint64_t after = 0;

    pair_u64(q->pairs, "after", 0, &after);
    for (int i = 0; i < 2 && after < (uint64_t)n->jobs; i++, after++) {
        struct buf row = { 0 };
        struct result r = { .workload = 7, .index = (uint32_t)after,
                            .outcome = OUTCOME_DONE, .attempt = 1,
                            .error = span_str(""), .value = span_str("v") };
        r.node.b[15] = 1;
        result_encode(&r, &row);
        row_add(rows, buf_span(&row));
        buf_fini(&row);
    }
    pair_add_u64(pairs, "next", after);
    pair_add(pairs, "nodes",
             span_str("00000000000000000000000000000001=beta"));
    if (after == (uint64_t)n->jobs)
        pair_add_u64(pairs, "ended", 1);
}

static void
tell_files(const struct node *n, const struct msg_command *q, struct buf *rows)
{
    for (size_t i = 0; i < q->blob.len / FILE_HASH_BYTES; i++)
        row_add(rows, span_str(q->blob.p[i * FILE_HASH_BYTES] < n->lacks
                                   ? "1" : "0"));
}

static void
give_file(struct node *n, struct buf *pairs, struct buf *rows,
          struct msg_reply *r)
{
    struct buf bytes = { 0 };

    if (n->busy > 0) {
        n->busy--;
        r->status = LB_LATER;
        pair_add_u64(pairs, "retry_ms", 1);
        return;
    }
    for (int i = 0; i < n->bytes; i++)
        buf_u8(&bytes, 'x');
    row_add(rows, buf_span(&bytes));
    pair_add_u64(pairs, "total", (uint64_t)n->total);
    buf_fini(&bytes);
}

/* Reading what libzmq has received looks like a race at each byte. Working out
 * that it is none takes longer, for a list of jobs, than clients wait. */
__attribute__((visibility("default"))) const char *
__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
    return "called_from_lib:libzmq.so";
}

/* A chunk may come again when the machine is slow: it counts once. */
static size_t
place_of(struct node *n, const struct msg_command *q)
{
    for (size_t i = 0; i < n->n_seen && span_is(q->op, "submit"); i++)
        if (strcmp(n->op[i], "submit") == 0 && n->seq[i] == q->seq)
            return i;
    return n->n_seen < SEEN_MAX ? n->n_seen++ : SEEN_MAX - 1;
}

/* False: it is to end. */
static bool
obey(struct node *n, const zmq_msg_t *id, const struct msg_command *q)
{
    struct buf pairs = { 0 }, rows = { 0 };
    struct msg_reply r = { .status = 0, .text = span_str("") };
    size_t i = place_of(n, q);
    bool silent = false;
    struct chunk chunk;

    span_copy(q->op, n->op[i], sizeof n->op[i]);
    n->seq[i] = q->seq;
    if (chunk_decode(q->blob, &chunk) == 0)
        n->first[i] = chunk.first;
    if (span_is(q->op, "hello"))
        pair_add(&pairs, "name", span_str("alpha"));
    else if (span_is(q->op, "ping"))
        silent = n->drop-- > 0;
    else if (span_is(q->op, "submit"))
        take_chunk(n, q, &pairs, &r);
    else if (span_is(q->op, "file_have"))
        tell_files(n, q, &rows);
    else if (span_is(q->op, "file_get"))
        give_file(n, &pairs, &rows, &r);
    else if (span_is(q->op, "results"))
        give_results(n, q, &pairs, &rows);
    r.pairs = buf_span(&pairs);
    r.rows = buf_span(&rows);
    if (!silent)
        answer(n, id, q, &r);
    buf_fini(&pairs);
    buf_fini(&rows);
    return !span_is(q->op, "end");
}

static bool
obey_alone(struct node *n, const zmq_msg_t *id, const struct msg_command *q)
{
    pthread_mutex_lock(&n->lock);
    bool on = obey(n, id, q);
    pthread_mutex_unlock(&n->lock);
    return on;
}

/* The node as it is between two questions: what either thread did before is
 * seen by the other one after. */
static struct node *
look(struct node *n)
{
    pthread_mutex_lock(&n->lock);
    pthread_mutex_unlock(&n->lock);
    return n;
}

/* Changes how it behaves, between two questions. */
static void
put(struct node *n, int *at, int value)
{
    pthread_mutex_lock(&n->lock);
    *at = value;
    pthread_mutex_unlock(&n->lock);
}

static void *
play(void *arg)
{
    struct node *n = arg;
    bool on = true;

    while (on) {
        zmq_msg_t id, body;
        struct frame f;
        struct span in;
        struct msg m;
        zmq_msg_init(&id);
        zmq_msg_init(&body);
        if (zmq_msg_recv(&id, n->socket, 0) >= 0 &&
            zmq_msg_recv(&body, n->socket, 0) >= 0 &&
            frame_decode(n->codec, span_of(zmq_msg_data(&body),
                                           zmq_msg_size(&body)), &f, &in) ==
                FRAME_OK && msg_decode(f.type, in, &m) == 0)
            on = obey_alone(n, &id, &m.command);
        zmq_msg_close(&id);
        zmq_msg_close(&body);
    }
    return NULL;
}

static int
start(void **state)
{
    struct node *n = calloc(1, sizeof *n);
    int linger = 500;

    pthread_mutex_init(&n->lock, NULL);
    strcpy(n->dir, "/tmp/lb-client.XXXXXX");
    if (mkdtemp(n->dir) == NULL)
        return -1;
    snprintf(n->where, sizeof n->where, "ipc://%s/control.sock", n->dir);
    n->version = PROTOCOL_VERSION;
    n->codec = frame_codec_new();
    n->context = zmq_ctx_new();
    n->socket = zmq_socket(n->context, ZMQ_ROUTER);
    zmq_setsockopt(n->socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_bind(n->socket, n->where) != 0)
        return -1;
    *state = n;
    return pthread_create(&n->thread, NULL, play, n);
}

static int
stop(void **state)
{
    struct node *n = *state;
    struct lb_call end = { .op = "end" };
    struct lb_reply *r;
    struct lb *lb = lb_new(NULL);

    put(n, &n->version, PROTOCOL_VERSION);
    if (lb_connect(lb, n->where) != LB_OK)
        return -1;
    lb_call_do(lb, &end, &r);
    lb_reply_free(r);
    lb_free(lb);
    pthread_join(n->thread, NULL);
    zmq_close(n->socket);
    zmq_ctx_term(n->context);
    frame_codec_free(n->codec);
    pthread_mutex_destroy(&n->lock);
    unlink(n->where + 6);
    rmdir(n->dir);
    free(n);
    return 0;
}

static struct lb *
connected(struct node *n)
{
    struct lb *lb = lb_new(NULL);

    assert_int_equal(lb_connect(lb, n->where), LB_OK);
    assert_string_equal(lb_name(lb), "alpha");
    return lb;
}

#endif
