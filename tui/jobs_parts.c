/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/jobs_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/frame.h"
#include "tui/work_parts.h"

enum { TEXT = 200, TWO_COLUMNS = 72 };
enum { WHAT_USUAL = 10 };

/* ---- pending by node ---- */

static int
by_queue(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a;
    const struct node *y = *(const struct node *const *)b;
    if (x->told.queued != y->told.queued)
        return x->told.queued > y->told.queued ? -1 : 1;
    return strcmp(x->name, y->name);
}

static size_t
list_nodes(const struct model *m, struct node ***out)
{
    size_t n = 0;
    *out = xcalloc(m->n + 1, sizeof **out);
    for (size_t i = 0; i < m->n; i++)
        if (!m->node[i]->hidden && m->node[i]->heard_us >= 0)
            (*out)[n++] = m->node[i];
    qsort(*out, n, sizeof **out, by_queue);
    return n;
}

static int
columns_n(const struct view *v)
{
    return v->c->width >= TWO_COLUMNS ? v->c->width / 40 : 1;
}

int
jobs_nodes_rows(const struct view *v, int room)
{
    int n = (int)nodes_visible(v->m), k = columns_n(v);
    int rows = work_as_map(v) ? map_rows(v) : (n + k - 1) / k;

    return room < 1 ? 0 : rows < room ? rows : room;
}

/* At column p->n of row p->y; a full bar are `most` jobs. */
static void
draw_node(struct view *v, const struct part *p, int width, uint64_t most,
          const struct node *n)
{
    const int x = p->n, name = width >= 46 ? width - 34 : 8;
    const int at = x + (name < 16 ? name : 16) + 1;
    char text[TEXT] = "", pend[24], run[24];

    number_text(pend, n->told.queued, 5);
    number_text(run, n->told.running, 3);
    canvas_middle(v->c, x, p->y, at - x - 1, STYLE_TEXT, n->name);
    if (!node_is_up(n)) {
        text_add(text, sizeof text, "(%s) %s", pend, node_state(n));
        if (node_kept(n) > 0)
            text_add(text, sizeof text, ": %llu kept",
                     (unsigned long long)node_kept(n));
        put_cut(v->c, at, p->y, x + width - at - 1, STYLE_OLD, text);
        return;
    }
    text_add(text, sizeof text, "%5s pend %3s run", pend, run);
    if (n->told.held > 0)
        text_add(text, sizeof text, "  %u held", (unsigned)n->told.held);
    put_cut(v->c, at, p->y, x + width - at - 1, STYLE_TEXT, text);
    const int used = columns_of(text) + 1;
    struct bar b = { .part = n->told.queued, .whole = (double)most,
                     .width = x + width - at - used - 2, .style = STYLE_LOW,
                     .target = -1 };
    if (b.width >= 4)
        draw_bar(v->c, at + used, p->y, &b);
}

static void
draw_nodes(struct view *v, const struct part *p)
{
    struct node **node;
    size_t n = list_nodes(v->m, &node);
    int k = columns_n(v), rows = p->n - 1, width = (v->c->width - 1) / k;
    uint64_t most = n > 0 && node[0]->told.queued > 0 ? node[0]->told.queued
                                                      : 1;

    draw_rule(v->c, p->y, "pending by node, all workloads");
    for (int col = 0; col < k; col++)
        for (int row = 0; row < rows; row++) {
            size_t i = (size_t)col * (size_t)rows + (size_t)row;
            if (i < n)
                draw_node(v, &(struct part){ p->y + 1 + row,
                                             1 + col * width },
                          width, most, node[i]);
        }
    free(node);
}

void
jobs_draw_nodes(struct view *v, const struct part *p,
                const struct work_detail *d, const char *name)
{
    if (work_as_map(v))
        work_draw_map(v, p, d, name);
    else
        draw_nodes(v, p);
}

/* ---- last failures ---- */

struct at { int x, width; };

/* A reason that its column would cut has the row below to itself, where there
 * is one. */
static bool
wants_row(const struct view *v, const struct failure *f)
{
    return v->c->width >= 70 && v->c->width < FRAME_WIDE &&
           columns_of(f->what) > WHAT_USUAL;
}

/* A run may be short: "0.9ms", "250ms". */
static void
run_text(char dst[24], int64_t us)
{
    if (us < 0 || us >= 1000000) {
        duration_text(dst, us);
        return;
    }
    dst[0] = '\0';
    if (us < 100)
        text_add(dst, 24, "%dus", (int)us);
    else if (us < 10000)
        text_add(dst, 24, "%d.%dms", (int)(us / 1000), (int)(us / 100 % 10));
    else
        text_add(dst, 24, "%dms", (int)(us / 1000));
}

static void
draw_failure(struct view *v, int y, const struct failure *f)
{
    enum { JOB, NODE, WHAT, NEXT, TOOK, ALL };
    static const struct at tight[ALL] = { { 11, 16 }, { 0, 0 }, { 28, 0 },
                                          { 0, 0 }, { 0, 0 } };
    static const struct at usual[ALL] = { { 11, 17 }, { 29, 10 },
                                          { 40, WHAT_USUAL },
                                          { 51, 10 }, { 62, 7 } };
    static const struct at wide[ALL] = { { 11, 26 }, { 39, 16 }, { 57, 40 },
                                         { 99, 12 }, { 112, 7 } };
    const int width = v->c->width;
    const struct at *k = width < 70 ? tight
                         : width < FRAME_WIDE ? usual : wide;
    char clock[16], took[24];

    ui_time(v->u, v->m, f->at_us, false, clock);
    canvas_put(v->c, 1, y, 8, STYLE_LABEL, clock);
    canvas_middle(v->c, k[JOB].x, y, k[JOB].width, STYLE_TEXT, f->job);
    if (k == tight) {
        put_cut(v->c, k[WHAT].x, y, width - k[WHAT].x, STYLE_TEXT, f->what);
        return;
    }
    run_text(took, f->run_us);
    canvas_middle(v->c, k[NODE].x, y, k[NODE].width, STYLE_TEXT, f->node);
    put_cut(v->c, k[WHAT].x, y, k[WHAT].width, STYLE_TEXT, f->what);
    put_cut(v->c, k[NEXT].x, y, k[NEXT].width, STYLE_TEXT, f->next);
    canvas_right(v->c, k[TOOK].x, y, k[TOOK].width, STYLE_TEXT, took);
}

void
jobs_draw_failures(struct view *v, const struct part *p,
                   const struct work_detail *d, const char *name)
{
    char title[TEXT] = "last failures";

    if (name[0] != '\0')
        text_add(title, sizeof title, " of %s", name);
    draw_rule(v->c, p->y, title);
    int y = p->y + 1, end = p->y + p->n;
    for (size_t i = 0; d != NULL && i < d->n_failures && y < end; i++) {
        const struct failure *f = &d->failure[i];
        draw_failure(v, y++, f);
        if (wants_row(v, f) && y < end)
            put_cut(v->c, 13, y++, v->c->width - 14, STYLE_TEXT, f->what);
    }
    if ((d == NULL || d->n_failures == 0) && p->n > 1)
        canvas_put(v->c, 1, p->y + 1, -1, STYLE_LABEL,
                   d != NULL || name[0] == '\0' ? "none"
                                                : "not known yet");
}
