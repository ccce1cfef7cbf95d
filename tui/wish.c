/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/wish.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/wish_own.h"

struct wishes *
wishes_new(const char *by, uint64_t seed)
{
    struct wishes *w = xcalloc(1, sizeof *w);

    text_add(w->by, sizeof w->by, "%s", by);
    random_seed(&w->ids, seed);
    return w;
}

void
wishes_free(struct wishes *w)
{
    if (w == NULL)
        return;
    buf_fini(&w->pairs);
    free(w->past);
    free(w->e);
    free(w);
}

uint64_t
wishes_group(struct wishes *w)
{
    return ++w->group;
}

void
wishes_keep(struct wishes *w)
{
    w->keep = true;
}

enum family
wish_family(enum wish_kind k)
{
    switch (k) {
    case WISH_THROTTLE:
        return FAMILY_THROTTLE;
    case WISH_PAUSE:
    case WISH_RESUME:
    case WISH_DRAIN:
    case WISH_UNDRAIN:
        return FAMILY_PHASE;
    case WISH_POLICY:
        return FAMILY_POLICY;
    case WISH_START:
    case WISH_HOLD:
    case WISH_RETRY:
    case WISH_CANCEL:
        return FAMILY_WORK;
    }
    return FAMILY_WORK;
}

bool
entry_waits(const struct entry *e)
{
    switch (e->w.state) {
    case WISH_DRAFT:
    case WISH_SENT:
    case WISH_ACCEPTED:
    case WISH_SILENT:
        return true;
    case WISH_IN_FORCE:
    case WISH_REFUSED:
    case WISH_DIFFERS:
    case WISH_LOST:
        break;
    }
    return false;
}

static bool
same_lever(const struct entry *e, size_t at, enum family f, uint32_t workload)
{
    return !e->over && e->at == at && wish_family(e->w.kind) == f &&
           e->w.workload == workload;
}

struct entry *
wishes_add(struct wishes *w, const struct model *m, const struct node *n,
           enum wish_kind kind)
{
    if (w->n == w->cap) {
        w->cap = w->cap == 0 ? 16 : 2 * w->cap;
        w->e = xrealloc(w->e, w->cap, sizeof *w->e);
    }
    struct entry *e = &w->e[w->n++];
    *e = (struct entry){ .at = n->at, .due_us = m->now_us,
                         .touched_us = m->now_us, .draft_us = m->now_us,
                         .undoes = w->undone != 0 && w->undone == w->group };
    e->w = (struct wish){ .group = w->group, .kind = kind,
                          .state = WISH_DRAFT, .node = n->id,
                          .since_us = m->now_us, .first_us = m->now_us,
                          .sent_us = -1, .took_us = -1,
                          .seen = n->told.throttle_percent };
    while (e->w.id == 0)
        e->w.id = random_u64(&w->ids);
    text_add(e->node_name, sizeof e->node_name, "%s", n->name);
    wish_before(n, kind, e->w.before);
    e->told = e->w.seen;
    memcpy(e->told_word, e->w.before, sizeof e->told_word);
    return e;
}

/* A new wish: what has ended at this lever is shown no more, and what the
 * node accepted but does not show yet is what the operator sees. */
static void
follow(struct wishes *w, struct entry *e)
{
    enum family f = wish_family(e->w.kind);

    for (struct entry *o = w->e; o < e; o++) {
        if (!same_lever(o, e->at, f, e->w.workload))
            continue;
        if (!entry_waits(o))
            o->over = true;
        else if (o->w.state == WISH_ACCEPTED) {
            e->w.seen = o->w.asked;
            if (f == FAMILY_PHASE)
                text_add(memset(e->w.before, 0, 1), sizeof e->w.before, "%s",
                         phase_word(wish_phase(o->w.kind)));
            if (f == FAMILY_POLICY)
                memcpy(e->w.before, o->w.name, sizeof e->w.before);
        }
    }
}

/* The newest wish of a lever that waits; drafts only if `draft`. */
static struct entry *
waiting(const struct wishes *w, const struct node *n, enum wish_kind kind,
        uint32_t workload)
{
    for (size_t i = w->n; i-- > 0;) {
        struct entry *e = &w->e[i];
        if (same_lever(e, n->at, wish_family(kind), workload) &&
            entry_waits(e))
            return e;
    }
    return NULL;
}

/* ---- throttle ---- */

static int
floor_of(const struct node *n)
{
    return n->told.floor_percent > 0 ? n->told.floor_percent : 1;
}

static int
ceiling_of(const struct node *n)
{
    return n->told.ceiling_percent > 0 ? n->told.ceiling_percent : 100;
}

int
wish_throttle_now(const struct wishes *w, const struct node *n)
{
    const struct entry *e = waiting(w, n, WISH_THROTTLE, 0);

    return e != NULL ? e->w.asked : n->told.throttle_percent;
}

int
wish_step(const struct node *n, int from, int by)
{
    int to = from + by;

    if (by == -5)
        to = (from - 1) / 5 * 5;
    if (by == 5)
        to = (from / 5 + 1) * 5;
    if (to < floor_of(n))
        to = floor_of(n);
    return to > ceiling_of(n) ? ceiling_of(n) : to;
}

