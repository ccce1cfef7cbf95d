/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tests/unit/tui_canvas_help.h"
#include "tui/glyph.h"

enum look { UTF8 = 0, ASCII, BRAILLE, LOOKS };

/* A canvas with a margin of one cell round width x height. */
static struct canvas *
framed(int width, int height, enum look look)
{
    struct canvas *c = canvas_new(width + 2, height + 2);

    c->ascii = look == ASCII;
    c->braille = look == BRAILLE;
    return c;
}

static void
expect_row(struct canvas *c, int row, const char *want)
{
    struct buf out = { .p = NULL };
    char text[2048] = " ";

    strcat(text, want);
    strcat(text, " \n");
    canvas_dump(c, false, &out);
    const char *at = (const char *)out.p;
    for (int y = 0; y < row + 1; y++)
        at = strchr(at, '\n') + 1;
    if (strncmp(at, text, strlen(text)) != 0)
        fail_msg("%.*s\nis not\n%s", (int)strcspn(at, "\n"), at, text);
    buf_fini(&out);
}

static void
draws_bars(void **state)
{
    (void)state;
    /* Lines of the mock-ups of the main screen. */
    static const struct {
        double part;
        int width;
        bool walls;
        const char *utf8, *ascii;
    } rows[] = {
        { 65, 26, true, "▕███████████████▋"
          "········▏",
          "[################........]" },
        { 45, 26, true, "▕██████████▊"
          "·············▏",
          "[###########.............]" },
        { 72, 26, true,
          "▕█████████████████▎"
          "······▏",
          "[#################.......]" },
        { 91, 8, false, "███████▎", "#######." },
        { 88, 8, false, "███████·", "#######." },
        { 49, 8, false, "███▉····", "####...." },
        { 12, 8, false, "█·······", "#......." },
        { 2, 8, false, "▏·······", "........" },
        { 0, 8, false, "········", "........" },
        { -1, 8, false, "········", "........" },
        { NAN, 8, false, "········", "........" },
        { 100, 8, false, "████████", "########" },
        { 4000, 8, true, "▕██████▏", "[######]" },
        { 50, 2, true, "▕▏", "[]" },
        { 50, 1, false, "▌", "#" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum look look = UTF8; look < BRAILLE; look++) {
            struct canvas *c = framed(rows[i].width, 1, look);
            struct bar b = { rows[i].part, 100, rows[i].width, rows[i].walls,
                             STYLES, -1, 0 };
            draw_bar(c, 1, 1, &b);
            expect_row(c, 0, look == UTF8 ? rows[i].utf8 : rows[i].ascii);
            assert_true(blank_outside(c, (int[]){ 1, 1 }, rows[i].width, 1));
            canvas_free(c);
        }
}

static void
colours_bars_by_value_and_ticks_the_target(void **state)
{
    (void)state;
    static const struct {
        double part;
        enum style style, want;
    } rows[] = {
        { 60, STYLES, STYLE_LOW }, { 61, STYLES, STYLE_MIDDLE },
        { 85, STYLES, STYLE_MIDDLE }, { 86, STYLES, STYLE_HIGH },
        { 86, STYLE_TEXT, STYLE_TEXT },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct canvas *c = canvas_new(4, 1);
        struct bar b = { rows[i].part, 100, 4, false, rows[i].style, -1,
                         0 };
        draw_bar(c, 0, 0, &b);
        assert_int_equal(c->cell[0].style, rows[i].want);
        canvas_free(c);
    }
    struct canvas *c = canvas_new(12, 1);
    struct bar b = { 40, 100, 12, true, STYLES, 70, 0 };
    draw_bar(c, 0, 0, &b);
    assert_string_equal(canvas_text(c, true),
                        "▕████···¦··▏\n-1111---P---\n");
    b.target = 100;
    c->ascii = true;
    draw_bar(c, 0, 0, &b);
    assert_string_equal(canvas_text(c, false), "[####.....|]\n");
    canvas_free(c);
}

static void
draws_sparklines(void **state)
{
    (void)state;
    static const float v[] = { 0, 10, 25, 40, 55, 70, 85, 100, -1, 0, 200 };
    static const struct {
        int width;
        size_t n;
        double top;
        const char *want[LOOKS];
    } rows[] = {
        { 8, 8, 100,
          { "▁▂▃▄▅▆▇█", " .:-=+*#", "    ⣀⣤⣶⣿" } },
        { 4, 8, 100, { "▅▆▇█", "=+*#", "⣀⣤⣶⣿" } },
        { 3, 10, 100, { "█ ▁", "#  ", "⣶⣿⢀" } },
        { 4, 2, 100, { "  ▁▂", "   .", "   ⣀" } },
        { 4, 1, 100, { "   ▁", "    ", "   ⢀" } },
        { 4, 0, 100, { "    ", "    ", "    " } },
        { 2, 11, 0, { "▁█", " #", "⡆⣸" } },
        { 3, 2, 0, { " ▁█", "  #", "  ⣸" } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum look look = UTF8; look < LOOKS; look++) {
            struct canvas *c = framed(rows[i].width, 1, look);
            draw_spark(c, 1, 1, rows[i].width, v, rows[i].n, rows[i].top);
            expect_row(c, 0, rows[i].want[look]);
            assert_true(blank_outside(c, (int[]){ 1, 1 }, rows[i].width, 1));
            canvas_free(c);
        }
}

static void
draws_charts(void **state)
{
    (void)state;
    static const float v[] = { -1, 0, 10, 33, 50, 66, 90, 100, 200, -1, -1 };
    static const char *const want[LOOKS][4] = {
        { " 100│      ▅██┆    ",
          "    │     ▅███┆ no ",
          "  50│   ▃█████┆    ",
          "   0│ ▁▃██████┆    " },
        { " 100|      ###|    ",
          "    |     ####| no ",
          "  50|    #####|    ",
          "   0| ..######|    " },
        { " 100│   ⣼⡇┆        ",
          "    │  ⢰⣿⡇┆ no data",
          "  50│ ⢀⣿⣿⡇┆        ",
          "   0│⢀⣼⣿⣿⡇┆        " },
    };

    for (enum look look = UTF8; look < LOOKS; look++) {
        struct canvas *c = framed(19, 4, look);
        struct chart k = { 19, 4, v, 11, 100, "no data" };
        draw_chart(c, 1, 1, &k);
        for (int row = 0; row < 4; row++)
            expect_row(c, row, want[look][row]);
        assert_true(blank_outside(c, (int[]){ 1, 1 }, 19, 4));
        canvas_free(c);
    }
}

/* At every size, from nothing up, nothing is written outside. */
static void
stays_inside_at_any_size(void **state)
{
    (void)state;
    static float v[200];

    for (size_t i = 0; i < 200; i++)
        v[i] = (float)(i % 7) - 1;
    for (int width = 0; width < 30; width++)
        for (int height = 0; height < 6; height++)
            for (enum look look = UTF8; look < LOOKS; look++) {
                struct canvas *c = canvas_new(34, 8);
                struct chart k = { width, height, v, 200, 0, "no data" };
                c->ascii = look == ASCII;
                c->braille = look == BRAILLE;
                draw_chart(c, 1, 1, &k);
                draw_box(c, 1, 1, width, height, "日本 a title that is long");
                if (height > 0)
                    draw_spark(c, 1, 1, width, v, 200, 0);
                assert_true(blank_outside(c, (int[]){ 1, 1 }, width, height));
                canvas_free(c);
            }
    struct canvas *c = canvas_new(5, 2);
    draw_chart(c, 3, 1, &(struct chart){ 40, 9, v, 200, 0, "gap" });
    draw_box(c, 2, 1, 40, 9, "box");
    draw_spark(c, 4, 1, 40, v, 200, 0);
    draw_bar(c, 4, 0, &(struct bar){ 1, 2, 40, true, STYLES, 1, 1 });
    canvas_free(c);
}

#define FULL "────────────────"

static void
draws_rules_and_boxes(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(16, 4);

    draw_rule(c, 0, "messages");
    draw_rule(c, 1, "");
    draw_rule(c, 2, "a text that is too long");
    canvas_put(c, 0, 3, -1, STYLE_TEXT, "xxxxxxxxxxxxxxxx");
    draw_rule(c, 4, "outside");
    assert_string_equal(canvas_text(c, false), "─ messages ─────\n"
                                               FULL "\n"
                                               "─ a text… long ─\n"
                                               "xxxxxxxxxxxxxxxx\n");
    draw_box(c, 1, 0, 14, 3, "Drain");
    assert_string_equal(canvas_text(c, false),
                        "─┌ Drain ─────┐─\n"
                        "─│            │─\n"
                        "─└────────────┘─\n"
                        "xxxxxxxxxxxxxxxx\n");
    c->ascii = true;
    draw_box(c, 1, 1, 14, 3, "");
    draw_rule(c, 0, "now");
    assert_string_equal(canvas_text(c, false), "- now ----------\n"
                                               "─+------------+─\n"
                                               "─|            |─\n"
                                               "x+------------+x\n");
    canvas_free(c);
    c = canvas_new(4, 1);
    draw_rule(c, 0, "text");
    assert_string_equal(canvas_text(c, false), "────\n");
    canvas_free(c);
}

static void
shades_by_share(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *utf8, *ascii;
    } rows[] = {
        { NAN, "·", "." }, { -1, "·", "." }, { 0, "·", "." },
        { 0.12, "·", "." }, { 0.13, "░", ":" }, { 0.5, "▒", "-" },
        { 0.75, "▓", "=" }, { 0.9, "█", "#" }, { 1, "█", "#" },
        { 1e300, "█", "#" },
    };
    struct canvas c = { .ascii = false };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        c.ascii = false;
        assert_string_equal(glyph_shade(&c, rows[i].share), rows[i].utf8);
        c.ascii = true;
        assert_string_equal(glyph_shade(&c, rows[i].share), rows[i].ascii);
    }
    assert_string_equal(glyph(&c, GLYPH_CONFIRMED), "ok");
    c.ascii = false;
    assert_string_equal(glyph(&c, GLYPH_CONFIRMED), "✓");
}

