/* SPDX-License-Identifier: MPL-2.0 */
/* One workload: progress, where its jobs are, run times, failures. */
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"
#include "tui/jobs_parts.h"

enum { TEXT = 300, PLACES = 8 };

static const struct work_detail *
detail_of(const struct view *v, const struct node *home, const struct work *w)
{
    const struct work_detail *d = &v->m->work;
    return d->at_us >= 0 && d->number == w->number &&
                   node_id_equal(&d->home, &home->id) ? d : NULL;
}

static void
line(struct view *v, int *y, int end, const char *label, const char *text)
{
    if (*y >= end)
        return;
    canvas_put(v->c, 1, *y, 10, STYLE_LABEL, label);
    put_cut(v->c, 12, *y, v->c->width - 13, STYLE_TEXT, text);
    ++*y;
}

static void
draw_counts(struct view *v, int *y, int end, const struct node *home,
            const struct work *w)
{
    char text[TEXT] = "", a[24], b[24], c[24];

    text_add(text, sizeof text, "%s-%u   kind %s   home %s   priority %u",
             home->name, (unsigned)w->number, w->kind, home->name,
             (unsigned)w->priority);
    line(v, y, end, "Workload", text);
    text[0] = '\0';
    number_commas(a, w->done);
    number_commas(b, w->n_jobs);
    number_commas(c, w->queued);
    text_add(text, sizeof text, "%s   %s of %s done   %u running   %s pending "
             "  %u failed   %u cancelled", work_state(w), a, b,
             (unsigned)w->running, c, (unsigned)w->failed,
             (unsigned)w->cancelled);
    line(v, y, end, "State", text);
}

static void
draw_progress(struct view *v, int *y, int end, const struct work *w)
{
    char text[TEXT] = "", took[24], eta[24], rate[24] = "-";
    struct bar b = { .part = w->done + w->failed + w->cancelled,
                     .whole = w->n_jobs > 0 ? w->n_jobs : 1,
                     .width = v->c->width >= 60 ? 40 : 16, .walls = true,
                     .style = STYLE_LOW, .target = -1 };

    if (*y >= end)
        return;
    canvas_put(v->c, 1, *y, 10, STYLE_LABEL, "Progress");
    draw_bar(v->c, 12, *y, &b);
    eta_text(eta, work_eta_us(w));
    duration_text(took, (int64_t)w->age_us);
    if (w->rate > 0)
        rate_text(rate, w->rate);
    text_add(text, sizeof text, "%d%%  %s/s  eta %s  age %s",
             (int)(100 * b.part / b.whole), rate, w->ended ? "done" : eta,
             took);
    put_cut(v->c, 14 + b.width, *y, v->c->width - 15 - b.width, STYLE_TEXT,
            text);
    ++*y;
}

static void
draw_places(struct view *v, int *y, int end, const struct work_detail *d)
{
    uint32_t most = 1;
    size_t n = d->n_places < PLACES ? d->n_places : PLACES;
    char count[24];

    if (n == 0 || end - *y < 3)
        return;
    draw_rule(v->c, (*y)++, "where its jobs are");
    for (size_t i = 0; i < d->n_places; i++)
        if (d->place[i].jobs > most)
            most = d->place[i].jobs;
    for (size_t i = 0; i < n && *y < end; i++, ++*y) {
        struct bar b = { .part = d->place[i].jobs, .whole = most,
                         .width = v->c->width - 32, .style = STYLE_LOW,
                         .target = -1 };
        number_commas(count, d->place[i].jobs);
        canvas_middle(v->c, 1, *y, 16, STYLE_TEXT, d->place[i].node);
        canvas_right(v->c, 18, *y, 10, STYLE_TEXT, count);
        if (b.width >= 4)
            draw_bar(v->c, 30, *y, &b);
    }
}

static void
bin_name(const struct work_detail *d, size_t i, char dst[64])
{
    char from[24] = "0", to[24];
    if (i > 0)
        duration_text(from, d->bin[i - 1].to_us);
    dst[0] = '\0';
    if (d->bin[i].to_us < 0) {
        text_add(dst, 64, "> %s", from);
        return;
    }
    duration_text(to, d->bin[i].to_us);
    text_add(dst, 64, "%s - %s", from, to);
}

static void
draw_times(struct view *v, int *y, int end, const struct work_detail *d)
{
    uint64_t most = 1;
    char name[64], count[24], text[TEXT] = "", t[24];

    if (d->n_bins == 0 || end - *y < 4)
        return;
    draw_rule(v->c, (*y)++, "run time of done jobs");
    static const char *const names[] = { "p50", "p95", "p99", "max", "sum" };
    const int64_t values[] = { d->p50_us, d->p95_us, d->p99_us, d->max_us,
                               d->sum_us };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        duration_text(t, values[i]);
        text_add(text, sizeof text, "%s %s   ", names[i], t);
    }
    text_add(text, sizeof text, "retried %u", (unsigned)d->retried);
    put_cut(v->c, 1, (*y)++, v->c->width - 2, STYLE_TEXT, text);
    for (size_t i = 0; i < d->n_bins; i++)
        if (d->bin[i].jobs > most)
            most = d->bin[i].jobs;
    for (size_t i = 0; i < d->n_bins && *y < end; i++) {
        if (d->bin[i].jobs == 0)
            continue;
        struct bar b = { .part = (double)d->bin[i].jobs,
                         .whole = (double)most, .width = v->c->width - 32,
                         .style = STYLE_LOW, .target = -1 };
        bin_name(d, i, name);
        number_commas(count, d->bin[i].jobs);
        canvas_put(v->c, 1, *y, 16, STYLE_TEXT, name);
        canvas_right(v->c, 18, *y, 10, STYLE_TEXT, count);
        if (b.width >= 4)
            draw_bar(v->c, 30, *y, &b);
        ++*y;
    }
}

void
screen_work(struct view *v, const struct part *p)
{
    struct node *home;
    struct work *w;
    int y = p->y, end = p->y + p->n;

    if (!ui_work(v->u, v->m, &home, &w)) {
        if (p->n > 0)
            put_cut(v->c, 1, y, v->c->width - 2, STYLE_LABEL,
                    "This workload is no longer known: its results were "
                    "forgotten. Esc goes back.");
        return;
    }
    const struct work_detail *d = detail_of(v, home, w);
    draw_counts(v, &y, end, home, w);
    draw_progress(v, &y, end, w);
    if (d == NULL) {
        line(v, &y, end, "", node_is_up(home) ? "asking its home"
             : "its home does not answer: these are the last known numbers");
        return;
    }
    draw_places(v, &y, end - 6, d);
    draw_times(v, &y, end - 2, d);
    if (end - y >= 2)
        jobs_draw_failures(v, &(struct part){ y, end - y },
                           &(struct failures){ d->n_failures, d->failure,
                                               "last failures" });
}
