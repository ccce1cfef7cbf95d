/* SPDX-License-Identifier: MPL-2.0 */
/* What a command would do, in jobs and seconds, before it is sent. */
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

/* Sums over the nodes that are meant. */
struct meant {
    uint64_t running, queued;
    int low, high;          /* throttle, per cent */
    double mean;
    double rate, after;     /* cost a second, now and afterwards */
};

/* Where words go. */
struct line {
    char *dst;
    size_t cap;
};

static int
throttle_after(const struct app *a, const struct node *n,
               const struct pending_act *p)
{
    int now = wish_throttle_now(a->wishes, n);

    switch (p->act) {
    case ACT_SET: return p->value;
    case ACT_FLOOR: return n->told.floor_percent;
    case ACT_LOWER: return wish_step(n, now, p->value != 0 ? p->value : -5);
    case ACT_RAISE: return wish_step(n, now, p->value != 0 ? p->value : 5);
    case ACT_LOWER_1: return wish_step(n, now, -1);
    case ACT_RAISE_1: return wish_step(n, now, 1);
    default: return now;
    }
}

static void
sum(const struct app *a, const struct pending_act *p, struct meant *s)
{
    *s = (struct meant){ .low = 100 };
    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        if (n == NULL)
            continue;
        int now = n->told.throttle_percent;
        s->running += n->told.running;
        s->queued += n->told.queued;
        s->low = now < s->low ? now : s->low;
        s->high = now > s->high ? now : s->high;
        s->mean += now / (double)p->n;
        s->rate += (double)n->told.rate;
        if (now > 0)
            s->after += (double)n->told.rate * throttle_after(a, n, p) / now;
    }
}

/* "about -8.7% of total speed, finish 4min later"; "" if not known. */
static void
add_effect(const struct app *a, const struct meant *s, char *dst, size_t cap)
{
    struct totals t;
    double all = 0;
    char later[24];

    model_totals(a->live, &t);
    for (size_t i = 0; i < a->live->n; i++)
        if (node_is_up(a->live->node[i]))
            all += (double)a->live->node[i]->told.rate;
    if (all <= 0 || s->rate <= 0)
        return;
    double part = (s->after - s->rate) / all;
    text_add(dst, cap, "about %+.1f%% of total speed", part * 100);
    if (t.eta_us < 0 || part <= -0.99)
        return;
    double us = (double)t.eta_us * (1 / (1 + part) - 1);
    eta_text(later, (int64_t)(us < 0 ? -us : us));
    text_add(dst, cap, ", finish %s %s", later, us < 0 ? "sooner" : "later");
}

/* "Pause 2 nodes (alpha04, alpha05)" "Drain beta03" */
static void
add_whom(const struct app *a, const struct pending_act *p, char *dst,
         size_t cap)
{
    const struct node *n = target_first(a, p);
    char names[200];

    if (p->n == 1 && n != NULL) {
        text_add(dst, cap, "%s", n->name);
        return;
    }
    target_names(a, p, names, sizeof names);
    text_add(dst, cap, "%zu nodes (%s)", p->n, names);
}

/* "Throttle 40%" "Throttle to the floor" "Policy receiver" "Pause" */
static void
add_what(const struct pending_act *p, char *dst, size_t cap)
{
    switch (p->act) {
    case ACT_SET: text_add(dst, cap, "Throttle %d%%", p->value); break;
    case ACT_FLOOR: text_add(dst, cap, "Throttle to the floor"); break;
    case ACT_LOWER:
    case ACT_RAISE:
        text_add(dst, cap, "Throttle %+d%%", p->value != 0 ? p->value
                 : p->act == ACT_LOWER ? -5 : 5);
        break;
    case ACT_LOWER_1: text_add(dst, cap, "Throttle -1%%"); break;
    case ACT_RAISE_1: text_add(dst, cap, "Throttle +1%%"); break;
    case ACT_POLICY: text_add(dst, cap, "Policy %s", p->name); break;
    case ACT_PAUSE: text_add(dst, cap, "Pause"); break;
    case ACT_START: text_add(dst, cap, "Start"); break;
    case ACT_DRAIN: text_add(dst, cap, "Drain"); break;
    case ACT_HOLD: text_add(dst, cap, "Hold"); break;
    case ACT_RETRY: text_add(dst, cap, "Retry"); break;
    case ACT_CANCEL: text_add(dst, cap, "Cancel"); break;
    default: text_add(dst, cap, "%s", change_word(p->act)); break;
    }
}

