/* SPDX-License-Identifier: MPL-2.0 */
/* Bars, sparklines, charts, rules and boxes. */
#include "tui/glyph.h"

#include <string.h>

#include "tui/utf8.h"

enum {
    EIGHTHS = 8,
    CHART_LABEL = 5,        /* " 100" and the wall */
    BRAILLE = 0x2800,
    BRAILLE_ROWS = 4        /* dots in a column of a cell */
};

static const char *const eighths[] = {
    "", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█",
};
/* By height, in UTF-8 and in ASCII. */
static const char *const heights[][2] = {
    { "▁", " " }, { "▂", "." }, { "▃", ":" }, { "▄", "-" },
    { "▅", "=" }, { "▆", "+" }, { "▇", "*" }, { "█", "#" },
};
enum { HEIGHTS = sizeof heights / sizeof *heights };

/* 0..1; what is not known is 0. */
static double
share_of(double part, double whole)
{
    if (!(part > 0) || !(whole > 0))
        return 0;
    return part < whole ? part / whole : 1;
}

static int
rounded(double x)
{
    return (int)(x + 0.5);
}

static enum style
style_of(double share)
{
    return share <= 0.60 ? STYLE_LOW : share <= 0.85 ? STYLE_MIDDLE
                                                     : STYLE_HIGH;
}

/* Behind `full` cells; returns the cells that it takes. */
static int
draw_bad(struct canvas *c, int at[2], int full, int inner, const struct bar *b)
{
    int n = rounded(share_of(b->bad, b->whole) * inner);

    if (n < 1 && b->bad > 0 && b->part + b->bad >= b->whole)
        n = 1;
    if (full + n > inner)
        full = inner - n;
    canvas_fill(c, at[0] + full, at[1], n, STYLE_ERROR, c->ascii ? "x" : "▒");
    return full + n;
}

void
draw_bar(struct canvas *c, int x, int y, const struct bar *b)
{
    int inner = b->walls ? b->width - 2 : b->width;
    double share = share_of(b->part, b->whole);
    enum style style = b->style == STYLES ? style_of(share) : b->style;
    const char *left = c->ascii ? "[" : "▕", *right = c->ascii ? "]" : "▏";

    if (b->width <= 0 || inner < 0)
        return;
    if (b->walls) {
        canvas_put(c, x, y, 1, STYLE_LABEL, left);
        canvas_put(c, x + inner + 1, y, 1, STYLE_LABEL, right);
        x++;
    }
    int n = c->ascii ? rounded(share * inner) * EIGHTHS
                     : rounded(share * inner * EIGHTHS);
    int full = n / EIGHTHS, part = n % EIGHTHS;
    canvas_fill(c, x, y, full, style, c->ascii ? "#" : eighths[EIGHTHS]);
    canvas_put(c, x + full, y, 1, style, eighths[part]);
    full += part > 0;
    if (b->bad > 0)
        full = draw_bad(c, (int[2]){ x, y }, full, inner, b);
    canvas_fill(c, x + full, y, inner - full, STYLE_LABEL,
                glyph(c, GLYPH_NONE));
    if (b->target >= 0 && b->whole > 0 && inner > 0) {
        int at = (int)(share_of(b->target, b->whole) * inner);
        canvas_put(c, x + (at < inner ? at : inner - 1), y, 1, STYLE_PENDING,
                   glyph(c, GLYPH_TARGET));
    }
}

static double
highest(const float *v, size_t n)
{
    float top = 0;

    for (size_t i = 0; i < n; i++)
        if (v[i] > top)
            top = v[i];
    return (double)top;
}

/* Dots 1..n from below in the left or right column of a braille cell. */
static uint32_t
dots(int n, bool right)
{
    static const uint8_t bits[2][BRAILLE_ROWS + 1] = {
        { 0, 0x40, 0x44, 0x46, 0x47 },
        { 0, 0x80, 0xA0, 0xB0, 0xB8 },
    };

    return bits[right][n < 0 ? 0 : n > BRAILLE_ROWS ? BRAILLE_ROWS : n];
}

