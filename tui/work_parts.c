/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/work_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/detail_parts.h"
#include "tui/frame.h"
#include "tui/map.h"

enum { TEXT = 300, AS_MAP = 60, COLUMN = 40, STATS_AT = 66, STATS_WIDTH = 110,
       STATS = 5 };

struct bar
work_bar(const struct work *w, int width)
{
    return (struct bar){ .part = w->n_jobs > 0 ? w->done : 1,
                         .bad = w->failed,
                         .whole = w->n_jobs > 0 ? w->n_jobs : 1,
                         .width = width, .walls = true, .style = STYLE_LOW,
                         .target = -1 };
}

int
work_percent(const struct work *w)
{
    return w->n_jobs == 0 ? 100
                          : (int)((uint64_t)w->done * 100 / w->n_jobs);
}

const char *
work_over(const struct work *w)
{
    return w->failed + w->cancelled > 0 ? "ended" : "done";
}

const struct work_detail *
work_detail_of(const struct model *m, const struct node *home,
               const struct work *w)
{
    const struct work_detail *d = &m->work;

    return d->at_us >= 0 && d->number == w->number &&
                   node_id_equal(&d->home, &home->id) ? d : NULL;
}

static void
title(struct view *v, int y, const char *text, const char *name)
{
    char line[TEXT] = "";

    if (name[0] != '\0')
        text_add(line, sizeof line, "%s: ", name);
    text_add(line, sizeof line, "%s", text);
    draw_rule(v->c, y, line);
}

/* ---- the fleet ---- */

bool
work_as_map(const struct view *v)
{
    return nodes_visible(v->m) >= AS_MAP && v->c->width >= AS_MAP;
}

/* By the filter of nodes, on the screen of a workload. */
static bool
is_shown(const struct view *v, const struct node *n)
{
    return v->u->screen != SCREEN_WORK || n == NULL ||
           query_match(v->u->filter, v->m, n);
}

/* Jobs by place of the node in the model. The caller frees. */
static uint32_t *
jobs_by_node(const struct model *m, const struct work_detail *d,
             uint32_t *most)
{
    uint32_t *jobs = xcalloc(m->n + 1, sizeof *jobs);

    *most = 1;
    for (size_t i = 0; d != NULL && i < d->n_places; i++) {
        const struct node *n = model_by_name(m, d->place[i].node);
        if (n == NULL)
            continue;
        jobs[n->at] = d->place[i].jobs;
        if (d->place[i].jobs > *most)
            *most = d->place[i].jobs;
    }
    return jobs;
}

/* What a cell shows: trouble by its letter, else the most that any of its
 * nodes has. */
static void
draw_cell(struct view *v, const struct map *m, const int at[2], size_t cell,
          const uint32_t *share)
{
    const struct node *n = map_worst(v, m, cell);
    enum style style = STYLE_TEXT;
    uint32_t jobs = 0;

    if (n == NULL || !is_shown(v, n))
        return;
    const char *symbol = map_symbol(v, m, n, &style);
    for (size_t i = cell * m->k; i < (cell + 1) * m->k && i < m->n; i++)
        if (share[m->node[i]->at] > jobs)
            jobs = share[m->node[i]->at];
    if (n->seen == SEEN_LIVE && n->told.phase == PHASE_RUN) {
        symbol = glyph_shade(v->c, (double)jobs / 100);
        style = jobs > 0 ? STYLE_LOW : STYLE_LABEL;
    }
    canvas_put(v->c, at[0], at[1], 1, style, symbol);
}

void
work_draw_map(struct view *v, const struct part *p,
              const struct work_detail *d, const char *name)
{
    struct map m;
    uint32_t most, *jobs = jobs_by_node(v->m, d, &most);
    char line[TEXT] = "where it runs; shade: its jobs there";

    map_make(v, p->n + 1, false, &m);
    for (size_t i = 0; i < v->m->n; i++)
        jobs[i] = (uint32_t)((uint64_t)jobs[i] * 100 / most);
    if (v->c->width >= FRAME_WIDE)
        text_add(line, sizeof line, ", %s %u;  p pause  d drain  ? stale  "
                 "x LOST", glyph_shade(v->c, 1), (unsigned)most);
    title(v, p->y, d == NULL ? "where it runs: not known yet" : line, name);
    size_t cells = (m.n + m.k - 1) / m.k, per = (size_t)m.per_row;
    for (size_t i = 0; i < cells && (int)(i / per) < p->n - 1; i++) {
        int at[2] = { m.label + (int)(i % per), p->y + 1 + (int)(i / per) };
        if (i % per == 0)
            canvas_print(v->c, 0, at[1], STYLE_LABEL, "%6u",
                         (unsigned)(i * m.k + 1));
        draw_cell(v, &m, at, i, jobs);
    }
    free(jobs);
    map_fini(&m);
}

