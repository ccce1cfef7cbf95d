/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/lobby.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct lobby {
    size_t first, n;
    int64_t last_us;            /* when the last one leaves */
    struct { int64_t due_us; struct packet *packet; } seat[LOBBY_SEATS];
};

struct lobby *
lobby_new(void)
{
    return xcalloc(1, sizeof(struct lobby));
}

void
lobby_free(struct lobby *l)
{
    if (l == NULL)
        return;
    for (struct packet *p; (p = lobby_next(l, INT64_MAX)) != NULL;)
        packet_free(p);
    free(l);
}

bool
lobby_put(struct lobby *l, struct packet *p, int64_t now_us)
{
    int64_t due_us = l->last_us + 1000000 / LOBBY_SECOND;
    size_t at = (l->first + l->n) % LOBBY_SEATS;

    if (l->n == LOBBY_SEATS)
        return false;
    if (due_us < now_us + LOBBY_LEAST_US)
        due_us = now_us + LOBBY_LEAST_US;
    if (due_us > now_us + LOBBY_MOST_US)
        due_us = now_us + LOBBY_MOST_US;
    l->last_us = l->seat[at].due_us = due_us;
    l->seat[at].packet = p;
    l->n++;
    return true;
}

struct packet *
lobby_next(struct lobby *l, int64_t now_us)
{
    if (lobby_deadline_us(l) > now_us || l->n == 0)
        return NULL;
    struct packet *p = l->seat[l->first].packet;
    l->first = (l->first + 1) % LOBBY_SEATS;
    l->n--;
    return p;
}

int64_t
lobby_deadline_us(const struct lobby *l)
{
    return l->n == 0 ? INT64_MAX : l->seat[l->first].due_us;
}
