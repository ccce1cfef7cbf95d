/* SPDX-License-Identifier: MPL-2.0 */
/* lbtop's nodes, cards, map, dialog and menu: exact at any size, and as their
 * golden texts show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui_scene.h"

static void
draw_exactly(struct scene *c, int width, int height)
{
    struct canvas *canvas = scene_draw(c, width, height);
    assert_exact(canvas, "screen");
    canvas_free(canvas);
}

static void
all_screens(struct scene *c, int width, int height)
{
    for (int s = SCREEN_NODES; s < SCREENS_END; s++) {
        c->u.screen = (enum screen)s;
        c->u.detail = s % 2 ? c->u.cursor : scene_id(3);
        draw_exactly(c, width, height);
    }
    c->u.screen = SCREEN_NODES;
}

/* All widths to 120 at some heights, and steps to 300x100. */
static void
sweep(struct scene *c)
{
    static const int height[] = { 1, 3, 4, 5, 7, 9, 11, 17, 24, 36, 45 };
    for (int width = 1; width <= 120; width++) {
        int at = width % 11;
        c->u.ascii = width & 1;
        all_screens(c, width, height[at]);
        draw_exactly(c, width, height[(at + 4) % 11]);
        draw_exactly(c, width, 24);
    }
    for (int width = 1; width <= 300; width += 23)
        for (int h = 1; h <= 100; h += 9) {
            c->u.ascii = h & 1;
            draw_exactly(c, width, h);
            c->u.screen = SCREEN_MAP;
            draw_exactly(c, width, h);
            c->u.screen = SCREEN_NODES;
        }
    all_screens(c, 300, 100);
    c->u.ascii = false;
}

static void
every_line_is_exact_with_few_nodes(void **state)
{
    (void)state;
    static const size_t n[] = { 0, 1, 2, 4, 5 };
    for (size_t i = 0; i < sizeof n / sizeof n[0]; i++) {
        struct scene *c = scene_many(n[i], 60);
        sweep(c);
        scene_free(c);
    }
}

static void
every_line_is_exact_with_more_nodes(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    sweep(c);
    c->u.tree = true;
    text_add(c->u.tree_tag, sizeof c->u.tree_tag, "rack");
    sweep(c);
    scene_free(c);
    c = scene_many(60, 40);
    sweep(c);
    scene_free(c);
}

static void
every_line_is_exact_with_a_thousand_nodes(void **state)
{
    (void)state;
    struct scene *c = scene_many(1000, 5);
    for (int width = 1; width <= 300; width += 13)
        for (int height = 3; height <= 100; height += 16) {
            draw_exactly(c, width, height);
            c->u.screen = SCREEN_MAP;
            c->u.shade = (enum shade)(width % SHADES);
            draw_exactly(c, width, height);
            c->u.screen = SCREEN_NODES;
        }
    scene_free(c);
}

/* Names of any bytes and any length, all columns, any scrolling. */
static void
every_line_is_exact_with_odd_nodes(void **state)
{
    (void)state;
    static const char *const name[] = {
        "", "x", "a-name-of-sixty-three-columns-which-is-as-long-as-one-can-b",
        "n\xc3\xa4me", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "\xff\xfe",
    };
    struct scene *c = scene_many(12, 3);
    for (size_t i = 0; i < 12; i++) {
        struct node *n = c->m->node[i];
        n->name[0] = '\0';
        text_add(n->name, sizeof n->name, "%s", name[i % 6]);
        n->doubled = i == 1;
        n->marked = i % 3 == 0;
        n->told.queued = i == 2 ? UINT32_MAX : n->told.queued;
        n->told.done = i == 3 ? UINT64_MAX : n->told.done;
        n->told.failed = UINT64_MAX - i;
        n->told.drain_us = i == 4 ? INT64_MAX : 1;
        n->seen = (enum seen)(SEEN_NEW + (int)i % 7);
    }
    for (int k = 0; k < COLUMNS_; k++)
        c->u.columns_on[k] = 1;
    for (c->u.scroll_x = 0; c->u.scroll_x < COLUMNS_ + 2; c->u.scroll_x += 3)
        for (int width = 20; width <= 320; width += 7)
            all_screens(c, width, 24);
    scene_free(c);
}

/* ---- cursor, marks ---- */