static void
put_dots(struct canvas *c, int x, int y, uint32_t bits)
{
    char text[UTF8_MAX + 1] = "";

    utf8_put(bits == 0 ? ' ' : BRAILLE | bits, text);
    canvas_put(c, x, y, 1, STYLE_TEXT, text);
}

/* Dots of a value in a sparkline: none if unknown, else 1..4. */
static int
spark_dots(float v, double top)
{
    return v >= 0 ? 1 + rounded(share_of((double)v, top) *
                                (BRAILLE_ROWS - 1)) : 0;
}

/* Two values a cell; the newest in the right half of the last one. */
static void
spark_braille(struct canvas *c, const int at[3], const float *v, size_t n,
              double top)
{
    for (int i = 0; i < at[2]; i++) {
        size_t back = (size_t)(at[2] - i) * 2;  /* of the left one */
        uint32_t bits = 0;
        if (back <= n)
            bits |= dots(spark_dots(v[n - back], top), false);
        if (back - 1 <= n)
            bits |= dots(spark_dots(v[n - back + 1], top), true);
        put_dots(c, at[0] + i, at[1], bits);
    }
}

void
draw_spark(struct canvas *c, int x, int y, int width, const float *v, size_t n,
           double top)
{
    bool braille = c->braille && !c->ascii;
    size_t most = (size_t)(width < 0 ? 0 : width) * (braille ? 2 : 1);

    if (n > most) {
        v += n - most;
        n = most;
    }
    if (top <= 0)
        top = highest(v, n);
    if (braille) {
        spark_braille(c, (const int[]){ x, y, width }, v, n, top);
        return;
    }
    for (int i = 0; i < width; i++) {
        size_t back = (size_t)(width - i);
        const char *s = " ";
        if (back <= n && v[n - back] >= 0)
            s = heights[rounded(share_of((double)v[n - back], top) *
                                (HEIGHTS - 1))][c->ascii];
        canvas_put(c, x + i, y, 1, STYLE_TEXT, s);
    }
}

/* The labels and the wall at the left of a chart. */
static void
chart_frame(struct canvas *c, int x, int y, const struct chart *k)
{
    static const char *const labels[] = { " 100", "  50", "   0" };

    for (int row = 0; row < k->height; row++) {
        int width = k->width < CHART_LABEL - 1 ? k->width : CHART_LABEL - 1;
        const char *label = row == k->height - 1 ? labels[2]
                            : row == 0           ? labels[0]
                            : row == k->height / 2 && k->height > 2
                                ? labels[1] : "    ";
        canvas_put(c, x, y + row, width, STYLE_LABEL, label);
        if (k->width >= CHART_LABEL)
            canvas_put(c, x + CHART_LABEL - 1, y + row, 1, STYLE_LABEL,
                       glyph(c, GLYPH_WALL));
    }
}

/* One row, `above` rows over the lowest, of the column of a value: what is
 * known is never quite blank in the lowest. */
static void
chart_cell(struct canvas *c, const int at[2], const struct chart *k,
           const int value[2])
{
    int above = k->height - 1 - value[1], n = value[0];

    if (c->ascii) {
        bool full = n > above * EIGHTHS + EIGHTHS / 2 - 1;
        canvas_put(c, at[0], at[1], 1, STYLE_TEXT,
                   full ? "#" : above == 0 ? glyph(c, GLYPH_NONE) : " ");
        return;
    }
    n -= above * EIGHTHS;
    if (above == 0 && n < 1)
        n = 1;
    canvas_put(c, at[0], at[1], 1, STYLE_TEXT,
               n <= 0 ? " " : heights[n < HEIGHTS ? n - 1 : HEIGHTS - 1][0]);
}

static void
chart_blocks(struct canvas *c, int x, int y, const struct chart *k)
{
    for (size_t i = 0; i < k->n; i++) {
        if (!(k->v[i] >= 0))
            continue;
        int n = rounded(share_of((double)k->v[i], k->top) * k->height *
                        EIGHTHS);
        for (int row = 0; row < k->height; row++)
            chart_cell(c, (const int[]){ x + (int)i, y + row }, k,
                       (const int[]){ n, row });
    }
}

