/* SPDX-License-Identifier: MPL-2.0 */
/* Nothing that changes something gets out where it may not; undo; leaving. */
#include "tests/unit/app_scene.h"

static void
nothing_is_sent(const struct app_options *o, bool view_key, const char *why)
{
    static const unsigned where[] = { IN_NODES, IN_DETAIL, IN_MAP, IN_JOBS };
    static const char *const to[] = { "1", "1<Enter>", "4", "2" };
    struct scene s;

    scene_open(&s, 2, o);
    scene_work(&s, 0, "render", true);
    if (view_key) {
        s.a->u.read_only = true;
        strcpy(s.a->u.read_only_why, "view key");
    }
    for (size_t c = 0; c < 4; c++)
        for (size_t i = 0; i < key_rows; i++) {
            const struct key_row *row = &key_table[i];
            if (!row->changes || (row->where & where[c]) == 0)
                continue;
            for (size_t k = 0; k < 4 && row->key[k] != 0; k++) {
                s.a->u.screen = SCREEN_NODES;
                scene_keys(&s, to[c]);
                scene_key(&s, row->key[k]);
                assert_non_null(strstr(scene_flash(&s), why));
                assert_non_null(strstr(scene_flash(&s), "not sent"));
                assert_false(s.a->u.dialog.open);
                assert_false(s.a->u.menu.open);
                assert_int_equal(s.a->u.prompt.use, PROMPT_NONE);
            }
        }
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

static void
read_only_refuses_every_change(void **state)
{
    (void)state;
    struct app_options only = { .stream = STREAM_LIVE, .read_only = true };
    struct app_options replay = { .stream = STREAM_REPLAY };

    nothing_is_sent(&only, false, "read-only: ");
    nothing_is_sent(&replay, false, "replay: ");
    nothing_is_sent(NULL, true, "your key may only look");
}

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

/* The list moves the cursor: what was not drawn yet gets no command. */
static void
a_cursor_that_the_list_moved_is_seen_first(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_node(&s, 0)->hidden = true;
    s.a->u.sorted_us = 0;
    scene_keys(&s, "-<wait 400ms>");
    assert_int_equal(s.n_asked, 0);
    assert_string_equal(s.a->u.flash, "the list has just moved: press again");
    scene_draw(&s);
    scene_keys(&s, "-<wait 400ms>");
    assert_int_equal(s.n_asked, 1);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_close(&s);
}

static void
a_node_that_a_frozen_screen_lacks_has_its_name(void **state)
{
    (void)state;
    struct scene s;
    char err[300] = "", text[WISH_SAY_MAX];

    scene_open(&s, 1, NULL);
    scene_keys(&s, "Z");
    s.node[1] = fake_node(1, "late");
    s.n = 2;
    scene_tell(&s, 1);
    assert_true(app_command(s.a, "throttle 60 late", err));
    scene_keys(&s, "<wait 300ms>y");
    assert_true(wishes_flash(s.a->wishes, app_model(s.a), text,
                             sizeof text));
    assert_non_null(strstr(text, "late: throttle 60%"));
    scene_draw(&s);
    scene_close(&s);
}

static void
the_policy_menu_keeps_its_nodes(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "P<Down>");
    s.a->u.cursor = s.node[2].id;
    s.a->u.moved_us = s.now_us;
    scene_keys(&s, "<Enter><wait 300ms>y");
    assert_int_equal(s.n_asked, 1);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[0].id));
    scene_keys(&s, "aP<Esc>");
    assert_false(s.a->u.all_next);
    scene_close(&s);
}

static void
a_screen_without_nodes_wants_them_named(void **state)
{
    (void)state;
    struct scene s;
    char err[300] = "";

    scene_open(&s, 1, NULL);
    s.a->u.screen = SCREEN_MESSAGES;
    assert_false(app_command(s.a, "throttle 40", err));
    assert_non_null(strstr(err, "which nodes? name them"));
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

static void
a_long_path_is_overwritten_whole(void **state)
{
    (void)state;
    struct scene s;
    char path[300];

    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    scene_open(&s, 1, NULL);
    app_overwrite(s.a, path);
    scene_keys(&s, "<wait 300ms>y");
    assert_int_equal(scene_did(&s, EFFECT_WRITE), 1);
    assert_string_equal(s.did[s.n_did - 1].text, path);
    scene_close(&s);
}

static void
a_replay_that_stands_still_takes_an_answer(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, &(struct app_options){ .stream = STREAM_REPLAY });
    app_overwrite(s.a, "a");
    scene_keys(&s, "y");
    assert_int_equal(scene_did(&s, EFFECT_WRITE), 1);
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_only_refuses_every_change),
        cmocka_unit_test(undo_takes_back_what_was_confirmed),
        cmocka_unit_test(leaving_with_open_commands_asks),
        cmocka_unit_test(a_cursor_that_the_list_moved_is_seen_first),
        cmocka_unit_test(a_node_that_a_frozen_screen_lacks_has_its_name),
        cmocka_unit_test(the_policy_menu_keeps_its_nodes),
        cmocka_unit_test(a_screen_without_nodes_wants_them_named),
        cmocka_unit_test(a_long_path_is_overwritten_whole),
        cmocka_unit_test(a_replay_that_stands_still_takes_an_answer),
    };
    return cmocka_run_group_tests_name("tui_app_refuse", tests, NULL, NULL);
}