static void
the_cursor_is_always_in_sight(void **state)
{
    (void)state;
    struct scene *c = scene_many(60, 3);
    for (int tree = 0; tree <= 1; tree++)
        for (size_t i = 0; i < 60; i++)
            for (int height = 4; height <= 60; height += 5) {
                bool seen = false;
                c->u.tree = tree;
                text_add(c->u.tree_tag, sizeof c->u.tree_tag, "%s",
                         c->u.tree_tag[0] ? "" : "rack");
                c->u.cursor = scene_id(i);
                c->u.moved_us = 1;
                struct canvas *canvas = scene_draw(c, 80, height);
                for (int y = 1; y < height; y++)
                    if (canvas->cell[y * 80 + 9].flags & CELL_CURSOR)
                        seen = true;
                assert_true(seen);
                canvas_free(canvas);
            }
    scene_free(c);
}

static void
a_click_finds_node_and_head(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    struct canvas *canvas = scene_draw(c, 80, 24);
    struct view v = { c->m, c->w, &c->u, canvas };
    enum column head;
    assert_ptr_equal(nodes_at(&v, 4, 6, &head), c->u.shown[0]);
    assert_ptr_equal(nodes_at(&v, 70, 8, &head), c->u.shown[2]);
    assert_int_equal(head, COLUMNS_);
    assert_null(nodes_at(&v, 4, 5, &head));
    assert_int_equal(head, COLUMN_NODE);
    assert_null(nodes_at(&v, 47, 5, &head));
    assert_int_equal(head, COLUMN_PEND);
    assert_null(nodes_at(&v, 47, 19, &head));
    assert_int_equal(head, COLUMNS_);
    c->u.screen = SCREEN_MAP;
    assert_string_equal(nodes_at(&v, 5, 6, &head)->name, "alpha01");
    assert_string_equal(nodes_at(&v, 5, 7, &head)->name, "alpha05");
    assert_null(nodes_at(&v, 5, 12, &head));
    canvas_free(canvas);
    scene_free(c);
}

/* ---- throttle ---- */

static void
expect_throttle(struct scene *c, const char *name, const char *want,
                const char *ascii)
{
    struct node *n = model_by_name(c->m, name);
    for (int plain = 0; plain <= 1; plain++) {
        struct canvas *canvas = canvas_new(10, 1);
        struct view v = { c->m, c->w, &c->u, canvas };
        struct buf dump = { .len = 0 };
        char got[64], full[64] = "";
        canvas->ascii = plain;
        int used = draw_throttle(&v, 0, 0, 10, n);
        canvas_dump(canvas, false, &dump);
        span_copy(span_of(dump.p, dump.len - 1), got, sizeof got);
        text_add(full, sizeof full, "%s", plain ? ascii : want);
        if (used != text_columns(span_str(full)))
            fail_msg("\"%s\" takes %d columns, not \"%s\"", got, used, full);
        while (text_columns(span_str(full)) < 10)
            text_add(full, sizeof full, " ");
        assert_string_equal(got, full);
        buf_fini(&dump);
        canvas_free(canvas);
    }
}

/* Every second up to `s`, all nodes speak. */
static void
speak_until(struct scene *c, int from, int to)
{
    for (int s = from; s <= to; s++)
        for (size_t i = 0; i < c->n; i++)
            if (!c->node[i].lost)
                scene_state(c, i, s, s * INT64_C(1000000));
}

static void
throttle_shows_what_is_in_force_and_what_is_asked(void **state)
{
    (void)state;
    char say[WISH_SAY_MAX];
    struct question q;
    struct scene *c = scene_main();
    struct msg_reply ok = { .text = span_str("ok") };
    expect_throttle(c, "alpha01", "100%", "100%");
    expect_throttle(c, "gamma03", "(50%)", "(50%)");
    expect_throttle(c, "alpha03", "80→70…", "80->70~");
    expect_throttle(c, "beta01", "70% ✓", "70% ok");
    expect_throttle(c, "gamma01", "50% ✗", "50% x");
    speak_until(c, SCENE_S + 1, SCENE_S + 7);
    expect_throttle(c, "alpha03", "80→70 ?", "80->70 ?");
    expect_throttle(c, "beta01", "70%", "70%");
    struct node *n = model_by_name(c->m, "alpha04");
    assert_true(wish_throttle(c->w, c->m, n, 40, true, say));
    expect_throttle(c, "alpha04", "80→40…", "80->40~");
    wishes_push(c->w, c->m, 0);
    do
        assert_true(wishes_next(c->w, c->m, &q));
    while (!node_id_equal(&q.to, &n->id));
    assert_true(wishes_answer(c->w, c->m, q.id, &ok));
    speak_until(c, SCENE_S + 8, SCENE_S + 12);
    expect_throttle(c, "alpha04", "80→40 !", "80->40 !");
    scene_tick(c, (SCENE_S + 30) * INT64_C(1000000));
    expect_throttle(c, "alpha03", "(80%)", "(80%)");
    scene_free(c);
}

