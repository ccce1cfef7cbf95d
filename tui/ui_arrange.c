/* SPDX-License-Identifier: MPL-2.0 */
/* Which nodes are shown, in which order, and where the cursor is. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tui/ui_order.h"

enum { FEW_NODES = 4 };

/* Of many nodes each tells its state every 5 s: a new order more often would
 * follow chance. */
static int64_t
still_us(const struct ui *u)
{
    return u->slow_link || u->many ? ORDER_STILL_SLOW_US : ORDER_STILL_US;
}

bool
order_is_due(const struct ui *u, int64_t now_us, int64_t sorted_us, bool more)
{
    if (sorted_us <= 0)
        return true;
    if (u->moved_us > 0 && now_us >= u->moved_us &&
        now_us - u->moved_us < ORDER_STILL_US)
        return false;
    return more || now_us < sorted_us || now_us - sorted_us >= still_us(u);
}

int64_t
order_time(const struct ui *u, int64_t now_us)
{
    int64_t still = still_us(u);
    bool moved = u->moved_us > 0 && now_us >= u->moved_us &&
                 now_us - u->moved_us < 2 * still;
    int64_t at = moved ? now_us : now_us - now_us % still;

    return at > 0 ? at : 1;
}

void
list_fill(struct list *l)
{
    size_t rows = l->rows > 0 ? (size_t)l->rows : 0;

    if (rows > 0 && l->top + rows > l->n)
        l->top = l->n > rows ? l->n - rows : 0;
}

/* ---- order ---- */

struct grouped {
    struct node *node;
    struct span group;          /* p NULL: the tag is not there */
    size_t rank;
};

