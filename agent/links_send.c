/* SPDX-License-Identifier: MPL-2.0 */
/* links_send - the sending half of links: sockets, queues, HELLOs, time. */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "agent/links_parts.h"
#include "agent/sockets.h"
#include "base/log.h"
#include "base/text.h"

#define HELLO_US (1 * SECOND_US)
#define REDIAL_US (30 * SECOND_US)
#define UNUSED_US (60 * SECOND_US)
#define FORGET_US (600 * SECOND_US)
#define RETRY_SOON_US INT64_C(1000)     /* while a queue waits for room: the
                                           credit of a reader comes in lumps */
#define RETRY_US INT64_C(10000)         /* and after a tenth of a second */
#define RETRY_SLOWLY_US (SECOND_US / 5) /* and after a second of that */

enum { QUEUE_PACKETS = 512, QUEUE_BYTES = 2 * MESSAGE_MAX_BYTES };

/* ---- sockets and queues ---- */

void
link_undial(struct links *l, struct link *k)
{
    char address[TCP_ADDRESS_CAP];

    if (k->push != NULL) {
        zmq_close(k->push);
        k->push = NULL;
    }
    if (k->pub_connected) {
        tcp_address(k->host, (uint16_t)(k->port + 1), address);
        (void)zmq_disconnect(l->o.pub, address);
        k->pub_connected = false;
    }
}

void
link_drop_queue(struct links *l, struct link *k)
{
    for (struct packet *next; k->first != NULL; k->first = next) {
        next = k->first->next;
        packet_free(k->first);
        l->total.lost++;
    }
    k->last = NULL;
    k->n_queued = k->queued_bytes = 0;
    k->blocked_us = 0;
}

void
link_dial(struct links *l, struct link *k, int64_t now_us)
{
    char address[TCP_ADDRESS_CAP];

    if (k->myself)
        return;
    if (!k->pub_connected) {
        tcp_address(k->host, (uint16_t)(k->port + 1), address);
        k->pub_connected = zmq_connect(l->o.pub, address) == 0;
        k->dialled_us = now_us;
    }
    if (k->push != NULL)
        return;
    tcp_address(k->host, k->port, address);
    k->push = sockets_push(l->o.context, l->o.ipv6 ||
                                             strchr(k->host, ':') != NULL);
    if (k->push != NULL && zmq_connect(k->push, address) == 0)
        return;
    char text[TCP_ADDRESS_CAP];
    log_event(LOG_WARN, "dial", "to=%s error=%s next=\"again in 30 s\"",
              address, log_quote(zmq_strerror(errno), text, sizeof text));
    link_undial(l, k);
    k->dialled_us = now_us;
}

/* ---- what is sent ---- */

bool
links_place(const struct links *l, const struct node_id *id, char *dst,
            size_t cap)
{
    const struct link *k = link_by_id(l, id);

    if (k == NULL || k->host[0] == '\0')
        return false;
    bool six = strchr(k->host, ':') != NULL;
    dst[0] = '\0';
    text_add(dst, cap, six ? "[%s]:%u" : "%s:%u", k->host, (unsigned)k->port);
    return true;
}

bool
links_same_host(const struct links *l, const struct node_id *id)
{
    const struct link *k = link_by_id(l, id);
    return k != NULL && k->boot_id == l->o.self->boot_id;
}

uint64_t
links_next_seq(struct links *l, const struct node_id *id)
{
    struct link *k = link_by_id(l, id);
    return k != NULL ? ++k->seq : 0;
}

/* 0, or -EAGAIN. Other errors lose the packet, as the wire may. */
static int
push(struct links *l, struct link *k, const struct packet *p)
{
    if (k->push == NULL)
        return -EAGAIN;
    if (zmq_send(k->push, p->frame.p, p->frame.len, ZMQ_DONTWAIT) < 0)
        return errno == EAGAIN ? -EAGAIN : 0;
    l->total.sent++;
    l->total.bytes += p->frame.len;
    return 0;
}

static void
enqueue(struct links *l, struct link *k, struct packet *p, int64_t now_us)
{
    if (k->n_queued == QUEUE_PACKETS ||
        k->queued_bytes + p->frame.len > QUEUE_BYTES) {
        l->total.lost++;
        packet_free(p);
        return;
    }
    p->next = NULL;
    if (k->last != NULL)
        k->last->next = p;
    else
        k->first = p;
    k->last = p;
    k->n_queued++;
    k->queued_bytes += p->frame.len;
    if (k->blocked_us == 0) {
        k->blocked_us = now_us;
        k->retry_us = now_us + RETRY_SOON_US;
        if (l->next_us > k->retry_us)
            l->next_us = k->retry_us;
    }
}

