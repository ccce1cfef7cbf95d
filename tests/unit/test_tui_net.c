/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
    char why[200], down_why[200];
    bool member_failed;
};

static void
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

static void
scene_connect(struct scene *s, const char *const *where, size_t n)
{
    struct net_options o = { .where = where, .n_where = n, .by = "ann" };
    s->net = net_new(&o);
}

/* Through the local sockets of the first one. */
static void
scene_connect_local(struct scene *s)
{
    char where[100];
    const char *list[] = { where };

    (void)snprintf(where, sizeof where, "ipc://%s/control.sock",
                   s->fake[0].dir);
    scene_connect(s, list, 1);
}

static void
scene_fini(struct scene *s)
{
    net_free(s->net);
    model_free(s->m);
    for (size_t i = 0; i < FAKES_MAX; i++)
        fake_close(&s->fake[i]);
    zmq_ctx_term(s->context);
    frame_codec_free(s->codec);
}

static uint64_t
ask(struct scene *s, const char *op, const struct node_id *to)
{
    struct question q = { .id = ++s->last_id };

    (void)snprintf(q.op, sizeof q.op, "%s", op);
    if (to != NULL)
        q.to = *to;
    return net_ask(s->net, s->m, &q) == 0 ? q.id : 0;
}

static void
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

