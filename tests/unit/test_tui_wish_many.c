/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/wish_scene.h"

/* ---- groups ---- */

static void
a_group_is_counted(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    uint64_t id[60];
    char say[WISH_SAY_MAX];

    scene_start(&s, 60);
    wishes_group(s.w);
    for (size_t i = 0; i < 60; i++)
        assert_true(wish_throttle(s.w, s.m, node(&s, i), 70, false, say));
    for (size_t i = 0; i < 60; i++) {
        assert_true(wishes_next(s.w, s.m, &q));
        id[i] = q.id;
    }
    assert_false(wishes_next(s.w, s.m, &q));
    expect_flash(&s, "throttle 70%: 0 of 60 confirmed, 60 waiting");
    scene_refuse(&s, 59, id[59], "below floor 75% (node.ini)");
    for (size_t i = 0; i < 41; i++)
        scene_accept(&s, i, id[i], 70);
    tick(&s, SECOND);
    tell_all(&s);
    expect_flash(&s,
                 "throttle 70%: 41 of 60 confirmed, 1 refused, 18 waiting");
    /* what is no longer marked still counts */
    tick(&s, 3 * SECOND);
    tell_all(&s);
    assert_int_equal(state_of(&s, 0), 0);
    expect_flash(&s,
                 "throttle 70%: 41 of 60 confirmed, 1 refused, 18 waiting");
    for (size_t i = 41; i < 59; i++)
        scene_accept(&s, i, id[i], 70);
    tick(&s, SECOND / 2);
    tell_all(&s);
    expect_flash(&s, "throttle 70%: 59 of 60 confirmed, 1 refused");
    tick(&s, 20 * SECOND);
    expect_flash(&s, "");
    scene_end(&s);
}

static void
drafts_of_several_nodes_are_one(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 2);
    wishes_group(s.w);
    step(&s, 0, -5);
    step(&s, 1, -5);
    expect_flash(&s, "2 nodes: throttle 75% in 0.3 s  "
                     "(F7/F8 to go on, Esc to drop)");
    step(&s, 1, -5);
    expect_flash(&s, "2 nodes: throttle 70-75% in 0.3 s  "
                     "(F7/F8 to go on, Esc to drop)");
    tick(&s, 300000);
    assert_int_equal(sent(&s, &q), 2);
    scene_end(&s);
}

/* ---- other commands ---- */

static void
phases_and_policy_carry_what_was_seen(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];
    struct wish_order pause = { .kind = WISH_PAUSE };
    struct wish_order policy = { .kind = WISH_POLICY, .name = "receiver" };

    scene_start(&s, 1);
    assert_true(wish_order(s.w, s.m, node(&s, 0), &pause, say));
    assert_false(wish_order(s.w, s.m, node(&s, 0), &pause, say));
    assert_string_equal(say, "alpha01: pause is on its way already");
    assert_int_equal(sent(&s, &q), 1);
    assert_string_equal(q.op, "pause");
    expect_pair(&q, "seen", "run");
    expect_flash(&s, "alpha01: pause sent, waiting for the node");
    struct input in = fake_reply(&s.node[0], q.id, EXIT_DONE, "");
    assert_true(wishes_answer(s.w, s.m, q.id, &in.msg.reply));
    s.node[0].told.phase = PHASE_PAUSE;
    tick(&s, 300000);
    tell(&s, 0);
    expect_flash(&s, "alpha01: pause in force (was run), 300 ms"
                     "      u: undo");
    assert_false(wish_order(s.w, s.m, node(&s, 0), &pause, say));
    assert_string_equal(say, "alpha01 already paused");
    assert_true(wish_order(s.w, s.m, node(&s, 0), &policy, say));
    assert_int_equal(sent(&s, &q), 1);
    expect_pair(&q, "name", "receiver");
    expect_pair(&q, "seen", "hybrid");
    scene_refuse(&s, 0, q.id, "role operator needed");
    expect_flash(&s, "alpha01: policy receiver refused: "
                     "role operator needed");
    scene_end(&s);
}

