/* SPDX-License-Identifier: MPL-2.0 */
/* One node: what it is doing now, its slots, its transfers, its messages.
 * RATE has no bar: nothing says what the most would be. */
#include "base/text.h"
#include "proto/quarantined.h"
#include "tui/detail_parts.h"
#include "tui/frame.h"

enum { TEXT = 400, CHART_ROWS = 35, CHART = 6, TIGHT = 18 };

static void
label(struct view *v, int x, int y, const char *text)
{
    canvas_put(v->c, x, y, -1, STYLE_LABEL, text);
}

static bool
is_wide(const struct view *v)
{
    return v->c->width >= FRAME_WIDE;
}

/* Tags are cut before what stands behind them is. */
void
detail_head(struct view *v, int y, const struct node *n)
{
    char line[TEXT] = "", up[24], rtt[24], tags[TEXT] = "", end[TEXT] = "";
    const int width = v->c->width;

    text_add(line, sizeof line, " %s   %s:%u   lbagent %s",
             n->name[0] != '\0' ? n->name : "(no name)",
             n->host[0] != '\0' ? n->host : "?", (unsigned)n->told.port,
             n->version);
    if (is_wide(v))
        text_add(line, sizeof line, "   protocol %u", n->protocol);
    duration_text(up, n->up_us);
    text_add(line, sizeof line, "   up %s", up);
    if (is_wide(v))
        text_add(line, sizeof line, "   %u cores,",
                 (unsigned)n->told.n_cpus);
    text_add(line, sizeof line, "%s%u slots", is_wide(v) ? " " : "   ",
             (unsigned)n->told.slots);
    if (n->tags[0] != '\0')
        text_add(tags, sizeof tags, "   tags %s", n->tags);
    if (is_wide(v) && n->clock_off_us != INT64_MIN)
        text_add(end, sizeof end, "   clock offset %+lld ms",
                 (long long)(n->clock_off_us / 1000));
    latency_text(rtt, n->rtt_us);
    if (is_wide(v) && n->rtt_us >= 0)
        text_add(end, sizeof end, "   RTT %s", rtt);
    int x = put_cut(v->c, 0, y, width, STYLE_BOLD, line);
    x += put_cut(v->c, x, y, width - x - columns_of(end), STYLE_BOLD, tags);
    put_cut(v->c, x, y, width - x, STYLE_BOLD, end);
}

/* ---- now ---- */

static void
draw_pending(struct view *v, int x, int y, const struct node *n)
{
    const struct wish *w =
        v->w == NULL ? NULL : wish_of(v->w, n, WISH_THROTTLE, 0);
    char took[24], line[TEXT] = "";

    if (w == NULL || w->sent_us < 0 ||
        (w->state != WISH_SENT && w->state != WISH_ACCEPTED))
        return;
    duration_text(took, v->m->now_us - w->sent_us);
    text_add(line, sizeof line, "sent %s ago", took);
    put_cut(v->c, x, y, v->c->width - x, STYLE_PENDING, line);
}

/* Where the second column of facts begins. */
static int
second(const struct view *v)
{
    return is_wide(v) ? 44 : v->c->width >= 60 ? 39 : TIGHT;
}

static void
draw_state(struct view *v, int y, const struct node *n)
{
    const int x = second(v);
    char line[TEXT] = "";

    label(v, 1, y, "State");
    canvas_put(v->c, 10, y, 7, node_style(n), node_state(n));
    if (v->c->width < 2 * TIGHT) {
        draw_throttle(v, TIGHT - 2, y, 14, n);
        return;
    }
    label(v, x, y, "Throttle");
    int used = draw_throttle(v, x + 10, y, 14, n);
    draw_pending(v, x + 12 + used, y, n);
    if (!is_wide(v))
        return;
    text_add(line, sizeof line, "Floor %u%%   Ceiling %u%%",
             (unsigned)n->told.floor_percent,
             (unsigned)n->told.ceiling_percent);
    put_left_of(v->c, v->c->width - 1, y, STYLE_TEXT, line);
}

/* Of all live nodes; -1: none tells it. */
static int64_t
mean_lasts_us(const struct model *m)
{
    uint64_t sum = 0, n = 0;

    for (size_t i = 0; i < m->n; i++) {
        const struct node *k = m->node[i];
        if (k->seen != SEEN_LIVE || k->told.drain_us > INT64_MAX / NODES_MAX)
            continue;
        sum += k->told.drain_us;
        n++;
    }
    return n == 0 ? -1 : (int64_t)(sum / n);
}

