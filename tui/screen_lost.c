/* SPDX-License-Identifier: MPL-2.0 */
/* A node that is LOST: what is known, what becomes of its jobs, what can be
 * done. */
#include "base/text.h"
#include "tui/detail_parts.h"
#include "tui/frame.h"

enum { TEXT = 400, GAP_US = 60 * 1000000 };

struct lines { int y, end; };

static void
say(struct view *v, struct lines *at, enum style style, const char *text)
{
    if (at->y < at->end)
        put_cut(v->c, 1, at->y++, v->c->width - 2, style, text);
}

static void
rule(struct view *v, struct lines *at, const char *text)
{
    if (at->y < at->end)
        draw_rule(v->c, at->y++, text);
}

/* Breaks a text at blanks to the width of the screen. */
static void
say_long(struct view *v, struct lines *at, const char *text)
{
    const int width = v->c->width > 4 ? v->c->width - 2 : 2;

    while (*text != '\0' && at->y < at->end) {
        size_t n = wrap_bytes(text, width);
        canvas_span(v->c, 1, at->y++, width, STYLE_TEXT, span_of(text, n));
        text += n;
        text += *text == ' ';
    }
}

/* In whole seconds: it counts up while it is looked at. */
static void
since_text(char dst[24], int64_t us)
{
    dst[0] = '\0';
    if (us >= 0 && us < 60 * INT64_C(1000000))
        text_add(dst, 24, "%ds", (int)(us / 1000000));
    else
        duration_text(dst, us);
}

static void
say_head(struct view *v, struct lines *at, const struct node *n)
{
    char line[TEXT] = "", since[24];

    since_text(since, v->m->now_us - n->seen_us);
    text_add(line, sizeof line, "%s   %s:%u   lbagent %s",
             n->name[0] != '\0' ? n->name : "(no name)",
             n->host[0] != '\0' ? n->host : "?", (unsigned)n->told.port,
             n->version);
    if (v->c->width >= FRAME_WIDE && n->tags[0] != '\0')
        text_add(line, sizeof line, "   tags %s", n->tags);
    if (at->y >= at->end)
        return;
    char lost[64] = "";
    text_add(lost, sizeof lost, n->seen == SEEN_GONE ? "left %s ago"
                                                     : "LOST for %s", since);
    int room = v->c->width - 5 - columns_of(lost);
    int x = 1 + put_cut(v->c, 1, at->y, room, STYLE_BOLD, line);
    put_cut(v->c, x > 1 ? x + 3 : 1, at->y++, v->c->width - x, STYLE_LOST,
            lost);
}

/* A fact of two: the second one stands where that of other nodes does, or in
 * a line of its own. */
static void
say_fact(struct view *v, struct lines *at, const char *label,
         const char *value)
{
    if (at->y >= at->end)
        return;
    canvas_put(v->c, 1, at->y, 9, STYLE_LABEL, label);
    put_cut(v->c, 11, at->y++, v->c->width - 12, STYLE_OLD, value);
}

static void
say_jobs_then(struct view *v, struct lines *at, const struct node *n)
{
    char line[TEXT] = "", pend[24], done[24], failed[24];

    number_commas(pend, n->told.queued);
    number_commas(done, n->told.done);
    number_commas(failed, n->told.failed);
    text_add(line, sizeof line, "(%s pending)  (%u running)  (%s done)  "
             "(%s failed)", pend, (unsigned)n->told.running, done, failed);
    say_fact(v, at, "Jobs", line);
}

static void
say_last(struct view *v, struct lines *at, const struct node *n)
{
    static const char *const phases[] = { "?", "start", "run", "pause",
                                          "drain" };
    char line[TEXT] = "", clock[16];
    double load = node_load(n);
    unsigned phase = n->told.phase;

    if (n->heard_us < 0) {
        rule(v, at, "no state was ever heard from it");
        return;
    }
    ui_time(v->u, v->m, n->heard_us, false, clock);
    text_add(line, sizeof line, "last known, as of %s (shown dim, in "
             "brackets)", clock);
    rule(v, at, line);
    line[0] = '\0';
    text_add(line, sizeof line, "(%s)    Throttle (%u%%)    Policy (%s)",
             phases[phase < sizeof phases / sizeof *phases ? phase : 0],
             (unsigned)n->told.throttle_percent, n->policy);
    say_fact(v, at, "State", line);
    say_jobs_then(v, at, n);
    line[0] = '\0';
    if (load >= 0)
        text_add(line, sizeof line, "(%d%%)    ", (int)(load + 0.5));
    text_add(line, sizeof line, "Slots (%u)    incarnation %llu, seq %llu",
             (unsigned)n->told.slots, (unsigned long long)n->incarnation,
             (unsigned long long)n->sequence);
    say_fact(v, at, "CPU", line);
}

