/* SPDX-License-Identifier: MPL-2.0 */
/* What changes something: targets, questions, refusals. */
#include "tests/unit/app_scene.h"

static void
steps_of_one_node_go_without_a_question(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "j<F7>");
    assert_string_equal(scene_flash(&s),
                        "alpha02: throttle 75% in 0.3 s  "
                        "(F7/F8 to go on, Esc to drop)");
    scene_keys(&s, "-<wait 300ms>");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].op, "throttle");
    assert_string_equal(s.asked[0].value, "70");
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_close(&s);
}

static void
six_presses_are_one_command(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    for (int i = 0; i < 6; i++)
        scene_keys(&s, "F7<wait 160ms>");
    scene_keys(&s, "<wait 300ms>");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].value, "50");
    scene_close(&s);
}

static void
enter_sends_and_esc_drops(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "F8<Esc><wait 1s>");
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "F8<Enter>");
    assert_int_equal(s.n_asked, 1);
    assert_int_equal(s.a->u.screen, SCREEN_NODES);
    scene_close(&s);
}

static void
marked_nodes_come_before_the_cursor(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 4, NULL);
    scene_keys(&s, "<Space><Space>F7<wait 300ms>");
    assert_int_equal(s.n_asked, 2);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[0].id));
    assert_true(node_id_equal(&s.asked[1].to, &s.node[1].id));
    scene_close(&s);
}

static void
pause_asks_and_enter_alone_is_no(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    s.node[0].told.running = 7;
    s.node[1].told.running = 6;
    s.node[0].told.queued = 1120;
    s.node[1].told.queued = 988;
    scene_tell(&s, 0);
    scene_tell(&s, 1);
    scene_keys(&s, "<Space><Space>p");
    assert_true(s.a->u.dialog.open);
    assert_false(s.a->u.dialog.box);
    assert_string_equal(s.a->u.dialog.line[0],
                        "Pause 2 nodes (alpha01, alpha02)? 13 running jobs "
                        "will finish; 2108 move to others where they can.");
    scene_keys(&s, "<wait 300ms><Enter>");
    assert_false(s.a->u.dialog.open);
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "p<wait 300ms>x");
    assert_true(s.a->u.dialog.open);
    scene_keys(&s, "y");
    assert_int_equal(s.n_asked, 2);
    assert_string_equal(s.asked[1].op, "pause");
    scene_close(&s);
}

static void
keys_of_the_first_moment_were_meant_for_the_screen(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "py<wait 299ms>y");
    assert_true(s.a->u.dialog.open);
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "<wait 1ms>y");
    assert_int_equal(s.n_asked, 1);
    scene_close(&s);
}

static void
drain_wants_the_name(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    s.node[1].told.queued = 310;
    s.node[1].told.running = 2;
    scene_tell(&s, 1);
    scene_keys(&s, "jd");
    assert_true(s.a->u.dialog.box);
    assert_string_equal(s.a->u.dialog.title, "Drain");
    assert_string_equal(s.a->u.dialog.line[0],
                        "Drain alpha02: it takes no new jobs, sends its 310 "
                        "pending jobs to others, lets 2 running jobs finish, "
                        "and then stays idle until started (s).");
    assert_string_equal(s.a->u.dialog.line[1],
                        "Room elsewhere: 2 nodes can take them.");
    assert_string_equal(s.a->u.prompt.label,
                        "Type the node name to go on:  ");
    scene_keys(&s, "<wait 300ms>y<Enter>");
    assert_string_equal(scene_flash(&s), "not the name");
    scene_keys(&s, "<Enter>");
    assert_true(s.a->u.dialog.open);
    scene_keys(&s, "alpha01<Enter>");
    assert_false(s.a->u.dialog.open);
    assert_int_equal(s.a->u.prompt.use, PROMPT_NONE);
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "d<wait 300ms>alpha02<Enter>");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].op, "drain");
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_close(&s);
}

static void
drain_of_several_wants_their_number(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "<Space><Space>d<wait 300ms>");
    assert_string_equal(s.a->u.dialog.word, "2");
    assert_string_equal(s.a->u.prompt.label, "Type 2 to go on:  ");
    scene_keys(&s, "<Esc>");
    assert_int_equal(s.n_asked, 0);
    assert_string_equal(scene_flash(&s), "nothing sent");
    scene_close(&s);
}

/* The targets are those of the key press, whatever comes afterwards. */
static void
targets_are_fixed_when_the_question_opens(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "jp<wait 300ms>");
    s.a->u.cursor = s.node[2].id;
    scene_node(&s, 0)->marked = true;
    scene_keys(&s, "y");
    assert_int_equal(s.n_asked, 1);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_close(&s);
}

