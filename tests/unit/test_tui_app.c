/* SPDX-License-Identifier: MPL-2.0 */
/* Keys that look, and effects. */
#include "tests/unit/app_scene.h"

/* ---- keys -> what is to be done ---- */

static void
keys_ask_the_shell_for_what_they_need(void **state)
{
    (void)state;
    static const struct { const char *keys; enum effect_kind kind; } t[] = {
        { "r", EFFECT_RETRY }, { "<C-l>", EFFECT_REDRAW },
        { "M", EFFECT_MOUSE }, { "C", EFFECT_THEME },
        { "<C-z>", EFFECT_SUSPEND }, { "q", EFFECT_QUIT },
        { "<C-c>", EFFECT_QUIT }, { "w<Enter>", EFFECT_WRITE },
        { "F2F2", EFFECT_SAVE },
    };
    struct scene s;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        scene_open(&s, 1, NULL);
        scene_keys(&s, t[i].keys);
        assert_int_equal(s.n_did, 1);
        assert_int_equal(s.did[0].kind, t[i].kind);
        scene_close(&s);
    }
}

static void
a_replay_is_steered_by_keys(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY };
    struct scene s;

    scene_open(&s, 1, &o);
    scene_wait(&s, 30 * SECOND);
    scene_keys(&s, "Z{}.,");
    assert_int_equal(s.n_did, 5);
    assert_int_equal(s.did[0].kind, EFFECT_PLAY);
    assert_int_equal(s.did[1].kind, EFFECT_SEEK);
    assert_true(s.did[1].us == s.now_us - 10 * SECOND);
    assert_true(s.did[2].us == s.now_us + 10 * SECOND);
    assert_int_equal(s.did[3].kind, EFFECT_SPEED);
    assert_true(s.did[3].number > 1.9 && s.did[3].number < 2.1);
    assert_true(s.did[4].number < 0.6);
    scene_close(&s);
}

static void
keys_go_to_screens_and_back(void **state)
{
    (void)state;
    static const struct { const char *keys; enum screen screen; } t[] = {
        { "2", SCREEN_JOBS }, { "3", SCREEN_MESSAGES }, { "4", SCREEN_MAP },
        { "41", SCREEN_NODES }, { "<Tab>", SCREEN_JOBS },
        { "<S-Tab>", SCREEN_MAP }, { "<Enter>", SCREEN_DETAIL },
        { "<Enter><Esc>", SCREEN_NODES }, { "<Enter>q", SCREEN_NODES },
        { "<Enter><Backspace>", SCREEN_NODES }, { "?", SCREEN_HELP },
        { "2?x", SCREEN_JOBS }, { "2?<PgDn>", SCREEN_HELP },
        { "c", SCREEN_SETUP }, { "c<Esc>", SCREEN_NODES },
        { "3q", SCREEN_NODES }, { "<Enter>]", SCREEN_DETAIL },
    };
    struct scene s;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        scene_open(&s, 2, NULL);
        scene_keys(&s, t[i].keys);
        if (s.a->u.screen != t[i].screen)
            fail_msg("%s: screen %u", t[i].keys, s.a->u.screen);
        assert_int_equal(scene_did(&s, EFFECT_QUIT), 0);
        scene_close(&s);
    }
}

static void
brackets_walk_through_the_nodes(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "<Enter>]]");
    assert_true(node_id_equal(&s.a->u.detail, &s.node[2].id));
    scene_keys(&s, "]");
    assert_true(node_id_equal(&s.a->u.detail, &s.node[0].id));
    scene_keys(&s, "[");
    assert_true(node_id_equal(&s.a->u.detail, &s.node[2].id));
    scene_keys(&s, "<Esc>");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[2].id));
    scene_close(&s);
}

static void
an_open_node_is_the_target(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "<Space><Enter>F7<Enter>"); /* alpha01 marked, 02 open */
    assert_int_equal(s.n_asked, 1);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    scene_close(&s);
}

