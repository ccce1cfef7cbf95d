/* SPDX-License-Identifier: MPL-2.0 */
/* The fleet: one cell a node, as a strip over the table or as a screen. */
#include "base/text.h"
#include "tui/frame.h"
#include "tui/map.h"

enum { TEXT = 400 };

static bool
holds_cursor(const struct view *v, const struct map *m, size_t i)
{
    for (size_t at = i * m->k; at < (i + 1) * m->k && at < m->n; at++)
        if (node_id_equal(&m->node[at]->id, &v->u->cursor))
            return true;
    return false;
}

static void
draw_named(struct view *v, const struct map *m, const struct node *n, int at[2])
{
    struct canvas *c = v->c;
    enum style style;
    char value[24];
    int x = at[0], y = at[1];
    const char *symbol = map_symbol(v, m, n, &style);
    canvas_put(c, x, y, 1, style, symbol);
    canvas_put(c, x + 1, y, 1, style, symbol);
    enum style name = !map_shows(v, m, n) ? STYLE_LABEL
                      : n->marked ? STYLE_MARKED
                      : node_is_up(n) ? STYLE_TEXT : STYLE_OLD;
    canvas_middle(c, x + 3, y, m->name, name, n->name);
    map_value(v, m, n, value);
    if (map_shows(v, m, n))
        canvas_right(c, x + 4 + m->name, y, 5, name, value);
}

static void
draw_cell(struct view *v, const struct map *m, size_t i, int at[2])
{
    struct node *n = map_worst(v, m, i);
    enum style style;
    if (n == NULL)
        return;
    if (m->name > 0)
        draw_named(v, m, n, at);
    else {
        const char *symbol = map_symbol(v, m, n, &style);
        for (int x = 0; x < m->cell; x++)
            canvas_put(v->c, at[0] + x, at[1], 1, style, symbol);
    }
    if (holds_cursor(v, m, i))
        canvas_restyle(v->c, at[0], at[1],
                       m->name > 0 ? m->cell - 1 : m->cell, STYLES,
                       CELL_CURSOR);
}

static int
first_column(const struct map *m)
{
    return m->label > 0 ? m->label : 2;
}

static void
draw_cells(struct view *v, const struct map *m, int y)
{
    size_t cells = (m->n + m->k - 1) / m->k, per = (size_t)m->per_row;
    for (size_t i = 0; i < cells; i++) {
        int row = y + (int)(i / per);
        int at[2] = { first_column(m) + (int)(i % per) * m->cell, row };
        if (m->label > 0 && i % per == 0)
            canvas_print(v->c, 0, row, STYLE_LABEL, "%6u",
                         (unsigned)(i * m->k + 1));
        draw_cell(v, m, i, at);
    }
}

/* What full shade means. */
static void
shade_range(const struct map *m, char dst[80])
{
    char top[24] = "";
    if (m->shade == SHADE_AGE)
        duration_text(top, (int64_t)m->top);
    else if (m->shade == SHADE_QUEUE || m->shade == SHADE_ERRORS)
        number_text(top, (uint64_t)m->top, 6);
    else
        text_add(top, sizeof top, "100%%");
    dst[0] = '\0';
    text_add(dst, 80, "%s 0-%s", shade_name(m->shade), top);
}

