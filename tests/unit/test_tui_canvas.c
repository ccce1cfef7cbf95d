/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "tests/unit/tui_canvas_help.h"
#include "tui/utf8.h"

static void
reads_strict_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "plain", "plain" },
        { "é→▶", "é→▶" },
        { "\xC0\x80" "a", "??a" },                  /* overlong */
        { "\xE0\x80\x80", "???" },
        { "\xED\xA0\x80", "???" },                  /* a surrogate */
        { "\xF4\x90\x80\x80", "????" },             /* beyond the last */
        { "\xFF" "a\x80" "b\xE2\x82", "?a?b??" },   /* stray, torn */
        { "\t\x1b[31mx\x7f", "??[31mx?" },
        { "a\xC2\x9B" "b", "a?b" },                 /* C1: CSI */
        { "a\xE2\x80\xAE" "b", "a?b" },             /* right-to-left */
        { "a\xE2\x81\xA6" "b\xE2\x80\x8F", "a?b?" },
        { "a\xE2\x80\x8B" "b\xEF\xBB\xBF", "a?b?" },/* zero width, BOM */
        { "a\xEF\xBF\xBF" "b", "a?b" },             /* noncharacter */
        { "e\xCC\x81x", "ex" },                     /* combining: no cell */
        { "日本x", "日本x" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct canvas *c = canvas_new(10, 1);
        char want[64] = "";
        int n = canvas_put(c, 0, 0, -1, STYLE_TEXT, rows[i].in);
        assert_int_equal(n, text_columns(span_str(rows[i].in)));
        assert_int_equal(n, text_columns(span_str(rows[i].out)));
        strcat(want, rows[i].out);
        for (; n < 10; n++)
            strcat(want, " ");
        strcat(want, "\n");
        assert_string_equal(canvas_text(c, false), want);
        canvas_free(c);
    }
}