static void
unknown_keys_are_told_once_a_second(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "F9");
    assert_string_equal(scene_flash(&s), "F9 does nothing here (? help)");
    scene_keys(&s, "F10");
    assert_string_equal(scene_flash(&s), "F9 does nothing here (? help)");
    scene_keys(&s, "<wait 1s>F10");
    assert_string_equal(scene_flash(&s), "F10 does nothing here (? help)");
    assert_int_equal(scene_did(&s, EFFECT_BEEP), 0);
    s.a->u.bell = true;
    scene_keys(&s, "<wait 1s>A<wait 1s>B<wait 1s>D");
    assert_int_equal(scene_did(&s, EFFECT_BEEP), 3);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

/* ---- find and filter ---- */

static void
find_goes_along_while_typing(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 12, NULL);
    scene_keys(&s, "/z1");
    assert_string_equal(s.a->u.prompt.error, "nothing has it");
    scene_keys(&s, "<C-u>alpha1");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[9].id));
    scene_keys(&s, "<Enter>n");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[10].id));
    scene_keys(&s, "nn");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[9].id)); /* round */
    scene_keys(&s, "N");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[11].id));
    scene_keys(&s, "<Esc>");
    assert_string_equal(s.a->u.find, "");
    scene_close(&s);
}

static void
a_wrong_filter_keeps_the_former_one(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 12, NULL);
    scene_keys(&s, "\\alpha1<Enter>");
    assert_int_equal(s.a->u.nodes.n, 3);
    scene_keys(&s, "\\<C-u>load>");
    assert_string_not_equal(s.a->u.prompt.error, "");
    scene_keys(&s, "<Enter>");
    assert_int_equal(s.a->u.prompt.use, PROMPT_FILTER);
    scene_keys(&s, "<Esc>");
    scene_draw(&s);
    assert_int_equal(s.a->u.nodes.n, 3);
    assert_string_equal(query_text(s.a->u.filter), "alpha1");
    scene_keys(&s, "\\<C-u>alhpa<Enter>");
    assert_string_equal(scene_flash(&s), "0 of 12 nodes match \"alhpa\". Esc "
                                         "clears the filter.");
    scene_keys(&s, "<Esc>");
    assert_null(s.a->u.filter);
    scene_close(&s);
}

static void
pasted_text_is_for_prompts_alone(void **state)
{
    (void)state;
    struct scene s;
    struct input in = { .kind = IN_PASTE };

    scene_open(&s, 3, NULL);
    in.paste = span_str("ddd\n");
    scene_feed(&s, &in);
    assert_string_equal(scene_flash(&s), "paste ignored");
    assert_false(s.a->u.dialog.open);
    scene_keys(&s, "\\");
    in.paste = span_str("alpha02\nsecond line");
    scene_feed(&s, &in);
    assert_string_equal(s.a->u.prompt.text, "alpha02");
    scene_draw(&s);
    assert_int_equal(s.a->u.nodes.n, 1);
    scene_close(&s);
}

/* ---- freeze ---- */

static void
a_frozen_screen_stands_and_still_moves(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "Z");
    s.node[0].told.throttle_percent = 33;
    scene_second(&s, SIZE_MAX);
    const struct model *m = app_model(s.a);
    assert_int_equal(m->node[0]->told.throttle_percent, 80);
    assert_int_equal(s.a->live->node[0]->told.throttle_percent, 33);
    scene_keys(&s, "j<Space>/alpha01<Enter>");
    scene_draw(&s);
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[0].id));
    scene_keys(&s, "Z");
    scene_draw(&s);
    assert_ptr_equal(app_model(s.a), s.a->live);
    assert_true(scene_node(&s, 1)->marked); /* marks outlive it */
    scene_close(&s);
}

