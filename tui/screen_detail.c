/* SPDX-License-Identifier: MPL-2.0 */
/* One node: what it is doing now, its slots, its transfers, its messages. */
#include <string.h>

#include "base/text.h"
#include "tui/detail_parts.h"
#include "tui/frame.h"
#include "tui/jobs_parts.h"

enum { TEXT = 300, CHART_ROWS = 35, CHART = 6, SLOTS_TWO = 76 };

static void
text_duration(char *dst, size_t cap, const char *before, int64_t us)
{
    char text[24];
    duration_text(text, us);
    text_add(dst, cap, "%s%s", before, text);
}

void
detail_head(struct view *v, int y, const struct node *n)
{
    const bool wide = v->c->width >= FRAME_WIDE;
    char line[TEXT] = "";

    text_add(line, sizeof line, " %s   %s:%u   lbagent %s", n->name,
             n->host[0] != '\0' ? n->host : "?", (unsigned)n->told.port,
             n->version);
    if (wide)
        text_add(line, sizeof line, "   protocol %u", n->protocol);
    if (n->up_us > 0)
        text_duration(line, sizeof line, "   up ", n->up_us);
    text_add(line, sizeof line, wide ? "   %u processors, %u slots"
                                     : "   %u CPUs, %u slots",
             (unsigned)n->told.n_cpus, (unsigned)n->told.slots);
    if (n->tags[0] != '\0')
        text_add(line, sizeof line, "   tags %s", n->tags);
    if (wide && n->clock_off_us != INT64_MIN)
        text_add(line, sizeof line, "   clock offset %+lld ms",
                 (long long)(n->clock_off_us / 1000));
    if (wide && n->rtt_us >= 0)
        text_duration(line, sizeof line, "   RTT ", n->rtt_us);
    put_cut(v->c, 0, y, v->c->width, STYLE_BOLD, line);
}

/* ---- now ---- */

static void
label(struct view *v, int x, int y, const char *text)
{
    canvas_put(v->c, x, y, -1, STYLE_LABEL, text);
}

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

static void
draw_state(struct view *v, int y, const struct node *n)
{
    const int x = v->c->width >= 60 ? 39 : 26;
    label(v, 1, y, "State");
    canvas_put(v->c, 10, y, 14, node_style(n), node_state(n));
    label(v, x, y, "Throttle");
    int used = draw_throttle(v, x + 10, y, 14, n);
    draw_pending(v, x + 12 + used, y, n);
}

static void
draw_policy(struct view *v, int y, const struct node *n)
{
    const int x = v->c->width >= 60 ? 39 : 26;
    char line[TEXT] = "";

    label(v, 1, y, "Policy");
    put_cut(v->c, 10, y, x - 11, STYLE_TEXT, n->policy);
    text_add(line, sizeof line, "Floor %u%%   Ceiling %u%%",
             (unsigned)n->told.floor_percent,
             (unsigned)n->told.ceiling_percent);
    put_cut(v->c, x, y, v->c->width - x, STYLE_TEXT, line);
}

struct gauge {
    const char *name, *value;
    const struct ring *history;
    double part, whole, top, target;
    enum style style;
};

static void
draw_gauge(struct view *v, int y, const struct gauge *g)
{
    float past[RING_BUCKETS];
    const int width = v->c->width, bar = width >= 60 ? 22 : 12;
    struct bar b = { .part = g->part, .whole = g->whole, .width = bar,
                     .walls = true, .style = g->style, .target = g->target };
    int x = 10 + bar;

    label(v, 1, y, g->name);
    if (g->whole > 0)
        draw_bar(v->c, 10, y, &b);
    canvas_right(v->c, x, y, 8, STYLE_TEXT, g->value);
    x += 10;
    int spark = width - x - 14;
    if (spark < 6)
        return;
    if (spark > RING_BUCKETS)
        spark = RING_BUCKETS;
    label(v, x, y, spark > 12 ? "last 5 min" : "");
    ring_buckets(g->history, v->m->now_us, past, (size_t)spark);
    draw_spark(v->c, x + 12, y, spark, past, (size_t)spark, g->top);
}

