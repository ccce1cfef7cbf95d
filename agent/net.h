/* SPDX-License-Identifier: MPL-2.0 */
/*
 * net - the sockets of the node: four that are bound, one to each peer. Takes
 * frames apart, drops and counts what is wrong, keeps membership to itself
 * (links.h), and hands on what the core or the loop has to answer.
 */
#ifndef LB_NET_H
#define LB_NET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/packet.h"
#include "agent/self.h"
#include "core/core.h"
#include "proto/frame.h"
#include "proto/msg.h"

struct net;

/* Opens and binds everything; sets self->port. NULL: `err` says why. `self`
 * and `config` are borrowed (config: for the call). */
struct net *net_open(const struct config *config, struct self *self,
                     char *err, size_t cap);
/* What was sent last may take `linger_ms`. NULL is ignored. */
void net_close(struct net *n, int linger_ms);
/* Values that a new configuration may change. */
void net_configure(struct net *n, const struct config *config);

/* Waits until a socket or one of the `n_fds` of `fds` (which get their
 * revents) is readable, or `until_us` (clock_us). `deaf`: only the state
 * socket is listened to, because what comes in cannot be taken. */
void net_wait(struct net *n, struct pollfd *fds, size_t n_fds,
              int64_t until_us, bool deaf);

enum net_kind { NET_PEER = 1, NET_CLIENT, NET_GONE };
struct net_in {
    enum net_kind kind;
    struct frame frame;     /* PEER */
    uint64_t client;        /* CLIENT, GONE */
    enum role role;         /* CLIENT */
    bool local;             /* CLIENT: by the socket whose file mode guards */
    struct msg msg;         /* PEER, CLIENT; borrowed until the next call */
};
/* The next message for the core; false when there is none, or when as many
 * as one turn may take have been given since net_wait. */
bool net_receive(struct net *n, struct net_in *out, int64_t now_us);

/* Where a peer is dialled: "HOST:PORT"; false: it is not known. */
bool net_place(const struct net *n, const struct node_id *id, char *dst,
               size_t cap);

/* A packet for a peer or a client, encoded now, to be sent by net_send. */
struct packet *net_encode_peer(struct net *n, const struct node_id *to,
                               uint8_t type, const uint32_t credit[2],
                               struct span body);
struct packet *net_encode_reply(struct net *n, uint64_t client,
                                struct span body);
/* Takes the packet. False: its client is gone (tell the core). */
bool net_send(struct net *n, struct packet *p, int64_t now_us);
/* What the client has not read; NULL: he is gone. */
struct unread *net_unread(const struct net *n, uint64_t client);
void net_publish(struct net *n, uint8_t type, struct span body);

/* HELLOs, retries, warnings: when net_deadline_us has come. */
void net_tick(struct net *n, int64_t now_us);
int64_t net_deadline_us(const struct net *n);

/* Nodes that speak another version of the protocol, as last heard. */
struct stranger {
    struct node_id id;
    uint8_t version;
    int64_t heard_us;
};
size_t net_strangers(const struct net *n, const struct stranger **out);

struct net_counts {
    uint64_t raw_bytes, wire_bytes, rejected[FRAME_ERRORS], rejects;
    uint64_t received, sent, lost;
    size_t known, alive, push_sockets, queued, clients;
};
struct net_counts net_count(const struct net *n, int64_t now_us);

#endif
