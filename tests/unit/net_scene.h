/* SPDX-License-Identifier: MPL-2.0 */
/* net_scene - lbtop's sockets among nodes that only talk. After cmocka.h. */
#ifndef LB_NET_SCENE_H
#define LB_NET_SCENE_H

#include "tests/unit/tui_fake.h"
#include "tui/net.h"

enum { TURNS = 6000, WAIT_MS = 10, TURN_US = 10 * 1000 };

/* Time is of the test: a turn of the loop is 10 ms, however long it takes. */
struct scene {
    void *context;
    struct frame_codec *codec;
    struct fake fake[FAKES_MAX];
    struct net *net;
    struct model *m;
    int64_t now_us;
    uint64_t last_id, nodes_id;
    struct node_id near[1];
    size_t n_near;
    /* what came, of the kind that is waited for */
    unsigned states, slow_states, answers, bad, notes;
    struct node_id sender;
    uint64_t answered;          /* newest question answered */
    char up[300], down[300], failed[300], trying[300];
    char why[200], down_why[200], said[300];
    bool member_failed;
};

static inline void
scene_init(struct scene *s, unsigned n)
{
    *s = (struct scene){ .context = zmq_ctx_new(), .now_us = 1000 };
    s->codec = frame_codec_new();
    s->m = model_new(0);
    for (unsigned i = 0; i < n; i++) {
        fake_open(&s->fake[i], s->context, i + 1);
        s->fake[i].all = s->fake;
    }
}

static inline void
scene_connect(struct scene *s, const char *const *where, size_t n)
{
    struct net_options o = { .where = where, .n_where = n, .by = "ann" };
    s->net = net_new(&o);
}

/* Through the local sockets of the first one. */
static inline void
scene_connect_local(struct scene *s)
{
    char where[100];
    const char *list[] = { where };

    (void)snprintf(where, sizeof where, "ipc://%s/control.sock",
                   s->fake[0].dir);
    scene_connect(s, list, 1);
}

static inline void
scene_fini(struct scene *s)
{
    net_free(s->net);
    model_free(s->m);
    for (size_t i = 0; i < FAKES_MAX; i++)
        fake_close(&s->fake[i]);
    zmq_ctx_term(s->context);
    frame_codec_free(s->codec);
}

static inline uint64_t
ask(struct scene *s, const char *op, const struct node_id *to)
{
    struct question q = { .id = ++s->last_id };

    (void)snprintf(q.op, sizeof q.op, "%s", op);
    if (to != NULL)
        q.to = *to;
    return net_ask(s->net, s->m, &q) == 0 ? q.id : 0;
}

static inline void
note_link(struct scene *s, const struct input *in)
{
    char *where = in->link == LINK_UP ? s->up
                  : in->link == LINK_DOWN ? s->down
                  : in->link == LINK_FAILED ? s->failed
                                            : s->trying;

    span_copy(in->where, where, 300);
    if (in->link == LINK_DOWN)
        span_copy(in->text, s->down_why, sizeof s->down_why);
    if (in->link != LINK_FAILED)
        return;
    span_copy(in->text, s->why, sizeof s->why);
    s->member_failed |= !in->way_in;
}

static inline void
note(struct scene *s, const struct input *in)
{
    struct question asked = { .id = s->nodes_id, .op = "nodes" };

    s->states += in->kind == IN_STATE && in->msg.type == MSG_STATE;
    s->slow_states += in->kind == IN_STATE && in->msg.type == MSG_STATE_SLOW;
    s->bad += in->kind == IN_BAD;
    s->notes += in->kind == IN_NOTE;
    if (in->kind == IN_NOTE)
        span_copy(in->note, s->said, sizeof s->said);
    if (in->kind == IN_LINK)
        note_link(s, in);
    if (in->kind == IN_ANSWER) {
        s->answers++;
        s->answered = in->msg.reply.seq;
        s->sender = in->head.sender;
    }
    if (in->kind == IN_STATE || in->kind == IN_BAD)
        s->sender = in->head.sender;
    model_feed(s->m, in, in->kind == IN_ANSWER &&
                                 in->msg.reply.seq == s->nodes_id
                             ? &asked : NULL);
}

static inline void
turn(struct scene *s)
{
    zmq_pollitem_t item[64];
    struct input in;
    struct span raw;
    size_t n = net_poll(s->net, item, 32);

    for (size_t i = 0; i < FAKES_MAX; i++)
        if (s->fake[i].router != NULL)
            item[n++] = (zmq_pollitem_t){ .socket = s->fake[i].router,
                                          .events = ZMQ_POLLIN };
    (void)zmq_poll(item, (int)n, WAIT_MS);
    s->now_us += TURN_US;
    for (size_t i = 0; i < FAKES_MAX; i++)
        fake_serve(&s->fake[i], s->codec);
    while (net_next(s->net, s->now_us, &in, &raw)) {
        assert_int_equal(in.at_us, s->now_us);
        if (in.kind == IN_STATE || in.kind == IN_ANSWER || in.kind == IN_BAD)
            assert_true(raw.len == in.n_bytes);
        note(s, &in);
    }
    net_look(s->net, s->m, s->now_us, s->near, s->n_near);
}

#define UNTIL(what) \
    do { \
        int turns_ = 0; \
        while (!(what)) { \
            turn(&s); \
            if (++turns_ > TURNS) \
                fail_msg("never: %s", #what); \
        } \
    } while (0)

static inline void
learn_members(struct scene *s, size_t n)
{
    int turns = 0;

    while (node_id_is_zero(net_way_in(s->net)) && turns++ < TURNS)
        turn(s);
    s->nodes_id = ask(s, "nodes", NULL);
    assert_true(s->nodes_id != 0);
    while (s->m->n < n && turns++ < TURNS)
        turn(s);
    assert_int_equal(s->m->n, n);
}

/* `n` nodes that are known, by way of the first. */
static inline void
scene_of(struct scene *s, unsigned n)
{
    scene_init(s, n);
    scene_connect_local(s);
    learn_members(s, n);
}

#endif
