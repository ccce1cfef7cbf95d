/* SPDX-License-Identifier: MPL-2.0 */
/* The frame of lbtop's screens: what stands where at which size, the title in
 * all its states, meters, tabs, messages, flash line, function bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui_scene.h"
#include "tui/frame.h"

/* Row y of a canvas as a string; valid until the next call. */
static const char *
row(const struct canvas *c, int y)
{
    static char line[8000];
    struct buf dump = { .len = 0 };
    canvas_dump(c, false, &dump);
    size_t at = 0, end = 0;
    for (int i = 0; i <= y; i++) {
        at = i == 0 ? 0 : end + 1;
        end = at;
        while (dump.p[end] != '\n')
            end++;
    }
    span_copy(span_of(dump.p + at, end - at), line, sizeof line);
    buf_fini(&dump);
    return line;
}

static struct layout
layout(struct scene *c, int width, int height)
{
    struct canvas *canvas = canvas_new(width, height);
    struct view v = { c->m, c->w, &c->u, canvas };
    struct layout l;
    ui_arrange(&c->u, c->m, c->w);
    frame_layout(&v, &l);
    canvas_free(canvas);
    return l;
}

/* Fails unless row y of a screen so wide is `want`. */
static void
expect_row(struct scene *c, int width, int y, const char *want)
{
    struct canvas *canvas = scene_draw(c, width, 24);
    assert_string_equal(row(canvas, y), want);
    canvas_free(canvas);
}

static void
expect_in_row(struct scene *c, int width, int y, const char *want)
{
    struct canvas *canvas = scene_draw(c, width, 24);
    if (strstr(row(canvas, y), want) == NULL)
        fail_msg("no \"%s\" in \"%s\"", want, row(canvas, y));
    canvas_free(canvas);
}

/* ---- layout ---- */

static void
parts_cover_the_screen_once(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    for (int s = SCREEN_NODES; s < SCREENS_END; s++)
        for (int h = 4; h <= 100; h++) {
            if (s == SCREEN_MESSAGES || s == SCREEN_HELP)
                continue;   /* the flash lies on their last row */
            c->u.screen = (enum screen)s;
            c->u.detail = scene_id(2);
            struct layout l = layout(c, 80, h);
            const struct part *part[] = {
                &l.title, &l.meters, &l.tabs, &l.map, &l.heads, &l.body,
                &l.notes, &l.flash, &l.bar,
            };
            int y = 0;
            for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
                if (part[i]->n == 0)
                    continue;
                assert_int_equal(part[i]->y, y);
                y += part[i]->n;
            }
            assert_int_equal(y, h);
            assert_true(l.body.n >= 1);
        }
    scene_free(c);
}

static void
parts_give_way_in_order(void **state)
{
    (void)state;
    struct scene *c = scene_twelve();
    scene_run(c, SCENE_S - 3);
    struct layout l = layout(c, 80, 24);
    assert_int_equal(l.meters.n, 3);
    assert_int_equal(l.notes.n, 4);
    assert_int_equal(l.body.n, 12);
    assert_int_equal(layout(c, 80, 19).meters.n, 1);
    assert_int_equal(layout(c, 80, 18).notes.n, 4);
    assert_int_equal(layout(c, 80, 17).notes.n, 0);
    assert_int_equal(layout(c, 80, 12).tabs.n, 1);
    assert_int_equal(layout(c, 80, 11).tabs.n, 0);
    assert_int_equal(layout(c, 80, 10).bar.n, 1);
    l = layout(c, 80, 9);
    assert_int_equal(l.bar.n, 0);
    assert_int_equal(l.meters.n, 0);
    assert_int_equal(layout(c, 80, 6).heads.n, 1);
    l = layout(c, 80, 5);
    assert_int_equal(l.heads.n, 0);
    assert_int_equal(l.title.n, 1);
    scene_free(c);
}

static void
rows_that_nodes_do_not_need_go_to_messages(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    assert_int_equal(layout(c, 80, 60).body.n, 12);
    c->u.pane = false;
    struct layout l = layout(c, 80, 60);
    assert_int_equal(l.notes.n, 0);
    assert_int_equal(l.body.n, 60 - 1 - 3 - 1 - 1 - 2);
    scene_free(c);
}

