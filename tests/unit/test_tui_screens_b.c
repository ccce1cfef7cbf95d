/* SPDX-License-Identifier: MPL-2.0 */
/* lbtop's detail, LOST, Jobs, workload, Messages, help, setup and first
 * screens: exact at any size, nothing out of sight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui_details.h"

static void
draw_exactly(struct scene *c, int width, int height)
{
    struct canvas *canvas = scene_draw(c, width, height);
    char what[40] = "";

    text_add(what, sizeof what, "screen %d", (int)c->u.screen);
    assert_exact(canvas, what);
    canvas_free(canvas);
}

static void
assert_shows(const char *screen, const char *text)
{
    if (strstr(screen, text) == NULL)
        fail_msg("no \"%s\" in\n%s", text, screen);
}

/* ---- exact at any size ---- */

static void
all_screens(struct scene *c, int width, int height)
{
    static const enum screen screen[] = {
        SCREEN_DETAIL, SCREEN_WORK, SCREEN_JOBS, SCREEN_MESSAGES, SCREEN_HELP,
        SCREEN_SETUP,
    };

    c->u.wrap = height & 1;
    c->u.follow_messages = width & 2;
    for (size_t i = 0; i < sizeof screen / sizeof *screen; i++) {
        c->u.screen = screen[i];
        c->u.back = (enum screen)(1 + width % SCREEN_WORK);
        draw_exactly(c, width, height);
    }
    /* A lost one, and one that is not there. */
    c->u.screen = SCREEN_DETAIL;
    struct node_id was = c->u.detail;
    c->u.detail = scene_id(c->n > 0 ? c->n - 1 : 0);
    draw_exactly(c, width, height);
    c->u.detail = scene_id(60000);
    draw_exactly(c, width, height);
    c->u.detail = was;
}

static void
sweep(struct scene *c)
{
    static const int height[] = { 1, 3, 4, 5, 7, 9, 12, 17, 24, 37, 45 };

    for (int width = 1; width <= 120; width++) {
        c->u.ascii = width & 1;
        c->u.braille = width & 4;
        all_screens(c, width, height[width % 11]);
        all_screens(c, width, height[(width + 5) % 11]);
        all_screens(c, width, 24);
    }
    for (int width = 1; width <= 300; width += 23)
        for (int h = 1; h <= 100; h += 11)
            all_screens(c, width, h);
    all_screens(c, 300, 100);
    c->u.ascii = c->u.braille = false;
}

static void
every_line_is_exact_with_few_nodes(void **state)
{
    (void)state;

    for (size_t n = 0; n <= 2; n++) {
        struct scene *c = n == 2 ? scene_two() : scene_many(n, 60);
        c->u.detail = scene_id(0);
        open_work(c, 0, 1);
        sweep(c);
        if (n > 0) {
            scene_detail(c, 0, (unsigned)n * 40);
            scene_work_detail(c, 0, 1);
            sweep(c);
        }
        scene_free(c);
    }
}

static void
every_line_is_exact_with_twelve_nodes(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    open_work(c, 0, 7);
    c->u.detail = scene_id(2);
    sweep(c);
    scene_detail(c, 2, 8);
    scene_work_detail(c, 0, 7);
    sweep(c);
    scene_free(c);
}

static void
every_line_is_exact_with_a_thousand_nodes(void **state)
{
    (void)state;
    struct scene *c = scene_many(1000, 3);

    for (uint32_t i = 0; i < 40; i++)
        give_work(c, i * 20,
                  &(struct work){ .number = i + 1, .n_jobs = 1000u << i % 20,
                                  .done = 17 * i, .running = i },
                  i % 2 ? "" : "many");
    c->u.detail = scene_id(7);
    open_work(c, 0, 1);
    scene_detail(c, 7, 200);
    scene_work_detail(c, 0, 1);
    for (int width = 1; width <= 300; width += 37)
        for (int h = 4; h <= 100; h += 19)
            all_screens(c, width, h);
    scene_free(c);
}

/* Three hundred bytes wherever text may come from a node, of any sort. */
static void
feed_odd(struct scene *c, const char *text)
{
    struct answer a = { .row = { 0 } }, b = { .row = { 0 } };

    for (unsigned i = 1; i < 12; i++)
        answer_slot(&a, i * 1000003, text, text);
    answer_peer(&a, text, UINT64_MAX / 10000, UINT64_MAX / 3);
    answer_peer(&a, "", 1, 1);
    answer_feed(c, &a, 0, 0);
    for (uint64_t i = 0; i < 40; i++)
        answer_bin(&b, i * i * 1000003, UINT64_MAX / 2 - i);
    for (unsigned i = 0; i < 20; i++)
        answer_failure(&b, text, text, text, i * 1000000);
    answer_text(&b, "row", "place");
    answer_text(&b, "node", text);
    answer_number(&b, "jobs", UINT64_MAX);
    answer_row(&b);
    answer_feed(c, &b, 0, 1);
    scene_note(c, 1, NOTE_WARN, text, text);
}

