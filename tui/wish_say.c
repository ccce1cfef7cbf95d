/* SPDX-License-Identifier: MPL-2.0 */
/* What the operator reads of his wishes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proto/frame.h"
#include "tui/wish_own.h"

const char *
wish_kind_name(enum wish_kind k)
{
    switch (k) {
    case WISH_THROTTLE: return "throttle";
    case WISH_PAUSE:    return "pause";
    case WISH_RESUME:   return "resume";
    case WISH_DRAIN:    return "drain";
    case WISH_UNDRAIN:  return "undrain";
    case WISH_POLICY:   return "policy";
    case WISH_START:    return "start";
    case WISH_HOLD:     return "hold";
    case WISH_RETRY:    return "retry";
    case WISH_CANCEL:   return "cancel";
    }
    return "?";
}

const char *
wish_word(enum wish_kind k)
{
    return k == WISH_RESUME || k == WISH_UNDRAIN ? "start"
                                                 : wish_kind_name(k);
}

unsigned
wish_phase(enum wish_kind k)
{
    if (k == WISH_RESUME || k == WISH_UNDRAIN)
        return PHASE_RUN;
    return k == WISH_PAUSE ? PHASE_PAUSE : k == WISH_DRAIN ? PHASE_DRAIN : 0;
}

const char *
phase_word(unsigned phase)
{
    static const char *const words[] = { "", "start", "run", "pause",
                                         "drain" };

    return phase <= PHASE_DRAIN ? words[phase] : "?";
}

void
wish_before(const struct node *n, enum wish_kind kind, char dst[32])
{
    dst[0] = '\0';
    text_add(dst, 32, "%s",
             kind == WISH_POLICY ? n->policy : phase_word(n->told.phase));
}

void
wish_text(const struct wish *w, char *dst, size_t cap)
{
    dst[0] = '\0';
    text_add(dst, cap, "%s", wish_word(w->kind));
    if (w->kind == WISH_THROTTLE)
        text_add(dst, cap, " %d%%", w->asked);
    else if (w->kind == WISH_POLICY)
        text_add(dst, cap, " %s", w->name);
}

void
entry_name(const struct entry *e, const struct model *m, char *dst, size_t cap)
{
    const struct node *n = e->at < m->n ? m->node[e->at] : NULL;
    const char *home = n != NULL ? n->name : e->node_name;
    char name[160] = "";

    if (wish_family(e->w.kind) == FAMILY_WORK)
        text_add(name, sizeof name, "%s-%u", home, (unsigned)e->w.workload);
    for (size_t i = 0; n != NULL && name[0] != '\0' && i < n->n_works; i++)
        if (n->work[i].number == e->w.workload)
            work_only_name(m, n, &n->work[i], name);
    dst[0] = '\0';
    text_add(dst, cap, "%s", name[0] != '\0' ? name : home);
}

bool
wish_reach(const struct node *n, enum wish_kind kind, char say[WISH_SAY_MAX])
{
    const char *what = wish_word(kind);

    say[0] = '\0';
    switch (n->seen) {
    case SEEN_LIVE:
    case SEEN_STALE:
        return true;
    case SEEN_LOST:
        text_add(say, WISH_SAY_MAX,
                 "%s is LOST: %s not sent  (r retries the connection)",
                 n->name, what);
        break;
    case SEEN_GONE:
        text_add(say, WISH_SAY_MAX, "%s has left: %s not sent", n->name, what);
        break;
    case SEEN_FOREIGN:
        text_add(say, WISH_SAY_MAX,
                 "%s speaks protocol %u, lbtop %u: %s not sent", n->name,
                 n->protocol, (unsigned)PROTOCOL_VERSION, what);
        break;
    case SEEN_NEW:
    case SEEN_ERROR:
        text_add(say, WISH_SAY_MAX, "%s has not told its state: %s not sent",
                 n->name, what);
        break;
    }
    return false;
}

/* ---- one wish ---- */

