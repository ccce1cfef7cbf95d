/* SPDX-License-Identifier: MPL-2.0 */
/* Workloads, one line each, told by their homes; below, where pending jobs
 * are and what failed last. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"
#include "tui/jobs_parts.h"

enum { GUTTER = 2, TEXT = 160 };

/* Columns of the list; a width of 0: not shown. */
struct columns {
    int name, owner, state, bar, percent, done, run, pend, fail, rate, spark,
        eta;
};

static struct columns
columns(int width)
{
    struct columns k = { .name = 11, .state = 5, .percent = 4, .done = 12,
                         .run = 5, .fail = 4, .rate = 7, .eta = 7,
                         .bar = 15 };
    if (width >= FRAME_WIDE) {
        k.name = 18;
        k.done = 21;
        k.run = 6;
        k.pend = 6;
        k.fail = 6;
        k.bar = 22;
        k.rate = 8;
        k.eta = 9;
    }
    int *give[] = { &k.rate, &k.bar, &k.fail, &k.run, &k.done, &k.eta };
    for (size_t i = 0; i < sizeof give / sizeof give[0]; i++) {
        int sum = GUTTER, all[] = { k.name, k.state, k.bar, k.percent, k.done,
                                    k.run, k.pend, k.fail, k.rate, k.eta };
        for (size_t j = 0; j < sizeof all / sizeof all[0]; j++)
            sum += all[j] + (all[j] > 0);
        if (sum <= width + 1)
            break;
        *give[i] = 0;
    }
    if (width < 44)
        k.percent = 0;
    return k;
}

static void
head(struct view *v, int x, int y, int width, const char *text, bool left)
{
    if (width <= 0)
        return;
    if (left)
        canvas_put(v->c, x, y, width, STYLE_HEAD, text);
    else
        canvas_right(v->c, x, y, width, STYLE_HEAD, text);
}

static void
draw_heads(struct view *v, int y)
{
    const struct columns k = columns(v->c->width);
    int x = GUTTER;

    head(v, x, y, k.name, "WORKLOAD", true);
    x += k.name + 1;
    head(v, x, y, k.state, "STATE", true);
    x += k.state + 1;
    head(v, x, y, k.bar, "PROGRESS", true);
    x += k.bar + (k.bar > 0) + k.percent + (k.percent > 0);
    head(v, x, y, k.done, "DONE/TOTAL", false);
    x += k.done + (k.done > 0);
    head(v, x, y, k.run, "RUN", false);
    x += k.run + (k.run > 0);
    head(v, x, y, k.pend, "PEND", false);
    x += k.pend + (k.pend > 0);
    head(v, x, y, k.fail, "FAIL", false);
    x += k.fail + (k.fail > 0);
    head(v, x, y, k.rate, "RATE/s", false);
    x += k.rate + (k.rate > 0);
    head(v, x, y, k.eta, "ETA", false);
}

static enum style
state_style(const struct work *w, bool old)
{
    if (old)
        return STYLE_LOST;
    if (w->held && !w->ended)
        return STYLE_PAUSE;
    if (w->ended && w->failed > 0)
        return STYLE_ERROR;
    return w->ended ? STYLE_IDLE : STYLE_TEXT;
}

/* A number; of a home that is lost in brackets. Returns where the next column
 * begins. */
static int
put_number(struct view *v, int x, int y, int width, const char *text, bool old)
{
    char line[TEXT] = "";
    if (width <= 0)
        return x;
    text_add(line, sizeof line, old ? "(%s)" : "%s", text);
    canvas_right(v->c, x, y, width, old ? STYLE_OLD : STYLE_TEXT, line);
    return x + width + 1;
}

static int
put_count(struct view *v, int x, int y, int width, uint64_t n, bool old)
{
    char text[24];
    number_text(text, n, width - 2 * old);
    return put_number(v, x, y, width, text, old);
}

static int
put_done(struct view *v, int x, int y, int width, const struct work *w,
         bool old)
{
    char line[TEXT] = "", done[24], total[24];
    if (width <= 0)
        return x;
    if (v->c->width >= FRAME_WIDE) {
        number_commas(done, w->done);
        number_commas(total, w->n_jobs);
    } else {
        number_text(done, w->done, 6);
        number_text(total, w->n_jobs, 6);
    }
    text_add(line, sizeof line, old ? "(%s)/(%s)" : "%s/%s", done, total);
    canvas_right(v->c, x, y, width, old ? STYLE_OLD : STYLE_TEXT, line);
    return x + width + 1;
}

static double
part_done(const struct work *w)
{
    return w->n_jobs == 0 ? 1 : (double)(w->done + w->failed + w->cancelled) /
                                    w->n_jobs;
}

static int
put_progress(struct view *v, int x, int y, const struct columns *k,
             const struct work *w, bool old)
{
    char text[16] = "";
    struct bar b = { .part = old ? 0 : part_done(w), .whole = 1,
                     .width = k->bar, .walls = true, .style = STYLE_LOW,
                     .target = -1 };
    if (k->bar > 0) {
        draw_bar(v->c, x, y, &b);
        x += k->bar + 1;
    }
    if (k->percent <= 0)
        return x;
    text_add(text, sizeof text, old ? "(%d%%)" : "%d%%",
             (int)(part_done(w) * 100));
    canvas_right(v->c, old ? x - 1 : x, y, k->percent + old,
                 old ? STYLE_OLD : STYLE_TEXT, text);
    return x + k->percent + 1;
}

