/* SPDX-License-Identifier: MPL-2.0 */
/* The messages pane: a rule, then the newest messages, newest first. */
#include "base/text.h"
#include "tui/frame.h"

enum { TIME_AT = 1, LEVEL_AT = 10, NAME_AT = 16 };

static enum style
level_style(enum note_level l)
{
    return l == NOTE_ERROR ? STYLE_ERROR
           : l == NOTE_WARN ? STYLE_WARN : STYLE_TEXT;
}

/* Returns the rows that it takes, `rows` at most; one, unless something is
 * wrong: there is not room for many. */
static int
draw_note(struct view *v, int y, int rows, const struct note *n)
{
    struct canvas *c = v->c;
    int name = c->width < FRAME_WIDE ? 8 : 10, x = NAME_AT + name + 1;
    char clock[16], text[NOTE_TEXT_MAX + 16] = "";
    enum style style = level_style(n->level);
    ui_time(v->u, v->m, n->at_us, false, clock);
    if (n->times > 1)
        text_add(text, sizeof text, "x%u ", (unsigned)n->times);
    text_add(text, sizeof text, "%s", n->text);
    if (c->width < 60) {    /* what happened matters more than when */
        canvas_put(c, 1, y, 5, style, note_level_name(n->level));
        canvas_middle(c, 7, y, name, STYLE_TEXT, n->from);
        x = 7 + name + 1;
    } else {
        canvas_put(c, TIME_AT, y, 8, STYLE_LABEL, clock);
        canvas_put(c, LEVEL_AT, y, 5, style, note_level_name(n->level));
        canvas_middle(c, NAME_AT, y, name, STYLE_TEXT, n->from);
    }
    if (n->level > NOTE_WARN)
        rows = 1;
    return put_wrapped(c, &(struct text_box){ x, y, c->width - x - 1, rows },
                       n->level == NOTE_ERROR ? style : STYLE_TEXT, text);
}

void
frame_notes(struct view *v, const struct part *p)
{
    char rule[48] = "messages";
    size_t news = notes_since(v->m->notes, v->u->read_note, NOTE_WARN);
    if (news > 0 && v->c->width >= FRAME_WIDE)
        text_add(rule, sizeof rule, " (%u new)", (unsigned)news);
    draw_rule(v->c, p->y, rule);
    int y = p->y + 1, end = p->y + p->n;
    const struct note *n;
    for (size_t i = 0; y < end; i++) {
        n = notes_at(v->m->notes, i);
        if (n == NULL)
            return;
        if (n->level <= NOTE_INFO)
            y += draw_note(v, y, end - y, n);
    }
}
