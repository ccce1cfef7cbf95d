/* SPDX-License-Identifier: MPL-2.0 */
/* sockets - ZeroMQ sockets with the options of the wire, and where they are
 * bound. */
#ifndef LB_SOCKETS_H
#define LB_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"

enum { BOUND_PULL, BOUND_SUB, BOUND_PUB, BOUND_ROUTER, BOUND_SOCKETS };
enum { TCP_ADDRESS_CAP = ENDPOINT_MAX_BYTES + 32 };

/* The context; at most `n_sockets` at a time. NULL with errno set. */
void *sockets_context(unsigned n_sockets);
/* The four sockets that are bound, none yet. False with errno set. */
bool sockets_open(void *context, bool ipv6, void *bound[BOUND_SOCKETS]);
/* One PUSH to a peer, not connected yet. NULL with errno set. */
void *sockets_push(void *context, bool ipv6);
void sockets_linger(void *socket, int ms);

/* Binds four ports from `port` on at each address (NULL-ended); 0: any free
 * four, which `port` then tells. False: `err` says where and why. */
bool sockets_bind(void *bound[BOUND_SOCKETS], char *const *address,
                  uint16_t *port, char *err, size_t cap);
/* Binds PUB and ROUTER to state.sock and control.sock in `dir`, mode 0660. */
bool sockets_bind_local(void *bound[BOUND_SOCKETS], const char *dir,
                        char *err, size_t cap);
/* tcp://HOST:PORT, with brackets where they are needed. */
void tcp_address(const char *host, uint16_t port, char dst[TCP_ADDRESS_CAP]);

#endif
