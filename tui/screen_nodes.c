/* SPDX-License-Identifier: MPL-2.0 */
/* The nodes screen: cards for a few, else the table, above it the fleet. */
#include "base/text.h"
#include "tui/frame.h"
#include "tui/table.h"

static void
draw_heads(struct view *v, const struct table *t, int y)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct table_column *k = &t->col[i];
        bool sorted = k->c == v->u->sort.by;
        char text[24];
        table_head(t, k, text);
        enum style style = sorted ? STYLE_BOLD : STYLE_HEAD;
        if (column_table[k->c].left || k->c == COLUMN_LOAD ||
            column_table[k->c].type == COLUMN_SPARK ||
            k->c == COLUMN_THROTTLE)
            canvas_put(v->c, k->x, y, k->width, style, text);
        else
            canvas_right(v->c, k->x, y, k->width, style, text);
    }
}

/* ---- groups by a tag ---- */

/* Whether a group begins at row i of the list. */
static bool
begins(const struct view *v, size_t i)
{
    return v->u->tree && ui_group_begins(v->u, i);
}

static bool
closed(const struct view *v, size_t i)
{
    return ui_is_closed(v->u, v->u->shown[i]);
}

/* Rows of node i, where `top` is the first one: the head of its group stands
 * above the first node of it on the screen. */
static int
rows_of(const struct view *v, size_t i, size_t top)
{
    return (begins(v, i) || (v->u->tree && i == top)) + !closed(v, i);
}

/* The head of the group of node i. */
static void
draw_group(struct view *v, size_t i, int y)
{
    struct node **s = v->u->shown;
    size_t from = ui_group_first(v->u, i), end = ui_group_end(v->u, i);
    size_t up = 0, at = v->u->nodes.at;
    uint64_t pending = 0;
    for (size_t k = from; k < end; k++) {
        up += node_is_up(s[k]);
        pending += node_is_up(s[k]) ? s[k]->told.queued : 0;
    }
    char text[160] = "", value[80];
    struct span group = ui_group(v->u, s[from]);
    span_copy(group, value, sizeof value);
    text_add(text, sizeof text, "%s", closed(v, i) ? "+ " : "");
    if (group.len == 0)
        text_add(text, sizeof text, "no %s", v->u->tree_tag);
    else
        text_add(text, sizeof text, "%s=%s", v->u->tree_tag, value);
    text_add(text, sizeof text, ": %u node%s, %u up, %llu pending",
             (unsigned)(end - from), end - from == 1 ? "" : "s", (unsigned)up,
             (unsigned long long)pending);
    draw_rule(v->c, y, text);
    if (!closed(v, i) || at < from || at >= end)
        return;
    canvas_put(v->c, 0, y, 1, STYLE_BOLD, glyph(v->c, GLYPH_CURSOR));
    canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
}

/* ---- rows ---- */

/* Nodes that fit into `rows` rows from `top` on; a head of the first group is
 * always drawn. */
static int
fitting(const struct view *v, size_t top, int rows)
{
    int used = 0, nodes = 0;
    for (size_t i = top; i < v->u->nodes.n; i++) {
        used += rows_of(v, i, top);
        if (used > rows)
            break;
        nodes++;
    }
    return nodes;
}

/* No blank rows below the last group while there are some above the first. */
static void
fill(const struct view *v, int rows)
{
    struct list *l = &v->u->nodes;
    while (l->top > 0) {
        size_t before = l->top - 1;
        if (closed(v, before))
            before = ui_group_first(v->u, before);
        if (before + (size_t)fitting(v, before, rows) < l->n)
            return;
        l->top = before;
    }
}