static void
the_fleet_shows_from_60_nodes_and_35_lines(void **state)
{
    (void)state;
    struct scene *c = scene_many(60, 3);
    assert_int_equal(layout(c, 140, 35).map.n, 3);
    assert_int_equal(layout(c, 140, 34).map.n, 0);
    scene_free(c);
    c = scene_many(59, 3);
    assert_int_equal(layout(c, 140, 35).map.n, 0);
    scene_free(c);
    c = scene_many(1000, 3);
    assert_int_equal(layout(c, 140, 45).map.n, 10);
    assert_int_equal(layout(c, 140, 45).heads.n, 2);
    scene_free(c);
}

/* ---- title ---- */

static void
title_tells_every_state(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct ui *u = &c->u;
    expect_row(c, 80, 0,
               " lbtop  prod-a   12 nodes: 11 up  1 LOST   policy hybrid      "
               "LIVE 1s  14:02:37 ");
    model_by_name(c->m, "gamma03")->hidden = true;
    u->frozen = true;
    u->frozen_us = SCENE_NOW_US - 48500000;
    expect_row(c, 80, 0,
               " lbtop  prod-a   11 nodes: 11 up   policy hybrid      FROZEN "
               "14:01:49 (+48 s)   ");
    /* Nobody is there: minutes alone. */
    memcpy(u->clock, "14:03", sizeof "14:03");
    expect_row(c, 80, 0,
               " lbtop  prod-a   11 nodes: 11 up   policy hybrid      FROZEN "
               "14:01:49 (+2 min)  ");
    memcpy(u->clock, "14:02:37", sizeof "14:02:37");
    u->frozen = false;
    u->read_only = true;
    text_add(u->read_only_why, sizeof u->read_only_why, "view key");
    expect_row(c, 80, 0,
               " lbtop  prod-a   11 nodes: 11 up   READ-ONLY (view key)       "
               "LIVE 1s  14:02:37 ");
    u->read_only = false;
    u->slow_link = true;
    u->refresh_us = 4000000;
    expect_row(c, 80, 0,
               " lbtop  prod-a   11 nodes: 11 up   policy hybrid      SLOW "
               "LINK 4s     14:02:37 ");
    u->slow_link = false;
    u->refresh_us = 1000000;
    u->record_bytes = 12 << 20;
    expect_row(c, 80, 0,
               " lbtop  prod-a   11 nodes: 11 up   policy hybrid     REC 12M  "
               "LIVE 1s  14:02:37 ");
    u->record_bytes = 0;
    u->stream = STREAM_DEMO;
    expect_row(c, 80, 0,
               " lbtop  DEMO     11 nodes: 11 up   (made-up data)             "
               "LIVE 1s  14:02:37 ");
    scene_free(c);
}

static void
title_of_a_replay_is_an_alarm(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    c->u.stream = STREAM_REPLAY;
    c->u.replay_speed = 4;
    c->u.replay_at_us = 130000000;
    c->u.replay_end_us = 1800000000;
    expect_row(c, 80, 0,
               " lbtop  prod-a   12 nodes: 11 up  1 LOST   REPLAY x4  2m10s of "
               "30m00s  14:02:37 ");
    struct canvas *canvas = scene_draw(c, 80, 24);
    for (int x = 0; x < 80; x++)
        assert_int_equal(canvas->cell[x].style, STYLE_ALARM);
    canvas_free(canvas);
    scene_free(c);
}

static void
title_says_when_nobody_answers(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    scene_tick(c, SCENE_NOW_US + 60000000);
    expect_row(c, 80, 0,
               " lbtop  prod-a   0 of 12 nodes answer: last state 14:02:37    "
               "RETRY    14:02:37 ");
    scene_free(c);
}

static void
title_keeps_lost_to_the_last(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    expect_row(c, 40, 0, " 12 nodes: 11 up  1 LOST        LIVE 1s ");
    expect_row(c, 20, 0, " 11 up  1 LOST      ");
    c->u.frozen = true;
    for (int width = 20; width <= 200; width++)
        expect_in_row(c, width, 0, "FROZEN");
    scene_free(c);
}

/* ---- meters, tabs ---- */

static void
meters_say_what_they_measure(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    expect_in_row(c, 80, 1,
                  "  65%  18209 done  48 run  9856 pend  41 failed  eta 2min");
    expect_in_row(c, 140, 1, "   41 failed   eta 2min");
    expect_in_row(c, 80, 2, "  45%  ");
    expect_in_row(c, 80, 2, "spread 1-91%");
    expect_in_row(c, 80, 3, "  72%  moves/s ▼31 ▲31   in flight 0 ");
    expect_in_row(c, 140, 1, "9,856 pend   kept 12");
    expect_in_row(c, 140, 2, "busiest alpha01 91%");
    scene_free(c);
}

