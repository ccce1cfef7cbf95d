/* SPDX-License-Identifier: MPL-2.0 */
/* Help: the keys of the screen that it was called from, made from the table
 * of keys, and how to read the screen. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"

enum { CTRL_H = 8, LINES_MAX = 200, LINE = 96, COLUMN = 39, KEYS = 11 };

struct help_line {
    enum style style;
    int at;                 /* columns of the keys of its group */
    char keys[32];          /* dim or not, before the text */
    char text[LINE];
};
struct help {
    size_t n;
    struct help_line line[LINES_MAX];
};

static struct help_line *
add(struct help *h, enum style style, const char *keys, const char *text)
{
    static struct help_line spill;
    struct help_line *l = h->n < LINES_MAX ? &h->line[h->n++] : &spill;
    *l = (struct help_line){ .style = style };
    text_add(l->keys, sizeof l->keys, "%s", keys);
    text_add(l->text, sizeof l->text, "%s", text);
    return l;
}

/* ---- the keys ---- */

/* Where the keys mean something that help is asked for. */
static unsigned
context_of(const struct view *v)
{
    switch (v->u->back) {
    case SCREEN_JOBS: return IN_JOBS;
    case SCREEN_WORK: return IN_WORK;
    case SCREEN_MESSAGES: return IN_MESSAGES;
    case SCREEN_MAP: return IN_MAP;
    case SCREEN_DETAIL: return IN_DETAIL | IN_LOST;
    case SCREEN_SETUP: return IN_SETUP;
    case SCREEN_NODES: case SCREEN_HELP: case SCREENS_END: break;
    }
    return IN_NODES;
}

/* Arrows are words where only ASCII can be shown. */
static void
show_key(const struct canvas *c, uint32_t key, char dst[16])
{
    static const char *const arrows[] = { "Up", "Down", "Left", "Right" };

    if (!c->ascii || key < KEY_UP_ || key > KEY_RIGHT_) {
        key_text(key, dst);
        return;
    }
    dst[0] = '\0';
    text_add(dst, 16, "%s", arrows[key - KEY_UP_]);
}

static void
row_keys(const struct canvas *c, const struct key_row *row, char *dst,
         size_t cap)
{
    char one[16];
    for (size_t i = 0; i < 4 && row->key[i] != 0; i++) {
        if (row->key[i] == CTRL_H)
            continue;   /* the same key as Backspace */
        show_key(c, row->key[i], one);
        text_add(dst, cap, "%s%s", dst[0] != '\0' ? " " : "", one);
    }
}

/* Rows of one meaning (F7 and F8) stand on one line. */
static struct help_line *
same_text(struct help *h, size_t from, const char *text)
{
    for (size_t i = from; i < h->n; i++)
        if (strcmp(h->line[i].text, text) == 0)
            return &h->line[i];
    return NULL;
}

/* A row without a text of its own is told by another row of its act. */
static const char *
text_of(const struct key_row *row)
{
    for (size_t i = 0; row->help[0] == '\0' && i < key_rows; i++)
        if (key_table[i].act == row->act && key_table[i].help[0] != '\0')
            return key_table[i].help;
    return row->help;
}

static void
add_group(struct help *h, const struct view *v, const char *group,
          const char *title)
{
    const unsigned where = context_of(v) |
        (v->u->stream == STREAM_REPLAY ? (unsigned)IN_REPLAY : 0u);

    if (h->n > 0)
        add(h, STYLE_TEXT, "", "");
    const size_t begin = h->n;
    add(h, STYLE_HEAD, "", title);
    for (size_t i = 0; i < key_rows; i++) {
        const struct key_row *row = &key_table[i];
        if (strcmp(row->group, group) != 0 || (row->where & where) == 0)
            continue;
        const char *text = text_of(row);
        if (text[0] == '\0')
            continue;
        struct help_line *l = same_text(h, begin, text);
        bool off = row->changes &&
                   (v->u->read_only || v->u->stream == STREAM_REPLAY);
        if (l == NULL)
            l = add(h, off ? STYLE_LABEL : STYLE_TEXT, "", text);
        row_keys(v->c, row, l->keys, sizeof l->keys);
    }
    if (h->n == begin + 1) /* nothing of it here */
        h->n = begin > 0 ? begin - 1 : 0;
}

/* ---- the rest ---- */

struct said { const char *keys, *text; };

static void
add_list(struct help *h, const char *title, const struct said *s, size_t n)
{
    if (h->n > 0)
        add(h, STYLE_TEXT, "", "");
    add(h, STYLE_HEAD, "", title);
    for (size_t i = 0; i < n; i++)
        add(h, STYLE_TEXT, s[i].keys, s[i].text);
}

