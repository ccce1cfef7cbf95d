/* SPDX-License-Identifier: MPL-2.0 */
/* What is asked before something is done: undo, leaving, dialogs that stay
 * open. */
#include "tests/unit/app_scene.h"

static void
undo_takes_back_what_was_confirmed(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "u");
    assert_string_equal(scene_flash(&s), "nothing to undo");
    scene_keys(&s, "=50<Enter>");
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    s.node[0].told.throttle_percent = 50;
    scene_second(&s, SIZE_MAX);
    scene_keys(&s, "u");
    assert_int_equal(s.n_asked, 2);
    assert_string_equal(s.asked[1].value, "80");
    scene_close(&s);
}

/* Once: a second u does not bring the undone value back. */
static void
undo_is_not_undone(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "=50<Enter>");
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    s.node[0].told.throttle_percent = 50;
    scene_second(&s, SIZE_MAX);
    scene_keys(&s, "uu");
    assert_int_equal(s.n_asked, 2);
    assert_string_equal(s.a->u.flash,
                        "nothing to undo: the last command was undone");
    in = fake_reply(&s.node[0], s.asked[1].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    s.node[0].told.throttle_percent = 80;
    scene_second(&s, SIZE_MAX);
    assert_null(strstr(scene_flash(&s), "u: undo"));
    scene_keys(&s, "u");
    assert_int_equal(s.n_asked, 2);
    assert_false(s.a->u.dialog.open);
    scene_close(&s);
}

/* What came after it is named first: u alone means the last command. */
static void
undo_of_an_older_command_asks(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "=50<Enter>");
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    s.node[0].told.throttle_percent = 50;
    scene_second(&s, SIZE_MAX);
    scene_keys(&s, "2u");       /* no node is on that screen */
    assert_string_equal(s.a->u.dialog.line[0], "Undo throttle of alpha01?");
    scene_keys(&s, "<wait 300ms>n1j=60<Enter>");
    scene_second(&s, SIZE_MAX);
    scene_keys(&s, "u");
    assert_string_equal(s.a->u.dialog.line[0], "Undo throttle of alpha01, "
                        "1.30s ago, before throttle of alpha02?");
    assert_int_equal(s.n_asked, 2);
    scene_keys(&s, "<wait 300ms>y");
    assert_int_equal(s.n_asked, 3);
    assert_string_equal(s.asked[2].value, "80");
    scene_close(&s);
}

/* The question is about one command; another that is confirmed before the
 * answer is not undone in its place. */
static void
undo_is_of_the_command_that_was_shown(void **state)
{
    (void)state;
    struct scene s;

    for (int late = 0; late < 2; late++) {
        scene_open(&s, 2, NULL);
        scene_keys(&s, "=50<Enter>");
        struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE,
                                     "");
        scene_feed(&s, &in);
        s.node[0].told.throttle_percent = 50;
        scene_second(&s, SIZE_MAX);
        scene_keys(&s, "j=60<Enter>Zu");
        assert_non_null(strstr(s.a->u.dialog.line[0],
                               "Undo throttle of alpha01, "));
        if (late == 1) {
            in = fake_reply(&s.node[1], s.asked[1].id, EXIT_DONE, "");
            scene_feed(&s, &in);
            s.node[1].told.throttle_percent = 60;
            scene_second(&s, SIZE_MAX);
        }
        scene_keys(&s, "<wait 300ms>y");
        assert_int_equal(s.n_asked, late == 1 ? 2 : 3);
        if (late == 1)
            assert_string_equal(s.a->u.flash, "another command came into "
                                "force meanwhile: nothing sent  (u asks "
                                "again)");
        else
            assert_true(node_id_equal(&s.asked[2].to, &s.node[0].id));
        scene_close(&s);
    }
}

static void
leaving_with_open_commands_asks(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "=50<Enter>q");
    assert_string_equal(s.a->u.dialog.line[0],
                        "1 command has no answer yet. Leave?");
    scene_keys(&s, "<wait 300ms>n");
    assert_int_equal(scene_did(&s, EFFECT_QUIT), 0);
    scene_keys(&s, "q<wait 300ms>y");
    assert_int_equal(scene_did(&s, EFFECT_QUIT), 1);
    scene_key(&s, 3);
    assert_int_equal(scene_did(&s, EFFECT_QUIT), 2);
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_takes_back_what_was_confirmed),
        cmocka_unit_test(undo_is_not_undone),
        cmocka_unit_test(undo_of_an_older_command_asks),
        cmocka_unit_test(undo_is_of_the_command_that_was_shown),
        cmocka_unit_test(leaving_with_open_commands_asks),
    };
    return cmocka_run_group_tests_name("tui_app_dialog", tests, NULL, NULL);
}
