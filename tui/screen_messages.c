/* SPDX-License-Identifier: MPL-2.0 */
/* All messages, the newest above. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"

enum {
    TEXT = NOTE_TEXT_MAX + 32, LEVEL_AT = 14, TIGHT = 40, NARROW = 60,
    RATES_FROM = 30, RATES = 5, RATE_N = 120
};
static const int64_t RATE_US = 10 * 1000000;

/* Where columns begin; 0: not shown. */
struct columns { int time, level, node, node_width, count, text; };

static struct columns
columns(const struct view *v)
{
    const int width = v->c->width;

    if (width < TIGHT)
        return (struct columns){ .level = 1, .text = 7 };
    if (width < NARROW)
        return (struct columns){ .level = 1, .node = 7, .node_width = 8,
                                 .text = 16 };
    struct columns k = { .time = 1, .level = LEVEL_AT, .node = LEVEL_AT + 7,
                         .node_width = 9 };
    if (width >= FRAME_WIDE) {
        k.node_width = width >= 180 ? 20 : 11;
        k.count = k.node + k.node_width + 1;
    }
    k.text = k.node + k.node_width + (k.count > 0 ? 7 : 1);
    return k;
}

static enum style
level_style(enum note_level l)
{
    return l == NOTE_ERROR ? STYLE_ERROR
           : l == NOTE_WARN ? STYLE_WARN
           : l == NOTE_DEBUG ? STYLE_LABEL : STYLE_TEXT;
}

/* How often it came stands in a column of its own, or before the text. */
static void
note_text(const struct view *v, const struct note *n, char *dst, size_t cap)
{
    dst[0] = '\0';
    if (n->times > 1 && columns(v).count == 0)
        text_add(dst, cap, "x%u ", (unsigned)n->times);
    text_add(dst, cap, "%s", n->text);
}