static void
more_than_ten_nodes_are_asked_for(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 11, NULL);
    scene_keys(&s, "tF7");
    assert_true(s.a->u.dialog.open);
    assert_false(s.a->u.dialog.box);
    scene_keys(&s, "<wait 300ms>y<wait 300ms>");
    assert_int_equal(s.n_asked, 11);
    scene_close(&s);
}

static void
all_shown_wants_their_number(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 12, NULL);
    scene_keys(&s, "a=40<Enter>");
    assert_true(s.a->u.dialog.box);
    assert_string_equal(s.a->u.dialog.title, "Throttle 40% on ALL SHOWN");
    assert_string_equal(s.a->u.dialog.line[0],
                        "12 nodes (filter: none).  Now 80-80%, mean 80%.");
    assert_string_equal(s.a->u.dialog.word, "12");
    scene_keys(&s, "<wait 300ms>12<Enter>");
    assert_int_equal(s.n_asked, 12);
    assert_string_equal(s.asked[11].value, "40");
    assert_false(s.a->u.all_next); /* the next one only */
    scene_keys(&s, "a<Esc>F7<wait 300ms>");
    assert_int_equal(s.n_asked, 12); /* waits for the answer to the one */
    scene_close(&s);
}

static void
all_shown_skips_what_is_stale(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 13, NULL);
    for (int i = 0; i < 4; i++)
        scene_second(&s, 12);
    assert_int_equal(scene_node(&s, 12)->seen, SEEN_STALE);
    scene_keys(&s, "ap<wait 300ms>");
    assert_string_equal(s.a->u.dialog.line[1],
                        "1 of them is stale and will be skipped.");
    scene_keys(&s, "13<Enter>");
    assert_int_equal(s.n_asked, 12);
    scene_close(&s);
}

static void
marked_nodes_that_are_lost_are_said(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    for (int i = 0; i < 6; i++)
        scene_second(&s, 2);
    scene_keys(&s, "tp");
    assert_string_equal(s.a->u.dialog.line[0],
                        "Pause 2 nodes (alpha01, alpha02)? 0 running jobs "
                        "will finish; 0 wait. 1 more cannot be asked.");
    scene_keys(&s, "<wait 300ms>nF7");
    assert_string_equal(scene_flash(&s), "1 of 3 nodes cannot be asked: not "
                                         "sent there");
    scene_close(&s);
}

static void
hidden_marks_are_asked_for(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "t\\alpha01<Enter>F7");
    assert_true(s.a->u.dialog.open);
    assert_non_null(strstr(s.a->u.dialog.line[0], "2 of them are not shown"));
    scene_close(&s);
}

static void
what_is_so_already_is_not_sent(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    s.node[0].told.phase = s.node[1].told.phase = PHASE_PAUSE;
    scene_tell(&s, 0);
    scene_tell(&s, 1);
    scene_keys(&s, "<Space><Space>p");
    assert_false(s.a->u.dialog.open);
    assert_string_equal(scene_flash(&s), "2 nodes already paused");
    scene_keys(&s, "Us");
    assert_string_equal(scene_flash(&s), "alpha03 already running");
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "ks");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].op, "resume");
    scene_close(&s);
}

static void
a_lost_node_gets_no_command(void **state)
{
    (void)state;
    static const struct { const char *keys, *flash; } table[] = {
        { "F7", "throttle" }, { "+", "throttle" }, { "(", "throttle" },
        { "_", "throttle" }, { "p", "pause" }, { "d", "drain" },
        { "s", "start" },
    };
    struct scene s;
    char expected[100];

    scene_open(&s, 2, NULL);
    for (int i = 0; i < 6; i++)
        scene_second(&s, 1);
    scene_keys(&s, "j");
    for (int open = 0; open < 2; open++) {
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
            scene_keys(&s, table[i].keys);
            expected[0] = '\0';
            text_add(expected, sizeof expected, "alpha02 is LOST: %s not "
                     "sent  (r retries the connection)", table[i].flash);
            assert_string_equal(scene_flash(&s), expected);
            assert_false(s.a->u.dialog.open);
        }
        scene_keys(&s, "<Enter>");
        assert_int_equal(s.a->u.screen, SCREEN_DETAIL);
    }
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

