/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/command_scene.h"

static void
throttle_changes_at_once_and_is_told(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=70 by=kim"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "old"), 100);
    assert_int_equal(scene_number(&s, "new"), 70);
    int at = scene_find(&s, ACT_THROTTLE, 0);
    assert_true(at >= 0);
    assert_int_equal(s.did->v[at].throttle_percent, 70);
    assert_true(scene_logged(&s, "throttle", "from=100 to=70 by=kim"));
    assert_int_equal(scene_ask(&s, "throttle", NULL), EXIT_DONE);
    assert_int_equal(scene_number(&s, "new"), 70);
    assert_true(scene_find(&s, ACT_THROTTLE, 0) < 0);
    scene_free(&s);
}

static void
throttle_refuses_and_names_the_bound(void **state)
{
    (void)state;
    const struct { const char *words, *text; } row[] = {
        { "value=0", "throttle: 0 is outside 1..100; use pause" },
        { "value=101", "throttle: 101 is outside 1..100" },
        { "value=-5", "throttle: -5 is outside 1..100" },
        { "value=abc", "throttle: \"abc\" is not a whole number" },
        { "value=5.5", "throttle: \"5.5\" is not a whole number" },
        { "value=", "throttle: \"\" is not a whole number" },
        { "value=20", "alpha refused 20: its floor is 30" },
        { "value=90", "alpha refused 90: its ceiling is 80" },
    };
    struct scene s;
    scene_configure(&s);
    s.config.throttle_percent = 50;
    s.config.floor_percent = 30;
    s.config.ceiling_percent = 80;
    scene_start(&s);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(scene_ask(&s, "throttle", row[i].words), EXIT_USAGE);
        assert_string_equal(s.text, row[i].text);
        assert_true(scene_find(&s, ACT_THROTTLE, 0) < 0);
    }
    assert_int_equal(scene_ask(&s, "throttle", "delta=-40"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "new"), 30);
    assert_string_equal(s.text, "alpha stays at its floor 30");
    assert_int_equal(scene_ask(&s, "throttle", "delta=+5"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "new"), 35);
    assert_int_equal(scene_ask(&s, "throttle", "value=60 seen=50"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "alpha is at 35%, not at 50%");
    scene_free(&s);
}

static void
throttle_for_a_while_goes_back(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=70 for_ms=2000"), 0);
    assert_int_equal(scene_number(&s, "until_ms"), 2000);
    assert_int_equal(scene_ask(&s, "throttle", "value=60 for_ms=3000"), 0);
    assert_false(scene_until(&s, 2900 * 1000, ACT_THROTTLE));
    assert_true(core_deadline_us(s.core) <= s.now_us + 250 * 1000);
    assert_true(scene_until(&s, 400 * 1000, ACT_THROTTLE));
    int at = scene_find(&s, ACT_THROTTLE, 0);
    assert_int_equal(s.did->v[at].throttle_percent, 100);
    assert_false(scene_until(&s, 9000 * 1000, ACT_THROTTLE));
    scene_free(&s);
}

static void
pause_starts_nothing_until_resume(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "pause", NULL), EXIT_DONE);
    scene_expect_pair(&s, "phase", "pause");
    assert_int_equal(scene_ask(&s, "pause", NULL), EXIT_DONE);
    assert_string_equal(s.text, "already paused");
    assert_int_equal(scene_submit(&s, 3), EXIT_DONE);
    assert_true(scene_find(&s, ACT_RUN, 0) < 0);
    assert_int_equal(scene_ask(&s, "resume", NULL), EXIT_DONE);
    assert_true(scene_find(&s, ACT_RUN, 1) >= 0);
    assert_int_equal(scene_ask(&s, "pause", "for_ms=1000"), EXIT_DONE);
    assert_false(scene_until(&s, 1300 * 1000, ACT_EXIT));
    assert_int_equal(scene_ask(&s, "ping", NULL), EXIT_DONE);
    scene_expect_pair(&s, "phase", "run");
    scene_free(&s);
}

static void
last_live_node_is_drained_by_force_only(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    scene_add_peer(&s, "gone", PHASE_DRAIN);
    assert_int_equal(scene_ask(&s, "drain", NULL), EXIT_USAGE);
    assert_string_equal(s.text, "alpha is the last live node; --force drains "
                                "it anyway");
    assert_int_equal(scene_ask(&s, "drain", "force=1"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "ping", NULL), EXIT_LATER);
    assert_int_equal(scene_ask(&s, "undrain", NULL), EXIT_DONE);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_int_equal(scene_ask(&s, "drain", NULL), EXIT_DONE);
    assert_int_equal(scene_submit(&s, 1), EXIT_LATER);
    assert_string_equal(s.text, "alpha is draining; use another node (beta)");
    scene_free(&s);
}

