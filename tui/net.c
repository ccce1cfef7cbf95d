/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/net_own.h"

enum { MONITOR_TRIES = 8 };
static const char MONITOR[] = "inproc://lbtop-router";

/* ---- life ---- */

/* A control connection that is cut is not made again by libzmq: what it holds
 * would go to whoever listens there then. */
void *
net_socket(struct net *n, int type, int64_t max_bytes)
{
    const struct { int name, value; } option[] = {
        { ZMQ_LINGER, 0 }, { ZMQ_IPV6, 1 },
        { ZMQ_RECONNECT_IVL, type == ZMQ_ROUTER ? -1 : 100 },
        { ZMQ_RECONNECT_IVL_MAX, 5000 }, { ZMQ_CONNECT_TIMEOUT, 3000 },
        { ZMQ_HANDSHAKE_IVL, 3000 }, { ZMQ_TCP_KEEPALIVE, 1 },
        { ZMQ_TCP_KEEPALIVE_IDLE, 5 }, { ZMQ_TCP_KEEPALIVE_INTVL, 2 },
        { ZMQ_TCP_KEEPALIVE_CNT, 3 }
    };
    void *s = zmq_socket(n->context, type);

    for (size_t i = 0; s != NULL && i < sizeof option / sizeof option[0]; i++)
        (void)zmq_setsockopt(s, option[i].name, &option[i].value,
                             sizeof option[i].value);
    if (s != NULL)
        (void)zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes);
    return s;
}

/* As many descriptors as we may have; how many these are. */
static size_t
raise_limit(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return 1024;
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r) != 0)
        (void)getrlimit(RLIMIT_NOFILE, &r);
    return r.rlim_cur > 1000 * 1000 ? 1000 * 1000 : (size_t)r.rlim_cur;
}

