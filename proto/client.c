/* SPDX-License-Identifier: MPL-2.0 */
/* The connection: sending questions, again if need be, and getting answers. */
#include "proto/client.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#include "base/text.h"
#include "base/xalloc.h"

enum { CONTROL_OFFSET = 3, TIMEOUT_MS = 5000 };

int
client_fail(struct lb *lb, int status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(lb->error, sizeof lb->error, fmt, args);
    va_end(args);
    return status;
}

struct lb *
lb_new(struct lb *beside)
{
    struct lb *lb = xcalloc(1, sizeof *lb);

    lb->own_context = beside == NULL;
    lb->context = beside == NULL ? zmq_ctx_new() : beside->context;
    lb->codec = frame_codec_new();
    lb->timeout_ms = TIMEOUT_MS;
    if (getrandom(&lb->client, sizeof lb->client, 0) !=
        (ssize_t)sizeof lb->client)
        lb->client = (uint64_t)dial_now_ms() << 20 ^ (uintptr_t)lb;
    return lb;
}

bool
client_prepare(struct lb *lb)
{
    void *any = lb->context != NULL ? zmq_socket(lb->context, ZMQ_DEALER)
                                    : NULL;

    return any != NULL && zmq_close(any) == 0;
}

void
lb_free(struct lb *lb)
{
    if (lb == NULL)
        return;
    client_forget(lb, 0);
    if (lb->monitor != NULL) {
        zmq_socket_monitor(lb->socket, NULL, 0);
        zmq_close(lb->monitor);
    }
    if (lb->socket != NULL)
        zmq_close(lb->socket);
    if (lb->own_context && lb->context != NULL)
        zmq_ctx_term(lb->context);
    frame_codec_free(lb->codec);
    lb_reply_free(lb->hello);
    free(lb);
}

void
lb_set_timeout(struct lb *lb, int64_t ms)
{
    lb->timeout_ms = ms;
}

void
lb_set_interrupt(struct lb *lb, const volatile sig_atomic_t *flag)
{
    lb->interrupt = flag;
}

const char *
lb_error(const struct lb *lb)
{
    return lb->error;
}

const char *
lb_name(const struct lb *lb)
{
    return lb->name[0] != '\0' ? lb->name : lb->where;
}

const struct lb_reply *
lb_hello(const struct lb *lb)
{
    return lb->hello;
}

void
client_forget(struct lb *lb, uint64_t seq)
{
    for (size_t i = 0; i < CLIENT_WINDOW; i++) {
        struct client_open *o = &lb->open[i];
        if (o->seq == 0 || (seq != 0 && o->seq != seq))
            continue;
        buf_fini(&o->frame);
        o->seq = 0;
    }
}

static void
transmit(struct lb *lb, struct client_open *o)
{
    /* A full queue is as good as a lost frame: it is sent again. */
    zmq_send(lb->socket, o->frame.p, o->frame.len, ZMQ_DONTWAIT);
    o->next_ms = dial_now_ms() + CLIENT_REPEAT_MS + o->wait_ms;
}

static void
encode(struct lb *lb, const struct lb_call *c, uint64_t seq, struct buf *out)
{
    struct buf pairs = { 0 }, body = { 0 };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_COMMAND,
                       .flags = FRAME_REPLY_WANTED, .seq = seq };
    struct msg m = { .type = MSG_COMMAND };

    for (size_t i = 0; i < c->n_pairs; i++) {
        const struct lb_pair *p = &c->pair[i];
        const void *value = p->value != NULL ? p->value : p->number;
        pair_add(&pairs, p->key, span_of(value, p->len));
    }
    m.command = (struct msg_command){
        .client = lb->client, .seq = seq, .op = span_str(c->op),
        .pairs = buf_span(&pairs), .blob = span_of(c->blob, c->blob_len)
    };
    msg_encode(&m, &body);
    frame_encode(lb->codec, &f, buf_span(&body),
                 lb->is_tcp ? COMPRESS_AUTO : COMPRESS_NO, 1, out);
    buf_fini(&pairs);
    buf_fini(&body);
}

uint64_t
client_ask(struct lb *lb, const struct lb_call *c)
{
    struct client_open *o = NULL;

    for (size_t i = 0; i < CLIENT_WINDOW && o == NULL; i++)
        if (lb->open[i].seq == 0)
            o = &lb->open[i];
    assert(o != NULL);
    *o = (struct client_open){ .seq = ++lb->seq, .wait_ms = c->wait_ms };
    encode(lb, c, o->seq, &o->frame);
    o->deadline_ms = dial_now_ms() + lb->timeout_ms + c->wait_ms;
    if (lb->socket != NULL)
        transmit(lb, o);
    return o->seq;
}