static void
draw_policy(struct view *v, int y, const struct node *n)
{
    const int x = second(v);
    char line[TEXT] = "", lasts[24], mean[24];

    label(v, 1, y, "Policy");
    put_cut(v->c, 10, y, x - 11, STYLE_TEXT, n->policy);
    if (is_wide(v)) {
        eta_text(lasts, n->told.drain_us > INT64_MAX
                            ? -1 : (int64_t)n->told.drain_us);
        eta_text(mean, mean_lasts_us(v->m));
        label(v, x, y, "Lasts");
        text_add(line, sizeof line, "%s, cluster mean %s   room for %u",
                 lasts, mean, (unsigned)n->told.room);
        put_cut(v->c, x + 10, y, v->c->width - x - 11, STYLE_TEXT, line);
        line[0] = '\0';
        text_add(line, sizeof line, "placement %s", n->placement);
        put_left_of(v->c, v->c->width - 1, y, STYLE_TEXT, line);
        return;
    }
    if (v->c->width < 60)
        text_add(line, sizeof line, "Limits    %u-%u%%",
                 (unsigned)n->told.floor_percent,
                 (unsigned)n->told.ceiling_percent);
    else
        text_add(line, sizeof line, "Floor %u%%   Ceiling %u%%",
                 (unsigned)n->told.floor_percent,
                 (unsigned)n->told.ceiling_percent);
    put_cut(v->c, x, y, v->c->width - x, STYLE_TEXT, line);
}

struct gauge {
    const char *name, *value;
    const struct ring *history;
    double part, whole, top;    /* whole 0: no bar */
    enum style style;
};

static void
draw_gauge(struct view *v, int y, const struct gauge *g)
{
    const int width = v->c->width, bar = width >= 60 ? 22 : 12;
    struct bar b = { .part = g->part, .whole = g->whole, .width = bar,
                     .walls = true, .style = g->style, .target = -1 };
    int x = 10 + bar, cell = values_a_cell(v->c);
    char text[24] = "";

    label(v, 1, y, g->name);
    if (g->whole > 0)
        draw_bar(v->c, 10, y, &b);
    canvas_right(v->c, x, y, 8, STYLE_TEXT, g->value);
    x += 10;
    int spark = width - x - 14;
    if (spark < 6)
        return;
    if (spark > RING_BUCKETS / cell)
        spark = RING_BUCKETS / cell;
    int s = spark * cell * RING_BUCKET_S;
    if (s >= 120)
        text_add(text, sizeof text, "last %d min", s / 60);
    else
        text_add(text, sizeof text, "last %d s", s);
    label(v, x, y, text);
    draw_recent(v, (struct cells){ x + 12, y, spark }, g->history, g->top);
}

/* Those that no chart shows. */
static void
draw_gauges(struct view *v, int *y, const struct part *p, const struct node *n)
{
    char load[24] = "", queue[24], rate[24] = "-";
    double l = node_load(n), top = detail_queue_top(v->m, n);

    text_add(load, sizeof load, l < 0 ? "-" : "%d%%", (int)(l + 0.5));
    number_text(queue, n->told.queued, 7);
    if (n->done_s >= 0)
        rate_text(rate, n->done_s);
    text_add(rate, sizeof rate, "/s");
    const struct gauge all[] = {
        { "CPU", load, &n->load, l < 0 ? 0 : l, 100, 100, STYLES },
        { "Queue", queue, &n->queue, n->told.queued, top, top, STYLE_LOW },
        { "Rate", rate, &n->rate, 0, 0, 0, STYLE_LOW },
    };
    for (size_t i = p->n >= CHART_ROWS ? 2 : 0;
         i < sizeof all / sizeof all[0] && *y < p->y + p->n; i++)
        draw_gauge(v, (*y)++, &all[i]);
}

double
detail_queue_top(const struct model *m, const struct node *n)
{
    float past[RING_BUCKETS];
    double top = n->told.queued > 1 ? n->told.queued : 1;

    ring_buckets(&n->queue, m->now_us, past, RING_BUCKETS);
    for (size_t i = 0; i < RING_BUCKETS; i++)
        if (past[i] > top)
            top = past[i];
    return round_scale(top);
}

static void
draw_jobs(struct view *v, int y, const struct node *n)
{
    char line[TEXT] = "", done[24], pend[24], lasts[24], failed[24],
         rate[24] = "-";

    number_commas(done, n->told.done);
    number_commas(pend, n->told.queued);
    number_commas(failed, n->told.failed);
    text_add(line, sizeof line, "%s pending   ", pend);
    if (n->told.held > 0)
        text_add(line, sizeof line, "%u held   ", (unsigned)n->told.held);
    text_add(line, sizeof line, "%u running   %s done   %s failed",
             (unsigned)n->told.running, done, failed);
    if (is_wide(v)) {
        if (n->done_s >= 0)
            rate_text(rate, n->done_s);
        text_add(line, sizeof line, "   rate %s/s", rate);
    } else {
        eta_text(lasts, n->told.drain_us > INT64_MAX
                            ? -1 : (int64_t)n->told.drain_us);
        text_add(line, sizeof line, "   lasts %s", lasts);
    }
    label(v, 1, y, "Jobs");
    put_cut(v->c, 10, y, v->c->width - 11, STYLE_TEXT, line);
}

