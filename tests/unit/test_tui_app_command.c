/* SPDX-License-Identifier: MPL-2.0 */
/* The command line, also that of -x. */
#include "tests/unit/app_scene.h"

static void
expect_error(struct scene *s, const char *line, const char *begins)
{
    char err[300] = "";

    if (app_command(s->a, line, err))
        fail_msg("\"%s\" is taken", line);
    if (strncmp(err, begins, strlen(begins)) != 0)
        fail_msg("\"%s\": %s", line, err);
    scene_drain(s);
    assert_int_equal(s->n_asked, 0);
    assert_int_equal(s->n_did, 0);
    assert_false(s->a->u.dialog.open);
}

static void
run(struct scene *s, const char *line)
{
    char err[300] = "";

    if (!app_command(s->a, line, err))
        fail_msg("\"%s\": %s", line, err);
    scene_drain(s);
}

static void
errors_say_what_was_meant(void **state)
{
    (void)state;
    static const struct { const char *line, *error; } t[] = {
        { "thorttle 60 alpha01",
          "no command \"thorttle\" (did you mean throttle?)" },
        { "seek 14:02", "no command \"seek\" (did you mean at?)" },
        { "policy recever alpha01",
          "no policy \"recever\" (did you mean receiver?); policies: hybrid "
          "sender receiver symmetric static none" },
        { "throttle 0 alpha01", "0 is refused: use pause (p)" },
        { "throttle abc alpha01", "a whole number, please" },
        { "throttle 150 alpha01", "throttle: 100 is the most" },
        { "throttle", "throttle: a number" },
        { "throttle +x alpha01", "throttle: \"+x\" is not a step" },
        { "throttle 60 beta01", "no node \"beta01\"" },
        { "pause zz*", "no node matches \"zz*\"" },
        { "cancel rendr-7", "no workload \"rendr-7\" (did you mean "
                            "render-7?)" },
        { "hold", "hold: which workload? name it" },
        { "forget nobody", "no node \"nobody\"" },
        { "filter load>", "load>" },
        { "sort load2", "sort: no column \"load2\"" },
        { "columns +rrt", "no column \"rrt\" (did you mean rtt?)" },
        { "refresh 1h", "refresh: \"1h\" is not a duration from 100ms" },
        { "refresh 1", "refresh: \"1\" is not a duration" },
        { "theme ornge", "no theme \"ornge\" (did you mean orange?)" },
        { "ascii maybe", "ascii: on or off" },
        { "level loud", "level: error, warn, info or debug" },
        { "freeze now", "freeze: on or off" },
        { "at 14:02:00", "at: only in a replay" },
        { "set colour red", "no key \"colour\"" },
        { "connect", "connect: HOST" },
        { "messages nobody", "no node \"nobody\"" },
    };
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 0, "render", false);
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
        expect_error(&s, t[i].line, t[i].error);
    scene_close(&s);
}

static void
throttle_takes_numbers_steps_and_words(void **state)
{
    (void)state;
    static const struct { const char *line, *value; } t[] = {
        { "throttle 60 alpha01", "60" }, { ":throttle 60% alpha01", "60" },
        { "throttle +5 alpha01", "85" }, { "throttle -7 alpha01", "73" },
        { "throttle max alpha01", "100" },
    };
    struct scene s;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        scene_open(&s, 2, NULL);
        run(&s, t[i].line);
        scene_wait(&s, SECOND);
        assert_int_equal(s.n_asked, 1);
        assert_string_equal(s.asked[0].value, t[i].value);
        scene_close(&s);
    }
    scene_open(&s, 2, NULL);
    run(&s, "throttle floor alpha02");
    assert_true(s.a->u.dialog.open); /* class 1 */
    assert_string_equal(s.a->u.dialog.line[0],
                        "Throttle to the floor on alpha02? Now 80%.");
    scene_keys(&s, "<wait 300ms>y");
    assert_string_equal(s.asked[0].value, "10");
    scene_close(&s);
}

static void
lists_of_nodes_have_ranges_and_tags(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 9, NULL);
    run(&s, "throttle 60 alpha0[2-4]");
    assert_int_equal(s.n_asked, 3);
    assert_true(node_id_equal(&s.asked[0].to, &s.node[1].id));
    run(&s, "policy receiver tag:rack=r2");
    assert_true(s.a->u.dialog.open);
    assert_int_equal(s.a->u.dialog.then.n, 9);
    scene_close(&s);
}

static void
what_cannot_be_done_is_an_error(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_work(&s, 2, "render", false);
    for (int i = 0; i < 6; i++)
        scene_second(&s, 2);
    expect_error(&s, "throttle 5 alpha01", "10 is the floor of alpha01");
    expect_error(&s, "throttle 60 alpha03", "alpha03 is LOST: throttle not "
                                            "sent");
    expect_error(&s, "drain alpha03", "alpha03 is LOST: drain not sent");
    expect_error(&s, "hold render-7", "alpha03 is LOST, the home of render-7");
    s.node[0].told.phase = PHASE_PAUSE;
    scene_tell(&s, 0);
    run(&s, "pause alpha01");
    assert_string_equal(scene_flash(&s), "alpha01 already paused");
    scene_close(&s);
}

