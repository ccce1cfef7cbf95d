/* SPDX-License-Identifier: MPL-2.0 */
/* What the console asks by itself, and what replays show of it. */
#include "tests/unit/app_scene.h"

static size_t
own(const struct scene *s, const char *op)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_own; i++)
        n += strcmp(s->own[i].op, op) == 0;
    return n;
}

static void
asks_who_is_there_at_once_and_every_ten_seconds(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    assert_int_equal(own(&s, "hello"), 1);
    assert_int_equal(own(&s, "nodes"), 1);
    assert_true(node_id_is_zero(&s.own[0].to));
    scene_wait(&s, 9 * SECOND);
    assert_int_equal(own(&s, "nodes"), 1);
    assert_true(app_deadline_us(s.a) <= s.now_us + SECOND);
    scene_wait(&s, SECOND);
    assert_int_equal(own(&s, "nodes"), 2);
    assert_int_equal(own(&s, "hello"), 1);
    scene_close(&s);
}

static void
asks_again_when_a_peer_comes_or_goes(void **state)
{
    (void)state;
    struct scene s;
    struct input in = { .kind = IN_STATE, .head = { .version = 1 } };

    scene_open(&s, 2, NULL);
    scene_wait(&s, 2 * SECOND);
    in.head.type = in.msg.type = MSG_EVENT;
    in.head.sender = s.node[0].id;
    in.msg.event = (struct msg_event){ .number = 1, .level = 3,
                                       .name = span_str("peer-down"),
                                       .text = span_str("peer=alpha02") };
    scene_feed(&s, &in);
    scene_wait(&s, SECOND);
    assert_int_equal(own(&s, "nodes"), 2);
    scene_wait(&s, 2 * SECOND); /* once for the one event */
    assert_int_equal(own(&s, "nodes"), 2);
    in = (struct input){ .kind = IN_LINK };
    in.link = LINK_UP;
    in.way_in = true;
    in.where = span_str("ipc:///x");
    in.text = span_str("");
    scene_feed(&s, &in);
    assert_int_equal(own(&s, "nodes"), 3);
    scene_close(&s);
}

/* Batch output asks when it prints messages alone; a screen shows them soon
 * after its start. */
static void
asks_for_events_of_before_when_there_is_a_screen(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    s.a->drawn = false;
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "events"), 0);
    scene_draw(&s);
    scene_wait(&s, 100 * 1000);
    assert_int_equal(s.a->u.screen, SCREEN_NODES);
    assert_int_equal(own(&s, "events"), 2);
    assert_false(app_awaits_past(s.a));     /* nothing waits for them */
    scene_close(&s);
}

/* By who reads messages, of each node once in a life of it. */
static void
asks_for_events_of_before_when_messages_are_open(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 40, NULL);
    s.a->drawn = false;
    scene_second(&s, 3);
    assert_int_equal(own(&s, "events"), 0);
    scene_keys(&s, "3");
    assert_int_equal(s.a->u.screen, SCREEN_MESSAGES);
    assert_int_equal(own(&s, "events"), 16);    /* a few at a time */
    for (int i = 0; i < 5; i++) {
        assert_true(app_deadline_us(s.a) <= s.now_us + SECOND);
        scene_wait(&s, 100 * 1000);
    }
    assert_int_equal(own(&s, "events"), 40);
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0, n = 0; k < s.n_own; k++) {
            n += strcmp(s.own[k].op, "events") == 0 &&
                 node_id_equal(&s.own[k].to, &s.node[i].id);
            assert_true(n <= 1);
        }
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "events"), 40);
    scene_close(&s);
}

static void
asks_for_detail_while_it_is_open(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "render", false);
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), 0);
    scene_keys(&s, "j<Enter>");
    assert_int_equal(own(&s, "detail"), 1);
    assert_true(node_id_equal(&s.own[s.n_own - 1].to, &s.node[1].id));
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), 2);
    scene_keys(&s, "Z"); /* frozen: it does not move */
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), 2);
    scene_keys(&s, "Z<Esc>2<Enter>");
    assert_int_equal(s.a->u.screen, SCREEN_WORK);
    assert_string_equal(s.own[s.n_own - 1].workload, "7");
    scene_keys(&s, "<Esc>1");
    assert_int_equal(s.a->u.screen, SCREEN_NODES);
    size_t n = own(&s, "detail");
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), n);
    scene_close(&s);
}

