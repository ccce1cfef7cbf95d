/* SPDX-License-Identifier: MPL-2.0 */
/* Setup: how the screen looks, and which columns the table has. */
#include "base/text.h"
#include "base/units.h"
#include "tui/frame.h"
#include "tui/setup_list.h"

enum { NAME_AT = 2, VALUE_AT = 28 };

static const char *
yes_no(bool b)
{
    return b ? "yes" : "no";
}

static void
row_value(const struct view *v, size_t i, char *dst, size_t cap)
{
    const struct ui *u = v->u;

    dst[0] = '\0';
    switch ((enum setup_row)i) {
    case SETUP_THEME: text_add(dst, cap, "%s", theme_name(u->theme)); break;
    case SETUP_REFRESH: units_print_duration(u->refresh_us, dst, cap); break;
    case SETUP_ASCII: text_add(dst, cap, "%s", yes_no(u->ascii)); break;
    case SETUP_BRAILLE: text_add(dst, cap, "%s", yes_no(u->braille)); break;
    case SETUP_PANE: text_add(dst, cap, "%s", yes_no(u->pane)); break;
    case SETUP_METERS: text_add(dst, cap, "%s", yes_no(u->meters)); break;
    case SETUP_MOUSE: text_add(dst, cap, "%s", yes_no(u->mouse)); break;
    case SETUP_BELL: text_add(dst, cap, "%s", yes_no(u->bell)); break;
    case SETUP_COLUMN: break;
    }
}

static bool
column_is_on(const struct ui *u, size_t c)
{
    return u->columns_on[c] != 0 ||
           (!column_table[c].optional && u->columns_off[c] == 0);
}

static void
draw_row(struct view *v, int y, size_t i)
{
    static const char *const names[] = {
        "Colour scheme", "Refresh every", "ASCII only", "Graphs in braille",
        "Messages pane", "Meters", "Mouse (looks only)", "Bell",
    };
    char value[40];

    if (i < SETUP_COLUMN) {
        row_value(v, i, value, sizeof value);
        int at = v->c->width - columns_of(value) - 1;
        at = at < VALUE_AT ? at : VALUE_AT;
        put_cut(v->c, NAME_AT, y, at - NAME_AT - 1, STYLE_TEXT, names[i]);
        canvas_put(v->c, at, y, -1, STYLE_BOLD, value);
        return;
    }
    const struct column_info *c = &column_table[i - SETUP_COLUMN];
    canvas_put(v->c, NAME_AT, y, 4, STYLE_BOLD,
               column_is_on(v->u, i - SETUP_COLUMN) ? "[x]" : "[ ]");
    put_cut(v->c, NAME_AT + 4, y, 20, STYLE_TEXT, c->name);
    if (v->c->width > VALUE_AT + 8)
        put_cut(v->c, VALUE_AT, y, v->c->width - VALUE_AT - 1, STYLE_LABEL,
                c->help);
}

void
screen_setup(struct view *v, const struct part *p)
{
    struct list *l = &v->u->setup;
    int y = p->y, end = p->y + p->n;

    if (p->n >= 4)
        put_cut(v->c, 1, y++, v->c->width - 2, STYLE_LABEL,
                v->c->width < 76 ? "Enter changes, F2 saves, Esc: back"
                : "Enter or Space changes a line, F2 saves all to lbtop.ini, "
                  "Esc goes back.");
    l->n = SETUP_COLUMN + COLUMNS_;
    l->rows = end - y;
    if (l->at >= l->n)
        l->at = l->n - 1;
    if (l->at < l->top)
        l->top = l->at;
    if (l->rows > 0 && l->at >= l->top + (size_t)l->rows)
        l->top = l->at - (size_t)l->rows + 1;
    for (size_t i = l->top; i < l->n && y < end; i++, y++) {
        draw_row(v, y, i);
        if (i == l->at) {
            canvas_put(v->c, 0, y, 1, STYLE_TEXT, glyph(v->c, GLYPH_CURSOR));
            canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
        }
    }
}
