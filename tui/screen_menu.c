/* SPDX-License-Identifier: MPL-2.0 */
/* A menu: policies, columns, what to sort by. */
#include "base/text.h"
#include "tui/frame.h"

enum { NAME_LEAST = 6, EDGES = 4 };

struct menu_shape {
    int x, y, width, rows;  /* of the box */
    int name, text;         /* columns */
    bool ticks;
    size_t top;
    int shown;
};

static void
shape(const struct canvas *c, const struct menu *m, struct menu_shape *s)
{
    *s = (struct menu_shape){ .name = NAME_LEAST,
                              .ticks = m->act == ACT_COLUMNS };
    for (size_t i = 0; i < m->n; i++) {
        int name = columns_of(m->item[i].name);
        int text = columns_of(m->item[i].text);
        s->name = name > s->name ? name : s->name;
        s->text = text > s->text ? text : s->text;
    }
    int lead = 2 + (s->ticks ? 4 : 0);
    int want = EDGES + lead + s->name + (s->text > 0 ? 2 + s->text : 0);
    int title = columns_of(m->title) + 6;
    s->width = want > title ? want : title;
    if (s->width > c->width)
        s->width = c->width;
    s->rows = (int)m->n + 2;
    if (s->rows > c->height)
        s->rows = c->height;
    s->shown = s->rows - 2;
    if (m->at >= (size_t)s->shown && s->shown > 0)
        s->top = m->at - (size_t)s->shown + 1;
    s->x = (c->width - s->width) / 2;
    s->y = box_row(c, s->rows);
}

void
screen_menu(struct view *v)
{
    struct canvas *c = v->c;
    const struct menu *m = &v->u->menu;
    struct menu_shape s;
    shape(c, m, &s);
    draw_box(c, s.x, s.y, s.width, s.rows, m->title);
    int inner = s.width - EDGES;
    for (int i = 0; i < s.shown && s.top + (size_t)i < m->n; i++) {
        size_t k = s.top + (size_t)i;
        int x = s.x + 2, y = s.y + 1 + i, end = x + inner;
        bool here = k == m->at;
        if (here)
            canvas_put(c, x, y, 1, STYLE_BOLD, glyph(c, GLYPH_CURSOR));
        x += 2;
        if (s.ticks) {
            canvas_put(c, x, y, end - x, STYLE_BOX,
                       m->ticked[k] ? "[x]" : "[ ]");
            x += 4;
        }
        if (x < end)
            put_cut(c, x, y, end - x < s.name ? end - x : s.name,
                    here ? STYLE_BOLD : STYLE_BOX, m->item[k].name);
        x += s.name + 2;
        if (x < end)
            put_cut(c, x, y, end - x, STYLE_LABEL, m->item[k].text);
        if (here)
            canvas_restyle(c, s.x + 1, y, s.width - 2, STYLES, CELL_CURSOR);
    }
}
