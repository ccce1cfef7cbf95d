/* SPDX-License-Identifier: MPL-2.0 */
/* packet - something on its way out, encoded: what the gate holds. */
#ifndef LB_PACKET_H
#define LB_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/orders.h"
#include "agent/unread.h"
#include "base/bytes.h"
#include "proto/names.h"

enum packet_kind { PACKET_PEER = 1, PACKET_CLIENT, PACKET_RUN };

/* On the heap; packet_free frees all of it. NULL is ignored. */
struct packet {
    enum packet_kind kind;
    struct packet *next;    /* in a link's queue */
    struct node_id to;      /* PEER */
    uint64_t client;        /* CLIENT */
    struct unread *unread;  /* CLIENT: that its frame was taken of */
    struct order *order;    /* RUN; NULL once taken */
    bool stopped;           /* RUN: ended before it began */
    struct buf frame;
};
struct packet *packet_new(enum packet_kind kind);
void packet_free(struct packet *p);

#endif
