/* SPDX-License-Identifier: MPL-2.0 */
/* What the console asks by itself: who is there, and what is open. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app_own.h"

enum { MEMBERS_US = 10 * SECOND_US, MOVED_US = 300 * 1000,
       ASKED_MAX = 256, NEAR_MAX = 64, PAST_GAP_US = 100 * 1000,
       PAST_AT_ONCE = 16, PAST_NODES = 200, PAST_EACH = 1000 };

struct question *
ask_find(const struct app *a, uint64_t id)
{
    for (size_t i = 0; i < a->n_asked; i++)
        if (a->asked[i].id == id)
            return &a->asked[i];
    return NULL;
}

void
ask_done(struct app *a, uint64_t id)
{
    for (size_t i = 0; i < a->n_asked; i++)
        if (a->asked[i].id == id) {
            free((void *)a->asked[i].pairs.p);
            a->n_asked--;
            memmove(&a->asked[i], &a->asked[i + 1],
                    (a->n_asked - i) * sizeof *a->asked);
            return;
        }
}

/* Keeps its own copy of the pairs, until answered or pushed out. */
void
ask_recorded(struct app *a, const struct question *q)
{
    if (ask_find(a, q->id) != NULL)
        return;
    if (a->n_asked == ASKED_MAX)
        ask_done(a, a->asked[0].id);
    if (a->n_asked == a->cap_asked) {
        a->cap_asked = a->cap_asked == 0 ? 16 : 2 * a->cap_asked;
        a->asked = xrealloc(a->asked, a->cap_asked, sizeof *a->asked);
    }
    struct question *own = &a->asked[a->n_asked++];
    *own = *q;
    if (q->pairs.len > 0)
        own->pairs.p = xmemdup(q->pairs.p, q->pairs.len);
    else
        own->pairs = (struct span){ NULL, 0 };
}

/* With a number, if it is not 0. */
static void
ask_with(struct app *a, const struct node_id *to, const char *op,
         const char *key, uint32_t number)
{
    struct effect e = { .kind = EFFECT_ASK };

    e.ask.id = a->next_id++;
    e.ask.to = *to;
    text_add(e.ask.op, sizeof e.ask.op, "%s", op);
    buf_reset(&a->pairs);
    if (number != 0)
        pair_add_u64(&a->pairs, key, number);
    pair_add(&a->pairs, "by", span_str(a->by));
    e.ask.pairs = buf_span(&a->pairs);
    ask_recorded(a, &e.ask);
    e.ask.pairs = (struct span){ NULL, 0 };
    app_add_effect(a, &e);
}

static void
ask(struct app *a, const struct node_id *to, const char *op)
{
    ask_with(a, to, op, NULL, 0);
}

/* Whose detail is on the screen: a node's, or (then *work is not 0) that of a
 * workload, from its home. NULL: nobody's. */
static const struct node *
detail_of(const struct app *a, uint32_t *work)
{
    struct node *n = NULL;
    struct work *w;

    *work = 0;
    if (a->u.screen == SCREEN_DETAIL)
        return model_by_id(a->live, &a->u.detail);
    if (a->u.screen == SCREEN_WORK) {
        *work = a->u.work_number;
        return model_by_id(a->live, &a->u.work_home);
    }
    if (a->u.screen == SCREEN_JOBS && ui_work(&a->u, a->live, &n, &w))
        *work = w->number;
    return n;
}

/* Once a period; soon after the cursor has come to another workload. */
static int64_t
detail_due_us(const struct app *a)
{
    uint32_t work;

    if (a->u.frozen)
        return INT64_MAX;
    const struct node *n = detail_of(a, &work);
    if (n == NULL || !node_is_up(n))
        return INT64_MAX;
    if (a->detail_us < 0)
        return app_now_us(a);
    if (!node_id_equal(&n->id, &a->detailed) || work != a->detailed_work)
        return a->detail_us + MOVED_US;
    int64_t ms = n->told.interval_ms > 1000 ? n->told.interval_ms : 1000;
    return a->detail_us + ms * 1000;
}

static int64_t
members_due_us(const struct app *a)
{
    return a->members_us < 0 ? app_now_us(a) : a->members_us + MEMBERS_US;
}

/* Who reads messages, on a screen or printed, is told what there was before:
 * once by each node, and again by those of which some were missed. */
static bool
wants_past(const struct app *a)
{
    return (a->drawn || a->u.screen == SCREEN_MESSAGES) && !a->u.frozen &&
           a->live->n <= PAST_NODES;
}

bool
app_awaits_past(const struct app *a)
{
    if (a->u.screen != SCREEN_MESSAGES || !wants_past(a))
        return false;
    for (size_t i = 0; i < a->live->n; i++)
        if (!node_past_known(a->live->node[i]))
            return true;
    return false;
}

static int64_t
past_due_us(const struct app *a)
{
    int64_t next = a->live->past_us;

    for (size_t i = 0; wants_past(a) && i < a->live->n; i++)
        if (node_past_due(a->live, a->live->node[i]))
            return next > app_now_us(a) ? next : app_now_us(a);
    return INT64_MAX;
}

static void
ask_past(struct app *a)
{
    uint32_t each = NOTES_MAX / 2 / (uint32_t)a->live->n;
    unsigned asked = 0;

    each = each < PAST_EACH ? each : PAST_EACH;
    for (size_t i = 0; i < a->live->n && asked < PAST_AT_ONCE; i++) {
        struct node *n = a->live->node[i];
        if (!node_past_due(a->live, n))
            continue;
        ask_with(a, &n->id, "events", "newest", each);
        node_past_asked(a->live, n);
        asked++;
    }
    a->live->past_us = app_now_us(a) + PAST_GAP_US;
}

void
ask_due(struct app *a)
{
    static const struct node_id way_in = { { 0 } };

    if (members_due_us(a) <= app_now_us(a)) {
        if (a->members_us < 0)
            ask(a, &way_in, "hello");
        ask(a, &way_in, "nodes");
        a->members_us = app_now_us(a);
    }
    if (detail_due_us(a) <= app_now_us(a)) {
        const struct node *n = detail_of(a, &a->detailed_work);
        a->detailed = n->id;
        a->detail_us = app_now_us(a);
        ask_with(a, &a->detailed, "detail", "workload", a->detailed_work);
    }
    if (past_due_us(a) <= app_now_us(a))
        ask_past(a);
}

int64_t
ask_deadline_us(const struct app *a)
{
    if (a->u.stream == STREAM_REPLAY)
        return INT64_MAX;
    int64_t members = members_due_us(a), detail = detail_due_us(a);
    int64_t past = past_due_us(a);
    int64_t first = members < detail ? members : detail;
    return past < first ? past : first;
}

void
ask_again(struct app *a)
{
    a->members_us = a->detail_us = -1;
}

void
ask_publish(struct app *a)
{
    const struct ui *u = &a->u;
    size_t end = u->nodes.top + (size_t)(u->nodes.rows > 0 ? u->nodes.rows
                                                          : NEAR_MAX);

    if (u->stream == STREAM_REPLAY)
        return;
    if (u->screen == SCREEN_DETAIL) {
        ask(a, &u->detail, "publish");
        return;
    }
    for (size_t i = u->nodes.top, n = 0;
         i < u->nodes.n && i < end && n < NEAR_MAX; i++, n++)
        if (node_is_up(u->shown[i]))
            ask(a, &u->shown[i]->id, "publish");
}
