/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/paint.h"

static bool
is_calm(enum style s)
{
    return s == STYLE_LABEL || s == STYLE_LOW || s == STYLE_MIDDLE ||
           s == STYLE_HIGH || s == STYLE_BOLD || s == STYLE_OLD ||
           s == STYLE_IDLE;
}

static enum style
style_of(const struct cell *c)
{
    enum style s = (enum style)c->style;

    return (c->flags & CELL_CURSOR) != 0 && is_calm(s) ? STYLE_TEXT : s;
}

enum style
paint_style(const struct look *look, const struct cell *row, int x, int width)
{
    const unsigned char seen = LOOK_REVERSE | LOOK_UNDERLINE;
    enum style own = style_of(&row[x]);
    int left = x, right = x;

    if (row[x].ch != ' ')
        return own;
    while (left >= 0 && row[left].ch == ' ')
        left--;
    while (right < width && row[right].ch == ' ')
        right++;
    if (left < 0 || right == width || row[left].flags != row[x].flags)
        return own;
    enum style word = style_of(&row[left]);
    bool same = word == style_of(&row[right]) &&
                ((look[word].attr ^ look[own].attr) & seen) == 0;
    return same ? word : own;
}