static void
note(struct scene *s, const struct input *in)
{
    struct question asked = { .id = s->nodes_id, .op = "nodes" };

    s->states += in->kind == IN_STATE && in->msg.type == MSG_STATE;
    s->slow_states += in->kind == IN_STATE && in->msg.type == MSG_STATE_SLOW;
    s->bad += in->kind == IN_BAD;
    s->notes += in->kind == IN_NOTE;
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

static void
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

static void
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
static void
scene_of(struct scene *s, unsigned n)
{
    scene_init(s, n);
    scene_connect_local(s);
    learn_members(s, n);
}

/* ---- the way in ---- */

static void
first_that_answers_is_the_way_in(void **state)
{
    (void)state;
    struct scene s;
    char there[100], mute[100];
    scene_init(&s, 2);
    s.fake[0].mute = true;
    (void)snprintf(mute, sizeof mute, "127.0.0.1:%u", s.fake[0].port);
    (void)snprintf(there, sizeof there, "127.0.0.1:%u", s.fake[1].port);
    const char *where[] = { mute, "ipc:///tmp/lbtop-nothing-here", there };
    scene_connect(&s, where, 3);
    assert_true(node_id_is_zero(net_way_in(s.net)));
    assert_int_equal(ask(&s, "nodes", NULL), 0);
    UNTIL(s.up[0] != '\0');
    assert_string_equal(s.up, there);
    assert_string_equal(s.failed, "ipc:///tmp/lbtop-nothing-here");
    assert_string_equal(s.why, "no such file");
    assert_true(node_id_equal(net_way_in(s.net), &s.fake[1].id));
    assert_int_equal(s.answers, 0);     /* the hello is our own affair */
    scene_fini(&s);
}

static void
state_of_all_members_arrives(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    for (size_t i = 0; i < 2; i++) {
        s.sender = (struct node_id){ { 0 } };
        UNTIL((fake_publish(&s.fake[i], MSG_STATE),
               node_id_equal(&s.sender, &s.fake[i].id)));
    }
    assert_true(s.states >= 2);
    assert_int_equal(s.bad, 0);
    assert_int_equal(model_by_name(s.m, "fake2")->seen, SEEN_LIVE);
    scene_fini(&s);
}

static void
silent_members_are_dialled_afresh(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    UNTIL(s.fake[1].joined == 1);
    s.now_us += 31 * INT64_C(1000000);
    UNTIL(s.fake[1].joined == 2);
    s.now_us += 5 * INT64_C(1000000);
    int64_t at_us = s.now_us;
    net_retry(s.net);           /* at once, when the user says so */
    UNTIL(s.fake[1].joined == 3);
    assert_true(s.now_us - at_us < 20 * INT64_C(1000000));
    scene_fini(&s);
}

static void
member_that_moved_is_heard_there(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    UNTIL(s.fake[1].joined == 1);
    struct node_id id = s.fake[1].id;
    fake_open(&s.fake[2], s.context, 2);    /* the same, at other ports */
    s.fake[2].all = s.fake;
    fake_close(&s.fake[1]);
    s.nodes_id = ask(&s, "nodes", NULL);
    int64_t at_us = s.now_us;
    UNTIL(s.fake[2].joined == 1);
    assert_true(s.now_us - at_us < 30 * INT64_C(1000000));
    UNTIL((fake_publish(&s.fake[2], MSG_STATE),
           node_id_equal(&s.sender, &id)));
    assert_int_equal(s.m->n, 2);
    scene_fini(&s);
}

/* ---- questions ---- */

static void
questions_go_to_their_node_and_say_who_asks(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    uint64_t id = ask(&s, "detail", &s.fake[1].id);
    assert_true(id != 0);
    UNTIL(s.answered == id);
    assert_true(node_id_equal(&s.sender, &s.fake[1].id));
    assert_int_equal(s.fake[1].asked, 1);
    assert_string_equal(s.fake[1].op, "detail");
    assert_string_equal(s.fake[1].by, "ann");
    id = ask(&s, "publish", NULL);
    UNTIL(s.answered == id);
    assert_true(node_id_equal(&s.sender, &s.fake[0].id));
    const struct node_id nobody = { { 9 } };
    assert_int_equal(ask(&s, "detail", &nobody), 0);
    scene_fini(&s);
}

/* Nor if that one was asked before: a cut connection greets anew. */
static void
question_is_not_put_to_who_took_the_place(void **state)
{
    (void)state;
    for (unsigned before = 0; before < 2; before++) {
        struct scene s;
        scene_of(&s, 2);
        struct node_id old = s.fake[1].id;
        uint64_t id = before > 0 ? ask(&s, "detail", &old) : 0;
        UNTIL(s.answered == id || before == 0);
        s.fake[1].id.b[0] ^= 0xff;  /* another node at the same address */
        if (before > 0)
            fake_cut(&s.fake[1], s.context);
        UNTIL((ask(&s, "drain", &old),
               s.member_failed || s.fake[1].asked > before));
        assert_int_equal(s.fake[1].asked, before);
        assert_string_equal(s.why, "another node answers there");
        scene_fini(&s);
    }
}

static void
silent_control_connections_are_closed(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    uint64_t id = ask(&s, "detail", &s.fake[1].id);
    UNTIL(s.answered == id);
    s.now_us += 61 * INT64_C(1000000);
    assert_true(net_deadline_us(s.net) <= s.now_us);
    turn(&s);
    assert_int_equal(s.fake[1].hellos, 1);
    id = ask(&s, "detail", &s.fake[1].id);      /* opened again */
    UNTIL(s.answered == id);
    assert_int_equal(s.fake[1].hellos, 2);
    scene_fini(&s);
}

/* ---- bad input ---- */

static void
garbage_is_told_as_bad(void **state)
{
    (void)state;
    struct scene s;
    uint8_t bytes[80] = { 0 };
    scene_of(&s, 1);
    UNTIL((fake_publish(&s.fake[0], MSG_STATE), s.states > 0));
    frame_topic(MSG_STATE, bytes);
    zmq_send(s.fake[0].pub, bytes, 20, 0);
    UNTIL(s.bad == 1);
    struct buf out = { 0 };
    struct msg m = { .type = MSG_STATE };
    fake_state(&s.fake[0], &m.state);
    fake_frame(&s.fake[0], &m, &out);
    out.p[out.len - 1] ^= 1;    /* its sender can still be read */
    zmq_send(s.fake[0].pub, out.p, out.len, 0);
    UNTIL(s.bad == 2);
    assert_true(node_id_equal(&s.sender, &s.fake[0].id));
    out.p[out.len - 1] ^= 1;
    zmq_send(s.fake[0].pub, out.p, out.len, ZMQ_SNDMORE);
    zmq_send(s.fake[0].pub, bytes, 1, 0);
    UNTIL(s.bad == 3);
    unsigned states = s.states;
    zmq_send(s.fake[0].pub, out.p, out.len, 0);
    UNTIL(s.states > states);
    buf_fini(&out);
    scene_fini(&s);
}

/* ---- trouble ---- */

static void
another_member_takes_over(void **state)
{
    (void)state;
    struct scene s;
    char there[100];
    scene_of(&s, 2);
    UNTIL((fake_publish(&s.fake[1], MSG_STATE), s.states > 0));
    fake_close(&s.fake[0]);
    s.up[0] = '\0';
    UNTIL(s.up[0] != '\0');
    assert_string_equal(s.down_why, "closed");
    (void)snprintf(there, sizeof there, "127.0.0.1:%u", s.fake[1].port);
    assert_string_equal(s.up, there);
    assert_true(s.down[0] == 'i');      /* ipc:// */
    assert_true(node_id_equal(net_way_in(s.net), &s.fake[1].id));
    uint64_t id = ask(&s, "publish", NULL);
    UNTIL(s.answered == id);
    assert_string_equal(s.fake[1].op, "publish");
    scene_fini(&s);
}

static void
way_in_that_says_bye_is_left(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    UNTIL((fake_publish(&s.fake[1], MSG_STATE), s.states > 0));
    s.states = 0;
    UNTIL((fake_publish(&s.fake[0], MSG_STATE), s.states > 0));
    fake_publish(&s.fake[0], MSG_BYE);
    s.fake[0].mute = true;
    UNTIL((fake_publish(&s.fake[1], MSG_STATE),
           node_id_equal(net_way_in(s.net), &s.fake[1].id)));
    scene_fini(&s);
}

/* A port that was closed just now may answer once more. */
static void
reasons_are_exact_and_it_is_tried_again(void **state)
{
    (void)state;
    struct scene s;
    char refused[100], long_name[200] = "";
    scene_init(&s, 1);
    snprintf(refused, sizeof refused, "127.0.0.1:%u", s.fake[0].port);
    fake_close(&s.fake[0]);
    memset(long_name, 'x', 100);        /* no label is so long: no DNS */
    const struct { const char *where, *why; } row[] = {
        { "ipc:///tmp/lbtop-nothing-here", "no such file" },
        { refused, "connection refused" },
        { long_name, "name not found" },
        { "a b:c", "neither HOST[:PORT] nor ipc://PATH" },
    };
    scene_connect(&s, NULL, 0);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        s.failed[0] = '\0';
        net_connect(s.net, row[i].where);
        UNTIL(strcmp(s.failed, row[i].where) == 0 &&
              strcmp(s.why, row[i].why) == 0);
    }
    net_connect(s.net, refused);
    for (int i = 0; i < 2; i++) {       /* by itself, and when asked */
        s.failed[0] = '\0';
        UNTIL(strcmp(s.failed, refused) == 0);
    }
    s.now_us += 10 * INT64_C(1000000);
    UNTIL(net_deadline_us(s.net) > s.now_us);   /* it can rest */
    s.failed[0] = '\0';
    int64_t now = s.now_us;
    net_retry(s.net);
    UNTIL(strcmp(s.failed, refused) == 0);
    assert_true(s.now_us - now < 1000 * 1000);
    scene_fini(&s);
}