static void
policies_are_a_menu(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "P");
    assert_true(s.a->u.menu.open);
    assert_int_equal(s.a->u.menu.n, 6);
    assert_string_equal(s.a->u.menu.item[0].name, "hybrid");
    assert_non_null(strstr(s.a->u.menu.item[0].text, "(2)"));
    assert_non_null(strstr(s.a->u.menu.item[1].text, "(0)"));
    scene_keys(&s, "<Esc>");
    assert_false(s.a->u.menu.open);
    scene_keys(&s, "Pjj<Enter>");
    assert_string_equal(s.a->u.dialog.line[0],
                        "Policy receiver on alpha01? Now hybrid.");
    scene_keys(&s, "<wait 300ms>y");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].name, "receiver");
    scene_close(&s);
}

static void
the_throttle_prompt_says_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *text, *error; } table[] = {
        { "0", "0 is refused: use pause (p)" },
        { "abc", "a whole number, please" },
        { "6e1", "a whole number, please" },
        { "", "a whole number, please" },
        { "-5", "a whole number, please" },
        { "150", "100 is the ceiling of alpha01" },
        { "5", "10 is the floor of alpha01" },
    };
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "=");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        scene_key(&s, 21); /* ^U */
        scene_keys(&s, table[i].text);
        scene_keys(&s, "<Enter>");
        assert_int_equal(s.a->u.prompt.use, PROMPT_THROTTLE);
        assert_string_equal(s.a->u.prompt.error, table[i].error);
    }
    scene_key(&s, 21);
    scene_keys(&s, "60%<Enter>");
    assert_int_equal(s.a->u.prompt.use, PROMPT_NONE);
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].value, "60");
    scene_close(&s);
}

static void
workloads_are_steered_at_their_home(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "render", false);
    scene_keys(&s, "2s");
    assert_string_equal(scene_flash(&s), "render-7 is not held");
    scene_keys(&s, "H<wait 300ms>y");
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].op, "hold");
    assert_string_equal(s.asked[0].workload, "7");
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_keys(&s, "R");
    assert_string_equal(s.a->u.dialog.line[0],
                        "Retry 3 failed jobs of render-7?");
    scene_keys(&s, "<wait 300ms>nK<wait 300ms>");
    assert_true(s.a->u.dialog.box);
    assert_string_equal(s.a->u.dialog.word, "render-7");
    scene_keys(&s, "<Esc>");
    assert_int_equal(s.n_asked, 1);
    scene_close(&s);
}

static void
a_frozen_screen_asks_first(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "Z");
    for (int i = 0; i < 4; i++)
        scene_second(&s, SIZE_MAX);
    scene_keys(&s, "F7");
    assert_string_equal(s.a->u.dialog.line[0],
                        "The screen has been frozen for 4 s. Send anyway?");
    scene_keys(&s, "<wait 300ms>y");
    char text[WISH_SAY_MAX];
    wishes_flash(s.a->wishes, app_model(s.a), text, sizeof text);
    assert_string_equal(text, "alpha01: throttle 75% in 0.3 s  "
                              "(F7/F8 to go on, Esc to drop)");
    scene_keys(&s, "<wait 300ms>");
    assert_int_equal(s.n_asked, 1);
    scene_keys(&s, "<wait 600ms>");
    wishes_flash(s.a->wishes, app_model(s.a), text, sizeof text);
    assert_string_equal(text, "alpha01: throttle 75% sent, waiting for the "
                              "node (0.6 s)");
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_one_node_go_without_a_question),
        cmocka_unit_test(six_presses_are_one_command),
        cmocka_unit_test(enter_sends_and_esc_drops),
        cmocka_unit_test(marked_nodes_come_before_the_cursor),
        cmocka_unit_test(pause_asks_and_enter_alone_is_no),
        cmocka_unit_test(keys_of_the_first_moment_were_meant_for_the_screen),
        cmocka_unit_test(drain_wants_the_name),
        cmocka_unit_test(drain_of_several_wants_their_number),
        cmocka_unit_test(targets_are_fixed_when_the_question_opens),
        cmocka_unit_test(more_than_ten_nodes_are_asked_for),
        cmocka_unit_test(all_shown_wants_their_number),
        cmocka_unit_test(all_shown_skips_what_is_stale),
        cmocka_unit_test(marked_nodes_that_are_lost_are_said),
        cmocka_unit_test(hidden_marks_are_asked_for),
        cmocka_unit_test(what_is_so_already_is_not_sent),
        cmocka_unit_test(a_lost_node_gets_no_command),
        cmocka_unit_test(policies_are_a_menu),
        cmocka_unit_test(the_throttle_prompt_says_what_is_wrong),
        cmocka_unit_test(workloads_are_steered_at_their_home),
        cmocka_unit_test(a_frozen_screen_asks_first),
    };
    return cmocka_run_group_tests_name("tui_app_change", tests, NULL, NULL);
}
