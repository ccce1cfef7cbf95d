/* SPDX-License-Identifier: MPL-2.0 */
/* Who publishes: one SUB to all members, a second one to those near. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/net_own.h"

enum { STATE_OFFSET = 2, DIALS_A_LOOK = 200 };

bool
member_address(const struct node *k, unsigned offset, char *dst, size_t cap)
{
    bool six = strchr(k->host, ':') != NULL;

    if (k->told.port == 0 || k->host[0] == '\0')
        return false;
    dst[0] = '\0';
    text_add(dst, cap, six ? "tcp://[%s]:%u" : "tcp://%s:%u", k->host,
             (unsigned)k->told.port + offset);
    return true;
}

/* The way in, if it is local, publishes beside its control socket. */
static bool
state_address(const struct net *n, const struct node *k, char *dst,
              size_t cap)
{
    const struct control *c = n->way_in;

    if (c == NULL || c->port != 0 || !node_id_equal(&c->id, &k->id))
        return member_address(k, STATE_OFFSET, dst, cap);
    const char *slash = strrchr(c->host, '/');
    dst[0] = '\0';
    text_add(dst, cap, "ipc://%.*sstate.sock",
             slash == NULL ? 0 : (int)(slash + 1 - c->host), c->host);
    return true;
}

/* ---- topics ---- */

static void
topic(void *socket, uint8_t type, bool on)
{
    uint8_t bytes[4];

    frame_topic(type, bytes);
    (void)zmq_setsockopt(socket, on ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, bytes,
                         sizeof bytes);
}

/* False: no descriptors left. */
static bool
open_sockets(struct net *n)
{
    if (n->sub != NULL)
        return true;
    n->sub = net_socket(n, ZMQ_SUB, SUB_MAX_BYTES);
    if (n->sub == NULL)
        return false;
    topic(n->sub, MSG_STATE, true);
    topic(n->sub, MSG_EVENT, true);
    topic(n->sub, MSG_BYE, true);
    return true;
}

/* Above FULL_MAX members the slow topic for all, the full one for a few. */
static void
choose_topics(struct net *n, size_t members)
{
    bool slow = members > (n->slow ? FULL_MAX * 9 / 10 : FULL_MAX);

    if (slow == n->slow)
        return;
    n->slow = slow;
    topic(n->sub, MSG_STATE_SLOW, slow);
    topic(n->sub, MSG_STATE, !slow);
    if (slow && n->near_sub == NULL) {
        n->near_sub = net_socket(n, ZMQ_SUB, SUB_MAX_BYTES);
        if (n->near_sub != NULL)
            topic(n->near_sub, MSG_STATE, true);
    }
}

/* ---- connections ---- */

static struct member *
member_at(struct net *n, size_t at)
{
    if (at >= n->cap_members) {
        size_t cap = n->cap_members == 0 ? 64 : n->cap_members;
        while (cap <= at)
            cap *= 2;
        n->member = xrealloc(n->member, cap, sizeof *n->member);
        memset(n->member + n->cap_members, 0,
               (cap - n->cap_members) * sizeof *n->member);
        n->cap_members = cap;
    }
    if (at >= n->n_members)
        n->n_members = at + 1;
    return &n->member[at];
}

/* A node that was started afresh with another id may listen where the old one
 * did: one connection serves both. */
static bool
is_shared(const struct net *n, const struct member *own, const char *address)
{
    for (size_t i = 0; i < n->n_members; i++)
        if (&n->member[i] != own && n->member[i].full != NULL &&
            strcmp(n->member[i].full, address) == 0)
            return true;
    return false;
}

static void
leave(void *socket, char **address)
{
    if (*address == NULL)
        return;
    if (socket != NULL)
        (void)zmq_disconnect(socket, *address);
    free(*address);
    *address = NULL;
}

static void
leave_near(struct net *n, struct member *k)
{
    n->n_near -= k->near != NULL;
    leave(n->near_sub, &k->near);
}

static void
hang_up(struct net *n, struct member *k)
{
    if (k->full != NULL)
        n->n_connected--;
    if (k->full != NULL && is_shared(n, k, k->full)) {
        free(k->full);
        k->full = NULL;
    }
    leave(n->sub, &k->full);
    leave_near(n, k);
}

static bool
join(void *socket, const char *address, char **kept)
{
    if (socket == NULL || zmq_connect(socket, address) != 0)
        return false;
    size_t len = strlen(address) + 1;
    *kept = xmalloc(len);
    memcpy(*kept, address, len);
    return true;
}

