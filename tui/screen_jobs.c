/* SPDX-License-Identifier: MPL-2.0 */
/* Workloads, one line each, told by their homes; below, where pending jobs
 * are and what failed last. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"
#include "tui/jobs_parts.h"
#include "tui/ui_order.h"
#include "tui/work_parts.h"

enum { GUTTER = 2, TEXT = 160, HIGH = 30, WITH_TIMES = 100 };

enum field { NAME = 0, STATE, KIND, BAR, PERCENT, DONE, RUN, PEND, FAIL, RATE,
             RATES, ETA, AGE, FIELDS };
/* Columns of the list; a width of 0: not shown. */
struct columns { int x[FIELDS], width[FIELDS]; };

static const struct { const char *head; bool left; int narrow, wide; } field[] =
{
    [NAME] = { "WORKLOAD", true, 11, 18 }, [STATE] = { "STATE", true, 7, 7 },
    [KIND] = { "KIND", true, 0, 9 },       [BAR] = { "PROGRESS", true, 13, 20 },
    [PERCENT] = { "", false, 4, 4 },
    [DONE] = { "DONE/TOTAL", false, 12, 21 }, [RUN] = { "RUN", false, 5, 6 },
    [PEND] = { "PEND", false, 0, 6 },      [FAIL] = { "FAIL", false, 4, 6 },
    [RATE] = { "RATE/s", false, 7, 8 },
    [RATES] = { "RATE 60 s", true, 0, 12 }, [ETA] = { "ETA", false, 7, 9 },
    [AGE] = { "AGE", false, 0, 7 },
};

static int
all_columns(const struct columns *k)
{
    int sum = GUTTER - 1;

    for (int i = 0; i < FIELDS; i++)
        sum += k->width[i] + (k->width[i] > 0);
    return sum;
}

/* What is left over goes to names and bars. */
static struct columns
columns(int width)
{
    static const enum field give[] = { AGE, RATES, KIND, RATE, BAR, FAIL, RUN,
                                       DONE, ETA, PERCENT };
    struct columns k;

    for (int i = 0; i < FIELDS; i++)
        k.width[i] = width >= FRAME_WIDE ? field[i].wide : field[i].narrow;
    for (size_t i = 0; i < sizeof give / sizeof *give; i++)
        if (all_columns(&k) > width)
            k.width[give[i]] = 0;
    /* room for "(25%)", which else hangs over */
    if (k.width[BAR] == 0 && k.width[PERCENT] > 0)
        k.width[PERCENT]++;
    if (all_columns(&k) > width)
        k.width[PERCENT] = 0;
    int more = width - all_columns(&k);
    if (k.width[BAR] > 0 && more > 4) {
        more -= 2;
        int name = more / 2 < 14 ? more / 2 : 14;
        int bar = more - name < 40 ? more - name : 40;
        k.width[NAME] += name;
        k.width[BAR] += bar;
    }
    for (int i = 0, x = GUTTER; i < FIELDS; i++) {
        k.x[i] = x;
        x += k.width[i] + (k.width[i] > 0);
    }
    return k;
}

