/* SPDX-License-Identifier: MPL-2.0 */
/* Doing what was asked for, or confirmed. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

struct done {
    uint64_t group;
    size_t sent, not_sent, gone;
    char say[WISH_SAY_MAX];     /* the first reason */
};

static int
step_of(const struct pending_act *p)
{
    if (p->value != 0)
        return p->value;
    switch (p->act) {
    case ACT_LOWER: return -5;
    case ACT_RAISE: return 5;
    case ACT_LOWER_1: return -1;
    default: return 1;
    }
}

static bool
throttle(struct app *a, const struct node *n, const struct pending_act *p,
         char *say)
{
    int floor = n->told.floor_percent > 0 ? n->told.floor_percent : 1;
    int now = wish_throttle_now(a->wishes, n);

    if (p->act == ACT_SET)
        return wish_throttle(a->wishes, a->live, n, p->value, false, say);
    if (p->act == ACT_FLOOR)
        return wish_throttle(a->wishes, a->live, n, floor, false, say);
    return wish_throttle(a->wishes, a->live, n,
                         wish_step(n, now, step_of(p)), true, say);
}

/* What it is told to do, when no state has shown it yet, counts as well. */
static bool
drains(const struct app *a, const struct node *n)
{
    const struct wish *w = wish_of(a->wishes, n, WISH_DRAIN, 0);

    return n->told.phase == PHASE_DRAIN ||
           (w != NULL && (w->state == WISH_SENT ||
                          w->state == WISH_ACCEPTED));
}

static enum wish_kind
kind_of(const struct app *a, const struct pending_act *p, const struct node *n)
{
    switch (p->act) {
    case ACT_PAUSE: return WISH_PAUSE;
    case ACT_DRAIN: return WISH_DRAIN;
    case ACT_POLICY: return WISH_POLICY;
    case ACT_START_WORK: return WISH_START;
    case ACT_HOLD: return WISH_HOLD;
    case ACT_RETRY: return WISH_RETRY;
    case ACT_CANCEL: return WISH_CANCEL;
    default: break;
    }
    return drains(a, n) ? WISH_UNDRAIN : WISH_RESUME;
}

static void
tell(struct app *a, const struct node *n, const struct pending_act *p,
     struct done *d)
{
    struct wish_order o = { .workload = p->workload,
                            .group = d->group,
                            .name = p->act == ACT_POLICY ? p->name : NULL };
    char say[WISH_SAY_MAX] = "";
    bool sent;

    if (p->act >= ACT_LOWER && p->act <= ACT_FLOOR)
        sent = throttle(a, n, p, say);
    else {
        o.kind = kind_of(a, p, n);
        sent = wish_order(a->wishes, a->live, n, &o, say);
    }
    d->sent += sent;
    if (!sent && d->not_sent++ == 0)
        memcpy(d->say, say, sizeof d->say);
}

static void
report(struct app *a, const struct pending_act *p, const struct done *d)
{
    int64_t now = app_now_us(a);

    if (d->sent == 0 && d->not_sent == 1)
        ui_flash(&a->u, now, "%s", d->say);
    else if (d->sent == 0 && d->not_sent > 1)
        ui_flash(&a->u, now, "%s  (and %zu more): nothing sent", d->say,
                 d->not_sent - 1);
    else if (d->not_sent > 0)
        ui_flash(&a->u, now, "%s to %zu of %zu nodes: %s",
                 change_word(p->act), d->sent, p->n, d->say);
    else if (d->gone > 0)
        ui_flash(&a->u, now, "%zu of %zu nodes have gone: %s not sent there",
                 d->gone, p->n, change_word(p->act));
}

static void
order(struct app *a, const struct pending_act *p)
{
    struct done d = { .group = wishes_group(a->wishes) };

    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        if (n == NULL || n->seen == SEEN_GONE)
            d.gone++;
        else
            tell(a, n, p, &d);
    }
    report(a, p, &d);
}

static void
hide(struct app *a, const struct pending_act *p)
{
    const struct node *n = target_first(a, p);

    if (n == NULL)
        return;
    a->live->node[n->at]->hidden = true;
    if (a->frozen != NULL && n->at < a->frozen->n)
        a->frozen->node[n->at]->hidden = true;
    a->u.sorted_us = 0;
    if (a->u.screen == SCREEN_DETAIL)
        screen_go(a, SCREEN_NODES);
    ui_flash(&a->u, app_now_us(a), "%s is hidden until it answers", n->name);
}

static void
undo(struct app *a, const struct pending_act *p)
{
    if (p->group == wishes_undo_group(a->wishes))
        wishes_undo(a->wishes, a->live);
    else
        ui_flash(&a->u, app_now_us(a), "another command came into force "
                 "meanwhile: nothing sent  (u asks again)");
}

void
app_do(struct app *a, const struct pending_act *p)
{
    struct effect e = { .kind = EFFECT_WRITE, .yes = true };

    if (p->act >= ACT_LOWER && !change_allowed(a, p->act, NULL))
        return;
    switch (p->act) {
    case ACT_SETUP:
        a->u.setup_wrong[0] = '\0';
        app_simple(a, EFFECT_SAVE, "");
        break;
    case ACT_QUIT: app_simple(a, EFFECT_QUIT, ""); break;
    case ACT_UNDO: undo(a, p); break;
    case ACT_HIDE: hide(a, p); break;
    case ACT_WRITE:
        text_add(e.text, sizeof e.text, "%s", p->name);
        app_add_effect(a, &e);
        break;
    default: order(a, p); break;
    }
}
