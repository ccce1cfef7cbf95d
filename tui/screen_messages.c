/* SPDX-License-Identifier: MPL-2.0 */
/* All messages, newest at the foot or, when following, there by itself. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"

enum { LEVEL_AT = 14, TEXT = NOTE_TEXT_MAX + 32 };

struct columns { int level, node, node_width, text; };

static struct columns
columns(const struct view *v)
{
    const int width = v->c->width;
    if (width < 60)
        return (struct columns){ 1, 7, 8, 16 };
    return (struct columns){ LEVEL_AT, LEVEL_AT + 7, width < FRAME_WIDE ? 9
                             : 14, LEVEL_AT + 7 + (width < FRAME_WIDE ? 10
                             : 15) };
}

static enum style
level_style(enum note_level l)
{
    return l == NOTE_ERROR ? STYLE_ERROR
           : l == NOTE_WARN ? STYLE_WARN
           : l == NOTE_DEBUG ? STYLE_LABEL : STYLE_TEXT;
}

static void
note_text(const struct note *n, char *dst, size_t cap)
{
    dst[0] = '\0';
    if (n->times > 1)
        text_add(dst, cap, "x%u ", (unsigned)n->times);
    text_add(dst, cap, "%s", n->text);
}

/* Bytes of `text` that fit `width` columns, up to a blank where there is one.
 * At least one. */
static size_t
line_bytes(const char *text, int width)
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
    note_text(n, text, sizeof text);
    do {
        size_t len = line_bytes(at, lines == 0 ? width : width - 2);
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
    char text[TEXT];
    const char *at = text;
    int width = v->c->width - k.text - 1;
    enum style style = n->level == NOTE_ERROR ? STYLE_ERROR : STYLE_TEXT;

    note_text(n, text, sizeof text);
    if (!v->u->wrap) {
        put_cut(v->c, k.text, y, width, style, text);
        return;
    }
    for (int i = 0; *at != '\0' && y < end; i++, y++) {
        int in = i > 0 ? 2 : 0;
        size_t len = line_bytes(at, width - in);
        canvas_span(v->c, k.text + in, y, width - in, style,
                    span_of(at, len));
        at += len;
        at += *at == ' ';
    }
}

static void
draw_note(struct view *v, int y, int end, const struct note *n)
{
    const struct columns k = columns(v);
    char clock[16];

    if (k.level > 1) {
        ui_time(v->u, v->m, n->at_us, true, clock);
        canvas_put(v->c, 1, y, 12, STYLE_LABEL, clock);
    }
    canvas_put(v->c, k.level, y, 5, level_style(n->level),
               note_level_name(n->level));
    canvas_middle(v->c, k.node, y, k.node_width, STYLE_TEXT, n->from);
    draw_text(v, y, end, n);
}

static void
draw_head(struct view *v, int y)
{
    const struct columns k = columns(v);
    if (k.level > 1)
        canvas_put(v->c, 1, y, -1, STYLE_HEAD, "TIME");
    canvas_put(v->c, k.level, y, -1, STYLE_HEAD, "LEVEL");
    canvas_put(v->c, k.node, y, -1, STYLE_HEAD, "NODE");
    canvas_put(v->c, k.text, y, -1, STYLE_HEAD, "MESSAGE");
}

/* How many are shown, and the newest error. */
static void
draw_foot(struct view *v, int y, size_t shown)
{
    const struct notes *notes = v->m->notes;
    char line[200] = "", clock[16];

    text_add(line, sizeof line, " %zu shown of %zu (kept %d)   %llu dropped",
             shown, notes_count(notes), (int)NOTES_MAX,
             (unsigned long long)notes_dropped(notes));
    for (size_t i = 0; i < notes_count(notes); i++) {
        const struct note *n = notes_at(notes, i);
        if (n->level != NOTE_ERROR)
            continue;
        ui_time(v->u, v->m, n->at_us, false, clock);
        text_add(line, sizeof line, "   last error %s", clock);
        break;
    }
    put_cut(v->c, 0, y, v->c->width, STYLE_LABEL, line);
}

/* Newest first, as 5.7 shows them: the list's cursor counts from the newest
 * one. */
static void
draw_list(struct view *v, int y, int end, size_t *shown)
{
    struct ui *u = v->u;
    const struct notes *notes = v->m->notes;
    const int width = v->c->width - columns(v).text - 1;
    size_t at = 0;

    u->messages.rows = end - y;
    if (u->messages.at < u->messages.top)
        u->messages.top = u->messages.at;
    if (u->messages.at >= u->messages.top + (size_t)(end > y ? end - y : 1))
        u->messages.top = u->messages.at - (size_t)(end - y) + 1;
    for (size_t i = 0; i < notes_count(notes); i++) {
        const struct note *n = notes_at(notes, i);
        if (!ui_note_shown(u, n))
            continue;
        if (at >= u->messages.top && y < end) {
            draw_note(v, y, end, n);
            if (at == u->messages.at && !u->follow_messages)
                canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
            y += lines_of(v, n, width);
        }
        at++;
    }
    *shown = at;
    u->messages.n = at;
    if (u->messages.at >= at)
        u->messages.at = at > 0 ? at - 1 : 0;
}

void
screen_messages(struct view *v, const struct part *p)
{
    int y = p->y, end = p->y + p->n;
    const bool foot = p->n >= 6;
    size_t shown;

    if (p->n >= 3)
        draw_head(v, y++);
    draw_list(v, y, foot ? end - 2 : end, &shown);
    if (foot) {
        draw_rule(v->c, end - 2, "");
        draw_foot(v, end - 1, shown);
    }
}
