/* SPDX-License-Identifier: MPL-2.0 */
/*
 * disk - each call to the disk fails once, and for good, with EIO and with
 * ENOSPC: the first, the second ... until an agent has no such call.
 */
#include <errno.h>
#include <stdio.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/point.h"

struct calls {
    const char *name;
    unsigned weight;        /* of 100, when they are drawn */
    unsigned deep;          /* when drawn, about so many are there */
};

static const struct calls calls[] = {
    { "pwrite", 35, 40 }, { "fsync", 30, 14 }, { "open", 15, 14 },
    { "rename", 4, 2 }, { "unlink", 6, 6 }, { "write", 6, 4 },
    { "truncate", 4, 3 }
};
enum { CALLS = sizeof calls / sizeof calls[0] };

struct disk {
    struct run *run;
    struct points *points;
    unsigned hits, ended;
};

static bool
try(struct disk *d, struct point *p, bool *hit)
{
    struct point_outcome out;

    p->in_state_dir = true;
    if (!points_try(d->points, p, &out))
        return false;
    *hit = out.hit;
    d->hits += out.hit;
    d->ended += out.ended;
    return !campaign_interrupted;
}

/* As many as there are, in turn: the first of all, then the second of all. */
static bool
try_all(struct disk *d)
{
    bool there[CALLS], any = true, hit;

    for (size_t c = 0; c < CALLS; c++)
        there[c] = true;
    for (unsigned n = 1; any && d->hits < d->run->events; n++) {
        any = false;
        for (size_t c = 0; c < CALLS; c++)
            for (unsigned how = 0; there[c] && how < 4; how++) {
                struct point p = { .call = calls[c].name, .nth = n,
                                   .error = how % 2 == 0 ? EIO : ENOSPC,
                                   .goes_on = how >= 2 };
                if (!try(d, &p, &hit))
                    return false;
                there[c] = hit;
                any |= hit;
            }
    }
    return true;
}

static bool
try_some(struct disk *d)
{
    bool hit;

    while (points_tried(d->points) < d->run->events) {
        unsigned at = (unsigned)rng_below(&d->run->rng, 100), c = 0;
        while (c + 1 < CALLS && at >= calls[c].weight)
            at -= calls[c++].weight;
        struct point p = {
            .call = calls[c].name,
            .nth = 1 + rng_below(&d->run->rng, calls[c].deep),
            .error = rng_chance(&d->run->rng, 60) ? EIO : ENOSPC,
            .goes_on = rng_chance(&d->run->rng, 30) };
        if (!try(d, &p, &hit))
            return false;
    }
    return true;
}

static enum verdict
run(struct run *r)
{
    struct disk d = { .run = r, .points = points_new(r) };

    if (d.points == NULL)
        return CAMPAIGN_FAIL;
    bool good = r->full ? try_all(&d) : try_some(&d);
    campaign_faults(r, "%u calls to the disk failed, of %u agents; %u of them "
                    "ended, all in order", d.hits, points_tried(d.points),
                    d.ended);
    points_free(d.points);
    return good ? CAMPAIGN_PASS : CAMPAIGN_FAIL;
}

const struct campaign campaign_disk = {
    .name = "disk", .promise = "P11",
    .what = "each call to the disk fails, once and for good",
    .ci = 100, .full = 2000, .programs = "", .run = run };