static void
draw_gauges(struct view *v, int *y, int end, const struct node *n)
{
    char load[24] = "", queue[24], rate[24] = "-";
    double l = node_load(n);

    text_add(load, sizeof load, l < 0 ? "-" : "%d%%", (int)(l + 0.5));
    number_text(queue, n->told.queued, 7);
    if (n->done_s >= 0)
        rate_text(rate, n->done_s);
    text_add(rate, sizeof rate, "/s");
    const struct gauge all[] = {
        { "CPU", load, &n->load, l < 0 ? 0 : l, 100, 100, -1, STYLES },
        { "Queue", queue, &n->queue, n->told.queued,
          detail_queue_top(v->m, n), 0, -1, STYLE_LOW },
        { "Rate", rate, &n->rate, 0, 0, 0, -1, STYLE_LOW },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0] && *y < end; i++)
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
    return top;
}

static void
draw_jobs(struct view *v, int y, const struct node *n)
{
    char line[TEXT] = "", done[24], pend[24], lasts[24] = "-";

    number_commas(done, n->told.done);
    number_commas(pend, n->told.queued);
    if (n->told.drain_us != UINT64_MAX)
        duration_text(lasts, (int64_t)n->told.drain_us);
    text_add(line, sizeof line, "%s pending   %u running   %s done   %llu "
             "failed   lasts %s", pend, (unsigned)n->told.running, done,
             (unsigned long long)n->told.failed, lasts);
    if (v->c->width >= FRAME_WIDE)
        text_add(line, sizeof line, "   %u held   room %u",
                 (unsigned)n->told.held, (unsigned)n->told.room);
    label(v, 1, y, "Jobs");
    put_cut(v->c, 10, y, v->c->width - 11, STYLE_TEXT, line);
}

static int
draw_now(struct view *v, int y, int end, const struct node *n)
{
    if (end - y < 3)
        return y;
    draw_rule(v->c, y++, "now");
    draw_state(v, y++, n);
    if (y < end)
        draw_policy(v, y++, n);
    draw_gauges(v, &y, end, n);
    if (y < end)
        draw_jobs(v, y++, n);
    return y;
}

/* ---- charts: on high screens ---- */

static int
draw_one_chart(struct view *v, int y, const char *title,
               const struct ring *r, double top)
{
    float past[RING_SECONDS];
    int width = v->c->width - 6;
    size_t n = width < RING_SECONDS ? (size_t)width : RING_SECONDS;
    struct chart k = { .width = (int)n + 5, .height = CHART, .v = past,
                       .n = n, .top = top };

    ring_seconds(r, v->m->now_us, past, n);
    draw_rule(v->c, y, title);
    draw_chart(v->c, 0, y + 1, &k);
    return y + 1 + CHART;
}

static int
draw_charts(struct view *v, int y, const struct node *n)
{
    char title[80] = "", top[24];
    double most = detail_queue_top(v->m, n);

    y = draw_one_chart(v, y, "CPU used by jobs, % (2 min, 1 s per column)",
                       &n->load, 100);
    number_commas(top, (uint64_t)most);
    text_add(title, sizeof title, "queue length, 100 = %s jobs (2 min)", top);
    return draw_one_chart(v, y, title, &n->queue, most);
}

/* ---- slots ---- */

static void
draw_slot(struct view *v, int x, int y, int width, const struct slot *s)
{
    char ran[24] = "-", duty[16] = "-", number[16] = "";
    int job = width - 26;
    enum style style = strcmp(s->state, "free") == 0 ? STYLE_IDLE
                       : strcmp(s->state, "pause") == 0 ? STYLE_PAUSE
                                                        : STYLE_TEXT;

    text_add(number, sizeof number, "%u", s->number);
    canvas_put(v->c, x, y, 3, STYLE_LABEL, number);
    canvas_put(v->c, x + 3, y, 5, style, s->state);
    if (job > 4)
        canvas_middle(v->c, x + 9, y, job, STYLE_TEXT, s->job);
    if (s->ran_us >= 0)
        duration_text(ran, s->ran_us);
    if (s->duty_percent >= 0) {
        duty[0] = '\0';
        text_add(duty, sizeof duty, "%d%%", s->duty_percent);
    }
    canvas_right(v->c, x + width - 16, y, 8, STYLE_TEXT, ran);
    canvas_right(v->c, x + width - 7, y, 5, STYLE_TEXT, duty);
}

