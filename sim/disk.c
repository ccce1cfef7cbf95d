/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/disk.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

void
disk_fini(struct disk *d)
{
    for (size_t i = 0; d->keep && i < d->n; i++)
        free(d->v[i].body);
    free(d->v);
    *d = (struct disk){ 0 };
}

size_t
disk_put(struct disk *d, uint8_t type, uint32_t workload, struct span body)
{
    if (!d->keep)
        return ++d->n;
    if (d->n == d->cap) {
        d->cap = d->cap == 0 ? 64 : 2 * d->cap;
        d->v = xrealloc(d->v, d->cap, sizeof *d->v);
    }
    d->v[d->n++] = (struct record){
        .type = type,
        .workload = workload,
        .len = (uint32_t)body.len,
        .body = body.len == 0 ? NULL : xmemdup(body.p, body.len),
    };
    return d->n;
}

int64_t
disk_commit(struct disk *d, struct random *r)
{
    if (d->stuck || d->group != 0 || d->n == d->n_durable)
        return -1;
    d->group = d->n;
    if (d->tears && random_below(r, 4) == 0)
        d->group -= random_below(r, d->n - d->n_durable);
    return d->min_us
           + (int64_t)random_below(r, (uint64_t)(d->max_us - d->min_us) + 1);
}

void
disk_committed(struct disk *d)
{
    assert(d->group >= d->n_durable);
    d->n_durable = d->group;
    d->group = 0;
}

void
disk_crash(struct disk *d, struct random *r)
{
    if (d->group != 0 && !d->stuck && random_below(r, 2) == 0)
        d->n_durable = d->group;
    d->group = 0;
    for (; d->n > d->n_durable; d->n--)
        if (d->keep)
            free(d->v[d->n - 1].body);
}

void
disk_cut(struct disk *d, size_t n)
{
    assert(n <= d->n_durable);
    for (; d->n > n; d->n--)
        if (d->keep)
            free(d->v[d->n - 1].body);
    for (size_t i = 0; d->keep && i < n; i++)
        d->v[i].gone = false;   /* what is said later is not said yet */
    d->n_durable = n;
    d->group = 0;
}

/* Marks what later records say is forgotten. */
static void
sweep(struct disk *d)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->v[i].type != 0 || d->v[i].gone)
            continue;
        d->v[i].gone = true;
        for (size_t k = 0; k < i; k++)
            if (d->v[k].workload == d->v[i].workload)
                d->v[k].gone = true;
    }
}

const struct record *
disk_next(struct disk *d, size_t *at)
{
    assert(d->keep);
    if (*at == 0)
        sweep(d);
    while (*at < d->n) {
        const struct record *r = &d->v[(*at)++];
        if (!r->gone)
            return r;
    }
    return NULL;
}
