/* SPDX-License-Identifier: MPL-2.0 */
/* One workload: progress, where its jobs are, run times, failures. */
#include "base/text.h"
#include "tui/frame.h"
#include "tui/jobs_parts.h"
#include "tui/work_parts.h"

enum { TEXT = 300 };

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
    const struct work_detail *d = work_detail_of(v->m, home, w);
    char text[TEXT] = "", a[24], b[24], c[24];

    text_add(text, sizeof text, "%s-%u   kind %s   priority %u", home->name,
             (unsigned)w->number, w->kind, (unsigned)w->priority);
    duration_text(a, (int64_t)w->age_us);
    text_add(text, sizeof text, "   submitted %s ago", a);
    line(v, y, end, "Workload", text);
    text[0] = '\0';
    number_commas(a, w->done);
    number_commas(b, w->n_jobs);
    number_commas(c, w->queued);
    text_add(text, sizeof text, "%s   %s of %s done   %u running   %s pending",
             node_is_up(home) ? work_state(w) : "LOST", a, b,
             (unsigned)w->running, c);
    line(v, y, end, "State", text);
    text[0] = '\0';
    number_commas(a, w->failed);
    number_commas(b, w->cancelled);
    text_add(text, sizeof text, "%s failed   %s cancelled", a, b);
    if (d != NULL) {
        number_commas(a, d->retried);
        number_commas(b, d->away);
        number_commas(c, d->moved);
        text_add(text, sizeof text, "   %s retries   %s away   %s moved", a,
                 b, c);
    }
    line(v, y, end, "Jobs", text);
}

static void
draw_progress(struct view *v, int *y, int end, const struct work *w)
{
    char text[TEXT] = "", eta[24], rate[24] = "-";
    struct bar b = work_bar(w, v->c->width >= 60 ? 36 : 16);

    if (*y >= end)
        return;
    canvas_put(v->c, 1, *y, 10, STYLE_LABEL, "Progress");
    draw_bar(v->c, 12, *y, &b);
    eta_text(eta, work_eta_us(w));
    if (w->rate > 0) {
        rate_text(rate, w->rate);
        text_add(rate, sizeof rate, "/s");
    }
    text_add(text, sizeof text, "%3d%%   ", work_percent(w));
    if (w->ended)
        text_add(text, sizeof text, "%s", work_over(w));
    else
        text_add(text, sizeof text, "rate %s   eta %s", rate, eta);
    put_cut(v->c, 14 + b.width, *y, v->c->width - 15 - b.width, STYLE_TEXT,
            text);
    ++*y;
}

/* Rows of places, times and failures below. */
static void
draw_detail(struct view *v, int y, int end, const struct work_detail *d)
{
    int room = end - y, times = work_times_rows(v, d);
    int places = work_places_rows(v, d);
    int least = d->n_failures < 4 ? (int)d->n_failures + 1 : 5;

    times = room < 12 ? 0 : times < room / 2 ? times : room / 2;
    least = room < 8 ? 0 : least < 2 ? 2 : least;   /* failures */
    if (places > room - times - least)
        places = room - times - least;
    if (places >= 2)
        work_draw_places(v, &(struct part){ y, places }, d, "");
    y += places >= 2 ? places : 0;
    if (times > 0)
        work_draw_times(v, &(struct part){ y, times }, d, "");
    y += times;
    if (end - y >= 2)
        jobs_draw_failures(v, &(struct part){ y, end - y }, d, "");
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
    const struct work_detail *d = work_detail_of(v->m, home, w);
    draw_counts(v, &y, end, home, w);
    draw_progress(v, &y, end, w);
    if (d == NULL)
        line(v, &y, end, "", node_is_up(home) ? "asking its home"
             : "its home does not answer: these are the last known numbers");
    else
        draw_detail(v, y, end, d);
}
