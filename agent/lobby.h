/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lobby - "try again later", on its way out: it waits here a moment. Who asks
 * again at once all the same, whatever the answer says, then asks so often
 * that to answer is no work, however many they are: LOBBY_SECOND answers
 * leave in a second, unless one would wait longer than LOBBY_MOST_US.
 */
#ifndef LB_AGENT_LOBBY_H
#define LB_AGENT_LOBBY_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/packet.h"

enum {
    LOBBY_SEATS = 4096,
    LOBBY_LEAST_US = 10 * 1000,
    LOBBY_MOST_US = 30 * 1000,
    LOBBY_SECOND = 1000
};

struct lobby;

struct lobby *lobby_new(void);
/* With all that wait. NULL is ignored. */
void lobby_free(struct lobby *l);
/* Takes `p`; false: it is full, and the packet still the caller's. The time
 * never falls. */
bool lobby_put(struct lobby *l, struct packet *p, int64_t now_us);
/* The next one whose time has come, for the caller to free; else NULL. With
 * INT64_MAX: whoever waits. */
struct packet *lobby_next(struct lobby *l, int64_t now_us);
/* INT64_MAX: nobody waits. */
int64_t lobby_deadline_us(const struct lobby *l);

#endif
