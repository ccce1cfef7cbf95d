/* SPDX-License-Identifier: MPL-2.0 */
/* One row of the nodes table. */
#include "base/text.h"
#include "tui/frame.h"
#include "tui/table.h"

enum { CURSOR_AT = 0, MARK_AT = 1, TEXT = 300 };

struct row {
    struct view *v;
    const struct table *t;
    const struct node *n;
    int y;
    bool old;           /* what it said is not of now */
    enum style style;
};

static void
put_text(const struct row *r, const struct table_column *k, const char *text)
{
    char old[TEXT] = "";
    bool brackets = r->old && text[0] != '-' && text[0] != '\0';
    int room = k->width - 2 * brackets;
    if (!column_table[k->c].left) {
        /* without them where they would cut the number: its style says it */
        brackets = brackets && columns_of(text) <= room;
        text_add(old, TEXT, brackets ? "(%s)" : "%s", text);
        canvas_right(r->v->c, k->x, r->y, k->width, r->style, old);
        return;
    }
    /* "(hybr)": the bracket is not cut off with the text. */
    int x = k->x;
    if (brackets)
        x += canvas_put(r->v->c, x, r->y, 1, r->style, "(");
    x += canvas_put(r->v->c, x, r->y, room, r->style, text);
    if (brackets)
        canvas_put(r->v->c, x, r->y, 1, r->style, ")");
}

static void
put_number(const struct row *r, const struct table_column *k, uint64_t n)
{
    char text[40] = "";
    int room = k->width - (r->old ? 2 : 0);
    if (r->t->wide)
        number_commas(text, n);
    if (!r->t->wide || columns_of(text) > room)
        number_text(text, n, room);
    if (n == 0 && !r->old) {    /* so that the others stand out */
        canvas_right(r->v->c, k->x, r->y, k->width, STYLE_LABEL, text);
        return;
    }
    put_text(r, k, text);
}

static void
put_name(const struct row *r, const struct table_column *k)
{
    const struct node *n = r->n;
    char text[TEXT] = "";
    text_add(text, TEXT, "%s", n->name[0] == '\0' ? "(no name)" : n->name);
    if (n->name[0] == '\0' || n->doubled)
        text_add(text, TEXT, " %s", n->host);
    enum style style = n->marked ? STYLE_MARKED : r->style;
    canvas_middle(r->v->c, k->x, r->y, k->width, style, text);
}

/* What was asked of the node's phase and is not seen yet: one sign behind the
 * word, which may take the blank after the column. */
static void
put_state_wish(const struct row *r, int x)
{
    static const enum wish_kind kind[] = { WISH_PAUSE, WISH_RESUME,
                                           WISH_DRAIN, WISH_UNDRAIN };
    const struct wish *newest = NULL;
    if (r->v->w == NULL)
        return;
    for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++) {
        const struct wish *w = wish_of(r->v->w, r->n, kind[i], 0);
        if (w != NULL && (newest == NULL || w->first_us > newest->first_us))
            newest = w;
    }
    if (newest == NULL)
        return;
    struct canvas *c = r->v->c;
    switch (newest->state) {
    case WISH_DRAFT:
    case WISH_SENT:
    case WISH_ACCEPTED:
        canvas_put(c, x, r->y, 1, STYLE_PENDING, glyph(c, GLYPH_PENDING));
        break;
    case WISH_IN_FORCE: /* the word itself says it */
        break;
    case WISH_REFUSED:
        canvas_put(c, x, r->y, 1, STYLE_REFUSED, glyph(c, GLYPH_REFUSED));
        break;
    case WISH_DIFFERS:
        canvas_put(c, x, r->y, 1, STYLE_WARN, "!");
        break;
    case WISH_SILENT:
    case WISH_LOST:
        canvas_put(c, x, r->y, 1, STYLE_WARN, "?");
        break;
    }
}

static void
put_load(const struct row *r, const struct table_column *k)
{
    struct canvas *c = r->v->c;
    double load = node_load(r->n);
    bool up = node_is_up(r->n) && load >= 0;
    int bar = k->bar ? k->width - LOAD_PERCENT : 0;
    char text[16] = "- ";
    if (bar > 0 && !up)
        canvas_fill(c, k->x, r->y, bar, STYLE_OLD,
                    c->ascii ? "-" : glyph(c, GLYPH_NONE));
    else if (bar > 0) {
        struct bar b = { .part = load, .whole = 100, .width = bar,
                         .style = r->old ? STYLE_OLD : STYLES,
                         .target = -1 };
        draw_bar(c, k->x, r->y, &b);
    }
    if (up) {
        text[0] = '\0';
        text_add(text, sizeof text, "%d%%", (int)(load + 0.5));
    }
    canvas_right(c, k->x + bar, r->y, k->width - bar, r->style, text);
}

static void
put_spark(const struct row *r, const struct table_column *k)
{
    bool load = k->c == COLUMN_LOAD60;
    if (node_is_up(r->n))
        draw_recent(r->v, (struct cells){ k->x, r->y, k->width },
                    load ? &r->n->load : &r->n->queue, load ? 100 : 0);
}

static void
put_rate(const struct row *r, const struct table_column *k, double per_s,
         bool whole)
{
    char text[24] = "-";
    if (per_s >= 0 && node_is_up(r->n)) {
        if (whole) {
            put_number(r, k, (uint64_t)(per_s + 0.5));
            return;
        }
        rate_text(text, per_s);
    }
    put_text(r, k, text);
}

