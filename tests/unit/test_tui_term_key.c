/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tui/key.h"
#include "tui/term_key.h"

enum { MS = 1000 };

static struct key_filter filter;

static uint32_t
take(int64_t at_ms, uint32_t raw)
{
    bool pasted;
    return key_filter_take(&filter, at_ms * MS, raw, &pasted);
}

static int
begin(void **state)
{
    (void)state;
    filter = (struct key_filter){ .pasting = false };
    return 0;
}

static int
end(void **state)
{
    (void)state;
    key_filter_fini(&filter);
    return 0;
}

static void
lets_keys_through(void **state)
{
    (void)state;
    assert_int_equal(take(1, 'j'), 'j');
    assert_int_equal(take(2, KEY_F1 + 6), KEY_F1 + 6);
    assert_int_equal(take(3, 0xe9), 0xe9);
    assert_int_equal(take(4, RAW_IGNORE), 0);
    assert_int_equal(take(5, '['), '[');
}

/* ESC, 100 ms, "OA": the Esc acted already; the rest is the arrow. */
static void
joins_a_split_arrow(void **state)
{
    (void)state;
    assert_int_equal(take(0, KEY_ESCAPE), KEY_ESCAPE);
    assert_int_equal(take(100, 'O'), 0);
    assert_int_equal(take(100, 'A'), KEY_UP_);
    assert_int_equal(take(101, 'A'), 'A');
    assert_int_equal(take(200, KEY_ESCAPE), KEY_ESCAPE);
    assert_int_equal(take(290, '['), 0);
    assert_int_equal(take(400, 'B'), KEY_DOWN_);
}

static void
swallows_a_split_sequence_to_its_final_letter(void **state)
{
    (void)state;
    assert_int_equal(take(0, KEY_ESCAPE), KEY_ESCAPE);
    assert_int_equal(take(100, '['), 0);
    assert_int_equal(take(100, '1'), 0);
    assert_int_equal(take(100, '8'), 0);
    assert_int_equal(take(100, '~'), KEY_UNKNOWN);
    assert_int_equal(take(101, 'd'), 'd');
}

static void
lets_a_bracket_be_a_key_later(void **state)
{
    (void)state;
    assert_int_equal(take(0, KEY_ESCAPE), KEY_ESCAPE);
    assert_int_equal(take(501, '['), '[');
    assert_int_equal(take(600, KEY_ESCAPE), KEY_ESCAPE);
    assert_int_equal(take(610, 'j'), 'j');
    assert_int_equal(take(620, '['), '[');
}

static void
gathers_what_is_pasted(void **state)
{
    bool pasted;
    const char *text = "d q\xc3\xa9";
    (void)state;
    assert_int_equal(take(0, RAW_PASTE_BEGIN), 0);
    assert_int_equal(take(0, 'd'), 0);
    assert_int_equal(take(0, ' '), 0);
    assert_int_equal(take(0, 'q'), 0);
    assert_int_equal(take(0, 0xe9), 0);
    assert_int_equal(key_filter_take(&filter, 0, RAW_PASTE_END, &pasted),
                     KEY_UNKNOWN);
    assert_true(pasted);
    assert_int_equal(filter.pasted.len, strlen(text));
    assert_memory_equal(filter.pasted.p, text, strlen(text));
    assert_int_equal(take(1, 'q'), 'q');
}

static void
bounds_what_is_pasted(void **state)
{
    bool pasted;
    (void)state;
    assert_int_equal(take(0, RAW_PASTE_BEGIN), 0);
    for (int i = 0; i < 5 * PASTE_MAX_BYTES; i++)
        assert_int_equal(take(0, 'x'), 0);
    key_filter_take(&filter, 0, RAW_PASTE_END, &pasted);
    assert_true(pasted);
    assert_true(filter.pasted.len <= PASTE_MAX_BYTES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lets_keys_through, begin, end),
        cmocka_unit_test_setup_teardown(joins_a_split_arrow, begin, end),
        cmocka_unit_test_setup_teardown(
            swallows_a_split_sequence_to_its_final_letter, begin, end),
        cmocka_unit_test_setup_teardown(lets_a_bracket_be_a_key_later, begin,
                                        end),
        cmocka_unit_test_setup_teardown(gathers_what_is_pasted, begin, end),
        cmocka_unit_test_setup_teardown(bounds_what_is_pasted, begin, end),
    };
    return cmocka_run_group_tests_name("term_key", tests, NULL, NULL);
}
