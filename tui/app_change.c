/* SPDX-License-Identifier: MPL-2.0 */
/* What changes something: whether it may, what it asks first, and doing it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app_own.h"

const char *
change_word(enum act act)
{
    switch (act) {
    case ACT_START: case ACT_START_WORK: return "start";
    case ACT_PAUSE: return "pause";
    case ACT_DRAIN: return "drain";
    case ACT_POLICY: return "policy";
    case ACT_HOLD: return "hold";
    case ACT_RETRY: return "retry";
    case ACT_CANCEL: return "cancel";
    case ACT_UNDO: return "undo";
    default: return "throttle";
    }
}

enum act
change_act(enum wish_kind k)
{
    switch (k) {
    case WISH_THROTTLE: return ACT_SET;
    case WISH_PAUSE: return ACT_PAUSE;
    case WISH_RESUME:
    case WISH_UNDRAIN: return ACT_START;
    case WISH_DRAIN: return ACT_DRAIN;
    case WISH_POLICY: return ACT_POLICY;
    case WISH_START: return ACT_START_WORK;
    case WISH_HOLD: return ACT_HOLD;
    case WISH_RETRY: return ACT_RETRY;
    case WISH_CANCEL: return ACT_CANCEL;
    }
    return ACT_SET;
}

static bool
is_work(enum act act)
{
    return act == ACT_START_WORK || act == ACT_HOLD || act == ACT_RETRY ||
           act == ACT_CANCEL;
}

static bool
is_throttle(enum act act)
{
    return act >= ACT_LOWER && act <= ACT_FLOOR;
}

bool
change_allowed(struct app *a, enum act act, char *err)
{
    char why[ERR_MAX] = "";

    if (a->u.stream == STREAM_REPLAY)
        text_add(why, sizeof why, "replay: %s not sent", change_word(act));
    else if (a->u.read_only && strcmp(a->u.read_only_why, "view key") == 0)
        text_add(why, sizeof why, "your key may only look: %s not sent",
                 change_word(act));
    else if (a->u.read_only)
        text_add(why, sizeof why, "read-only: %s not sent", change_word(act));
    else if (a->submit_only && !is_work(act))
        text_add(why, sizeof why, "your key may only steer workloads: %s not "
                 "sent", change_word(act));
    else
        return true;
    if (err != NULL)
        memcpy(err, why, ERR_MAX);
    else
        ui_flash(&a->u, app_now_us(a), "%s", why);
    return false;
}

void
change_recheck(struct app *a)
{
    const struct wish *w;
    char why[ERR_MAX];
    size_t at = 0;

    while ((w = wishes_draft(a->wishes, &at)) != NULL) {
        if (change_allowed(a, change_act(w->kind), why))
            continue;
        wishes_refuse(a->wishes, a->live, w->id, why);
        ui_flash(&a->u, app_now_us(a), "%s", why);
    }
}

/* ---- what it would do at one node ---- */

/* What stands in its way there: nothing, it is so already, or a reason. */
struct seen_at {
    size_t able, same, not_able;
    char same_say[WISH_SAY_MAX], say[WISH_SAY_MAX];
};

static const char *
same_word(const struct node *n, const struct pending_act *p)
{
    if (p->act == ACT_PAUSE && n->told.phase == PHASE_PAUSE)
        return "paused";
    if (p->act == ACT_DRAIN && n->told.phase == PHASE_DRAIN)
        return "draining";
    if (p->act == ACT_START && n->told.phase == PHASE_RUN)
        return "running";
    if (p->act == ACT_POLICY && strcmp(n->policy, p->name) == 0)
        return p->name;
    return NULL;
}

/* It answers, and what is asked is within its limits. The first reason that
 * it is not goes into s->say. */
static bool
can_be_told(const struct pending_act *p, const struct node *n,
            struct seen_at *s)
{
    int floor = n->told.floor_percent, ceiling = n->told.ceiling_percent;
    char say[WISH_SAY_MAX] = "";

    if (n->seen == SEEN_LOST)
        text_add(say, sizeof say, "%s is LOST: %s not sent  "
                 "(r retries the connection)", n->name, change_word(p->act));
    else if (n->seen == SEEN_FOREIGN)
        text_add(say, sizeof say, "%s speaks protocol %u, lbtop %d: %s not "
                 "sent", n->name, n->protocol, PROTOCOL_VERSION,
                 change_word(p->act));
    else if (!node_is_up(n))
        text_add(say, sizeof say, "%s does not answer: %s not sent", n->name,
                 change_word(p->act));
    else if (p->act == ACT_SET && p->value > 0 && p->value < floor)
        text_add(say, sizeof say, "%d is the floor of %s", floor, n->name);
    else if (p->act == ACT_SET && ceiling > 0 && p->value > ceiling)
        text_add(say, sizeof say, "%d is the ceiling of %s", ceiling,
                 n->name);
    if (s->say[0] == '\0')
        memcpy(s->say, say, sizeof s->say);
    return say[0] == '\0';
}

