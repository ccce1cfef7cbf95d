/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/meddle.h"
#include "sim/world.h"

enum { MILLI = 1000, SEC = 1000 * 1000, SLOW_TIMES = 16,
       SLOW_US = 200 * MILLI, DRIFT_PPM = 20 * 1000 };
/* These strike at a moment; the others are there all the time. */
enum { STRIKES = 2 * FAULT_CLOG - 1 + FAULT_SLOW + FAULT_OLD_COPY
                 + FAULT_MEDDLE + FAULT_RELOAD };

/* What a DUE_FAULT does (due.a); due.b is another node. */
enum { NEXT = 1, START, RESUME, FREE_DISK, MEND, MEND_BOTH, UNDRAIN, GO_ON,
       CRASH, HASTEN, SHUFFLE };

struct faults {
    struct random rng;
    uint32_t mix, n_kinds;
    uint32_t kind[FAULT_KINDS]; /* those that strike at a moment */
    int64_t mean_us, late_us, down_us, shuffle_us;
    uint16_t only;
    bool over;
};

const char *const fault_names[] = {
    "kill", "restart", "partition", "pause", "replace", "leave", "drain",
    "throttle", "disk", "clog", "loss", "duplicate", "late", "reorder",
    "clock", "crash_at", "slow", "old_copy", "meddle", "torn",
    "reload", NULL
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
    f->shuffle_us = p->shuffle_us;
    for (uint32_t bit = FAULT_KILL, i = 0; bit <= FAULT_ALL; bit <<= 1, i++) {
        if (p->mix & bit & STRIKES)
            f->kind[f->n_kinds++] = bit;
        else if (p->mix & bit)
            w->figures.injected[i]++;
    }
    if (p->mix & FAULT_LATE)
        f->late_us = p->late_us > 0 ? p->late_us
                     : random_below(&f->rng, 3) == 0 ? 25 * SEC : SEC;
    for (uint16_t a = 0; a < w->n; a++)
        for (uint16_t b = 0; b < w->n; b++)
            set_link(f, net_link(&w->net, a, b), p->rate_ppm);
    for (uint16_t i = 0; (p->mix & FAULT_CLOCK) && i < w->n; i++) {
        w->node[i].clock_us = between(f, 0, 1000ll * SEC);
        w->node[i].drift_ppm = (int32_t)between(f, -DRIFT_PPM, DRIFT_PPM);
    }
    for (uint16_t i = 0; i < w->n; i++)
        w->node[i].disk.tears = (p->mix & FAULT_TORN) != 0;
    if (f->n_kinds > 0)
        plan(w, between(f, 0, 2 * f->mean_us), NEXT, 0, 0);
    if (f->shuffle_us > 0)
        plan(w, 2 * SEC, SHUFFLE, 0, 0);
    w->faults = f;
    return f;
}

void
faults_free(struct faults *f)
{
    free(f);
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
        meddle_tell(w, n, "pause", NULL, 0);
        plan(w, us, GO_ON, n->at, 0);
    } else {
        n->drains = true;
        meddle_tell(w, n, "drain", "force", 1);
        plan(w, us, UNDRAIN, n->at, 0);
    }
}

static void
clog_link(struct world *w, struct node *n, int64_t us)
{
    const uint16_t other = (uint16_t)random_below(&w->faults->rng, w->n);

    world_tell(w, 0, "clogs %u -> %u", n->at + 1u, other + 1u);
    /* What is on its way already comes no sooner by another clog. */
    struct link *l = net_link(&w->net, n->at, other);
    if (l->clogged_until_us < w->now_us + us)
        l->clogged_until_us = w->now_us + us;
}

/* Its processor, its disk and the links to it and from it. */
static void
slow_down(struct world *w, struct node *n, bool on)
{
    if (n->slow == on)
        return;
    world_tell(w, 0, "%s %u", on ? "slows" : "hastens", n->at + 1u);
    n->slow = on;
    slots_speed(w, n, on ? n->speed / SLOW_TIMES : n->speed * SLOW_TIMES);
    n->disk.min_us = on ? n->disk.min_us * SLOW_TIMES
                        : n->disk.min_us / SLOW_TIMES;
    n->disk.max_us = on ? n->disk.max_us * SLOW_TIMES
                        : n->disk.max_us / SLOW_TIMES;
    for (uint16_t i = 0; i < w->n; i++) {
        net_link(&w->net, i, n->at)->latency_us += on ? SLOW_US : -SLOW_US;
        net_link(&w->net, n->at, i)->latency_us += on ? SLOW_US : -SLOW_US;
    }
}