/* What it does not take for a while: "fib 9min (5 failed in a row)". */
static void
draw_quarantine(struct view *v, int y, const struct node *n)
{
    char line[TEXT] = "takes no ", left[24];
    struct span text = span_str(n->quarantine);
    struct quarantined q;
    const char *before = "";

    while (quarantined_next(&text, &q)) {
        eta_text(left, (int64_t)q.left_s * 1000000);
        text_add(line, sizeof line, "%s%.*s for %s (%u failed in a row)",
                 before, (int)q.kind.len, (const char *)q.kind.p, left,
                 (unsigned)q.failures);
        before = ", ";
    }
    label(v, 1, y, "Quarant.");
    put_cut(v->c, 10, y, v->c->width - 11, STYLE_WARN, line);
}

static int
draw_now(struct view *v, int y, const struct part *p, const struct node *n)
{
    int end = p->y + p->n;

    if (end - y >= 3)
        draw_rule(v->c, y++, "now");
    if (y < end)
        draw_state(v, y++, n);
    if (y < end)
        draw_policy(v, y++, n);
    draw_gauges(v, &y, p, n);
    if (y < end)
        draw_jobs(v, y++, n);
    if (y < end && n->quarantine[0] != '\0')
        draw_quarantine(v, y++, n);
    return y;
}

/* ---- charts: on high screens ---- */

/* `title` says what it is, up to how much of time it shows. */
static int
draw_one_chart(struct view *v, int y, const char *title,
               const struct ring *r, double top)
{
    float past[RING_SECONDS];
    char line[TEXT] = "";
    int cell = values_a_cell(v->c), n = (v->c->width - 6) * cell;
    int64_t now_us = recent_us(r, v->m->now_us);

    n = n < RING_SECONDS ? n : RING_SECONDS;
    struct chart k = { .width = n / cell + 5, .height = CHART, .v = past,
                       .n = (size_t)n, .top = top };
    text_add(line, sizeof line, "%s (%d s, %d s per column)", title, n, cell);
    ring_seconds(r, now_us, past, (size_t)n);
    draw_rule(v->c, y, line);
    draw_chart(v->c, 0, y + 1, &k);
    return y + 1 + CHART;
}

static int
draw_charts(struct view *v, int y, const struct node *n)
{
    char title[120] = "", top[24], now[24];
    double most = detail_queue_top(v->m, n), load = node_load(n);

    text_add(title, sizeof title, "CPU used by jobs, %%");
    if (load >= 0)
        text_add(title, sizeof title, ": now %d", (int)(load + 0.5));
    y = draw_one_chart(v, y, title, &n->load, 100);
    number_commas(top, (uint64_t)most);
    number_commas(now, n->told.queued);
    title[0] = '\0';
    text_add(title, sizeof title, "queue length, 100 = %s jobs: now %s", top,
             now);
    return draw_one_chart(v, y, title, &n->queue, most);
}

/* ---- messages ---- */

void
detail_notes(struct view *v, int y, int end, const struct node *n)
{
    char title[100] = "", clock[16];

    if (end - y < 2)
        return;
    text_add(title, sizeof title, "messages from %s", n->name);
    draw_rule(v->c, y++, title);
    const int first = y;
    for (size_t i = 0; i < notes_count(v->m->notes) && y < end; i++) {
        const struct note *o = notes_at(v->m->notes, i);
        if (!node_id_equal(&o->node, &n->id) || o->level > NOTE_INFO)
            continue;
        ui_time(v->u, v->m, o->at_us, false, clock);
        canvas_put(v->c, 1, y, 8, STYLE_LABEL, clock);
        canvas_put(v->c, 10, y, 5,
                   o->level == NOTE_ERROR ? STYLE_ERROR
                   : o->level == NOTE_WARN ? STYLE_WARN : STYLE_TEXT,
                   note_level_name(o->level));
        y += put_wrapped(v->c, &(struct text_box){ 16, y, v->c->width - 17,
                                                end - y },
                         STYLE_TEXT, o->text);
    }
    if (y == first)
        label(v, 1, y, "none");
}

/* Rows for the transfers: those they want, but some are left for messages. */
static int
transfer_rows(const struct view *v, int room, const struct node *n)
{
    int want = detail_transfers_rows(v, n);
    int most = room > 12 ? room * 2 / 3 : room > 5 ? room - 3 : room;
    return want < most ? want : most;
}

void
screen_detail(struct view *v, const struct part *p)
{
    const struct node *n = ui_node(v->u, v->m);
    int y = p->y, end = p->y + p->n;

    if (n == NULL || p->n < 1)
        return;
    detail_head(v, y++, n);
    y = draw_now(v, y, p, n);
    if (p->n >= CHART_ROWS)
        y = draw_charts(v, y, n);
    y = detail_slots(v, y, (end - y) * 3 / 5, n);
    y = detail_transfers(v, y, transfer_rows(v, end - y, n), n);
    detail_notes(v, y, end, n);
}