size_t
wrap_bytes(const char *text, int width)
{
    size_t len = strlen(text), n = 0, blank = 0;

    if (text_columns(span_of(text, len)) <= width)
        return len;
    while (n < len) {
        size_t next = n + 1;
        while (next < len && ((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (text_columns(span_of(text, next)) > width)
            break;
        if (text[n] == ' ')
            blank = n;
        n = next;
    }
    /* a word that ends where the line does is whole */
    if (n > 0 && text[n] == ' ')
        return n;
    return blank > 0 ? blank : n > 0 ? n : 1;
}

static int
lines_of(const struct view *v, const struct note *n, int width)
{
    char text[TEXT];
    const char *at = text;
    int lines = 0;

    if (!v->u->wrap)
        return 1;
    note_text(v, n, text, sizeof text);
    do {
        size_t len = wrap_bytes(at, lines == 0 ? width : width - 2);
        at += len;
        at += *at == ' ';
        lines++;
    } while (*at != '\0');
    return lines;
}

static void
draw_text(struct view *v, int y, int end, const struct note *n)
{
    const struct columns k = columns(v);
    const struct text_box at = { k.text, y, v->c->width - k.text - 1,
                                 v->u->wrap ? end - y : 1 };
    char text[TEXT];

    note_text(v, n, text, sizeof text);
    put_wrapped(v->c, &at, n->level == NOTE_ERROR ? STYLE_ERROR : STYLE_TEXT,
                text);
}

static void
draw_note(struct view *v, int y, int end, const struct note *n)
{
    const struct columns k = columns(v);
    char clock[16], count[16] = "";

    if (k.time > 0) {
        ui_time(v->u, v->m, n->at_us, true, clock);
        canvas_put(v->c, k.time, y, 12, STYLE_LABEL, clock);
    }
    canvas_put(v->c, k.level, y, 5, level_style(n->level),
               note_level_name(n->level));
    if (k.node > 0)
        canvas_middle(v->c, k.node, y, k.node_width, STYLE_TEXT, n->from);
    if (k.count > 0 && n->times > 1) {
        text_add(count, sizeof count, "x%u", (unsigned)n->times);
        canvas_right(v->c, k.count, y, 5, STYLE_TEXT, count);
    }
    draw_text(v, y, end, n);
}

static void
draw_head(struct view *v, int y)
{
    const struct columns k = columns(v);

    if (k.time > 0)
        canvas_put(v->c, k.time, y, -1, STYLE_HEAD, "TIME");
    canvas_put(v->c, k.level, y, -1, STYLE_HEAD, "LEVEL");
    if (k.node > 0)
        canvas_put(v->c, k.node, y, -1, STYLE_HEAD, "NODE");
    if (k.count > 0)
        canvas_put(v->c, k.count, y, -1, STYLE_HEAD, "COUNT");
    canvas_put(v->c, k.text, y, -1, STYLE_HEAD, "MESSAGE");
}

/* ---- how many there were ---- */

static void
count_rates(const struct view *v, float rate[3][RATE_N])
{
    const int64_t now = v->m->now_us / RATE_US;

    /* before lbtop began nothing is known */
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < RATE_N; k++)
            rate[i][k] = RATE_N - 1 - k > now ? -1 : 0;
    for (size_t i = 0; i < notes_count(v->m->notes); i++) {
        const struct note *n = notes_at(v->m->notes, i);
        /* by the clock, so that what is past stays as it is */
        int64_t back = now - n->at_us / RATE_US;
        if (back >= RATE_N)
            break;
        if (back >= 0 && n->level <= NOTE_INFO)
            rate[n->level - NOTE_ERROR][RATE_N - 1 - back] +=
                (float)n->times;
    }
}

static void
draw_rates(struct view *v, int y)
{
    static const enum note_level level[] = { NOTE_ERROR, NOTE_WARN,
                                             NOTE_INFO };
    const int width = v->c->width - 10, cell = values_a_cell(v->c);
    const int n = width * cell < RATE_N ? width * cell : RATE_N;
    float rate[3][RATE_N];
    char line[80] = "";

    count_rates(v, rate);
    text_add(line, sizeof line, "messages per 10 s, last %d min", n / 6);
    draw_rule(v->c, y++, line);
    for (int i = 0; i < 3; i++, y++) {
        canvas_put(v->c, 1, y, 5, level_style(level[i]),
                   note_level_name(level[i]));
        draw_spark(v->c, 8, y, (n + cell - 1) / cell, rate[i] + RATE_N - n,
                   (size_t)n, 0);
    }
    draw_rule(v->c, y, "");
}

/* How many are shown, and the newest error. */
static void
draw_foot(struct view *v, int y, size_t shown)
{
    const struct notes *notes = v->m->notes;
    const bool wide = v->c->width >= FRAME_WIDE;
    char line[300] = "", clock[16], a[24], b[24], c[24], d[24];

    number_commas(a, shown);
    number_commas(b, notes_count(notes));
    number_commas(c, NOTES_MAX);
    number_commas(d, notes_dropped(notes));
    text_add(line, sizeof line, " %s shown of %s (kept %s)   %s dropped", a,
             b, c, d);
    for (size_t i = 0; i < notes_count(notes); i++) {
        const struct note *n = notes_at(notes, i);
        if (n->level != NOTE_ERROR)
            continue;
        ui_time(v->u, v->m, n->at_us, false, clock);
        text_add(line, sizeof line, "   last error %s", clock);
        if (wide)
            text_add(line, sizeof line, " %s", n->from);
        break;
    }
    put_cut(v->c, 0, y, v->c->width, STYLE_LABEL, line);
}

/* ---- the list ---- */

/* Lines of the notes shown, from list->top up to note `to` of them: what must
 * be on the screen. */
static int
lines_to(const struct view *v, size_t to, int width)
{
    const struct list *l = &v->u->messages;
    size_t at = 0;
    int lines = 0;

    for (size_t i = 0; i < notes_count(v->m->notes) && at <= to; i++) {
        const struct note *n = notes_at(v->m->notes, i);
        if (!ui_note_shown(v->u, n))
            continue;
        if (at >= l->top)
            lines += lines_of(v, n, width);
        at++;
    }
    return lines;
}

/* No blank rows below the last note while there are some above the first. */
static void
fill(struct view *v, int rows, int width)
{
    struct list *l = &v->u->messages;

    while (l->top > 0 && l->top + (size_t)(rows > 0 ? rows : 0) > l->n) {
        l->top--;
        if (lines_to(v, l->n, width) > rows) {
            l->top++;
            return;
        }
    }
}

static void
show_cursor(struct view *v, int rows, int width)
{
    struct list *l = &v->u->messages;

    if (l->at < l->top)
        l->top = l->at;
    if (l->at >= l->top + (size_t)(rows > 0 ? rows : 1))
        l->top = l->at - (size_t)(rows > 0 ? rows - 1 : 0);
    while (l->top < l->at && lines_to(v, l->at, width) > rows)
        l->top++;
    fill(v, rows, width);
}

/* Newest first: the list's cursor counts from the newest one. */
static void
draw_list(struct view *v, int y, int end, size_t *shown)
{
    struct ui *u = v->u;
    const struct notes *notes = v->m->notes;
    const int width = v->c->width - columns(v).text - 1;
    size_t at = 0;

    for (size_t i = 0; i < notes_count(notes); i++)
        at += ui_note_shown(u, notes_at(notes, i));
    u->messages.n = *shown = at;
    if (u->messages.at >= at)
        u->messages.at = at > 0 ? at - 1 : 0;
    u->messages.rows = end - y;
    show_cursor(v, end - y, width);
    at = 0;
    for (size_t i = 0; i < notes_count(notes) && y < end; i++) {
        const struct note *n = notes_at(notes, i);
        if (!ui_note_shown(u, n))
            continue;
        if (at >= u->messages.top) {
            draw_note(v, y, end, n);
            if (at == u->messages.at && !u->follow_messages)
                canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
            y += lines_of(v, n, width);
        }
        at++;
    }
    if (*shown == 0 && y < end)
        put_cut(v->c, 1, y, v->c->width - 2, STYLE_LABEL,
                notes_count(notes) == 0 ? "No messages yet."
                : "None of them is of that level, node, filter or text.");
}

void
screen_messages(struct view *v, const struct part *p)
{
    int y = p->y, end = p->y + p->n;
    const bool foot = p->n >= 6;
    size_t shown;

    if (!foot && p->n > 1 && frame_says(v))
        end--; /* what is said lies over the last row */
    if (p->n >= RATES_FROM && v->c->width >= FRAME_WIDE) {
        draw_rates(v, y);
        y += RATES;
    }
    if (p->n >= 3)
        draw_head(v, y++);
    draw_list(v, y, foot ? end - 2 : end, &shown);
    if (foot) {
        draw_rule(v->c, end - 2, "");
        draw_foot(v, end - 1, shown);
    }
}
