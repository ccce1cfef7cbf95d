/* SPDX-License-Identifier: MPL-2.0 */
/* An hour of a thousand nodes, in virtual time: what lbtop remembers has a
 * size of its own and does not grow with what it has seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/app.h"
#include "tui/record.h"

enum { S = 1000000, MINUTE = 60, NODES = 1000, FEW = 12,
       GROWTH_MAX = 24 * 1024 };

struct desk {
    struct demo *demo;
    struct app *app;
    struct canvas *canvas;
    int64_t now_s;
};

static size_t
allocated(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

static void
desk_init(struct desk *k, unsigned nodes)
{
    struct app_options o = { .by = "ann", .seed = 1,
                             .wall_ms = DEMO_WALL_MS, .width = 140,
                             .height = 45, .stream = STREAM_DEMO };

    *k = (struct desk){ .demo = demo_new(nodes, 1), .app = app_new(&o),
                        .canvas = canvas_new(140, 45) };
}

static void
desk_fini(struct desk *k)
{
    canvas_free(k->canvas);
    app_free(k->app);
    demo_free(k->demo);
}

static void
feed(struct desk *k, const struct input *in)
{
    struct effect e;

    app_input(k->app, in);
    while (app_effect(k->app, &e))
        if (e.kind == EFFECT_ASK)
            demo_ask(k->demo, in->at_us, &e.ask);
}

static void
press(struct desk *k, uint32_t key)
{
    feed(k, &(struct input){ .at_us = k->now_s * S, .kind = IN_KEY,
                             .key = key });
}

/* Messages until the oldest are forgotten. */
static void
fill_notes(struct desk *k)
{
    struct input in = { .kind = IN_NOTE, .level = NOTE_INFO };
    char text[32];

    for (int i = 0; i < NOTES_MAX; i++) {
        text[0] = '\0';
        text_add(text, sizeof text, "message %d", i);
        in.note = span_str(text);
        feed(k, &in);
    }
    assert_int_equal(notes_count(k->app->live->notes), NOTES_MAX);
}

/* Each second a frame; each few a key: all screens, the cursor, throttles. */
static void
use(struct desk *k, int64_t until_s)
{
    static const uint32_t keys[] = {
        '2', KEY_DOWN_, '3', '4', KEY_DOWN_, '1', KEY_DOWN_, KEY_ENTER_,
        KEY_ESCAPE, KEY_F1 + 6, KEY_DOWN_, KEY_F1 + 7, 'Z', 'Z', '?',
        KEY_ESCAPE,
    };
    struct input in;

    for (; k->now_s < until_s; k->now_s++) {
        while (demo_next(k->demo, k->now_s * S, &in))
            feed(k, &in);
        feed(k, &(struct input){ .at_us = k->now_s * S, .kind = IN_TICK });
        if (k->now_s % 3 == 0)
            press(k, keys[k->now_s / 3 % (int64_t)(sizeof keys /
                                                   sizeof keys[0])]);
        app_draw(k->app, k->canvas);
    }
}

static void
stays_as_large_as_after_five_minutes(unsigned nodes)
{
    struct desk k;

    desk_init(&k, nodes);
    fill_notes(&k);
    use(&k, 5 * MINUTE);
    size_t before = allocated();
    use(&k, 60 * MINUTE);
    size_t after = allocated();
    print_message("%u nodes: %zu bytes after 5 min, %zu after 60\n", nodes,
                  before, after);
    assert_true(k.app->live->n == nodes);
    assert_in_range(after, 0, before + GROWTH_MAX);
    desk_fini(&k);
}

static void
an_hour_of_a_few_nodes_adds_nothing(void **state)
{
    (void)state;
    stays_as_large_as_after_five_minutes(FEW);
}

static void
an_hour_of_a_thousand_nodes_adds_nothing(void **state)
{
    (void)state;
    stays_as_large_as_after_five_minutes(NODES);
}

/* Blocks that malloc keeps for later count as used: it is to keep none. */
static void
begin_exact(char **argv)
{
    static const char name[] = "GLIBC_TUNABLES";

    if (getenv(name) != NULL)
        return;
    setenv(name, "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0", 1);
    (void)execv("/proc/self/exe", argv);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_of_a_few_nodes_adds_nothing),
        cmocka_unit_test(an_hour_of_a_thousand_nodes_adds_nothing),
    };
    (void)argc;
    begin_exact(argv);
    void *volatile any = malloc(1);
    free(any);
    if (mallinfo2().arena == 0)
        return 77;      /* not the allocator of libc */
    return cmocka_run_group_tests_name("tui_memory", tests, NULL, NULL);
}
