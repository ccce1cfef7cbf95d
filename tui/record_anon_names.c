/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/record_anon.h"

struct entry {
    enum anon_kind kind;
    uint32_t number;        /* 0: empty */
    uint8_t *text;
    size_t len;
};

struct anon_names {
    size_t cap, n;          /* cap: a power of two, twice n at least */
    struct entry *v;
    uint32_t last[ANON_BOOT + 1];
};

enum { CAP_FIRST = 256 };

struct anon_names *
anon_names_new(void)
{
    struct anon_names *n = xcalloc(1, sizeof *n);

    n->cap = CAP_FIRST;
    n->v = xcalloc(n->cap, sizeof *n->v);
    return n;
}

void
anon_names_free(struct anon_names *n)
{
    if (n == NULL)
        return;
    for (size_t i = 0; i < n->cap; i++)
        free(n->v[i].text);
    free(n->v);
    free(n);
}

static struct entry *
entry_of(const struct anon_names *n, enum anon_kind kind, struct span text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) + (uint64_t)kind;

    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.p[i]) * UINT64_C(0x100000001b3);
    for (size_t i = (size_t)(h ^ h >> 32);; i++) {
        struct entry *e = &n->v[i & (n->cap - 1)];
        if (e->number == 0 || (e->kind == kind &&
                               span_equal(span_of(e->text, e->len), text)))
            return e;
    }
}

static void
grow(struct anon_names *n)
{
    struct entry *old = n->v;
    size_t cap = n->cap;

    n->cap *= 2;
    n->v = xcalloc(n->cap, sizeof *n->v);
    for (size_t i = 0; i < cap; i++)
        if (old[i].number != 0)
            *entry_of(n, old[i].kind, span_of(old[i].text, old[i].len)) =
                old[i];
    free(old);
}

uint32_t
anon_number(struct anon_names *n, enum anon_kind kind, struct span text)
{
    struct entry *e = entry_of(n, kind, text);

    if (e->number != 0)
        return e->number;
    *e = (struct entry){ .kind = kind, .number = ++n->last[kind],
                         .text = xmalloc(text.len + 1), .len = text.len };
    memcpy(e->text, text.p, text.len);
    uint32_t number = e->number;
    if (2 * ++n->n > n->cap)
        grow(n);
    return number;
}

static const char *
prefix_of(enum anon_kind kind)
{
    switch (kind) {
    case ANON_NODE: return "node";
    case ANON_CLUSTER: return "cluster";
    case ANON_HOST: return "host";
    case ANON_OWNER: return "user";
    case ANON_LABEL: return "work";
    case ANON_KIND: return "kind";
    case ANON_TAG: return "tag";
    case ANON_VALUE: return "v";
    case ANON_WHERE: return "ipc:///endpoint";
    case ANON_ID:
    case ANON_BOOT: break;
    }
    return "";
}

void
anon_name(struct anon_names *n, enum anon_kind kind, struct span text,
          struct buf *out)
{
    char name[32] = "";

    if (text.len == 0)
        return;
    text_add(name, sizeof name, "%s%0*u", prefix_of(kind),
             kind == ANON_NODE || kind == ANON_HOST ? 3 : 1,
             (unsigned)anon_number(n, kind, text));
    buf_bytes(out, name, strlen(name));
}

void
anon_id(struct anon_names *n, struct node_id *id)
{
    if (node_id_is_zero(id))
        return;
    uint32_t number = anon_number(n, ANON_ID, span_of(id->b, sizeof id->b));
    *id = (struct node_id){ { 0 } };
    for (int i = 0; i < 4; i++)
        id->b[i] = (uint8_t)(number * 2654435761u >> (24 - 8 * i));
    for (int i = 0; i < 4; i++)
        id->b[12 + i] = (uint8_t)(number >> (24 - 8 * i));
}