/* The longest form that fits. */
static void
draw_legend(struct view *v, const struct map *m, int y, bool whole)
{
    static const char letters[] = "p pause  d drain  ? stale  x LOST";
    struct canvas *c = v->c;
    char form[4][TEXT] = { "", "", "", "" }, range[80], ramp[40] = "",
         cell[48] = "one cell per node", worst[32] = "";
    for (int i = 0; i < 5; i++)
        text_add(ramp, sizeof ramp, "%s%s", i > 0 ? " " : "",
                 glyph_shade(c, i / 4.0));
    shade_range(m, range);
    if (m->k > 1) {
        cell[0] = '\0';
        text_add(cell, sizeof cell, "worst of %u nodes a cell",
                 (unsigned)m->k);
        text_add(worst, sizeof worst, ", worst of %u", (unsigned)m->k);
    }
    text_add(form[0], TEXT, "fleet: %s, name order;  %s %s   %s%s", cell, ramp,
             range, letters, whole ? "  ! error" : "");
    text_add(form[1], TEXT, "fleet%s:  %s %s   %s", worst, ramp, range,
             letters);
    text_add(form[2], TEXT, "fleet%s:  %s %s", worst, ramp, range);
    text_add(form[3], TEXT, "fleet: %s", range);
    int i = 0;
    while (i < 3 && columns_of(form[i]) + 4 > c->width)
        i++;
    draw_rule(c, y, form[i]);
}

/* The node under the cursor, in words. */
static void
draw_about(struct view *v, const struct map *m, int y)
{
    struct canvas *c = v->c;
    const struct node *n = model_by_id(v->m, &v->u->cursor);
    char text[TEXT] = "", pending[24] = "", age[24] = "", value[24];
    if (n == NULL)
        return;
    canvas_put(c, 0, y, 1, STYLE_BOLD, glyph(c, GLYPH_CURSOR));
    int x = 2 + canvas_middle(c, 2, y, 24, STYLE_BOLD, n->name) + 2;
    x += canvas_put(c, x, y, -1, node_style(n), node_state(n)) + 3;
    if (n->heard_us < 0)
        return;
    x += canvas_put(c, x, y, -1, STYLE_LABEL, "throttle ");
    x += draw_throttle(v, x, y, 10, n);
    number_text(pending, n->told.queued, 6);
    age_text(age, node_age_us(v->m, n));
    text_add(text, TEXT, "   load %d%%   %s pend", (int)(node_load(n) + 0.5),
             pending);
    if (n->told.held > 0)
        text_add(text, TEXT, " %u held", (unsigned)n->told.held);
    text_add(text, TEXT, "   %u/%u run   age %s", n->told.running,
             n->told.slots, age);
    bool old = !node_is_up(n) || n->seen == SEEN_STALE;
    put_cut(c, x, y, c->width - x - 1, old ? STYLE_OLD : STYLE_TEXT, text);
    map_value(v, m, n, value);
    text[0] = '\0';
    if (m->shade != SHADE_LOAD)
        text_add(text, TEXT, "%s %s   ", shade_name(m->shade), value);
    text_add(text, TEXT, "v: other shade   Enter: open");
    put_cut(c, 2, y + 1, c->width - 3, STYLE_LABEL, text);
}

void
screen_map(struct view *v, const struct part *p, bool whole)
{
    struct map m;
    if (p->n < 1)
        return;
    map_make(v, p->n, whole, &m);
    bool rule = p->n > 1;
    if (rule)
        draw_legend(v, &m, p->y, whole);
    if (whole && v->u->nodes.n == 0)
        draw_no_match(v, &(struct part){ p->y + rule, p->n - rule });
    else
        draw_cells(v, &m, p->y + rule);
    if (whole)
        v->u->nodes.rows = m.rows;
    if (m.about > 0)
        draw_about(v, &m, p->y + p->n - m.about);
    map_fini(&m);
}

struct node *
map_node_at(const struct view *v, const struct part *p, int x, int y)
{
    struct map m;
    bool whole = v->u->screen == SCREEN_MAP;
    struct node *n = NULL;
    if (p->n < 1)
        return NULL;
    map_make(v, p->n, whole, &m);
    int row = y - p->y - (p->n > 1), column = x - first_column(&m);
    if (row >= 0 && row < m.rows && column >= 0 &&
        column / m.cell < m.per_row)
        n = map_worst(v, &m, (size_t)row * (size_t)m.per_row +
                                 (size_t)(column / m.cell));
    map_fini(&m);
    return n;
}