static void
who_never_answers_is_given_up(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 1);
    s.fake[0].mute = true;
    scene_connect_local(&s);
    UNTIL(s.failed[0] != '\0');
    assert_string_equal(s.why, "time-out");
    s.fake[0].mute = false;
    UNTIL(s.up[0] != '\0');
    scene_fini(&s);
}

/* ---- many ---- */

static void
many_members_are_heard_slowly_and_near_ones_fast(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 2);
    s.fake[0].extra = 220;
    scene_connect_local(&s);
    learn_members(&s, 222);
    UNTIL((fake_publish(&s.fake[0], MSG_STATE_SLOW), s.slow_states > 0));
    s.slow_states = 0;
    UNTIL((fake_publish(&s.fake[1], MSG_STATE_SLOW), s.slow_states > 0));
    s.states = s.slow_states = 0;
    fake_publish(&s.fake[0], MSG_STATE);
    UNTIL((fake_publish(&s.fake[0], MSG_STATE_SLOW), s.slow_states > 5));
    assert_int_equal(s.states, 0);
    s.near[0] = s.fake[0].id;
    s.n_near = 1;
    UNTIL((fake_publish(&s.fake[0], MSG_STATE), s.states > 0));
    assert_true(node_id_equal(&s.sender, &s.fake[0].id));
    assert_int_equal(s.bad, 0);
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_that_answers_is_the_way_in),
        cmocka_unit_test(state_of_all_members_arrives),
        cmocka_unit_test(silent_members_are_dialled_afresh),
        cmocka_unit_test(member_that_moved_is_heard_there),
        cmocka_unit_test(questions_go_to_their_node_and_say_who_asks),
        cmocka_unit_test(question_is_not_put_to_who_took_the_place),
        cmocka_unit_test(silent_control_connections_are_closed),
        cmocka_unit_test(garbage_is_told_as_bad),
        cmocka_unit_test(another_member_takes_over),
        cmocka_unit_test(way_in_that_says_bye_is_left),
        cmocka_unit_test(reasons_are_exact_and_it_is_tried_again),
        cmocka_unit_test(who_never_answers_is_given_up),
        cmocka_unit_test(many_members_are_heard_slowly_and_near_ones_fast),
    };
    return cmocka_run_group_tests_name("tui_net", tests, NULL, NULL);
}