/* What the monitor tells: did the other side speak ZeroMQ at all? */
static void
look_at_monitor(struct lb *lb)
{
    uint8_t event[6];

    while (lb->monitor != NULL &&
           zmq_recv(lb->monitor, event, sizeof event, ZMQ_DONTWAIT) > 0) {
        uint16_t what;
        memcpy(&what, event, sizeof what);
        zmq_recv(lb->monitor, NULL, 0, ZMQ_DONTWAIT);
        if (what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            lb->shaken = true;
    }
}

static int
not_ours(struct lb *lb)
{
    return client_fail(lb, LB_UNREACHABLE,
                       "%s does not speak the lbagent protocol", lb->where);
}

static int
too_late(struct lb *lb)
{
    look_at_monitor(lb);
    if (!lb->greeted && lb->monitor != NULL && !lb->shaken) {
        struct dial d = { .where = lb->where, .offset = CONTROL_OFFSET,
                          .interrupt = lb->interrupt };
        enum dial_word word = dial_listen(&d);
        if (dial_interrupted(lb->interrupt))
            return client_fail(lb, LB_INTERRUPTED, "interrupted");
        if (word == DIAL_FOREIGN)
            return not_ours(lb);
        if (word == DIAL_CLOSED)
            return client_fail(lb, LB_UNREACHABLE, "%s hangs up at once: it "
                               "has no room, or is no lbagent", lb->where);
    }
    if (lb->timeout_ms % 1000 == 0)
        return client_fail(lb, LB_TIMEOUT, "%s did not answer within %llds",
                           lb_name(lb), (long long)(lb->timeout_ms / 1000));
    return client_fail(lb, LB_TIMEOUT, "%s did not answer within %lldms",
                       lb_name(lb), (long long)lb->timeout_ms);
}

/* Takes a frame apart. Status; *out stays NULL if it is not for us. */
static int
understand(struct lb *lb, struct span in, struct lb_reply **out)
{
    struct frame f = { .version = 0 };
    struct span body;
    struct msg m;
    enum frame_error e = frame_decode(lb->codec, in, &f, &body);

    if (e == FRAME_VERSION)
        return client_fail(lb, LB_PROTOCOL, "%s speaks protocol %u, this %s "
                           "%u; upgrade the older one", lb_name(lb), f.version,
                           program_invocation_short_name, PROTOCOL_VERSION);
    if (e != FRAME_OK)
        return lb->greeted ? LB_OK : not_ours(lb);
    if (f.type != MSG_REPLY)
        return LB_OK;
    struct lb_reply *r = xcalloc(1, sizeof *r);
    buf_bytes(&r->body, body.p, body.len);
    if (msg_decode(f.type, buf_span(&r->body), &m) != 0 ||
        m.reply.client != lb->client) {
        lb_reply_free(r);
        return LB_OK;
    }
    r->msg = m.reply;
    r->text = xmalloc(m.reply.text.len + 1);
    span_copy(m.reply.text, r->text, m.reply.text.len + 1);
    *out = r;
    return LB_OK;
}

/* Receives one frame if there is any. */
static int
receive(struct lb *lb, struct lb_reply **out)
{
    zmq_msg_t msg;
    int status = LB_OK;

    zmq_msg_init(&msg);
    if (zmq_msg_recv(&msg, lb->socket, ZMQ_DONTWAIT) >= 0)
        status = understand(lb, span_of(zmq_msg_data(&msg),
                                        zmq_msg_size(&msg)), out);
    zmq_msg_close(&msg);
    return status;
}

/* Repeats what is due. False: a question is too old. *next_ms: when to look
 * again. */
static bool
repeat(struct lb *lb, int64_t *next_ms)
{
    int64_t now = dial_now_ms();

    *next_ms = INT64_MAX;
    for (size_t i = 0; i < CLIENT_WINDOW; i++) {
        struct client_open *o = &lb->open[i];
        if (o->seq == 0)
            continue;
        if (now >= o->deadline_ms)
            return false;
        if (now >= o->next_ms && o->repeats < CLIENT_REPEATS) {
            o->repeats++;
            transmit(lb, o);
        }
        int64_t next = o->repeats < CLIENT_REPEATS ? o->next_ms
                                                   : o->deadline_ms;
        if (next > o->deadline_ms)
            next = o->deadline_ms;
        if (next < *next_ms)
            *next_ms = next;
    }
    return true;
}

static bool
is_open(const struct lb *lb, uint64_t seq)
{
    for (size_t i = 0; i < CLIENT_WINDOW; i++)
        if (lb->open[i].seq == seq)
            return seq != 0;
    return false;
}

int
client_answer(struct lb *lb, uint64_t *seq, struct lb_reply **out)
{
    *out = NULL;
    if (lb->socket == NULL)
        return client_fail(lb, LB_UNREACHABLE, "not connected");
    for (;;) {
        zmq_pollitem_t item = { .socket = lb->socket, .events = ZMQ_POLLIN };
        int64_t next;
        int status = receive(lb, out);
        if (status != LB_OK)
            return status;
        if (*out != NULL && is_open(lb, (*out)->msg.seq)) {
            lb->greeted = true;
            *seq = (*out)->msg.seq;
            client_forget(lb, *seq);
            return client_status(lb, *out);
        }
        if (*out != NULL) {     /* an answer again, to what was repeated */
            lb_reply_free(*out);
            *out = NULL;
            continue;
        }
        if (dial_interrupted(lb->interrupt))
            return client_fail(lb, LB_INTERRUPTED, "interrupted");
        if (!repeat(lb, &next))
            return too_late(lb);
        int64_t wait = next - dial_now_ms();
        if (lb->interrupt != NULL && wait > CLIENT_SLICE_MS)
            wait = CLIENT_SLICE_MS;
        zmq_poll(&item, 1, wait > 0 ? (long)wait : 0);
    }
}

static void
option(void *socket, int name, int value)
{
    int rc = zmq_setsockopt(socket, name, &value, sizeof value);
    assert(rc == 0);
}

/* Tells whether the other side speaks ZeroMQ: words for people, no more. */
static void
open_monitor(struct lb *lb)
{
    char name[48] = "";

    text_add(name, sizeof name, "inproc://lb-%p", (void *)lb);
    if (zmq_socket_monitor(lb->socket, name,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0)
        return;
    lb->monitor = zmq_socket(lb->context, ZMQ_PAIR);
    if (lb->monitor == NULL) {
        zmq_socket_monitor(lb->socket, NULL, 0);
        return;
    }
    option(lb->monitor, ZMQ_LINGER, 0);
    zmq_connect(lb->monitor, name);
}

/* LB_INTERNAL: the host has no descriptor or memory left for it. */
static int
open_socket(struct lb *lb)
{
    lb->socket = lb->context != NULL ? zmq_socket(lb->context, ZMQ_DEALER)
                                     : NULL;
    if (lb->socket == NULL)
        return client_fail(lb, LB_INTERNAL, "no socket is to be had: %s",
                           lb->context != NULL ? zmq_strerror(errno)
                                               : "no context");
    option(lb->socket, ZMQ_LINGER, 0);
    option(lb->socket, ZMQ_RECONNECT_IVL_MAX, 1000);
    option(lb->socket, ZMQ_IPV6, 1);
    int64_t most = MESSAGE_MAX_BYTES + FRAME_HEADER_BYTES;
    zmq_setsockopt(lb->socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    if (lb->is_tcp)
        open_monitor(lb);
    return LB_OK;
}

int
lb_connect(struct lb *lb, const char *where)
{
    struct lb_call c = { .op = "hello" };
    struct dial d = { .where = where, .offset = CONTROL_OFFSET };

    assert(lb->socket == NULL);
    lb->error[0] = '\0';
    span_copy(span_str(where), lb->where, sizeof lb->where);
    d.interrupt = lb->interrupt;
    int status = dial(&d);
    if (status != LB_OK)
        return client_fail(lb, status, "%s", d.error);
    lb->is_tcp = strncmp(d.address, "tcp:", 4) == 0;
    if ((status = open_socket(lb)) != LB_OK)
        return status;
    if (zmq_connect(lb->socket, d.address) != 0)
        return client_fail(lb, LB_UNREACHABLE, "%s: %s", where,
                           zmq_strerror(errno));
    status = lb_call_do(lb, &c, &lb->hello);
    const char *name = lb->hello == NULL ? NULL
                       : lb_reply_get(lb->hello, "name", NULL);
    if (status == LB_OK && name == NULL)
        return not_ours(lb);
    if (status == LB_OK)
        span_copy(span_str(name), lb->name, sizeof lb->name);
    return status;
}