static void
drain_deadline_stops_what_runs(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 2), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "drain", "force=1 deadline_ms=1000"), 0);
    assert_int_equal(scene_number(&s, "running"), 2);
    assert_false(scene_until(&s, 900 * 1000, ACT_STOP));
    assert_true(scene_until(&s, 400 * 1000, ACT_STOP));
    assert_true(scene_find(&s, ACT_STOP, 1) >= 0);
    scene_free(&s);
}

static void
stop_leaves_when_nothing_runs(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "stop", "by=kim"), EXIT_DONE);
    assert_true(scene_logged(&s, "stop", "from=run to=drain by=kim queued=0 "
                                         "running=0"));
    scene_expect_pair(&s, "phase", "drain");
    assert_int_equal(scene_ask(&s, "undrain", NULL), EXIT_LATER);
    assert_true(scene_until(&s, 100 * 1000, ACT_EXIT));
    scene_free(&s);
}

static void
roles_hold(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    s.role = ROLE_VIEW;
    assert_int_equal(scene_submit(&s, 1), EXIT_REFUSED);
    assert_string_equal(s.text, "role view may not submit on alpha");
    assert_int_equal(core_count(s.core).own_jobs, 0);
    assert_int_equal(scene_ask(&s, "throttle", NULL), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "policy", NULL), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "hello", NULL), EXIT_DONE);
    s.role = ROLE_SUBMIT;
    assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "throttle", "value=50"), EXIT_REFUSED);
    assert_string_equal(s.text, "role submit may not throttle on alpha");
    assert_int_equal(scene_ask(&s, "policy", "name=none"), EXIT_REFUSED);
    assert_int_equal(scene_ask(&s, "drain", "force=1"), EXIT_REFUSED);
    scene_free(&s);
}

static void
policy_is_set_as_a_whole_or_not(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "policy", "name=recever"), EXIT_USAGE);
    assert_string_equal(s.text, "unknown policy \"recever\"; policies: hybrid "
                                "sender receiver symmetric static none");
    assert_int_equal(scene_ask(&s, "policy", "name=sender min_push=0"),
                     EXIT_USAGE);
    assert_string_equal(s.text, "policy: min_push: 0 is outside 1..1000");
    assert_int_equal(scene_ask(&s, "policy", NULL), EXIT_DONE);
    scene_expect_pair(&s, "name", "hybrid");
    assert_int_equal(scene_ask(&s, "policy",
                               "name=symmetric difference=10 dead_rel=1.25 "
                               "duplicate=yes"), EXIT_DONE);
    scene_expect_pair(&s, "name", "symmetric");
    scene_expect_pair(&s, "dead_rel", "1.25");
    scene_expect_pair(&s, "duplicate", "yes");
    assert_int_equal(scene_number(&s, "difference"), 10);
    assert_int_equal(scene_ask(&s, "policy", "queue_max=5 queue_min=5"),
                     EXIT_USAGE);
    assert_int_equal(scene_ask(&s, "policy", "dead_rel=6"), EXIT_USAGE);
    assert_int_equal(scene_ask(&s, "placement", "name=least_load"), 0);
    scene_expect_pair(&s, "name", "least_load");
    assert_int_equal(scene_ask(&s, "placement", "name=best"), EXIT_USAGE);
    scene_free(&s);
}

static void
nodes_tell_themselves_and_their_peers(void **state)
{
    (void)state;
    struct scene s;
    struct span row;
    struct msg m;
    char name[64];
    unsigned n = 0;
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_int_equal(scene_ask(&s, "nodes", NULL), EXIT_DONE);
    for (size_t at = 0; row_next(s.reply.rows, &at, &row); n++) {
        assert_int_equal(row.p[8], n == 0 ? 1 : 2);
        assert_int_equal(msg_decode(MSG_STATE, span_of(row.p + 41,
                                                       row.len - 41), &m), 0);
        span_copy(m.state.name, name, sizeof name);
        assert_string_equal(name, n == 0 ? "alpha" : "beta");
    }
    assert_int_equal(n, 2);
    scene_free(&s);
}

static void
unknown_operation_is_named(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "dance", NULL), EXIT_USAGE);
    assert_string_equal(s.text, "alpha knows no operation \"dance\"");
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(throttle_changes_at_once_and_is_told),
        cmocka_unit_test(throttle_refuses_and_names_the_bound),
        cmocka_unit_test(throttle_for_a_while_goes_back),
        cmocka_unit_test(pause_starts_nothing_until_resume),
        cmocka_unit_test(last_live_node_is_drained_by_force_only),
        cmocka_unit_test(drain_deadline_stops_what_runs),
        cmocka_unit_test(stop_leaves_when_nothing_runs),
        cmocka_unit_test(roles_hold),
        cmocka_unit_test(policy_is_set_as_a_whole_or_not),
        cmocka_unit_test(nodes_tell_themselves_and_their_peers),
        cmocka_unit_test(unknown_operation_is_named),
    };
    return cmocka_run_group_tests_name("command_node", tests, NULL, NULL);
}