static void
workloads_are_asked_of_their_home(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];
    struct wish_order hold = { .kind = WISH_HOLD, .workload = 7 };
    size_t n, skip;

    scene_start(&s, 1);
    s.node[0].work[0] = (struct state_workload){
        .number = 7, .n_jobs = 10, .queued = 10, .kind = span_str("sleep"),
        .label = span_str("render")
    };
    s.node[0].n_works = 1;
    tell(&s, 0);
    assert_true(wish_order(s.w, s.m, node(&s, 0), &hold, say));
    assert_int_equal(sent(&s, &q), 1);
    assert_string_equal(q.op, "hold");
    expect_pair(&q, "workload", "7");
    expect_flash(&s, "render-7: hold sent, waiting for the node");
    assert_non_null(wish_of(s.w, node(&s, 0), WISH_HOLD, 7));
    assert_null(wish_of(s.w, node(&s, 0), 0, 0));
    struct input in = fake_reply(&s.node[0], q.id, EXIT_DONE, "");
    assert_true(wishes_answer(s.w, s.m, q.id, &in.msg.reply));
    s.node[0].work[0].held = 1;
    tick(&s, 100000);
    tell(&s, 0);
    expect_flash(&s, "render-7: hold in force, 100 ms");
    assert_false(wishes_undo_look(s.w, s.m, &n, &skip, say));
    assert_string_equal(say, "hold of render-7 is not undone by u");
    scene_end(&s);
}

/* ---- undo ---- */

/* Both nodes to 50, confirmed; they were at 80 and 60. */
static void
set_both(struct scene *s)
{
    char say[WISH_SAY_MAX];
    struct question q;

    s->node[1].told.throttle_percent = 60;
    tell(s, 1);
    wishes_group(s->w);
    for (size_t i = 0; i < 2; i++) {
        assert_true(wish_throttle(s->w, s->m, node(s, i), 50, false, say));
        assert_true(wishes_next(s->w, s->m, &q));
        scene_accept(s, i, q.id, 50);
    }
    tick(s, SECOND);
    tell_all(s);
}

static void
undo_gives_each_node_its_own_value_back(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];
    size_t n, skip;

    scene_start(&s, 2);
    assert_false(wishes_undo_look(s.w, s.m, &n, &skip, say));
    assert_string_equal(say, "nothing to undo");
    set_both(&s);
    assert_true(wishes_undo_look(s.w, s.m, &n, &skip, say));
    assert_int_equal(n, 2);
    assert_int_equal(skip, 0);
    wishes_undo(s.w, s.m);
    assert_true(wishes_next(s.w, s.m, &q));
    expect_pair(&q, "value", "80");
    expect_pair(&q, "seen", "50");
    assert_true(wishes_next(s.w, s.m, &q));
    expect_pair(&q, "value", "60");
    assert_false(wishes_next(s.w, s.m, &q));
    scene_end(&s);
}

static void
undo_skips_what_was_changed_since(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    char say[WISH_SAY_MAX];
    size_t n, skip;

    scene_start(&s, 2);
    set_both(&s);
    s.node[0].told.throttle_percent = 33;
    tell(&s, 0);
    assert_true(wishes_undo_look(s.w, s.m, &n, &skip, say));
    assert_int_equal(n, 1);
    assert_int_equal(skip, 1);
    assert_string_equal(say, "Undo throttle of alpha02, skip 1 changed since");
    wishes_undo(s.w, s.m);
    assert_int_equal(sent(&s, &q), 1);
    assert_true(node_id_equal(&q.to, &s.node[1].id));
    scene_end(&s);
}

static void
undo_ends_after_ten_minutes(void **state)
{
    (void)state;
    struct scene s;
    char say[WISH_SAY_MAX];
    size_t n, skip;

    scene_start(&s, 2);
    set_both(&s);
    for (int i = 0; i < 599; i++) {
        tick(&s, SECOND);
        tell_all(&s);
    }
    assert_true(wishes_undo_look(s.w, s.m, &n, &skip, say));
    tick(&s, SECOND);
    tell_all(&s);
    assert_false(wishes_undo_look(s.w, s.m, &n, &skip, say));
    scene_end(&s);
}

/* ---- replay ---- */