/* Of the workload under the cursor: once a period, and soon after the cursor
 * has moved, but not for each that it passes. */
static void
asks_for_detail_of_the_workload_under_the_cursor(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "render", false);
    scene_work(&s, 0, "bench", false);
    scene_second(&s, SIZE_MAX);
    scene_draw(&s);
    assert_int_equal(own(&s, "detail"), 0);
    scene_keys(&s, "2");
    scene_draw(&s);
    scene_second(&s, SIZE_MAX);
    size_t n = own(&s, "detail");
    assert_true(n >= 1);
    struct kept_question first = s.own[s.n_own - 1];
    assert_string_equal(first.op, "detail");
    assert_string_equal(first.workload, "7");
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), n + 1);
    scene_keys(&s, "jkj");
    scene_wait(&s, 100000);
    assert_int_equal(own(&s, "detail"), n + 1);
    scene_wait(&s, 300000);
    assert_int_equal(own(&s, "detail"), n + 2);
    assert_false(node_id_equal(&s.own[s.n_own - 1].to, &first.to));
    scene_keys(&s, "Z");
    scene_second(&s, SIZE_MAX);
    assert_int_equal(own(&s, "detail"), n + 2);
    scene_keys(&s, "Z");
    scene_second(&s, SIZE_MAX);
    assert_true(own(&s, "detail") > n + 2);
    scene_close(&s);
}

static void
a_replay_asks_nothing(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY };
    struct scene s;

    scene_open(&s, 2, &o);
    scene_keys(&s, "<Enter>r");
    scene_wait(&s, 20 * SECOND);
    assert_int_equal(s.n_own, 0);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

static void
a_replay_shows_recorded_commands(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY };
    struct input in = { .kind = IN_ASKED };
    struct buf pairs = { 0 };
    struct scene s;

    scene_open(&s, 1, &o);
    pair_add_u64(&pairs, "value", 70);
    in.asked = (struct question){ .id = 77, .to = s.node[0].id,
                                  .op = "throttle",
                                  .pairs = buf_span(&pairs) };
    scene_feed(&s, &in);
    assert_string_equal(scene_flash(&s), "alpha01: throttle 70% sent, waiting "
                                         "for the node");
    in = fake_reply(&s.node[0], 77, EXIT_USAGE, "below floor 75%");
    scene_feed(&s, &in);
    assert_string_equal(scene_flash(&s),
                        "alpha01: 70% refused: below floor 75%");
    assert_int_equal(s.n_asked, 0);
    buf_fini(&pairs);
    scene_close(&s);
}

static void
a_view_key_is_told_by_hello(void **state)
{
    (void)state;
    struct buf pairs = { 0 };
    struct scene s;

    scene_open(&s, 1, NULL);
    struct input in = fake_reply(&s.node[0], s.own[0].id, EXIT_DONE, "");
    pair_add(&pairs, "role", span_str("view"));
    in.msg.reply.pairs = buf_span(&pairs);
    in.msg.reply.n_pairs = 1;
    scene_feed(&s, &in);
    scene_keys(&s, "d");
    assert_string_equal(scene_flash(&s),
                        "your key may only look: drain not sent");
    buf_fini(&pairs);
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_who_is_there_at_once_and_every_ten_seconds),
        cmocka_unit_test(asks_again_when_a_peer_comes_or_goes),
        cmocka_unit_test(asks_for_events_of_before_when_there_is_a_screen),
        cmocka_unit_test(asks_for_events_of_before_when_messages_are_open),
        cmocka_unit_test(asks_for_detail_while_it_is_open),
        cmocka_unit_test(asks_for_detail_of_the_workload_under_the_cursor),
        cmocka_unit_test(a_replay_asks_nothing),
        cmocka_unit_test(a_replay_shows_recorded_commands),
        cmocka_unit_test(a_view_key_is_told_by_hello),
    };
    return cmocka_run_group_tests_name("tui_app_ask", tests, NULL, NULL);
}
