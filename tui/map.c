/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/map.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/frame.h"

enum {
    LABEL = 7, NAME_MOST = 16, AROUND = 11, /* symbols, value, gaps */
    ABOUT_ROWS = 2, LOW_ABOUT = 8
};

static int
by_name(const void *pa, const void *pb)
{
    const struct node *a = *(struct node *const *)pa;
    const struct node *b = *(struct node *const *)pb;
    const char *s = a->name, *t = b->name;
    while (*s != '\0' && *s == *t)
        s++, t++;
    if (*s != *t)
        return (unsigned char)*s < (unsigned char)*t ? -1 : 1;
    return node_id_compare(&a->id, &b->id);
}

static double
value_of(const struct view *v, enum shade s, const struct node *n)
{
    switch (s) {
    case SHADE_LOAD: return node_load(n);
    case SHADE_QUEUE: return n->told.queued;
    case SHADE_THROTTLE: return n->told.throttle_percent;
    case SHADE_AGE: return (double)node_age_us(v->m, n);
    case SHADE_ERRORS: return (double)n->told.failed;
    case SHADES: break;
    }
    return -1;
}

/* The value of a full shade: a fixed one where there is one, else the
 * greatest. */
static double
top_of(const struct view *v, const struct map *m)
{
    double top = 1;
    if (m->shade == SHADE_LOAD || m->shade == SHADE_THROTTLE)
        return 100;
    for (size_t i = 0; i < m->n; i++) {
        const struct node *n = m->node[i];
        if (m->shade == SHADE_AGE && n->told.dead_after_ms * 1000.0 > top)
            top = n->told.dead_after_ms * 1000.0;
        else if (m->shade != SHADE_AGE && node_is_up(n) &&
                 value_of(v, m->shade, n) > top)
            top = value_of(v, m->shade, n);
    }
    return top;
}

static double
share_of(const struct view *v, const struct map *m, const struct node *n)
{
    double value = value_of(v, m->shade, n);
    return value < 0 ? 0 : value > m->top ? 1 : value / m->top;
}

bool
map_shows(const struct view *v, const struct map *m, const struct node *n)
{
    return !m->filtered || query_match(v->u->filter, v->m, n);
}

/* LOST before trouble before stale before the shade. */
static double
badness(const struct view *v, const struct map *m, const struct node *n)
{
    double share = share_of(v, m, n);
    if (!map_shows(v, m, n))
        return -3;
    if (m->shade == SHADE_THROTTLE)
        share = 1 - share;
    switch (n->seen) {
    case SEEN_LOST: return 100;
    case SEEN_ERROR:
    case SEEN_FOREIGN: return 90;
    case SEEN_STALE: return 80 + share;
    case SEEN_LIVE: break;
    case SEEN_NEW: return -1;
    case SEEN_GONE: return -2;
    }
    return n->told.phase == PHASE_DRAIN ? 20 + share
           : n->told.phase == PHASE_PAUSE ? 10 + share : share;
}

struct node *
map_worst(const struct view *v, const struct map *m, size_t i)
{
    struct node *worst = NULL;
    for (size_t at = i * m->k; at < (i + 1) * m->k && at < m->n; at++)
        if (worst == NULL ||
            badness(v, m, m->node[at]) > badness(v, m, worst))
            worst = m->node[at];
    return worst;
}

const char *
map_symbol(const struct view *v, const struct map *m, const struct node *n,
           enum style *style)
{
    double share = share_of(v, m, n);
    *style = node_style(n);
    if (!map_shows(v, m, n))
        return " ";
    switch (n->seen) {
    case SEEN_LOST: return "x";
    case SEEN_ERROR:
    case SEEN_FOREIGN: return "!";
    case SEEN_STALE: return "?";
    case SEEN_NEW:
    case SEEN_GONE: *style = STYLE_LABEL; return "_";
    case SEEN_LIVE: break;
    }
    if (n->told.phase == PHASE_DRAIN)
        return "d";
    if (n->told.phase == PHASE_PAUSE)
        return "p";
    *style = m->shade == SHADE_THROTTLE ? STYLE_TEXT
             : share > 0.85 ? STYLE_HIGH
             : share > 0.60 ? STYLE_MIDDLE : STYLE_LOW;
    return glyph_shade(v->c, share);
}

