/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/heap.h"

#include <stdlib.h>

#include "base/xalloc.h"

static bool
before(const struct due *a, const struct due *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void
heap_fini(struct heap *h)
{
    free(h->v);
    *h = (struct heap){ 0 };
}

void
heap_push(struct heap *h, struct due d)
{
    if (h->n == h->cap) {
        h->cap = h->cap == 0 ? 64 : 2 * h->cap;
        h->v = xrealloc(h->v, h->cap, sizeof *h->v);
    }
    d.order = ++h->order;
    size_t pos = h->n++;
    while (pos > 0 && before(&d, &h->v[(pos - 1) / 2])) {
        h->v[pos] = h->v[(pos - 1) / 2];
        pos = (pos - 1) / 2;
    }
    h->v[pos] = d;
}

bool
heap_pop(struct heap *h, struct due *out)
{
    if (h->n == 0)
        return false;
    *out = h->v[0];
    const struct due last = h->v[--h->n];
    size_t pos = 0;
    for (size_t kid = 1; kid < h->n; kid = 2 * pos + 1) {
        if (kid + 1 < h->n && before(&h->v[kid + 1], &h->v[kid]))
            kid++;
        if (!before(&h->v[kid], &last))
            break;
        h->v[pos] = h->v[kid];
        pos = kid;
    }
    if (h->n > 0)
        h->v[pos] = last;
    return true;
}

int64_t
heap_next_us(const struct heap *h)
{
    return h->n == 0 ? INT64_MAX : h->v[0].at_us;
}
