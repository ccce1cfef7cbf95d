/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/jobfile.h"

static void
words_are(const char *text, size_t n, const char *const *want)
{
    const char *word[8], *err = NULL;
    char line[256];

    strcpy(line, text);
    assert_int_equal(words_split(line, word, 8, &err), (int)n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(word[i], want[i]);
}

static void
words_are_split_as_sh_does(void **state)
{
    (void)state;
    words_are("fib n=9", 2, (const char *const[]){ "fib", "n=9" });
    words_are("  fib\t9 \r", 2, (const char *const[]){ "fib", "9" });
    words_are("a 'b c' \"d e\"f", 3,
              (const char *const[]){ "a", "b c", "d ef" });
    words_are("a\\ b '' x\\#", 3, (const char *const[]){ "a b", "", "x#" });
    words_are("'a\\b' \"\\\"\\n\"", 2,
              (const char *const[]){ "a\\b", "\"\\n" });
    words_are("a#b # c", 1, (const char *const[]){ "a#b" });
    words_are("# c", 0, NULL);
    words_are("", 0, NULL);
}

static void
an_open_quote_is_refused(void **state)
{
    const char *word[8], *err = NULL;
    char one[] = "fib 'n", two[] = "fib \"n=9";

    (void)state;
    assert_int_equal(words_split(one, word, 8, &err), -1);
    assert_string_equal(err, "a quote is not closed");
    assert_int_equal(words_split(two, word, 8, &err), -1);
}

static void
too_many_words_are_refused(void **state)
{
    const char *word[2], *err = NULL;
    char line[] = "a b c";

    (void)state;
    assert_int_equal(words_split(line, word, 2, &err), -1);
    assert_string_equal(err, "too many words");
}

static void
kinds_become_workloads_in_order_of_first_use(void **state)
{
    struct jobfile f = { .n_loads = 0 };

    (void)state;
    jobfile_read(&f, "f", span_str("sleep 5\nfib 3\n\n# x\nsleep 6\nfib 4"));
    assert_int_equal(f.n_problems, 0);
    assert_int_equal(f.n_lines, 4);
    assert_int_equal(f.n_loads, 2);
    assert_string_equal(f.load[0].kind->name, "sleep");
    assert_int_equal(f.load[0].plan.n_jobs, 2);
    assert_string_equal(f.load[1].kind->name, "fib");
    assert_int_equal(f.load[1].plan.n_jobs, 2);
    jobfile_fini(&f);
}

static void
jobs_that_cannot_be_one_workload_are_several(void **state)
{
    struct jobfile f = { .n_loads = 0 };

    (void)state;
    jobfile_read(&f, "f", span_str("vecinc jobs=2\nvecinc jobs=3\n"));
    assert_int_equal(f.n_problems, 0);
    assert_int_equal(f.n_loads, 2);
    assert_int_equal(f.load[0].plan.n_jobs, 2);
    assert_int_equal(f.load[1].plan.n_jobs, 3);
    jobfile_fini(&f);
}

static void
every_bad_line_is_named_and_counted(void **state)
{
    struct jobfile f = { .n_loads = 0 };
    char text[JOBLINE_MAX + 64];

    (void)state;
    jobfile_read(&f, "f", span_of("fib 3\nfob 1\nfib \0\nfib n=99\n", 27));
    assert_int_equal(f.n_problems, 3);
    assert_int_equal(f.n_lines, 1);
    assert_string_equal(f.problem[0],
                        "f:2: unknown kind \"fob\" (did you mean \"fib\"?)");
    assert_string_equal(f.problem[1], "f:3: a NUL byte");
    assert_non_null(strstr(f.problem[2], "f:4: fib: n: 99 is outside"));
    jobfile_fini(&f);
    memset(text, 'x', sizeof text);
    jobfile_read(&f, "f", span_of(text, JOBLINE_MAX + 1));
    assert_string_equal(f.problem[0], "f:1: line longer than 64 KiB");
    jobfile_fini(&f);
    for (int i = 0; i < 50; i++)
        memcpy(text + 2 * i, "x\n", 2);
    jobfile_read(&f, "f", span_of(text, 100));
    assert_int_equal(f.n_problems, 50);
    jobfile_fini(&f);
}

static void
words_of_a_command_line_are_program_and_arguments(void **state)
{
    static const char *const also[] = { "cwd=/tmp" };
    struct jobfile f = { .command_words = also, .n_command_words = 1 };
    struct load *l;

    (void)state;
    jobfile_read(&f, "f", span_str("command gzip -9 'a b.log' x=1 ''\n"
                                   "command ls\ncommand\n"));
    assert_int_equal(f.n_problems, 1);
    assert_string_equal(f.problem[0], "f:3: command: no program");
    assert_int_equal(f.n_loads, 1);
    l = &f.load[0];
    assert_int_equal(l->plan.n_jobs, 2);
    assert_true(span_is(kind_param(buf_span(&l->plan.shared),
                                   buf_span(&l->plan.args[0]), "argv"),
                        "gzip -9 a\\sb.log x=1 \\e"));
    assert_true(span_is(kind_param(buf_span(&l->plan.shared),
                                   buf_span(&l->plan.args[1]), "argv"),
                        "ls"));
    assert_true(span_is(kind_param(buf_span(&l->plan.shared),
                                   buf_span(&l->plan.args[1]), "cwd"),
                        "/tmp"));
    jobfile_fini(&f);
}

static void
values_are_lines_or_end_in_nul(void **state)
{
    const char *words[] = { "repeat=2" };
    struct jobfile f = { .n_loads = 0 };
    const struct kind *fib = kind_find("fib");

    (void)state;
    jobfile_values(&f, "f", span_str("3\n4\r\n5"), fib, words, 1, '\n');
    assert_int_equal(f.n_problems, 0);
    assert_int_equal(f.load[0].plan.n_jobs, 3);
    assert_string_equal(f.load[0].values[1], "4");
    jobfile_values(&f, "f", span_of("6\0" "7", 3), fib, words, 1, '\0');
    assert_int_equal(f.load[0].plan.n_jobs, 5);
    assert_string_equal(f.load[0].values[4], "7");
    jobfile_value(&f, "n=8", fib, words, 1);
    assert_int_equal(f.n_problems, 1);
    assert_non_null(strstr(f.problem[0], "\"n=8\" is not a whole number"));
    jobfile_fini(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_sh_does),
        cmocka_unit_test(an_open_quote_is_refused),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(kinds_become_workloads_in_order_of_first_use),
        cmocka_unit_test(jobs_that_cannot_be_one_workload_are_several),
        cmocka_unit_test(every_bad_line_is_named_and_counted),
        cmocka_unit_test(words_of_a_command_line_are_program_and_arguments),
        cmocka_unit_test(values_are_lines_or_end_in_nul),
    };
    return cmocka_run_group_tests_name("ctl_jobfile", tests, NULL, NULL);
}