/* Its disk is copied; or the copy is all that is left of it. */
static void
age(struct world *w, struct node *n, int64_t us)
{
    if (n->backup.n == 0 || random_below(&w->faults->rng, 2) == 0) {
        node_back_up(w, n);
        return;
    }
    node_restore(w, n);
    plan(w, us, START, n->at, 0);
}

/* The files of the node say another size of its queue, and are read. */
static void
reload(struct world *w, struct node *n, uint32_t jobs)
{
    struct event ev = { .kind = EV_CONFIG, .config = &n->config };

    if (n->paused)
        return;
    if (n->queue_room == 0)
        n->queue_room = n->config.queue_max_jobs;
    n->config.queue_max_jobs = jobs;
    if (n->core != NULL)
        world_feed(w, n, &ev);
}

static uint32_t
bit_of(uint32_t kind)
{
    uint32_t bit = 0;

    while (kind >> bit > 1)
        bit++;
    return bit;
}

static void
strike(struct world *w, struct node *n, uint32_t kind)
{
    struct faults *f = w->faults;
    const int64_t us = random_below(&f->rng, 2) == 0
                           ? between(f, MILLI, 2 * SEC)
                           : between(f, SEC, 20ll * SEC);
    w->figures.injected[bit_of(kind)]++;
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
        meddle_tell(w, n, "throttle", "value",
            1 + random_below(&f->rng, 20) * 5 + random_below(&f->rng, 5));
        break;
    case FAULT_DISK:
        node_stick_disk(w, n, random_below(&f->rng, 2) == 0);
        plan(w, us, FREE_DISK, n->at, 0);
        break;
    case FAULT_SLOW:
        slow_down(w, n, true);
        plan(w, us, HASTEN, n->at, 0);
        break;
    case FAULT_OLD_COPY:
        age(w, n, us);
        break;
    case FAULT_RELOAD:
        reload(w, n, (uint32_t)between(f, 1, 6));
        break;
    case FAULT_MEDDLE:
        meddle(w, &f->rng);
        break;
    default:
        clog_link(w, n, us);
        break;
    }
}

/* Some node asks some other for a job or two. */
static void
shuffle(struct world *w)
{
    struct faults *f = w->faults;
    const struct node *from = &w->node[random_below(&f->rng, w->n)];
    const struct node *to = &w->node[random_below(&f->rng, w->n)];

    if ((f->mix & FAULT_RELOAD) && random_below(&f->rng, 4) == 0)
        reload(w, &w->node[random_below(&f->rng, w->n)],
               (uint32_t)between(f, 1, 6));
    if (from != to && from->core != NULL && !from->paused)
        meddle_ask(w, from, to, (uint32_t)between(f, 1, 2));
    plan(w, between(f, 0, 2 * f->shuffle_us), SHUFFLE, 0, 0);
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
        meddle_tell(w, n, "undrain", NULL, 0);
        break;
    case HASTEN:
        slow_down(w, n, false);
        break;
    case SHUFFLE:
        shuffle(w);
        break;
    case GO_ON:
        meddle_tell(w, n, "resume", NULL, 0);
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
        || n->doomed || random_below(&f->rng, 200) != 0)
        return;
    w->figures.injected[bit_of(FAULT_CRASH_AT)]++;
    n->doomed = random_below(&f->rng, 2) == 0;  /* saved and not sent */
    plan(w, n->doomed ? 0 : between(f, 0, 20 * MILLI), CRASH, n->at, 0);
}

static void
heal_node(struct world *w, struct node *n)
{
    node_free_disk(w, n);
    slow_down(w, n, false);
    node_resume(w, n);
    if (n->leaves || n->doomed)
        node_crash(w, n);
    start(w, n);
    if (n->queue_room > 0)
        reload(w, n, n->queue_room);
    if (n->drains)
        meddle_tell(w, n, "undrain", NULL, 0);
    if (w->faults->mix & FAULT_DRAIN)
        meddle_tell(w, n, "resume", NULL, 0);
    if (w->faults->mix & FAULT_THROTTLE)
        meddle_tell(w, n, "throttle", "value", 100);
    if (w->faults->mix & (FAULT_MEDDLE | FAULT_OLD_COPY))
        meddle_tell(w, n, "start", NULL, 0);
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
