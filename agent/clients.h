/* SPDX-License-Identifier: MPL-2.0 */
/*
 * clients - who has asked something on the control socket: the routing id of
 * a connection and the number by which the core knows it. Numbers are never
 * used twice. A full table forgets the client that was silent longest. Any
 * thread may give back what was taken of client->unread, also later.
 */
#ifndef LB_CLIENTS_H
#define LB_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/unread.h"
#include "base/bytes.h"
#include "core/core.h"

struct clients;

struct clients *clients_new(size_t cap);
void clients_free(struct clients *c);

struct client {
    uint64_t number;        /* 0: free */
    uint64_t used;
    struct unread *unread;
    uint8_t len;
    uint8_t id[255];        /* routing id */
};
/* The client with this routing id, known from now on; NULL: no client has one
 * so long, as a stranger may still announce. `gone`: number of the
 * one that had to make room, or 0. */
struct client *clients_get(struct clients *c, struct span id, uint64_t *gone);
/* NULL: not known any more. */
struct client *clients_find(struct clients *c, uint64_t number);
void clients_drop(struct client *client);
size_t clients_count(const struct clients *c);

#endif
