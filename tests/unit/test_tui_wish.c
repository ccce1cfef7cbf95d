/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/wish_scene.h"

/* ---- the life of one ---- */

static void
steps_go_to_multiples_of_five(void **state)
{
    (void)state;
    struct node n = { .told = { .floor_percent = 1, .ceiling_percent = 100 } };
    static const int table[][3] = {
        { 80, -5, 75 }, { 78, -5, 75 }, { 5, -5, 1 }, { 3, -5, 1 },
        { 1, -5, 1 }, { 1, 5, 5 }, { 78, 5, 80 }, { 98, 5, 100 },
        { 100, 5, 100 }, { 80, -1, 79 }, { 1, -1, 1 }, { 99, 1, 100 },
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(wish_step(&n, table[i][0], table[i][1]),
                         table[i][2]);
    n.told.floor_percent = 12;
    n.told.ceiling_percent = 83;
    assert_int_equal(wish_step(&n, 15, -5), 12);
    assert_int_equal(wish_step(&n, 80, 5), 83);
}

static void
one_press_goes_from_draft_to_in_force(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    wishes_group(s.w);
    step(&s, 0, -5);
    expect_flash(&s, "alpha01: throttle 75% in 0.3 s  "
                     "(F7/F8 to go on, Esc to drop)");
    tick(&s, 150000);
    step(&s, 0, -5);
    expect_flash(&s, "alpha01: throttle 70% in 0.3 s  "
                     "(F7/F8 to go on, Esc to drop)");
    tick(&s, 299000);
    assert_int_equal(sent(&s, &q), 0);
    tick(&s, 1000);
    assert_int_equal(sent(&s, &q), 1);
    assert_string_equal(q.op, "throttle");
    expect_pair(&q, "value", "70");
    expect_pair(&q, "seen", "80");
    expect_pair(&q, "by", "ann");
    char cmd[8] = "";
    text_add(cmd, sizeof cmd, "%04x", (unsigned)(q.id & 0xFFFF));
    expect_pair(&q, "cmd", cmd);
    assert_true(node_id_equal(&q.to, &s.node[0].id));
    expect_flash(&s, "alpha01: throttle 70% sent, waiting for the node");
    tick(&s, 550000);
    expect_flash(&s,
                 "alpha01: throttle 70% sent, waiting for the node (0.6 s)");
    scene_accept(&s, 0, q.id, 70);
    assert_int_equal(state_of(&s, 0), WISH_ACCEPTED); /* not yet a fact */
    tick(&s, 90000);
    assert_int_equal(state_of(&s, 0), WISH_ACCEPTED);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_IN_FORCE);
    expect_flash(&s, "alpha01: throttle 70% in force (was 80%), 640 ms"
                     "      u: undo");
    tick(&s, 1999000);
    assert_int_equal(state_of(&s, 0), WISH_IN_FORCE);
    tick(&s, 1000);
    assert_int_equal(state_of(&s, 0), 0);
    expect_flash(&s, "");
    scene_end(&s);
}

/* The node publishes as it answers, and its state is here first. */
static void
a_state_that_overtook_the_answer_confirms(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    wishes_group(s.w);
    step(&s, 0, -5);
    tick(&s, 300000);
    assert_int_equal(sent(&s, &q), 1);
    s.node[0].told.throttle_percent = 75;
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_SENT);
    scene_accept(&s, 0, q.id, 75);
    tick(&s, 1000);
    assert_int_equal(state_of(&s, 0), WISH_IN_FORCE);
    scene_end(&s);
}

static void
six_presses_in_a_second_send_one_command(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    size_t n = 0;

    scene_start(&s, 1);
    for (int i = 0; i < 6; i++) {
        wishes_group(s.w);
        step(&s, 0, -5);
        n += sent(&s, &q);
        tick(&s, 160000);
        n += sent(&s, &q);
    }
    tick(&s, 300000);
    n += sent(&s, &q);
    assert_int_equal(n, 1);
    expect_pair(&q, "value", "50");
    scene_end(&s);
}

