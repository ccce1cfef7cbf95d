/* SPDX-License-Identifier: MPL-2.0 */
/* wish_scene - made-up nodes and a console that sends them commands. */
#ifndef LB_WISH_SCENE_H
#define LB_WISH_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/exits.h"
#include "tests/unit/fake_node.h"
#include "tui/wish.h"

/* Nodes, a console (or two, which see the same), and a clock. */
struct scene {
    struct model *m;
    struct wishes *w;
    struct fake node[FAKES_MAX];
    size_t n;
    int64_t now_us;
    struct buf works;
};

static inline void
tick(struct scene *s, int64_t after_us)
{
    s->now_us += after_us;
    struct input in = { .at_us = s->now_us, .kind = IN_TICK };
    model_feed(s->m, &in, NULL);
    wishes_look(s->w, s->m);
}

static inline void
tell(struct scene *s, size_t i)
{
    struct input in = fake_state(&s->node[i], s->now_us, &s->works);

    model_feed(s->m, &in, NULL);
    wishes_look(s->w, s->m);
}

static inline void
tell_all(struct scene *s)
{
    for (size_t i = 0; i < s->n; i++)
        tell(s, i);
}

static inline struct node *
node(const struct scene *s, size_t i)
{
    return model_by_id(s->m, &s->node[i].id);
}

static inline void
scene_start(struct scene *s, size_t n)
{
    char name[16];

    *s = (struct scene){ .n = n, .m = model_new(0),
                         .w = wishes_new("ann", 7) };
    for (size_t i = 0; i < n; i++) {
        name[0] = '\0';
        text_add(name, sizeof name, "alpha%02zu", i + 1);
        s->node[i] = fake_node((unsigned)i, name);
    }
    tick(s, SECOND);
    tell_all(s);
}

static inline void
scene_end(struct scene *s)
{
    wishes_free(s->w);
    model_free(s->m);
    buf_fini(&s->works);
}

/* One press of F7 (-5), F8 (5) ... */
static inline void
step(struct scene *s, size_t i, int by)
{
    char say[WISH_SAY_MAX];
    struct node *n = node(s, i);

    wish_throttle(s->w, s->m, n,
                  wish_step(n, wish_throttle_now(s->w, n), by), true, say);
}

/* Sends what is due; the number of questions, the last one in *q. */
static inline size_t
sent(struct scene *s, struct question *q)
{
    size_t n = 0;

    while (wishes_next(s->w, s->m, q))
        n++;
    return n;
}

static inline void
expect_pair(const struct question *q, const char *key, const char *value)
{
    char text[64];

    span_copy(pair_get(q->pairs, key), text, sizeof text);
    assert_string_equal(text, value);
}

/* The node takes a throttle and says so. */
static inline void
scene_accept(struct scene *s, size_t i, uint64_t id, int percent)
{
    struct input in = fake_reply(&s->node[i], id, EXIT_DONE, "");

    s->node[i].told.throttle_percent = (uint8_t)percent;
    assert_true(wishes_answer(s->w, s->m, id, &in.msg.reply));
    wishes_look(s->w, s->m);
}

static inline void
scene_refuse(struct scene *s, size_t i, uint64_t id, const char *why)
{
    struct input in = fake_reply(&s->node[i], id, EXIT_USAGE, why);

    assert_true(wishes_answer(s->w, s->m, id, &in.msg.reply));
    wishes_look(s->w, s->m);
}

static inline void
expect_flash(const struct scene *s, const char *expected)
{
    char text[WISH_SAY_MAX];

    wishes_flash(s->w, s->m, text, sizeof text);
    assert_string_equal(text, expected);
}

static inline enum wish_state
state_of(const struct scene *s, size_t i)
{
    const struct wish *w = wish_of(s->w, node(s, i), 0, 0);

    return w == NULL ? 0 : w->state;
}

#endif
