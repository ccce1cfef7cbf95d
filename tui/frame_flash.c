/* SPDX-License-Identifier: MPL-2.0 */
/* The line above the function bar: an input line, a question, or what there is
 * to say at the moment. */
#include "base/text.h"
#include "tui/frame.h"

/* Bytes from `from` on, so many that they take at most `columns`. */
static size_t
bytes_fit(const char *text, size_t from, size_t to, int columns)
{
    size_t n = to - from;
    while (n > 0 && text_columns(span_of(text + from, n)) > columns)
        n--;
    return n;
}

/* The part of the text that is seen starts so that the cursor is in it. */
static size_t
first_byte(const struct prompt *p, int columns)
{
    size_t from = 0;
    while (from < p->at &&
           text_columns(span_of(p->text + from, p->at - from)) >= columns) {
        from++;
        while (from < p->at && ((unsigned char)p->text[from] & 0xc0) == 0x80)
            from++;
    }
    return from;
}

/* Above the input line, where there is no room behind it. */
static void
draw_error(struct canvas *c, int y, const char *error)
{
    enum { ROWS = 3 };
    const int width = c->width - 2;
    int rows = 1;

    for (const char *at = error; columns_of(at) > width - 2 && rows < ROWS;
         rows++) {
        at += wrap_bytes(at, rows == 1 ? width : width - 2);
        at += *at == ' ';
    }
    for (int i = 0; i < rows; i++)
        canvas_fill(c, 0, y - rows + i, c->width, STYLE_TEXT, " ");
    put_wrapped(c, &(struct text_box){ 1, y - rows, width, rows },
                STYLE_ERROR, error);
}

static void
draw_prompt(struct view *v, int y)
{
    struct canvas *c = v->c;
    const struct prompt *p = &v->u->prompt;
    size_t len = span_str(p->text).len;
    int x = 1 + put_cut(c, 1, y, c->width / 2, STYLE_BOLD, p->label);
    int room = c->width - x - 1;
    if (room < 1)
        return;
    size_t from = first_byte(p, room);
    size_t at = p->at < len ? p->at : len;
    size_t n = bytes_fit(p->text, from, len, room);
    int used = canvas_span(c, x, y, room, STYLE_TEXT,
                           span_of(p->text + from, n));
    c->cursor_y = y;
    c->cursor_x = x + text_columns(span_of(p->text + from, at - from));
    x += used + 3;
    if (p->error[0] != '\0' && x + columns_of(p->error) >= c->width && y > 3)
        draw_error(c, y, p->error);
    else if (p->error[0] != '\0')
        put_cut(c, x, y, c->width - x - 1, STYLE_ERROR, p->error);
    else if (p->hint[0] != '\0')
        put_cut(c, x, y, c->width - x - 1, STYLE_LABEL, p->hint);
}

/* A long question takes the row above, too. It may be cut, what answers it may
 * not. */
static void
draw_question(struct view *v, int y)
{
    struct canvas *c = v->c;
    const struct dialog *d = &v->u->dialog;
    char line[sizeof d->line[0] + 40] = "", name[16];
    const char *text = line;
    int room = c->width - 7;

    if (d->early != 0) {
        key_text(d->early, name);
        text_add(line, sizeof line, "Too quick: press %s again. ", name);
    }
    text_add(line, sizeof line, "%s", d->line[0]);
    if (columns_of(text) > room && room > 20 && y > 1) {
        size_t n = wrap_bytes(text, c->width - 2);
        canvas_fill(c, 0, y - 1, c->width, STYLE_TEXT, " ");
        canvas_span(c, 1, y - 1, c->width - 2, STYLE_BOLD, span_of(text, n));
        text += n;
        text += *text == ' ';
    }
    int used = 1 + put_short(c, 1, y, room, STYLE_BOLD, text);
    canvas_put(c, room < 1 ? 0 : used + 2, y, -1, STYLE_WARN, "y/N");
}

/* What there is to say; false: nothing. */
static bool
say(const struct view *v, char *dst, size_t cap)
{
    const struct ui *u = v->u;
    const struct model *m = v->m;
    dst[0] = '\0';
    if (u->flash[0] != '\0' &&
        (u->flash_until_us == 0 || u->flash_until_us > m->now_us))
        text_add(dst, cap, "%s", u->flash);
    else if (u->screen == SCREEN_HELP) /* says there how to leave it */
        return false;
    else if (v->w != NULL && wishes_flash(v->w, m, dst, cap))
        return true;
    else if (u->all_next)
        text_add(dst, cap, "the next command goes to ALL %u shown nodes   "
                 "(Esc: to this node alone)", (unsigned)u->nodes.n);
    else if ((ui_context(u, m) & IN_FIRST) && u->stream != STREAM_REPLAY)
        text_add(dst, cap, "Waiting for the first node");
    return dst[0] != '\0';
}

static bool
asks(const struct ui *u)
{
    return u->dialog.open && !u->dialog.box;
}

/* The box has its input line inside. */
static bool
prompts(const struct ui *u)
{
    return u->prompt.use != PROMPT_NONE &&
           !(u->dialog.open && u->dialog.box);
}

bool
frame_says(const struct view *v)
{
    char text[512];
    return asks(v->u) || prompts(v->u) || say(v, text, sizeof text);
}

void
frame_flash(struct view *v, int y)
{
    struct canvas *c = v->c;
    char text[512];
    bool question = asks(v->u), prompt = prompts(v->u);
    if (!question && !prompt && !say(v, text, sizeof text))
        return;
    canvas_fill(c, 0, y, c->width, STYLE_TEXT, " ");
    if (question)
        draw_question(v, y);
    else if (prompt)
        draw_prompt(v, y);
    else
        put_short(c, 1, y, c->width - 2, STYLE_BOLD, text);
}
