/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/jobs_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/frame.h"

enum { TEXT = 200, NAME = 160, TWO_COLUMNS = 72 };

void
jobs_name(const struct ui *u, const struct job_row *row, char *dst)
{
    const struct work *w = &row->home->work[row->work];
    char other[NAME];

    work_name(row->home, w, dst);
    if (w->label[0] == '\0')
        return;
    for (size_t i = 0; i < u->jobs.n; i++) {
        const struct job_row *r = &u->job[i];
        if (r->home == row->home && r->work == row->work)
            continue;
        work_name(r->home, &r->home->work[r->work], other);
        if (strcmp(other, dst) != 0)
            continue;
        dst[0] = '\0';
        text_add(dst, 140, "%s-%u", row->home->name, (unsigned)w->number);
        return;
    }
}

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
    int rows = (n + k - 1) / k;
    return room < 1 ? 0 : rows < room ? rows : room;
}

static void
draw_node(struct view *v, const struct part *p, int width,
          const struct node *n)
{
    const int x = p->n;         /* the column; its row is p->y */
    char text[TEXT] = "", pend[24], run[24];
    uint64_t most = 1;

    for (size_t i = 0; i < v->m->n; i++)
        if (v->m->node[i]->told.queued > most)
            most = v->m->node[i]->told.queued;
    number_text(pend, n->told.queued, 5);
    number_text(run, n->told.running, 3);
    canvas_middle(v->c, x, p->y, 8, STYLE_TEXT, n->name);
    if (!node_is_up(n)) {
        text_add(text, sizeof text, "(%s) %s", pend, node_state(n));
        put_cut(v->c, x + 9, p->y, width - 10, STYLE_OLD, text);
        return;
    }
    text_add(text, sizeof text, "%5s pend %3s run", pend, run);
    put_cut(v->c, x + 9, p->y, width - 10, STYLE_TEXT, text);
    struct bar b = { .part = n->told.queued, .whole = (double)most,
                     .width = width - 29, .style = STYLE_LOW, .target = -1 };
    if (b.width >= 4)
        draw_bar(v->c, x + 28, p->y, &b);
}

void
jobs_draw_nodes(struct view *v, const struct part *p)
{
    struct node **node;
    size_t n = list_nodes(v->m, &node);
    int k = columns_n(v), rows = p->n - 1, width = (v->c->width - 2) / k;

    draw_rule(v->c, p->y, "pending by node, all workloads");
    for (int col = 0; col < k; col++)
        for (int row = 0; row < rows; row++) {
            size_t i = (size_t)(col * rows + row);
            if (i < n)
                draw_node(v, &(struct part){ p->y + 1 + row,
                                             1 + col * width },
                          width, node[i]);
        }
    free(node);
}

/* ---- last failures ---- */

static void
draw_failure(struct view *v, int y, const struct failure *f)
{
    char clock[16], took[24] = "-", line[TEXT + 300] = "";

    ui_time(v->u, v->m, v->m->now_us - f->age_us, false, clock);
    duration_text(took, f->run_us);
    if (v->c->width < 60)
        text_add(line, sizeof line, "%s  %s", f->job, f->what);
    else
        text_add(line, sizeof line, "%-16s  %-9s  %-9s  %-10s %6s", f->job,
                 f->node, f->what, f->next, took);
    canvas_put(v->c, 1, y, 8, STYLE_LABEL, clock);
    put_cut(v->c, 11, y, v->c->width - 12, STYLE_TEXT, line);
}

/* Those of the node whose detail is known: the newest of any. */
static const struct detail *
newest_detail(const struct model *m)
{
    const struct detail *found = NULL;
    for (size_t i = 0; i < m->n; i++) {
        const struct detail *d = &m->node[i]->detail;
        if (d->n_failures > 0 &&
            (found == NULL || d->failure[0].age_us < found->failure[0].age_us))
            found = d;
    }
    return found;
}

void
jobs_draw_failures(struct view *v, const struct part *p,
                   const struct failures *f)
{
    struct failures own = { .title = "last failures" };
    const struct detail *d = f == NULL ? newest_detail(v->m) : NULL;

    if (d != NULL) {
        own.n = d->n_failures;
        own.v = d->failure;
    }
    if (f == NULL)
        f = &own;
    draw_rule(v->c, p->y, f->title);
    for (size_t i = 0; i < f->n && (int)i < p->n - 1; i++)
        draw_failure(v, p->y + 1 + (int)i, &f->v[i]);
    if (f->n == 0 && p->n > 1)
        canvas_put(v->c, 1, p->y + 1, -1, STYLE_LABEL, "none");
}