/* What is asked of it and not yet seen stands in place of its state. */
static void
put_state(struct view *v, int x, int y, int width, const struct job_row *row,
          bool old)
{
    const struct work *w = &row->home->work[row->work];
    const struct wish *wish =
        v->w == NULL ? NULL : wish_of(v->w, row->home, 0, w->number);
    char text[TEXT] = "";

    if (wish != NULL && (wish->state == WISH_SENT ||
                         wish->state == WISH_ACCEPTED)) {
        text_add(text, sizeof text, "%.4s%s", wish_kind_name(wish->kind),
                 glyph(v->c, GLYPH_PENDING));
        canvas_put(v->c, x, y, width, STYLE_PENDING, text);
        return;
    }
    if (wish != NULL && (wish->state == WISH_SILENT ||
                         wish->state == WISH_REFUSED)) {
        text_add(text, sizeof text, "%.4s%s", work_state(w),
                 wish->state == WISH_SILENT ? "?" : glyph(v->c,
                                                          GLYPH_REFUSED));
        canvas_put(v->c, x, y, width, STYLE_REFUSED, text);
        return;
    }
    canvas_put(v->c, x, y, width, state_style(w, old),
               old ? "LOST" : work_state(w));
}

static void
put_eta(struct view *v, int x, int y, int width, const struct job_row *row,
        bool old)
{
    const struct work *w = &row->home->work[row->work];
    char text[TEXT] = "-";
    int64_t eta = work_eta_us(w);

    if (width <= 0)
        return;
    if (old) {
        canvas_middle(v->c, x, y, width, STYLE_OLD, row->home->name);
        return;
    }
    if (w->ended)
        memcpy(text, "done", 5);
    else if (eta >= 0)
        duration_text(text, eta);
    canvas_right(v->c, x, y, width, STYLE_TEXT, text);
}

static void
draw_row(struct view *v, int y, const struct job_row *row)
{
    const struct columns k = columns(v->c->width);
    const struct work *w = &row->home->work[row->work];
    const bool old = !node_is_up(row->home);
    char name[TEXT], rate[24] = "-";
    int x = GUTTER;

    jobs_name(v->u, row, name);
    canvas_middle(v->c, x, y, k.name, old ? STYLE_OLD : STYLE_TEXT, name);
    x += k.name + 1;
    put_state(v, x, y, k.state, row, old);
    x += k.state + 1;
    x = put_progress(v, x, y, &k, w, old);
    x = put_done(v, x, y, k.done, w, old);
    x = put_count(v, x, y, k.run, w->running, old);
    x = put_count(v, x, y, k.pend, w->queued, old);
    x = put_count(v, x, y, k.fail, w->failed, old);
    if (w->rate > 0 && !w->ended && !old)
        rate_text(rate, w->rate);
    if (k.rate > 0) {
        canvas_right(v->c, x, y, k.rate, STYLE_TEXT, rate);
        x += k.rate + 1;
    }
    put_eta(v, x, y, k.eta, row, old);
}

static void
draw_list(struct view *v, int y, int end)
{
    struct list *l = &v->u->jobs;

    l->rows = end - y;
    if (l->n == 0 && y < end) {
        canvas_put(v->c, GUTTER, y, -1, STYLE_LABEL, "No workloads: "
                   "lbctl submit ... on any node, or lbctl run.");
        return;
    }
    if (l->at >= l->n)
        l->at = l->n > 0 ? l->n - 1 : 0;
    if (l->at < l->top)
        l->top = l->at;
    if (l->rows > 0 && l->at >= l->top + (size_t)l->rows)
        l->top = l->at - (size_t)l->rows + 1;
    for (size_t i = l->top; i < l->n && y < end; i++, y++) {
        draw_row(v, y, &v->u->job[i]);
        if (i == l->at) {
            canvas_put(v->c, 0, y, 1, STYLE_TEXT, glyph(v->c, GLYPH_CURSOR));
            canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
        }
    }
}

void
screen_jobs(struct view *v, const struct part *p)
{
    int y = p->y, end = p->y + p->n;
    int list = (int)v->u->jobs.n > 0 ? (int)v->u->jobs.n : 1;

    if (p->n >= 3)
        draw_heads(v, y++);
    int rest = end - y;
    int failures = rest >= 12 ? 4 + (rest >= 24) * 4 : 0;
    int nodes = rest >= 10 ? jobs_nodes_rows(v, rest - list - failures - 1)
                           : 0;
    if (nodes > 0)
        nodes++;
    int rows = rest - failures - nodes;
    if (rows > list && (failures > 0 || nodes > 0))
        rows = list;
    draw_list(v, y, y + rows);
    y += rows;
    if (nodes > 1)
        jobs_draw_nodes(v, &(struct part){ y, nodes });
    y += nodes;
    if (failures > 0 && end - y >= 2)
        jobs_draw_failures(v, &(struct part){ y, end - y }, NULL);
}