static void
draw_heads(struct view *v, int y)
{
    const struct columns k = columns(v->c->width);

    for (int i = 0; i < FIELDS; i++)
        if (k.width[i] > 0 && field[i].left)
            canvas_put(v->c, k.x[i], y, k.width[i], STYLE_HEAD,
                       field[i].head);
        else if (k.width[i] > 0)
            canvas_right(v->c, k.x[i], y, k.width[i], STYLE_HEAD,
                         field[i].head);
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

/* What a row is drawn from. */
struct row {
    struct view *v;
    const struct columns *k;
    const struct job_row *job;
    const struct work *w;
    int y;
    bool old;               /* its home does not answer: in brackets */
};

static void
put_text(const struct row *r, enum field f, const char *text)
{
    if (r->k->width[f] > 0)
        canvas_right(r->v->c, r->k->x[f], r->y, r->k->width[f],
                     r->old ? STYLE_OLD : STYLE_TEXT, text);
}

static void
put_count(const struct row *r, enum field f, uint64_t n)
{
    char text[24], line[TEXT] = "";

    number_text(text, n, r->k->width[f] - 2 * r->old);
    text_add(line, sizeof line, r->old ? "(%s)" : "%s", text);
    put_text(r, f, line);
}

/* As many digits as there is room for. */
static void
put_done(const struct row *r)
{
    const int width = r->k->width[DONE];
    char line[TEXT] = "", done[24], total[24];

    number_commas(done, r->w->done);
    number_commas(total, r->w->n_jobs);
    if (r->v->c->width < FRAME_WIDE) {
        number_text(done, r->w->done, 10);
        number_text(total, r->w->n_jobs, 10);
    }
    for (int digits = 9; digits > 1; digits--) {
        line[0] = '\0';
        text_add(line, sizeof line, r->old ? "(%s)/(%s)" : "%s/%s", done,
                 total);
        if (columns_of(line) <= width)
            break;
        number_text(done, r->w->done, digits);
        number_text(total, r->w->n_jobs, digits);
    }
    put_text(r, DONE, line);
}

static void
put_progress(const struct row *r)
{
    char text[16] = "";
    struct bar b = work_bar(r->w, r->k->width[BAR]);

    if (r->old)
        b.part = b.bad = 0;
    if (b.width > 0)
        draw_bar(r->v->c, r->k->x[BAR], r->y, &b);
    text_add(text, sizeof text, r->old ? "(%d%%)" : "%d%%",
             work_percent(r->w));
    /* the closing bracket hangs over, so that digits stand below digits */
    if (r->k->width[PERCENT] > 0)
        canvas_right(r->v->c, r->k->x[PERCENT], r->y,
                     r->k->width[PERCENT] + (r->old && b.width > 0),
                     r->old ? STYLE_OLD : STYLE_TEXT, text);
}

/* What is asked of it and not yet seen stands in place of its state. */
static void
put_state(const struct row *r)
{
    struct view *v = r->v;
    const int x = r->k->x[STATE], width = r->k->width[STATE];
    const struct wish *wish =
        v->w == NULL ? NULL : wish_of(v->w, r->job->home, 0, r->w->number);
    enum wish_state s = wish == NULL ? WISH_IN_FORCE : wish->state;
    char text[TEXT] = "";

    if (s == WISH_SENT || s == WISH_ACCEPTED) {
        text_add(text, sizeof text, "%.6s%s", wish_kind_name(wish->kind),
                 glyph(v->c, GLYPH_PENDING));
        canvas_put(v->c, x, r->y, width, STYLE_PENDING, text);
    } else if (s == WISH_SILENT || s == WISH_REFUSED) {
        text_add(text, sizeof text, "%.6s%s", work_state(r->w),
                 s == WISH_SILENT ? "?" : glyph(v->c, GLYPH_REFUSED));
        canvas_put(v->c, x, r->y, width, STYLE_REFUSED, text);
    } else
        canvas_put(v->c, x, r->y, width, state_style(r->w, r->old),
                   r->old ? "LOST" : work_state(r->w));
}

static void
put_times(const struct row *r)
{
    char rate[24] = "-", eta[24] = "-", age[24];
    int64_t left_us = work_eta_us(r->w);

    if (r->w->rate > 0 && !r->w->ended && !r->old)
        rate_text(rate, r->w->rate);
    put_text(r, RATE, rate);
    if (!r->w->ended && !r->w->held && !r->old)
        draw_trail(r->v, (struct cells){ r->k->x[RATES], r->y,
                                         r->k->width[RATES] },
                   &r->w->rates, work_bucket(r->job->home, r->w,
                                             r->v->m->now_us), 0);
    duration_text(age, (int64_t)r->w->age_us);
    put_text(r, AGE, age);
    if (r->k->width[ETA] <= 0)
        return;
    if (r->old) {
        canvas_middle(r->v->c, r->k->x[ETA], r->y, r->k->width[ETA],
                      STYLE_OLD, r->job->home->name);
        return;
    }
    if (left_us >= 0)
        duration_text(eta, left_us);
    put_text(r, ETA, r->w->ended ? work_over(r->w) : eta);
}

static void
draw_row(struct view *v, int y, const struct job_row *job)
{
    const struct columns k = columns(v->c->width);
    const struct row r = { v, &k, job, &job->home->work[job->work], y,
                           !node_is_up(job->home) };
    char name[TEXT];

    work_only_name(v->m, job->home, r.w, name);
    canvas_middle(v->c, k.x[NAME], y, k.width[NAME],
                  r.old ? STYLE_OLD : STYLE_TEXT, name);
    put_state(&r);
    if (k.width[KIND] > 0)
        put_cut(v->c, k.x[KIND], y, k.width[KIND],
                r.old ? STYLE_OLD : STYLE_TEXT, r.w->kind);
    put_progress(&r);
    put_done(&r);
    put_count(&r, RUN, r.w->running);
    put_count(&r, PEND, r.w->queued);
    put_count(&r, FAIL, r.w->failed);
    put_times(&r);
}

static void
draw_list(struct view *v, int y, int end)
{
    struct list *l = &v->u->jobs;

    l->rows = end - y;
    if (l->n == 0 && y < end) {
        put_cut(v->c, GUTTER, y, v->c->width - GUTTER, STYLE_LABEL,
                v->u->n_job > 0 ? "No workload matches. Esc clears the filter."
                : "No workloads: lbctl submit ... on any node, or lbctl run.");
        return;
    }
    if (l->at >= l->n)
        l->at = l->n > 0 ? l->n - 1 : 0;
    if (l->at < l->top)
        l->top = l->at;
    if (l->rows > 0 && l->at >= l->top + (size_t)l->rows)
        l->top = l->at - (size_t)l->rows + 1;
    list_fill(l);
    for (size_t i = l->top; i < l->n && y < end; i++, y++) {
        draw_row(v, y, &v->u->job[i]);
        if (i == l->at) {
            canvas_put(v->c, 0, y, 1, STYLE_TEXT, glyph(v->c, GLYPH_CURSOR));
            canvas_restyle(v->c, 0, y, v->c->width, STYLES, CELL_CURSOR);
        }
    }
}

/* Rows below the list; 0: not shown. */
struct below { int nodes, times, failures; };

/* A third of the rows is the list's at least, if it has so many. */
static struct below
share_rows(const struct view *v, int rest, int list)
{
    struct below b = { .failures = rest >= 12 ? 4 : 0 };
    int least = rest / 3 > 3 ? rest / 3 : 3;
    int room = rest - (list < least ? list : least) - b.failures;

    if (rest >= HIGH && v->c->width >= WITH_TIMES) {
        b.times = WORK_TIMES_ROWS;
        room -= b.times;
    }
    if (rest >= 10)
        b.nodes = jobs_nodes_rows(v, room - 1);
    b.nodes += b.nodes > 0;
    return b;
}

/* What is known of the workload under the cursor. */
static void
draw_work(struct view *v, int y, int end, const struct below *b)
{
    struct node *home = NULL;
    struct work *w = NULL;
    const struct work_detail *d = NULL;
    char name[TEXT] = "";

    if (ui_work(v->u, v->m, &home, &w)) {
        d = work_detail_of(v->m, home, w);
        work_only_name(v->m, home, w, name);
    }
    if (b->nodes > 1)
        jobs_draw_nodes(v, &(struct part){ y, b->nodes }, d, name);
    y += b->nodes;
    if (b->times > 0)
        work_draw_times(v, &(struct part){ y, b->times }, d, name);
    y += b->times;
    if (b->failures > 0 && end - y >= 2)
        jobs_draw_failures(v, &(struct part){ y, end - y }, d, name);
}

void
screen_jobs(struct view *v, const struct part *p)
{
    int y = p->y, end = p->y + p->n;
    int list = (int)v->u->jobs.n > 0 ? (int)v->u->jobs.n : 1;

    if (p->n >= 3)
        draw_heads(v, y++);
    int rest = end - y;
    struct below b = share_rows(v, rest, list);
    int rows = rest - b.failures - b.times - b.nodes;
    if (rows > list && (b.failures > 0 || b.nodes > 0))
        rows = list;
    draw_list(v, y, y + rows);
    ui_saw_job(v->u);
    draw_work(v, y + rows, end, &b);
}