/* Its own time stands still; what was said is over all the same. */
static void
a_flash_ends_on_a_frozen_screen(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "Z");
    scene_wait(&s, 10 * SECOND);
    scene_keys(&s, "<F9>");
    scene_draw(&s);
    assert_string_equal(s.a->u.flash, "F9 does nothing here (? help)");
    scene_wait(&s, 10 * SECOND);
    scene_draw(&s);
    assert_string_equal(s.a->u.flash, "");
    scene_close(&s);
}

static void
help_turns_its_pages(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "?<PgDn>");
    scene_draw(&s);
    assert_int_equal(s.a->u.help_page, 1);
    scene_keys(&s, "<PgUp><PgUp>");
    scene_draw(&s);
    assert_int_equal(s.a->u.help_page, 0);
    scene_keys(&s, "<End>");
    scene_draw(&s);
    assert_in_range(s.a->u.help_page, 1, 5);
    int last = s.a->u.help_page;
    scene_keys(&s, "j");
    scene_draw(&s);
    assert_int_equal(s.a->u.help_page, last);
    scene_keys(&s, "<Esc>?");
    assert_int_equal(s.a->u.help_page, 0);
    scene_keys(&s, "/regular<Enter>"); /* to where it is */
    scene_draw(&s);
    assert_int_equal(s.a->u.help_page, 1);
    scene_keys(&s, "<PgUp>");
    scene_draw(&s);
    assert_int_equal(s.a->u.help_page, 0);
    scene_close(&s);
}

static void
all_is_forgotten_when_a_replay_goes_back(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY };
    struct scene s;

    scene_open(&s, 3, &o);
    scene_keys(&s, "2");
    scene_keys(&s, "1j");
    app_forget_all(s.a);
    assert_int_equal(s.a->live->n, 0);
    scene_draw(&s);
    scene_tell(&s, 1);
    scene_draw(&s);
    assert_int_equal(s.a->u.nodes.n, 1);
    scene_close(&s);
}

/* ---- mouse ---- */

static void
the_mouse_only_looks(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 12, NULL);
    scene_key(&s, KEY_WHEEL_DOWN);
    assert_int_equal(s.a->u.nodes.at, 3);
    scene_key(&s, KEY_WHEEL_UP);
    assert_int_equal(s.a->u.nodes.at, 0);
    for (uint32_t y = 0; y < 24; y++)
        for (uint32_t x = 0; x < 80; x++) {
            s.a->u.screen = SCREEN_NODES;
            scene_draw(&s);
            scene_key(&s, KEY_CLICK + (y << 10) + x);
            assert_false(s.a->u.dialog.open);
        }
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    assert_int_equal(s.n_did, 0);
    scene_close(&s);
}

static void
marks_are_by_node(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "<Space>");
    assert_int_equal(s.a->u.n_marked, 1);
    scene_keys(&s, "I");
    scene_draw(&s);
    assert_true(scene_node(&s, 0)->marked);
    assert_false(scene_node(&s, 2)->marked);
    scene_keys(&s, "t");
    assert_int_equal(s.a->u.n_marked, 3);
    scene_keys(&s, "U");
    assert_int_equal(s.a->u.n_marked, 0);
    scene_close(&s);
}

static void
a_lost_node_can_be_hidden(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "j<Del>");
    assert_false(s.a->u.dialog.open);
    for (int i = 0; i < 6; i++)
        scene_second(&s, 1);
    scene_keys(&s, "<Enter><Del>");
    assert_string_equal(s.a->u.dialog.line[0],
                        "Hide alpha02 until it answers again?");
    scene_keys(&s, "<wait 300ms>y");
    scene_draw(&s);
    assert_int_equal(s.a->u.nodes.n, 1);
    scene_close(&s);
}

static void
a_file_that_is_there_is_asked_for(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "w<Enter>");
    assert_string_equal(s.did[0].text, "lbtop.txt");
    assert_false(s.did[0].yes);
    app_overwrite(s.a, "lbtop.txt");
    scene_keys(&s, "<wait 300ms>y");
    assert_int_equal(s.n_did, 2);
    assert_true(s.did[1].yes);
    assert_string_equal(s.did[1].text, "lbtop.txt");
    scene_close(&s);
}

