/* SPDX-License-Identifier: MPL-2.0 */
/* A subscription to what a node publishes. */
#include "proto/client.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/xalloc.h"

enum { STATE_OFFSET = 2 };

struct lb_watch {
    struct lb *lb;              /* for its context, codec and errors */
    struct lb_workload_info *workloads;
};

struct lb_watch *
lb_watch_open(const char *where)
{
    static const uint8_t types[] = { MSG_STATE, MSG_EVENT, MSG_BYE };
    struct lb_watch *w = xcalloc(1, sizeof *w);
    int64_t most = STATE_MAX_BYTES + FRAME_HEADER_BYTES;
    int zero = 0, one = 1;
    struct dial d = { .where = where, .offset = STATE_OFFSET };

    w->lb = lb_new(NULL);
    if (dial(&d) != LB_OK) {
        lb_watch_free(w);
        errno = ECONNREFUSED;
        return NULL;
    }
    void *socket = zmq_socket(w->lb->context, ZMQ_SUB);
    assert(socket != NULL);
    w->lb->socket = socket;
    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(socket, ZMQ_IPV6, &one, sizeof one);
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    for (size_t i = 0; i < sizeof types; i++) {
        uint8_t topic[4];
        frame_topic(types[i], topic);
        zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, sizeof topic);
    }
    if (zmq_connect(socket, d.address) != 0) {
        lb_watch_free(w);
        errno = EINVAL;
        return NULL;
    }
    return w;
}

void
lb_watch_free(struct lb_watch *w)
{
    if (w == NULL)
        return;
    lb_free(w->lb);
    free(w->workloads);
    free(w);
}

int
lb_watch_fd(const struct lb_watch *w)
{
    int fd = -1;
    size_t len = sizeof fd;

    zmq_getsockopt(w->lb->socket, ZMQ_FD, &fd, &len);
    return fd;
}

static void
take_state(struct lb_watch *w, const struct state *s, struct lb_node *out)
{
    struct state_workload one;
    size_t n = 0;

    client_node(s, out);
    w->workloads = xrealloc(w->workloads, (size_t)s->n_workloads + 1,
                            sizeof *w->workloads);
    for (size_t at = 0; n < s->n_workloads &&
                        state_workload_next(s, &at, &one);)
        client_workload(&one, &w->workloads[n++]);
    out->n_workloads = (uint32_t)n;
    out->workloads = w->workloads;
}

/* Reads one frame into `out`; false: it was none that we know. */
static bool
take(struct lb_watch *w, struct span in, struct lb_news *out)
{
    struct frame f;
    struct span body;
    struct msg m;

    if (frame_decode(w->lb->codec, in, &f, &body) != FRAME_OK ||
        msg_decode(f.type, body, &m) != 0)
        return false;
    *out = (struct lb_news){ .kind = 0 };
    node_id_print(&f.sender, out->node_id);
    switch (f.type) {
    case MSG_STATE:
        out->kind = LB_NEWS_STATE;
        take_state(w, &m.state, &out->state);
        out->state.incarnation = f.incarnation;
        return true;
    case MSG_EVENT:
        out->kind = LB_NEWS_EVENT;
        return lb_event_read(body.p, body.len, &out->event);
    case MSG_BYE:
        out->kind = LB_NEWS_BYE;
        return true;
    default:
        return false;
    }
}

bool
lb_watch_next(struct lb_watch *w, int64_t wait_ms, struct lb_news *out)
{
    int64_t until = dial_now_ms() + wait_ms;

    for (;;) {
        zmq_pollitem_t item = { .socket = w->lb->socket,
                                .events = ZMQ_POLLIN };
        zmq_msg_t msg;
        bool got = false, ours = false;
        zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, w->lb->socket, ZMQ_DONTWAIT) >= 0) {
            got = true;
            ours = take(w, span_of(zmq_msg_data(&msg), zmq_msg_size(&msg)),
                        out);
        }
        zmq_msg_close(&msg);
        if (ours)
            return true;
        if (got)
            continue;
        int64_t left = until - dial_now_ms();
        if (left <= 0 || (zmq_poll(&item, 1, (long)left) < 0 &&
                          errno == EINTR))
            return false;
    }
}
