/* SPDX-License-Identifier: MPL-2.0 */
/*
 * knocks - how often each address may come in. Each has a store of
 * KNOCKS_BURST, which KNOCKS_SECOND a second fill again. What is remembered
 * is bounded: addresses may share a store.
 */
#ifndef LB_AGENT_KNOCKS_H
#define LB_AGENT_KNOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    KNOCKS_BURST = 512,
    KNOCKS_SECOND = 256,
    KNOCKS_STORES = 256
};

struct knocks {
    /* When each store is full again; at most KNOCKS_BURST knocks from now. */
    int64_t full_us[KNOCKS_STORES];
};

/* One more from there. The time never falls. */
bool knocks_allow(struct knocks *k, const struct sockaddr *from,
                  int64_t now_us);

#endif