static int
chart_dots(const struct chart *k, size_t i, int above)
{
    if (i >= k->n || !(k->v[i] >= 0))
        return 0;
    int n = rounded(share_of((double)k->v[i], k->top) * k->height *
                    BRAILLE_ROWS);
    return (n < 1 ? 1 : n) - above * BRAILLE_ROWS;
}

static void
chart_braille(struct canvas *c, int x, int y, const struct chart *k)
{
    for (size_t i = 0; i < k->n; i += 2)
        for (int row = 0; row < k->height; row++) {
            int above = k->height - 1 - row;
            put_dots(c, x + (int)(i / 2), y + row,
                     dots(chart_dots(k, i, above), false) |
                         dots(chart_dots(k, i + 1, above), true));
        }
}

void
draw_chart(struct canvas *c, int x, int y, const struct chart *k)
{
    bool braille = c->braille && !c->ascii;
    int columns = k->width - CHART_LABEL;
    struct chart last = *k;

    if (k->width <= 0 || k->height <= 0)
        return;
    chart_frame(c, x, y, k);
    x += CHART_LABEL;
    size_t most = (size_t)(columns < 0 ? 0 : columns) * (braille ? 2 : 1);
    if (last.n > most) {
        last.v += last.n - most;
        last.n = most;
    }
    if (last.top <= 0)
        last.top = highest(last.v, last.n);
    if (braille)
        chart_braille(c, x, y, &last);
    else
        chart_blocks(c, x, y, &last);
    if (k->gap == NULL)
        return;
    while (last.n > 0 && !(last.v[last.n - 1] >= 0))
        last.n--;
    int at = (int)(braille ? (last.n + 1) / 2 : last.n);
    for (int row = 0; row < k->height && at < columns; row++)
        canvas_put(c, x + at, y + row, 1, STYLE_LABEL, glyph(c, GLYPH_END));
    if (at + 2 < columns)
        canvas_put(c, x + at + 2, y + (k->height - 1) / 2, columns - at - 2,
                   STYLE_LABEL, k->gap);
}

void
draw_rule(struct canvas *c, int y, const char *text)
{
    int n = text_columns(span_str(text)), most = c->width - 4;

    canvas_fill(c, 0, y, -1, STYLE_LABEL, glyph(c, GLYPH_RULE));
    if (n == 0 || most < 1)
        return;
    if (n > most)
        n = most;
    canvas_put(c, 1, y, 1, STYLE_LABEL, " ");
    canvas_middle(c, 2, y, n, STYLE_LABEL, text);
    canvas_put(c, 2 + n, y, 1, STYLE_LABEL, " ");
}

void
draw_box(struct canvas *c, int x, int y, int width, int height,
         const char *title)
{
    static const char *const corners[][2] = {
        { "┌", "+" }, { "┐", "+" }, { "└", "+" }, { "┘", "+" },
    };
    int right = x + width - 1, below = y + height - 1;
    int n = text_columns(span_str(title));

    if (width < 2 || height < 2)
        return;
    for (int row = y; row <= below; row++) {
        bool edge = row == y || row == below;
        canvas_fill(c, x + 1, row, width - 2, STYLE_BOX,
                    edge ? glyph(c, GLYPH_RULE) : " ");
        const char *const (*side)[2] = row == y ? corners : corners + 2;
        canvas_put(c, x, row, 1, STYLE_BOX,
                   edge ? side[0][c->ascii] : glyph(c, GLYPH_WALL));
        canvas_put(c, right, row, 1, STYLE_BOX,
                   edge ? side[1][c->ascii] : glyph(c, GLYPH_WALL));
    }
    if (n == 0 || width < 7)
        return;
    if (n > width - 5)
        n = width - 5;
    canvas_put(c, x + 1, y, 1, STYLE_BOX, " ");
    canvas_middle(c, x + 2, y, n, STYLE_BOX, title);
    canvas_put(c, x + 2 + n, y, 1, STYLE_BOX, " ");
}
