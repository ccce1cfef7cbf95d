/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/paint.h"

enum { WIDTH = 8 };

/* A row of these characters in these styles: t text, l label, a alarm (in
 * reverse), p pending (underlined), w warning. */
static void
make(struct cell *row, const char *text, const char *styles, uint8_t flags)
{
    for (size_t i = 0; i < WIDTH; i++)
        row[i] = (struct cell){
            .ch = (uint32_t)text[i], .flags = flags,
            .style = styles[i] == 'l'   ? STYLE_LABEL
                     : styles[i] == 'a' ? STYLE_ALARM
                     : styles[i] == 'p' ? STYLE_PENDING
                     : styles[i] == 'w' ? STYLE_WARN : STYLE_TEXT,
        };
}

static enum style
painted(const struct cell *row, int x)
{
    struct look look[STYLES];

    for (int s = 0; s < STYLES; s++)
        look[s] = theme_look(THEME_DEFAULT, 16, (enum style)s);
    return paint_style(look, row, x, WIDTH);
}

static void
a_blank_between_words_of_one_style_has_it(void **state)
{
    (void)state;
    struct cell row[WIDTH];

    make(row, "ab  cd  ", "llttlltt", 0);
    assert_int_equal(painted(row, 1), STYLE_LABEL);
    assert_int_equal(painted(row, 2), STYLE_LABEL);
    assert_int_equal(painted(row, 3), STYLE_LABEL);
    /* What follows to the end of the line is cleared, in no style. */
    assert_int_equal(painted(row, 6), STYLE_TEXT);
    make(row, "ab  cd  ", "llttwwtt", 0);
    assert_int_equal(painted(row, 2), STYLE_TEXT);
}

static void
a_blank_that_would_be_seen_stays_as_it_is(void **state)
{
    (void)state;
    struct cell row[WIDTH];

    make(row, "ab  cd  ", "aattaatt", 0);
    assert_int_equal(painted(row, 2), STYLE_TEXT);
    make(row, "ab  cd  ", "ppttpptt", 0);
    assert_int_equal(painted(row, 2), STYLE_TEXT);
    make(row, "ab  cd  ", "llaalltt", 0);
    assert_int_equal(painted(row, 2), STYLE_ALARM);
    make(row, "ab  cd  ", "llttlltt", 0);
    row[2].flags = CELL_CURSOR;
    assert_int_equal(painted(row, 2), STYLE_TEXT);
}

static void
the_row_of_the_cursor_has_the_colours_that_warn_alone(void **state)
{
    (void)state;
    struct cell row[WIDTH];

    make(row, "ab  cd  ", "llllwwtt", CELL_CURSOR);
    assert_int_equal(painted(row, 0), STYLE_TEXT);
    assert_int_equal(painted(row, 4), STYLE_WARN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blank_between_words_of_one_style_has_it),
        cmocka_unit_test(a_blank_that_would_be_seen_stays_as_it_is),
        cmocka_unit_test(the_row_of_the_cursor_has_the_colours_that_warn_alone),
    };
    return cmocka_run_group_tests_name("tui_paint", tests, NULL, NULL);
}