static int
by_group(const void *a, const void *b)
{
    const struct grouped *x = a, *y = b;
    bool none = x->group.p == NULL, other = y->group.p == NULL;

    if (none != other)
        return none - other;
    size_t least = x->group.len < y->group.len ? x->group.len : y->group.len;
    int by = least > 0 && !none ? memcmp(x->group.p, y->group.p, least) : 0;
    if (by != 0)
        return by;
    if (x->group.len != y->group.len)
        return x->group.len < y->group.len ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Groups of a tag, each in the order that v has. */
static void
group(const struct ui *u, struct node **v, size_t n)
{
    struct grouped *g = xcalloc(n + 1, sizeof *g);

    for (size_t i = 0; i < n; i++) {
        g[i] = (struct grouped){ .node = v[i], .rank = i };
        (void)node_tag(v[i], span_str(u->tree_tag), &g[i].group);
    }
    qsort(g, n, sizeof *g, by_group);
    for (size_t i = 0; i < n; i++)
        v[i] = g[i].node;
    free(g);
}

static void
order_all(struct ui *u, const struct model *m)
{
    memcpy(u->shown, m->node, m->n * sizeof(struct node *));
    sort_nodes(m, &u->sort, u->shown, m->n);
    if (u->tree && u->tree_tag[0] != '\0')
        group(u, u->shown, m->n);
    for (size_t i = 0; i < m->n; i++)
        u->order[i] = (uint32_t)u->shown[i]->at;
    u->sorted_by = u->sort;
    u->sorted_us = order_time(u, m->now_us);
}

/* A few nodes, shown as cards, stay where they are: by name. Many: where work
 * waits. Unless the user has chosen. */
static void
choose_sort(struct ui *u, const struct model *m)
{
    const bool few = m->n <= FEW_NODES;

    if (u->sort.by != u->sort_own.by || u->sort.down != u->sort_own.down)
        return;
    u->sort = few ? (struct sort){ COLUMN_NODE, false }
                  : (struct sort){ COLUMN_PEND, true };
    u->sort_own = u->sort;
}

static void
order(struct ui *u, const struct model *m)
{
    choose_sort(u, m);
    bool changed = u->sorted_by.by != u->sort.by ||
                   u->sorted_by.down != u->sort.down;

    if (m->n > u->cap_order) {
        u->cap_order = u->cap_shown = m->n + m->n / 2;
        u->order = xrealloc(u->order, u->cap_order, sizeof *u->order);
        u->shown = xrealloc(u->shown, u->cap_shown, sizeof(struct node *));
    }
    if (m->n == 0)
        ;
    else if (changed || u->n_order > m->n ||
             order_is_due(u, m->now_us, u->sorted_us, m->n > u->n_order))
        order_all(u, m);
    else
        for (size_t i = u->n_order; i < m->n; i++)
            u->order[i] = (uint32_t)i;
    u->n_order = m->n;
}

/* ---- filter ---- */

static bool
is_pending(const void *with, const struct node *n)
{
    const struct wish *w = wish_of(with, n, 0, 0);

    return w != NULL && w->state != WISH_IN_FORCE;
}

static bool
is_shown(const struct ui *u, const struct model *m, const struct node *n)
{
    if (n->hidden)
        return false;
    return query_match(u->filter, m, n) ||
           (u->follow && node_id_equal(&n->id, &u->cursor));
}

static void
filter(struct ui *u, const struct model *m)
{
    u->nodes.n = u->n_marked = u->n_hidden_marks = 0;
    for (size_t i = 0; i < u->n_order; i++) {
        struct node *n = m->node[u->order[i]];
        bool shown = is_shown(u, m, n);
        if (shown)
            u->shown[u->nodes.n++] = n;
        u->n_marked += n->marked;
        u->n_hidden_marks += n->marked && !shown;
    }
}

/* ---- the cursor ---- */

/* The map shows what the filter leaves out, too. */
static bool
is_on_map(const struct ui *u, const struct model *m)
{
    const struct node *n = u->screen == SCREEN_MAP
                               ? model_by_id(m, &u->cursor) : NULL;

    return n != NULL && !n->hidden;
}

static bool
is_untouched(const struct ui *u, const struct model *m,
             const struct wishes *w)
{
    if (u->moved_us > 0 || u->follow || u->nodes.at > 0)
        return false;
    const struct node *n = model_by_id(m, &u->cursor);
    return n == NULL || w == NULL || wish_of(w, n, 0, 0) == NULL;
}

static void
place_cursor(struct ui *u, const struct model *m, const struct wishes *w)
{
    struct list *l = &u->nodes;
    size_t line = l->at > l->top ? l->at - l->top : 0, at = 0;

    if (l->n == 0) {
        l->at = l->top = 0;
        return;
    }
    if (is_untouched(u, m, w)) {
        l->top = 0;
        if (!is_on_map(u, m))
            u->cursor = u->shown[0]->id;
        return;
    }
    while (at < l->n && !node_id_equal(&u->shown[at]->id, &u->cursor))
        at++;
    if (at == l->n) {
        if (l->at >= l->n)
            l->at = l->n - 1;
        if (!is_on_map(u, m))
            u->cursor = u->shown[l->at]->id;
        at = l->at;
    }
    l->at = at;
    l->top = at > line ? at - line : 0;
    list_fill(l);
}

/* While the Messages screen stands still, newer notes push the others down:
 * the list goes with them. */
static void
hold_notes(struct ui *u, const struct model *m)
{
    const struct note *n = notes_at(m->notes, 0);
    uint64_t newest = n != NULL ? n->number : 0;

    for (size_t i = 0; !u->follow_messages && newest > u->newest_note; i++) {
        n = notes_at(m->notes, i);
        if (n == NULL || n->number <= u->newest_note)
            break;
        if (ui_note_shown(u, n)) {
            u->messages.at++;
            u->messages.top++;
        }
    }
    if (u->follow_messages)
        u->messages.at = u->messages.top = 0;
    u->newest_note = newest;
}

void
ui_arrange(struct ui *u, const struct model *m, const struct wishes *w)
{
    u->many = m->n > ORDER_MANY;
    if (u->filter != NULL && w != NULL)
        query_set_pending(u->filter, is_pending, w);
    order(u, m);
    filter(u, m);
    place_cursor(u, m, w);
    jobs_arrange(u, m);
    hold_notes(u, m);
}