static void
add_legend(struct help *h, const struct canvas *c)
{
    const char *const to = glyph(c, GLYPH_TO);
    char sent[32] = "", yes[32] = "", no[32] = "", silent[32] = "";

    text_add(sent, sizeof sent, "80%s70%s", to, glyph(c, GLYPH_PENDING));
    text_add(yes, sizeof yes, "70%% %s", glyph(c, GLYPH_CONFIRMED));
    text_add(no, sizeof no, "80%% %s", glyph(c, GLYPH_REFUSED));
    text_add(silent, sizeof silent, "80%s70 ?", to);
    const struct said throttle[] = {
        { "80%", "in force" }, { sent, "sent, not confirmed" },
        { yes, "confirmed (2 s)" }, { no, "refused, see messages" },
        { silent, "no answer in 5 s" }, { "(50%)", "last known, LOST" },
    };
    static const struct said state[] = {
        { "run idle", "works; has nothing to do" },
        { "pause", "starts nothing new" },
        { "drain", "gives its jobs away" },
        { "start", "has just come" },
        { "stale", "3 states missed" },
        { "LOST", "no state for 5 s" },
        { "ver error", "see messages" },
    };
    add_list(h, "THROTTLE: share of time that jobs run", throttle,
             sizeof throttle / sizeof throttle[0]);
    add_list(h, "STATE", state, sizeof state / sizeof state[0]);
}

static void
add_replay(struct help *h)
{
    static const struct said replay[] = {
        { "Z", "stop, go on" },
        { ", .", "slower, faster" },
        { "{ }", "10 s back, forward" },
        { ":at 14:02:37", "there; +2min: since its start" },
    };
    add_list(h, "REPLAY", replay, sizeof replay / sizeof replay[0]);
}

static void
add_numbers(struct help *h, const struct canvas *c)
{
    char moves[32] = "";

    text_add(moves, sizeof moves, "moves/s %s %s", glyph(c, GLYPH_IN),
             glyph(c, GLYPH_OUT));
    const struct said numbers[] = {
        { "LOAD", "CPU used by jobs" },
        { "PEND RUN", "queued, running here" },
        { "HELD", "held here; not pending" },
        { "IN/s OUT/s", "jobs moved here, away" },
        { moves, "jobs in, out a second" },
        { "RATE LASTS", "jobs/s; queue is empty in" },
        { "AGE RTT", "of its state; of a command" },
        { "dim keys", "refused: read-only, replay" },
    };
    add_list(h, "NUMBERS", numbers, sizeof numbers / sizeof numbers[0]);
}

static void
add_languages(struct help *h)
{
    static const struct said filter[] = {
        { "alpha", "name has alpha" },
        { "load>80", "also < = !=, any column" },
        { "state=drain", "one state" },
        { "thr<50 pend>90", "both" },
        { "a|b", "either" }, { "!gamma", "not" },
        { "/re/", "regular expression" },
        { "tag:rack=r2", "by node tag" },
        { "pending marked", "see THROTTLE, MARK" },
    };
    static const struct said command[] = {
        { ":throttle 60", "[nodes], +5, max, floor" },
        { ":policy NAME", "[nodes]" },
        { ":pause :drain", ":start [nodes]" },
        { ":start :hold", ":retry :cancel WORKLOAD" },
        { ":filter :sort", ":columns +rtt -age" },
        { ":connect HOST", "another way in" },
        { ":record FILE", "off: ends it" },
        { ":write :save :q", "file; setup; leave" },
    };
    add_list(h, "FILTER LANGUAGE", filter, sizeof filter / sizeof filter[0]);
    add_list(h, "COMMAND LINE", command, sizeof command / sizeof command[0]);
}

/* Texts of a group stand below each other, if the longest has room. */
static void
align(struct help *h, int room)
{
    for (size_t i = 0, end; i < h->n; i = end) {
        int keys = KEYS, text = 0;
        for (end = i; end < h->n && (end == i || h->line[end].text[0] != '\0');
             end++) {
            int k = columns_of(h->line[end].keys);
            int t = columns_of(h->line[end].text);
            keys = k > keys ? k : keys;
            if (h->line[end].style != STYLE_HEAD)
                text = t > text ? t : text;
        }
        if (keys + 1 + text > room)
            keys = room - 1 - text > KEYS ? room - 1 - text : KEYS;
        for (size_t k = i; k < end; k++)
            h->line[k].at = keys;
    }
}

static int
columns_n(const struct view *v)
{
    return v->c->width >= COLUMN ? v->c->width / COLUMN : 1;
}

static void
gather(const struct view *v, struct help *h)
{
    h->n = 0;
    if (v->u->stream == STREAM_REPLAY)
        add_replay(h);
    add_group(h, v, "COMMANDS", "COMMANDS (marked, else this one)");
    add_group(h, v, "MOVE", "MOVE");
    add_group(h, v, "VIEW", "VIEW");
    add_group(h, v, "FIND", "FIND");
    add_group(h, v, "MARK", "MARK");
    add_legend(h, v->c);
    add_languages(h);
    add_numbers(h, v->c);
    align(h, v->c->width / columns_n(v) - 1);
}