static void
look_at(const struct app *a, const struct pending_act *p,
        const struct node *n, struct seen_at *s)
{
    const struct wish *w = wish_of(a->wishes, n, 0, 0);
    bool waits = w != NULL && w->state <= WISH_ACCEPTED;
    const char *same = waits ? NULL : same_word(n, p);

    if (!can_be_told(p, n, s)) {
        s->not_able++;
    } else if (same != NULL) {
        if (s->same++ == 0)
            text_add(s->same_say, sizeof s->same_say, "%s", same);
    } else
        s->able++;
}

/* Says why nothing is sent; true: all is so already. */
static bool
say_none(struct app *a, const struct pending_act *p, const struct seen_at *s)
{
    const struct node *n = target_first(a, p);

    if (s->same > 0 && s->not_able == 0 && p->n == 1 && n != NULL)
        ui_flash(&a->u, app_now_us(a), "%s already %s", n->name, s->same_say);
    else if (s->same > 0)
        ui_flash(&a->u, app_now_us(a), "%zu nodes already %s", s->same,
                 s->same_say);
    else if (s->not_able > 1)
        ui_flash(&a->u, app_now_us(a), "%s  (and %zu more)", s->say,
                 s->not_able - 1);
    else
        ui_flash(&a->u, app_now_us(a), "%s",
                 s->say[0] != '\0' ? s->say : "no node here");
    return s->same > 0;
}

bool
change_reaches(struct app *a, const struct pending_act *p)
{
    struct seen_at s = { 0 };

    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        if (n != NULL)
            look_at(a, p, n, &s);
    }
    if (s.able + s.same > 0)
        return true;
    a->u.all_next = false;
    (void)say_none(a, p, &s);
    return false;
}

/* Those that can be told stay; of all shown, stale ones do not. */
static void
keep_able(const struct app *a, struct pending_act *p, bool all)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        struct seen_at ignored = { 0 };
        if (n != NULL && can_be_told(p, n, &ignored) &&
            !(all && n->seen == SEEN_STALE))
            p->node[kept++] = p->node[i];
    }
    p->n = kept;
}

/* ---- asking first ---- */

static bool
to_floor(const struct app *a, const struct pending_act *p)
{
    for (size_t i = 0; i < p->n && p->act == ACT_SET; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        if (n != NULL && p->value <= n->told.floor_percent)
            return true;
    }
    return p->act == ACT_FLOOR;
}

/* How much is asked: 0 nothing, 1 y/N, 2 a word. */
static int
class_of(const struct app *a, const struct pending_act *p, bool all)
{
    if (p->act == ACT_DRAIN || p->act == ACT_CANCEL ||
        (all && p->n > MANY))
        return 2;
    if (p->act == ACT_PAUSE || p->act == ACT_POLICY || p->act == ACT_HOLD ||
        p->act == ACT_RETRY || to_floor(a, p) ||
        (is_throttle(p->act) && p->n > MANY))
        return 1;
    bool marks = a->u.screen != SCREEN_DETAIL && a->u.n_marked > 0;
    return !is_work(p->act) && !all && marks && a->u.n_hidden_marks > 0;
}

static void
add_frozen(const struct app *a, struct dialog *d, int class)
{
    long s = (long)((app_now_us(a) - a->u.frozen_us) / SECOND_US);

    if (class == 0) {
        d->n_lines = 1;
        d->line[0][0] = '\0';
        text_add(d->line[0], sizeof d->line[0],
                 "The screen has been frozen for %ld s. Send anyway?", s);
    } else if (class == 1)
        text_add(d->line[0], sizeof d->line[0],
                 " (The screen has been frozen for %ld s.)", s);
    else if (d->n_lines < DIALOG_LINES)
        text_add(d->line[d->n_lines++], sizeof d->line[0],
                 "The screen has been frozen for %ld s.", s);
}

/* Title and lines; the rest of `d` is there. */
static void
add_words(const struct app *a, const struct pending_act *p, int class,
          struct dialog *d)
{
    text_question(a, p, d->all, d);
    if (a->u.frozen)
        add_frozen(a, d, class);
    if (d->left_out > 0)
        text_add(d->line[0], sizeof d->line[0], " %zu more cannot be asked.",
                 d->left_out);
}