static void
enter_sends_at_once_and_esc_drops(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    assert_false(wishes_push(s.w, s.m, wish_of(s.w, node(&s, 0), 0, 0) == NULL
                ? 0 : wish_of(s.w, node(&s, 0), 0, 0)->group));
    step(&s, 0, -5);
    assert_true(wishes_drop(s.w));
    assert_false(wishes_drop(s.w));
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 0);
    step(&s, 0, -5);
    assert_true(wishes_push(s.w, s.m, wish_of(s.w, node(&s, 0), 0, 0) == NULL
                ? 0 : wish_of(s.w, node(&s, 0), 0, 0)->group));
    assert_int_equal(sent(&s, &q), 1);
    assert_false(wishes_drop(s.w)); /* it is out */
    scene_end(&s);
}

static void
back_at_the_start_sends_nothing(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    step(&s, 0, -5);
    step(&s, 0, 5);
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 0);
    scene_end(&s);
}

static void
limits_are_said_and_nothing_is_sent(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];

    scene_start(&s, 1);
    static const struct { int to; const char *say; } table[] = {
        { 0, "0 is refused: use pause (p)" },
        { -3, "0 is refused: use pause (p)" },
        { 150, "100 is the ceiling of alpha01" },
        { 5, "10 is the floor of alpha01" },
        { 80, "alpha01: throttle is 80% already" },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_false(wish_throttle(s.w, s.m, node(&s, 0), table[i].to, false,
                                   say));
        assert_string_equal(say, table[i].say);
    }
    s.node[0].told.throttle_percent = 10;
    tell(&s, 0);
    assert_false(wish_throttle(s.w, s.m, node(&s, 0), 10, true, say));
    assert_string_equal(say, "alpha01 is at its floor (10%)");
    s.node[0].told.throttle_percent = 100;
    tell(&s, 0);
    assert_false(wish_throttle(s.w, s.m, node(&s, 0), 100, true, say));
    assert_string_equal(say, "alpha01 is at its ceiling (100%)");
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 0);
    scene_end(&s);
}

/* ---- the other ends ---- */

/* Presses F7 down to 30 and sends it. */
static void
ask_30(struct scene *s, struct question *q)
{
    char say[WISH_SAY_MAX];

    wishes_group(s->w);
    assert_true(wish_throttle(s->w, s->m, node(s, 0), 30, false, say));
    assert_int_equal(sent(s, q), 1);
}

static void
a_refusal_is_shown_as_it_is(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    ask_30(&s, &q);
    scene_refuse(&s, 0, q.id, "below floor 50% (node.ini)");
    assert_int_equal(state_of(&s, 0), WISH_REFUSED);
    expect_flash(&s, "alpha01: 30% refused: below floor 50% (node.ini)");
    assert_int_equal(wish_throttle_now(s.w, node(&s, 0)), 80);
    scene_end(&s);
}

static void
another_value_is_said(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    ask_30(&s, &q);
    scene_accept(&s, 0, q.id, 50);
    tick(&s, 200000);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_DIFFERS);
    expect_flash(&s, "alpha01: asked 30%, node reports 50%");
    scene_end(&s);
}

static void
the_old_value_for_three_periods_differs(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    ask_30(&s, &q);
    scene_accept(&s, 0, q.id, 80);
    for (int i = 0; i < 2; i++) {
        tick(&s, SECOND);
        tell(&s, 0);
        assert_int_equal(state_of(&s, 0), WISH_ACCEPTED);
    }
    tick(&s, SECOND);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_DIFFERS);
    expect_flash(&s, "alpha01: asked 30%, node reports 80%");
    scene_end(&s);
}

