/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/reorder.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "kinds/kind.h"

struct reorder {
    struct lb_result **held;    /* [cap] by index; NULL: not there */
    uint32_t cap, next;
    struct lb_result *out;      /* what was handed out last */
};

struct reorder *
reorder_new(void)
{
    return xcalloc(1, sizeof(struct reorder));
}

void
reorder_free(struct reorder *o)
{
    if (o == NULL)
        return;
    for (uint32_t i = o->next; i < o->cap; i++)
        free(o->held[i]);
    free(o->held);
    free(o->out);
    free(o);
}

/* One block: the result, its value, its texts. */
static struct lb_result *
copy(const struct lb_result *r)
{
    size_t node = strlen(r->node) + 1, error = strlen(r->error) + 1;
    struct lb_result *c = xmalloc(sizeof *c + r->value_len + node + error);
    char *at = (char *)(c + 1);

    *c = *r;
    c->value = at;
    if (r->value_len > 0)
        memcpy(at, r->value, r->value_len);
    at += r->value_len;
    c->node = memcpy(at, r->node, node);
    c->error = memcpy(at + node, r->error, error);
    return c;
}

static void
grow(struct reorder *o, uint32_t index)
{
    uint32_t cap = o->cap > 0 ? o->cap : 64;

    while (cap <= index)
        cap *= 2;
    o->held = xrealloc(o->held, cap, sizeof(struct lb_result *));
    for (uint32_t i = o->cap; i < cap; i++)
        o->held[i] = NULL;
    o->cap = cap;
}

void
reorder_put(struct reorder *o, const struct lb_result *r)
{
    if (r->index >= KIND_JOBS_MAX || r->index < o->next)
        return;
    if (r->index >= o->cap)
        grow(o, r->index);
    if (o->held[r->index] == NULL)
        o->held[r->index] = copy(r);
}

bool
reorder_has(const struct reorder *o, uint32_t index)
{
    return index < o->next || (index < o->cap && o->held[index] != NULL);
}

bool
reorder_next(struct reorder *o, struct lb_result *out)
{
    free(o->out);
    o->out = NULL;
    if (o->next >= o->cap || o->held[o->next] == NULL)
        return false;
    o->out = o->held[o->next++];
    *out = *o->out;
    return true;
}
