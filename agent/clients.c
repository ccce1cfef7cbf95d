/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/clients.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct clients {
    size_t cap, n;          /* n: entries ever used */
    uint64_t last, clock;
    struct client **v;      /* [cap]; made when first used */
    struct unread *unread;  /* of all */
};

struct clients *
clients_new(size_t cap)
{
    struct clients *c = xcalloc(1, sizeof *c);

    assert(cap >= 1);
    c->cap = cap;
    c->v = xcalloc(cap, sizeof(struct client *));
    c->unread = unread_all_new();
    return c;
}

void
clients_free(struct clients *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++) {
        clients_drop(c->v[i]);
        free(c->v[i]);
    }
    unread_leave(c->unread);
    free(c->v);
    free(c);
}

/* A free entry, a new one, or the one used longest ago. */
static struct client *
room(struct clients *c)
{
    struct client *oldest = NULL;

    for (size_t i = 0; i < c->n; i++) {
        if (c->v[i]->number == 0)
            return c->v[i];
        if (oldest == NULL || c->v[i]->used < oldest->used)
            oldest = c->v[i];
    }
    if (c->n == c->cap)
        return oldest;
    return c->v[c->n++] = xcalloc(1, sizeof(struct client));
}

struct client *
clients_get(struct clients *c, struct span id, uint64_t *gone)
{
    struct client *it = NULL;

    *gone = 0;
    if (id.len > sizeof it->id)
        return NULL;
    for (size_t i = 0; i < c->n && it == NULL; i++)
        if (c->v[i]->number != 0 && c->v[i]->len == id.len &&
            memcmp(c->v[i]->id, id.p, id.len) == 0)
            it = c->v[i];
    if (it == NULL) {
        it = room(c);
        *gone = it->number;
        clients_drop(it);
        *it = (struct client){ .number = ++c->last, .len = (uint8_t)id.len,
                               .unread = unread_new(c->unread) };
        memcpy(it->id, id.p, id.len);
    }
    it->used = ++c->clock;
    return it;
}

struct client *
clients_find(struct clients *c, uint64_t number)
{
    for (size_t i = 0; number != 0 && i < c->n; i++)
        if (c->v[i]->number == number)
            return c->v[i];
    return NULL;
}

void
clients_drop(struct client *client)
{
    client->number = 0;
    unread_leave(client->unread);
    client->unread = NULL;
}

size_t
clients_count(const struct clients *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->v[i]->number != 0;
    return n;
}
