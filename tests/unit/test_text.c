/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

static void
appends_and_cuts(void **state)
{
    (void)state;
    char text[8] = "";

    assert_int_equal(text_add(text, sizeof text, "%d-", 12), 3);
    assert_int_equal(text_add(text, sizeof text, "%s", "ab"), 5);
    assert_string_equal(text, "12-ab");
    assert_int_equal(text_add(text, sizeof text, "%s", "cdefgh"), 7);
    assert_string_equal(text, "12-abcd");
    assert_int_equal(text_add(text, sizeof text, "%s", "x"), 7);
    assert_string_equal(text, "12-abcd");
}

static void
reads_whole_numbers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;

    assert_int_equal(text_u64("18446744073709551615", 0, UINT64_MAX, &u), 0);
    assert_true(u == UINT64_MAX);
    assert_int_equal(text_u64("0", 0, 1, &u), 0);
    assert_int_equal(u, 0);
    assert_int_equal(
        text_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &i), 0);
    assert_true(i == INT64_MIN);
    assert_int_equal(text_i64("9223372036854775807", 0, INT64_MAX, &i), 0);
    assert_true(i == INT64_MAX);
    assert_int_equal(text_i64("-0", -1, 1, &i), 0);
    assert_int_equal(i, 0);
}

static void
tells_no_number_from_one_out_of_range(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", "-", "+1", " 1", "1 ", "1.0", "0x10", "1e3", "--1", "one",
    };
    uint64_t u = 7;
    int64_t i = 7;

    for (size_t n = 0; n < sizeof none / sizeof *none; n++) {
        assert_int_equal(text_u64(none[n], 0, UINT64_MAX, &u), -EINVAL);
        assert_int_equal(text_i64(none[n], INT64_MIN, INT64_MAX, &i), -EINVAL);
    }
    assert_int_equal(text_u64("18446744073709551616", 0, UINT64_MAX, &u),
                     -ERANGE);
    assert_int_equal(text_u64("101", 1, 100, &u), -ERANGE);
    assert_int_equal(text_u64("0", 1, 100, &u), -ERANGE);
    assert_int_equal(text_u64("-5", 1, 100, &u), -ERANGE);
    assert_int_equal(text_i64("-6", -5, 5, &i), -ERANGE);
    assert_int_equal(text_i64("9223372036854775808", 0, INT64_MAX, &i),
                     -ERANGE);
    assert_int_equal(text_i64("-9223372036854775809", INT64_MIN, 0, &i),
                     -ERANGE);
    assert_int_equal(u, 7);
    assert_int_equal(i, 7);
}

static void
finds_the_word_that_was_meant(void **state)
{
    (void)state;
    static const char *const words[] = { "submit", "start", "stop", "ls",
                                         "status", NULL };

    assert_string_equal(text_nearest("sumbit", words), "submit");
    assert_string_equal(text_nearest("submt", words), "submit");
    assert_string_equal(text_nearest("statu", words), "status");
    assert_string_equal(text_nearest("stopp", words), "stop");
    assert_string_equal(text_nearest("stop", words), "stop");
    assert_null(text_nearest("throttle", words));
    assert_null(text_nearest("sub", words));
    assert_null(text_nearest("", words));
    assert_null(text_nearest("xy", words));
}

static void
takes_words_of_any_length(void **state)
{
    (void)state;
    char longest[1000];
    const char *const words[] = { longest, "a", NULL };

    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(text_nearest(longest, words));
    assert_string_equal(text_nearest("ab", words), "a");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_cuts),
        cmocka_unit_test(reads_whole_numbers),
        cmocka_unit_test(tells_no_number_from_one_out_of_range),
        cmocka_unit_test(finds_the_word_that_was_meant),
        cmocka_unit_test(takes_words_of_any_length),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
