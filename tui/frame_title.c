/* SPDX-License-Identifier: MPL-2.0 */
/* The title bar: who, how many are up, and whether what is shown is now. */
#include "base/text.h"
#include "base/units.h"
#include "tui/frame.h"

enum { LEFTS = 6, RIGHTS = 3, PIECE = 320, MINUTES = 5 /* "14:02" */ };

/* The same said in fewer and fewer columns; the last ones are empty. */
struct words {
    char left[LEFTS][PIECE], right[RIGHTS][PIECE];
    bool alarm;
};

/* In this order until one fits: left, right. */
static const struct { int left, right; } forms[] = {
    { 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 2, 1 }, { 3, 1 }, { 4, 1 },
    { 4, 2 }, { 5, 2 },
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static void
put_words(struct view *v, int y, const struct words *w)
{
    struct canvas *c = v->c;
    enum style style = w->alarm ? STYLE_ALARM : STYLE_TITLE;
    int at = 0;
    for (; at < FORMS - 1; at++) {
        int left = columns_of(w->left[forms[at].left]);
        int right = columns_of(w->right[forms[at].right]);
        if (left + (right > 0) + right <= c->width)
            break;
    }
    int l = forms[at].left, r = forms[at].right;
    if (w->alarm && r == 2) /* that it is frozen matters most */
        l = 5, r = 1;
    canvas_fill(c, 0, y, c->width, style, " ");
    canvas_put(c, 0, y, -1, style, w->left[l]);
    int from = c->width - columns_of(w->right[r]);
    canvas_put(c, from > 0 ? from : 0, y, -1, style, w->right[r]);
}

/* Seconds of the day of "14:02:37" or "14:02"; -1: neither. */
static int
day_seconds(const char *clock)
{
    int part[3] = { 0, 0, 0 };
    for (size_t i = 0; i < 3 && *clock != '\0'; i++) {
        if (clock[0] < '0' || clock[0] > '9' || clock[1] < '0' ||
            clock[1] > '9')
            return -1;
        part[i] = (clock[0] - '0') * 10 + clock[1] - '0';
        clock += 2;
        if (*clock == ':')
            clock++;
    }
    return (part[0] * 60 + part[1]) * 60 + part[2];
}

/* The clock goes on while the model stands still. */
static int
frozen_seconds(const struct ui *u, const char *since)
{
    int now = day_seconds(u->clock), then = day_seconds(since);
    if (now < 0 || then < 0)
        return -1;
    return now >= then ? now - then : now + 24 * 3600 - then;
}

static void
say_frozen(const struct view *v, struct words *w)
{
    char since[16];
    ui_time(v->u, v->m, v->u->frozen_us, false, since);
    text_add(w->right[0], PIECE, "FROZEN %s", since);
    bool minutes = columns_of(v->u->clock) == MINUTES;
    if (minutes)
        since[MINUTES] = '\0';
    int s = frozen_seconds(v->u, since);
    if (s >= 0)
        text_add(w->right[0], PIECE, minutes ? " (+%d min)" : " (+%d s)",
                 minutes ? s / 60 : s);
    while (columns_of(w->right[0]) < 26)
        text_add(w->right[0], PIECE, " ");
    text_add(w->right[1], PIECE, "FROZEN ");
}

static void
say_replay(const struct view *v, struct words *w)
{
    const struct ui *u = v->u;
    char at[24], end[24], word[40] = "REPLAY ";
    duration_text(at, u->replay_at_us);
    duration_text(end, u->replay_end_us);
    int speed = (int)u->replay_speed;
    if (u->replay_speed < 0)
        text_add(word, sizeof word, "PAUSED");
    else if (u->replay_speed <= 0)
        text_add(word, sizeof word, "max");
    else if (speed >= 1)
        text_add(word, sizeof word, "x%d", speed);
    else
        text_add(word, sizeof word, "x%.2f", u->replay_speed);
    text_add(w->right[0], PIECE, "%s  %s of %s  %8s ", word, at, end,
             u->clock);
    text_add(w->right[1], PIECE, "%s ", word);
}

static void
say_live(const struct view *v, struct words *w)
{
    const struct ui *u = v->u;
    char period[24], word[64] = "", record[48] = "";
    units_print_duration(u->refresh_us, period, sizeof period);
    struct totals t;
    model_totals(v->m, &t);
    if (t.nodes > 0 && t.up == 0)
        text_add(word, sizeof word, "RETRY");
    else if (u->slow_link)
        text_add(word, sizeof word, "SLOW LINK %s", period);
    else
        text_add(word, sizeof word, "LIVE %s%s", period,
                 u->paced ? " (auto)" : "");
    if (u->record_bytes >= 1 << 20)
        text_add(record, sizeof record, "REC %uM",
                 (unsigned)(u->record_bytes >> 20));
    else if (u->record_bytes > 0)
        text_add(record, sizeof record, "REC %uK",
                 (unsigned)((u->record_bytes + 1023) >> 10));
    if (u->record_bytes > 0)
        text_add(record, sizeof record, "%s  ",
                 u->record_gaps ? " (gaps)" : "");
    int narrow = v->c->width < FRAME_WIDE ? 9 : 10;
    int field = columns_of(word) <= 8 ? narrow : 17;
    text_add(w->right[0], PIECE, "%s%-*s%8s ", record, field, word, u->clock);
    text_add(w->right[1], PIECE, "%s%s ", record, word);
}

static void
say_stream(const struct view *v, struct words *w)
{
    w->alarm = v->u->frozen || v->u->stream == STREAM_REPLAY;
    if (v->u->stream == STREAM_REPLAY)
        say_replay(v, w);
    else if (v->u->frozen)
        say_frozen(v, w);
    else
        say_live(v, w);
}

static const char *
cluster_name(const struct view *v)
{
    if (v->u->stream == STREAM_DEMO)
        return "DEMO  ";
    return v->u->title[0] != '\0' ? v->u->title : v->m->cluster;
}

/* "12 nodes: 11 up  1 LOST", and without the number of all. */
static void
say_nodes(const struct view *v, const struct totals *t, char *all, char *up)
{
    if (t->up == 0) {
        int64_t last = -1;
        char clock[16] = "";
        for (size_t i = 0; i < v->m->n; i++)
            if (v->m->node[i]->heard_us > last)
                last = v->m->node[i]->heard_us;
        if (last >= 0)
            ui_time(v->u, v->m, last, false, clock);
        text_add(up, PIECE, "0 of %u nodes answer", t->nodes);
        text_add(all, PIECE, "%s: %s%s", up,
                 last < 0 ? "no state yet" : "last state ", clock);
        return;
    }
    text_add(up, PIECE, "%u up", t->up);
    if (t->stale > 0)
        text_add(up, PIECE, "  %u stale", t->stale);
    if (t->lost > 0)
        text_add(up, PIECE, "  %u LOST", t->lost);
    if (t->other > 0)
        text_add(up, PIECE, "  %u other", t->other);
    text_add(all, PIECE, "%u node%s: %s", t->nodes, t->nodes == 1 ? "" : "s",
             up);
}

/* Policy, read-only, made-up data: what the screen is to be read with. */
static void
say_mode(const struct view *v, const struct totals *t, char *full,
         char *brief)
{
    const struct ui *u = v->u;
    bool wide = v->c->width >= FRAME_WIDE;
    if (u->stream == STREAM_DEMO)
        text_add(full, PIECE, "   (made-up data)");
    else if (t->up > 0 && t->policy[0] != '\0' && (wide || !u->read_only) &&
             (wide || u->screen == SCREEN_NODES || u->screen == SCREEN_MAP))
        text_add(full, PIECE, "   policy %s", t->policy);
    if (!u->read_only)
        return;
    text_add(brief, PIECE, "   READ-ONLY");
    text_add(full, PIECE, "   READ-ONLY");
    if (u->read_only_why[0] != '\0')
        text_add(full, PIECE, " (%s)", u->read_only_why);
}

void
frame_cluster_title(struct view *v, int y)
{
    struct words w = { .alarm = false };
    struct totals t;
    char all[PIECE] = "", up[PIECE] = "", full[PIECE] = "", brief[PIECE] = "";
    const char *name = cluster_name(v);
    const char *gap = name[0] != '\0' ? "   " : "";
    model_totals(v->m, &t);
    say_nodes(v, &t, all, up);
    say_mode(v, &t, full, brief);
    text_add(w.left[0], PIECE, " lbtop  %s%s%s%s", name, gap, all, full);
    text_add(w.left[1], PIECE, " lbtop  %s%s%s%s", name, gap, all, brief);
    text_add(w.left[2], PIECE, " %s%s%s%s", name, gap, all, brief);
    text_add(w.left[3], PIECE, " %s%s", all, brief);
    text_add(w.left[4], PIECE, " %s", up);
    say_stream(v, &w);
    put_words(v, y, &w);
}

void
frame_empty_title(struct view *v, int y)
{
    struct words w = { .left = { " lbtop   no node", " lbtop   no node",
                                 " no node", " no node", " no node" } };
    say_stream(v, &w);
    put_words(v, y, &w);
}

void
frame_title(struct view *v, int y, const char *where)
{
    struct words w = { .alarm = false };
    const char *mode = v->u->read_only ? "   READ-ONLY" : "";
    const char *name = v->u->stream == STREAM_DEMO ? "DEMO"
                                                   : cluster_name(v);
    text_add(w.left[0], PIECE, " lbtop  %s > %s%s", name, where, mode);
    text_add(w.left[1], PIECE, " %s > %s%s", name, where, mode);
    text_add(w.left[2], PIECE, " %s%s", where, mode);
    text_add(w.left[3], PIECE, " %s", where);
    text_add(w.left[4], PIECE, " %s", where);
    say_stream(v, &w);
    put_words(v, y, &w);
}