/* ---- golden ---- */

static void
nodes_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    golden_both(c, "nodes-12", 80, 24);
    golden_both(c, "nodes-12", 140, 45);
    golden_both(c, "nodes-12", 40, 10);
    golden_both(c, "nodes-12", 20, 4);
    struct canvas *canvas = scene_draw(c, 80, 24);
    golden(canvas, "nodes-12-80x24-styles", true);
    canvas_free(canvas);
    c->u.tree = true;
    text_add(c->u.tree_tag, sizeof c->u.tree_tag, "rack");
    golden_both(c, "nodes-12-tree", 80, 24);
    scene_free(c);
}

/* A node in every state that it can be seen in, and phases asked for. */
static void
every_state_has_its_look(void **state)
{
    (void)state;
    char say[WISH_SAY_MAX];
    struct scene *c = scene_main();
    struct wish_order drain = { .kind = WISH_DRAIN };
    struct wish_order pause = { .kind = WISH_PAUSE };
    static const char *const name[] = { "beta04", "alpha01", "alpha02",
                                        "gamma03", "beta02", "beta03",
                                        "alpha04" };
    assert_true(wish_order(c->w, c->m, model_by_name(c->m, "alpha05"), &drain,
                           say));
    assert_true(wish_order(c->w, c->m, model_by_name(c->m, "gamma02"), &pause,
                           say));
    for (int i = 0; i < 7; i++)
        model_by_name(c->m, name[i])->seen = (enum seen)(SEEN_NEW + i);
    model_by_name(c->m, "beta04")->heard_us = -1;
    golden_both(c, "nodes-states", 80, 24);
    c->u.screen = SCREEN_MAP;
    golden_both(c, "map-states", 80, 24);
    scene_free(c);
}

static void
braille_shows_twice_the_time(void **state)
{
    (void)state;
    struct canvas *canvas;
    struct scene *c = scene_two();
    c->u.braille = true;
    canvas = scene_draw(c, 140, 45);
    golden(canvas, "nodes-2-braille-140x45", false);
    canvas_free(canvas);
    scene_free(c);
    c = scene_main();
    c->u.braille = true;
    canvas = scene_draw(c, 140, 45);
    golden(canvas, "nodes-12-braille-140x45", false);
    canvas_free(canvas);
    sweep(c);
    scene_free(c);
}

static void
cards_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_two();
    golden_both(c, "nodes-2", 80, 24);
    golden_both(c, "nodes-2", 140, 45);
    scene_free(c);
}

static void
many_nodes_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_many(1000, 66);
    golden_both(c, "nodes-1000", 140, 45);
    golden_both(c, "nodes-1000", 80, 24);
    golden_both(c, "nodes-1000", 200, 60);
    c->u.screen = SCREEN_MAP;
    golden_both(c, "map-1000", 140, 45);
    golden_both(c, "map-1000", 80, 24);
    scene_free(c);
}

static void
maps_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    c->u.screen = SCREEN_MAP;
    golden_both(c, "map-12", 80, 24);
    c->u.shade = SHADE_QUEUE;
    golden_both(c, "map-12-queue", 80, 24);
    scene_free(c);
}

static void
open_dialog(struct scene *c)
{
    struct dialog *d = &c->u.dialog;
    *d = (struct dialog){ .open = true, .box = true, .n_lines = 2 };
    text_add(d->title, sizeof d->title, "Drain");
    text_add(d->word, sizeof d->word, "beta03");
    text_add(d->line[0], 300,
             "Drain beta03: it takes no new jobs, sends its 310 pending jobs "
             "to others, lets 2 running jobs finish, and then stays idle until "
             "started (s).");
    text_add(d->line[1], 300,
             "Room elsewhere: 9 nodes can take them; about 31 s at 10 "
             "jobs/s.");
    c->u.prompt.use = PROMPT_COMMAND;
    text_add(c->u.prompt.label, sizeof c->u.prompt.label,
             "Type the node name to go on:  ");
    text_add(c->u.prompt.text, sizeof c->u.prompt.text, "beta0");
    c->u.prompt.at = 5;
}