static void
open_router(struct net *n)
{
    int one = 1;

    n->router = net_socket(n, ZMQ_ROUTER,
                           MESSAGE_MAX_BYTES + FRAME_HEADER_BYTES);
    if (n->router == NULL)
        return;
    (void)zmq_setsockopt(n->router, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
    if (zmq_socket_monitor(n->router, MONITOR,
                           ZMQ_EVENT_DISCONNECTED |
                               ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0)
        return;
    n->monitor = zmq_socket(n->context, ZMQ_PAIR);
    if (n->monitor != NULL)
        (void)zmq_connect(n->monitor, MONITOR);
}

struct net *
net_new(const struct net_options *o)
{
    struct net *n = xcalloc(1, sizeof *n);

    n->limit = raise_limit();
    n->context = zmq_ctx_new();
    n->codec = frame_codec_new();
    zmq_msg_init(&n->part);
    if (getrandom(&n->client, sizeof n->client, 0) != sizeof n->client ||
        n->client == 0)
        n->client = 1;
    n->client &= ~(uint64_t)1;  /* + 1 is our own */
    n->client += n->client == 0 ? 2 : 0;
    text_add(n->by, sizeof n->by, "%s", o->by != NULL ? o->by : "");
    if (n->context != NULL)
        open_router(n);
    controls_init(n, o);
    if (n->router == NULL)
        net_note(n, "no sockets: descriptor limit (ulimit -n)");
    return n;
}

static void
shut(void *socket)
{
    if (socket != NULL)
        zmq_close(socket);
}

void
net_free(struct net *n)
{
    if (n == NULL)
        return;
    controls_free(n);
    members_free(n);
    if (n->router != NULL)
        (void)zmq_socket_monitor(n->router, NULL, 0);
    shut(n->monitor);
    shut(n->router);
    shut(n->sub);
    shut(n->near_sub);
    zmq_msg_close(&n->part);
    if (n->context != NULL)
        zmq_ctx_term(n->context);
    frame_codec_free(n->codec);
    buf_fini(&n->frame);
    free(n->news);
    free(n);
}

/* ---- what we have to say ourselves ---- */

static struct net_news *
add_news(struct net *n)
{
    if (n->at_news == n->n_news)
        n->at_news = n->n_news = 0;
    if (n->n_news == n->cap_news) {
        n->cap_news = n->cap_news == 0 ? 16 : 2 * n->cap_news;
        n->news = xrealloc(n->news, n->cap_news, sizeof *n->news);
    }
    struct net_news *e = &n->news[n->n_news++];
    *e = (struct net_news){ .kind = IN_NOTE };
    return e;
}

void
net_tell(struct net *n, const struct control *c, enum link_state link,
         const char *text)
{
    struct net_news *e = add_news(n);

    e->kind = IN_LINK;
    e->link = link;
    e->way_in = c->way;
    text_add(e->where, sizeof e->where, "%s", c->where);
    text_add(e->text, sizeof e->text, "%s", text);
}

void
net_note(struct net *n, const char *text)
{
    text_add(add_news(n)->text, sizeof n->news->text, "%s", text);
}

void
net_tell_off(struct net *n, const struct node_id *id)
{
    struct net_news *e = add_news(n);
    char text[NODE_ID_TEXT];

    node_id_print(id, text);
    e->kind = IN_LINK;
    e->link = LINK_OFF;
    text_add(e->where, sizeof e->where, "%s", text);
}

static bool
next_news(struct net *n, struct input *out)
{
    if (n->at_news == n->n_news)
        return false;
    const struct net_news *e = &n->news[n->at_news++];
    *out = (struct input){ .at_us = n->now_us, .kind = e->kind };
    if (e->kind == IN_NOTE) {
        out->level = NOTE_WARN;
        out->note = span_str(e->text);
    } else {
        out->link = e->link;
        out->way_in = e->way_in;
        out->where = span_str(e->where);
        out->text = span_str(e->text);
    }
    return true;
}

/* ---- frames ---- */

/* The next part of a message into n->part. */
static bool
receive(struct net *n, void *socket)
{
    zmq_msg_close(&n->part);
    zmq_msg_init(&n->part);
    return zmq_msg_recv(&n->part, socket, ZMQ_DONTWAIT) >= 0;
}

/* The rest of a message that has more parts than it should. */
static bool
skip_rest(struct net *n, void *socket)
{
    bool more = zmq_msg_more(&n->part) != 0;

    while (zmq_msg_more(&n->part) != 0 && receive(n, socket))
        ;
    return more;
}

static bool
may_come(uint8_t type, bool control)
{
    return control ? type == MSG_REPLY
                   : type == MSG_STATE || type == MSG_STATE_SLOW ||
                         type == MSG_EVENT || type == MSG_BYE;
}

/* Takes n->part apart. */
static void
take(struct net *n, bool control, struct input *out)
{
    struct span body, in = span_of(zmq_msg_data(&n->part),
                                   zmq_msg_size(&n->part));

    *out = (struct input){ .at_us = n->now_us, .n_bytes = in.len };
    out->kind = control ? IN_ANSWER : IN_STATE;
    out->why = frame_decode(n->codec, in, &out->head, &body);
    if (out->why == FRAME_OK && !may_come(out->head.type, control))
        out->why = FRAME_TYPE;
    if (out->why == FRAME_OK) {
        int rc = msg_decode(out->head.type, body, &out->msg);
        out->why = rc == 0 ? FRAME_OK : rc == -ENOSYS ? FRAME_TYPE
                                                      : FRAME_BODY;
    }
    if (out->why != FRAME_OK)
        out->kind = IN_BAD;
}

static bool
next_state(struct net *n, void *socket, struct input *out)
{
    if (socket == NULL || !receive(n, socket))
        return false;
    n->frames++;
    if (skip_rest(n, socket)) {
        *out = (struct input){ .at_us = n->now_us, .kind = IN_BAD,
                               .n_bytes = zmq_msg_size(&n->part),
                               .why = FRAME_LENGTH };
        return true;
    }
    take(n, false, out);
    if (zmq_msg_size(&n->part) > STATE_MAX_BYTES + FRAME_HEADER_BYTES) {
        out->kind = IN_BAD;
        out->why = FRAME_LENGTH;
    }
    return true;
}

/* Its name, then its frame. -1: nothing there, 0: not for others. */
static int
next_answer(struct net *n, struct input *out)
{
    if (n->router == NULL || !receive(n, n->router))
        return -1;
    n->frames++;
    const uint8_t *name = zmq_msg_data(&n->part);
    uint32_t number = zmq_msg_size(&n->part) != 4
                          ? 0
                          : (uint32_t)name[0] << 24 | (uint32_t)name[1] << 16 |
                                (uint32_t)name[2] << 8 | name[3];
    if (!zmq_msg_more(&n->part) || !receive(n, n->router) ||
        skip_rest(n, n->router))
        return 0;
    struct control *c = control_by_number(n, number);
    if (c == NULL)
        return 0;
    take(n, true, out);
    if (out->kind == IN_BAD) {
        if (node_id_is_zero(&out->head.sender))
            out->head.sender = c->id;
        control_bad(n, c, out);
        return 1;
    }
    return control_answer(n, c, &out->head, &out->msg.reply) &&
           out->msg.reply.client == n->client;
}

/* Connections that speak our language, and those that were lost. */
static void
read_monitor(struct net *n)
{
    char address[DIAL_WHERE_MAX + 16];
    uint16_t event = 0;

    while (n->monitor != NULL && receive(n, n->monitor)) {
        if (zmq_msg_size(&n->part) >= sizeof event)
            memcpy(&event, zmq_msg_data(&n->part), sizeof event);
        if (!zmq_msg_more(&n->part) || !receive(n, n->monitor))
            return;
        span_copy(span_of(zmq_msg_data(&n->part), zmq_msg_size(&n->part)),
                  address, sizeof address);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            control_speaks(n, address);
        else
            control_cut(n, address);
    }
}

/* ---- turns ---- */

static void
begin_turn(struct net *n)
{
    if (n->in_turn)
        return;
    n->in_turn = true;
    n->turn_us = n->now_us;
    n->frames = 0;
    read_monitor(n);
    controls_step(n);
}

static bool
next_frame(struct net *n, struct input *out)
{
    while (n->frames < TURN_FRAMES && n->now_us - n->turn_us < TURN_US) {
        int rc = next_answer(n, out);
        if (rc > 0)
            return true;
        if (rc == 0)
            continue;
        return next_state(n, n->near_sub, out) || next_state(n, n->sub, out);
    }
    return false;
}

bool
net_next(struct net *n, int64_t now_us, struct input *out, struct span *raw)
{
    n->now_us = now_us;
    if (raw != NULL)
        *raw = span_of(NULL, 0);
    begin_turn(n);
    if (next_news(n, out))
        return true;
    if (next_frame(n, out)) {
        if (raw != NULL)
            *raw = span_of(zmq_msg_data(&n->part), zmq_msg_size(&n->part));
        return true;
    }
    n->in_turn = n->at_news < n->n_news;
    return n->in_turn && next_news(n, out);
}

void
net_look(struct net *n, const struct model *m, int64_t now_us,
         const struct node_id *near, size_t n_near)
{
    n->now_us = now_us;
    if (now_us < n->look_us && !n->retry)
        return;
    n->look_us = now_us + LOOK_US;
    members_look(n, m, near, n_near);
    ways_look(n, m);
}

void
net_retry(struct net *n)
{
    n->retry = true;
}

size_t
net_poll(const struct net *n, zmq_pollitem_t *items, size_t cap)
{
    void *socket[] = { n->router, n->monitor, n->sub, n->near_sub };
    size_t used = 0;

    for (size_t i = 0; i < sizeof socket / sizeof socket[0]; i++)
        if (socket[i] != NULL && used < cap)
            items[used++] = (zmq_pollitem_t){ .socket = socket[i],
                                              .events = ZMQ_POLLIN };
    for (size_t i = 0; i < n->n_controls && used < cap; i++)
        if (n->control[i]->dial.state == DIAL_PROBE)
            items[used++] = (zmq_pollitem_t){ .fd = n->control[i]->dial.fd,
                                              .events = ZMQ_POLLOUT };
    return used;
}

int64_t
net_deadline_us(const struct net *n)
{
    int64_t at = controls_deadline_us(n);

    if (n->retry || n->at_news < n->n_news || n->look_us == 0)
        return n->now_us;
    return at < n->look_us + NET_SECOND_US ? at : n->look_us + NET_SECOND_US;
}

const struct node_id *
net_way_in(const struct net *n)
{
    static const struct node_id none;
    return n->way_in != NULL ? &n->way_in->id : &none;
}
