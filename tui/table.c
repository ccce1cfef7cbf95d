/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/table.h"

#include "base/text.h"
#include "tui/frame.h"

enum {
    GUTTER = 2, NODE_LEAST = 5, THROTTLE_LEAST = 7, NODE_MOST = 24,
    SPARK_LEAST = 60 / RING_BUCKET_S, SPARK_STEP = 30 / RING_BUCKET_S,
    BAR_MORE = 8, BAR_STEP = 4
};

static bool
some_held(const struct ui *u)
{
    for (size_t i = 0; i < u->nodes.n; i++)
        if (u->shown[i]->told.held > 0)
            return true;
    return false;
}

/* Policy: more than one; held: some; or placed by the user. */
static bool
wanted(const struct view *v, enum column c, bool mixed)
{
    const struct ui *u = v->u;
    if (u->columns_off[c])
        return c == COLUMN_NODE;
    if (u->columns_on[c])
        return true;
    if (c == COLUMN_AGE && u->slow_link)
        return false;   /* it changes all the time */
    if (c == COLUMN_HELD)
        return some_held(u);
    return !column_table[c].optional && (c != COLUMN_POLICY || mixed);
}

static bool
policies_differ(const struct model *m)
{
    const struct node *first = NULL;
    for (size_t i = 0; i < m->n; i++) {
        const struct node *n = m->node[i];
        if (n->hidden || !node_is_up(n) || n->policy[0] == '\0')
            continue;
        if (first == NULL)
            first = n;
        else if (!span_equal(span_str(first->policy), span_str(n->policy)))
            return true;
    }
    return false;
}

static int
keep_of(const struct view *v, enum column c)
{
    int keep = column_table[c].keep;
    if (keep > 1 && v->u->columns_on[c])
        return 1;
    if (c == COLUMN_POLICY && keep > column_table[COLUMN_DONE].keep)
        return column_table[COLUMN_DONE].keep;  /* it is shown when mixed */
    return keep;
}

static int
total(const struct table *t)
{
    int sum = t->gutter - 1;
    for (size_t i = 0; i < t->n; i++)
        sum += t->col[i].width + 1;
    return sum;
}

static void
drop(struct table *t, size_t at)
{
    for (size_t i = at; i + 1 < t->n; i++)
        t->col[i] = t->col[i + 1];
    t->n--;
}

static struct table_column *
find(struct table *t, enum column c)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->col[i].c == c)
            return &t->col[i];
    return NULL;
}

/* One step narrower by the order of `keep`; false: only the last ones stand. */
static bool
narrow(const struct view *v, struct table *t)
{
    size_t worst = t->n;
    for (size_t i = 0; i < t->n; i++)
        if (keep_of(v, t->col[i].c) > 0 &&
            (worst == t->n ||
             keep_of(v, t->col[i].c) >= keep_of(v, t->col[worst].c)))
            worst = i;
    if (worst == t->n)
        return false;
    if (t->col[worst].c == COLUMN_LOAD && t->col[worst].bar) {
        t->col[worst].bar = false;
        t->col[worst].width = LOAD_PERCENT - 1;
    } else
        drop(t, worst);
    return true;
}

/* Fewer columns for the last ones, then fewer of them. */
static void
squeeze(struct table *t, int width)
{
    struct table_column *k = find(t, COLUMN_NODE);
    int over = total(t) - width;
    if (over > 0 && k != NULL) {
        int less = k->width - NODE_LEAST < over ? k->width - NODE_LEAST : over;
        k->width -= less > 0 ? less : 0;
    }
    k = find(t, COLUMN_THROTTLE);
    if (total(t) > width && k != NULL)
        k->width = THROTTLE_LEAST;
    if (total(t) > width)
        t->gutter = 1;
    while (total(t) > width && t->n > 1)
        drop(t, t->n - 1);
    k = find(t, COLUMN_NODE);
    if (k != NULL && total(t) < width) {
        int room = width - total(t), most = column_table[COLUMN_NODE].width;
        k->width += most - k->width < room ? most - k->width : room;
    }
}

