/* SPDX-License-Identifier: MPL-2.0 */
/* Three meters over all nodes: jobs done, load, throttle. */
#include "base/text.h"
#include "tui/frame.h"

enum {
    PIECES = 7,
    LABEL_AT = 1, BAR_AT = 6, PERCENT = 5, GAP = 2, MARGIN = 2,
    BAR_STEP = 4        /* its width does not follow each digit */
};

/* What stands right of a bar, one after the other; those of high rank go
 * first when there is no room. */
struct piece {
    char text[64];
    const struct ring *spark;
    double top;
    int width, rank;
    enum style style;
};
struct meter {
    const char *label;
    double share;       /* < 0: not known */
    enum style style;
    size_t n;
    struct piece piece[PIECES];
};

static void
say(struct meter *m, int rank, const char *text)
{
    struct piece *p = &m->piece[m->n++];
    *p = (struct piece){ .rank = rank, .width = columns_of(text),
                         .style = STYLE_TEXT };
    text_add(p->text, sizeof p->text, "%s", text);
}

static void
say_number(struct meter *m, int rank, bool wide, uint64_t n, const char *what)
{
    char number[40] = "", text[64] = "";
    if (wide)
        number_commas(number, n);
    else
        number_text(number, n, 6);
    text_add(text, sizeof text, "%s %s", number, what);
    say(m, rank, text);
}

static void
say_spark(struct meter *m, int rank, const struct ring *r, int width)
{
    m->piece[m->n++] = (struct piece){ .rank = rank, .spark = r, .top = 100,
                                       .width = width };
}

/* What has failed stays when "run" and "done" give way. Runs are not jobs: of
 * one that is tried three times, three may fail. */
static void
say_failed(struct meter *m, bool wide, const struct totals *t)
{
    char number[40] = "", text[64] = "";
    if (wide)
        number_commas(number, t->failed);
    else
        number_text(number, t->failed, 4);
    text_add(text, sizeof text, "%s %s", number,
             t->by_jobs ? "failed" : wide ? "runs failed" : "fails");
    say(m, 2, text);
    m->piece[m->n - 1].style = STYLE_WARN;
}

static void
jobs_meter(const struct totals *t, bool wide, struct meter *m)
{
    char eta[24] = "", text[64] = "";
    *m = (struct meter){ .label = "Jobs", .share = t->done_part,
                         .style = STYLE_LOW };
    say_number(m, 3, wide, t->done,
               t->by_jobs ? "done" : wide ? "runs done" : "runs");
    say_number(m, 4, wide, t->running, "run");
    say_number(m, 0, wide, t->pending, "pend");
    if (t->held > 0)
        say_number(m, 1, wide, t->held, "held");
    if (wide && t->kept > 0) {
        char kept[40] = "";
        number_commas(kept, t->kept);
        text_add(text, sizeof text, "kept %-5s", kept);
        say(m, 4, text);
    }
    if (t->failed > 0)
        say_failed(m, wide, t);
    if (t->pending + t->running == 0)
        return;
    eta_text(eta, t->eta_us);
    text[0] = '\0';
    text_add(text, sizeof text, "eta %s", eta);
    say(m, 1, text);
}

static int
spark_columns(int width)
{
    return width < FRAME_WIDE ? 20 : width < 180 ? 40 : RING_BUCKETS;
}

static void
load_meter(const struct view *v, const struct totals *t, struct meter *m)
{
    int width = v->c->width;
    char text[64] = "";
    *m = (struct meter){ .label = "Load", .style = STYLES,
                         .share = t->load < 0 ? -1 : t->load / 100 };
    say_spark(m, 2, &v->m->load, spark_columns(width));
    if (t->load_min >= 0 && t->nodes > 1) {
        text_add(text, sizeof text, "spread %d-%d%%", (int)(t->load_min + 0.5),
                 (int)(t->load_max + 0.5));
        say(m, 0, text);
    }
    if (width < FRAME_WIDE || t->busiest[0] == '\0')
        return;
    text[0] = '\0';
    text_add(text, sizeof text, "busiest %.40s %d%%", t->busiest,
             (int)(t->load_max + 0.5));
    say(m, 4, text);
}