/* Whether a node can be set to it at all. */
static bool
in_range(const struct node *n, int to, char *say)
{
    if (to < 1)
        text_add(say, WISH_SAY_MAX, "0 is refused: use pause (p)");
    else if (to > ceiling_of(n))
        text_add(say, WISH_SAY_MAX, "%d is the ceiling of %s", ceiling_of(n),
                 n->name);
    else if (to < floor_of(n))
        text_add(say, WISH_SAY_MAX, "%d is the floor of %s", floor_of(n),
                 n->name);
    else
        return true;
    return false;
}

static void
say_there(const struct node *n, int to, bool draft, char *say)
{
    if (draft && to == floor_of(n))
        text_add(say, WISH_SAY_MAX, "%s is at its floor (%d%%)", n->name, to);
    else if (draft && to == ceiling_of(n))
        text_add(say, WISH_SAY_MAX, "%s is at its ceiling (%d%%)", n->name,
                 to);
    else
        text_add(say, WISH_SAY_MAX, "%s: throttle is %d%% already", n->name,
                 to);
}

bool
wish_throttle(struct wishes *w, const struct model *m, const struct node *n,
              int to, bool draft, char say[WISH_SAY_MAX])
{
    say[0] = '\0';
    if (!wish_reach(n, WISH_THROTTLE, say) || !in_range(n, to, say))
        return false;
    struct entry *e = waiting(w, n, WISH_THROTTLE, 0);
    if (to == (e != NULL ? e->w.asked : n->told.throttle_percent)) {
        say_there(n, to, draft, say);
        return false;
    }
    if (e == NULL || e->w.state != WISH_DRAFT) {
        e = wishes_add(w, m, n, WISH_THROTTLE);
        follow(w, e);
    } else if (to == e->w.seen) {
        e->over = true;
        text_add(say, WISH_SAY_MAX, "%s: back at %d%%, nothing is sent",
                 n->name, to);
        return false;
    }
    e->w.asked = to;
    e->w.since_us = e->touched_us = e->draft_us = m->now_us;
    e->steps = draft;
    e->due_us = m->now_us + (draft ? DEBOUNCE_US : 0);
    return true;
}

/* ---- all other commands ---- */

static bool
already(const struct node *n, const struct wish_order *o, char *say)
{
    unsigned phase = wish_phase(o->kind);

    if (phase != 0 && n->told.phase == phase)
        text_add(say, WISH_SAY_MAX, "%s already %s", n->name,
                 phase == PHASE_PAUSE   ? "paused"
                 : phase == PHASE_DRAIN ? "drains"
                                        : "runs");
    else if (o->kind == WISH_POLICY && strcmp(n->policy, o->name) == 0)
        text_add(say, WISH_SAY_MAX, "%s already has policy %s", n->name,
                 o->name);
    else
        return false;
    return true;
}

bool
wish_order(struct wishes *w, const struct model *m, const struct node *n,
           const struct wish_order *o, char say[WISH_SAY_MAX])
{
    say[0] = '\0';
    if (!wish_reach(n, o->kind, say))
        return false;
    struct entry *e = waiting(w, n, o->kind, o->workload);
    if (e == NULL && already(n, o, say))
        return false;
    if (e != NULL && e->w.kind == o->kind && e->w.state != WISH_SILENT &&
        (o->kind != WISH_POLICY || strcmp(e->w.name, o->name) == 0)) {
        text_add(say, WISH_SAY_MAX, "%s: %s is on its way already", n->name,
                 wish_word(o->kind));
        return false;
    }
    e = wishes_add(w, m, n, o->kind);
    e->w.workload = o->workload;
    e->w.group = o->group != 0 ? o->group : wishes_group(w);
    if (o->name != NULL)
        text_add(e->w.name, sizeof e->w.name, "%s", o->name);
    follow(w, e);
    return true;
}

/* ---- what screens ask ---- */

const struct wish *
wish_of(const struct wishes *w, const struct node *n, enum wish_kind kind,
        uint32_t workload)
{
    for (size_t i = w->n; i-- > 0;) {
        const struct entry *e = &w->e[i];
        if (!e->over && e->at == n->at && e->w.workload == workload &&
            (kind == 0 || e->w.kind == kind))
            return &e->w;
    }
    return NULL;
}

size_t
wishes_pending(const struct wishes *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        n += !w->e[i].over && entry_waits(&w->e[i]) &&
             w->e[i].w.state != WISH_ACCEPTED;
    return n;
}

bool
wishes_push(struct wishes *w, const struct model *m, uint64_t group)
{
    bool any = false;

    for (size_t i = 0; i < w->n; i++) {
        struct entry *e = &w->e[i];
        if (e->over ||
            (e->w.state != WISH_DRAFT &&
             !(e->w.state == WISH_SILENT && e->w.group == group)))
            continue;
        e->w.state = WISH_DRAFT;
        e->steps = false;
        e->due_us = e->w.since_us = e->touched_us = m->now_us;
        any = true;
    }
    return any;
}

bool
wishes_drop(struct wishes *w)
{
    bool any = false;

    for (size_t i = 0; i < w->n; i++)
        if (!w->e[i].over && w->e[i].w.state == WISH_DRAFT)
            any = w->e[i].over = true;
    return any;
}

bool
wishes_forget(struct wishes *w, const struct node *n)
{
    bool any = false;

    for (size_t i = 0; i < w->n; i++)
        if (!w->e[i].over && w->e[i].at == n->at)
            any = w->e[i].over = true;
    return any;
}