static void
silence_is_said_and_enter_sends_the_same_again(void **state)
{
    (void)state;
    struct scene s;
    struct question q, again;

    scene_start(&s, 1);
    ask_30(&s, &q);
    for (int i = 0; i < 4; i++) {
        tick(&s, SECOND);
        tell(&s, 0);
    }
    tick(&s, SECOND - 1);
    assert_int_equal(state_of(&s, 0), WISH_SENT);
    tick(&s, 1);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_SILENT);
    expect_flash(&s,
                 "alpha01: no answer for 5 s. Enter: send again   x: forget");
    assert_int_equal(wishes_pending(s.w), 1);
    assert_int_equal(sent(&s, &again), 0); /* not by itself */
    assert_true(wishes_push(s.w, s.m, wish_of(s.w, node(&s, 0), 0, 0) == NULL
                ? 0 : wish_of(s.w, node(&s, 0), 0, 0)->group));
    assert_int_equal(sent(&s, &again), 1);
    assert_true(again.id == q.id);
    scene_accept(&s, 0, q.id, 30);
    tick(&s, SECOND);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_IN_FORCE);
    scene_end(&s);
}

static void
a_slow_link_is_given_five_round_trips(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    node(&s, 0)->rtt_us = 2 * SECOND;
    ask_30(&s, &q);
    for (int i = 0; i < 9; i++) {
        tick(&s, SECOND);
        tell(&s, 0);
        node(&s, 0)->rtt_us = 2 * SECOND;
    }
    assert_int_equal(state_of(&s, 0), WISH_SENT);
    tick(&s, SECOND);
    assert_int_equal(state_of(&s, 0), WISH_SILENT);
    scene_end(&s);
}

static void
a_stale_node_is_sent_to_with_a_warning(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    tick(&s, 4 * SECOND);
    assert_int_equal(node(&s, 0)->seen, SEEN_STALE);
    ask_30(&s, &q);
    assert_int_equal(state_of(&s, 0), WISH_SENT);
    tick(&s, SECOND / 10);
    bool warned = false;
    for (size_t i = 0; i < notes_count(s.m->notes); i++)
        warned |= strstr(notes_at(s.m->notes, i)->text, "is stale: throttle "
                         "30% sent all the same") != NULL;
    assert_true(warned);
    scene_end(&s);
}

static void
x_forgets(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    ask_30(&s, &q);
    assert_true(wishes_forget(s.w, node(&s, 0)));
    assert_false(wishes_forget(s.w, node(&s, 0)));
    assert_int_equal(wishes_pending(s.w), 0);
    expect_flash(&s, "");
    scene_end(&s);
}

static void
a_node_that_dies_leaves_it_open(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];

    scene_start(&s, 1);
    tick(&s, SECOND);
    ask_30(&s, &q);
    for (int i = 0; i < 6; i++)
        tick(&s, SECOND);
    assert_int_equal(node(&s, 0)->seen, SEEN_LOST);
    assert_int_equal(state_of(&s, 0), WISH_LOST);
    expect_flash(&s, "alpha01 went LOST before answering: 30% may or may not "
                     "be set");
    assert_false(wish_throttle(s.w, s.m, node(&s, 0), 50, false, say));
    assert_string_equal(say, "alpha01 is LOST: throttle not sent  "
                             "(r retries the connection)");
    /* it comes back, and it was set */
    s.node[0].told.throttle_percent = 30;
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_IN_FORCE);
    scene_end(&s);
}

static void
a_node_that_comes_back_without_it_is_said(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    ask_30(&s, &q);
    for (int i = 0; i < 7; i++)
        tick(&s, SECOND);
    assert_int_equal(state_of(&s, 0), WISH_LOST);
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_DIFFERS);
    expect_flash(&s, "alpha01: asked 30%, node reports 80%");
    scene_end(&s);
}

/* A step while one is on its way waits for its answer, and then goes with the
 * value that was accepted: the console does not refuse itself. */