static int
longest_name(const struct view *v)
{
    int longest = 0;
    for (size_t i = 0; i < v->u->nodes.n; i++) {
        int n = columns_of(v->u->shown[i]->name);
        longest = n > longest ? n : longest;
    }
    return longest < NODE_MOST ? longest : NODE_MOST;
}

/* Gives what is left over to names, sparklines and the bar. */
static void
widen(const struct view *v, struct table *t, int width)
{
    for (size_t i = 0; t->wide && i < t->n; i++) {
        const struct column_info *info = &column_table[t->col[i].c];
        int more = info->wide - t->col[i].width;
        if (info->type != COLUMN_SPARK && more > 0 && more <= width - total(t))
            t->col[i].width += more;
    }
    struct table_column *k = find(t, COLUMN_NODE);
    int want = longest_name(v), room = width - 1 - total(t);
    if (k != NULL && want > k->width && room > 0)
        k->width += want - k->width < room ? want - k->width : room;
    struct table_column *spark[2] = { find(t, COLUMN_LOAD60),
                                      find(t, COLUMN_QUEUE60) };
    int n = (spark[0] != NULL) + (spark[1] != NULL);
    while (n > 0 && total(t) + n * SPARK_STEP < width) {
        for (int i = 0; i < 2; i++)
            if (spark[i] != NULL)
                spark[i]->width += SPARK_STEP;
        const struct table_column *s = spark[0] ? spark[0] : spark[1];
        if (s->width + SPARK_STEP > RING_BUCKETS)
            break;
    }
    k = find(t, COLUMN_LOAD);
    room = width - 1 - total(t);
    if (k != NULL && k->bar && room >= BAR_STEP)
        k->width += room < BAR_MORE ? BAR_STEP : BAR_MORE;
}

/* Column i of the table: its place and width before anything is fitted. */
static void
add(struct table *t, enum column c)
{
    const struct column_info *k = &column_table[c];
    t->col[t->n++] = (struct table_column){
        .c = c, .bar = c == COLUMN_LOAD,
        .width = k->type == COLUMN_SPARK ? SPARK_LEAST : k->width,
    };
}

void
table_fit(const struct view *v, struct table *out)
{
    int width = v->c->width, skip = v->u->scroll_x;
    bool mixed = policies_differ(v->m);
    *out = (struct table){ .gutter = GUTTER, .wide = width >= FRAME_WIDE,
                           .cell = values_a_cell(v->c) };
    for (int c = 0; c < COLUMNS_; c++) {
        if (!wanted(v, (enum column)c, mixed))
            continue;
        if (c != COLUMN_NODE && skip-- > 0)
            continue;
        add(out, (enum column)c);
    }
    if (v->u->scroll_x > 0) /* scrolled: what stands at the right edge goes */
        while (total(out) > width && out->n > 2)
            drop(out, out->n - 1);
    while (total(out) > width && narrow(v, out))
        ;
    if (total(out) > width)
        squeeze(out, width);
    else
        widen(v, out, width);
    int x = out->gutter;
    for (size_t i = 0; i < out->n; i++) {
        out->col[i].x = x;
        x += out->col[i].width + 1;
    }
}

void
table_head(const struct table *t, const struct table_column *k, char dst[24])
{
    dst[0] = '\0';
    int n = k->width * t->cell < RING_BUCKETS ? k->width * t->cell
                                              : RING_BUCKETS;
    if (k->c == COLUMN_LOAD60)
        text_add(dst, 24, "LOAD %d s", n * RING_BUCKET_S);
    else if (k->c == COLUMN_QUEUE60)
        text_add(dst, 24, "QUEUE %d s", n * RING_BUCKET_S);
    else if (k->c == COLUMN_RUN && t->wide && k->width >= 7)
        text_add(dst, 24, "RUN/SLT");
    else
        text_add(dst, 24, "%.23s", column_table[k->c].head);
}
