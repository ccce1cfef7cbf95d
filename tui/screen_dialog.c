/* SPDX-License-Identifier: MPL-2.0 */
/* The box in which a name or a number is typed before anything is sent. */
#include "base/text.h"
#include "tui/frame.h"

enum { BOX_MOST = 78, ROWS_MOST = 24, ESCAPE = 20 };

struct lines {
    int n, width;
    struct span line[ROWS_MOST];
};

/* Breaks a text at blanks into lines of at most `width` columns. */
static void
wrap(struct lines *w, const char *text)
{
    size_t len = span_str(text).len, at = 0;
    do {
        size_t end = at, last = 0;
        while (end < len &&
               text_columns(span_of(text + at, end + 1 - at)) <= w->width) {
            if (text[end] == ' ')
                last = end;
            end++;
        }
        if (end < len && text[end] != ' ' && last > at)
            end = last;
        if (end == at && end < len)
            end++;
        w->line[w->n++] = span_of(text + at, end - at);
        at = end;
        while (at < len && text[at] == ' ')
            at++;
    } while (at < len && w->n < ROWS_MOST);
}

/* "Type the node name to go on:  beta0_": the typed word, then the way out. */
static void
draw_asked(struct view *v, int x, int y, int width)
{
    struct canvas *c = v->c;
    const struct prompt *p = &v->u->prompt;
    const struct dialog *d = &v->u->dialog;
    char label[160] = "";
    if (p->use != PROMPT_NONE && p->label[0] != '\0')
        text_add(label, sizeof label, "%s", p->label);
    else
        text_add(label, sizeof label, "Type %s to go on:  ", d->word);
    if (columns_of(label) > width - 10) {   /* what to type is told above */
        label[0] = '\0';
        text_add(label, sizeof label, "Type the name:  ");
    }
    int at = x + put_cut(c, x, y, width - 10 > 0 ? width - 10 : width,
                         STYLE_BOX, label);
    int left = x + width - at;
    if (left < 1)
        return;
    at += canvas_put(c, at, y, left - 1, STYLE_BOLD, p->text);
    c->cursor_x = at;
    c->cursor_y = y;
    if (x + width - at <= ESCAPE + 1)
        return;
    if (d->early != 0)
        put_left_of(c, x + width, y, STYLE_WARN, "Too quick: again");
    else
        put_left_of(c, x + width, y, STYLE_LABEL, "Esc: do nothing");
}

void
screen_dialog(struct view *v)
{
    struct canvas *c = v->c;
    const struct dialog *d = &v->u->dialog;
    int width = c->width - 2 < BOX_MOST ? c->width - 2 : BOX_MOST;
    struct lines w = { .n = 0, .width = width - 4 };
    for (size_t i = 0; i < d->n_lines && w.n < ROWS_MOST; i++)
        wrap(&w, d->line[i]);
    int blank = w.n + 4 <= c->height;   /* before the question */
    int rows = w.n + blank + 3;
    if (rows > c->height) {
        rows = c->height;
        w.n = rows - blank - 3;
    }
    int x = (c->width - width) / 2, y = box_row(c, rows);
    draw_box(c, x, y, width, rows, d->title);
    for (int i = 0; i < w.n; i++)
        canvas_span(c, x + 2, y + 1 + i, w.width, STYLE_BOX, w.line[i]);
    draw_asked(v, x + 2, y + rows - 2, w.width);
}
