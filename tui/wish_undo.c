/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/glyph.h"
#include "tui/wish_own.h"

/* One group is kept: the confirmed one whose key was pressed last. */
void
wish_remember(struct wishes *w, const struct entry *e, int64_t now_us)
{
    if (wish_family(e->w.kind) == FAMILY_WORK || e->undoes)
        return;
    if (w->past_group != e->w.group) {
        if (w->n_past > 0 && e->w.first_us < w->past_first_us)
            return;
        w->n_past = 0;
        w->past_group = e->w.group;
        w->past_first_us = e->w.first_us;
    }
    if (w->n_past == w->cap_past) {
        w->cap_past = w->cap_past == 0 ? 16 : 2 * w->cap_past;
        w->past = xrealloc(w->past, w->cap_past, sizeof *w->past);
    }
    struct past *p = &w->past[w->n_past++];
    *p = (struct past){ .kind = e->w.kind, .at = e->at, .asked = e->w.asked,
                        .seen = e->w.seen };
    memcpy(p->name, e->w.name, sizeof p->name);
    memcpy(p->before, e->w.before, sizeof p->before);
    w->past_us = now_us;
}

void
wish_acted(struct wishes *w, const struct model *m, const struct entry *e)
{
    if (w->last.group != e->w.group)
        w->last.n = 0;
    w->last.group = e->w.group;
    w->last.work = wish_family(e->w.kind) == FAMILY_WORK;
    w->last.n++;
    w->last.what[0] = '\0';
    text_add(w->last.what, sizeof w->last.what, "%s", wish_word(e->w.kind));
    entry_name(e, m, w->last.name, sizeof w->last.name);
}

/* "retry of render-7" "throttle of 3 nodes" */
static void
add_last(const struct wishes *w, char *say)
{
    text_add(say, WISH_SAY_MAX, "%s of ", w->last.what);
    if (w->last.n == 1)
        text_add(say, WISH_SAY_MAX, "%s", w->last.name);
    else
        text_add(say, WISH_SAY_MAX, "%zu nodes", w->last.n);
}

bool
wishes_undo_is_last(const struct wishes *w)
{
    size_t at = 0;

    return wishes_draft(w, &at) == NULL &&
           (w->n_past == 0 || w->last.group == w->past_group);
}

/* Nothing is kept that could be undone. */
static void
say_nothing(const struct wishes *w, char *say)
{
    if (w->last.group != 0 && w->last.group == w->undone)
        text_add(say, WISH_SAY_MAX,
                 "nothing to undo: the last command was undone");
    else if (w->last.work) {
        add_last(w, say);
        text_add(say, WISH_SAY_MAX, " is not undone by u");
    } else
        text_add(say, WISH_SAY_MAX, "nothing to undo");
}

/* What came after it, and when it was. */
static void
add_later(const struct wishes *w, const struct model *m, char *say)
{
    char age[24];

    if (wishes_undo_is_last(w))
        return;
    duration_text(age, m->now_us - w->past_us);
    text_add(say, WISH_SAY_MAX, ", %s ago, before ", age);
    if (w->last.group == w->past_group)
        text_add(say, WISH_SAY_MAX, "what is not sent yet");
    else
        add_last(w, say);
}

/* Nobody changed since what this command set. */
static bool
still_so(const struct past *p, const struct node *n)
{
    if (!node_is_up(n))
        return false;
    switch (wish_family(p->kind)) {
    case FAMILY_THROTTLE:
        return n->told.throttle_percent == p->asked;
    case FAMILY_PHASE:
        return n->told.phase == wish_phase(p->kind);
    case FAMILY_POLICY:
        return strcmp(n->policy, p->name) == 0;
    case FAMILY_WORK:
        break;
    }
    return false;
}

static bool
can_be_undone(const struct past *p, char *say)
{
    if (p->kind == WISH_DRAIN)
        text_add(say, WISH_SAY_MAX, "drain is not undone by u  (s: start)");
    else if (p->kind == WISH_UNDRAIN)
        text_add(say, WISH_SAY_MAX,
                 "start after drain is not undone by u  (d: drain)");
    else
        return true;
    return false;
}

bool
wishes_undo_look(const struct wishes *w, const struct model *m, size_t *n,
                 size_t *skip, char say[WISH_SAY_MAX])
{
    *n = *skip = 0;
    say[0] = '\0';
    if (w->n_past == 0) {
        say_nothing(w, say);
        return false;
    }
    if (m->now_us - w->past_us >= (int64_t)UNDO_S * 1000000) {
        text_add(say, WISH_SAY_MAX,
                 "nothing to undo: the last command is over 10 minutes old");
        return false;
    }
    if (!can_be_undone(&w->past[0], say))
        return false;
    const char *first = "";
    for (size_t i = 0; i < w->n_past; i++) {
        bool so = still_so(&w->past[i], m->node[w->past[i].at]);
        *n += so;
        *skip += !so;
        if (so && *n == 1)
            first = m->node[w->past[i].at]->name;
    }
    const char *what = wish_word(w->past[0].kind);
    if (*n == 0) {
        text_add(say, WISH_SAY_MAX, "%s of %s was changed since: not undone",
                 what, *skip == 1 ? m->node[w->past[0].at]->name : "all nodes");
        return false;
    }
    if (*n == 1)
        text_add(say, WISH_SAY_MAX, "Undo %s of %s", what, first);
    else
        text_add(say, WISH_SAY_MAX, "Undo %s of %zu nodes", what, *n);
    if (*skip > 0)
        text_add(say, WISH_SAY_MAX, ", skip %zu changed since", *skip);
    add_later(w, m, say);
    return true;
}

static void
invert(struct wishes *w, const struct model *m, const struct past *p)
{
    const struct node *n = m->node[p->at];
    struct wish_order o = { .group = w->group };
    char before[32], say[WISH_SAY_MAX];

    memcpy(before, p->before, sizeof before);
    if (p->kind == WISH_THROTTLE) {
        wish_throttle(w, m, n, p->seen, false, say);
        return;
    }
    o.kind = p->kind == WISH_POLICY  ? WISH_POLICY
             : p->kind == WISH_PAUSE ? WISH_RESUME
                                     : WISH_PAUSE;
    o.name = p->kind == WISH_POLICY ? before : NULL;
    wish_order(w, m, n, &o, say);
}

uint64_t
wishes_undo_group(const struct wishes *w)
{
    return w->n_past > 0 ? w->past_group : 0;
}

void
wishes_undo(struct wishes *w, const struct model *m)
{
    size_t n, skip;
    char say[WISH_SAY_MAX];

    if (!wishes_undo_look(w, m, &n, &skip, say))
        return;
    w->undone = wishes_group(w);
    for (size_t i = 0; i < w->n_past; i++)
        if (still_so(&w->past[i], m->node[w->past[i].at]))
            invert(w, m, &w->past[i]);
    w->n_past = 0; /* once: else u would go to and fro */
}
