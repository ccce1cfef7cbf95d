/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/app.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app_own.h"

struct app *
app_new(const struct app_options *o)
{
    struct app *a = xcalloc(1, sizeof *a);

    a->live = model_new(o->wall_ms);
    text_add(a->by, sizeof a->by, "%s", o->by);
    a->wishes = wishes_new(a->by, o->seed);
    a->next_id = o->seed * 0x9E3779B97F4A7C15u | 1;
    a->members_us = a->detail_us = a->unknown_us = -1;
    ui_init(&a->u);
    a->u.width = o->width;
    a->u.height = o->height;
    a->u.stream = o->stream;
    a->u.ascii = o->ascii;
    a->u.braille = o->braille;
    a->u.utc_off_s = o->utc_off_s;
    if (o->refresh_us > 0)
        a->u.refresh_us = o->refresh_us;
    if (o->title != NULL)
        text_add(a->u.title, sizeof a->u.title, "%s", o->title);
    a->u.read_only = o->read_only;
    if (o->read_only)
        text_add(a->u.read_only_why, sizeof a->u.read_only_why, "option");
    return a;
}

static void
forget_asked(struct app *a)
{
    while (a->n_asked > 0)
        ask_done(a, a->asked[0].id);
}

void
app_free(struct app *a)
{
    if (a == NULL)
        return;
    forget_asked(a);
    free(a->asked);
    free(a->effect);
    dialog_close(a);
    free(a->meant.node);
    buf_fini(&a->pairs);
    ui_fini(&a->u);
    wishes_free(a->wishes);
    model_free(a->frozen);
    model_free(a->live);
    free(a);
}

void
app_forget_all(struct app *a)
{
    int64_t wall_ms = a->live->wall_ms;

    forget_asked(a);
    dialog_close(a);
    model_free(a->frozen);
    model_free(a->live);
    wishes_free(a->wishes);
    a->frozen = NULL;
    a->u.frozen = false;
    a->live = model_new(wall_ms);
    a->wishes = wishes_new(a->by, a->next_id);
    a->u.flash[0] = '\0';
    a->u.moved_us = a->u.sorted_us = 0;
    a->members_us = a->detail_us = a->unknown_us = -1;
    a->u.read_note = a->u.paused_note = 0;
    ui_arrange(&a->u, a->live, a->wishes); /* its lists name what was freed */
}

const struct model *
app_model(const struct app *a)
{
    return a->frozen != NULL ? a->frozen : a->live;
}

int64_t
app_now_us(const struct app *a)
{
    return a->live->now_us;
}

/* ---- effects ---- */

void
app_add_effect(struct app *a, const struct effect *e)
{
    if (a->at_effect == a->n_effects)
        a->at_effect = a->n_effects = 0;
    if (a->n_effects == a->cap_effects) {
        a->cap_effects = a->cap_effects == 0 ? 16 : 2 * a->cap_effects;
        a->effect = xrealloc(a->effect, a->cap_effects, sizeof *a->effect);
    }
    a->effect[a->n_effects++] = *e;
}

void
app_simple(struct app *a, enum effect_kind kind, const char *text)
{
    struct effect e = { .kind = kind };

    text_add(e.text, sizeof e.text, "%s", text);
    app_add_effect(a, &e);
}

bool
app_effect(struct app *a, struct effect *out)
{
    while (a->at_effect < a->n_effects) {
        *out = a->effect[a->at_effect++];
        if (out->kind != EFFECT_ASK)
            return true;
        struct question *q = ask_find(a, out->ask.id);
        if (q == NULL)
            continue; /* nobody carried it out in time */
        out->ask = *q;
        return true;
    }
    *out = (struct effect){ .kind = EFFECT_ASK };
    return wishes_next(a->wishes, a->live, &out->ask);
}

/* ---- inputs ---- */

