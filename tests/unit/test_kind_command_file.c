/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kinds/command.h"
#include "kinds/command_file.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
a_file_travels_as_a_word(void **state)
{
    (void)state;
    const struct command_file f = { HASH, 0640, 1234567890123, "a b/\n:%c" };
    struct command_file got;
    struct buf list = { 0 }, word = { 0 };

    command_file_put(&list, 0, &f);
    command_file_put(&list, 0, &f);
    struct span rest = buf_span(&list);
    for (int i = 0; i < 2; i++) {
        buf_reset(&word);
        assert_int_equal(command_word_next(&rest, 1, &word), 1);
        assert_true(command_file_read((const char *)word.p, &got));
        assert_memory_equal(got.hash, HASH, COMMAND_HASH_DIGITS);
        assert_int_equal(got.mode, 0640);
        assert_true(got.size == f.size);
        assert_string_equal(got.path, f.path);
    }
    assert_int_equal(command_word_next(&rest, 1, &word), 0);
    buf_fini(&list);
    buf_fini(&word);
}

static void
refuses_words_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "x", HASH, HASH ":", HASH ":644", HASH ":644:", HASH ":644:1",
        HASH ":644:1:", HASH "0:644:1:a", ":644:1:a", HASH ":8:1:a",
        HASH ":00644:1:a", HASH ":1644:1:a", HASH ":644:-1:a",
        HASH ":644:1x:a", HASH ":644:9223372036854775808:a",
        HASH ":644:1:../a", HASH "::1:a" };
    struct command_file f;

    assert_true(command_file_read(HASH ":644:0:a", &f));
    assert_true(command_file_read(HASH ":644:9223372036854775807:a", &f));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (command_file_read(bad[i], &f))
            fail_msg("taken: %s", bad[i]);
}

static void
paths_stay_below_their_directory(void **state)
{
    (void)state;
    static const char *const good[] = { "a", "a/b", "...", "..a/b..", "-x",
                                        " ", "\n", "a:b", ".x" };
    static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".",
                                       "./a", "a/.", "..", "../a", "a/..",
                                       "a/../b", "//" };
    char text[COMMAND_PATH_MAX + 2];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!command_path_is_right(good[i]))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (command_path_is_right(bad[i]))
            fail_msg("taken: %s", bad[i]);
    memset(text, 'a', sizeof text);
    text[255] = '\0';
    assert_true(command_path_is_right(text));
    text[255] = 'a';
    text[256] = '\0';
    assert_false(command_path_is_right(text));
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : '/';
    text[COMMAND_PATH_MAX] = '\0';
    assert_true(command_path_is_right(text));
    text[COMMAND_PATH_MAX] = '/';
    text[COMMAND_PATH_MAX + 1] = '\0';
    assert_false(command_path_is_right(text));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_travels_as_a_word),
        cmocka_unit_test(refuses_words_that_are_none),
        cmocka_unit_test(paths_stay_below_their_directory),
    };
    return cmocka_run_group_tests_name("kind_command_file", tests, NULL, NULL);
}
