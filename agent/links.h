/* SPDX-License-Identifier: MPL-2.0 */
/*
 * links - the way to each peer: where it is dialled, its PUSH socket, what
 * waits for room there; and the HELLOs that make two nodes know each other.
 *
 * A link begins with an address (configured, or told in a HELLO or STATE) or
 * with an id, and learns the other half. A configured peer that calls itself
 * by another address than it is configured by is recognised by a PING whose
 * answer names the link.
 */
#ifndef LB_LINKS_H
#define LB_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/packet.h"
#include "agent/self.h"
#include "proto/frame.h"
#include "proto/msg.h"

struct links;

struct links_options {
    void *context, *pub;        /* borrowed; PUB connects to each peer too */
    const struct self *self;    /* borrowed */
    size_t max;                 /* links at a time */
    bool ipv6;
    int64_t dead_after_us;
};

struct links *links_new(const struct links_options *options);
/* Closes all sockets; `linger_ms` for what is on its way. NULL is ignored. */
void links_free(struct links *l, int linger_ms);

/* The configured peers, [NAME@]HOST[:PORT], from now on. */
void links_configure(struct links *l, const struct list *nodes);
void links_set_dead_after(struct links *l, int64_t us);

/* ---- what is heard: every frame that is whole and of a known type ---- */
/* HELLO: the sender is dialled back. */
void links_hello(struct links *l, const struct frame *f,
                 const struct msg_hello *m, int64_t now_us);
/* STATE: false when it is older than one already seen. */
bool links_state(struct links *l, const struct frame *f,
                 const struct state *s, int64_t now_us);
void links_bye(struct links *l, const struct frame *f);
/* True: a PONG that answers a PING of links, and nobody else's. */
bool links_pong(struct links *l, const struct frame *f,
                const struct msg_ping *m, int64_t now_us);
void links_heard(struct links *l, const struct node_id *id, int64_t now_us);

/* ---- what is sent ---- */
/* True if the peer is on this host, by its STATE. */
bool links_same_host(const struct links *l, const struct node_id *id);
/* Where it is dialled: "HOST:PORT"; false: it is not known. */
bool links_place(const struct links *l, const struct node_id *id, char *dst,
                 size_t cap);
/* Number of the next frame to that peer. */
uint64_t links_next_seq(struct links *l, const struct node_id *id);
/* Takes the packet. It is lost when the peer is not known or its queue is
 * full; otherwise sent now, or when there is room. */
void links_send(struct links *l, struct packet *p, int64_t now_us);
/* Retries, HELLOs, sockets nobody uses: when links_deadline_us has come. */
void links_tick(struct links *l, int64_t now_us);
int64_t links_deadline_us(const struct links *l);

struct links_counts {
    size_t known, alive, sockets, queued;
    uint64_t sent, bytes, lost;
};
struct links_counts links_count(const struct links *l, int64_t now_us);

#endif
