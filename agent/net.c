/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "agent/clock.h"
#include "agent/doors.h"
#include "agent/net_parts.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"

enum {
    BATCH = 64,             /* messages of one socket in one turn */
    FDS_MAX = 8,
    LISTENING = 3           /* PULL, SUB, ROUTER */
};
static const int64_t WARN_US = 60 * INT64_C(1000000);

/* ---- life ---- */

static bool
any_six(const struct config *c)
{
    for (size_t i = 0; i < c->address.n; i++)
        if (strchr(c->address.v[i], ':') != NULL)
            return true;
    return false;
}

static void
close_sockets(struct net *n, int linger_ms)
{
    for (int i = 0; i < BOUND_SOCKETS; i++) {
        if (n->bound[i] == NULL)
            continue;
        sockets_linger(n->bound[i], linger_ms);
        zmq_close(n->bound[i]);
    }
    if (n->context != NULL)
        zmq_ctx_term(n->context);
}

static bool
bind_all(struct net *n, const struct config *c, char *err, size_t cap)
{
    uint16_t port = (uint16_t)c->port;

    n->context = sockets_context((unsigned)c->peers_max + 64);
    if (n->context == NULL || !sockets_open(n->context, any_six(c), n->bound)) {
        err[0] = '\0';
        text_add(err, cap, "sockets: %s", zmq_strerror(errno));
        return false;
    }
    if (!sockets_bind_local(n->bound, c->run_dir, err, cap) ||
        !sockets_bind(n->bound, c->address.v, &port, err, cap))
        return false;
    n->self->port = port;
    return true;
}

struct net *
net_open(const struct config *config, struct self *self, char *err,
         size_t cap)
{
    struct net *n = xcalloc(1, sizeof *n);

    n->self = self;
    zmq_msg_init(&n->part);
    if (!bind_all(n, config, err, cap)) {
        net_close(n, 0);
        return NULL;
    }
    const struct links_options o = {
        .context = n->context, .pub = n->bound[BOUND_PUB], .self = self,
        .max = config->peers_max, .ipv6 = any_six(config),
        .dead_after_us = config->dead_after_us };
    n->links = links_new(&o);
    n->clients = clients_new(config->clients);
    n->codec = frame_codec_new();
    net_configure(n, config);
    return n;
}

void
net_close(struct net *n, int linger_ms)
{
    if (n == NULL)
        return;
    links_free(n->links, linger_ms);
    zmq_msg_close(&n->part);
    close_sockets(n, linger_ms);
    clients_free(n->clients);
    frame_codec_free(n->codec);
    free(n);
}

void
net_configure(struct net *n, const struct config *config)
{
    n->compress = (enum frame_compress)(config->compress - 1);
    n->level = (int)config->level;
    links_set_dead_after(n->links, config->dead_after_us);
    links_configure(n->links, &config->peer_nodes);
}

/* ---- waiting ---- */

void
net_wait(struct net *n, struct pollfd *fds, size_t n_fds, int64_t until_us,
         bool deaf)
{
    zmq_pollitem_t item[LISTENING + FDS_MAX];
    int count = 0;
    int64_t us = until_us - clock_us();
    long ms = us <= 0 ? 0 : us > 3600ll * 1000000 ? 3600l * 1000
                                                  : (long)((us + 999) / 1000);

    n->deaf = deaf;
    item[count++] = (zmq_pollitem_t){ n->bound[BOUND_SUB], 0, ZMQ_POLLIN, 0 };
    if (!deaf) {
        item[count++] =
            (zmq_pollitem_t){ n->bound[BOUND_PULL], 0, ZMQ_POLLIN, 0 };
        item[count++] =
            (zmq_pollitem_t){ n->bound[BOUND_ROUTER], 0, ZMQ_POLLIN, 0 };
    }
    for (size_t i = 0; i < n_fds && i < FDS_MAX; i++)
        item[count + (int)i] =
            (zmq_pollitem_t){ NULL, fds[i].fd, ZMQ_POLLIN, 0 };
    (void)zmq_poll(item, count + (int)n_fds, ms);
    for (size_t i = 0; i < n_fds && i < FDS_MAX; i++)
        fds[i].revents =
            (item[count + (int)i].revents & ZMQ_POLLIN) != 0 ? POLLIN : 0;
    n->left[BOUND_SUB] = item[0].revents != 0 ? BATCH : 0;
    n->left[BOUND_PULL] = !deaf && item[1].revents != 0 ? BATCH : 0;
    n->left[BOUND_ROUTER] = !deaf && item[2].revents != 0 ? BATCH : 0;
}

/* ---- what is wrong ---- */

static void
reject(struct net *n, enum frame_error why)
{
    n->count.rejected[why]++;
    n->count.rejects++;
}

