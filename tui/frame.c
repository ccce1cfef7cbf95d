/* SPDX-License-Identifier: MPL-2.0 */
/* Which rows belong to what, and what gives way when the screen is low. */
#include "tui/frame.h"

enum {
    LOW_BAR = 10,       /* below: no function bar, no meters */
    LOW_FLASH = 8,      /* below: a flash line only when there is a flash */
    LOW_HEADS = 6, LOW_TABS = 12, LOW_NOTES = 18, LOW_METERS = 20,
    MAP_HEIGHT = 35, MAP_NODES = 60, MORE_NOTES = 50, JOBS_METERS = 40,
    CHART_WIDTH = 100,
    SPARK_SLOW_US = RING_PHASES * 1000 * 1000   /* move on a slow link */
};

int
columns_of(const char *text)
{
    return text_columns(span_str(text));
}

int
put_cut(struct canvas *c, int x, int y, int width, enum style style,
        const char *text)
{
    if (width <= 0)
        return 0;
    if (columns_of(text) <= width)
        return canvas_put(c, x, y, width, style, text);
    canvas_put(c, x, y, width - 1, style, text);
    canvas_put(c, x + width - 1, y, 1, style, glyph(c, GLYPH_ELLIPSIS));
    return width;
}

void
put_left_of(struct canvas *c, int end, int y, enum style style,
            const char *text)
{
    int n = columns_of(text);
    if (n <= end)
        canvas_put(c, end - n, y, n, style, text);
}

int
box_row(const struct canvas *c, int rows)
{
    int y = (c->height - rows) / 2, cursor = 0;
    while (cursor < c->height &&
           !(c->cell[cursor * c->width].flags & CELL_CURSOR))
        cursor++;
    bool hides = cursor >= y && cursor < y + rows;
    return hides && cursor + 1 + rows < c->height ? cursor + 1 : y;
}

size_t
nodes_visible(const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += !m->node[i]->hidden;
    return n;
}

bool
nodes_as_cards(const struct view *v, int rows)
{
    size_t n = nodes_visible(v->m);
    return n >= 1 && n <= 4 && v->u->nodes.n >= 1 && v->c->width >= 64 &&
           (int)n * CARD_ROWS <= rows;
}

int
card_rows(const struct view *v, int rows)
{
    bool room = (int)nodes_visible(v->m) * CARD_CHARTS <= rows;
    return room && v->c->width >= CHART_WIDTH ? CARD_CHARTS : CARD_ROWS;
}

int
values_a_cell(const struct canvas *c)
{
    return c->braille && !c->ascii ? 2 : 1;
}

int64_t
recent_us(const struct ring *r, int64_t now_us)
{
    int64_t now_s = now_us / 1000000;
    return r->last_s >= 0 && now_s - r->last_s < RING_BUCKET_S
               ? r->last_s * 1000000 : now_us;
}

void
draw_recent(struct view *v, struct cells at, const struct ring *r, double top)
{
    float value[RING_BUCKETS];
    int n = at.width * values_a_cell(v->c);
    if (n < 1)
        return;
    n = n < RING_BUCKETS ? n : RING_BUCKETS;
    int64_t at_us = recent_us(r, v->m->now_us);
    int64_t whole = (at_us + r->phase_s * INT64_C(1000000)) % SPARK_SLOW_US;
    if (v->u->slow_link && whole < at_us)
        at_us -= whole + 1;     /* up to the last bucket that is full */
    ring_buckets(r, at_us, value, (size_t)n);
    draw_spark(v->c, at.x, at.y, at.width, value, (size_t)n, top);
}

void
draw_trail(struct view *v, struct cells at, const struct trail *t,
           int64_t bucket, double top)
{
    float value[TRAIL_MAX];
    int n = at.width * values_a_cell(v->c);
    n = n < TRAIL_MAX ? n : TRAIL_MAX;
    if (n < 1)
        return;
    /* the newest is on its way */
    trail_last(t, bucket == t->end ? bucket - 1 : bucket, value, (size_t)n);
    draw_spark(v->c, at.x, at.y, at.width, value, (size_t)n, top);
}

