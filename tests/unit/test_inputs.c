/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/inputs.h"

/* A source of the words of `words`, cut at blanks. */
static void
source(struct inputs *in, bool linked, const char *words)
{
    char copy[64] = "", *rest = copy;

    strncpy(copy, words, sizeof copy - 1);
    inputs_source(in, linked);
    for (char *w; (w = strsep(&rest, " ")) != NULL;)
        if (*w != '\0')
            inputs_value(in, w);
}

/* All jobs: "a1 b1", values side by side. */
static void
jobs_are(struct inputs *in, const char *want)
{
    char all[256] = "";
    const char *value[8];

    assert_true(inputs_width(in) <= 8);
    for (uint64_t i = 0; i < inputs_jobs(in); i++) {
        size_t n = inputs_get(in, i, value);
        strcat(all, i > 0 ? " " : "");
        for (size_t k = 0; k < n; k++) {
            strcat(all, k > 0 ? "," : "");
            strcat(all, value[k]);
        }
    }
    assert_string_equal(all, want);
    inputs_free(in);
}

static void
without_sources_there_is_one_job(void **state)
{
    struct inputs *in = inputs_new();

    (void)state;
    assert_int_equal(inputs_jobs(in), 1);
    assert_int_equal(inputs_width(in), 0);
    assert_int_equal(inputs_get(in, 0, NULL), 0);
    inputs_free(in);
}

static void
sources_are_crossed_and_the_last_varies_fastest(void **state)
{
    struct inputs *in = inputs_new();

    (void)state;
    source(in, false, "a b");
    source(in, false, "1 2 3");
    jobs_are(in, "a,1 a,2 a,3 b,1 b,2 b,3");
}

static void
linked_sources_go_in_step_to_the_end_of_the_shorter(void **state)
{
    struct inputs *in = inputs_new();

    (void)state;
    source(in, false, "a b c");
    source(in, true, "1 2");
    jobs_are(in, "a,1 b,2");
    in = inputs_new();
    source(in, false, "a b");
    source(in, true, "1 2 3");
    source(in, false, "x y");
    jobs_are(in, "a,1,x a,1,y b,2,x b,2,y");
    in = inputs_new();
    source(in, false, "x y");
    source(in, false, "a b");
    source(in, true, "1 2");
    jobs_are(in, "x,a,1 x,b,2 y,a,1 y,b,2");
}

static void
a_source_without_values_makes_no_jobs(void **state)
{
    struct inputs *in = inputs_new();

    (void)state;
    source(in, false, "a b");
    source(in, false, "");
    assert_int_equal(inputs_jobs(in), 0);
    inputs_source(in, false);
    assert_int_equal(inputs_jobs(in), 0);
    inputs_free(in);
}

/* 1000 to the seventh does not fit 64 bits. */
static void
too_many_jobs_are_not_few(void **state)
{
    struct inputs *in = inputs_new();

    (void)state;
    for (int k = 0; k < 7; k++) {
        inputs_source(in, false);
        for (int i = 0; i < 1000; i++)
            inputs_value(in, "x");
    }
    assert_true(inputs_jobs(in) == UINT64_MAX);
    inputs_free(in);
}

static void
columns_are_cut_and_trimmed(void **state)
{
    struct inputs *in = inputs_new();
    char err[INPUTS_ERROR_MAX];

    (void)state;
    assert_int_equal(inputs_columns(in, ",|\\t+", err), 0);
    inputs_source(in, false);
    inputs_value(in, " a , b\t\tc,");
    inputs_value(in, "d");
    inputs_source(in, false);
    inputs_value(in, "e,f");
    assert_int_equal(inputs_width(in), 6);
    jobs_are(in, "a,b,c,,e,f d,e,f");
}

static void
a_separator_of_nothing_is_refused(void **state)
{
    struct inputs *in = inputs_new();
    char err[INPUTS_ERROR_MAX];

    (void)state;
    assert_int_equal(inputs_columns(in, "(", err), -1);
    assert_non_null(strstr(err, "\"(\" is no extended regular expression"));
    assert_int_equal(inputs_columns(in, " *", err), -1);
    assert_string_equal(err, "\" *\" separates where nothing is");
    inputs_free(in);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_sources_there_is_one_job),
        cmocka_unit_test(sources_are_crossed_and_the_last_varies_fastest),
        cmocka_unit_test(linked_sources_go_in_step_to_the_end_of_the_shorter),
        cmocka_unit_test(a_source_without_values_makes_no_jobs),
        cmocka_unit_test(too_many_jobs_are_not_few),
        cmocka_unit_test(columns_are_cut_and_trimmed),
        cmocka_unit_test(a_separator_of_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
