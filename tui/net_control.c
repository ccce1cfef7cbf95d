/* SPDX-License-Identifier: MPL-2.0 */
/* Control connections: dialled, greeted, used, closed. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tui/net_own.h"

enum { PORT_DEFAULT = 8490, CONTROLS_MAX = NODES_MAX };

/* ---- one ---- */

bool
control_set_where(struct control *c, const char *where)
{
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port;

    c->where[0] = c->host[0] = '\0';
    text_add(c->where, sizeof c->where, "%s", where);
    if (strncmp(where, "ipc://", 6) == 0) {
        text_add(c->host, sizeof c->host, "%s", where + 6);
        c->port = 0;
        return true;
    }
    if (endpoint_parse(where, host, &port) != 0)
        return false;
    text_add(c->host, sizeof c->host, "%s", host);
    c->port = (port != 0 ? port : PORT_DEFAULT) + CONTROL_OFFSET;
    return true;
}

/* Two ways to one address share the end of it: libzmq would close both. */
static void
disconnect(struct net *n, struct control *c)
{
    bool shared = false;

    for (size_t i = 0; c->address[0] != '\0' && i < n->n_controls; i++)
        shared |= n->control[i] != c &&
                  strcmp(n->control[i]->address, c->address) == 0;
    if (c->address[0] != '\0' && !shared)
        (void)zmq_disconnect(n->router, c->address);
    c->address[0] = '\0';
    c->number = 0;
    c->speaks = false;
}

void
control_shut(struct net *n, struct control *c)
{
    assert(c != NULL);
    if (n->way_in == c)
        n->way_in = NULL;
    disconnect(n, c);
    dialling_end(&c->dial);
    buf_fini(&c->held);
    c->state = CONTROL_IDLE;
    if (!c->expected)
        c->id = (struct node_id){ { 0 } };
}

static const char NO_NODE[] = "does not speak the lbagent protocol";

void
control_fail(struct net *n, struct control *c, const char *why)
{
    bool no_node = strcmp(why, NO_NODE) == 0;
    bool name = strcmp(why, "name not found") == 0;
    char text[DIAL_WHY_MAX] = "";

    text_add(text, sizeof text, "%s", why);
    c->back_off_us = c->back_off_us == 0 ? BACK_OFF_US : 2 * c->back_off_us;
    int64_t most = name ? BACK_OFF_NAME_US : BACK_OFF_MAX_US;
    if (c->back_off_us > most)
        c->back_off_us = most;
    if (no_node)
        c->back_off_us = BACK_OFF_NAME_US;
    control_shut(n, c);
    c->state = CONTROL_FAILED;
    c->until_us = n->now_us + c->back_off_us;
    net_tell(n, c, LINK_FAILED, text);
}

void
control_begin(struct net *n, struct control *c)
{
    c->state = CONTROL_DIAL;
    c->used_us = n->now_us;
    if (c->way)
        net_tell(n, c, LINK_TRYING, "");
    dialling_begin(&c->dial, c->host, c->port, n->now_us);
}

/* ---- sending ---- */

static int
put(struct net *n, const struct control *c, struct span frame)
{
    uint8_t name[4] = { (uint8_t)(c->number >> 24), (uint8_t)(c->number >> 16),
                        (uint8_t)(c->number >> 8), (uint8_t)c->number };

    if (zmq_send(n->router, name, sizeof name,
                 ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(n->router, frame.p, frame.len, ZMQ_DONTWAIT) < 0)
        return -EAGAIN;
    return 0;
}

static void
greet(struct net *n, struct control *c)
{
    struct msg m = { .type = MSG_COMMAND };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_COMMAND,
                       .flags = FRAME_REPLY_WANTED };
    struct buf body = { 0 }, out = { 0 };

    m.command.client = n->client + 1;
    m.command.seq = c->number;
    m.command.op = span_str("hello");
    msg_encode(&m, &body);
    frame_encode(n->codec, &f, buf_span(&body), COMPRESS_NO, 1, &out);
    (void)put(n, c, buf_span(&out));
    buf_fini(&body);
    buf_fini(&out);
}

/* Somebody listens: says hello to him. */
static void
connect_to(struct net *n, struct control *c)
{
    uint32_t number = ++n->last_number;
    uint8_t name[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
                        (uint8_t)(number >> 8), (uint8_t)number };

    if (zmq_setsockopt(n->router, ZMQ_CONNECT_ROUTING_ID, name,
                       sizeof name) != 0 ||
        zmq_connect(n->router, c->dial.address) != 0) {
        control_fail(n, c, zmq_strerror(errno));
        return;
    }
    c->number = number;
    text_add(c->address, sizeof c->address, "%s", c->dial.address);
    dialling_end(&c->dial);
    c->state = CONTROL_GREET;
    c->until_us = n->now_us + HELLO_US;
    greet(n, c);
}

