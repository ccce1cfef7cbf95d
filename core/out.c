/* SPDX-License-Identifier: MPL-2.0 */
#include "core/out.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { CHUNK_BYTES = 64 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t len, cap;
    uint8_t bytes[];
};

static void
free_chunks(struct arena_chunk *c)
{
    for (struct arena_chunk *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
}

void
out_fini(struct out *o)
{
    free(o->actions.v);
    free_chunks(o->chunk);
    *o = (struct out){ 0 };
}

void
out_reset(struct out *o)
{
    o->actions.n = 0;
    if (o->chunk == NULL)
        return;
    free_chunks(o->chunk->next);
    o->chunk->next = NULL;
    o->chunk->len = 0;
    if (o->chunk->cap > CHUNK_BYTES) { /* one large message: give it back */
        free(o->chunk);
        o->chunk = NULL;
    }
}

struct action *
out_add(struct out *o, enum action_kind kind)
{
    struct actions *a = &o->actions;
    if (a->n == a->cap) {
        a->cap = a->cap == 0 ? 16 : a->cap * 2;
        a->v = xrealloc(a->v, a->cap, sizeof *a->v);
    }
    a->v[a->n] = (struct action){ .kind = kind };
    return &a->v[a->n++];
}

struct span
out_keep(struct out *o, struct span bytes)
{
    if (bytes.len == 0)
        return (struct span){ 0 };
    if (o->chunk == NULL || o->chunk->cap - o->chunk->len < bytes.len) {
        size_t cap = bytes.len > CHUNK_BYTES ? bytes.len : CHUNK_BYTES;
        struct arena_chunk *c = xmalloc(sizeof *c + cap);
        *c = (struct arena_chunk){ .next = o->chunk, .cap = cap };
        o->chunk = c;
    }
    uint8_t *at = o->chunk->bytes + o->chunk->len;
    memcpy(at, bytes.p, bytes.len);
    o->chunk->len += bytes.len;
    return (struct span){ at, bytes.len };
}

void
out_save(struct out *o, uint8_t type, uint32_t workload,
         const struct buf *body)
{
    struct span kept = out_keep(o, buf_span(body));
    struct action *a = out_add(o, ACT_SAVE);
    a->save.type = type;
    a->save.workload = workload;
    a->save.body = kept;
}