static void
tabs_name_and_count(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    expect_row(c, 80, 4,
               " [1 Nodes 12]  2 Jobs 5  3 Messages 3!  4 Map              "
               "sort PEND▼  2 marked ");
    c->u.read_note = 1000;
    c->u.screen = SCREEN_MAP;
    expect_row(c, 80, 4,
               "  1 Nodes 12  2 Jobs 5  3 Messages  [4 Map]                "
               "shade load  2 marked ");
    c->u.screen = SCREEN_MESSAGES;
    expect_row(c, 80, 1,
               "  1 Nodes 12  2 Jobs 5  [3 Messages]  4 Map                "
               "level info+   FOLLOW ");
    c->u.screen = SCREEN_NODES;
    scene_free(c);
}

static void
a_click_finds_its_tab(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct canvas *canvas = canvas_new(80, 24);
    struct view v = { c->m, c->w, &c->u, canvas };
    ui_arrange(&c->u, c->m, c->w);
    assert_int_equal(frame_tab_at(&v, 4, 4), SCREEN_NODES);
    assert_int_equal(frame_tab_at(&v, 17, 4), SCREEN_JOBS);
    assert_int_equal(frame_tab_at(&v, 30, 4), SCREEN_MESSAGES);
    assert_int_equal(frame_tab_at(&v, 42, 4), SCREEN_MAP);
    assert_int_equal(frame_tab_at(&v, 60, 4), 0);
    assert_int_equal(frame_tab_at(&v, 4, 5), 0);
    canvas_free(canvas);
    scene_free(c);
}

/* ---- messages, flash, bar ---- */

static void
messages_stand_newest_first(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    scene_note(c, 0, NOTE_DEBUG, "beta01", "not for people");
    scene_note(c, 0, NOTE_ERROR, "alpha-with-a-long-name",
               "one\twith a control character");
    expect_in_row(c, 80, 18, "─ messages ────────");
    expect_in_row(c, 80, 19,
                  " 14:02:37 error alph…ame one?with a control character   ");
    expect_in_row(c, 80, 21, "beta03   drain: 10 jobs/s leaving");
    scene_free(c);
}

static void
the_line_above_the_bar_says_one_thing(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    expect_in_row(c, 80, 22, "alpha03: throttle 70% sent, waiting");
    text_add(c->u.flash, sizeof c->u.flash, "F9 does nothing here (? help)");
    c->u.flash_until_us = SCENE_NOW_US + 1;
    expect_in_row(c, 80, 22, " F9 does nothing here (? help) ");
    c->u.flash_until_us = SCENE_NOW_US;
    expect_in_row(c, 80, 22, "alpha03: throttle 70% sent, waiting");
    c->u.dialog = (struct dialog){ .open = true, .n_lines = 1 };
    text_add(c->u.dialog.line[0], 300,
             "Pause 2 nodes (alpha04, alpha05)? 13 running jobs will finish; "
             "2108 wait.");
    expect_row(c, 80, 22,
               " Pause 2 nodes (alpha04, alpha05)? 13 running jobs will "
               "finish; 2108 wait.  y/N ");
    for (int width = 20; width < 80; width++)
        expect_in_row(c, width, 22, "y/N");
    scene_free(c);
}

static void
the_cursor_of_an_input_line_stays_in_sight(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct prompt *p = &c->u.prompt;
    p->use = PROMPT_FILTER;
    text_add(p->label, sizeof p->label, "Filter: ");
    text_add(p->text, sizeof p->text,
             "load>80 !gämma tag:rack=r2 and-more-of-it-than-fits");
    size_t len = strlen(p->text);
    for (int width = 20; width <= 90; width++)
        for (p->at = 0; p->at <= len; p->at++) {
            if (((unsigned char)p->text[p->at] & 0xc0) == 0x80)
                continue;
            struct canvas *canvas = scene_draw(c, width, 24);
            assert_int_equal(canvas->cursor_y, 22);
            assert_in_range(canvas->cursor_x, 1, width - 1);
            canvas_free(canvas);
        }
    scene_free(c);
}

static void
the_bar_comes_from_the_table_of_keys(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    expect_row(c, 80, 23,
               "F1 Help F3 Find F4 Filter F6 Sort F7 Thr- F8 Thr+ s Start p "
               "Pause d Drain q Quit");
    expect_in_row(c, 140, 23,
                  "F1 Help F2 Setup F3 Find F4 Filter F5 Tree F6 Sort F7 Thr- "
                  "F8 Thr+ = Set s Start p Pause d Drain P Policy Z Freeze : "
                  "Command q Quit");
    for (int width = 20; width <= 140; width++)
        expect_in_row(c, width, 23, "q Quit");
    c->u.screen = SCREEN_DETAIL;
    c->u.detail = scene_id(2);
    expect_in_row(c, 80, 23,
                  "Esc Back F7 Thr- F8 Thr+ = Set s Start p Pause d Drain P "
                  "Policy [ ] Prev/Next");
    scene_free(c);
}

