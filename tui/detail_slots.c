/* SPDX-License-Identifier: MPL-2.0 */
/* One node: its slots, and the peers that it has moved jobs to or from. */
#include <string.h>

#include "base/text.h"
#include "tui/detail_parts.h"
#include "tui/frame.h"

enum {
    TEXT = 300, SLOTS_TWO = 76, SLOT_WIDTH = 44, LEFT = 43,
    STATE = 6, RAN = 5, DUTY = 5, KIND = 8, JOB_LEAST = 15, JOB_MOST = 40,
    LAST = 22,      /* the last 20 s, and a gap */
    MOVED_AT = 72, MOVED = 12       /* columns of a transfer's last minute */
};

void
latency_text(char *dst, int64_t us)
{
    if (us < 0 || us >= 1000000) {
        duration_text(dst, us);
        return;
    }
    dst[0] = '\0';
    if (us < 10000)
        text_add(dst, 24, "%d.%d ms", (int)(us / 1000), (int)(us / 100 % 10));
    else
        text_add(dst, 24, "%d ms", (int)(us / 1000));
}

/* ---- slots ---- */

/* " 41s old: asking the node" behind the title of what is no more news. */
static void
add_age(const struct view *v, const struct node *n, char *dst, size_t cap)
{
    int64_t age_us = node_detail_age_us(v->m, n);
    char age[24];

    if (age_us <= 0)
        return;
    duration_text(age, age_us);
    text_add(dst, cap, ", %s old%s", age,
             node_is_up(n) && v->u->stream != STREAM_REPLAY
                 ? ": asking the node" : "");
}

/* A block of slots: where its columns stand. */
struct block {
    int x, number, job, kind;   /* columns; kind 0: not shown */
    int last;                   /* of its sparkline; 0: none */
};

static struct block
fit(int x, int width, const struct detail *d)
{
    struct block b = { .x = x, .number = d->n_slots > 99 ? 4
                                         : d->n_slots > 9 ? 3 : 2 };
    int room = width - b.number - STATE - RAN - DUTY;

    if (room >= JOB_LEAST + KIND + LAST) {
        b.last = LAST;
        room -= LAST;
    }
    if (room >= JOB_LEAST + KIND)
        b.kind = room > JOB_LEAST + 2 * KIND ? 2 * KIND
                 : room > JOB_LEAST + KIND + 2 ? KIND + 2 : KIND;
    b.job = room - b.kind < JOB_MOST ? room - b.kind : JOB_MOST;
    return b;
}

static void
slot_head(struct view *v, const struct block *b, int y)
{
    int x = b->x + b->number;

    canvas_put(v->c, b->x, y, -1, STYLE_HEAD, "#");
    canvas_put(v->c, x, y, -1, STYLE_HEAD, "STATE");
    x += STATE;
    if (b->job > 4)
        canvas_put(v->c, x, y, -1, STYLE_HEAD, "JOB");
    x += b->job;
    if (b->kind > 0)
        canvas_put(v->c, x, y, -1, STYLE_HEAD, "KIND");
    x += b->kind;
    canvas_right(v->c, x - 1, y, RAN + 1, STYLE_HEAD, "RAN");
    canvas_right(v->c, x + RAN, y, DUTY, STYLE_HEAD, "DUTY");
    if (b->last > 0)
        canvas_put(v->c, x + RAN + DUTY + 2, y, -1, STYLE_HEAD, "LAST 20 s");
}

