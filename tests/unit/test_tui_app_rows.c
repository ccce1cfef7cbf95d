/* SPDX-License-Identifier: MPL-2.0 */
/* Keys and the row that they are for: what the bar promises, the workload that
 * was seen, the next problem. */
#include "tests/unit/app_scene.h"

/* ---- the bar and the keys ---- */

static const char *const screens[] = { "1", "1<Enter>", "2", "2<Enter>", "3",
                                       "4", "1<F2>" };
enum { SCREENS_N = sizeof screens / sizeof screens[0] };

/* The bar's word for an act in a context; NULL: it has none. */
static const char *
bar_word(unsigned where, enum act act)
{
    for (size_t i = 0; i < key_rows; i++)
        if (key_table[i].where & where && key_table[i].act == act &&
            key_table[i].bar != NULL)
            return key_table[i].bar;
    return NULL;
}

/* "Quit" leaves lbtop, "Back" goes to another screen, on each of them. */
static void
the_bar_says_what_back_and_quit_do(void **state)
{
    (void)state;
    struct scene s;

    for (size_t i = 0; i < SCREENS_N; i++)
        for (int quits = 0; quits <= 1; quits++) {
            scene_open(&s, 2, NULL);
            scene_work(&s, 0, "render", false);
            scene_keys(&s, screens[i]);
            scene_draw(&s);
            unsigned where = ui_context(&s.a->u, s.a->live);
            enum screen was = s.a->u.screen;
            const char *word = bar_word(where, quits ? ACT_QUIT : ACT_BACK);
            scene_key(&s, quits ? 'q' : KEY_ESCAPE);
            bool left = scene_did(&s, EFFECT_QUIT) > 0;
            if (word != NULL && left != (strcmp(word, "Quit") == 0))
                fail_msg("%s: \"%s\" %s", screens[i], word,
                         left ? "quits" : "does not");
            if (word != NULL && !left && s.a->u.screen == was)
                fail_msg("%s: \"%s\" goes nowhere", screens[i], word);
            /* who can be left with one key is told by which */
            if (quits && left)
                assert_non_null(word);
            scene_close(&s);
        }
}

/* Before any node answers, whichever screen was asked for. */
static void
the_first_screen_is_left_with_one_key(void **state)
{
    (void)state;
    static const char *const keys[] = { "q", "2q", "4q" };
    struct scene s;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        scene_open(&s, 0, NULL);
        assert_string_equal(bar_word(ui_context(&s.a->u, s.a->live),
                                     ACT_QUIT), "Quit");
        scene_keys(&s, keys[i]);
        assert_int_equal(scene_did(&s, EFFECT_QUIT), 1);
        scene_close(&s);
    }
}

/* A key of the bar does what its row says: no other row takes it first. */
static void
no_key_of_the_bar_is_taken_by_another_row(void **state)
{
    (void)state;

    for (unsigned where = IN_NODES; where <= IN_LOST; where <<= 1)
        for (size_t i = 0; i < key_rows; i++) {
            const struct key_row *k = &key_table[i];
            if (!(k->where & where) || (k->bar == NULL && k->wide == NULL))
                continue;
            const struct key_row *found = key_find(k->key[0], where);
            assert_non_null(found);
            assert_int_equal(found->act, k->act);
        }
}

/* Where the bar offers a filter it is that of the list on the screen. */
static void
the_bar_offers_a_filter_where_it_filters(void **state)
{
    (void)state;
    struct scene s;

    for (size_t i = 0; i < SCREENS_N; i++) {
        scene_open(&s, 2, NULL);
        scene_work(&s, 0, "render", false);
        scene_work(&s, 0, "etl", false);
        scene_keys(&s, screens[i]);
        unsigned where = ui_context(&s.a->u, s.a->live);
        bool jobs = where == IN_JOBS, notes = where == IN_MESSAGES;
        bool filters = jobs || notes || where == IN_NODES ||
                       where == IN_MAP || where == IN_WORK;
        assert_int_equal(bar_word(where, ACT_FILTER) != NULL, filters);
        scene_keys(&s, jobs ? "<F4>etl<Enter>" : "<F4>alpha02<Enter>");
        assert_int_equal(s.a->u.nodes.n, jobs || notes ? 2 : 1);
        assert_int_equal(s.a->u.jobs.n, jobs ? 1 : 2);
        assert_int_equal(s.a->u.note_filter != NULL, notes);
        scene_close(&s);
    }
}