static void
take_answer(struct app *a, const struct input *in)
{
    uint64_t id = in->msg.reply.seq;
    const struct question *q = ask_find(a, id);

    if (q == NULL || strcmp(q->op, "hello") != 0)
        return;
    struct span role = pair_get(in->msg.reply.pairs, "role");
    if (span_is(role, "view") && !a->u.read_only) {
        a->u.read_only = true;
        a->u.read_only_why[0] = '\0';
        text_add(a->u.read_only_why, sizeof a->u.read_only_why, "view key");
    } else if (role.p != NULL && !span_is(role, "view") &&
               strcmp(a->u.read_only_why, "view key") == 0) {
        a->u.read_only = false; /* of another cluster, another role */
        a->u.read_only_why[0] = '\0';
    }
    a->submit_only = span_is(role, "submit");
}

static void
take_event(struct app *a, const struct msg_event *e)
{
    if ((span_is(e->name, "peer-joined") || span_is(e->name, "peer-up") ||
         span_is(e->name, "peer-down") || span_is(e->name, "restarted")) &&
        a->members_us > app_now_us(a) - 10 * SECOND_US)
        a->members_us = app_now_us(a) - 9 * SECOND_US; /* in a second */
}

static void
feed(struct app *a, const struct input *in)
{
    bool answer = in->kind == IN_ANSWER && in->msg.type == MSG_REPLY;
    uint64_t id = answer ? in->msg.reply.seq : 0;

    model_feed(a->live, in, answer ? ask_find(a, id) : NULL);
    if (answer && ask_find(a, id) != NULL) {
        take_answer(a, in);
        ask_done(a, id);
    } else if (answer)
        wishes_answer(a->wishes, a->live, id, &in->msg.reply);
    if (in->kind == IN_STATE && in->msg.type == MSG_EVENT)
        take_event(a, &in->msg.event);
    if (in->kind == IN_LINK && in->way_in && in->link == LINK_UP)
        a->members_us = -1;
}

static void
take_asked(struct app *a, const struct question *q)
{
    if (strcmp(q->op, "nodes") == 0 || strcmp(q->op, "hello") == 0 ||
        strcmp(q->op, "detail") == 0 || strcmp(q->op, "publish") == 0 ||
        strcmp(q->op, "events") == 0)
        ask_recorded(a, q);
    else
        wishes_asked(a->wishes, a->live, q);
}

static void
note_read(struct app *a)
{
    const struct note *newest = notes_at(a->live->notes, 0);

    if (newest != NULL && a->u.screen == SCREEN_MESSAGES &&
        a->u.follow_messages)
        a->u.read_note = newest->number;
}

void
app_input(struct app *a, const struct input *in)
{
    feed(a, in);
    wishes_look(a->wishes, a->live);
    change_recheck(a); /* the role, or the cluster's section of lbtop.ini */
    dialog_follow(a);
    switch (in->kind) {
    case IN_ASKED:
        take_asked(a, &in->asked);
        break;
    case IN_KEY:
        app_key(a, in->key);
        break;
    case IN_PASTE:
        app_paste(a, in->paste);
        break;
    case IN_SIZE:
        a->u.width = in->width;
        a->u.height = in->height;
        break;
    case IN_TICK:
    case IN_STATE:
    case IN_ANSWER:
    case IN_BAD:
    case IN_LINK:
    case IN_NOTE:
        break;
    }
    note_read(a);
    if (a->u.stream != STREAM_REPLAY)
        ask_due(a);
}

int64_t
app_deadline_us(const struct app *a)
{
    int64_t at[] = { model_deadline_us(a->live),
                     wishes_deadline_us(a->wishes), ask_deadline_us(a),
                     INT64_MAX };
    int64_t first = INT64_MAX;

    if (a->u.flash[0] != '\0' && a->u.flash_until_us > app_now_us(a))
        at[3] = a->u.flash_until_us;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        if (at[i] < first)
            first = at[i];
    return first;
}

void
app_draw(struct app *a, struct canvas *c)
{
    struct view v = { .m = app_model(a), .w = a->wishes, .u = &a->u, .c = c };

    a->u.width = c->width;
    a->u.height = c->height;
    a->drawn = true;
    /* the screen's own time stands still while it is frozen */
    if (a->u.flash_until_us > 0 && a->u.flash_until_us <= app_now_us(a))
        a->u.flash[0] = '\0';
    ui_arrange(&a->u, v.m, a->wishes);
    a->seen = a->u.cursor;
    change_retell(a);
    screen_draw(&v);
}