static const char *
undo_hint(const struct entry *e)
{
    const enum wish_kind k = e->w.kind;

    return !e->undoes && (k == WISH_THROTTLE || k == WISH_POLICY ||
                          k == WISH_PAUSE || k == WISH_RESUME)
               ? "      u: undo"
               : "";
}

static void
text_in_force(const struct entry *e, char *dst, size_t cap)
{
    const struct wish *w = &e->w;
    char text[64] = "";

    wish_text(w, text, sizeof text);
    text_add(dst, cap, "%s in force", text);
    if (w->kind == WISH_THROTTLE)
        text_add(dst, cap, " (was %d%%)", w->seen);
    else if (wish_family(w->kind) != FAMILY_WORK)
        text_add(dst, cap, " (was %s)", w->before);
    if (w->took_us >= 0)
        text_add(dst, cap, ", %lld ms", (long long)(w->took_us / 1000));
    text_add(dst, cap, "%s", undo_hint(e));
}

static void
text_draft(const struct entry *e, int64_t now_us, char *dst, size_t cap)
{
    int64_t left = e->due_us - now_us;
    char text[64] = "";

    wish_text(&e->w, text, sizeof text);
    if (left < 0)
        left = 0;
    if (e->steps && left > 0)
        text_add(dst, cap, "%s in 0.%d s  (F7/F8 to go on, Esc to drop)",
                 text, (int)((left + 99999) / 100000));
    else
        text_add(dst, cap, "%s waits for the answer to the one before", text);
}

static void
text_waiting(const struct entry *e, int64_t now_us, char *dst, size_t cap)
{
    int64_t tenths = (now_us - e->w.sent_us + 50000) / 100000;
    char text[64] = "";

    wish_text(&e->w, text, sizeof text);
    text_add(dst, cap, "%s %s", text,
             e->w.state == WISH_SENT ? "sent, waiting for the node"
                                     : "accepted, waiting for its state");
    if (tenths > 0)
        text_add(dst, cap, " (%d.%d s)", (int)(tenths / 10),
                 (int)(tenths % 10));
}

static void
text_refused(const struct entry *e, char *dst, size_t cap)
{
    char text[64] = "";

    if (e->newer) {
        text_add(dst, cap, "%s; yours was refused", e->w.why);
        return;
    }
    if (e->w.sent_us < 0) { /* never sent: the text says it all */
        dst[0] = '\0';
        text_add(dst, cap, "%s", e->w.why);
        return;
    }
    wish_text(&e->w, text, sizeof text);
    if (e->w.kind == WISH_THROTTLE)
        text_add(dst, cap, "%d%% refused: %s", e->w.asked, e->w.why);
    else
        text_add(dst, cap, "%s refused: %s", text, e->w.why);
}

static void
text_lost(const struct entry *e, char *dst, size_t cap)
{
    char text[64] = "";

    if (e->w.kind == WISH_THROTTLE)
        text_add(text, sizeof text, "%d%%", e->w.asked);
    else
        wish_text(&e->w, text, sizeof text);
    text_add(dst, cap,
             " went LOST before answering: %s may or may not be set", text);
}

/* Behind the name. */
static void
flash_one(const struct entry *e, int64_t now_us, char *dst, size_t cap)
{
    if (e->w.state == WISH_LOST) {
        text_lost(e, dst, cap);
        return;
    }
    text_add(dst, cap, ": ");
    switch (e->w.state) {
    case WISH_DRAFT:
        text_draft(e, now_us, dst, cap);
        break;
    case WISH_SENT:
    case WISH_ACCEPTED:
        text_waiting(e, now_us, dst, cap);
        break;
    case WISH_IN_FORCE:
        text_in_force(e, dst, cap);
        break;
    case WISH_REFUSED:
        text_refused(e, dst, cap);
        break;
    case WISH_DIFFERS:
        text_add(dst, cap, "%s", e->w.why);
        break;
    case WISH_SILENT:
        text_add(dst, cap,
                 "no answer for %d s. Enter: send again   x: forget",
                 (int)((now_us - e->w.sent_us) / 1000000));
        break;
    case WISH_LOST:
        break;
    }
}

/* ---- a group ---- */