static void
a_box_lies_over_the_screen(void **state)
{
    (void)state;
    struct scene *c = scene_main();
    open_dialog(c);
    golden_both(c, "dialog", 80, 24);
    golden_both(c, "dialog", 40, 10);
    for (int width = 1; width <= 120; width++)
        for (int height = 1; height <= 30; height += 3)
            draw_exactly(c, width, height);
    scene_free(c);
}

static void
a_menu_lies_over_the_screen(void **state)
{
    (void)state;
    static const char *const name[] = { "hybrid", "sender", "receiver",
                                        "symmetric", "static", "none" };
    struct scene *c = scene_main();
    struct menu *m = &c->u.menu;
    *m = (struct menu){ .open = true, .n = 6, .at = 1, .act = ACT_POLICY };
    text_add(m->title, sizeof m->title, "Policy");
    for (size_t i = 0; i < 6; i++) {
        text_add(m->item[i].name, 32, "%s", name[i]);
        text_add(m->item[i].text, 80, "what %s does; %u nodes have it",
                 name[i], i == 0 ? 11 : 0);
    }
    golden_both(c, "menu", 80, 24);
    for (m->at = 0; m->at < 6; m->at++)
        for (int width = 1; width <= 120; width++)
            draw_exactly(c, width, 1 + width % 24);
    scene_free(c);
}

static void
a_filter_that_matches_nothing_says_so(void **state)
{
    (void)state;
    char err[QUERY_ERROR_MAX];
    struct scene *c = scene_main();
    c->u.filter = query_new("alhpa", err);
    assert_non_null(c->u.filter);
    struct canvas *canvas = scene_draw(c, 80, 24);
    struct buf dump = { .len = 0 };
    canvas_dump(canvas, false, &dump);
    buf_u8(&dump, 0);
    assert_non_null(strstr((char *)dump.p, "0 of 12 nodes match \"alhpa\". "
                                           "Esc clears the filter."));
    buf_fini(&dump);
    canvas_free(canvas);
    scene_free(c);
}

/* Nodes keep their cells: the picture stays, with holes. */
static void
the_map_is_blank_where_the_filter_says_no(void **state)
{
    (void)state;
    char err[QUERY_ERROR_MAX];
    struct scene *c = scene_many(100, 3);
    c->u.screen = SCREEN_MAP;
    c->u.filter = query_new("beta", err);
    assert_non_null(c->u.filter);
    struct canvas *canvas = scene_draw(c, 80, 24);
    const struct cell *cell = &canvas->cell[6 * 80 + 7];
    for (int i = 0; i < 30; i++) {  /* two columns a cell */
        assert_int_equal(cell[2 * i].ch == ' ', i < 25);
        assert_int_equal(cell[2 * i + 1].ch, cell[2 * i].ch);
    }
    canvas_free(canvas);
    scene_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_exact_with_few_nodes),
        cmocka_unit_test(every_line_is_exact_with_more_nodes),
        cmocka_unit_test(every_line_is_exact_with_a_thousand_nodes),
        cmocka_unit_test(every_line_is_exact_with_odd_nodes),
        cmocka_unit_test(the_cursor_is_always_in_sight),
        cmocka_unit_test(a_click_finds_node_and_head),
        cmocka_unit_test(throttle_shows_what_is_in_force_and_what_is_asked),
        cmocka_unit_test(nodes_look_as_they_should),
        cmocka_unit_test(every_state_has_its_look),
        cmocka_unit_test(braille_shows_twice_the_time),
        cmocka_unit_test(cards_look_as_they_should),
        cmocka_unit_test(many_nodes_look_as_they_should),
        cmocka_unit_test(maps_look_as_they_should),
        cmocka_unit_test(a_box_lies_over_the_screen),
        cmocka_unit_test(a_menu_lies_over_the_screen),
        cmocka_unit_test(a_filter_that_matches_nothing_says_so),
        cmocka_unit_test(the_map_is_blank_where_the_filter_says_no),
    };
    return cmocka_run_group_tests_name("tui_screens", tests, NULL, NULL);
}