/* What the shell of -x does: nothing is on a screen, so nodes are named. */
static void
without_a_screen_nodes_must_be_named(void **state)
{
    (void)state;
    struct scene s;
    char err[300] = "";

    scene_open(&s, 2, NULL);
    s.a->drawn = false;
    assert_false(app_command(s.a, "pause", err));
    assert_string_equal(err, "pause: which nodes? name them");
    run(&s, "pause alpha01");
    struct pending_act then = s.a->u.dialog.then;
    s.a->u.dialog.open = false; /* --yes */
    app_do(s.a, &then);
    scene_drain(&s);
    assert_int_equal(s.n_asked, 1);
    assert_string_equal(s.asked[0].op, "pause");
    struct input in = fake_reply(&s.node[0], s.asked[0].id, EXIT_USAGE, "no");
    scene_feed(&s, &in);
    scene_wait(&s, 60 * SECOND); /* it is there to be printed at the end */
    assert_int_equal(wish_of(s.a->wishes, scene_node(&s, 0), 0, 0)->state,
                     WISH_REFUSED);
    scene_close(&s);
}

static void
start_is_for_nodes_and_workloads(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 1, "render", true);
    s.node[0].told.phase = PHASE_DRAIN;
    scene_tell(&s, 0);
    run(&s, "start render-7");
    assert_string_equal(s.asked[0].op, "start");
    assert_string_equal(s.asked[0].workload, "7");
    run(&s, "start alpha01");
    assert_string_equal(s.asked[1].op, "undrain");
    run(&s, "cancel alpha02-7"); /* by its id as well */
    assert_string_equal(s.a->u.dialog.word, "render-7");
    scene_close(&s);
}

/* Programs give many workloads the same label. */
static void
a_label_that_two_have_names_neither(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_work(&s, 0, "gzip", true);
    scene_work(&s, 1, "gzip", true);
    scene_work(&s, 2, "alpha02", true);
    expect_error(&s, "start gzip-7", "2 workloads are called gzip-7; name "
                 "one by its home, as alpha02-7");
    run(&s, "cancel alpha02-7");
    assert_string_equal(s.a->u.dialog.word, "alpha02-7");
    scene_keys(&s, "<Esc>");
    run(&s, "cancel alpha03-7");
    assert_string_equal(s.a->u.dialog.word, "alpha03-7");
    scene_close(&s);
}

static void
commands_that_look(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    run(&s, "filter alpha02");
    assert_int_equal(s.a->u.nodes.n, 1);
    run(&s, "filter");
    scene_draw(&s);
    assert_int_equal(s.a->u.nodes.n, 3);
    run(&s, "sort pend desc");
    assert_int_equal(s.a->u.sort.by, COLUMN_PEND);
    assert_true(s.a->u.sort.down);
    run(&s, "columns +rtt -age");
    assert_int_equal(s.a->u.columns_on[COLUMN_RTT], 1);
    assert_int_equal(s.a->u.columns_off[COLUMN_AGE], 1);
    run(&s, "level warn");
    assert_int_equal(s.a->u.level, NOTE_WARN);
    run(&s, "freeze on");
    assert_true(s.a->u.frozen);
    run(&s, "freeze off");
    run(&s, "refresh 2s");
    assert_true(s.a->u.refresh_us == 2 * SECOND);
    run(&s, "ascii on");
    assert_true(s.a->u.ascii);
    run(&s, "set meters off");
    assert_false(s.a->u.meters);
    run(&s, "find alpha03");
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[2].id));
    run(&s, "help throttle");
    assert_non_null(strstr(scene_flash(&s), "throttle -5"));
    run(&s, "messages alpha03");
    assert_int_equal(s.a->u.screen, SCREEN_MESSAGES);
    assert_true(node_id_equal(&s.a->u.only, &s.node[2].id));
    scene_close(&s);
}

static void
commands_for_the_shell(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum effect_kind kind;
        const char *text;
    } t[] = {
        { "connect host:8490", EFFECT_CONNECT, "host:8490" },
        { "record /tmp/x.rec", EFFECT_RECORD, "/tmp/x.rec" },
        { "record off", EFFECT_RECORD, "" },
        { "note all well", EFFECT_NOTE, "all well" },
        { "write a.txt", EFFECT_WRITE, "a.txt" },
        { "save", EFFECT_SAVE, "" }, { "theme orange", EFFECT_THEME, "" },
        { "q", EFFECT_QUIT, "" },
    };
    struct scene s;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        scene_open(&s, 1, NULL);
        run(&s, t[i].line);
        assert_int_equal(s.n_did, 1);
        assert_int_equal(s.did[0].kind, t[i].kind);
        assert_string_equal(s.did[0].text, t[i].text);
        scene_close(&s);
    }
}