static void
warn(struct net *n, int64_t now_us)
{
    char text[256] = "";

    if (n->count.rejects == n->rejects_said || now_us < n->warn_us)
        return;
    for (int i = 1; i < FRAME_ERRORS; i++)
        if (n->count.rejected[i] > 0)
            text_add(text, sizeof text, "%s%s=%llu", *text != '\0' ? " " : "",
                     frame_error_name((enum frame_error)i),
                     (unsigned long long)n->count.rejected[i]);
    log_event(LOG_WARN, "rejected", "frames=%llu %s next=\"dropped\"",
              (unsigned long long)(n->count.rejects - n->rejects_said), text);
    n->rejects_said = n->count.rejects;
    n->warn_us = now_us + WARN_US;
}

/* A node with another version: kept by id, and named once a minute. */
static void
meet_stranger(struct net *n, const struct frame *f, int64_t now_us)
{
    struct stranger *s = n->stranger;
    char hex[NODE_ID_TEXT];

    while (s < n->stranger + n->n_strangers &&
           !node_id_equal(&s->id, &f->sender))
        s++;
    if (s == n->stranger + STRANGERS_MAX)
        return;
    bool fresh = s == n->stranger + n->n_strangers;
    if (fresh)
        n->n_strangers++;
    if (fresh || now_us - s->heard_us >= WARN_US || s->version != f->version) {
        node_id_print(&f->sender, hex);
        log_event(LOG_WARN, "protocol", "id=%s version=%u own=%d "
                  "next=\"ignored until it is upgraded\"", hex, f->version,
                  (int)PROTOCOL_VERSION);
        s->heard_us = now_us;
    }
    s->id = f->sender;
    s->version = f->version;
}

size_t
net_strangers(const struct net *n, const struct stranger **out)
{
    *out = n->stranger;
    return n->n_strangers;
}

/* ---- receiving ---- */

static bool
may_come(int socket, uint8_t type)
{
    switch (socket) {
    case BOUND_PULL: return type >= MSG_HELLO && type < MSG_COMMAND;
    case BOUND_SUB: return type == MSG_STATE || type == MSG_BYE;
    case BOUND_ROUTER: return type == MSG_COMMAND;
    default: return false;
    }
}

/* Takes the frame in n->part apart. */
static enum frame_error
take_apart(struct net *n, int socket, struct net_in *in, int64_t now_us)
{
    struct span body, whole = span_of(zmq_msg_data(&n->part),
                                      zmq_msg_size(&n->part));
    enum frame_error e = frame_decode(n->codec, whole, &in->frame, &body);

    n->count.wire_bytes += whole.len;
    if (e == FRAME_VERSION && socket != BOUND_ROUTER)
        meet_stranger(n, &in->frame, now_us);
    if (e != FRAME_OK)
        return e;
    n->count.raw_bytes += FRAME_HEADER_BYTES + body.len;
    n->count.received++;
    if (!may_come(socket, in->frame.type))
        return FRAME_TYPE;
    int rc = msg_decode(in->frame.type, body, &in->msg);
    return rc == -ENOSYS ? FRAME_TYPE : rc != 0 ? FRAME_BODY : FRAME_OK;
}

/* Somebody has a copy of our state. The incarnation tells, unless both started
 * in the same second. */
static bool
is_of_twin(const struct net *n, const struct net_in *in)
{
    const struct self *me = n->self;

    return in->msg.type == MSG_STATE &&
           (in->frame.incarnation != me->incarnation ||
            in->msg.state.boot_id != me->boot_id ||
            in->msg.state.port != me->port);
}

/* An own frame comes back from an address in the list that is our own. */
static void
from_myself(struct net *n, const struct net_in *in, int64_t now_us)
{
    if (in->msg.type == MSG_PING)
        (void)links_pong(n->links, &in->frame, &in->msg.ping, now_us);
}

static bool
of_other_cluster(const struct net *n, const struct msg *m)
{
    if (m->type == MSG_HELLO)
        return !span_is(m->hello.cluster, n->self->cluster);
    return m->type == MSG_STATE && !span_is(m->state.cluster, n->self->cluster);
}

/* What peers say about themselves stays here. True: for the core, too. */
static bool
from_peer(struct net *n, struct net_in *in, int64_t now_us)
{
    const struct frame *f = &in->frame;

    if (node_id_equal(&f->sender, &n->self->id)) {
        if (f->incarnation == n->self->incarnation)
            from_myself(n, in, now_us);
        return is_of_twin(n, in);
    }
    if (of_other_cluster(n, &in->msg)) {
        reject(n, FRAME_CLUSTER);
        return false;
    }
    links_heard(n->links, &f->sender, now_us);
    switch (in->msg.type) {
    case MSG_HELLO:
        links_hello(n->links, f, &in->msg.hello, now_us);
        return true;
    case MSG_STATE: return links_state(n->links, f, &in->msg.state, now_us);
    case MSG_BYE: links_bye(n->links, f); return true;
    case MSG_PONG: return !links_pong(n->links, f, &in->msg.ping, now_us);
    default: return true;
    }
}

/* Reads one message of one frame into n->part; -1: nothing there, 0: it had
 * more frames, which are gone now. */
