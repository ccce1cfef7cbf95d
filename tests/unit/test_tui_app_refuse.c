/* SPDX-License-Identifier: MPL-2.0 */
/* Nothing that changes something gets out where it may not. */
#include "tests/unit/app_scene.h"

/* The way in is up again, and answers to hello what the key may do. */
static void
hello(struct scene *s, const char *role)
{
    struct buf pairs = { 0 };
    struct input in = { .kind = IN_LINK };

    in.link = LINK_UP;
    in.way_in = true;
    in.where = span_str("ipc:///x");
    in.text = span_str("");
    scene_feed(s, &in);
    size_t i = s->n_own;
    while (i > 0 && strcmp(s->own[i - 1].op, "hello") != 0)
        i--;
    assert_true(i > 0);
    in = fake_reply(&s->node[0], s->own[i - 1].id, EXIT_DONE, "");
    pair_add(&pairs, "role", span_str(role));
    in.msg.reply.pairs = buf_span(&pairs);
    in.msg.reply.n_pairs = 1;
    scene_feed(s, &in);
    buf_fini(&pairs);
}

/* Keys that change something, as the operator knows them, by screen. */
static const struct { unsigned where; const char *to, *keys; } levers[] = {
    { IN_NODES, "1", "-+()=_spdPu<F7><F8>" },
    { IN_DETAIL, "1<Enter>", "-+()=_spdPu<F7><F8>" },
    { IN_MAP, "4", "-+()=_spdPu<F7><F8>" },
    { IN_JOBS, "2", "sHRKu" },
    { IN_WORK, "2<Enter>", "sHRKu" },
    { IN_MESSAGES, "3", "u" },
};
enum { PLACES = sizeof levers / sizeof levers[0] };

static void
expect_refusal(struct scene *s, const char *to, uint32_t key, const char *why)
{
    char name[16];

    s->a->u.screen = SCREEN_NODES;
    scene_keys(s, to);
    scene_key(s, key);
    key_text(key, name);
    if (strncmp(s->a->u.flash, why, strlen(why)) != 0 ||
        strstr(s->a->u.flash, " not sent") == NULL)
        fail_msg("%s after %s: \"%s\"", name, to, s->a->u.flash);
    assert_false(s->a->u.dialog.open);
    assert_false(s->a->u.menu.open);
    assert_int_equal(s->a->u.prompt.use, PROMPT_NONE);
}

/* Each row of the table that changes something, and each key of the list,
 * whatever the table says of it. */
static void
nothing_is_sent(const struct app_options *o, const char *role,
                const char *why)
{
    struct scene s;
    uint32_t key;
    int64_t ignored;

    scene_open(&s, 2, o);
    scene_work(&s, 0, "render", true);
    if (role != NULL)
        hello(&s, role);
    for (size_t i = 0; i < key_rows; i++) {
        const struct key_row *row = &key_table[i];
        bool pressed = !row->changes;
        for (size_t c = 0; c < PLACES && row->changes; c++)
            for (size_t k = 0; k < 4 && row->key[k] != 0 &&
                               (row->where & levers[c].where) != 0; k++) {
                expect_refusal(&s, levers[c].to, row->key[k], why);
                pressed = true;
            }
        assert_true(pressed);
    }
    for (size_t c = 0; c < PLACES; c++)
        for (const char *p = levers[c].keys; *p != '\0';) {
            p += key_parse(p, &key, &ignored);
            expect_refusal(&s, levers[c].to, key, why);
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

    nothing_is_sent(&only, NULL, "read-only: ");
    nothing_is_sent(&replay, NULL, "replay: ");
    nothing_is_sent(NULL, "view", "your key may only look: ");
}

static void
a_view_key_is_lifted_with_its_role(void **state)
{
    (void)state;
    struct app_options only = { .stream = STREAM_LIVE, .read_only = true };
    struct scene s;

    scene_open(&s, 1, NULL);
    hello(&s, "view");
    scene_keys(&s, "F7");
    assert_string_equal(scene_flash(&s),
                        "your key may only look: throttle not sent");
    hello(&s, "operator");
    assert_false(s.a->u.read_only);
    assert_string_equal(s.a->u.read_only_why, "");
    assert_int_equal(s.n_asked, 0);
    scene_keys(&s, "F7<Enter>");
    assert_int_equal(s.n_asked, 1);
    scene_close(&s);
    /* What the operator asked for himself stays. */
    scene_open(&s, 1, &only);
    hello(&s, "view");
    hello(&s, "operator");
    scene_keys(&s, "F7");
    assert_string_equal(scene_flash(&s), "read-only: throttle not sent");
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

/* Steps that still add up when the role is told are not sent. */
static void
drafts_are_dropped_when_the_key_may_only_look(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "<Space><Space>F7");
    assert_int_equal(wishes_pending(s.a->wishes), 2);
    hello(&s, "view");
    assert_string_equal(s.a->u.flash,
                        "your key may only look: throttle not sent");
    assert_int_equal(wishes_pending(s.a->wishes), 0);
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    /* A role that only steers workloads likewise. */
    hello(&s, "operator");
    scene_keys(&s, "F7");
    hello(&s, "submit");
    assert_string_equal(s.a->u.flash, "your key may only steer workloads: "
                                      "throttle not sent");
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    scene_close(&s);
}

/* The section of the cluster in lbtop.ini comes with the cluster's name. */
static void
drafts_are_dropped_when_read_only_comes_late(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "F7<wait 200ms>");
    s.a->u.read_only = true;
    strcpy(s.a->u.read_only_why, "lbtop.ini");
    scene_wait(&s, 100000);
    assert_string_equal(s.a->u.flash, "read-only: throttle not sent");
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 0);
    assert_int_equal(wishes_pending(s.a->wishes), 0);
    scene_close(&s);
}