static void
draw_slot(struct view *v, const struct block *b, int y, const struct slot *s)
{
    char ran[24] = "-", duty[16] = "-", number[16] = "";
    enum style style = strcmp(s->state, "free") == 0 ? STYLE_IDLE
                       : strcmp(s->state, "pause") == 0 ? STYLE_PAUSE
                       : strcmp(s->state, "start") == 0 ? STYLE_START
                                                        : STYLE_TEXT;
    int x = b->x;

    text_add(number, sizeof number, "%u", s->number);
    canvas_put(v->c, x, y, b->number - 1, STYLE_LABEL, number);
    x += b->number;
    canvas_put(v->c, x, y, STATE - 1, style, s->state);
    x += STATE;
    if (b->job > 4)
        canvas_middle(v->c, x, y, b->job - 1, STYLE_TEXT, s->job);
    x += b->job;
    if (b->kind > 0)
        put_cut(v->c, x, y, b->kind - 1, STYLE_TEXT, s->kind);
    x += b->kind;
    if (s->ran_us >= 0)
        duration_text(ran, s->ran_us);
    if (s->duty_percent >= 0) {
        duty[0] = '\0';
        text_add(duty, sizeof duty, "%d%%", s->duty_percent);
    }
    /* six columns at times: "10m00s" */
    canvas_right(v->c, x - 1, y, RAN + 1, STYLE_TEXT, ran);
    canvas_right(v->c, x + RAN, y, DUTY, STYLE_TEXT, duty);
    draw_trail(v, (struct cells){ x + RAN + DUTY + 2, y, b->last - 2 },
               &s->duty, trail_bucket(v->m->now_us, 1, 0), 100);
}

/* Blocks side by side: two where they fit, more where two do not show all. */
static int
blocks(const struct view *v, const struct detail *d, int rows)
{
    int width = v->c->width, most = width / SLOT_WIDTH;
    int n = width >= SLOTS_TWO ? 2 : 1;

    while (n < most && n * rows < (int)d->n_slots)
        n++;
    return n;
}

/* At 80 columns the left one of two has the room for KIND. */
static struct block
block_at(const struct view *v, const struct detail *d, int n, int i)
{
    int width = (v->c->width - 1) / n;

    if (n == 2 && v->c->width < 2 * SLOT_WIDTH)
        return i == 0 ? fit(1, LEFT, d)
                      : fit(LEFT + 3, v->c->width - LEFT - 3, d);
    return fit(1 + i * width, width - 2, d);
}

/* The arrows go through them where there is room for a part alone. */
static size_t
first_slot(struct ui *u, size_t n, size_t shown)
{
    int last = (int)(n - shown);

    if (u->detail_top > last)
        u->detail_top = last;
    return (size_t)u->detail_top;
}

int
detail_slots(struct view *v, int y, int most, const struct node *n)
{
    const struct detail *d = &n->detail;
    const int k = blocks(v, d, most - 2);
    int rows = ((int)d->n_slots + k - 1) / k;
    size_t first = 0;
    char title[80] = "";

    if (most < 3)
        return y;
    text_add(title, sizeof title, "slots (%u)", (unsigned)n->told.slots);
    if (rows > most - 2) {
        rows = most - 2;
        size_t shown = (size_t)rows * (size_t)k;
        first = first_slot(v->u, d->n_slots, shown);
        text_add(title, sizeof title, ", %zu to %zu", first + 1,
                 first + shown);
    }
    add_age(v, n, title, sizeof title);
    draw_rule(v->c, y++, title);
    if (d->n_slots == 0) {
        canvas_put(v->c, 1, y, -1, STYLE_LABEL,
                   d->at_us < 0 ? "asking the node" : "none");
        return y + 1;
    }
    for (int col = 0; col < k; col++) {
        struct block b = block_at(v, d, k, col);
        slot_head(v, &b, y);
        for (int row = 0; row < rows; row++) {
            size_t i = first + (size_t)col * (size_t)rows + (size_t)row;
            if (i < d->n_slots)
                draw_slot(v, &b, y + 1 + row, &d->slot[i]);
        }
    }
    return y + 1 + rows;
}

/* ---- transfers ---- */

static size_t
count(const struct detail *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_peers; i++)
        n += (size_t)(d->peer[i].sent > 0) + (d->peer[i].received > 0);
    return n;
}

int
detail_transfers_rows(const struct view *v, const struct node *n)
{
    size_t rows = count(&n->detail);

    rows = rows < 100 ? rows : 100;
    return rows == 0 ? 2 : (int)rows + 1 + (v->c->width >= FRAME_WIDE);
}