static void
workloads_are_filtered_by_their_columns(void **state)
{
    (void)state;
    static const struct { const char *filter; size_t n; } k[] = {
        { "render", 1 }, { "alpha01", 2 }, { "!etl", 1 }, { "pend>0", 2 },
        { "state=held", 0 }, { "state=run label=etl", 1 },
        { "home=alpha02", 0 }, { "workload=render-*", 1 },
        { "!progress>99% total>0", 2 }, { "/^etl-[0-9]/", 1 },
        { "!age>1h|etl", 2 },
    };
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_work(&s, 0, "render", false);
    scene_work(&s, 0, "etl", false);
    scene_keys(&s, "2");
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        char keys[80] = "";
        text_add(keys, sizeof keys, ":filter %s<Enter>", k[i].filter);
        scene_keys(&s, keys);
        if (s.a->u.jobs.n != k[i].n)
            fail_msg("%s: %zu", k[i].filter, s.a->u.jobs.n);
        if (k[i].n == 0)
            assert_non_null(strstr(s.a->u.flash, "0 of 2 workloads match"));
    }
    scene_keys(&s, ":filter tag:a=b<Enter>");   /* nodes have tags */
    assert_non_null(strstr(s.a->u.prompt.error, "no column \"tag:a\""));
    scene_keys(&s, "<Esc><Esc>");
    assert_null(s.a->u.job_filter);
    assert_int_equal(s.a->u.jobs.n, 2);
    assert_int_equal(s.a->u.screen, SCREEN_JOBS);
    scene_close(&s);
}

static void
messages_are_filtered_by_text_and_column(void **state)
{
    (void)state;
    const struct note warn = { .level = NOTE_WARN, .from = "alpha01",
                               .text = "queue is full", .times = 1 };
    const struct note info = { .level = NOTE_INFO, .from = "beta01",
                               .text = "64 jobs go to alpha01", .times = 38 };
    static const struct { const char *filter; bool warn, info; } k[] = {
        { "alpha01", true, true }, { "QUEUE", true, false },
        { "level=warn", true, false }, { "node=beta*", false, true },
        { "count>2", false, true }, { "message=*jobs*", false, true },
        { "!jobs|beta01", true, true }, { "/to alpha0[0-9]$/", false, true },
    };
    struct scene s;

    scene_open(&s, 2, NULL);
    scene_keys(&s, "3");
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        char keys[80] = "";
        text_add(keys, sizeof keys, ":filter %s<Enter>", k[i].filter);
        scene_keys(&s, keys);
        if (ui_note_shown(&s.a->u, &warn) != k[i].warn ||
            ui_note_shown(&s.a->u, &info) != k[i].info)
            fail_msg("%s", k[i].filter);
    }
    scene_keys(&s, "<Esc>");
    assert_null(s.a->u.note_filter);
    assert_int_equal(s.a->u.screen, SCREEN_MESSAGES);
    scene_close(&s);
}

/* ---- workloads ---- */

static uint32_t
work_meant(const struct scene *s)
{
    struct node *home;
    struct work *w;

    assert_true(ui_work(&s->a->u, s->a->live, &home, &w));
    return w->number;
}

/* Two workloads of one node; the first one to end stands first. */
static void
open_jobs(struct scene *s)
{
    scene_open(s, 1, NULL);
    scene_work(s, 0, "slow", false);
    scene_work(s, 0, "fast", false);
    scene_keys(s, "2");
    for (int i = 0; i < 5; i++) {
        s->node[0].work[0].done += 2;
        s->node[0].work[0].queued -= 2;
        scene_second(s, SIZE_MAX);
    }
    scene_draw(s);
}

/* The other one is faster now; nobody has drawn that yet. */
static void
turn_order(struct scene *s)
{
    uint32_t seen = work_meant(s);
    struct fake *f = &s->node[0];

    for (int i = 0; i < 20 && work_meant(s) == seen; i++) {
        struct state_workload *w = &f->work[seen == 7 ? 1 : 0];
        w->done += w->queued > 4 ? 4 : 0;
        w->queued -= w->queued > 4 ? 4 : 0;
        scene_second(s, SIZE_MAX);
        ui_arrange(&s->a->u, s->a->live, s->a->wishes);
    }
    assert_int_not_equal(work_meant(s), seen);
}

static void
a_command_is_for_the_workload_that_was_seen(void **state)
{
    (void)state;
    static const char keys[] = "HRK";
    struct scene s;

    for (size_t i = 0; i < sizeof keys - 1; i++) {
        open_jobs(&s);
        uint32_t seen = work_meant(&s);
        turn_order(&s);
        scene_key(&s, (uint32_t)keys[i]);
        assert_true(s.a->u.dialog.open);
        assert_int_equal(s.a->u.dialog.then.workload, seen);
        scene_close(&s);
    }
}

/* It has been moved to by the operator, before anything was drawn again. */
static void
a_command_is_for_the_workload_that_was_moved_to(void **state)
{
    (void)state;
    struct scene s;

    open_jobs(&s);
    uint32_t first = work_meant(&s);
    scene_keys(&s, "jK");
    assert_true(s.a->u.dialog.open);
    assert_int_not_equal(s.a->u.dialog.then.workload, first);
    scene_close(&s);
}