static void
keys_that_may_not_be_used_are_dim(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct canvas *canvas = scene_draw(c, 80, 24);
    const struct cell *bar = &canvas->cell[23 * 80];
    int f7 = 34;    /* "F7 Thr-" */
    assert_int_equal(bar[f7].ch, 'F');
    assert_int_equal(bar[f7].style, STYLE_KEY);
    canvas_free(canvas);
    c->u.read_only = true;
    canvas = scene_draw(c, 80, 24);
    bar = &canvas->cell[23 * 80];
    assert_int_equal(bar[f7].style, STYLE_LABEL);
    assert_int_equal(bar[0].style, STYLE_KEY);
    canvas_free(canvas);
    c->u.menu.open = true;
    canvas = scene_draw(c, 80, 24);
    assert_int_equal(canvas->cell[23 * 80].style, STYLE_LABEL);
    canvas_free(canvas);
    scene_free(c);
}

/* ---- a slow link ---- */

/* A sparkline of a ring that rises each bucket, as it is after `s` seconds. */
static void
draw_ramp(struct scene *c, struct canvas *canvas, int s)
{
    struct view v = { c->m, c->w, &c->u, canvas };
    struct ring r;

    ring_init(&r, 0);
    for (int i = 0; i <= s; i++)
        ring_add(&r, i * INT64_C(1000000), (float)(i / RING_BUCKET_S * 5));
    c->m->now_us = s * INT64_C(1000000);
    canvas_clear(canvas);
    draw_recent(&v, (struct cells){ 0, 0, 20 }, &r, 100);
}

static void
sparklines_move_each_half_minute_on_a_slow_link(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct canvas *was = canvas_new(20, 1), *is = canvas_new(20, 1);
    const size_t bytes = 20 * sizeof *is->cell;

    draw_ramp(c, was, 62);
    draw_ramp(c, is, 67);
    assert_memory_not_equal(was->cell, is->cell, bytes);
    c->u.slow_link = true;
    draw_ramp(c, was, 62);
    for (int s = 63; s < 90; s++) {
        draw_ramp(c, is, s);
        assert_memory_equal(was->cell, is->cell, bytes);
    }
    draw_ramp(c, is, 90);
    assert_memory_not_equal(was->cell, is->cell, bytes);
    canvas_free(was);
    canvas_free(is);
    scene_free(c);
}

static void
ages_are_not_shown_on_a_slow_link_unless_chosen(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    expect_in_row(c, 80, 5, "AGE");
    c->u.slow_link = true;
    struct canvas *canvas = scene_draw(c, 80, 24);
    assert_null(strstr(row(canvas, 5), "AGE"));
    canvas_free(canvas);
    c->u.columns_on[COLUMN_AGE] = 1;
    expect_in_row(c, 80, 5, "AGE");
    scene_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_cover_the_screen_once),
        cmocka_unit_test(parts_give_way_in_order),
        cmocka_unit_test(rows_that_nodes_do_not_need_go_to_messages),
        cmocka_unit_test(the_fleet_shows_from_60_nodes_and_35_lines),
        cmocka_unit_test(title_tells_every_state),
        cmocka_unit_test(title_of_a_replay_is_an_alarm),
        cmocka_unit_test(title_says_when_nobody_answers),
        cmocka_unit_test(title_keeps_lost_to_the_last),
        cmocka_unit_test(meters_say_what_they_measure),
        cmocka_unit_test(tabs_name_and_count),
        cmocka_unit_test(a_click_finds_its_tab),
        cmocka_unit_test(messages_stand_newest_first),
        cmocka_unit_test(the_line_above_the_bar_says_one_thing),
        cmocka_unit_test(the_cursor_of_an_input_line_stays_in_sight),
        cmocka_unit_test(the_bar_comes_from_the_table_of_keys),
        cmocka_unit_test(keys_that_may_not_be_used_are_dim),
        cmocka_unit_test(sparklines_move_each_half_minute_on_a_slow_link),
        cmocka_unit_test(ages_are_not_shown_on_a_slow_link_unless_chosen),
    };
    return cmocka_run_group_tests_name("tui_frame", tests, NULL, NULL);
}
