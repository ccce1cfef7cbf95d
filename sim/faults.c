/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/msg.h"
#include "sim/world.h"

enum { MILLI = 1000, SEC = 1000 * 1000 };

/* What a DUE_FAULT does (due.a); due.b is another node. */
enum { NEXT = 1, START, RESUME, FREE_DISK, MEND, MEND_BOTH, UNDRAIN, GO_ON,
       CRASH };

struct faults {
    struct random rng;
    uint32_t mix, n_kinds;
    uint32_t kind[16];      /* those that strike at a moment */
    int64_t mean_us, late_us, down_us;
    uint16_t only;
    bool over;
};

static const char *const fault_names[] = {
    "kill", "restart", "partition", "pause", "replace", "leave", "drain",
    "throttle", "disk", "clog", "loss", "duplicate", "late", "reorder",
    "clock", "crash_at", NULL
};

bool
faults_parse(const char *s, uint32_t *mix, char bad[32])
{
    *mix = 0;
    while (*s != '\0') {
        const size_t len = strcspn(s, ",");
        bool known = false;
        for (int i = 0; fault_names[i] != NULL; i++) {
            if (strlen(fault_names[i]) == len
                && memcmp(fault_names[i], s, len) == 0) {
                *mix |= 1u << i;
                known = true;
            }
        }
        if (len == 3 && memcmp(s, "all", 3) == 0) {
            *mix = FAULT_ALL;
            known = true;
        }
        if (len == 4 && memcmp(s, "none", 4) == 0)
            known = true;
        if (!known) {
            (void)snprintf(bad, 32, "%.*s", (int)len, s);
            return false;
        }
        s += len + (s[len] == ',');
    }
    return true;
}

static int64_t
between(struct faults *f, int64_t min, int64_t max)
{
    return min + (int64_t)random_below(&f->rng, (uint64_t)(max - min) + 1);
}

static void
plan(struct world *w, int64_t us, uint32_t what, uint16_t node, uint32_t other)
{
    world_due(w, (struct due){ .at_us = w->now_us + us, .kind = DUE_FAULT,
                               .node = node, .a = what, .b = other });
}

static void
set_link(struct faults *f, struct link *l, uint32_t rate_ppm)
{
    const uint32_t part = rate_ppm > 0 ? rate_ppm : 50 * MILLI;

    if (f->mix & FAULT_LOSS)
        l->loss_ppm = (uint32_t)between(f, 0, part);
    if (f->mix & FAULT_DUPLICATE)
        l->duplicate_ppm = (uint32_t)between(f, 0, part);
    if (f->mix & FAULT_LATE) {
        l->late_ppm = (uint32_t)between(f, 0, part);
        l->late_us = f->late_us;
    }
    l->reorder = (f->mix & FAULT_REORDER) != 0;
    if (l->reorder)
        l->jitter_us += between(f, 0, 20 * MILLI);
}

struct faults *
faults_new(struct world *w, const struct faults_plan *p)
{
    struct faults *f = xcalloc(1, sizeof *f);

    random_seed(&f->rng, w->seed ^ 0xfa17ull);
    f->mix = p->mix;
    f->mean_us = p->mean_us;
    f->only = p->only;
    f->down_us = p->down_us > 0 ? p->down_us : 5 * SEC;
    for (uint32_t bit = FAULT_KILL; bit <= FAULT_CLOG; bit <<= 1)
        if (p->mix & bit)
            f->kind[f->n_kinds++] = bit;
    if (p->mix & FAULT_LATE)
        f->late_us = p->late_us > 0 ? p->late_us
                     : random_below(&f->rng, 3) == 0 ? 25 * SEC : SEC;
    for (uint16_t a = 0; a < w->n; a++)
        for (uint16_t b = 0; b < w->n; b++)
            set_link(f, net_link(&w->net, a, b), p->rate_ppm);
    for (uint16_t i = 0; (p->mix & FAULT_CLOCK) && i < w->n; i++)
        w->node[i].clock_us = between(f, 0, 1000ll * SEC);
    if (f->n_kinds > 0)
        plan(w, between(f, 0, 2 * f->mean_us), NEXT, 0, 0);
    w->faults = f;
    return f;
}

void
faults_free(struct faults *f)
{
    free(f);
}

static void
say(struct world *w, struct node *n, const char *op, const char *key,
    uint64_t value)
{
    struct buf pairs = { 0 };

    if (n->core == NULL)
        return;
    world_tell(w, 0, "tells %u: %s", n->at + 1u, op);
    if (key != NULL)
        pair_add_u64(&pairs, key, value);
    node_command(w, n, op, buf_span(&pairs));
    buf_fini(&pairs);
}

static void
cut(struct world *w, struct node *n, int64_t us)
{
    struct faults *f = w->faults;
    const uint16_t other = (uint16_t)random_below(&f->rng, w->n);

    if (other == n->at)
        return;
    net_link(&w->net, n->at, other)->cuts++;
    if (random_below(&f->rng, 2) == 0) {
        world_tell(w, 0, "cuts %u -> %u", n->at + 1u, other + 1u);
        plan(w, us, MEND, n->at, other);
        return;
    }
    net_link(&w->net, other, n->at)->cuts++;
    world_tell(w, 0, "cuts %u <-> %u", n->at + 1u, other + 1u);
    plan(w, us, MEND_BOTH, n->at, other);
}