void
map_value(const struct view *v, const struct map *m, const struct node *n,
          char dst[24])
{
    double value = value_of(v, m->shade, n);
    dst[0] = '\0';
    if (value < 0 || n->heard_us < 0 ||
        (m->shade == SHADE_LOAD && !node_is_up(n)))
        text_add(dst, 24, "-");
    else if (m->shade == SHADE_LOAD || m->shade == SHADE_THROTTLE)
        text_add(dst, 24, "%d%%", (int)(value + 0.5));
    else if (m->shade == SHADE_AGE)
        age_text(dst, (int64_t)value);
    else
        number_text(dst, (uint64_t)value, 4);
}

int
map_strip_columns(int width)
{
    int room = width - LABEL - 1;
    int step = room >= 125 ? 25 : room >= 20 ? 10 : 5;
    return room >= step ? room / step * step : 1;
}

int
map_rows(const struct view *v)
{
    enum { MOST = 8 };
    size_t n = nodes_visible(v->m);
    size_t per = (size_t)map_strip_columns(v->c->width);
    size_t k = (n + MOST * per - 1) / (MOST * per);
    size_t cells = k > 0 ? (n + k - 1) / k : 1;
    return (int)((cells + per - 1) / per);
}

/* Cells with a name each, if all nodes have room. */
static bool
with_names(const struct view *v, int rows, struct map *m)
{
    int name = 4;
    for (size_t i = 0; i < m->n; i++) {
        int n = columns_of(m->node[i]->name);
        name = n > name ? n : name;
    }
    name = name < NAME_MOST ? name : NAME_MOST;
    int per = (v->c->width - 2) / (name + AROUND);
    if (per < 1 || m->n > (size_t)per * (size_t)rows)
        return false;
    m->per_row = per;
    m->cell = name + AROUND;
    m->name = name;
    return true;
}

static void
gather(const struct view *v, struct map *m)
{
    const struct model *model = v->m;
    m->node = xcalloc(model->n + 1, sizeof(struct node *));
    for (size_t i = 0; i < model->n; i++)
        if (!model->node[i]->hidden)
            m->node[m->n++] = model->node[i];
    qsort(m->node, m->n, sizeof *m->node, by_name);
}

/* Cells without names; of two columns if there is room for all. */
static void
without_names(const struct view *v, int rows, bool whole, struct map *m)
{
    m->label = LABEL;
    m->per_row = map_strip_columns(v->c->width);
    size_t cells = (size_t)m->per_row * (size_t)rows;
    int half = m->per_row / 20 * 10;
    if (m->n > cells)
        m->k = (m->n + cells - 1) / cells;
    else if (whole && half > 0 && m->n <= (size_t)half * (size_t)rows) {
        m->cell = 2;
        m->per_row = half;
    }
}

void
map_make(const struct view *v, int rows, bool whole, struct map *out)
{
    int about = whole && rows >= LOW_ABOUT ? ABOUT_ROWS : 0;
    *out = (struct map){ .k = 1, .cell = 1, .about = about,
                         .filtered = whole && v->u->filter != NULL,
                         .shade = whole ? v->u->shade : SHADE_LOAD };
    gather(v, out);
    out->top = top_of(v, out);
    /* a rule before the cells, a blank after them */
    rows -= about > 0 || !whole ? about + 2 : rows > 1;
    rows = rows > 0 ? rows : 1;
    if (!whole || !with_names(v, rows, out))
        without_names(v, rows, whole, out);
    assert(out->per_row > 0);
    size_t per = (size_t)out->per_row, cells = (out->n + out->k - 1) / out->k;
    out->rows = (int)((cells + per - 1) / per);
}

void
map_fini(struct map *m)
{
    free(m->node);
    m->node = NULL;
}