/* The row of alpha01 has `look` in it. */
static void
expect_look(struct scene *s, const char *look)
{
    struct canvas *c = canvas_new(80, 24);
    struct buf out = { 0 };

    app_draw(s->a, c);
    canvas_dump(c, false, &out);
    buf_u8(&out, 0);
    char *row = strstr((char *)out.p, " alpha01 ");
    assert_non_null(row);
    row[strcspn(row, "\n")] = '\0';
    if (strstr(row, look) == NULL)
        fail_msg("no \"%s\" in \"%s\"", look, row);
    buf_fini(&out);
    canvas_free(c);
}

/* Asks alpha01 for it; the node answers so. */
static void
ask_and_answer(struct scene *s, const char *keys, uint8_t status)
{
    scene_keys(s, keys);
    struct input in = fake_reply(&s->node[0], s->asked[s->n_asked - 1].id,
                                 status, status == EXIT_DONE ? "" : "no");
    scene_feed(s, &in);
}

static void
each_end_of_a_command_has_its_look(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 12, NULL);
    scene_keys(&s, "F7");
    expect_look(&s, " 80→75… ");
    ask_and_answer(&s, "<Enter>", EXIT_DONE);
    expect_look(&s, " 80→75… "); /* accepted is not in force */
    s.node[0].told.throttle_percent = 75;
    scene_second(&s, SIZE_MAX);
    expect_look(&s, " 75% ✓ ");
    scene_second(&s, SIZE_MAX);
    scene_second(&s, SIZE_MAX);
    expect_look(&s, " 75%   ");
    ask_and_answer(&s, "=30<Enter>", EXIT_USAGE);
    expect_look(&s, " 75% ✗ ");
    ask_and_answer(&s, "=40<Enter>", EXIT_DONE);
    s.node[0].told.throttle_percent = 50;
    scene_second(&s, SIZE_MAX);
    expect_look(&s, " 50% ✓ ");
    assert_string_equal(scene_flash(&s),
                        "alpha01: asked 40%, node reports 50%");
    ask_and_answer(&s, "=60<Enter>", EXIT_DONE);
    for (int i = 0; i < 3; i++)
        scene_second(&s, SIZE_MAX);
    expect_look(&s, " 50→60 ! ");
    scene_keys(&s, "=70<Enter>");
    for (int i = 0; i < 5; i++)
        scene_second(&s, SIZE_MAX);
    expect_look(&s, " 50→70 ? ");
    scene_keys(&s, "x=20<Enter>");
    for (int i = 0; i < 6; i++)
        scene_second(&s, 0);
    expect_look(&s, " (50%) ");
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_ask_the_shell_for_what_they_need),
        cmocka_unit_test(a_replay_is_steered_by_keys),
        cmocka_unit_test(keys_go_to_screens_and_back),
        cmocka_unit_test(brackets_walk_through_the_nodes),
        cmocka_unit_test(an_open_node_is_the_target),
        cmocka_unit_test(unknown_keys_are_told_once_a_second),
        cmocka_unit_test(find_goes_along_while_typing),
        cmocka_unit_test(a_wrong_filter_keeps_the_former_one),
        cmocka_unit_test(pasted_text_is_for_prompts_alone),
        cmocka_unit_test(a_frozen_screen_stands_and_still_moves),
        cmocka_unit_test(a_flash_ends_on_a_frozen_screen),
        cmocka_unit_test(help_turns_its_pages),
        cmocka_unit_test(all_is_forgotten_when_a_replay_goes_back),
        cmocka_unit_test(the_mouse_only_looks),
        cmocka_unit_test(marks_are_by_node),
        cmocka_unit_test(a_lost_node_can_be_hidden),
        cmocka_unit_test(a_file_that_is_there_is_asked_for),
        cmocka_unit_test(each_end_of_a_command_has_its_look),
    };
    return cmocka_run_group_tests_name("tui_app", tests, NULL, NULL);
}