static void
say_chart(struct view *v, struct lines *at, const struct node *n)
{
    float past[RING_SECONDS];
    char clock[16], gap[48] = "";
    int cell = values_a_cell(v->c), k = (v->c->width - 6) * cell;

    if (at->end - at->y < 24 || n->heard_us < 0)
        return;
    k = k < RING_SECONDS ? k : RING_SECONDS;
    ui_time(v->u, v->m, n->heard_us, false, clock);
    text_add(gap, sizeof gap, "no data since %s", clock);
    /* a minute after its end the line would be out of sight */
    int64_t shown_us = v->m->now_us;
    if (shown_us > n->heard_us + GAP_US)
        shown_us = n->heard_us + GAP_US;
    ring_seconds(&n->load, shown_us, past, (size_t)k);
    rule(v, at, "CPU used by jobs, %: the line stops where the data stops");
    struct chart c = { .width = k / cell + 5, .height = 6, .v = past,
                       .n = (size_t)k, .top = 100, .gap = gap };
    draw_chart(v->c, 0, at->y, &c);
    at->y += 6;
}

static void
say_known(struct view *v, struct lines *at, const struct node *n)
{
    char line[TEXT] = "", clock[16];

    rule(v, at, "what lbtop knows");
    if (n->heard_us >= 0) {
        ui_time(v->u, v->m, n->heard_us, false, clock);
        text_add(line, sizeof line, "%s  last state message (they came every "
                 "%.1f s before that)", clock, n->told.interval_ms / 1000.0);
        say(v, at, STYLE_TEXT, line);
    }
    ui_time(v->u, v->m, n->seen_us, false, clock);
    line[0] = '\0';
    if (n->seen == SEEN_GONE) {
        text_add(line, sizeof line, "%s  it said that it leaves; its jobs "
                 "were handed over before", clock);
        say(v, at, STYLE_TEXT, line);
        return;
    }
    text_add(line, sizeof line, "%s  LOST: %.0f s without state (dead_after, "
             "as %s announced it)", clock, n->told.dead_after_ms / 1000.0,
             n->name);
    say(v, at, STYLE_TEXT, line);
    line[0] = '\0';
    if (v->m->way_in[0] != '\0' && n->way_in_life >= 3)
        text_add(line, sizeof line, "          the way in, %s, says the "
                 "same: the node, not our network", v->m->way_in);
    else if (v->m->way_in[0] != '\0' && n->way_in_life > 0)
        text_add(line, sizeof line, "          the way in, %s, hears it: no "
                 "path from here", v->m->way_in);
    if (line[0] != '\0')
        say(v, at, STYLE_TEXT, line);
}

static void
say_jobs(struct view *v, struct lines *at, const struct node *n)
{
    const uint64_t kept = node_kept(n);
    char line[TEXT] = "", count[24];

    number_commas(count, kept);
    rule(v, at, "what happens to its jobs");
    text_add(line, sizeof line, "Jobs of other homes are given back there, "
             "and run by other nodes.  %s %s home on %s: its journal keeps "
             "them; they show as kept until it is back.  Nothing accepted is "
             "forgotten.", count, kept == 1 ? "job has its" : "jobs have "
             "their", n->name);
    say_long(v, at, line);
}

static void
say_unanswered(struct view *v, struct lines *at, const struct node *n)
{
    const struct wish *w = v->w == NULL ? NULL : wish_of(v->w, n, 0, 0);
    char line[TEXT] = "", clock[16];

    if (w == NULL || w->state == WISH_IN_FORCE || w->sent_us < 0)
        return;
    ui_time(v->u, v->m, w->sent_us, false, clock);
    rule(v, at, "commands sent to it that never got an answer");
    text_add(line, sizeof line, "%s  %s", clock, wish_kind_name(w->kind));
    if (w->kind == WISH_THROTTLE)
        text_add(line, sizeof line, " %d%%", w->asked);
    text_add(line, sizeof line, ": no answer, may or may not have taken "
             "effect%s", v->c->width >= FRAME_WIDE
             ? "; compared with the first state after its return" : "");
    say(v, at, STYLE_WARN, line);
}

void
screen_lost(struct view *v, const struct part *p)
{
    const struct node *n = ui_node(v->u, v->m);
    struct lines at = { p->y, p->y + p->n };

    if (n == NULL)
        return;
    say_head(v, &at, n);
    say_last(v, &at, n);
    say_chart(v, &at, n);
    say_known(v, &at, n);
    say_jobs(v, &at, n);
    say_unanswered(v, &at, n);
    rule(v, &at, "what you can do");
    say(v, &at, STYLE_TEXT, "  r     retry the connection now");
    say(v, &at, STYLE_TEXT, "  Del   hide this node until it answers again "
        "(asks y/N)");
    say(v, &at, STYLE_TEXT, "  3     messages");
    say_long(v, &at, "Throttle, start, pause, drain and policy cannot be sent "
             "to a LOST node: those keys are dim and say so.");
    detail_notes(v, at.y, at.end, n);
}
