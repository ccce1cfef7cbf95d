/* SPDX-License-Identifier: MPL-2.0 */
#include "core/floors.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* Where `index` stands, or belongs, in the ordered list of floors. */
static size_t
floor_at(const struct workload *w, uint32_t index)
{
    size_t low = 0, high = w->n_floors;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (w->floor[mid].index < index)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void
floors_add(struct workload *w, uint32_t index, uint64_t fence)
{
    if (w->n_floors == w->floors_cap) {
        w->floors_cap = w->floors_cap == 0 ? 64 : w->floors_cap * 2;
        w->floor = xrealloc(w->floor, w->floors_cap, sizeof *w->floor);
    }
    w->floor[w->n_floors++] = (struct retry_floor){ index, fence };
}

static int
by_index(const void *a, const void *b)
{
    const struct retry_floor *x = a, *y = b;
    return x->index != y->index ? (x->index > y->index) - (x->index < y->index)
                                : (x->fence > y->fence) - (x->fence < y->fence);
}

void
floors_order(struct workload *w)
{
    size_t n = 0;

    if (w->n_floors > 0)
        qsort(w->floor, w->n_floors, sizeof *w->floor, by_index);
    for (size_t i = 0; i < w->n_floors; i++) {
        if (n > 0 && w->floor[n - 1].index == w->floor[i].index)
            n--;
        w->floor[n++] = w->floor[i];
    }
    w->n_floors = n;
}

uint64_t
floors_fence(const struct workload *w, uint32_t index)
{
    size_t at = floor_at(w, index);
    return at < w->n_floors && w->floor[at].index == index
               ? w->floor[at].fence
               : (uint64_t)w->born << 32;
}