static void
writes_numbers_as_wide_as_there_is_room(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        int width;
        const char *want;
    } rows[] = {
        { 0, 1, "0" }, { 9999, 4, "9999" }, { 10000, 4, "10k" },
        { 1400, 3, "1k" }, { 14400, 5, "14400" }, { 14400, 4, "14k" },
        { 123456, 5, "123k" }, { 123456, 6, "123456" },
        { 464123, 4, "464k" }, { 1234567, 6, "1235k" },
        { 1234567, 4, "1.2M" }, { 1234567, 3, "1M" },
        { 999949, 4, "1.0M" }, { 999499, 4, "999k" }, { 999999, 4, "1.0M" },
        { 999999, 2, "1M" }, { 12345678, 5, "12.3M" },
        { 5000000000, 4, "5.0G" }, { UINT64_C(7400000000000), 4, "7.4T" },
        { UINT64_MAX, 20, "18446744073709551615" },
        { UINT64_MAX, 10, "18446744T" }, { UINT64_MAX, 4, "+" },
        { 10, 1, "+" }, { 5, 0, "+" },
    };
    char text[24];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        number_text(text, rows[i].n, rows[i].width);
        assert_string_equal(text, rows[i].want);
    }
    number_commas(text, 0);
    assert_string_equal(text, "0");
    number_commas(text, 999);
    assert_string_equal(text, "999");
    number_commas(text, 1820411);
    assert_string_equal(text, "1,820,411");
    number_commas(text, UINT64_C(100000000000000));
    assert_string_equal(text, "100,000,000,000,000");
    number_commas(text, UINT64_MAX);
    assert_string_equal(text, "18446744073709551615");
}

