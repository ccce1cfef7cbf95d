/* SPDX-License-Identifier: MPL-2.0 */
/* net_send - the sending half of net. */
#include <errno.h>

#include "agent/clock.h"
#include "agent/net_parts.h"

bool
net_place(const struct net *n, const struct node_id *id, char *dst, size_t cap)
{
    return links_place(n->links, id, dst, cap);
}

static struct frame
own_frame(const struct net *n, uint8_t type)
{
    const struct self *me = n->self;

    return (struct frame){ .version = PROTOCOL_VERSION, .type = type,
                           .sender = me->id, .incarnation = me->incarnation,
                           .up_ms = (uint64_t)(clock_us() - me->start_us) /
                                    1000 };
}

static enum frame_compress
compress_for(const struct net *n, const struct node_id *to, uint8_t type)
{
    if (type != MSG_BATCH && type != MSG_RESULTS && type != MSG_CLAIMS)
        return COMPRESS_NO;
    if (n->compress == COMPRESS_AUTO && links_same_host(n->links, to))
        return COMPRESS_NO;
    return n->compress;
}

struct packet *
net_encode_peer(struct net *n, const struct node_id *to, uint8_t type,
                const uint32_t credit[2], struct span body)
{
    struct packet *p = packet_new(PACKET_PEER);
    struct frame f = own_frame(n, type);

    p->to = *to;
    f.seq = links_next_seq(n->links, to);
    f.credit_jobs = credit[0];
    f.credit_kib = credit[1];
    frame_encode(n->codec, &f, body, compress_for(n, to, type), n->level,
                 &p->frame);
    n->count.raw_bytes += FRAME_HEADER_BYTES + body.len;
    return p;
}

struct packet *
net_encode_reply(struct net *n, uint64_t client, struct span body)
{
    struct packet *p = packet_new(PACKET_CLIENT);
    struct frame f = own_frame(n, MSG_REPLY);

    p->client = client;
    frame_encode(n->codec, &f, body, COMPRESS_NO, n->level, &p->frame);
    n->count.raw_bytes += p->frame.len;
    return p;
}

struct unread *
net_unread(const struct net *n, uint64_t client)
{
    const struct client *c = clients_find(n->clients, client);

    return c != NULL ? c->unread : NULL;
}

/* The socket is done with it: it was sent, or nobody is there to read it. Of
 * any thread. */
static void
let_go(void *frame, void *hint)
{
    struct packet *p = hint;

    (void)frame;
    unread_give(p->unread, p->frame.len);
    packet_free(p);
}

/* Takes the packet. False: the connection is gone. */
static bool
send_to(struct net *n, struct client *c, struct packet *p)
{
    void *s = n->bound[BOUND_ROUTER];
    size_t bytes = p->frame.len;
    zmq_msg_t msg;
    int rc = -1;

    if (zmq_msg_init_data(&msg, p->frame.p, bytes, let_go, p) != 0) {
        let_go(NULL, p);
        zmq_msg_init(&msg);
    } else if (zmq_send(s, c->id, c->len, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) {
        rc = zmq_msg_send(&msg, s, ZMQ_DONTWAIT);
        n->count.wire_bytes += bytes;
    } else if (errno != EAGAIN) {
        zmq_msg_close(&msg);
        clients_drop(c);
        return false;
    }
    if (rc < 0)
        zmq_msg_close(&msg);
    n->count.lost += rc < 0;
    n->count.sent += rc >= 0;
    return true;
}

/* Takes the packet. False: the connection is gone. A client that reads nothing
 * loses replies, and asks again. */
static bool
send_reply(struct net *n, struct packet *p)
{
    struct client *c = clients_find(n->clients, p->client);

    if (c == NULL) {        /* said before */
        packet_free(p);
        return true;
    }
    p->unread = c->unread;
    if (unread_take(c->unread, p->frame.len, UNREAD_ANY))
        return send_to(n, c, p);
    n->count.lost++;
    packet_free(p);
    return true;
}

bool
net_send(struct net *n, struct packet *p, int64_t now_us)
{
    if (p->kind == PACKET_PEER) {
        links_send(n->links, p, now_us);
        return true;
    }
    return send_reply(n, p);
}

void
net_publish(struct net *n, uint8_t type, struct span body)
{
    struct frame f = own_frame(n, type);
    struct buf out = { 0 };

    f.seq = ++n->publish_seq[type];
    frame_encode(n->codec, &f, body, COMPRESS_NO, n->level, &out);
    if (zmq_send(n->bound[BOUND_PUB], out.p, out.len, ZMQ_DONTWAIT) >= 0)
        n->count.sent++;
    n->count.raw_bytes += out.len;
    n->count.wire_bytes += out.len;
    buf_fini(&out);
}