static void
slot_head(struct view *v, int x, int y, int width)
{
    canvas_put(v->c, x, y, -1, STYLE_HEAD, "#");
    canvas_put(v->c, x + 3, y, -1, STYLE_HEAD, "STATE JOB");
    canvas_right(v->c, x + width - 16, y, 8, STYLE_HEAD, "RAN");
    canvas_right(v->c, x + width - 7, y, 5, STYLE_HEAD, "DUTY");
}

/* `most` rows at the utmost, rule and head among them. */
static int
draw_slots(struct view *v, int y, int most, const struct node *n)
{
    const struct detail *d = &n->detail;
    const int k = v->c->width >= SLOTS_TWO ? 2 : 1, width = v->c->width / k;
    int rows = ((int)d->n_slots + k - 1) / k;
    char title[80] = "";

    if (most < 3)
        return y;
    text_add(title, sizeof title, "slots (%u)", (unsigned)n->told.slots);
    if (rows > most - 2) {
        rows = most - 2;
        text_add(title, sizeof title, ", %d shown", rows * k);
    }
    draw_rule(v->c, y++, title);
    if (d->n_slots == 0) {
        label(v, 1, y, d->at_us < 0 ? "asking the node" : "none");
        return y + 1;
    }
    for (int col = 0; col < k; col++) {
        slot_head(v, 1 + col * width, y, width - 1);
        for (int row = 0; row < rows; row++) {
            size_t i = (size_t)(col * rows + row);
            if (i < d->n_slots)
                draw_slot(v, 1 + col * width, y + 1 + row, width - 1,
                          &d->slot[i]);
        }
    }
    return y + 1 + rows;
}

/* ---- transfers ---- */

static void
draw_transfer(struct view *v, int y, bool out, const struct peer_traffic *p)
{
    char line[TEXT] = "", jobs[24], bytes[24], ack[24] = "-";

    number_commas(jobs, out ? p->sent : p->received);
    text_add(line, sizeof line, "%s %s %-16s %9s jobs", out ? "OUT" : "IN ",
             glyph(v->c, out ? GLYPH_TO : GLYPH_FROM), p->name, jobs);
    if (out) {
        bytes_text(bytes, p->bytes);
        if (p->ack_us >= 0)
            duration_text(ack, p->ack_us);
        text_add(line, sizeof line, "  %9s  ack %s", bytes, ack);
        if (p->refused > 0)
            text_add(line, sizeof line, "  refused %llu",
                     (unsigned long long)p->refused);
    }
    put_cut(v->c, 1, y, v->c->width - 2, STYLE_TEXT, line);
}

static int
draw_transfers(struct view *v, int y, int most, const struct node *n)
{
    const struct detail *d = &n->detail;
    int end = y + most;

    if (most < 2)
        return y;
    draw_rule(v->c, y++, "transfers");
    int from = y;
    for (size_t i = 0; i < d->n_peers && y < end; i++)
        if (d->peer[i].sent > 0)
            draw_transfer(v, y++, true, &d->peer[i]);
    for (size_t i = 0; i < d->n_peers && y < end; i++)
        if (d->peer[i].received > 0)
            draw_transfer(v, y++, false, &d->peer[i]);
    if (y == from) {
        label(v, 1, y++, "no job has moved yet");
    }
    return y;
}

void
detail_notes(struct view *v, int y, int end, const struct node *n)
{
    char title[100] = "", clock[16];

    if (end - y < 2)
        return;
    text_add(title, sizeof title, "messages from %s", n->name);
    draw_rule(v->c, y++, title);
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
        put_cut(v->c, 16, y++, v->c->width - 17, STYLE_TEXT, o->text);
    }
}

void
screen_detail(struct view *v, const struct part *p)
{
    const struct node *n = ui_node(v->u, v->m);
    int y = p->y, end = p->y + p->n;

    if (n == NULL || p->n < 1)
        return;
    detail_head(v, y++, n);
    y = draw_now(v, y, end, n);
    if (p->n >= CHART_ROWS)
        y = draw_charts(v, y, n);
    y = draw_slots(v, y, (end - y) * 3 / 5, n);
    y = draw_transfers(v, y, end - y > 8 ? (end - y) * 3 / 5 : end - y - 3,
                       n);
    detail_notes(v, y, end, n);
}
