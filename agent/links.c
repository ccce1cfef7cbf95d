/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/links.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#include "agent/links_parts.h"
#include "agent/sockets.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/names.h"

enum { DEFAULT_PORT = 8490 };

/* ---- the table ---- */

struct links *
links_new(const struct links_options *options)
{
    struct links *l = xcalloc(1, sizeof *l);
    uint32_t drawn = 0;

    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
        drawn = (uint32_t)getpid() << 8;
    l->ping = PING_TAG | (uint64_t)(drawn >> 8) << 32;
    l->o = *options;
    l->v = xcalloc(l->o.max, sizeof(struct link *));
    return l;
}

void
link_drop(struct links *l, struct link *k)
{
    size_t i = 0;

    while (l->v[i] != k)
        i++;
    l->v[i] = l->v[--l->n];
    link_undial(l, k);
    link_drop_queue(l, k);
    free(k);
}

void
links_free(struct links *l, int linger_ms)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->n; i++) {
        struct link *k = l->v[i];
        if (k->push != NULL)
            sockets_linger(k->push, linger_ms);
        if (k->push != NULL)
            zmq_close(k->push);
        link_drop_queue(l, k);
        free(k);
    }
    free(l->v);
    free(l);
}

struct link *
link_by_id(const struct links *l, const struct node_id *id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i]->known && node_id_equal(&l->v[i]->id, id))
            return l->v[i];
    return NULL;
}

/* Where it is dialled, or was configured. */
static struct link *
by_place(const struct links *l, const char *host, uint16_t port)
{
    for (size_t i = 0; i < l->n; i++) {
        struct link *k = l->v[i];
        if ((k->port == port && strcmp(k->host, host) == 0) ||
            (k->fixed && k->fixed_port == port &&
             strcmp(k->fixed_host, host) == 0))
            return k;
    }
    return NULL;
}

void
link_set_place(struct link *k, const char *host, uint16_t port)
{
    k->host[0] = '\0';
    text_add(k->host, sizeof k->host, "%s", host);
    k->port = port;
}

static struct link *
add_link(struct links *l, const char *host, uint16_t port)
{
    if (l->n == l->o.max)
        return NULL;
    struct link *k = l->v[l->n++] = xcalloc(1, sizeof *k);
    k->number = ++l->last_number;
    k->retry_us = INT64_MAX;
    link_set_place(k, host, port);
    l->next_us = 0;
    return k;
}

bool
link_alive(const struct links *l, const struct link *k, int64_t now_us)
{
    return k->heard_us != 0 && !k->left &&
           now_us - k->heard_us < l->o.dead_after_us;
}

bool
link_wants_state(const struct links *l, const struct link *k, int64_t now_us)
{
    return !k->myself && (k->fixed || !k->left) &&
           (k->state_us == 0 || now_us - k->state_us >= l->o.dead_after_us);
}

/* ---- who is where ---- */

/* It is somewhere else now. */
static void
move_to(struct links *l, struct link *k, const char *host, uint16_t port)
{
    if (k->port == port && strcmp(k->host, host) == 0)
        return;
    link_undial(l, k);
    link_drop_queue(l, k);
    link_set_place(k, host, port);
    k->hello_us = 0;
    l->next_us = 0;
}

static void
become(struct links *l, struct link *k, const struct node_id *id)
{
    k->known = true;
    k->id = *id;
    k->state_inc = k->state_seq = k->incarnation = 0;
    if (!node_id_equal(id, &l->o.self->id))
        return;
    k->myself = true;       /* own address in the list: nothing to dial */
    link_undial(l, k);
    link_drop_queue(l, k);
}

static bool
place_of(struct span host, char dst[ENDPOINT_MAX_BYTES + 1])
{
    span_copy(host, dst, ENDPOINT_MAX_BYTES + 1);
    return host.len > 0 && host.len <= ENDPOINT_MAX_BYTES &&
           memchr(host.p, '\0', host.len) == NULL &&
           strpbrk(dst, " ;,/*") == NULL;
}

/* A sender not known yet. NULL: no room, or a living node is at its place. */
static struct link *
meet(struct links *l, const struct frame *f, const char *host, uint16_t port,
     int64_t now_us)
{
    struct link *k = by_place(l, host, port);

    if (k != NULL && k->known && link_alive(l, k, now_us))
        return NULL;
    if (k == NULL)
        k = add_link(l, host, port);
    if (k != NULL)
        become(l, k, &f->sender);
    return k;
}

/* A known sender says that it is elsewhere. Who is configured is dialled as
 * configured; others move when they restart, or were not heard any more. */
static struct link *
follow(struct links *l, struct link *k, const struct frame *f,
       const char *host, uint16_t port, int64_t now_us)
{
    bool newer = f->incarnation > k->incarnation;
    char hex[NODE_ID_TEXT];

    if (k->fixed) {
        if (!newer || k->incarnation == 0 || port == k->fixed_port)
            return k;
        k->known = false;   /* what is configured is not it any more */
        k->state_us = k->heard_us = 0;
        return meet(l, f, host, port, now_us);
    }
    if (!newer && link_alive(l, k, now_us)) {
        node_id_print(&f->sender, hex);
        log_event(LOG_WARN, "address-refused", "id=%s at=%s:%u claims=%s:%u",
                  hex, k->host, k->port, host, port);
        return NULL;
    }
    move_to(l, k, host, port);
    return k;
}

