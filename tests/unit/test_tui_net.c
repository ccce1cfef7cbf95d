/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/net_scene.h"

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
        cmocka_unit_test(silent_control_connections_are_closed),
        cmocka_unit_test(garbage_is_told_as_bad),
        cmocka_unit_test(many_members_are_heard_slowly_and_near_ones_fast),
    };
    return cmocka_run_group_tests_name("tui_net", tests, NULL, NULL);
}
