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

/* Whether the screen has it, in one row. */
static bool
shows(struct scene *s, const char *part)
{
    struct canvas *c = canvas_new(80, 24);
    struct buf text = { 0 };

    app_draw(s->a, c);
    canvas_dump(c, false, &text);
    buf_u8(&text, 0);
    bool found = strstr((const char *)buf_span(&text).p, part) != NULL;
    buf_fini(&text);
    canvas_free(c);
    return found;
}

static void
the_question_about_leaving_follows_the_answers(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "=50<Enter>j=60<Enter>q");
    assert_string_equal(s.a->u.dialog.line[0],
                        "2 commands have no answer yet. Leave?");
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    assert_string_equal(s.a->u.dialog.line[0],
                        "1 command has no answer yet. Leave?");
    in = fake_reply(&s.node[1], s.asked[1].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    assert_false(s.a->u.dialog.open);
    assert_string_equal(s.a->u.flash, "answered  (q leaves)");
    assert_int_equal(scene_did(&s, EFFECT_QUIT), 0);
    scene_close(&s);
}

static void
a_question_tells_the_numbers_of_now(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    s.node[0].told.running = 2;
    s.node[0].told.queued = 1289;
    scene_tell(&s, 0);
    scene_keys(&s, "p");
    assert_true(shows(&s, "1289 move to others where they can."));
    s.node[0].told.running = 1;
    s.node[0].told.queued = 93;
    scene_second(&s, 1);
    assert_true(shows(&s, "1 running job will finish; 93 move to others"));
    s.node[1].told.phase = PHASE_PAUSE;     /* nobody takes them now */
    scene_tell(&s, 1);
    assert_true(shows(&s, "1 running job will finish; 93 wait."));
    scene_keys(&s, "nd");
    assert_true(shows(&s, "sends its 93 pending jobs"));
    s.node[0].told.queued = 88;
    scene_tell(&s, 0);
    assert_true(shows(&s, "sends its 88 pending jobs"));
    assert_string_equal(s.a->u.dialog.word, "alpha01");
    scene_close(&s);
}

static void
a_key_that_comes_too_early_is_told(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "py");
    assert_true(s.a->u.dialog.open);
    assert_true(shows(&s, "Too quick: press y again. Pause alpha01?"));
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "<wait 300ms>y");
    assert_int_equal(s.n_asked, 1);
    scene_keys(&s, "da");
    assert_true(shows(&s, "Too quick: again"));
    scene_keys(&s, "<wait 300ms>a");
    assert_false(shows(&s, "Too quick"));
    scene_close(&s);
}

/* Before a number is asked for. */
static void
a_lost_node_is_told_at_once(void **state)
{
    (void)state;
    static const char *const keys[] = { "=", "P", "<F7>", "<F8>", "p", "d" };
    struct scene s;

    scene_open(&s, 1, NULL);
    for (int i = 0; i < 8; i++)
        scene_second(&s, 0);
    assert_int_equal(scene_node(&s, 0)->seen, SEEN_LOST);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        s.a->u.flash[0] = '\0';
        scene_keys(&s, keys[i]);
        assert_int_equal(s.a->u.prompt.use, PROMPT_NONE);
        assert_false(s.a->u.menu.open);
        assert_false(s.a->u.dialog.open);
        assert_non_null(strstr(s.a->u.flash, "alpha01 is LOST: "));
    }
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

/* The screens show both of its names. */
static void
a_workload_is_cancelled_by_either_name(void **state)
{
    (void)state;
    static const char *const typed[] = { "render-7", "alpha02-7" };

    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        scene_open(&s, 2, NULL);
        scene_work(&s, 1, "render", false);
        scene_keys(&s, "2K<wait 300ms>");
        assert_string_equal(s.a->u.prompt.label,
                            "Type render-7 or alpha02-7 to go on:  ");
        assert_non_null(strstr(s.a->u.dialog.line[0],
                               "Cancel render-7 (alpha02-7): "));
        scene_keys(&s, "alpha01-7<Enter>");
        assert_string_equal(scene_flash(&s), "not the name");
        scene_keys(&s, typed[i]);
        scene_keys(&s, "<Enter>");
        assert_int_equal(s.n_asked, 1);
        assert_string_equal(s.asked[0].op, "cancel");
        scene_close(&s);
    }
}

static void
a_long_name_has_room_to_be_typed(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "a-program-of-a-long-name", false);
    scene_keys(&s, "2K<wait 300ms>");
    assert_string_equal(s.a->u.prompt.label,
                        "Type either name to go on:  ");
    scene_close(&s);
}

static void
without_a_label_a_workload_has_one_name(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "", false);
    scene_keys(&s, "2K<wait 300ms>");
    assert_string_equal(s.a->u.prompt.label,
                        "Type the workload to go on:  ");
    scene_keys(&s, "<Enter>");
    assert_string_equal(scene_flash(&s), "not the name");
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workload_is_cancelled_by_either_name),
        cmocka_unit_test(a_long_name_has_room_to_be_typed),
        cmocka_unit_test(without_a_label_a_workload_has_one_name),
        cmocka_unit_test(undo_takes_back_what_was_confirmed),
        cmocka_unit_test(undo_is_not_undone),
        cmocka_unit_test(undo_of_an_older_command_asks),
        cmocka_unit_test(undo_is_of_the_command_that_was_shown),
        cmocka_unit_test(leaving_with_open_commands_asks),
        cmocka_unit_test(the_question_about_leaving_follows_the_answers),
        cmocka_unit_test(a_question_tells_the_numbers_of_now),
        cmocka_unit_test(a_key_that_comes_too_early_is_told),
        cmocka_unit_test(a_lost_node_is_told_at_once),
    };
    return cmocka_run_group_tests_name("tui_app_dialog", tests, NULL, NULL);
}