void
links_send(struct links *l, struct packet *p, int64_t now_us)
{
    struct link *k = link_by_id(l, &p->to);

    if (k == NULL || k->myself) {
        l->total.lost++;
        packet_free(p);
        return;
    }
    k->used_us = now_us;
    link_dial(l, k, now_us);
    if (k->first != NULL || push(l, k, p) == -EAGAIN)
        enqueue(l, k, p, now_us);
    else
        packet_free(p);
}

static void
say(struct links *l, struct link *k, const struct msg *m, int64_t now_us)
{
    const struct self *me = l->o.self;
    struct frame f = { .version = PROTOCOL_VERSION, .type = m->type,
                       .sender = me->id, .incarnation = me->incarnation,
                       .seq = ++k->seq,
                       .up_ms = (uint64_t)(now_us - me->start_us) / 1000 };
    struct packet *p = packet_new(PACKET_PEER);
    struct buf body = { 0 };

    msg_encode(m, &body);
    frame_encode(NULL, &f, buf_span(&body), COMPRESS_NO, 1, &p->frame);
    (void)push(l, k, p);    /* said again in a second anyhow */
    buf_fini(&body);
    packet_free(p);
}

static void
greet(struct links *l, struct link *k, int64_t now_us)
{
    const struct self *me = l->o.self;
    const struct msg hello = {
        .type = MSG_HELLO,
        .hello = { .name = span_str(me->name), .cluster = span_str(me->cluster),
                   .host = span_str(me->host), .version = span_str(me->version),
                   .port = me->port, .min_version = PROTOCOL_VERSION,
                   .max_version = PROTOCOL_VERSION } };
    const struct msg ping = { .type = MSG_PING,
                              .ping = { l->ping | k->number } };

    link_dial(l, k, now_us);
    say(l, k, &hello, now_us);
    if (!k->known)
        say(l, k, &ping, now_us);
}

/* ---- time ---- */

static void
retry(struct links *l, struct link *k, int64_t now_us)
{
    while (k->first != NULL && push(l, k, k->first) == 0) {
        struct packet *p = k->first;
        k->first = p->next;
        if (k->first == NULL)
            k->last = NULL;
        k->n_queued--;
        k->queued_bytes -= p->frame.len;
        k->blocked_us = now_us;
        packet_free(p);
    }
    if (k->first == NULL) {
        k->blocked_us = 0;
        k->retry_us = INT64_MAX;
    } else {
        int64_t blocked_us = now_us - k->blocked_us;
        k->retry_us = now_us + (blocked_us < SECOND_US / 10 ? RETRY_SOON_US
                                : blocked_us < SECOND_US    ? RETRY_US
                                                            : RETRY_SLOWLY_US);
    }
}

/* After a refusal libzmq does not connect again by itself. */
static void
redial(struct links *l, struct link *k, int64_t now_us)
{
    link_undial(l, k);
    if (k->fixed)
        link_set_place(k, k->fixed_host, k->fixed_port);
    k->dialled_us = now_us;
}

static void
tend(struct links *l, struct link *k, int64_t now_us)
{
    bool up = link_alive(l, k, now_us);

    if (!up && k->first != NULL && now_us - k->blocked_us > SECOND_US)
        link_drop_queue(l, k);
    if (k->first != NULL && now_us >= k->retry_us)
        retry(l, k, now_us);
    if (!up && k->pub_connected && now_us - k->dialled_us >= REDIAL_US)
        redial(l, k, now_us);
    if (link_wants_state(l, k, now_us) && now_us >= k->hello_us) {
        greet(l, k, now_us);
        k->hello_us = now_us + HELLO_US;
    } else if (k->push != NULL && k->first == NULL &&
               now_us - k->used_us >= UNUSED_US &&
               !link_wants_state(l, k, now_us)) {
        zmq_close(k->push);
        k->push = NULL;
    }
}

static int64_t
due_us(const struct links *l, const struct link *k, int64_t now_us)
{
    int64_t due = now_us + 10 * SECOND_US;

    if (link_wants_state(l, k, now_us))
        due = k->hello_us;
    else if (k->state_us != 0 && k->state_us + l->o.dead_after_us < due)
        due = k->state_us + l->o.dead_after_us;
    return k->first != NULL && k->retry_us < due ? k->retry_us : due;
}

void
links_tick(struct links *l, int64_t now_us)
{
    int64_t next = now_us + 10 * SECOND_US;

    if (now_us < l->next_us)
        return;
    for (size_t i = l->n; i-- > 0;) {
        struct link *k = l->v[i];
        if (!k->fixed && !link_alive(l, k, now_us) &&
            now_us - k->heard_us > FORGET_US) {
            link_drop(l, k);
            continue;
        }
        tend(l, k, now_us);
        int64_t due = due_us(l, k, now_us);
        next = due < next ? due : next;
    }
    l->next_us = next;
}

int64_t
links_deadline_us(const struct links *l)
{
    return l->n == 0 ? INT64_MAX : l->next_us;
}
