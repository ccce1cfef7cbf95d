/* SPDX-License-Identifier: MPL-2.0 */
/* Time and states: what confirms, what differs, what stays silent. */
#include <string.h>

#include "base/text.h"
#include "tui/wish_own.h"

static bool
is_lost(const struct node *n)
{
    return n->seen == SEEN_LOST || n->seen == SEEN_GONE;
}

static int64_t
silence_us(const struct node *n)
{
    return n->rtt_us > SILENCE_US / 5 ? 5 * n->rtt_us : SILENCE_US;
}

static int64_t
confirm_us(const struct node *n)
{
    int64_t ms = n->told.interval_ms > 0 ? n->told.interval_ms : 1000;

    return PERIODS_TO_CONFIRM * 1000 * ms;
}

/* A STATE that came after the question was sent: one from before it arrived
 * cannot show what was asked. */
static bool
is_later(const struct entry *e, const struct node *n)
{
    return n->sequence > e->w.state_seq || n->incarnation != e->incarnation;
}

static const struct work *
work_of(const struct node *n, uint32_t number)
{
    for (size_t i = 0; i < n->n_works; i++)
        if (n->work[i].number == number)
            return &n->work[i];
    return NULL;
}

static bool
work_shown(const struct entry *e, const struct node *n)
{
    const struct work *w = work_of(n, e->w.workload);

    if (w == NULL || w->ended)
        return true;
    if (e->w.kind == WISH_START)
        return !w->held;
    return e->w.kind == WISH_HOLD    ? w->held
           : e->w.kind == WISH_RETRY ? true
                                     : w->cancelled > 0;
}

bool
entry_shown(const struct entry *e, const struct node *n)
{
    switch (wish_family(e->w.kind)) {
    case FAMILY_THROTTLE:
        return n->told.throttle_percent == e->w.asked;
    case FAMILY_PHASE:
        return n->told.phase == wish_phase(e->w.kind);
    case FAMILY_POLICY:
        return strcmp(n->policy, e->w.name) == 0;
    case FAMILY_WORK:
        return work_shown(e, n);
    }
    return false;
}

/* What the node reports is neither what was asked nor what was before. */
static bool
is_third(const struct entry *e, const struct node *n)
{
    char now[32] = "";

    if (entry_shown(e, n) || wish_family(e->w.kind) == FAMILY_WORK)
        return false;
    if (e->w.kind == WISH_THROTTLE)
        return n->told.throttle_percent != e->w.seen &&
               n->told.throttle_percent != e->told;
    wish_before(n, e->w.kind, now);
    return strcmp(now, e->w.before) != 0 && strcmp(now, e->told_word) != 0;
}

static void
enter(struct entry *e, const struct model *m, enum wish_state s)
{
    e->w.state = s;
    e->w.since_us = m->now_us;
}

static void
differ(struct entry *e, struct model *m, const struct node *n)
{
    char text[64] = "";

    enter(e, m, WISH_DIFFERS);
    wish_text(&e->w, text, sizeof text);
    e->w.why[0] = '\0';
    if (e->w.kind == WISH_THROTTLE)
        text_add(e->w.why, sizeof e->w.why, "asked %d%%, node reports %u%%",
                 e->w.asked, (unsigned)n->told.throttle_percent);
    else {
        char now[32] = "";
        wish_before(n, e->w.kind, now);
        text_add(e->w.why, sizeof e->w.why, "asked %s, node reports %s", text,
                 wish_family(e->w.kind) == FAMILY_WORK ? "no change" : now);
    }
    model_note(m, NOTE_WARN, "%s: %s", n->name, e->w.why);
}

static void
confirm(struct wishes *w, struct model *m, struct entry *e)
{
    enter(e, m, WISH_IN_FORCE);
    if (e->w.sent_us >= 0)
        e->w.took_us = m->now_us - e->w.sent_us;
    wish_remember(w, e, m->now_us);
    say_in_force(w, m, e);
}

static void
lose(struct entry *e, struct model *m, const struct node *n)
{
    char text[64] = "", say[WISH_SAY_MAX];

    wish_text(&e->w, text, sizeof text);
    if (e->w.state == WISH_DRAFT) {
        enter(e, m, WISH_REFUSED);
        wish_reach(n, e->w.kind, say);
        e->w.why[0] = '\0';
        text_add(e->w.why, sizeof e->w.why, "%s", say);
        return;
    }
    enter(e, m, WISH_LOST);
    e->w.state_seq = n->sequence;
    e->incarnation = n->incarnation;
    model_note(m, NOTE_WARN,
               "%s went LOST before answering: %s may or may not be set",
               n->name, text);
}

