/* SPDX-License-Identifier: MPL-2.0 */
/* Cards: one to four nodes, each with its own meters. */
#include "base/text.h"
#include "tui/frame.h"

enum {
    STATE_AT = 2, PENDING_END = 12, LABEL_AT = 3, BAR_AT = 12, NUMBER = 5,
    GAP = 3,
    BAR_LEAST = 12, BAR_USUAL = 26, SPARK_USUAL = 34, SPARK_LEAST = 6,
    CHART_GAP = 3, CHART_LABEL = 5
};

struct card {
    struct view *v;
    const struct node *n;
    int y, bar, spark;      /* columns; spark 0: none */
    int rows;
    double queue_top;       /* one scale for all cards */
    bool old;
    enum style style;
};

double
round_scale(double most)
{
    double ten = 1;

    for (;;) {
        for (int i = 1; i <= 8; i *= 2)
            if (ten * i >= most)
                return ten * i;
        ten *= 10;
    }
}

static double
queue_scale(const struct view *v)
{
    double most = 8;
    float value[RING_BUCKETS];
    for (size_t i = 0; i < v->u->nodes.n; i++) {
        const struct node *n = v->u->shown[i];
        if (n->told.queued > most)
            most = n->told.queued;
        ring_buckets(&n->queue, v->m->now_us, value, RING_BUCKETS);
        for (size_t k = 0; k < RING_BUCKETS; k++)
            if (value[k] > most)
                most = value[k];
    }
    return round_scale(most);
}

static void
draw_facts(const struct card *k, int y)
{
    struct canvas *c = k->v->c;
    const struct state *s = &k->n->told;
    char line[200] = "", pending[24] = "", held[24] = "", done[24] = "",
         failed[24] = "", age[24] = "";
    canvas_put(c, STATE_AT, y, -1, node_style(k->n), node_state(k->n));
    if (k->n->heard_us < 0) {
        canvas_put(c, STATE_AT + 6, y, -1, STYLE_LABEL,
                   "no state heard from it yet");
        return;
    }
    number_text(done, s->done, 7);
    number_text(failed, s->failed, 6);
    age_text(age, node_age_us(k->v->m, k->n));
    /* between the state and where the numbers of all cards end */
    int x = STATE_AT + columns_of(node_state(k->n)) + 1;
    if (k->old)
        x += canvas_put(c, x, y, -1, k->style, "last:");
    int end = k->old ? PENDING_END + 6 : PENDING_END;
    number_text(pending, s->queued, end - x);
    canvas_right(c, x, y, end - x, k->style, pending);
    number_text(held, s->held, 5);
    if (s->held > 0)    /* in the room of the slots */
        text_add(line, sizeof line, " pending %s held %u running", held,
                 s->running);
    else
        text_add(line, sizeof line, " pending   %u running of %u slots",
                 s->running, s->slots);
    canvas_put(c, end, y, -1, k->style, line);
    line[0] = '\0';
    text_add(line, sizeof line, "%8s done", done);
    canvas_put(c, 43, y, -1, k->style, line);
    line[0] = '\0';
    text_add(line, sizeof line, "%s failed", failed);
    x = 59 + canvas_put(c, 59, y, -1,
                        s->failed > 0 && !k->old ? STYLE_WARN : k->style,
                        line);
    line[0] = '\0';
    text_add(line, sizeof line, "age %s", age);
    if (x + 3 + columns_of(line) < c->width)
        canvas_put(c, x + 3, y, -1, k->style, line);
}

/* A label, a bar and a number; the column after them. */
static int
draw_meter(const struct card *k, int y, const char *label, const struct bar *b)
{
    struct canvas *c = k->v->c;
    canvas_put(c, LABEL_AT, y, -1, STYLE_LABEL, label);
    draw_bar(c, BAR_AT, y, b);
    return BAR_AT + b->width;
}

static void
draw_history(const struct card *k, int x, int y, const struct ring *r,
             double top)
{
    draw_recent(k->v, (struct cells){ x, y, k->spark }, r, top);
}

static void
draw_load(const struct card *k, int y)
{
    double load = k->old && !node_is_up(k->n) ? -1 : node_load(k->n);
    char text[16] = "- ";
    struct bar b = { .part = load < 0 ? 0 : load, .whole = 100,
                     .width = k->bar, .walls = true, .target = -1,
                     .style = k->old ? STYLE_OLD : STYLES };
    int x = draw_meter(k, y, "CPU", &b);
    if (load >= 0) {
        text[0] = '\0';
        text_add(text, sizeof text, "%d%%", (int)(load + 0.5));
    }
    canvas_right(k->v->c, x, y, NUMBER, k->style, text);
    draw_history(k, x + NUMBER + GAP, y, &k->n->load, 100);
}

static void
draw_queue(const struct card *k, int y)
{
    char text[24] = "";
    struct bar b = { .part = k->n->told.queued, .whole = k->queue_top,
                     .width = k->bar, .walls = true, .target = -1,
                     .style = k->old ? STYLE_OLD : STYLE_TEXT };
    int x = draw_meter(k, y, "Queue", &b);
    number_text(text, k->n->told.queued, NUMBER);
    canvas_right(k->v->c, x, y, NUMBER, k->style, text);
    draw_history(k, x + NUMBER + GAP, y, &k->n->queue, k->queue_top);
}

static void
put_rate(char *dst, size_t cap, const char *sign, double per_s)
{
    char number[24] = "-";
    if (per_s >= 0)
        number_text(number, (uint64_t)(per_s + 0.5), 5);
    text_add(dst, cap, "%s%s", sign, number);
}