static void
a_recorded_command_is_shown(void **state)
{
    (void)state;
    struct scene s;
    struct buf pairs = { 0 };

    scene_start(&s, 1);
    pair_add_u64(&pairs, "value", 70);
    struct question q = { .id = 99, .to = s.node[0].id, .op = "throttle",
                          .pairs = buf_span(&pairs) };
    wishes_asked(s.w, s.m, &q);
    wishes_asked(s.w, s.m, &q);
    struct question other = { .id = 98, .op = "nodes" };
    wishes_asked(s.w, s.m, &other);
    assert_int_equal(wishes_pending(s.w), 1);
    expect_flash(&s, "alpha01: throttle 70% sent, waiting for the node");
    tick(&s, 200000);
    scene_accept(&s, 0, 99, 70);
    tell(&s, 0);
    expect_flash(&s, "alpha01: throttle 70% in force (was 80%), 200 ms"
                     "      u: undo");
    buf_fini(&pairs);
    scene_end(&s);
}

/* Enter at one node does not send again what others left unanswered. */
static void
only_the_group_at_hand_is_sent_again(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 2);
    for (size_t i = 0; i < 2; i++) {
        wishes_group(s.w);
        step(&s, i, -5);
    }
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 2);
    for (int i = 0; i < 5; i++) {
        tick(&s, SECOND);
        tell_all(&s);
    }
    assert_int_equal(state_of(&s, 0), WISH_SILENT);
    assert_int_equal(state_of(&s, 1), WISH_SILENT);
    assert_true(wishes_push(s.w, s.m,
                            wish_of(s.w, node(&s, 1), 0, 0)->group));
    assert_int_equal(sent(&s, &q), 1);
    assert_true(node_id_equal(&q.to, &s.node[1].id));
    scene_end(&s);
}

/* What is refused by the console itself was never sent, or not again. */
static void
a_draft_that_is_refused_is_not_sent(void **state)
{
    (void)state;
    struct scene s;
    struct question q;
    size_t at = 0;

    scene_start(&s, 1);
    wishes_group(s.w);
    step(&s, 0, -5);
    wishes_refuse(s.w, s.m, wishes_draft(s.w, &at)->id, "read-only");
    assert_null(wishes_draft(s.w, &at));
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 0);
    assert_int_equal(wish_of(s.w, node(&s, 0), 0, 0)->status, EXIT_REFUSED);
    expect_flash(&s, "read-only"); /* all that it says */
    wishes_group(s.w);
    step(&s, 0, -5);
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 1);
    for (int i = 0; i < 5; i++) {
        tick(&s, SECOND);
        tell_all(&s);
    }
    assert_int_equal(state_of(&s, 0), WISH_SILENT);
    assert_true(wishes_push(s.w, s.m,
                            wish_of(s.w, node(&s, 0), 0, 0)->group));
    at = 0;
    wishes_refuse(s.w, s.m, wishes_draft(s.w, &at)->id, "read-only");
    assert_int_equal(sent(&s, &q), 0);
    assert_int_equal(state_of(&s, 0), WISH_SILENT);
    scene_end(&s);
}

static void
a_far_node_is_waited_for_without_haste(void **state)
{
    (void)state;
    struct scene s;
    struct question q;

    scene_start(&s, 1);
    step(&s, 0, -5);
    tick(&s, SECOND);
    assert_int_equal(sent(&s, &q), 1);
    node(&s, 0)->rtt_us = 2 * SECOND;
    wishes_look(s.w, s.m);
    assert_true(wishes_deadline_us(s.w) == s.now_us + 10 * SECOND);
    scene_end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_counted),
        cmocka_unit_test(drafts_of_several_nodes_are_one),
        cmocka_unit_test(phases_and_policy_carry_what_was_seen),
        cmocka_unit_test(workloads_are_asked_of_their_home),
        cmocka_unit_test(undo_gives_each_node_its_own_value_back),
        cmocka_unit_test(undo_skips_what_was_changed_since),
        cmocka_unit_test(undo_ends_after_ten_minutes),
        cmocka_unit_test(a_recorded_command_is_shown),
        cmocka_unit_test(only_the_group_at_hand_is_sent_again),
        cmocka_unit_test(a_draft_that_is_refused_is_not_sent),
        cmocka_unit_test(a_far_node_is_waited_for_without_haste),
    };
    return cmocka_run_group_tests_name("tui_wish_many", tests, NULL, NULL);
}