/* ---- drawing ---- */

static bool
is_hit(const struct help_line *l, const char *find)
{
    return find[0] != '\0' && (strstr(l->text, find) != NULL ||
                               strstr(l->keys, find) != NULL);
}

static void
draw_line(struct view *v, int x, int y, int width, const struct help_line *l)
{
    const bool hit = is_hit(l, v->u->find);

    if (l->style == STYLE_HEAD) {
        put_cut(v->c, x, y, width, STYLE_HEAD, l->text);
        return;
    }
    int used = columns_of(l->keys), at = used > l->at ? used : l->at;
    canvas_put(v->c, x, y, width, l->style == STYLE_LABEL ? STYLE_LABEL
                                                          : STYLE_KEY,
               l->keys);
    put_cut(v->c, x + at + 1, y, width - at - 1,
            hit ? STYLE_MARKED : l->style, l->text);
}

static const char *
screen_title(enum screen s)
{
    static const char *const names[] = {
        "", "Nodes", "Jobs", "Messages", "Map", "Node", "Workload", "Help",
        "Setup"
    };
    return s < SCREENS_END ? names[s] : "";
}

static void
draw_title(struct view *v, int y, int page, int pages)
{
    char left[80] = "", right[80] = "";

    text_add(left, sizeof left, " lbtop help   %s screen",
             screen_title(v->u->back));
    if (pages > 1)
        text_add(right, sizeof right, "%d/%d  PgDn ", page + 1, pages);
    canvas_fill(v->c, 0, y, v->c->width, STYLE_TITLE, " ");
    put_cut(v->c, 0, y, v->c->width, STYLE_TITLE, left);
    if (columns_of(left) + columns_of(right) < v->c->width)
        put_left_of(v->c, v->c->width, y, STYLE_TITLE, right);
}

/* Where each line stands: slot[i] counts rows, column by column, page by page.
 * No column begins with a blank or ends in a head. Returns the slots used. */
static int
place(const struct help *h, int rows, int slot[LINES_MAX])
{
    int at = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct help_line *l = &h->line[i];
        bool blank = l->text[0] == '\0';
        if (l->style == STYLE_HEAD && at % rows == rows - 1 && rows > 1)
            at++;
        slot[i] = blank && at % rows == 0 ? -1 : at++;
    }
    return at;
}

/* Page, columns and the rows of each. */
static void
draw_page(struct view *v, const struct part *p, const struct help *h,
          const int slot[LINES_MAX], const int shape[2])
{
    const int rows = shape[0], columns = shape[1];
    const int first = v->u->help_page * columns * rows;

    for (size_t i = 0; i < h->n && p->n >= 2; i++) {
        int at = slot[i] - first;
        if (slot[i] >= 0 && at >= 0 && at < columns * rows)
            draw_line(v, (at / rows) * (v->c->width / columns) + 1,
                      p->y + 1 + at % rows, v->c->width / columns - 1,
                      &h->line[i]);
    }
}

/* A new search turns to the first page that has it. */
static void
turn_to_hit(struct ui *u, const struct help *h, const int slot[LINES_MAX],
            int per_page)
{
    if (strcmp(u->help_find, u->find) == 0)
        return;
    memcpy(u->help_find, u->find, sizeof u->help_find);
    for (size_t i = 0; i < h->n; i++)
        if (slot[i] >= 0 && is_hit(&h->line[i], u->find)) {
            u->help_page = slot[i] / per_page;
            return;
        }
}

void
screen_help(struct view *v, const struct part *p)
{
    static struct help h;
    int slot[LINES_MAX];
    const int columns = columns_n(v);
    const int rows = p->n - 2 > 0 ? p->n - 2 : 1;

    gather(v, &h);
    int per_page = columns * rows;
    int pages = (place(&h, rows, slot) + per_page - 1) / per_page;
    turn_to_hit(v->u, &h, slot, per_page);
    if (v->u->help_page >= pages)
        v->u->help_page = pages - 1;
    if (v->u->help_page < 0)
        v->u->help_page = 0;
    draw_title(v, p->y, v->u->help_page, pages);
    draw_page(v, p, &h, slot, (const int[]){ rows, columns });
    if (p->n >= 3)
        put_cut(v->c, 0, p->y + p->n - 1, v->c->width, STYLE_LABEL,
                pages > 1 ? " Esc: close   PgDn: next page   /: search   "
                            "manual: man lbtop"
                          : " Esc: close   /: search   manual: man lbtop   "
                            "version: lbtop --version=full");
}