static void
add_policies(const struct app *a, const struct pending_act *p, char *dst,
             size_t cap)
{
    const struct node *first = target_first(a, p);
    bool mixed = false;

    for (size_t i = 0; i < p->n; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        mixed = mixed || (n != NULL && first != NULL &&
                          strcmp(n->policy, first->policy) != 0);
    }
    text_add(dst, cap, " Now %s.", mixed          ? "mixed"
                                   : first != NULL ? first->policy
                                                   : "not known");
}

static bool
is_meant(const struct pending_act *p, const struct node *n)
{
    for (size_t i = 0; i < p->n; i++)
        if (node_id_equal(&p->node[i], &n->id))
            return true;
    return false;
}

/* What waits at a paused node is free to go, if there is who takes it. */
static bool
others_take(const struct app *a, const struct pending_act *p)
{
    const struct node *first = target_first(a, p);

    for (size_t i = 0; i < a->live->n; i++) {
        const struct node *n = a->live->node[i];
        if (n->seen == SEEN_LIVE && n->told.phase == PHASE_RUN &&
            !is_meant(p, n))
            return first != NULL && strcmp(first->policy, "none") != 0 &&
                   strcmp(first->policy, "static") != 0;
    }
    return false;
}

static void
add_pause(const struct app *a, const struct pending_act *p,
          const struct meant *s, struct line *l)
{
    text_add(l->dst, l->cap, " %llu running %s will finish; ",
             (unsigned long long)s->running, s->running == 1 ? "job" : "jobs");
    if (s->queued > 0 && others_take(a, p))
        text_add(l->dst, l->cap, "%llu move to others where they can.",
                 (unsigned long long)s->queued);
    else
        text_add(l->dst, l->cap, "%llu wait.", (unsigned long long)s->queued);
}

/* What follows the question mark of a y/N line. */
static void
add_consequence(const struct app *a, const struct pending_act *p, char *dst,
                size_t cap)
{
    char effect[120] = "";
    struct meant s;

    sum(a, p, &s);
    if (p->act == ACT_PAUSE)
        add_pause(a, p, &s, &(struct line){ dst, cap });
    else if (p->act == ACT_POLICY)
        add_policies(a, p, dst, cap);
    else if (p->act >= ACT_LOWER && p->act <= ACT_FLOOR) {
        add_effect(a, &s, effect, sizeof effect);
        if (s.low == s.high)
            text_add(dst, cap, " Now %d%%", s.low);
        else
            text_add(dst, cap, " Now %d-%d%%, mean %.0f%%", s.low, s.high,
                     s.mean);
        text_add(dst, cap, "%s%s.", effect[0] != '\0' ? "; " : "", effect);
    }
}

static void
text_work(const struct app *a, const struct pending_act *p, struct dialog *d)
{
    const struct node *home = target_first(a, p);
    const struct work *w = NULL;
    char own[160], either[200] = "";

    target_own_name(a, p, own, sizeof own);
    if (strcmp(own, p->name) != 0)
        text_add(either, sizeof either, " (%s)", own);
    for (size_t i = 0; home != NULL && i < home->n_works; i++)
        if (home->work[i].number == p->workload)
            w = &home->work[i];
    add_what(p, d->title, sizeof d->title);
    d->n_lines = 1;
    if (w == NULL)
        return;
    if (p->act == ACT_RETRY)
        text_add(d->line[0], sizeof d->line[0], "Retry %u failed job%s of %s?",
                 (unsigned)w->failed, w->failed == 1 ? "" : "s", p->name);
    else if (p->act == ACT_HOLD)
        text_add(d->line[0], sizeof d->line[0],
                 "Hold %s? %u running jobs will finish; %u wait.", p->name,
                 (unsigned)w->running, (unsigned)w->queued);
    else
        text_add(d->line[0], sizeof d->line[0],
                 "Cancel %s%s: its %u waiting jobs never run, %u running jobs "
                 "are stopped; %u of %u are done and keep their results. "
                 "This cannot be undone.", p->name, either,
                 (unsigned)w->queued, (unsigned)w->running, (unsigned)w->done,
                 (unsigned)w->n_jobs);
}