static void
throttle_meter(const struct view *v, const struct totals *t, struct meter *m)
{
    bool wide = v->c->width >= FRAME_WIDE;
    char in[24] = "-", out[24] = "-", number[40] = "", text[64] = "";
    *m = (struct meter){ .label = "Thr", .style = STYLE_TEXT,
                         .share = t->throttle < 0 ? -1 : t->throttle / 100 };
    if (wide)
        say_spark(m, 4, &v->m->throttle, spark_columns(v->c->width));
    if (t->in_s >= 0)
        number_text(in, (uint64_t)(t->in_s + 0.5), 5);
    if (t->out_s >= 0)
        number_text(out, (uint64_t)(t->out_s + 0.5), 5);
    text_add(text, sizeof text, "moves/s %s%s %s%s", glyph(v->c, GLYPH_IN),
             in, glyph(v->c, GLYPH_OUT), out);
    say(m, 1, text);
    if (wide)
        number_commas(number, t->in_flight);
    else
        number_text(number, t->in_flight, 6);
    text[0] = '\0';
    text_add(text, sizeof text, "%sin flight %s", wide ? "" : " ", number);
    say(m, 3, text);
}

/* Columns of what stands right of the bar, up to a rank. */
static int
columns(const struct meter *m, int rank, int gap)
{
    int n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->piece[i].rank <= rank)
            n += (n > 0 ? gap : 0) + m->piece[i].width;
    return n;
}

static void
draw_meter(struct view *v, const struct meter *m, int y, const int fit[3])
{
    struct canvas *c = v->c;
    int inner = fit[0], rank = fit[1], gap = fit[2], x = BAR_AT;
    char percent[16] = "-";
    canvas_put(c, LABEL_AT, y, -1, STYLE_LABEL, m->label);
    if (inner > 0) {
        struct bar b = { .part = m->share < 0 ? 0 : m->share, .whole = 1,
                         .width = inner + 2, .walls = true,
                         .style = m->style, .target = -1 };
        draw_bar(c, x, y, &b);
        x += inner + 2;
    }
    if (m->share >= 0) {
        percent[0] = '\0';
        text_add(percent, sizeof percent, "%d%%", (int)(m->share * 100 + 0.5));
    }
    canvas_right(c, x, y, PERCENT, STYLE_BOLD, percent);
    x += PERCENT + GAP;
    for (size_t i = 0; i < m->n; i++) {
        const struct piece *p = &m->piece[i];
        if (p->rank > rank)
            continue;
        if (p->spark != NULL)
            draw_recent(v, (struct cells){ x, y, p->width }, p->spark,
                        p->top);
        else
            canvas_put(c, x, y, -1, p->style, p->text);
        x += p->width + gap;
    }
}

/* One width of bar for all lines, and the ranks that fit beside it. */
static void
fit(const struct meter *m, int n, int width, int out[3])
{
    int gap = width < FRAME_WIDE ? 2 : 3, least = width < 60 ? 4 : 12;
    int most = width < FRAME_WIDE ? 28 : 36 + (width - 140) / 4;
    int rank = 4, inner = 0;
    for (;; rank--) {
        int longest = 0;
        for (int i = 0; i < n; i++)
            if (columns(&m[i], rank, gap) > longest)
                longest = columns(&m[i], rank, gap);
        inner = width - MARGIN - (BAR_AT + 2 + PERCENT + GAP) - longest;
        if (inner >= least || rank == 0)
            break;
    }
    inner = inner < most ? inner : most;
    out[0] = inner < BAR_STEP ? 0 : inner / BAR_STEP * BAR_STEP;
    out[1] = rank;
    out[2] = gap;
}

void
frame_meters(struct view *v, const struct part *p)
{
    struct meter m[3];
    struct totals t;
    int how[3];
    model_totals(v->m, &t);
    jobs_meter(&t, v->c->width >= FRAME_WIDE, &m[0]);
    load_meter(v, &t, &m[1]);
    throttle_meter(v, &t, &m[2]);
    fit(m, p->n < 3 ? p->n : 3, v->c->width, how);
    for (int i = 0; i < p->n && i < 3; i++)
        draw_meter(v, &m[i], p->y + i, how);
}