static void
look_at_sent(struct model *m, struct entry *e, const struct node *n)
{
    char text[64] = "";

    if (n->seen == SEEN_STALE && !e->warned) {
        e->warned = true;
        wish_text(&e->w, text, sizeof text);
        model_note(m, NOTE_WARN, "%s is stale: %s sent all the same", n->name,
                   text);
    }
    e->silent_us = e->w.sent_us + silence_us(n);
    if (m->now_us < e->silent_us)
        return;
    enter(e, m, WISH_SILENT);
    e->w.state_seq = n->sequence;
    e->incarnation = n->incarnation;
    wish_text(&e->w, text, sizeof text);
    model_note(m, NOTE_WARN, "%s: no answer to %s for %d s", n->name, text,
               (int)((m->now_us - e->w.sent_us) / 1000000));
}

static void
look_at_accepted(struct wishes *w, struct model *m, struct entry *e)
{
    const struct node *n = m->node[e->at];

    if (!is_later(e, n))
        return;
    if (entry_shown(e, n))
        confirm(w, m, e);
    else if (is_third(e, n) || m->now_us - e->w.since_us >= confirm_us(n))
        differ(e, m, n);
}

/* A node that is back after it was lost, or that was silent but shows it. */
static void
look_at_unanswered(struct wishes *w, struct model *m, struct entry *e)
{
    const struct node *n = m->node[e->at];

    if (!node_is_up(n) || !is_later(e, n))
        return;
    if (entry_shown(e, n))
        confirm(w, m, e);
    else if (e->w.state == WISH_LOST)
        differ(e, m, n);
}

static void
look_at(struct wishes *w, struct model *m, struct entry *e)
{
    const struct node *n = m->node[e->at];

    if (is_lost(n) && entry_waits(e)) {
        lose(e, m, n);
        return;
    }
    switch (e->w.state) {
    case WISH_DRAFT:
        break;
    case WISH_SENT:
        look_at_sent(m, e, n);
        break;
    case WISH_ACCEPTED:
        look_at_accepted(w, m, e);
        break;
    case WISH_SILENT:
    case WISH_LOST:
        look_at_unanswered(w, m, e);
        break;
    case WISH_IN_FORCE:
        e->over = !w->keep && m->now_us - e->w.since_us >= CONFIRMED_US;
        break;
    case WISH_REFUSED:
    case WISH_DIFFERS:
        e->over = !w->keep && m->now_us - e->w.since_us >= ENDED_US;
        break;
    }
}

static bool
group_goes_on(const struct wishes *w, uint64_t group)
{
    for (size_t i = 0; i < w->n; i++)
        if (!w->e[i].over && w->e[i].w.group == group)
            return true;
    return false;
}

/* Forgets groups of which nothing is shown any more. Neighbours are mostly of
 * one group: it is looked for once. */
static void
sweep(struct wishes *w)
{
    size_t kept = 0;
    uint64_t group = 0;
    bool goes_on = false, any = false;

    for (size_t i = 0; i < w->n && !any; i++)
        any = w->e[i].over;
    for (size_t i = 0; any && i < w->n; i++) {
        if (i == 0 || w->e[i].w.group != group) {
            group = w->e[i].w.group;
            goes_on = group_goes_on(w, group);
        }
        if (goes_on)
            w->e[kept++] = w->e[i];
    }
    if (any)
        w->n = kept;
}

void
wishes_look(struct wishes *w, struct model *m)
{
    w->now_us = m->now_us;
    for (size_t i = 0; i < w->n; i++)
        if (!w->e[i].over)
            look_at(w, m, &w->e[i]);
    sweep(w);
}

static int64_t
due_us(const struct wishes *w, const struct entry *e)
{
    if (w->keep && !entry_waits(e))
        return INT64_MAX;
    switch (e->w.state) {
    case WISH_DRAFT:
        return e->due_us;
    case WISH_SENT:
        return e->silent_us > 0 ? e->silent_us : e->w.sent_us + SILENCE_US;
    case WISH_IN_FORCE:
        return e->w.since_us + CONFIRMED_US;
    case WISH_REFUSED:
    case WISH_DIFFERS:
        return e->w.since_us + ENDED_US;
    case WISH_ACCEPTED:
    case WISH_SILENT:
    case WISH_LOST:
        break;
    }
    return INT64_MAX;
}

int64_t
wishes_deadline_us(const struct wishes *w)
{
    int64_t at_us = INT64_MAX;

    for (size_t i = 0; i < w->n; i++) {
        const struct entry *e = &w->e[i];
        int64_t due = e->over ? INT64_MAX : due_us(w, e);
        if (due < at_us &&
            !(e->w.state == WISH_DRAFT && wish_must_wait(w, e)))
            at_us = due;
    }
    return at_us;
}