static void
drain(struct world *w, struct node *n, int64_t us)
{
    if (random_below(&w->faults->rng, 3) == 0) {
        say(w, n, "pause", NULL, 0);
        plan(w, us, GO_ON, n->at, 0);
    } else {
        n->drains = true;
        say(w, n, "drain", "force", 1);
        plan(w, us, UNDRAIN, n->at, 0);
    }
}

static void
clog_link(struct world *w, struct node *n, int64_t us)
{
    const uint16_t other = (uint16_t)random_below(&w->faults->rng, w->n);

    world_tell(w, 0, "clogs %u -> %u", n->at + 1u, other + 1u);
    net_link(&w->net, n->at, other)->clogged_until_us = w->now_us + us;
}

static void
strike(struct world *w, struct node *n, uint32_t kind)
{
    struct faults *f = w->faults;
    const int64_t us = random_below(&f->rng, 2) == 0
                           ? between(f, MILLI, 2 * SEC)
                           : between(f, SEC, 20ll * SEC);
    switch (kind) {
    case FAULT_KILL:
        node_crash(w, n);
        break;
    case FAULT_RESTART:
        node_crash(w, n);
        plan(w, between(f, MILLI, f->down_us), START, n->at, 0);
        break;
    case FAULT_PARTITION:
        cut(w, n, us);
        break;
    case FAULT_PAUSE:
        node_pause(w, n);
        plan(w, us, RESUME, n->at, 0);
        break;
    case FAULT_REPLACE:
        node_replace(w, n);
        plan(w, us, START, n->at, 0);
        break;
    case FAULT_LEAVE:
        node_leave(w, n);
        break;
    case FAULT_DRAIN:
        drain(w, n, us);
        break;
    case FAULT_THROTTLE:
        say(w, n, "throttle", "value",
            1 + random_below(&f->rng, 20) * 5 + random_below(&f->rng, 5));
        break;
    case FAULT_DISK:
        node_stick_disk(w, n, random_below(&f->rng, 2) == 0);
        plan(w, us, FREE_DISK, n->at, 0);
        break;
    default:
        clog_link(w, n, us);
        break;
    }
}

static void
next(struct world *w)
{
    struct faults *f = w->faults;
    struct node *n = &w->node[f->only > 0 ? f->only - 1u
                                          : random_below(&f->rng, w->n)];

    strike(w, n, f->kind[random_below(&f->rng, f->n_kinds)]);
    plan(w, between(f, 0, 2 * f->mean_us), NEXT, 0, 0);
}

static void
start(struct world *w, struct node *n)
{
    if (n->core != NULL)
        return;
    world_tell(w, n->at + 1u, "starts");
    node_start(w, n);
}

void
faults_due(struct world *w, const struct due *d)
{
    struct node *n = &w->node[d->node];

    if (w->faults == NULL || w->faults->over)
        return;
    switch (d->a) {
    case NEXT:
        next(w);
        break;
    case START:
        start(w, n);
        break;
    case RESUME:
        node_resume(w, n);
        break;
    case FREE_DISK:
        node_free_disk(w, n);
        break;
    case MEND_BOTH:
        net_link(&w->net, (uint16_t)d->b, n->at)->cuts--;
        net_link(&w->net, n->at, (uint16_t)d->b)->cuts--;
        break;
    case MEND:
        net_link(&w->net, n->at, (uint16_t)d->b)->cuts--;
        break;
    case UNDRAIN:
        n->drains = false;
        say(w, n, "undrain", NULL, 0);
        break;
    case GO_ON:
        say(w, n, "resume", NULL, 0);
        break;
    default:
        node_crash(w, n);
        plan(w, between(w->faults, MILLI, w->faults->down_us), START,
             n->at, 0);
        break;
    }
}

void
faults_tempt(struct world *w, struct node *n)
{
    struct faults *f = w->faults;

    if (f == NULL || f->over || !(f->mix & FAULT_CRASH_AT)
        || (f->only > 0 && f->only != n->at + 1u)
        || random_below(&f->rng, 200) != 0)
        return;
    plan(w, between(f, 0, 20 * MILLI), CRASH, n->at, 0);
}

static void
heal_node(struct world *w, struct node *n)
{
    node_free_disk(w, n);
    node_resume(w, n);
    if (n->leaves)
        node_crash(w, n);
    start(w, n);
    if (n->drains)
        say(w, n, "undrain", NULL, 0);
    if (n->stands)
        say(w, n, "resume", NULL, 0);
    if (n->throttle_percent != 100)
        say(w, n, "throttle", "value", 100);
    n->drains = false;
}

void
faults_heal(struct world *w)
{
    struct faults *f = w->faults;

    world_tell(w, 0, "faults are over");
    f->over = true;
    w->healed_us = w->now_us + f->late_us;
    for (uint16_t a = 0; a < w->n; a++) {
        for (uint16_t b = 0; b < w->n; b++) {
            struct link *l = net_link(&w->net, a, b);
            if (l->clogged_until_us > w->healed_us)
                w->healed_us = l->clogged_until_us;
            l->cuts = 0;
            l->loss_ppm = l->duplicate_ppm = l->late_ppm = 0;
            l->clogged_until_us = 0;
        }
    }
    for (uint16_t i = 0; i < w->n; i++)
        heal_node(w, &w->node[i]);
}
