/* SPDX-License-Identifier: MPL-2.0 */
/*
 * limits - the host has run out of something: the n-th malloc, open, socket,
 * fork or thread of an agent fails, once; and agents that may have few
 * descriptors or processes. Out of memory an agent may abort, never crash; so
 * may libzmq, which says where. glibc crashes at one place, before an agent is
 * ready (point.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/point.h"

struct calls {
    const char *name;
    int error;
    unsigned weight;        /* of 100, when they are drawn */
    unsigned deep;          /* when drawn: of the first so many */
};

static const struct calls calls[] = {
    { "malloc", ENOMEM, 40, 2500 }, { "open", EMFILE, 25, 60 },
    { "socket", EMFILE, 15, 14 }, { "fork", EAGAIN, 10, 6 },
    { "thread", EAGAIN, 5, 10 }, { "nofile", 0, 5, 200 }
};
enum { CALLS = sizeof calls / sizeof calls[0], DEEP_MAX = 5000,
       FILES_LOADER = 15 /* fewer, and the program cannot be loaded */ };

struct limits {
    struct run *run;
    struct points *points;
    unsigned hits, ended, aborted, crashed;
};

static bool
try(struct limits *l, size_t call, uint64_t nth, bool *hit)
{
    struct point p = { .call = calls[call].name, .nth = nth,
                             .error = calls[call].error, .programs = true,
                             .abort_allowed = calls[call].error == ENOMEM };
    struct point_outcome out;

    if (p.error == 0)
        p.nth += FILES_LOADER;
    if (!points_try(l->points, &p, &out))
        return false;
    *hit = out.hit;
    l->hits += out.hit;
    l->ended += out.ended;
    l->aborted += out.aborted;
    l->crashed += out.crashed;
    return !campaign_interrupted;
}

/* The first of all, then the second of all; of those that are many, later only
 * some, so that --events bounds the whole. */
static bool
try_all(struct limits *l)
{
    bool there[CALLS], any = true;

    for (size_t c = 0; c < CALLS; c++)
        there[c] = true;
    for (uint64_t n = 1; any && n <= DEEP_MAX && l->hits < l->run->events;
         n++) {
        any = false;
        for (size_t c = 0; c < CALLS; c++) {
            if (there[c] && !try(l, c, n, &there[c]))
                return false;
            if (n > calls[c].deep && calls[c].error == 0)
                there[c] = false;
            any |= there[c];
        }
    }
    return true;
}

static bool
try_some(struct limits *l)
{
    bool hit;

    while (points_tried(l->points) < l->run->events) {
        unsigned at = (unsigned)rng_below(&l->run->rng, 100);
        size_t c = 0;
        while (c + 1 < CALLS && at >= calls[c].weight)
            at -= calls[c++].weight;
        if (!try(l, c, 1 + rng_below(&l->run->rng, calls[c].deep), &hit))
            return false;
    }
    return true;
}

static enum verdict
run(struct run *r)
{
    struct limits l = { .run = r, .points = points_new(r) };

    if (l.points == NULL)
        return CAMPAIGN_FAIL;
    bool good = r->full ? try_all(&l) : try_some(&l);
    campaign_faults(r, "%u calls for memory, files, sockets, processes or "
                    "threads failed, or few files allowed, of %u agents; %u of "
                    "them ended, %u of these by abort(), %u in glibc at the "
                    "start", l.hits, points_tried(l.points), l.ended,
                    l.aborted, l.crashed);
    points_free(l.points);
    return good ? CAMPAIGN_PASS : CAMPAIGN_FAIL;
}

const struct campaign campaign_limits = {
    .name = "limits", .promise = "P12",
    .what = "no memory, descriptors, processes or threads, for once",
    .ci = 1250, .full = 25000, .programs = "", .run = run };