static int
read_one(struct net *n, int socket)
{
    void *s = n->bound[socket];

    if (n->left[socket] == 0)
        return -1;
    zmq_msg_close(&n->part);
    zmq_msg_init(&n->part);
    if (zmq_msg_recv(&n->part, s, ZMQ_DONTWAIT) < 0)
        return -1;
    n->left[socket]--;
    if (!zmq_msg_more(&n->part))
        return 1;
    while (zmq_msg_more(&n->part))
        if (zmq_msg_recv(&n->part, s, ZMQ_DONTWAIT) < 0)
            return 0;
    return 0;
}

static bool
receive_peer(struct net *n, int socket, struct net_in *out, int64_t now_us)
{
    for (int rc; (rc = read_one(n, socket)) >= 0;) {
        enum frame_error e =
            rc == 0 ? FRAME_LENGTH : take_apart(n, socket, out, now_us);
        if (e != FRAME_OK) {
            reject(n, e);
            continue;
        }
        out->kind = NET_PEER;
        if (from_peer(n, out, now_us))
            return true;
    }
    return false;
}

/* The address of a connection over a socket file begins so (libzmq). */
static bool
is_local(zmq_msg_t *frame)
{
    const char *from = zmq_msg_gets(frame, "Peer-Address");

    return from != NULL && strncmp(from, "localhost:", 10) == 0;
}

/* Local programs are steered by file permissions, those on loopback TCP are
 * this host's; others may submit (only with security.allow_insecure). */
static enum role
role_of(zmq_msg_t *frame)
{
    const char *from = zmq_msg_gets(frame, "Peer-Address");

    if (from != NULL && (is_local(frame) || address_is_loopback(from) ||
                         strncmp(from, "::ffff:127.", 11) == 0))
        return ROLE_OPERATOR;
    return ROLE_SUBMIT;
}

/* The client speaks another version: it names ours from the header. */
static void
answer_version(struct net *n, const struct client *c)
{
    const struct msg m = {
        .type = MSG_REPLY,
        .reply = { .status = EXIT_PROTOCOL,
                   .text = span_str("speaks protocol 1") } };
    struct buf body = { 0 };

    msg_encode(&m, &body);
    (void)net_send(n, net_encode_reply(n, c->number, buf_span(&body)), 0);
    buf_fini(&body);
}

static bool
receive_client(struct net *n, struct net_in *out, int64_t now_us)
{
    void *s = n->bound[BOUND_ROUTER];
    zmq_msg_t id;

    while (n->left[BOUND_ROUTER] > 0) {
        zmq_msg_init(&id);
        if (zmq_msg_recv(&id, s, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&id);
            return false;
        }
        enum frame_error e = FRAME_LENGTH;
        struct client *c = NULL;
        if (zmq_msg_more(&id) && read_one(n, BOUND_ROUTER) == 1) {
            e = take_apart(n, BOUND_ROUTER, out, now_us);
            if (e == FRAME_OK || e == FRAME_VERSION)
                c = clients_get(n->clients,
                                span_of(zmq_msg_data(&id), zmq_msg_size(&id)),
                                &n->gone);
        }
        zmq_msg_close(&id);
        if ((e == FRAME_OK || e == FRAME_VERSION) && c == NULL) {
            reject(n, FRAME_LENGTH);
            continue;
        }
        if (e == FRAME_OK) {
            /* Of each message: a routing id is what its sender says. */
            out->kind = NET_CLIENT;
            out->client = c->number;
            out->role = role_of(&n->part);
            out->local = is_local(&n->part);
            return true;
        }
        reject(n, e);
        if (e == FRAME_VERSION)
            answer_version(n, c);
    }
    return false;
}

bool
net_receive(struct net *n, struct net_in *out, int64_t now_us)
{
    if (n->gone != 0) {
        *out = (struct net_in){ .kind = NET_GONE, .client = n->gone };
        n->gone = 0;
        return true;
    }
    if (receive_peer(n, BOUND_SUB, out, now_us))
        return true;
    if (n->deaf)
        return false;
    return receive_peer(n, BOUND_PULL, out, now_us) ||
           receive_client(n, out, now_us);
}

/* ---- time, counts ---- */

void
net_tick(struct net *n, int64_t now_us)
{
    links_tick(n->links, now_us);
    doors_tick(now_us);
    warn(n, now_us);
}

int64_t
net_deadline_us(const struct net *n)
{
    int64_t links = links_deadline_us(n->links);

    if (n->count.rejects != n->rejects_said && n->warn_us < links)
        return n->warn_us;
    return links;
}

struct net_counts
net_count(const struct net *n, int64_t now_us)
{
    struct net_counts c = n->count;
    struct links_counts l = links_count(n->links, now_us);

    c.sent += l.sent;
    c.wire_bytes += l.bytes;
    c.lost += l.lost;
    c.known = l.known;
    c.alive = l.alive;
    c.push_sockets = l.sockets;
    c.queued = l.queued;
    c.clients = clients_count(n->clients);
    return c;
}
