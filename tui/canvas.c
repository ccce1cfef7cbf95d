/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/glyph.h"
#include "tui/utf8.h"

enum { PRINT_MAX = 1024 };

static const struct {
    const char *name;
    char letter;
} styles[STYLES] = {
    [STYLE_TEXT] = { "text", '.' },
    [STYLE_TITLE] = { "title", 'T' },
    [STYLE_ALARM] = { "alarm", 'A' },
    [STYLE_LABEL] = { "label", '-' },
    [STYLE_HEAD] = { "head", 'H' },
    [STYLE_LOW] = { "low", '1' },
    [STYLE_MIDDLE] = { "middle", '2' },
    [STYLE_HIGH] = { "high", '3' },
    [STYLE_MARKED] = { "marked", 'm' },
    [STYLE_IDLE] = { "idle", 'i' },
    [STYLE_PAUSE] = { "pause", 'p' },
    [STYLE_DRAIN] = { "drain", 'd' },
    [STYLE_START] = { "start", 's' },
    [STYLE_STALE] = { "stale", 'a' },
    [STYLE_LOST] = { "lost", 'l' },
    [STYLE_ERROR] = { "error", 'e' },
    [STYLE_WARN] = { "warn", 'w' },
    [STYLE_OLD] = { "old", 'o' },
    [STYLE_PENDING] = { "pending", 'P' },
    [STYLE_CONFIRMED] = { "confirmed", 'C' },
    [STYLE_REFUSED] = { "refused", 'R' },
    [STYLE_KEY] = { "key", 'K' },
    [STYLE_TAB] = { "tab", 'B' },
    [STYLE_BOX] = { "box", 'X' },
    [STYLE_BOLD] = { "bold", 'b' },
};

const char *
style_name(enum style s)
{
    return s < STYLES ? styles[s].name : "?";
}

static int
clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

struct canvas *
canvas_new(int width, int height)
{
    struct canvas *c = xcalloc(1, sizeof *c);

    c->width = clamp(width, 1, CANVAS_MAX_WIDTH);
    c->height = clamp(height, 1, CANVAS_MAX_HEIGHT);
    c->cell = xcalloc((size_t)c->width * (size_t)c->height, sizeof *c->cell);
    canvas_clear(c);
    return c;
}

void
canvas_free(struct canvas *c)
{
    if (c == NULL)
        return;
    free(c->cell);
    free(c);
}

void
canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->width * (size_t)c->height;

    for (size_t i = 0; i < n; i++)
        c->cell[i] = (struct cell){ .ch = ' ' };
    c->cursor_x = c->cursor_y = -1;
}

/* Columns from x that may be written: `width`, or up to the edge. */
static int
room(const struct canvas *c, int x, int y, int width)
{
    if (x < 0 || y < 0 || x >= c->width || y >= c->height)
        return 0;
    return width < 0 || width > c->width - x ? c->width - x : width;
}

/* Sets a cell; of a wide character that loses a half the other is blanked. */
static void
set(struct canvas *c, int x, int y, struct cell to)
{
    struct cell *cell = &c->cell[(size_t)y * (size_t)c->width + (size_t)x];

    if (cell->ch == 0 && to.ch != 0 && x > 0)
        cell[-1].ch = ' ';
    if (to.ch != 0 && x + 1 < c->width && cell[1].ch == 0)
        cell[1].ch = ' ';
    *cell = to;
}

int
canvas_span(struct canvas *c, int x, int y, int width, enum style style,
            struct span text)
{
    int left = room(c, x, y, width), used = 0;

    for (size_t at = 0; at < text.len && used < left;) {
        struct cell cell = { .ch = utf8_next(text, &at),
                             .style = (uint8_t)style };
        int n = utf8_columns(cell.ch);
        bool half = n == 2 && left - used == 1;
        if (n == 0)
            continue;
        if (half)
            cell.ch = ' ';
        set(c, x + used++, y, cell);
        if (n == 2 && !half) {
            /* Blanks what was there before the half comes. */
            set(c, x + used, y, cell);
            cell.ch = 0;
            set(c, x + used++, y, cell);
        }
    }
    return used;
}

int
canvas_put(struct canvas *c, int x, int y, int width, enum style style,
           const char *text)
{
    return canvas_span(c, x, y, width, style, span_str(text));
}

int
canvas_print(struct canvas *c, int x, int y, enum style style,
             const char *fmt, ...)
{
    char text[PRINT_MAX] = "";
    va_list args;

    va_start(args, fmt);
    text_addv(text, sizeof text, fmt, args);
    va_end(args);
    return canvas_put(c, x, y, -1, style, text);
}

int
text_columns(struct span text)
{
    int n = 0;

    for (size_t at = 0; at < text.len;)
        n += utf8_columns(utf8_next(text, &at));
    return n;
}

void
canvas_right(struct canvas *c, int x, int y, int width, enum style style,
             const char *text)
{
    int n = text_columns(span_str(text));

    if (n > width)
        canvas_middle(c, x, y, width, style, text);
    else
        canvas_put(c, x + width - n, y, n, style, text);
}

/* The last part of a text that is not wider than `width`. */
static struct span
tail_of(struct span text, int width)
{
    int n = text_columns(text);
    size_t at = 0;

    while (n > width)
        n -= utf8_columns(utf8_next(text, &at));
    /* Marks that stood on what was cut go with it. */
    for (size_t next = at; next < text.len; at = next)
        if (utf8_columns(utf8_next(text, &next)) != 0)
            break;
    return span_of(text.p + at, text.len - at);
}

int
canvas_middle(struct canvas *c, int x, int y, int width, enum style style,
              const char *text)
{
    struct span all = span_str(text);
    int left = room(c, x, y, width);

    if (text_columns(all) <= left)
        return canvas_span(c, x, y, left, style, all);
    int head = left / 2, used = canvas_span(c, x, y, head, style, all);
    used += canvas_put(c, x + used, y, left - used, style,
                       glyph(c, GLYPH_ELLIPSIS));
    used += canvas_span(c, x + used, y, left - used, style,
                        tail_of(all, left - used));
    return used;
}

void
canvas_fill(struct canvas *c, int x, int y, int width, enum style style,
            const char *symbol)
{
    int n = room(c, x, y, width);
    size_t at = 0;
    struct cell cell = { .ch = utf8_next(span_str(symbol), &at),
                         .style = (uint8_t)style };

    for (int i = 0; i < n; i++)
        set(c, x + i, y, cell);
}

void
canvas_restyle(struct canvas *c, int x, int y, int width, enum style style,
               uint8_t flags)
{
    int n = room(c, x, y, width);
    struct cell *cell = n > 0 ? &c->cell[y * c->width + x] : NULL;

    for (int i = 0; i < n; i++) {
        if (style != STYLES)
            cell[i].style = (uint8_t)style;
        cell[i].flags |= flags;
    }
}

static void
dump_row(const struct cell *cell, int width, struct buf *out)
{
    char text[UTF8_MAX];

    for (int x = 0; x < width; x++)
        if (cell[x].ch != 0)
            buf_bytes(out, text, utf8_put(cell[x].ch, text));
    buf_u8(out, '\n');
}

void
canvas_dump(const struct canvas *c, bool with_styles, struct buf *out)
{
    for (int y = 0; y < c->height; y++) {
        const struct cell *cell = &c->cell[y * c->width];
        dump_row(cell, c->width, out);
        if (!with_styles)
            continue;
        for (int x = 0; x < c->width; x++)
            buf_u8(out, (uint8_t)styles[cell[x].style].letter);
        buf_u8(out, '\n');
    }
}