static void
put_duration(const struct row *r, const struct table_column *k, int64_t us)
{
    char text[24] = "-";
    if (k->c == COLUMN_AGE && us >= 0) {
        age_text(text, us);
        canvas_right(r->v->c, k->x, r->y, k->width, r->style, text);
        return;
    }
    us = node_is_up(r->n) ? us : -1;
    if (us >= 0 && us < 1000000 && k->c == COLUMN_RTT) {
        text[0] = '\0';
        text_add(text, sizeof text, "%dms", (int)((us + 999) / 1000));
        if (columns_of(text) > k->width) {
            text[0] = '\0';
            text_add(text, sizeof text, "0.%ds", (int)(us / 100000));
        }
    } else if (k->c == COLUMN_LASTS)
        eta_text(text, us);
    else
        duration_text(text, us);
    put_text(r, k, text);
}

static void
put_running(const struct row *r, const struct table_column *k)
{
    const struct state *s = &r->n->told;
    char text[40] = "";
    if (!r->t->wide || k->width < 7) {
        put_number(r, k, s->running);
        return;
    }
    text_add(text, sizeof text, r->old ? "(%u)/%u" : "%u/%u", s->running,
             s->slots);
    canvas_right(r->v->c, k->x, r->y, k->width, r->style, text);
}

/* "symm" rather than "symmet". */
static void
put_policy(const struct row *r, const struct table_column *k)
{
    char text[TEXT] = "";
    bool fits = columns_of(r->n->policy) <= k->width;
    text_add(text, TEXT, fits ? "%s" : "%.4s", r->n->policy);
    put_text(r, k, text);
}

static void
put_other(const struct row *r, const struct table_column *k)
{
    char text[TEXT] = "";
    column_text(r->v->m, r->n, k->c, text, sizeof text);
    put_text(r, k, text[0] == '\0' ? "-" : text);
}

/* Few nodes hold jobs: no zeros. */
static void
put_held(const struct row *r, const struct table_column *k)
{
    if (r->n->told.held > 0)
        put_number(r, k, r->n->told.held);
}

static void
put_told(const struct row *r, const struct table_column *k)
{
    const struct node *n = r->n;
    const struct state *s = &n->told;
    switch (k->c) {
    case COLUMN_LOAD: put_load(r, k); break;
    case COLUMN_LOAD60:
    case COLUMN_QUEUE60: put_spark(r, k); break;
    case COLUMN_PEND: put_number(r, k, s->queued); break;
    case COLUMN_HELD: put_held(r, k); break;
    case COLUMN_RUN: put_running(r, k); break;
    case COLUMN_SLOTS: put_number(r, k, s->slots); break;
    case COLUMN_DONE: put_number(r, k, s->done); break;
    case COLUMN_FAILED: put_number(r, k, s->failed); break;
    case COLUMN_RATE: put_rate(r, k, n->done_s, false); break;
    case COLUMN_IN: put_rate(r, k, n->in_s, true); break;
    case COLUMN_OUT: put_rate(r, k, n->out_s, true); break;
    case COLUMN_LASTS: put_duration(r, k, (int64_t)s->drain_us); break;
    case COLUMN_POLICY: put_policy(r, k); break;
    case COLUMN_RTT: put_duration(r, k, n->rtt_us); break;
    case COLUMN_AGE: put_duration(r, k, node_age_us(r->v->m, n)); break;
    case COLUMN_NODE:
    case COLUMN_STATE:
    case COLUMN_THROTTLE:
    case COLUMN_HOST:
    case COLUMN_VERSION:
    case COLUMN_TAGS:
    case COLUMN_MEM:
    case COLUMN_THROTTLE_TARGET:
    case COLUMNS_: put_other(r, k); break;
    }
}

static void
draw_cell(const struct row *r, const struct table_column *k)
{
    switch (k->c) {
    case COLUMN_NODE:
        put_name(r, k);
        return;
    case COLUMN_STATE:
        put_state_wish(r, k->x + canvas_put(r->v->c, k->x, r->y, k->width,
                                            node_style(r->n),
                                            node_state(r->n)));
        return;
    case COLUMN_THROTTLE:
        /* "100->95 ?" may take the blank before PEND too. */
        draw_throttle(r->v, k->x, r->y, k->width + 1, r->n);
        return;
    default:
        break;
    }
    if (r->n->heard_us >= 0)
        put_told(r, k);
    else if (k->c == COLUMN_LOAD)
        canvas_right(r->v->c, k->x, r->y, k->width, r->style, "- ");
    else if (column_table[k->c].type != COLUMN_SPARK)
        put_text(r, k, "-");
}

void
nodes_row(struct view *v, const struct table *t, const struct node *n, int y)
{
    bool old = !node_is_up(n) || n->seen == SEEN_STALE;
    struct row r = { .v = v, .t = t, .n = n, .y = y, .old = old,
                     .style = old ? STYLE_OLD : STYLE_TEXT };
    for (size_t i = 0; i < t->n; i++)
        draw_cell(&r, &t->col[i]);
    bool here = node_id_equal(&n->id, &v->u->cursor);
    if (n->marked)
        canvas_put(v->c, t->gutter - 1, y, 1, STYLE_MARKED, "*");
    if (here) {
        canvas_put(v->c, CURSOR_AT, y, 1, STYLE_BOLD,
                   glyph(v->c, GLYPH_CURSOR));
        canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
    }
}