/* Jobs of the last minute, at the right edge or in their column, where the
 * text before leaves room. */
static void
draw_moved(struct view *v, int x, int y, const struct trail *t)
{
    int at = v->c->width >= FRAME_WIDE ? MOVED_AT : v->c->width - MOVED - 1;

    if (x + 2 <= at)
        draw_trail(v, (struct cells){ at, y, MOVED }, t,
                   trail_bucket(v->m->now_us, RING_BUCKET_S, 0), 0);
}

static void
transfer_line(struct view *v, int y, bool out, const struct peer_traffic *p)
{
    char line[TEXT] = "", jobs[24], bytes[24], ack[24] = "-";

    number_text(jobs, out ? p->sent : p->received, 6);
    text_add(line, sizeof line, "%6s jobs", jobs);
    if (out) {
        bytes_text(bytes, p->bytes);
        latency_text(ack, p->ack_us);
        text_add(line, sizeof line, "  %8s  ack %s", bytes, ack);
        if (p->refused > 0)
            text_add(line, sizeof line, "  refused %llu",
                     (unsigned long long)p->refused);
    }
    int x = 24 + put_cut(v->c, 24, y, v->c->width - 25, STYLE_TEXT, line);
    draw_moved(v, x, y, out ? &p->out : &p->in);
}

static void
transfer_columns(struct view *v, int y, bool out, const struct peer_traffic *p)
{
    char line[TEXT] = "", jobs[24], bytes[24] = "-", ack[24] = "-",
         refused[24] = "-";

    number_commas(jobs, out ? p->sent : p->received);
    if (out) {
        bytes_text(bytes, p->bytes);
        latency_text(ack, p->ack_us);
        number_commas(refused, p->refused);
    }
    text_add(line, sizeof line, "%12s  %10s  %9s  %8s", jobs, bytes, ack,
             refused);
    int x = 24 + put_cut(v->c, 24, y, v->c->width - 25, STYLE_TEXT, line);
    draw_moved(v, x, y, out ? &p->out : &p->in);
}

static void
draw_transfer(struct view *v, int y, bool out, const struct peer_traffic *p)
{
    char way[32] = "";

    text_add(way, sizeof way, "%s %s", out ? "OUT" : "IN ",
             glyph(v->c, out ? GLYPH_TO : GLYPH_FROM));
    canvas_put(v->c, 1, y, 6, STYLE_LABEL, way);
    canvas_middle(v->c, 8, y, 15, STYLE_TEXT, p->name);
    if (v->c->width >= FRAME_WIDE)
        transfer_columns(v, y, out, p);
    else
        transfer_line(v, y, out, p);
}

int
detail_transfers(struct view *v, int y, int most, const struct node *n)
{
    const struct detail *d = &n->detail;
    int end = y + most;
    char head[TEXT] = "", title[80] = "transfers since it started";

    if (most < 2)
        return y;
    add_age(v, n, title, sizeof title);
    draw_rule(v->c, y++, title);
    if (count(d) == 0) {
        canvas_put(v->c, 1, y, -1, STYLE_LABEL,
                   d->at_us < 0 ? "asking the node" : "no job has moved yet");
        return y + 1;
    }
    if (v->c->width >= FRAME_WIDE) {
        text_add(head, sizeof head, "%-7s%-16s%12s  %10s  %9s  %8s", "DIR",
                 "PEER", "JOBS", "BYTES", "ACK", "REFUSED");
        text_add(head, sizeof head, "%*sLAST 60 s",
                 MOVED_AT - 1 - columns_of(head), "");
        put_cut(v->c, 1, y++, v->c->width - 2, STYLE_HEAD, head);
    }
    for (size_t i = 0; i < d->n_peers && y < end; i++)
        if (d->peer[i].sent > 0)
            draw_transfer(v, y++, true, &d->peer[i]);
    for (size_t i = 0; i < d->n_peers && y < end; i++)
        if (d->peer[i].received > 0)
            draw_transfer(v, y++, false, &d->peer[i]);
    return y;
}