void
control_leave_way_in(struct net *n, const char *why)
{
    struct control *c = n->way_in;

    control_shut(n, c);
    c->state = CONTROL_FAILED;
    c->until_us = n->now_us + BACK_OFF_US;
    net_tell(n, c, LINK_DOWN, why);
    n->look_us = 0;
}

/* The connection is no more: the next question opens another. */
static void
lose(struct net *n, struct control *c)
{
    if (c == n->way_in)
        control_leave_way_in(n, "closed");
    else
        control_shut(n, c);
}

int
control_send(struct net *n, struct control *c, struct span frame)
{
    c->used_us = n->now_us;
    if (c->state == CONTROL_UP) {
        if (put(n, c, frame) == 0)
            return 0;
        if (errno == EHOSTUNREACH)
            lose(n, c);
        return -EAGAIN;
    }
    if (c->held.len + frame.len + 4 > HELD_MAX)
        return -EAGAIN;
    buf_span32(&c->held, frame);
    return 0;
}

static void
send_held(struct net *n, struct control *c)
{
    struct reader r;

    reader_init(&r, buf_span(&c->held));
    while (reader_left(&r) > 0)
        (void)put(n, c, reader_span32(&r));
    buf_fini(&c->held);
}

/* ---- answers ---- */

/* The other ways that the user named and that are under way may yet answer:
 * which node they lead to is worth knowing. */
static void
become_way_in(struct net *n, struct control *c)
{
    n->way_in = c;
    n->look_us = 0;
    for (size_t i = 0; i < WAYS_ALL; i++) {
        struct control *o = n->control[i];
        if (o != c && (i >= WAYS_KEPT || (o->state != CONTROL_DIAL &&
                                          o->state != CONTROL_GREET)))
            control_shut(n, o);
    }
    net_tell(n, c, LINK_UP, "");
}

/* It came after the way in. */
static void
compare_ways(struct net *n, struct control *c)
{
    char text[160] = "";

    if (node_id_equal(&c->id, &n->way_in->id)) {
        text_add(text, sizeof text, "%.70s and %.70s are one node",
                 n->way_in->where, c->where);
        net_note(n, text);
    }
    control_shut(n, c);
}

static void
greeted(struct net *n, struct control *c, const struct frame *f,
        const struct msg_reply *r)
{
    if (c->state != CONTROL_GREET)
        return;
    if (r->status == EXIT_PROTOCOL || node_id_is_zero(&f->sender)) {
        control_fail(n, c, NO_NODE);
        return;
    }
    if (c->expected && !node_id_equal(&c->id, &f->sender)) {
        control_fail(n, c, "another node answers there");
        return;
    }
    c->id = f->sender;
    c->state = CONTROL_UP;
    c->back_off_us = 0;
    send_held(n, c);
    if (c->way && n->way_in == NULL)
        become_way_in(n, c);
    else if (c->way && c != n->way_in)
        compare_ways(n, c);
}

bool
control_answer(struct net *n, struct control *c, const struct frame *f,
               const struct msg_reply *r)
{
    bool hello = r->client == n->client + 1 ||
                 (r->client == 0 && r->status == EXIT_PROTOCOL);

    c->used_us = n->now_us;
    if (c == n->way_in)
        n->answered_us = n->now_us;
    if (hello)
        greeted(n, c, f, r);
    return !hello;
}

void
control_bad(struct net *n, struct control *c, const struct input *in)
{
    char why[DIAL_WHY_MAX] = "";

    if (c->state != CONTROL_GREET)
        return;
    if (in->why == FRAME_VERSION)
        text_add(why, sizeof why, "speaks version %u of the protocol, lbtop "
                 "%d", in->head.version, PROTOCOL_VERSION);
    else
        text_add(why, sizeof why, "%s", NO_NODE);
    control_fail(n, c, why);
}

struct control *
control_by_number(const struct net *n, uint32_t number)
{
    for (size_t i = 0; number != 0 && i < n->n_controls; i++)
        if (n->control[i]->number == number)
            return n->control[i];
    return NULL;
}

void
control_speaks(struct net *n, const char *address)
{
    for (size_t i = 0; i < n->n_controls; i++)
        if (strcmp(n->control[i]->address, address) == 0)
            n->control[i]->speaks = true;
}

void
control_cut(struct net *n, const char *address)
{
    for (size_t i = 0; i < n->n_controls; i++) {
        struct control *c = n->control[i];
        if (strcmp(c->address, address) != 0)
            continue;
        if (c->state == CONTROL_GREET)
            control_fail(n, c, c->speaks ? "closed" : NO_NODE);
        else
            lose(n, c);
    }
}