/* The link of a sender that says where it is; NULL: it is not believed. */
static struct link *
link_of(struct links *l, const struct frame *f, struct span host,
        uint16_t port, int64_t now_us)
{
    char place[ENDPOINT_MAX_BYTES + 1];
    struct link *k = link_by_id(l, &f->sender);

    if (!place_of(host, place) || port < 1024)
        return NULL;
    if (k == NULL)
        k = meet(l, f, place, port, now_us);
    else if (k->port != port || strcmp(k->host, place) != 0)
        k = follow(l, k, f, place, port, now_us);
    if (k != NULL && f->incarnation > k->incarnation) {
        k->incarnation = f->incarnation;
        k->left = false;
    }
    return k;
}

/* ---- what is heard ---- */

void
links_heard(struct links *l, const struct node_id *id, int64_t now_us)
{
    struct link *k = link_by_id(l, id);

    if (k != NULL)
        k->heard_us = now_us;
}

void
links_hello(struct links *l, const struct frame *f, const struct msg_hello *m,
            int64_t now_us)
{
    struct link *k = link_of(l, f, m->host, m->port, now_us);

    if (k == NULL || k->myself)
        return;
    k->heard_us = now_us;
    /* It does not hear us: it has begun anew, or we have. */
    link_dial(l, k, now_us);
}

bool
links_state(struct links *l, const struct frame *f, const struct state *s,
            int64_t now_us)
{
    struct link *k = link_of(l, f, s->endpoint_host, s->port, now_us);

    if (k == NULL || k->myself)
        return false;
    if (f->incarnation < k->state_inc ||
        (f->incarnation == k->state_inc && f->seq <= k->state_seq))
        return false;
    k->state_inc = f->incarnation;
    k->state_seq = f->seq;
    k->boot_id = s->boot_id;
    k->heard_us = k->state_us = now_us;
    return true;
}

void
links_bye(struct links *l, const struct frame *f)
{
    struct link *k = link_by_id(l, &f->sender);

    if (k == NULL || f->incarnation < k->incarnation)
        return;
    k->left = true;
    k->state_us = 0;
    link_drop_queue(l, k);
}

bool
links_pong(struct links *l, const struct frame *f, const struct msg_ping *m,
           int64_t now_us)
{
    struct link *k = NULL;

    if (m->stamp_us >> 32 != l->ping >> 32)
        return false;
    for (size_t i = 0; i < l->n && k == NULL; i++)
        if (l->v[i]->number == (uint32_t)m->stamp_us)
            k = l->v[i];
    if (k == NULL || (k->known && node_id_equal(&k->id, &f->sender)))
        return true;
    struct link *other = link_by_id(l, &f->sender);
    if (other != NULL && other->fixed)
        return true;        /* configured twice, under two addresses */
    become(l, k, &f->sender);
    k->heard_us = now_us;
    if (other != NULL) {
        k->state_us = other->state_us;
        k->state_inc = other->state_inc;
        k->state_seq = other->state_seq;
        k->boot_id = other->boot_id;
        k->incarnation = other->incarnation;
        k->seq = other->seq;
        link_drop(l, other);
    }
    return true;
}

/* ---- configuration, counts ---- */

static void
configure_one(struct links *l, const char *node)
{
    const char *at = strchr(node, '@');
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port = 0;

    if (endpoint_parse(at != NULL ? at + 1 : node, host, &port) != 0)
        return; /* the configuration has been checked */
    if (port == 0)
        port = DEFAULT_PORT;
    struct link *k = by_place(l, host, port);
    if (k == NULL)
        k = add_link(l, host, port);
    if (k == NULL) {
        log_event(LOG_WARN, "peer-ignored", "node=%s why=peers.max", node);
        return;
    }
    k->fixed = true;
    k->fixed_port = port;
    memcpy(k->fixed_host, host, sizeof host);
    if (port == l->o.self->port && strcmp(host, l->o.self->host) == 0)
        become(l, k, &l->o.self->id);
}

void
links_configure(struct links *l, const struct list *nodes)
{
    for (size_t i = 0; i < l->n; i++)
        l->v[i]->fixed = false;
    for (size_t i = 0; i < nodes->n; i++)
        configure_one(l, nodes->v[i]);
    l->next_us = 0;
}

void
links_set_dead_after(struct links *l, int64_t us)
{
    l->o.dead_after_us = us;
}

struct links_counts
links_count(const struct links *l, int64_t now_us)
{
    struct links_counts c = l->total;

    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i]->myself)
            continue;
        c.known++;
        c.alive += link_alive(l, l->v[i], now_us);
        c.sockets += l->v[i]->push != NULL;
        c.queued += l->v[i]->n_queued;
    }
    return c;
}