struct tally {
    unsigned n, draft, waiting, confirmed, refused, differ, silent, lost;
    int least, most;        /* what is asked for */
};

static void
count(struct tally *t, const struct entry *e)
{
    t->n++;
    t->least = e->w.asked < t->least ? e->w.asked : t->least;
    t->most = e->w.asked > t->most ? e->w.asked : t->most;
    t->draft += !e->over && e->w.state == WISH_DRAFT;
    t->waiting += e->w.state == WISH_SENT || e->w.state == WISH_ACCEPTED;
    t->confirmed += e->w.state == WISH_IN_FORCE;
    t->refused += e->w.state == WISH_REFUSED;
    t->differ += e->w.state == WISH_DIFFERS;
    t->silent += e->w.state == WISH_SILENT;
    t->lost += e->w.state == WISH_LOST;
}

static void
add_part(char *dst, size_t cap, unsigned n, const char *what)
{
    if (n > 0)
        text_add(dst, cap, ", %u %s", n, what);
}

static void
flash_group(const struct entry *e, const struct tally *t, char *dst,
            size_t cap)
{
    char text[64] = "";

    wish_text(&e->w, text, sizeof text);
    if (t->least != t->most) {
        text[0] = '\0';
        text_add(text, sizeof text, "%s %d-%d%%", wish_word(e->w.kind),
                 t->least, t->most);
    }
    dst[0] = '\0';
    if (t->draft > 0 && e->steps) {
        text_add(dst, cap, "%u nodes: %s in 0.3 s  (F7/F8 to go on, "
                 "Esc to drop)", t->n, text);
        return;
    }
    text_add(dst, cap, "%s: %u of %u confirmed", text, t->confirmed, t->n);
    add_part(dst, cap, t->refused, "refused");
    add_part(dst, cap, t->differ, t->differ == 1 ? "differs" : "differ");
    add_part(dst, cap, t->lost, "LOST");
    add_part(dst, cap, t->draft + t->waiting, "waiting");
    add_part(dst, cap, t->silent, "silent");
    if (t->silent > 0)
        text_add(dst, cap, ". Enter: send again   x: forget");
    else if (t->confirmed == t->n)
        text_add(dst, cap, "%s", undo_hint(e));
}

static bool
has_news(const struct entry *e, int64_t now_us)
{
    return !e->over && (e->w.state != WISH_LOST ||
                        now_us - e->w.since_us < ENDED_US);
}

bool
wishes_flash(const struct wishes *w, const struct model *m, char *dst,
             size_t cap)
{
    const struct entry *newest = NULL;
    struct tally t = { .least = 100 };

    for (size_t i = 0; i < w->n; i++)
        if (has_news(&w->e[i], w->now_us) &&
            (newest == NULL || w->e[i].touched_us >= newest->touched_us))
            newest = &w->e[i];
    dst[0] = '\0';
    if (newest == NULL)
        return false;
    for (size_t i = 0; i < w->n; i++)
        if (w->e[i].w.group == newest->w.group)
            count(&t, &w->e[i]);
    if (t.n > 1)
        flash_group(newest, &t, dst, cap);
    else {
        entry_name(newest, m, dst, cap);
        flash_one(newest, w->now_us, dst, cap);
    }
    return true;
}

/* Into the messages: each of a few; of many the flash line tells. */
void
say_in_force(const struct wishes *w, struct model *m, const struct entry *e)
{
    enum { A_FEW = 10 };
    size_t n = 0;
    char text[64] = "", took[32] = "";

    for (size_t i = 0; i < w->n && n <= A_FEW; i++)
        n += w->e[i].w.group == e->w.group;
    if (n > A_FEW)
        return;
    wish_text(&e->w, text, sizeof text);
    if (e->w.took_us >= 0)
        text_add(took, sizeof took, " after %lld ms",
                 (long long)(e->w.took_us / 1000));
    model_note(m, NOTE_INFO, "cmd %04x acknowledged by %s%s: %s in force",
               (unsigned)(e->w.id & 0xFFFF), m->node[e->at]->name, took, text);
}