/* ---- time ---- */

static void
step(struct net *n, struct control *c)
{
    if (c->state == CONTROL_DIAL) {
        dialling_step(&c->dial, n->now_us);
        if (c->dial.state == DIAL_READY)
            connect_to(n, c);
        else if (c->dial.state == DIAL_FAILED)
            control_fail(n, c, c->dial.why);
    }
    if (c->state == CONTROL_GREET && n->now_us >= c->until_us)
        control_fail(n, c, "time-out");
    if (c->state == CONTROL_UP && c != n->way_in &&
        n->now_us - c->used_us >= SILENT_US)
        control_shut(n, c);
}

void
controls_step(struct net *n)
{
    for (size_t i = 0; i < n->n_controls; i++)
        step(n, n->control[i]);
    for (size_t i = WAYS_ALL; i < n->n_controls;) {
        struct control *c = n->control[i];
        if (c->state == CONTROL_IDLE || c->state == CONTROL_FAILED) {
            control_shut(n, c);
            free(c);
            n->control[i] = n->control[--n->n_controls];
        } else {
            i++;
        }
    }
}

static int64_t
due_us(const struct net *n, const struct control *c)
{
    switch (c->state) {
    case CONTROL_DIAL: return c->dial.until_us;
    case CONTROL_GREET: return c->until_us;
    case CONTROL_UP:
        return c == n->way_in ? INT64_MAX : c->used_us + SILENT_US;
    case CONTROL_FAILED:
        return n->way_in == NULL ? c->until_us : INT64_MAX;
    case CONTROL_IDLE: break;
    }
    return INT64_MAX;
}

int64_t
controls_deadline_us(const struct net *n)
{
    int64_t at = INT64_MAX;

    for (size_t i = 0; i < n->n_controls; i++) {
        int64_t due = due_us(n, n->control[i]);
        at = due < at ? due : at;
    }
    return at;
}

/* ---- all ---- */

static struct control *
add(struct net *n)
{
    struct control *c = xcalloc(1, sizeof *c);

    if (n->n_controls == n->cap_controls) {
        n->cap_controls = n->cap_controls == 0 ? 32 : 2 * n->cap_controls;
        n->control = xrealloc(n->control, n->cap_controls,
                              sizeof(struct control *));
    }
    n->control[n->n_controls++] = c;
    return c;
}

/* Whether it was named before; then that is told. */
static bool
is_double(struct net *n, const char *where)
{
    char text[160] = "";

    for (size_t i = 0; i + 1 < n->n_controls; i++) {
        if (strcmp(n->control[i]->where, where) != 0)
            continue;
        text_add(text, sizeof text, "%.120s is named twice", where);
        net_note(n, text);
        return true;
    }
    return false;
}

void
controls_init(struct net *n, const struct net_options *o)
{
    for (size_t i = 0; i < WAYS_ALL; i++) {
        struct control *c = add(n);
        c->way = true;
        if (i >= WAYS_KEPT || i >= o->n_where || is_double(n, o->where[i]) ||
            control_set_where(c, o->where[i]))
            continue;
        net_tell(n, c, LINK_FAILED, "neither HOST[:PORT] nor ipc://PATH");
        c->host[0] = '\0';
    }
}

void
controls_free(struct net *n)
{
    for (size_t i = 0; i < n->n_controls; i++)
        control_shut(n, n->control[i]);
    for (size_t i = 0; i < n->n_controls; i++)
        free(n->control[i]);
    free(n->control);
}

static struct control *
open_node(struct net *n, const struct node *k)
{
    char where[DIAL_WHERE_MAX];

    if (k == NULL || n->n_controls == CONTROLS_MAX ||
        n->n_connected + n->n_near + n->n_controls + OWN_FDS > n->limit ||
        !member_address(k, 0, where, sizeof where))
        return NULL;
    struct control *c = add(n);
    c->id = k->id;
    c->expected = true;
    if (control_set_where(c, where + strlen("tcp://"))) {
        control_begin(n, c);
        return c;
    }
    n->n_controls--;
    free(c);
    return NULL;
}

struct control *
control_for(struct net *n, const struct model *m, const struct node_id *id)
{
    if (node_id_is_zero(id))
        return n->way_in;
    for (size_t i = 0; i < n->n_controls; i++) {
        struct control *c = n->control[i];
        if (node_id_equal(&c->id, id) && c->state != CONTROL_IDLE &&
            c->state != CONTROL_FAILED)
            return c;
    }
    return open_node(n, model_by_id(m, id));
}