/* ---- places as bars ---- */

struct place { const char *node; uint32_t jobs; };

static int
by_jobs(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->jobs != y->jobs)
        return x->jobs > y->jobs ? -1 : 1;
    return strcmp(x->node, y->node);
}

static int
columns_n(const struct view *v)
{
    return v->c->width >= 2 * COLUMN - 8 ? v->c->width / COLUMN : 1;
}

int
work_places_rows(const struct view *v, const struct work_detail *d)
{
    size_t n = d->n_places < 1000 ? d->n_places : 1000;

    if (work_as_map(v))
        return map_rows(v) + 1;
    return n == 0 ? 0 : ((int)n + columns_n(v) - 1) / columns_n(v) + 1;
}

static void
draw_place(struct view *v, const struct part *p, const struct place *place,
           uint32_t most)
{
    const int x = p->n, width = (v->c->width - 1) / columns_n(v);
    struct bar b = { .part = place->jobs, .whole = most > 0 ? most : 1,
                     .width = width - 24, .style = STYLE_LOW, .target = -1 };
    char count[24];

    number_text(count, place->jobs, 8);
    canvas_middle(v->c, x, p->y, 12, STYLE_TEXT, place->node);
    canvas_right(v->c, x + 13, p->y, 8, STYLE_TEXT, count);
    if (b.width >= 4)
        draw_bar(v->c, x + 22, p->y, &b);
}

void
work_draw_places(struct view *v, const struct part *p,
                 const struct work_detail *d, const char *name)
{
    int k = columns_n(v), rows = p->n - 1, width = (v->c->width - 1) / k;
    char line[TEXT] = "";
    size_t n = 0;

    if (work_as_map(v)) {
        work_draw_map(v, p, d, name);
        return;
    }
    struct place *place = xcalloc(d->n_places + 1, sizeof *place);
    for (size_t i = 0; i < d->n_places; i++)
        if (is_shown(v, model_by_name(v->m, d->place[i].node)))
            place[n++] = (struct place){ d->place[i].node, d->place[i].jobs };
    qsort(place, n, sizeof *place, by_jobs);
    text_add(line, sizeof line, "where its jobs are");
    if ((size_t)rows * (size_t)k < n || n < d->n_places)
        text_add(line, sizeof line, ", %u of %u nodes",
                 (unsigned)rows * (unsigned)k < n ? (unsigned)(rows * k)
                                                  : (unsigned)n,
                 (unsigned)d->n_places);
    title(v, p->y, line, name);
    for (int i = 0; i < rows * k && (size_t)i < n; i++)
        draw_place(v, &(struct part){ p->y + 1 + i % rows,
                                      1 + i / rows * width },
                   &place[i], place[0].jobs);
    free(place);
}

/* ---- run times ---- */

/* Of a job: from microseconds up to days. */
static void
run_text(char dst[24], int64_t us)
{
    dst[0] = '\0';
    if (us >= 0 && us < 1000)
        text_add(dst, 24, "%d us", (int)us);
    else
        latency_text(dst, us);
}

/* Neighbours drawn as one row. */
struct bin { int64_t from_us, to_us; uint64_t jobs; };
struct bins {
    size_t n;
    uint64_t most;
    struct bin v[BINS_MAX];
};

/* From the first that has jobs up to the last one. */
static size_t
used(const struct work_detail *d, size_t *first)
{
    size_t n = d->n_bins;

    while (n > 0 && d->bin[n - 1].jobs == 0)
        n--;
    for (*first = 0; *first < n && d->bin[*first].jobs == 0; ++*first)
        ;
    return n - *first;
}

/* All of them in `rows` rows: where they are more, some stand for two or
 * three. */
static void
gather(const struct work_detail *d, size_t rows, struct bins *out)
{
    size_t first, n = used(d, &first);

    *out = (struct bins){ .n = n < rows ? n : rows, .most = 1 };
    for (size_t i = 0; i < out->n; i++) {
        size_t from = first + i * n / out->n;
        size_t end = first + (i + 1) * n / out->n;
        struct bin *b = &out->v[i];
        b->from_us = from > 0 ? d->bin[from - 1].to_us : 0;
        b->to_us = d->bin[end - 1].to_us;
        for (size_t k = from; k < end; k++)
            b->jobs += d->bin[k].jobs;
        if (b->jobs > out->most)
            out->most = b->jobs;
    }
}