static void
every_line_is_exact_with_odd_texts(void **state)
{
    (void)state;
    static const char *const part[] = {
        "x", "word and ", "\xe6\x97\xa5\xe6\x9c\xac", "\xff\x01\x1b[",
        "n\xcc\x88", "\xe2\x80\xae",
    };

    for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
        struct scene *c = scene_two();
        char text[310] = "";
        while (strlen(text) + strlen(part[k]) <= 300)
            text_add(text, sizeof text, "%s", part[k]);
        struct node *n = node_of(c, 0);
        n->name[0] = n->tags[0] = n->host[0] = n->version[0] = '\0';
        text_add(n->name, sizeof n->name, "%.60s", text);
        text_add(n->tags, sizeof n->tags, "%.250s", text);
        text_add(n->host, sizeof n->host, "%.250s", text);
        text_add(n->policy, sizeof n->policy, "%.20s", text);
        n->told.queued = UINT32_MAX;
        n->told.done = n->told.failed = n->told.drain_us = UINT64_MAX;
        n->work[0] = (struct work){ .number = 1, .n_jobs = UINT32_MAX,
                                    .done = UINT32_MAX, .failed = UINT32_MAX,
                                    .age_us = UINT64_MAX, .rate = 1e300 };
        text_add(n->work[0].label, sizeof n->work[0].label, "%.60s", text);
        text_add(n->work[0].kind, sizeof n->work[0].kind, "%.60s", text);
        feed_odd(c, text);
        c->u.detail = scene_id(0);
        open_work(c, 0, 1);
        for (int width = 1; width <= 240; width += 3)
            all_screens(c, width, 4 + width % 50);
        n->seen = SEEN_LOST;
        for (int width = 1; width <= 240; width += 3)
            all_screens(c, width, 4 + width % 50);
        scene_free(c);
    }
}

static void
every_line_is_exact_before_any_node_answers(void **state)
{
    (void)state;
    struct scene *c = scene_new();

    try_at(c, "ipc:///run/lbagent/control.sock", "no such file");
    try_at(c, "a-name-of-some-length.example.com:8490", "name not found, "
           "which is said at some length so that it does not fit the line");
    for (int width = 1; width <= 120; width++)
        for (int height = 1; height <= 40; height += 3)
            draw_exactly(c, width, height);
    scene_free(c);
}

/* ---- what can be seen ---- */

/* Whatever the lines of messages take. */
static void
the_cursor_of_messages_is_always_in_sight(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    say_much(c);
    c->u.screen = SCREEN_MESSAGES;
    c->u.follow_messages = false;
    for (int wrap = 0; wrap <= 1; wrap++)
        for (size_t at = 0; at < 43; at++)
            for (int height = 5; height <= 40; height += 7) {
                bool seen = false;
                c->u.wrap = wrap;
                c->u.messages.at = at;
                c->u.newest_note = notes_at(c->m->notes, 0)->number;
                struct canvas *canvas = scene_draw(c, 80, height);
                for (int y = 0; y < height; y++)
                    if (canvas->cell[y * 80 + 9].flags & CELL_CURSOR)
                        seen = true;
                if (!seen)
                    fail_msg("wrap %d, %zu of %zu, %d rows: out of sight",
                             wrap, at, c->u.messages.n, height);
                canvas_free(canvas);
            }
    scene_free(c);
}

/* All of the help is on its pages, and nothing of it is cut. */
static void
all_of_the_help_can_be_read(void **state)
{
    (void)state;
    static char all[40 * 80 * 24];
    struct scene *c = scene_main();
    static const enum screen from[] = { SCREEN_NODES, SCREEN_JOBS,
                                        SCREEN_MESSAGES, SCREEN_DETAIL };
    static const unsigned where[] = { IN_NODES, IN_JOBS, IN_MESSAGES,
                                      IN_DETAIL };

    c->u.ascii = true;
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        all[0] = '\0';
        for (int page = 0; page < 9; page++) {
            c->u.screen = SCREEN_HELP;
            c->u.back = from[i];
            c->u.help_page = page;
            text_add(all, sizeof all, "%s", screen_text(c, 80, 24));
        }
        for (size_t k = 0; k < key_rows; k++)
            if ((key_table[k].where & where[i]) != 0)
                assert_shows(all, key_table[k].help);
        for (const char *at = all; (at = strchr(at, '~')) != NULL; at++)
            assert_memory_equal(at - 6, "80->70~", 7);
    }
    scene_free(c);
}