static void
at_goes_to_a_time_of_the_replay(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY,
                             .wall_ms = INT64_C(1000) * (14 * 3600) };
    struct scene s;

    scene_open(&s, 1, &o);
    run(&s, "at 14:02:37");
    run(&s, "at +2min");
    run(&s, "at 30s");
    assert_int_equal(s.n_did, 3);
    assert_true(s.did[0].us == 157 * (int64_t)SECOND);
    assert_true(s.did[1].us == 120 * (int64_t)SECOND);
    assert_true(s.did[2].us == 30 * (int64_t)SECOND);
    char err[300];
    assert_false(app_command(s.a, "at noon", err));
    assert_false(app_command(s.a, "at 14:99:00", err));
    scene_close(&s);
}

static void
changes_are_refused_read_only_and_in_replay(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "throttle 60 alpha01", "policy none alpha01", "start alpha01",
        "pause alpha01", "drain alpha01", "start render-7", "hold render-7",
        "retry render-7", "cancel render-7", "undo",
    };
    struct app_options only = { .stream = STREAM_LIVE, .read_only = true };
    struct app_options replay = { .stream = STREAM_REPLAY };
    struct scene s;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        scene_open(&s, 1, &only);
        scene_work(&s, 0, "render", true);
        expect_error(&s, lines[i], "read-only: ");
        scene_close(&s);
        scene_open(&s, 1, &replay);
        scene_work(&s, 0, "render", true);
        expect_error(&s, lines[i], "replay: ");
        scene_close(&s);
    }
}

static void
a_wrong_command_stays_to_be_mended(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 1, NULL);
    scene_keys(&s, ":pasue<Enter>");
    assert_int_equal(s.a->u.prompt.use, PROMPT_COMMAND);
    assert_string_equal(s.a->u.prompt.text, "pasue");
    assert_non_null(strstr(s.a->u.prompt.error, "did you mean pause?"));
    scene_keys(&s, "<Esc>");
    assert_int_equal(s.a->u.prompt.use, PROMPT_NONE);
    scene_keys(&s, ":<Up>");
    assert_string_equal(s.a->u.prompt.text, "pasue");
    scene_close(&s);
}

static void
tab_completes_what_can_come_there(void **state)
{
    (void)state;
    static const struct { const char *keys, *text; } t[] = {
        { ":thr<Tab>", "throttle " },
        { ":throttle 60 alpha02<Tab>", "throttle 60 alpha02 " },
        { ":throttle 60 alp<Tab>", "throttle 60 alpha0" },
        { ":policy rec<Tab>", "policy receiver " },
        { ":drain tag:<Tab>", "drain tag:rack=r2 " },
        { ":cancel ren<Tab>", "cancel render-7 " },
        { ":sort pen<Tab>", "sort pend " },
        { ":theme ora<Tab>", "theme orange " },
        { ":zzz<Tab>", "zzz" },
    };
    struct scene s;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        scene_open(&s, 2, NULL);
        scene_work(&s, 0, "render", false);
        scene_keys(&s, t[i].keys);
        assert_string_equal(s.a->u.prompt.text, t[i].text);
        scene_close(&s);
    }
}

/* Each name is a command, and each command has its name told. */
static void
names_and_commands_agree(void **state)
{
    (void)state;
    struct scene s;
    char err[300];

    for (size_t i = 0; app_command_names[i] != NULL; i++) {
        scene_open(&s, 1, NULL);
        err[0] = '\0';
        (void)app_command(s.a, app_command_names[i], err);
        assert_null(strstr(err, "no command"));
        scene_close(&s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_say_what_was_meant),
        cmocka_unit_test(throttle_takes_numbers_steps_and_words),
        cmocka_unit_test(lists_of_nodes_have_ranges_and_tags),
        cmocka_unit_test(what_cannot_be_done_is_an_error),
        cmocka_unit_test(without_a_screen_nodes_must_be_named),
        cmocka_unit_test(start_is_for_nodes_and_workloads),
        cmocka_unit_test(a_label_that_two_have_names_neither),
        cmocka_unit_test(commands_that_look),
        cmocka_unit_test(commands_for_the_shell),
        cmocka_unit_test(at_goes_to_a_time_of_the_replay),
        cmocka_unit_test(changes_are_refused_read_only_and_in_replay),
        cmocka_unit_test(a_wrong_command_stays_to_be_mended),
        cmocka_unit_test(tab_completes_what_can_come_there),
        cmocka_unit_test(names_and_commands_agree),
    };
    return cmocka_run_group_tests_name("tui_app_command", tests, NULL, NULL);
}
