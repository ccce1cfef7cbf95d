/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "kinds/command.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct buf
words_of(const char *const *word, const char *slot)
{
    struct buf b = { 0 };

    for (; *word != NULL; word++)
        command_word_put(&b, 0, *word, strlen(*word), slot);
    return b;
}

static void
words_travel_as_they_are(void **state)
{
    (void)state;
    static const char *const word[] = {
        "gzip", "", " ", "a b\tc\nd\re\\f", "\\s", "=", "\xc3\xa9\xff", "",
        NULL };
    struct buf b = words_of(word, NULL), one = { 0 };
    struct span rest = buf_span(&b);

    for (size_t i = 0; word[i] != NULL; i++) {
        assert_int_equal(command_word_next(&rest, 7, &one), 1);
        assert_string_equal((char *)one.p, word[i]);
        buf_reset(&one);
    }
    assert_int_equal(command_word_next(&rest, 7, &one), 0);
    buf_fini(&b);
    buf_fini(&one);
}

static void
the_slot_is_put_in_where_the_words_ask(void **state)
{
    (void)state;
    static const char *const word[] = { "out-{%}.{%}", NULL };
    struct buf b = words_of(word, "{%}"), one = { 0 };
    struct span rest = buf_span(&b);

    assert_int_equal(command_word_next(&rest, 12, &one), 1);
    assert_string_equal((char *)one.p, "out-12.12");
    buf_fini(&b);
    buf_fini(&one);
}

static void
refuses_what_is_no_list_of_words(void **state)
{
    (void)state;
    static const struct { const char *text; size_t n; } bad[] = {
        { " a", 2 }, { "a  b", 4 }, { "a ", 2 }, { "\\", 1 }, { "a\\x", 3 },
        { "a\0b", 3 } };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct span rest = span_of(bad[i].text, bad[i].n);
        struct buf one = { 0 };
        int rc;
        while ((rc = command_word_next(&rest, 1, &one)) == 1)
            buf_reset(&one);
        assert_int_equal(rc, -EINVAL);
        buf_fini(&one);
    }
}

static void
parameters_are_checked_and_stand_in_order(void **state)
{
    (void)state;
    static const struct { const char *given, *out; } row[] = {
        { "argv=true\n", "argv=true\n" },
        { "cwd=/tmp\nargv=ls \\e\n", "argv=ls \\e\ncwd=/tmp\n" },
        { "argv=a\nenv=A=1 B=\\e\n", NULL },
        { "argv=a\nenv=A=1 B=\ncpu=5\n", "argv=a\nenv=A=1 B=\ncpu=5\n" },
        { "argv=a\ndata=x\ny", "argv=a\ndata=x\ny" },
        { "argv=\n", NULL }, { "env=A=1\n", NULL }, { "argv=a\nfoo=1\n", NULL },
        { "argv=a\nargv=b\n", NULL }, { "argv=a\nenv==1\n", NULL },
        { "argv=a\ncpu=x\n", NULL }, { "argv=a  b\n", NULL },
        { "argv=a\nret=b/c.gz d\\se\nput=" HASH ":0755:7:x\n",
          "argv=a\nput=" HASH ":0755:7:x\nret=b/c.gz d\\se\n" },
        { "argv=a\nret=/b\n", NULL }, { "argv=a\nret=b ../c\n", NULL },
        { "argv=a\nput=" HASH ":0755:7:../x\n", NULL },
        { "argv=a\nput=x\n", NULL } };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct buf out = { 0 };
        char err[KIND_ERROR_MAX] = "";
        uint64_t cost = 0;
        int rc = kind_command.parse(&kind_command, span_str(row[i].given),
                                    &out, &cost, err);
        assert_int_equal(rc, row[i].out == NULL ? -EINVAL : 0);
        if (row[i].out == NULL)
            assert_memory_equal(err, "command: ", 9);
        else
            assert_true(span_is(buf_span(&out), row[i].out));
        buf_fini(&out);
    }
}

static void
results_come_back_as_they_went(void **state)
{
    (void)state;
    const struct command_result r = { 3, 0, 5, 1000000, span_of("a\0b\n", 4),
                                      span_of("err", 3), { NULL, 0 } };
    const struct command_result nothing = { .exit = 0 };
    struct command_result got;
    struct buf b = { 0 };
    char text[64];

    command_result_encode(&nothing, &b);
    assert_int_equal(b.len, 0);
    assert_int_equal(command_result_decode(buf_span(&b), &got), 0);
    assert_int_equal(got.exit, 0);
    command_result_encode(&r, &b);
    assert_int_equal(command_result_decode(buf_span(&b), &got), 0);
    assert_int_equal(got.exit, 3);
    assert_int_equal(got.err_total, 1000000);
    assert_true(span_equal(got.out, r.out));
    assert_true(span_equal(got.err, r.err));
    kind_command.show(&kind_command, span_str(""), buf_span(&b), text,
                      sizeof text);
    assert_memory_equal(text, "a\0b", 4);
    for (size_t n = 1; n < b.len; n++)
        assert_int_equal(command_result_decode(span_of(b.p, n), &got),
                         -EBADMSG);
    buf_fini(&b);
}

static void
results_name_the_files_that_came_back(void **state)
{
    (void)state;
    const struct command_result r = { .files = span_str("a b\\sc") };
    struct command_result got;
    struct buf b = { 0 };

    command_result_encode(&r, &b);
    assert_int_equal(command_result_decode(buf_span(&b), &got), 0);
    assert_true(span_equal(got.files, r.files));
    assert_int_equal(got.out.len, 0);
    assert_int_equal(command_result_decode(span_of(b.p, b.len - 1), &got),
                     -EBADMSG);
    buf_u8(&b, 0);
    assert_int_equal(command_result_decode(buf_span(&b), &got), -EBADMSG);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_travel_as_they_are),
        cmocka_unit_test(the_slot_is_put_in_where_the_words_ask),
        cmocka_unit_test(refuses_what_is_no_list_of_words),
        cmocka_unit_test(parameters_are_checked_and_stand_in_order),
        cmocka_unit_test(results_come_back_as_they_went),
        cmocka_unit_test(results_name_the_files_that_came_back),
    };
    return cmocka_run_group_tests_name("kind_command", tests, NULL, NULL);
}