/* Who takes what a drain sends away. */
static void
line_room(const struct app *a, const struct pending_act *p,
          const struct meant *s, struct dialog *d)
{
    unsigned able = 0;
    double out = 0, done = 0;
    char took[24], *line = d->line[d->n_lines++];

    for (size_t i = 0; i < a->live->n; i++) {
        const struct node *n = a->live->node[i];
        bool meant = is_meant(p, n);
        able += !meant && n->seen == SEEN_LIVE &&
                n->told.phase == PHASE_RUN;
        if (meant && n->out_s > 0)
            out += n->out_s;
        if (!meant && n->done_s > 0)
            done += n->done_s;
    }
    if (able == 0) {
        text_add(line, sizeof d->line[0],
                 "No other node can take them: they wait here.");
        return;
    }
    double rate = out > done ? out : done; /* others run them at that rate */
    text_add(line, sizeof d->line[0], "Room elsewhere: %u %s can take them",
             able, able == 1 ? "node" : "nodes");
    if (rate >= 0.5 && s->queued > 0) {
        duration_text(took, (int64_t)((double)s->queued / rate * 1e6));
        text_add(line, sizeof d->line[0], "; about %s at %.0f jobs/s", took,
                 rate);
    }
    text_add(line, sizeof d->line[0], ".");
}

static void
text_drain(const struct app *a, const struct pending_act *p, struct dialog *d)
{
    struct meant s;
    bool one = p->n == 1;
    char *line = d->line[0];

    sum(a, p, &s);
    d->n_lines = 1;
    text_add(d->title, sizeof d->title, "Drain");
    text_add(line, sizeof d->line[0], "Drain ");
    add_whom(a, p, line, sizeof d->line[0]);
    text_add(line, sizeof d->line[0],
             one ? ": it takes no new jobs, sends its %llu pending jobs to "
                   "others, lets %llu running jobs finish, and then stays "
                   "idle until started (s)."
                 : ": they take no new jobs, send their %llu pending jobs to "
                   "others, let %llu running jobs finish, and then stay idle "
                   "until started (s).",
             (unsigned long long)s.queued, (unsigned long long)s.running);
    line_room(a, p, &s, d);
}

static void
add_skipped(const struct app *a, struct dialog *d)
{
    size_t stale = 0, lost = 0;

    for (size_t i = 0; i < a->u.nodes.n; i++) {
        stale += a->u.shown[i]->seen == SEEN_STALE;
        lost += !node_is_up(a->u.shown[i]);
    }
    if (stale + lost > 0)
        text_add(d->line[d->n_lines++], sizeof d->line[0],
                 "%zu of them %s %s and will be skipped.", stale + lost,
                 stale + lost == 1 ? "is" : "are",
                 lost == 0 ? "stale" : stale == 0 ? "LOST" : "stale or LOST");
}

/* Lines of the box for all that is shown. */
static void
text_all(const struct app *a, const struct pending_act *p, struct dialog *d)
{
    struct meant s;
    char effect[120] = "", *line = d->line[0];

    sum(a, p, &s);
    add_what(p, d->title, sizeof d->title);
    text_add(d->title, sizeof d->title, " on ALL SHOWN");
    d->n_lines = 1;
    text_add(line, sizeof d->line[0], "%zu nodes (filter: %s).",
             a->u.nodes.n,
             a->u.filter != NULL ? query_text(a->u.filter) : "none");
    if (p->act >= ACT_LOWER && p->act <= ACT_FLOOR) {
        text_add(line, sizeof d->line[0], "  Now %d-%d%%, mean %.0f%%.",
                 s.low, s.high, s.mean);
        add_effect(a, &s, effect, sizeof effect);
        if (effect[0] != '\0')
            text_add(d->line[d->n_lines++], sizeof d->line[0],
                     "Effect on the cluster: %s.", effect);
    } else
        add_consequence(a, p, line, sizeof d->line[0]);
    if (p->act == ACT_DRAIN)
        line_room(a, p, &s, d);
    add_skipped(a, d);
}

void
text_question(const struct app *a, const struct pending_act *p, bool all,
              struct dialog *d)
{
    size_t hidden = all ? 0 : a->u.n_hidden_marks;

    if (p->workload != 0) {
        text_work(a, p, d);
        return;
    }
    if (all && p->n > MANY) {
        text_all(a, p, d);
        return;
    }
    if (p->act == ACT_DRAIN)
        text_drain(a, p, d);
    else {
        char *line = d->line[0];
        d->n_lines = 1;
        add_what(p, line, sizeof d->line[0]);
        text_add(line, sizeof d->line[0], "%s",
                 p->act == ACT_PAUSE || p->act == ACT_START ? " " : " on ");
        add_whom(a, p, line, sizeof d->line[0]);
        text_add(line, sizeof d->line[0], "?");
        add_consequence(a, p, line, sizeof d->line[0]);
    }
    if (hidden > 0 && p->n > 1 && a->u.screen != SCREEN_DETAIL)
        text_add(d->line[0], sizeof d->line[0], " %zu of them %s not shown.",
                 hidden, hidden == 1 ? "is" : "are");
}