/* Brings the cursor into view; sets top and rows of the list. */
static void
scroll(const struct view *v, int rows)
{
    struct list *l = &v->u->nodes;
    if (l->n == 0 || rows < 1) {
        l->top = 0;
        l->rows = rows;
        return;
    }
    size_t at = l->at < l->n ? l->at : l->n - 1;
    if (!v->u->tree && l->n <= (size_t)rows)
        l->top = 0;
    else if (!v->u->tree && l->top + (size_t)rows > l->n)
        l->top = l->n - (size_t)rows;
    if (at < l->top)
        l->top = at;
    if (!v->u->folded && at - l->top >= (size_t)rows)
        l->top = at - (size_t)rows + 1;
    while (v->u->tree && l->top < at &&
           at - l->top >= (size_t)fitting(v, l->top, rows))
        l->top++;   /* rules of groups take rows too */
    if (v->u->tree)
        fill(v, rows);
    l->rows = fitting(v, l->top, rows);
    if (l->rows < 1)
        l->rows = 1;
}

void
draw_no_match(struct view *v, const struct part *p)
{
    const struct query *q = v->u->filter;
    const char *text = q == NULL ? "" : query_text(q);
    if (p->n < 1)
        return;
    if (text[0] == '\0')
        canvas_put(v->c, 2, p->y, -1, STYLE_LABEL, "no nodes to show");
    else
        canvas_print(v->c, 2, p->y, STYLE_WARN,
                     "0 of %u nodes match \"%s\". Esc clears the filter.",
                     (unsigned)nodes_visible(v->m), text);
}

static void
draw_table(struct view *v, const struct part *p, const struct table *t)
{
    const struct ui *u = v->u;
    scroll(v, p->n);
    if (u->nodes.n == 0)
        draw_no_match(v, p);
    int y = p->y, end = p->y + p->n;
    for (size_t i = u->nodes.top; i < u->nodes.n && y < end; i++) {
        if (rows_of(v, i, u->nodes.top) > !closed(v, i))
            draw_group(v, i, y++);
        if (y < end && !closed(v, i))
            nodes_row(v, t, u->shown[i], y++);
    }
}

void
screen_nodes(struct view *v, const struct layout *l)
{
    struct table t;
    if (l->heads.n == 0 && nodes_as_cards(v, l->body.n)) {
        screen_cards(v, &l->body);
        return;
    }
    if (l->map.n > 0)
        screen_map(v, &l->map, false);
    table_fit(v, &t);
    if (l->heads.n == 2)
        draw_rule(v->c, l->heads.y, "nodes");
    if (l->heads.n > 0)
        draw_heads(v, &t, l->heads.y + l->heads.n - 1);
    draw_table(v, &l->body, &t);
}

/* The node of a card; NULL: none. */
static struct node *
card_at(const struct view *v, const struct part *p, int y)
{
    size_t i = (size_t)(y - p->y) / (size_t)card_rows(v, p->n);
    return i < v->u->nodes.n ? v->u->shown[i] : NULL;
}

static void
head_at(const struct table *t, int x, enum column *head)
{
    for (size_t i = 0; i < t->n; i++)
        if (x >= t->col[i].x && x <= t->col[i].x + t->col[i].width)
            *head = t->col[i].c;
}

struct node *
nodes_at(const struct view *v, int x, int y, enum column *head)
{
    struct layout l;
    struct table t;
    const struct ui *u = v->u;
    *head = COLUMNS_;
    frame_layout(v, &l);
    if (u->screen == SCREEN_MAP)
        return map_node_at(v, &l.body, x, y);
    if (u->screen != SCREEN_NODES)
        return NULL;
    if (l.map.n > 0 && y >= l.map.y && y < l.map.y + l.map.n)
        return map_node_at(v, &l.map, x, y);
    table_fit(v, &t);
    if (l.heads.n > 0 && y == l.heads.y + l.heads.n - 1)
        head_at(&t, x, head);
    if (y < l.body.y || y >= l.body.y + l.body.n)
        return NULL;
    if (l.heads.n == 0 && nodes_as_cards(v, l.body.n))
        return card_at(v, &l.body, y);
    int row = l.body.y;
    for (size_t i = u->nodes.top; i < u->nodes.n && row <= y; i++) {
        row += rows_of(v, i, u->nodes.top);
        if (row > y)    /* the head of an open group is no node */
            return row == y + 1 ? u->shown[i] : NULL;
    }
    return NULL;
}