static void
bin_name(const struct bin *b, char dst[64])
{
    char from[24] = "0", to[24];

    if (b->from_us > 0)
        run_text(from, b->from_us);
    dst[0] = '\0';
    if (b->to_us < 0) {
        text_add(dst, 64, "> %s", from);
        return;
    }
    run_text(to, b->to_us);
    text_add(dst, 64, "%s - %s", from, to);
}

static void
draw_bin(struct view *v, int y, const struct bins *all, size_t i)
{
    char name[64], count[24];
    const bool stats = v->c->width >= STATS_WIDTH;
    struct bar b = { .part = (double)all->v[i].jobs,
                     .whole = (double)all->most,
                     .width = stats ? STATS_AT - 34 : v->c->width - 32,
                     .style = STYLE_LOW, .target = -1 };

    bin_name(&all->v[i], name);
    number_commas(count, all->v[i].jobs);
    put_cut(v->c, 1, y, 16, STYLE_TEXT, name);
    canvas_right(v->c, 18, y, 10, STYLE_TEXT, count);
    if (b.width >= 4)
        draw_bar(v->c, 30, y, &b);
}

struct stat { const char *name; int64_t us; };

/* Beside the bars where there is room, else in a line above them. */
static void
draw_stats(struct view *v, const struct part *p, const struct work_detail *d)
{
    const struct stat all[STATS] = {
        { "p50", d->p50_us }, { "p95", d->p95_us }, { "p99", d->p99_us },
        { "max", d->max_us }, { "sum", d->sum_us },
    };
    char line[TEXT] = "", t[24];

    for (int i = 0; i < STATS; i++) {
        run_text(t, all[i].us);
        if (v->c->width < STATS_WIDTH)
            text_add(line, sizeof line, "%s%s %s", i > 0 ? "   " : "",
                     all[i].name, t);
        else if (i < p->n - 1) {
            canvas_put(v->c, STATS_AT, p->y + 1 + i, 4, STYLE_LABEL,
                       all[i].name);
            canvas_right(v->c, STATS_AT + 4, p->y + 1 + i, 8, STYLE_TEXT, t);
        }
    }
    put_cut(v->c, 1, p->y + 1, v->c->width - 2, STYLE_TEXT, line);
}

static void
draw_counts(struct view *v, const struct part *p, const struct work_detail *d)
{
    const struct { const char *name; uint32_t n; const char *what; } all[] = {
        { "retries", d->retried, "after a failure; not those by hand" },
        { "away", d->away, "queued or running at other nodes" },
        { "moved", d->moved, "ran elsewhere than at home" },
    };
    char count[24];
    int x = STATS_AT + 18;

    for (int i = 0; i < 3 && i < p->n - 1 && v->c->width >= STATS_WIDTH; i++) {
        number_commas(count, all[i].n);
        canvas_put(v->c, x, p->y + 1 + i, 8, STYLE_LABEL, all[i].name);
        canvas_right(v->c, x + 8, p->y + 1 + i, 10, STYLE_TEXT, count);
        put_cut(v->c, x + 20, p->y + 1 + i, v->c->width - x - 21, STYLE_LABEL,
                all[i].what);
    }
}

int
work_times_rows(const struct view *v, const struct work_detail *d)
{
    size_t first, n = used(d, &first);

    if (n == 0)
        return 2;
    if (v->c->width < STATS_WIDTH)
        return 2 + (int)n;
    return 1 + (n < STATS ? STATS : (int)n);
}

void
work_draw_times(struct view *v, const struct part *p,
                const struct work_detail *d, const char *name)
{
    int y = p->y + 1, end = p->y + p->n;
    struct bins bins;

    title(v, p->y, "run time of ended jobs", name);
    if (d == NULL || d->n_bins == 0) {
        canvas_put(v->c, 1, y, -1, STYLE_LABEL, d == NULL ? "not known yet"
                                                          : "none has ended");
        return;
    }
    draw_stats(v, p, d);
    draw_counts(v, p, d);
    y += v->c->width < STATS_WIDTH;
    gather(d, end > y ? (size_t)(end - y) : 0, &bins);
    for (size_t i = 0; i < bins.n; i++)
        draw_bin(v, y++, &bins, i);
}