static struct part
take(int *y, int n)
{
    struct part p = { *y, n };
    *y += n;
    return p;
}

static int
meter_lines(const struct view *v, int most)
{
    int h = v->c->height;
    int n = h >= LOW_METERS ? 3 : h >= LOW_BAR ? 1 : 0;
    return !v->u->meters ? 0 : n < most ? n : most;
}

/* Rows y .. end - 1 of the nodes screen. */
static void
layout_nodes(const struct view *v, int y, int end, struct layout *l)
{
    int h = v->c->height, n = (int)nodes_visible(v->m);
    int notes = !v->u->pane || h < LOW_NOTES ? 0 : h < MORE_NOTES ? 4 : 5;
    int want = n * card_rows(v, end - y - notes);
    if (!nodes_as_cards(v, end - y)) {
        bool map = h >= MAP_HEIGHT && n >= MAP_NODES;
        if (map)
            l->map = take(&y, map_rows(v) + 2);
        l->heads = take(&y, h < LOW_HEADS ? 0 : map ? 2 : 1);
        want = v->u->tree || n < 1 ? end - y - notes : n;
    }
    int body = end - y - notes;
    if (notes > 0 && (want < body || l->heads.n == 0))
        body = want;
    else if (notes == 0)
        body = end - y;
    if (end - y - body == 1)
        body++; /* a rule alone says nothing */
    l->body = take(&y, body);
    l->notes = take(&y, end - y);
}

/* Rows 1 .. end - 1, for all screens but help. */
static void
layout_inner(const struct view *v, int end, struct layout *l)
{
    int y = l->title.n;
    enum screen s = v->u->screen;
    bool first = ui_context(v->u, v->m) & IN_FIRST;
    if (first || s == SCREEN_DETAIL || s == SCREEN_WORK ||
        s == SCREEN_SETUP) {
        l->body = take(&y, end - y);
        return;
    }
    int most = s == SCREEN_MESSAGES ? 0
               : s == SCREEN_JOBS && v->c->height < JOBS_METERS ? 1 : 3;
    l->meters = take(&y, meter_lines(v, most));
    l->tabs = take(&y, v->c->height >= LOW_TABS);
    if (s == SCREEN_NODES)
        layout_nodes(v, y, end, l);
    else
        l->body = take(&y, end - y);
    /* Its last row, the state of the list, is where flashes come and go. */
    if (s == SCREEN_MESSAGES)
        l->body.n += l->flash.n;
}

void
frame_layout(const struct view *v, struct layout *out)
{
    int h = v->c->height, end = h;
    *out = (struct layout){ .body = { 0, h }, .flash = { h - 1, 0 } };
    if (v->u->screen == SCREEN_HELP)
        return;
    out->title.n = 1;
    if (h >= LOW_BAR)
        out->bar = (struct part){ --end, 1 };
    if (h >= LOW_FLASH || frame_says(v))
        out->flash = (struct part){ --end, 1 };
    layout_inner(v, end, out);
}

static void
title(struct view *v, int y)
{
    struct ui *u = v->u;
    struct node *n = u->screen == SCREEN_DETAIL ? ui_node(u, v->m) : NULL;
    struct node *home;
    struct work *w;
    char name[140];
    if (ui_context(u, v->m) & IN_FIRST)
        frame_empty_title(v, y);
    else if (n != NULL)
        frame_title(v, y, n->name);
    else if (u->screen == SCREEN_SETUP)
        frame_title(v, y, "setup");
    else if (u->screen == SCREEN_WORK && ui_work(u, v->m, &home, &w)) {
        work_only_name(v->m, home, w, name);
        frame_title(v, y, name);
    } else
        frame_cluster_title(v, y);
}

void
frame_draw(struct view *v, const struct layout *l)
{
    if (l->title.n > 0)
        title(v, l->title.y);
    if (l->meters.n > 0)
        frame_meters(v, &l->meters);
    if (l->tabs.n > 0)
        frame_tabs(v, l->tabs.y);
    if (l->notes.n > 0)
        frame_notes(v, &l->notes);
    if (l->bar.n > 0)
        frame_bar(v, l->bar.y);
    frame_flash(v, l->flash.y);
}
