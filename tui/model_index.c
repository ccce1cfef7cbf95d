/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tui/model_own.h"

/* Open addressing: a place + 1, or 0. Twice as large as full. Names are
 * entered once for each node that has them; after a change of name all are
 * entered anew, which is rare. */
struct table {
    size_t cap, n;          /* cap: a power of two */
    uint32_t *slot;
};

struct model_index {
    struct table id, name;
};

enum { CAP_FIRST = 64 };

static void
table_init(struct table *t, size_t cap)
{
    *t = (struct table){ .cap = cap,
                         .slot = xcalloc(cap, sizeof *t->slot) };
}

struct model_index *
index_new(void)
{
    struct model_index *x = xcalloc(1, sizeof *x);

    table_init(&x->id, CAP_FIRST);
    table_init(&x->name, CAP_FIRST);
    return x;
}

struct model_index *
index_copy(const struct model_index *x)
{
    struct model_index *copy = xmemdup(x, sizeof *x);

    copy->id.slot = xmemdup(x->id.slot, x->id.cap * sizeof *x->id.slot);
    copy->name.slot = xmemdup(x->name.slot,
                              x->name.cap * sizeof *x->name.slot);
    return copy;
}

void
index_free(struct model_index *x)
{
    if (x == NULL)
        return;
    free(x->id.slot);
    free(x->name.slot);
    free(x);
}

/* FNV-1a. Ids come from the network, but there are NODES_MAX at most. */
static size_t
hash(const void *p, size_t len)
{
    const uint8_t *b = p;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        h = (h ^ b[i]) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32);
}

static void
table_put(struct table *t, size_t h, uint32_t value)
{
    size_t i = h & (t->cap - 1);

    while (t->slot[i] != 0)
        i = (i + 1) & (t->cap - 1);
    t->slot[i] = value;
    t->n++;
}

size_t
index_by_id(const struct model *m, const struct node_id *id)
{
    const struct table *t = &m->index->id;
    size_t i = hash(id->b, sizeof id->b) & (t->cap - 1);

    for (; t->slot[i] != 0; i = (i + 1) & (t->cap - 1))
        if (node_id_equal(&m->node[t->slot[i] - 1]->id, id))
            return t->slot[i] - 1;
    return SIZE_MAX;
}

static bool
is_called(const struct node *n, const char *name, size_t len)
{
    return strlen(n->name) == len && memcmp(n->name, name, len) == 0;
}

struct node *
index_by_name(const struct model *m, const char *name, size_t *at)
{
    const struct table *t = &m->index->name;
    size_t len = strlen(name), h = hash(name, len);

    while (t->slot[(h + *at) & (t->cap - 1)] != 0) {
        struct node *n = m->node[t->slot[(h + *at) & (t->cap - 1)] - 1];
        ++*at;
        if (is_called(n, name, len))
            return n;
    }
    return NULL;
}

static size_t
room_for(size_t n)
{
    size_t cap = CAP_FIRST;

    while (cap < 2 * n)
        cap *= 2;
    return cap;
}

static void
enter_ids(struct model *m)
{
    struct table *t = &m->index->id;

    free(t->slot);
    table_init(t, room_for(m->n));
    for (size_t i = 0; i < m->n; i++)
        table_put(t, hash(m->node[i]->id.b, sizeof m->node[i]->id.b),
                  (uint32_t)i + 1);
}

static void
enter_name(struct model *m, const struct node *n)
{
    table_put(&m->index->name, hash(n->name, strlen(n->name)),
              (uint32_t)n->at + 1);
}

static void
enter_names(struct model *m)
{
    struct table *t = &m->index->name;

    free(t->slot);
    table_init(t, room_for(m->n));
    for (size_t i = 0; i < m->n; i++)
        if (m->node[i]->name[0] != '\0')
            enter_name(m, m->node[i]);
}

void
index_add(struct model *m, const struct node *n)
{
    struct table *t = &m->index->id;

    if (2 * (t->n + 1) > t->cap)
        enter_ids(m);
    else
        table_put(t, hash(n->id.b, sizeof n->id.b), (uint32_t)n->at + 1);
    if (2 * (m->n + 1) > m->index->name.cap)
        enter_names(m);
}

static bool
is_there(const struct node *n)
{
    return n->seen != SEEN_GONE && !n->hidden;
}

/* One warning for both, as long as both are there. */
static void
tell_double(struct model *m, struct node *n)
{
    struct node *other, *twin = NULL;
    size_t at = 0;

    while ((other = index_by_name(m, n->name, &at)) != NULL)
        if (other != n && node_is_up(other)) {
            n->double_told |= other->double_told;
            twin = other;
        }
    if (n->double_told || twin == NULL || !node_is_up(n))
        return;
    n->double_told = true;
    model_note(m, NOTE_WARN, "two nodes are called %s: %s:%u, %s:%u", n->name,
               twin->host, (unsigned)twin->told.port, n->host,
               (unsigned)n->told.port);
}

static void
look(struct model *m, const char *name)
{
    struct node *n;
    size_t sharing = 0, at = 0;

    while ((n = index_by_name(m, name, &at)) != NULL)
        sharing += is_there(n);
    at = 0;
    while ((n = index_by_name(m, name, &at)) != NULL) {
        n->doubled = sharing > 1 && is_there(n);
        if (!n->doubled)
            n->double_told = false;
    }
}

void
index_look(struct model *m, struct node *n)
{
    look(m, n->name);
    if (n->doubled)
        tell_double(m, n);
}

void
index_name(struct model *m, struct node *n, const char *name)
{
    char was[sizeof n->name];

    memcpy(was, n->name, sizeof was);
    span_copy(span_str(name), n->name, sizeof n->name);
    if (was[0] == '\0')
        enter_name(m, n);
    else
        enter_names(m);
    if (was[0] != '\0')
        look(m, was);
    index_look(m, n);
}