/* As many digits as there is room for, but always both numbers. */
static void
big_workloads_fit_their_columns(void **state)
{
    (void)state;
    struct scene *c = scene_two();
    struct work *w = &node_of(c, 0)->work[0];

    c->u.screen = SCREEN_JOBS;
    w->n_jobs = 1600000;
    w->done = 1136000;
    assert_shows(screen_text(c, 80, 24), " 1136k/1600k ");
    assert_shows(screen_text(c, 140, 45), " 1,136,000/1,600,000 ");
    scene_free(c);
}

static void
cards_show_whole_states(void **state)
{
    (void)state;
    struct scene *c = scene_two();

    c->u.screen = SCREEN_NODES;
    node_of(c, 0)->told.phase = PHASE_DRAIN;
    node_of(c, 0)->told.queued = 123456;
    node_of(c, 1)->told.phase = PHASE_PAUSE;
    assert_shows(screen_text(c, 80, 24), " drain 123k pending ");
    assert_shows(screen_text(c, 80, 24), " pause  200 pending ");
    node_of(c, 1)->seen = SEEN_STALE;
    assert_shows(screen_text(c, 80, 24), " stale last:  200 pending ");
    scene_free(c);
}

static void
a_node_shows_what_it_does_not_take(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    c->u.screen = SCREEN_DETAIL;
    c->u.detail = scene_id(2);
    if (strstr(screen_text(c, 80, 24), "Quarant.") != NULL)
        fail_msg("a quarantine of nothing");
    c->quarantine[2] = "fib:5:540 lz4:3:61";
    scene_state(c, 2, SCENE_S + 1, SCENE_NOW_US);
    assert_shows(screen_text(c, 80, 24),
                 "Quarant. takes no fib for 9min (5 failed in a row), "
                 "lz4 for");
    scene_free(c);
}

static void
a_lost_node_shows_what_it_did_not_answer(void **state)
{
    (void)state;
    char say[WISH_SAY_MAX];
    struct question q;
    struct scene *c = scene_main();
    struct node *n = model_by_name(c->m, "alpha01");

    assert_true(wish_throttle(c->w, c->m, n, 60, false, say));
    while (wishes_next(c->w, c->m, &q))
        continue;
    for (int s = 0; s < 8; s++) {
        scene_tick(c, SCENE_NOW_US + s * INT64_C(1000000));
        if (n->seen == SEEN_LOST)
            break;
    }
    assert_int_equal(n->seen, SEEN_LOST);
    open_node(c, "alpha01");
    assert_shows(screen_text(c, 80, 24), "throttle 60%: no answer, may or");
    n->way_in_life = 4;
    text_add(c->m->way_in, sizeof c->m->way_in, "alpha02");
    assert_shows(screen_text(c, 80, 24), "alpha02, says the same");
    n->way_in_life = 1;
    assert_shows(screen_text(c, 80, 24), "alpha02, hears it");
    scene_free(c);
}

/* Its line of load stays in sight however long ago it ended. */
static void
a_node_lost_long_ago_shows_its_last_load(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    scene_tick(c, SCENE_NOW_US + INT64_C(45000000));
    open_node(c, "gamma03");
    c->u.ascii = true;
    assert_shows(screen_text(c, 140, 45), ".| ");
    scene_tick(c, SCENE_NOW_US + INT64_C(120000000));
    assert_shows(screen_text(c, 140, 45), ".| ");
    scene_free(c);
}

static void
small_screens_keep_the_values_of_the_setup(void **state)
{
    (void)state;
    struct scene *c = scene_two();

    c->u.screen = SCREEN_SETUP;
    assert_shows(screen_text(c, 20, 5), " default \n");
    assert_shows(screen_text(c, 40, 10), " default ");
    scene_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_exact_with_few_nodes),
        cmocka_unit_test(every_line_is_exact_with_twelve_nodes),
        cmocka_unit_test(every_line_is_exact_with_a_thousand_nodes),
        cmocka_unit_test(every_line_is_exact_with_odd_texts),
        cmocka_unit_test(every_line_is_exact_before_any_node_answers),
        cmocka_unit_test(the_cursor_of_messages_is_always_in_sight),
        cmocka_unit_test(all_of_the_help_can_be_read),
        cmocka_unit_test(big_workloads_fit_their_columns),
        cmocka_unit_test(cards_show_whole_states),
        cmocka_unit_test(a_node_shows_what_it_does_not_take),
        cmocka_unit_test(a_lost_node_shows_what_it_did_not_answer),
        cmocka_unit_test(a_node_lost_long_ago_shows_its_last_load),
        cmocka_unit_test(small_screens_keep_the_values_of_the_setup),
    };
    return cmocka_run_group_tests_name("tui screens b", tests, NULL, NULL);
}