/* A later one waits for the answer to the first: it is refused, the first
 * one keeps its answer. */
static void
what_waits_for_an_answer_is_dropped_as_well(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "F7<Enter>F7<wait 400ms>");
    assert_int_equal(s.n_asked, 1);
    hello(&s, "view");
    assert_non_null(strstr(s.a->u.flash, "throttle not sent"));
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_DONE, "");
    scene_feed(&s, &in);
    s.node[0].told.throttle_percent = 75;
    scene_second(&s, SIZE_MAX);
    scene_wait(&s, SECOND);
    assert_int_equal(s.n_asked, 1);
    scene_close(&s);
}

/* Questions that were open when it was told send nothing either. */
static void
it_is_checked_again_when_a_question_is_answered(void **state)
{
    (void)state;
    static const struct { const char *open, *answer, *word; } table[] = {
        { "d", "<wait 300ms>alpha01<Enter>", "drain" },
        { "p", "<wait 300ms>y", "pause" },
        { "=1", "0<Enter>", "throttle" }, /* to the floor: would ask */
        { "P<Down>", "<Enter>", "policy" },
        { ":pause alpha01", "<Enter>", "pause" },
        { "2K", "<wait 300ms>render-7<Enter>", "cancel" },
    };
    char expected[80];
    struct scene s;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        scene_open(&s, 1, NULL);
        scene_work(&s, 0, "render", false);
        scene_keys(&s, table[i].open);
        hello(&s, "view");
        scene_keys(&s, table[i].answer);
        expected[0] = '\0';
        text_add(expected, sizeof expected,
                 "your key may only look: %s not sent", table[i].word);
        if (s.a->u.prompt.use == PROMPT_COMMAND)
            assert_string_equal(s.a->u.prompt.error, expected);
        else
            assert_string_equal(s.a->u.flash, expected);
        assert_false(s.a->u.dialog.open);
        scene_wait(&s, SECOND);
        assert_int_equal(s.n_asked, 0);
        scene_close(&s);
    }
}

/* What a node left unanswered is not sent again. */
static void
enter_sends_nothing_again_that_is_not_allowed(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, "=50<Enter>");
    for (int i = 0; i < 6; i++)
        scene_second(&s, SIZE_MAX);
    hello(&s, "view");
    scene_keys(&s, "<Enter>");
    assert_string_equal(s.a->u.flash,
                        "your key may only look: throttle not sent");
    assert_int_equal(s.n_asked, 1);
    hello(&s, "operator");
    scene_keys(&s, "<Enter>");
    assert_int_equal(s.n_asked, 2);
    assert_true(s.asked[1].id == s.asked[0].id);
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
        cmocka_unit_test(a_view_key_is_lifted_with_its_role),
        cmocka_unit_test(drafts_are_dropped_when_the_key_may_only_look),
        cmocka_unit_test(drafts_are_dropped_when_read_only_comes_late),
        cmocka_unit_test(what_waits_for_an_answer_is_dropped_as_well),
        cmocka_unit_test(it_is_checked_again_when_a_question_is_answered),
        cmocka_unit_test(enter_sends_nothing_again_that_is_not_allowed),
        cmocka_unit_test(a_cursor_that_the_list_moved_is_seen_first),
        cmocka_unit_test(a_node_that_a_frozen_screen_lacks_has_its_name),
        cmocka_unit_test(the_policy_menu_keeps_its_nodes),
        cmocka_unit_test(a_screen_without_nodes_wants_them_named),
        cmocka_unit_test(a_long_path_is_overwritten_whole),
        cmocka_unit_test(a_replay_that_stands_still_takes_an_answer),
    };
    return cmocka_run_group_tests_name("tui_app_refuse", tests, NULL, NULL);
}