/* Nodes near that a small limit has room for. */
static size_t
near_most(const struct net *n)
{
    return n->limit / 8 < NEAR_MAX ? n->limit / 8 : NEAR_MAX;
}

static void
say_limit(struct net *n, size_t members)
{
    char text[160] = "";

    if (n->told_limit)
        return;
    n->told_limit = true;
    text_add(text, sizeof text, "can watch %zu of %zu nodes: descriptor limit "
             "%zu (ulimit -n)", n->n_connected, members, n->limit);
    net_note(n, text);
}

/* False: there is no room for more. */
static bool
dial_member(struct net *n, const struct model *m, const struct node *node,
            struct member *k)
{
    char address[DIAL_WHERE_MAX];

    k->dialled_us = n->now_us;
    if (!state_address(n, node, address, sizeof address))
        return true;
    if (n->n_connected + OWN_FDS + CONTROL_FDS + near_most(n) >= n->limit) {
        say_limit(n, m->n);
        return false;
    }
    if (is_shared(n, k, address)) {
        k->full = xmalloc(strlen(address) + 1);
        memcpy(k->full, address, strlen(address) + 1);
    } else if (!join(n->sub, address, &k->full)) {
        return true;
    }
    n->n_connected++;
    return true;
}

/* It does not speak to us, or listens elsewhere now. */
static bool
is_silent(const struct net *n, const struct node *node,
          const struct member *k)
{
    int64_t since = k->dialled_us > node->direct_us ? k->dialled_us
                                                    : node->direct_us;
    char address[DIAL_WHERE_MAX];

    if (node->seen == SEEN_LIVE && !node->by_way_in)
        return false;
    return n->now_us - since >= REDIAL_US ||
           (n->retry && n->now_us - node->direct_us > NET_SECOND_US) ||
           (state_address(n, node, address, sizeof address) &&
            strcmp(address, k->full) != 0);
}

/* Those from `i` on that are not connected: each is told once. */
static void
tell_off(struct net *n, const struct model *m, size_t i)
{
    for (; i < m->n; i++) {
        const struct node *node = m->node[i];
        struct member *k = member_at(n, i);
        if (k->full != NULL || k->off || node->seen == SEEN_GONE ||
            node->seen == SEEN_FOREIGN)
            continue;
        k->off = true;
        net_tell_off(n, &node->id);
    }
}

static void
tend_all(struct net *n, const struct model *m)
{
    unsigned dials = 0;
    bool room = true;

    for (size_t i = 0; i < m->n && dials < DIALS_A_LOOK; i++) {
        const struct node *node = m->node[i];
        struct member *k = member_at(n, i);
        if (node->seen == SEEN_GONE || node->seen == SEEN_FOREIGN) {
            hang_up(n, k);
            continue;
        }
        if (k->full != NULL && is_silent(n, node, k))
            hang_up(n, k);
        if (k->full != NULL || !room)
            continue;
        room = dial_member(n, m, node, k);
        if (!room) {
            tell_off(n, m, i);      /* the list of members may move */
            continue;
        }
        dials += k->full != NULL;
        k->off = k->off && k->full == NULL;
    }
}

/* ---- near ---- */

static bool
is_near(const struct node *k, const struct node_id *near, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (node_id_equal(&k->id, &near[i]))
            return true;
    return false;
}

static void
tend_near(struct net *n, const struct model *m, const struct node_id *near,
          size_t n_near)
{
    char address[DIAL_WHERE_MAX];

    if (n->near_sub == NULL)
        return;
    if (!n->slow || n_near > near_most(n))
        n_near = n->slow ? near_most(n) : 0;
    for (size_t i = 0; i < n->n_members && i < m->n; i++)
        if (n->member[i].near != NULL && !is_near(m->node[i], near, n_near))
            leave_near(n, &n->member[i]);
    for (size_t i = 0; i < n_near; i++) {
        const struct node *node = model_by_id(m, &near[i]);
        struct member *k = node == NULL ? NULL : member_at(n, node->at);
        if (k != NULL && k->full != NULL && k->near == NULL &&
            state_address(n, node, address, sizeof address))
            n->n_near += join(n->near_sub, address, &k->near);
    }
}

void
members_look(struct net *n, const struct model *m, const struct node_id *near,
             size_t n_near)
{
    if (m->n == 0 || !open_sockets(n))
        return;
    choose_topics(n, m->n);
    tend_all(n, m);
    tend_near(n, m, near, n_near);
}

void
members_free(struct net *n)
{
    for (size_t i = 0; i < n->n_members; i++) {
        free(n->member[i].full);
        free(n->member[i].near);
    }
    free(n->member);
}