typedef void writer(char *dst, int64_t us);
struct written {
    writer *write;
    int64_t us;
    const char *want;
};

static void
writes_durations_ages_and_etas(void **state)
{
    (void)state;
    static const int64_t s = 1000000, min = 60 * s, h = 60 * min, d = 24 * h;
    const struct written rows[] = {
        { duration_text, -1, "-" }, { duration_text, 0, "0.00s" },
        { duration_text, 310000, "0.31s" }, { duration_text, s - 1, "0.99s" },
        { duration_text, 10 * s - 1, "9.99s" },
        { duration_text, 12 * s, "12s" }, { duration_text, min - 1, "59s" },
        { duration_text, 184 * s, "3m04s" },
        { duration_text, 130 * min, "2h10m" },
        { duration_text, 3 * d + 4 * h, "3d04h" },
        { duration_text, INT64_MAX, "106751991d04h" },
        { age_text, -1, "-" }, { age_text, 9 * s, "9s" },
        { age_text, 19 * s, "10s" }, { age_text, 47 * s, "40s" },
        { age_text, 59 * s, "50s" }, { age_text, min, "1m" },
        { age_text, 59 * min, "59m" }, { age_text, h, "1h" },
        { age_text, 25 * h, "1d" },
        { eta_text, -1, "-" }, { eta_text, 0, "0s" },
        { eta_text, 52 * s, "52s" }, { eta_text, min - 1, "1min" },
        { eta_text, 8 * min, "8min" }, { eta_text, 60 * min - 1, "1h00m" },
        { eta_text, 93 * min, "1h33m" }, { eta_text, 50 * h, "2d02h" },
    };
    char text[24];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rows[i].write(text, rows[i].us);
        assert_string_equal(text, rows[i].want);
    }
}

static void
writes_bytes_and_rates(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *want;
    } bytes[] = {
        { 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" },
        { 1900000, "1.9 MB" }, { 512000, "512 kB" }, { 99949, "99.9 kB" },
        { 99950, "100 kB" }, { 999499, "999 kB" }, { 999500, "1.0 MB" },
        { UINT64_MAX, "18.4 EB" },
    };
    static const struct {
        double rate;
        const char *want;
    } rates[] = {
        { -1, "-" }, { NAN, "-" }, { 0, "0.0" }, { 0.3, "0.3" },
        { 14.2, "14.2" }, { 99.94, "99.9" }, { 99.96, "100" },
        { 177.4, "177" }, { 9999, "9999" }, { 12345, "12k" },
        { INFINITY, "+" },
    };
    char text[24];

    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        bytes_text(text, bytes[i].n);
        assert_string_equal(text, bytes[i].want);
    }
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        rate_text(text, rates[i].rate);
        assert_string_equal(text, rates[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_bars),
        cmocka_unit_test(colours_bars_by_value_and_ticks_the_target),
        cmocka_unit_test(draws_sparklines),
        cmocka_unit_test(draws_charts),
        cmocka_unit_test(stays_inside_at_any_size),
        cmocka_unit_test(draws_rules_and_boxes),
        cmocka_unit_test(shades_by_share),
        cmocka_unit_test(writes_numbers_as_wide_as_there_is_room),
        cmocka_unit_test(writes_durations_ages_and_etas),
        cmocka_unit_test(writes_bytes_and_rates),
    };
    return cmocka_run_group_tests_name("tui_glyph", tests, NULL, NULL);
}