static void
a_later_step_waits_for_the_answer(void **state)
{
    (void)state;
    struct scene s;
    struct question q, next;

    scene_start(&s, 1);
    wishes_group(s.w);
    step(&s, 0, -5);
    tick(&s, 300000);
    assert_int_equal(sent(&s, &q), 1);
    assert_int_equal(wish_throttle_now(s.w, node(&s, 0)), 75);
    wishes_group(s.w);
    step(&s, 0, -5);
    tick(&s, 400000);
    assert_int_equal(sent(&s, &next), 0);
    assert_true(wishes_deadline_us(s.w) > s.now_us);
    scene_accept(&s, 0, q.id, 75);
    assert_int_equal(sent(&s, &next), 1);
    expect_pair(&next, "value", "70");
    expect_pair(&next, "seen", "75");
    struct fake late = s.node[0]; /* told before the first: on its way */
    late.told.throttle_percent = 80;
    scene_accept(&s, 0, next.id, 70);
    struct input in = fake_state(&late, s.now_us, &s.works);
    model_feed(s.m, &in, NULL);
    wishes_look(s.w, s.m);
    assert_int_equal(state_of(&s, 0), WISH_ACCEPTED);
    s.node[0].seq++;
    tick(&s, 100000);
    tell(&s, 0);
    expect_flash(&s, "alpha01: throttle 70% in force (was 75%), 100 ms"
                     "      u: undo");
    scene_end(&s);
}

/* Two consoles look at one node; the node takes the first. */
static void
the_later_of_two_consoles_is_told(void **state)
{
    (void)state;
    struct scene s;
    struct question first, later;
    struct wishes *bob = wishes_new("bob", 8);
    char say[WISH_SAY_MAX];
    struct buf pairs = { 0 };

    scene_start(&s, 1);
    assert_true(wish_throttle(bob, s.m, node(&s, 0), 60, false, say));
    assert_true(wishes_next(bob, s.m, &first));
    expect_pair(&first, "seen", "80");
    ask_30(&s, &later);
    assert_true(first.id != later.id);
    expect_pair(&later, "seen", "80");
    s.node[0].told.throttle_percent = 60;
    struct input in = fake_reply(&s.node[0], later.id, EXIT_FAILED,
                                 "bob set 60% first (cmd 9c01)");
    pair_add(&pairs, "by", span_str("bob"));
    in.msg.reply.pairs = buf_span(&pairs);
    assert_true(wishes_answer(s.w, s.m, later.id, &in.msg.reply));
    assert_false(wishes_answer(s.w, s.m, first.id, &in.msg.reply));
    tell(&s, 0);
    assert_int_equal(state_of(&s, 0), WISH_REFUSED);
    expect_flash(&s, "alpha01: bob set 60% first (cmd 9c01); "
                     "yours was refused");
    wishes_free(bob);
    buf_fini(&pairs);
    scene_end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_go_to_multiples_of_five),
        cmocka_unit_test(one_press_goes_from_draft_to_in_force),
        cmocka_unit_test(a_state_that_overtook_the_answer_confirms),
        cmocka_unit_test(six_presses_in_a_second_send_one_command),
        cmocka_unit_test(enter_sends_at_once_and_esc_drops),
        cmocka_unit_test(back_at_the_start_sends_nothing),
        cmocka_unit_test(limits_are_said_and_nothing_is_sent),
        cmocka_unit_test(a_refusal_is_shown_as_it_is),
        cmocka_unit_test(another_value_is_said),
        cmocka_unit_test(the_old_value_for_three_periods_differs),
        cmocka_unit_test(silence_is_said_and_enter_sends_the_same_again),
        cmocka_unit_test(a_slow_link_is_given_five_round_trips),
        cmocka_unit_test(a_stale_node_is_sent_to_with_a_warning),
        cmocka_unit_test(x_forgets),
        cmocka_unit_test(a_node_that_dies_leaves_it_open),
        cmocka_unit_test(a_node_that_comes_back_without_it_is_said),
        cmocka_unit_test(a_later_step_waits_for_the_answer),
        cmocka_unit_test(the_later_of_two_consoles_is_told),
    };
    return cmocka_run_group_tests_name("tui_wish", tests, NULL, NULL);
}
