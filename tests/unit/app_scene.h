/* SPDX-License-Identifier: MPL-2.0 */
/* app_scene - lbtop without its terminal: made-up nodes tell and answer, keys
 * go in, effects and questions come out and are kept. */
#ifndef LB_APP_SCENE_H
#define LB_APP_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/exits.h"
#include "tests/unit/fake_node.h"
#include "tui/app.h"

enum { KEPT_MAX = 256 };

struct kept_question {
    uint64_t id;
    struct node_id to;
    char op[24], value[32], name[32], workload[16];
};

struct scene {
    struct app *a;
    struct fake node[FAKES_MAX];
    size_t n;
    int64_t now_us;
    struct buf works;
    struct kept_question asked[KEPT_MAX];   /* of wishes; the last ones */
    size_t n_asked;
    struct kept_question own[KEPT_MAX];     /* hello nodes detail publish
                                               events */
    size_t n_own;
    struct effect did[KEPT_MAX];            /* all others */
    size_t n_did;
};

static inline void
scene_keep(struct scene *s, const struct question *q)
{
    struct kept_question k = { .id = q->id, .to = q->to };
    bool own = strcmp(q->op, "hello") == 0 || strcmp(q->op, "nodes") == 0 ||
               strcmp(q->op, "detail") == 0 || strcmp(q->op, "publish") == 0 ||
               strcmp(q->op, "events") == 0;

    text_add(k.op, sizeof k.op, "%s", q->op);
    span_copy(pair_get(q->pairs, "value"), k.value, sizeof k.value);
    span_copy(pair_get(q->pairs, "name"), k.name, sizeof k.name);
    span_copy(pair_get(q->pairs, "workload"), k.workload, sizeof k.workload);
    if (own && s->n_own < KEPT_MAX)
        s->own[s->n_own++] = k;
    else if (!own && s->n_asked < KEPT_MAX)
        s->asked[s->n_asked++] = k;
}

static inline void
scene_drain(struct scene *s)
{
    struct effect e;

    while (app_effect(s->a, &e))
        if (e.kind == EFFECT_ASK)
            scene_keep(s, &e.ask);
        else if (s->n_did < KEPT_MAX)
            s->did[s->n_did++] = e;
}

static inline void
scene_feed(struct scene *s, struct input *in)
{
    in->at_us = s->now_us;
    app_input(s->a, in);
    scene_drain(s);
}

static inline void
scene_wait(struct scene *s, int64_t us)
{
    struct input in = { .kind = IN_TICK };

    s->now_us += us;
    scene_feed(s, &in);
}

static inline void
scene_tell(struct scene *s, size_t i)
{
    struct input in = fake_state(&s->node[i], s->now_us, &s->works);

    scene_feed(s, &in);
}

/* A second, in which all nodes but `silent` tell their state. */
static inline void
scene_second(struct scene *s, size_t silent)
{
    scene_wait(s, SECOND);
    for (size_t i = 0; i < s->n; i++)
        if (i != silent)
            scene_tell(s, i);
}

static inline void
scene_key(struct scene *s, uint32_t key)
{
    struct input in = { .kind = IN_KEY, .key = key };

    scene_feed(s, &in);
}

/* Keys as in --keys. */
static inline void
scene_keys(struct scene *s, const char *text)
{
    uint32_t key;
    int64_t wait_us;

    while (*text != '\0') {
        size_t n = key_parse(text, &key, &wait_us);
        assert_true(n > 0);
        text += n;
        if (wait_us > 0)
            scene_wait(s, wait_us);
        else
            scene_key(s, key);
    }
}

static inline void
scene_draw(struct scene *s)
{
    struct canvas *c = canvas_new(80, 24);

    app_draw(s->a, c);
    canvas_free(c);
}

/* Nodes alpha01.. in the order of their names, all at 80 %, cursor on the
 * first. */
static inline void
scene_open(struct scene *s, size_t n, const struct app_options *more)
{
    struct app_options o = { .by = "ann", .seed = 5, .width = 80,
                             .height = 24, .stream = STREAM_LIVE };
    char name[16];

    if (more != NULL) {
        o.stream = more->stream;
        o.read_only = more->read_only;
        o.wall_ms = more->wall_ms;
    }
    *s = (struct scene){ .n = n, .now_us = SECOND };
    s->a = app_new(&o);
    s->a->u.sort = (struct sort){ COLUMN_NODE, false };
    for (size_t i = 0; i < n; i++) {
        name[0] = '\0';
        text_add(name, sizeof name, "alpha%02zu", i + 1);
        s->node[i] = fake_node((unsigned)i, name);
        scene_tell(s, i);
    }
    scene_wait(s, 0);
    scene_draw(s);
}

static inline void
scene_close(struct scene *s)
{
    app_free(s->a);
    buf_fini(&s->works);
}

static inline struct node *
scene_node(const struct scene *s, size_t i)
{
    return model_by_id(s->a->live, &s->node[i].id);
}

/* A workload of node i: 100 jobs, 60 done, 3 failed. */
static inline void
scene_work(struct scene *s, size_t i, const char *label, bool held)
{
    struct fake *f = &s->node[i];

    f->work[f->n_works] = (struct state_workload){
        .number = (uint32_t)(7 + f->n_works), .n_jobs = 100, .queued = 30,
        .running = 7, .done = 60, .failed = 3, .held = held,
        .kind = span_str("sleep"), .label = span_str(label)
    };
    f->n_works++;
    scene_tell(s, i);
    scene_draw(s);
}

/* What the flash line says. */
static inline const char *
scene_flash(const struct scene *s)
{
    static char text[FLASH_MAX];

    if (s->a->u.flash[0] != '\0')
        return s->a->u.flash;
    wishes_flash(s->a->wishes, s->a->live, text, sizeof text);
    return text;
}

static inline size_t
scene_did(const struct scene *s, enum effect_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_did; i++)
        n += s->did[i].kind == kind;
    return n;
}

#endif