static void
draw_throttle_line(const struct card *k, int y)
{
    struct canvas *c = k->v->c;
    char text[120] = "moves/s ", lasts[24] = "";
    unsigned percent = k->n->told.throttle_percent;
    struct bar b = { .part = percent, .whole = 100, .width = k->bar,
                     .walls = true, .target = -1,
                     .style = k->old ? STYLE_OLD : STYLE_TEXT };
    int x = draw_meter(k, y, "Throttle", &b) + 1;
    int used = draw_throttle(k->v, x, y, 9, k->n);
    x += used < 8 ? 8 : used + 1;
    if (k->old)
        return;
    put_rate(text, sizeof text, glyph(c, GLYPH_IN), k->n->in_s);
    text_add(text, sizeof text, " ");
    put_rate(text, sizeof text, glyph(c, GLYPH_OUT), k->n->out_s);
    eta_text(lasts, (int64_t)k->n->told.drain_us);
    text_add(text, sizeof text, "   lasts %s", lasts);
    canvas_put(c, x, y, -1, k->style, text);
}

/* Bars and sparklines share what is there, the sparkline up to all that is
 * kept. */
static void
share(struct card *k, int width)
{
    int room = width - BAR_AT - NUMBER - GAP;
    k->bar = BAR_USUAL;
    if (room > BAR_USUAL + RING_BUCKETS)
        k->bar = room - RING_BUCKETS;
    else if (room > BAR_USUAL + SPARK_USUAL)
        k->bar += (room - BAR_USUAL - SPARK_USUAL) / 3;
    if (k->bar > 2 * BAR_USUAL)
        k->bar = 2 * BAR_USUAL;
    if (room < BAR_USUAL + SPARK_LEAST)
        k->bar = room - SPARK_LEAST > BAR_LEAST ? room - SPARK_LEAST
                                                : BAR_LEAST;
    k->spark = room - k->bar;
    if (k->spark > RING_BUCKETS)
        k->spark = RING_BUCKETS;
    if (k->spark < SPARK_LEAST)
        k->spark = 0;
}

/* One of the two charts below the meters: i 0 left, 1 right. */
static void
draw_half(const struct card *k, int i, const struct ring *r, double top)
{
    struct canvas *c = k->v->c;
    int width = (c->width - 3 * CHART_GAP) / 2;
    int x = CHART_GAP + i * (width + CHART_GAP);
    int cell = values_a_cell(c), n = (width - CHART_LABEL) * cell;
    float value[RING_SECONDS];
    char head[80] = "CPU used by jobs, %", number[24] = "";
    n = n < RING_SECONDS ? n : RING_SECONDS;
    ring_seconds(r, recent_us(r, k->v->m->now_us), value, (size_t)n);
    if (i == 1) {
        number_text(number, (uint64_t)top, 6);
        head[0] = '\0';
        text_add(head, sizeof head, "queue, 100 = %s jobs", number);
    }
    text_add(head, sizeof head, ", last %d s", n);
    canvas_put(c, x + CHART_LABEL, k->y + CARD_ROWS, -1, STYLE_LABEL, head);
    struct chart chart = { .width = n / cell + CHART_LABEL, .v = value,
                           .height = k->rows - CARD_ROWS - 1,
                           .n = (size_t)n, .top = top,
                           .gap = node_is_up(k->n) ? NULL : "no data" };
    draw_chart(c, x, k->y + CARD_ROWS + 1, &chart);
}

static void
draw_charts(const struct card *k)
{
    draw_half(k, 0, &k->n->load, 100);
    draw_half(k, 1, &k->n->queue, k->queue_top);
}

static void
draw_card(struct card *k)
{
    struct canvas *c = k->v->c;
    struct ui *u = k->v->u;
    char name[140] = "";
    text_add(name, sizeof name, "%s", k->n->name[0] ? k->n->name
                                                    : "(no name)");
    draw_rule(c, k->y, name);
    if (k->n->marked) {
        canvas_put(c, 1, k->y, 1, STYLE_MARKED, "*");
        canvas_restyle(c, 2, k->y, columns_of(name), STYLE_MARKED, 0);
    } else
        canvas_restyle(c, 2, k->y, columns_of(name), STYLE_BOLD, 0);
    draw_facts(k, k->y + 1);
    if (k->n->heard_us >= 0) {
        draw_load(k, k->y + 2);
        draw_queue(k, k->y + 3);
        draw_throttle_line(k, k->y + 4);
        if (k->rows > CARD_ROWS)
            draw_charts(k);
    }
    if (!node_id_equal(&k->n->id, &u->cursor))
        return;
    canvas_put(c, 0, k->y + 1, 1, STYLE_BOLD, glyph(c, GLYPH_CURSOR));
    canvas_restyle(c, 0, k->y + 1, c->width, STYLES, CELL_CURSOR);
}

void
screen_cards(struct view *v, const struct part *p)
{
    struct list *l = &v->u->nodes;
    struct card k = { .v = v };
    share(&k, v->c->width);
    k.queue_top = queue_scale(v);
    l->top = 0;
    k.rows = card_rows(v, p->n);
    l->rows = p->n / k.rows;
    for (size_t i = 0; i < l->n && (int)(i + 1) * k.rows <= p->n; i++) {
        k.n = v->u->shown[i];
        k.y = p->y + (int)i * k.rows;
        k.old = !node_is_up(k.n) || k.n->seen == SEEN_STALE;
        k.style = k.old ? STYLE_OLD : STYLE_TEXT;
        draw_card(&k);
    }
}
