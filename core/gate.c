/* SPDX-License-Identifier: MPL-2.0 */
#include "core/gate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/xalloc.h"

enum { FIRST_ROOM = 64 };

struct held {
    uint64_t after;
    void *item;
};

struct gate {
    size_t cap;         /* most items ever */
    size_t room;        /* of the ring */
    size_t first, n;
    uint64_t last;      /* `after` of the last put */
    struct held *ring;  /* [room]; first, first + 1, ... modulo room */
};

struct gate *
gate_new(size_t cap)
{
    assert(cap >= 1);
    struct gate *g = xcalloc(1, sizeof *g);
    g->cap = cap;
    return g;
}

void
gate_free(struct gate *g)
{
    if (g == NULL)
        return;
    free(g->ring);
    free(g);
}

static void
grow(struct gate *g)
{
    size_t room = g->room == 0 ? FIRST_ROOM : g->room * 2;
    struct held *ring = xcalloc(room, sizeof *ring);

    for (size_t i = 0; i < g->n; i++)
        ring[i] = g->ring[(g->first + i) % g->room];
    free(g->ring);
    g->ring = ring;
    g->room = room;
    g->first = 0;
}

int
gate_put(struct gate *g, uint64_t after, void *item)
{
    assert(item != NULL && after >= g->last);
    if (g->n == g->cap)
        return -ENOBUFS;
    if (g->n == g->room)
        grow(g);
    g->ring[(g->first + g->n++) % g->room] = (struct held){ after, item };
    g->last = after;
    return 0;
}

void *
gate_next(struct gate *g, uint64_t durable)
{
    if (g->n == 0 || (LB_BUG != 23 && g->ring[g->first].after > durable))
        return NULL;
    return gate_drop(g);
}

void *
gate_drop(struct gate *g)
{
    if (g->n == 0)
        return NULL;
    void *item = g->ring[g->first].item;
    g->first = (g->first + 1) % g->room;
    g->n--;
    return item;
}

size_t
gate_count(const struct gate *g)
{
    return g->n;
}