static void
knows_how_wide_characters_are(void **state)
{
    (void)state;
    static const struct {
        uint32_t ch;
        int columns;
    } rows[] = {
        { 0, -1 }, { 0x1F, -1 }, { ' ', 1 }, { '~', 1 }, { 0x7F, -1 },
        { 0x9F, -1 }, { 0xA0, 1 }, { 0xAD, -1 }, { 0x2FF, 1 }, { 0x300, 0 },
        { 0x36F, 0 }, { 0x370, 1 }, { 0x10FF, 1 }, { 0x1100, 2 },
        { 0x115F, 2 }, { 0x1160, 0 }, { 0x200D, -1 }, { 0x2500, 1 },
        { 0x2588, 1 }, { 0x25B6, 1 }, { 0x2713, 1 }, { 0x28FF, 1 },
        { 0x3000, 2 }, { 0x303F, 1 }, { 0x4E00, 2 }, { 0xAC00, 2 },
        { 0xD800, -1 }, { 0xE000, 1 }, { 0xFE0F, 0 }, { 0xFF01, 2 },
        { 0xFF61, 1 }, { 0xFFFD, 1 }, { 0xFFFE, -1 }, { 0x1F600, 2 },
        { 0x20000, 2 }, { 0x3FFFD, 2 }, { 0xE0001, -1 }, { 0xE0100, 0 },
        { 0x10FFFD, 1 }, { 0x10FFFF, -1 }, { 0x110000, -1 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (utf8_columns(rows[i].ch) != rows[i].columns)
            fail_msg("U+%04X: %d", rows[i].ch, utf8_columns(rows[i].ch));
}

/* What is written is read back, and nothing else is. */
static void
writes_what_it_reads(void **state)
{
    (void)state;
    for (uint32_t ch = 0; ch <= UTF8_LAST; ch++) {
        char text[UTF8_MAX];
        size_t at = 0, n = utf8_put(ch, text);
        uint32_t got = utf8_next(span_of(text, n), &at);
        assert_int_equal(got, utf8_columns(ch) < 0 ? '?' : ch);
        if (ch < 0xD800 || ch > 0xDFFF)
            assert_int_equal(at, n);
    }
}

static void
cuts_by_columns_and_never_inside(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(6, 2);

    assert_int_equal(canvas_put(c, 0, 0, 4, STYLE_TEXT, "abcdef"), 4);
    assert_int_equal(canvas_put(c, 4, 0, -1, STYLE_TEXT, "xyz"), 2);
    assert_int_equal(canvas_put(c, 0, 1, 3, STYLE_BOLD, "日本"), 3);
    assert_int_equal(canvas_put(c, 3, 1, -1, STYLE_TEXT, "日本"), 3);
    assert_string_equal(canvas_text(c, false), "abcdxy\n日 日 \n");
    assert_int_equal(c->cell[6 + 1].ch, 0);
    /* Outside nothing is put. */
    assert_int_equal(canvas_put(c, -1, 0, -1, STYLE_TEXT, "zz"), 0);
    assert_int_equal(canvas_put(c, 6, 0, -1, STYLE_TEXT, "zz"), 0);
    assert_int_equal(canvas_put(c, 0, 2, -1, STYLE_TEXT, "zz"), 0);
    assert_int_equal(canvas_put(c, 0, -1, -1, STYLE_TEXT, "zz"), 0);
    assert_int_equal(canvas_put(c, 0, 0, 0, STYLE_TEXT, "zz"), 0);
    canvas_fill(c, -2, 0, 5, STYLE_TEXT, "z");
    canvas_restyle(c, 6, 1, 5, STYLE_BOLD, 1);
    assert_string_equal(canvas_text(c, false), "abcdxy\n日 日 \n");
    canvas_free(c);
}

/* A row is always as wide as the canvas: half of a character never stays. */
static void
never_leaves_half_a_character(void **state)
{
    (void)state;
    static const char *const texts[] = { "日", "本本", "a", "bc", "xyz" };

    for (uint32_t seed = 1; seed <= 3000; seed++) {
        struct canvas *c = canvas_new(8, 1);
        uint32_t x = seed * 2654435761u;
        for (int i = 0; i < 6; i++) {
            x = x * 1664525u + 1013904223u;
            canvas_put(c, (int)(x >> 28) % 8, 0, (int)(x >> 20) % 5,
                       STYLE_TEXT, texts[(x >> 8) % 5]);
        }
        const char *text = canvas_text(c, false);
        struct span row = span_of(text, strlen(text) - 1);
        if (text_columns(row) != 8)
            fail_msg("seed %u: %s", seed, text);
        canvas_free(c);
    }
}

static void
cuts_names_in_the_middle(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int width;
        const char *utf8, *ascii;
    } rows[] = {
        { "alpha017", 8, "alpha017", "alpha017" },
        { "alphabet017", 8, "alph…017", "alph~017" },
        { "alphabet017", 7, "alp…017", "alp~017" },
        { "alphabet017", 3, "a…7", "a~7" },
        { "alphabet017", 2, "a…", "a~" },
        { "alphabet017", 1, "…", "~" },
        { "alphabet017", 0, "", "" },
        { "日本日本日本", 7, "日 …本", "日 ~本" },
        { "abcdefe\xCC\x81", 4, "ab…e", "ab~e" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int ascii = 0; ascii < 2; ascii++) {
            struct canvas *c = canvas_new(12, 1);
            const char *want = ascii ? rows[i].ascii : rows[i].utf8;
            c->ascii = ascii;
            int n = canvas_middle(c, 0, 0, rows[i].width, STYLE_TEXT,
                                  rows[i].in);
            if (memcmp(canvas_text(c, false), want, strlen(want)) != 0)
                fail_msg("%s, not %s", canvas_text(c, false), want);
            assert_int_equal(n, text_columns(span_str(want)));
            assert_true(blank_outside(c, (int[]){ 0, 0 }, n, 1));
            canvas_free(c);
        }
}

static void
aligns_to_the_right(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(10, 2);

    canvas_right(c, 1, 0, 8, STYLE_TEXT, "42%");
    canvas_right(c, 1, 1, 4, STYLE_TEXT, "123456");
    assert_string_equal(canvas_text(c, false), "      42% \n 12…6     \n");
    canvas_free(c);
}

static void
prints_fills_and_restyles(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(8, 2);

    assert_int_equal(canvas_print(c, 1, 0, STYLE_HEAD, "%d%s", 12, "ab"), 4);
    canvas_fill(c, 5, 0, -1, STYLE_LABEL, "─");
    canvas_restyle(c, 0, 0, 3, STYLE_PENDING, 0);
    canvas_restyle(c, 4, 0, -1, STYLES, CELL_CURSOR);
    assert_string_equal(canvas_text(c, true),
                        " 12ab───\nPPPHH---\n        \n........\n");
    assert_int_equal(c->cell[3].flags, 0);
    assert_int_equal(c->cell[4].flags, CELL_CURSOR);
    assert_int_equal(c->cell[7].flags, CELL_CURSOR);
    c->cursor_x = 3;
    canvas_clear(c);
    assert_int_equal(c->cursor_x, -1);
    assert_string_equal(canvas_text(c, true),
                        "        \n........\n        \n........\n");
    canvas_free(c);
}

static void
keeps_sizes_within_bounds(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(0, -5);

    assert_int_equal(c->width, 1);
    assert_int_equal(c->height, 1);
    canvas_put(c, 0, 0, -1, STYLE_TEXT, "日");
    assert_string_equal(canvas_text(c, false), " \n");
    canvas_free(c);
    c = canvas_new(100000, 100000);
    assert_int_equal(c->width, CANVAS_MAX_WIDTH);
    assert_int_equal(c->height, CANVAS_MAX_HEIGHT);
    canvas_free(c);
    canvas_free(NULL);
}

static void
names_each_style_once(void **state)
{
    (void)state;
    for (unsigned a = 0; a < STYLES; a++) {
        assert_non_null(style_name((enum style)a));
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(style_name((enum style)a),
                                    style_name((enum style)b));
    }
    assert_string_equal(style_name(STYLE_PENDING), "pending");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_strict_utf8),
        cmocka_unit_test(knows_how_wide_characters_are),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(cuts_by_columns_and_never_inside),
        cmocka_unit_test(never_leaves_half_a_character),
        cmocka_unit_test(cuts_names_in_the_middle),
        cmocka_unit_test(aligns_to_the_right),
        cmocka_unit_test(prints_fills_and_restyles),
        cmocka_unit_test(keeps_sizes_within_bounds),
        cmocka_unit_test(names_each_style_once),
    };
    return cmocka_run_group_tests_name("tui_canvas", tests, NULL, NULL);
}