static void
nothing_is_sent_for_a_workload_that_is_gone(void **state)
{
    (void)state;
    struct scene s;

    open_jobs(&s);
    struct fake *f = &s.node[0];
    if (work_meant(&s) == 7)
        f->work[0] = f->work[1];
    f->n_works = 1;
    scene_tell(&s, 0);
    scene_key(&s, 'K');
    assert_false(s.a->u.dialog.open);
    assert_string_equal(scene_flash(&s),
                        "that workload is gone: nothing sent");
    scene_draw(&s);
    scene_key(&s, 'K');
    assert_true(s.a->u.dialog.open);
    scene_close(&s);
}

/* ---- problems ---- */

/* Without one among the workloads the next problem is a node that is lost. */
static void
the_next_problem_is_a_node_where_no_workload_has_one(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    for (int i = 0; i < 8; i++)
        scene_second(&s, 1);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LOST);
    scene_keys(&s, "3");
    scene_draw(&s);
    scene_keys(&s, "e");        /* warnings first */
    assert_string_equal(scene_flash(&s), "");
    const struct note *o = notes_at(s.a->live->notes, s.a->u.messages.at);
    assert_int_equal(o->level, NOTE_WARN);
    assert_non_null(strstr(o->text, "LOST"));
    scene_keys(&s, "eee");
    assert_string_equal(scene_flash(&s), "no warning or error before here; "
                                         "alpha02 is LOST");
    scene_keys(&s, "2");
    scene_draw(&s);
    scene_keys(&s, "e");
    assert_non_null(strstr(scene_flash(&s), "alpha02 is LOST"));
    assert_int_equal(s.a->u.screen, SCREEN_NODES);
    assert_true(node_id_equal(&s.a->u.cursor, &s.node[1].id));
    scene_close(&s);
}

static void
an_open_workload_gives_way_to_the_next_that_failed(void **state)
{
    (void)state;
    struct scene s;

    open_jobs(&s);
    uint32_t first = work_meant(&s);
    scene_keys(&s, "<Enter>e");
    assert_int_equal(s.a->u.screen, SCREEN_WORK);
    assert_int_not_equal(work_meant(&s), first);
    scene_close(&s);
}

/* ---- groups ---- */

/* All of these nodes are of one rack. */
static void
a_closed_group_takes_no_commands(void **state)
{
    (void)state;
    static const char closed[] = "this is a closed group: Enter opens it";
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "*");
    assert_string_equal(scene_flash(&s), "no groups here (T groups)");
    scene_keys(&s, "T*");
    scene_draw(&s);
    for (const char *key = "-+=_spdPF "; *key != '\0'; key++) {
        scene_key(&s, (uint32_t)*key);
        assert_string_equal(scene_flash(&s), closed);
        assert_false(s.a->u.dialog.open || s.a->u.menu.open);
    }
    scene_keys(&s, ":pause<Enter>");
    assert_non_null(strstr(s.a->u.prompt.error, closed));
    scene_keys(&s, "<Esc>");
    /* those that are marked, or all, are named by that */
    scene_keys(&s, "tp");
    assert_true(s.a->u.dialog.open);
    assert_int_equal(s.a->u.dialog.then.n, 3);
    scene_close(&s);
}

static void
enter_opens_a_group_and_star_all(void **state)
{
    (void)state;
    struct scene s;

    scene_open(&s, 3, NULL);
    scene_keys(&s, "T*");
    scene_draw(&s);
    assert_true(ui_is_closed(&s.a->u, scene_node(&s, 0)));
    scene_keys(&s, "<Enter>");
    assert_int_equal(s.a->u.screen, SCREEN_NODES);
    assert_false(ui_is_closed(&s.a->u, scene_node(&s, 0)));
    scene_keys(&s, "<Enter>");
    assert_int_equal(s.a->u.screen, SCREEN_DETAIL);
    scene_keys(&s, "<Esc>**");
    assert_true(ui_is_closed(&s.a->u, scene_node(&s, 0)));
    scene_keys(&s, "/alpha03<Enter>");  /* what is found is seen */
    assert_false(ui_is_closed(&s.a->u, scene_node(&s, 2)));
    scene_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bar_says_what_back_and_quit_do),
        cmocka_unit_test(the_first_screen_is_left_with_one_key),
        cmocka_unit_test(no_key_of_the_bar_is_taken_by_another_row),
        cmocka_unit_test(the_bar_offers_a_filter_where_it_filters),
        cmocka_unit_test(workloads_are_filtered_by_their_columns),
        cmocka_unit_test(messages_are_filtered_by_text_and_column),
        cmocka_unit_test(a_command_is_for_the_workload_that_was_seen),
        cmocka_unit_test(a_command_is_for_the_workload_that_was_moved_to),
        cmocka_unit_test(nothing_is_sent_for_a_workload_that_is_gone),
        cmocka_unit_test(the_next_problem_is_a_node_where_no_workload_has_one),
        cmocka_unit_test(an_open_workload_gives_way_to_the_next_that_failed),
        cmocka_unit_test(a_closed_group_takes_no_commands),
        cmocka_unit_test(enter_opens_a_group_and_star_all),
    };
    return cmocka_run_group_tests_name("tui app rows", tests, NULL, NULL);
}