void
change_retell(struct app *a)
{
    struct dialog *d = &a->u.dialog;
    struct dialog now = { .all = d->all, .left_out = d->left_out };
    char number[24] = "";

    text_add(number, sizeof number, "%zu", a->u.nodes.n);
    if (!d->open || d->then.n == 0 || d->then.act < ACT_LOWER ||
        (d->all && d->box && strcmp(number, d->word) != 0))
        return;
    add_words(a, &d->then, class_of(a, &d->then, d->all), &now);
    memcpy(d->title, now.title, sizeof d->title);
    memcpy(d->line, now.line, sizeof d->line);
    d->n_lines = now.n_lines;
}

/* Does it or asks; takes p->node over. `left_out`: see struct dialog. */
static void
ask_or_do(struct app *a, struct pending_act *p, bool all, size_t left_out)
{
    int class = class_of(a, p, all);
    struct dialog d = { .box = class == 2, .all = all,
                        .left_out = left_out };

    if (class == 0 && !a->u.frozen) {
        app_do(a, p);
        free(p->node);
        p->node = NULL;
        return;
    }
    add_words(a, p, class, &d);
    if (class == 2) /* of all shown: as many as the text says */
        dialog_word(a, p, all ? a->u.nodes.n : p->n, &d);
    d.then = *p;
    p->node = NULL;
    dialog_open(a, &d);
}

bool
change(struct app *a, struct pending_act *p, bool all)
{
    struct seen_at s = { 0 };

    a->u.all_next = false;
    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        if (n != NULL)
            look_at(a, p, n, &s);
    }
    if (s.able == 0) {
        bool so = say_none(a, p, &s);
        free(p->node);
        p->node = NULL;
        return so;
    }
    size_t meant = p->n;
    keep_able(a, p, all);
    if (p->n == 0) {
        ui_flash(&a->u, app_now_us(a), "all of them are stale: %s not sent",
                 change_word(p->act));
        free(p->node);
        p->node = NULL;
        return false;
    }
    size_t left_out = meant - p->n;
    ask_or_do(a, p, all, all ? 0 : left_out);
    if (left_out > 0 && !all && !a->u.dialog.open)
        ui_flash(&a->u, app_now_us(a), "%zu of %zu nodes cannot be asked: "
                 "not sent there", left_out, meant);
    return true;
}

bool
change_work(struct app *a, enum act act, const struct node *home,
            const struct work *w)
{
    struct pending_act p = { .act = act, .n = 1, .workload = w->number };
    char name[160], say[WISH_SAY_MAX] = "";

    work_only_name(a->live, home, w, name);
    text_add(p.name, sizeof p.name, "%s", name);
    if (!node_is_up(home))
        text_add(say, sizeof say, "%s is LOST, the home of %s: %s not sent",
                 home->name, name, change_word(act));
    else if (w->ended && act != ACT_RETRY)
        text_add(say, sizeof say, "%s has ended: %s not sent", name,
                 change_word(act));
    else if (act == ACT_RETRY && w->failed == 0)
        text_add(say, sizeof say, "%s has no failed jobs", name);
    else if (act == ACT_HOLD && w->held)
        text_add(say, sizeof say, "%s is held already", name);
    else if (act == ACT_START_WORK && !w->held)
        text_add(say, sizeof say, "%s is not held", name);
    if (say[0] != '\0') {
        ui_flash(&a->u, app_now_us(a), "%s", say);
        return node_is_up(home) && !w->ended;
    }
    p.node = xmemdup(&home->id, sizeof home->id);
    ask_or_do(a, &p, false, 0);
    return true;
}

void
change_undo(struct app *a)
{
    size_t n, skip;
    char say[WISH_SAY_MAX];

    if (!wishes_undo_look(a->wishes, a->live, &n, &skip, say))
        ui_flash(&a->u, app_now_us(a), "%s", say);
    else if (skip == 0 && n <= MANY && !a->u.frozen &&
             wishes_undo_is_last(a->wishes) && (!a->drawn || target_seen(a)))
        wishes_undo(a->wishes, a->live);
    else {
        text_add(say, sizeof say, "?%s",
                 a->u.frozen ? " (The screen is frozen.)" : "");
        dialog_ask(a, ACT_UNDO, say);
        a->u.dialog.then.group = wishes_undo_group(a->wishes);
    }
}
