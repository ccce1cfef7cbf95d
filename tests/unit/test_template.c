/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/template.h"

/* `words` and `values` end with NULL. */
static void
becomes(const char *const *words, const char *const *values, bool shell,
        const char *want)
{
    const struct template_form form = { .shell = shell };
    char err[TEMPLATE_ERROR_MAX];
    struct buf argv = { 0 };
    size_t n_words = 0, n_values = 0;

    while (words[n_words] != NULL)
        n_words++;
    while (values[n_values] != NULL)
        n_values++;
    struct template *t = template_new(words, n_words, &form, err);
    assert_non_null(t);
    assert_int_equal(template_check(t, n_values, err), 0);
    template_expand(t, 7, values, n_values, &argv);
    buf_u8(&argv, 0);
    assert_string_equal((const char *)argv.p, want);
    buf_fini(&argv);
    template_free(t);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
static const char *const none[] = { NULL };

static void
words_are_replaced_one_by_one(void **state)
{
    (void)state;
    becomes(LIST("gzip", "{}"), LIST("a b"), false, "gzip a\\sb");
    becomes(LIST("x{}y{}"), LIST("1"), false, "x1y1");
    becomes(LIST("c", "{}"), LIST(""), false, "c \\e");
    becomes(LIST("c", "", "{}"), LIST("1"), false, "c \\e 1");
    becomes(LIST("c", "{.}", "{/}", "{//}", "{/.}"), LIST("d/e.f/g.h.i"),
            false, "c d/e.f/g.h g.h.i d/e.f g.h");
    becomes(LIST("{2}{1/}{-1.}"), LIST("d/a", "b.c"), false, "b.cab");
    becomes(LIST("n{#}"), LIST("x"), false, "n7");
}

static void
values_without_a_place_come_last(void **state)
{
    (void)state;
    becomes(LIST("c", "-v"), LIST("a b", "c"), false, "c -v a\\sb c");
    becomes(LIST("c"), LIST("a b", "c"), true, "/bin/sh -c c\\s'a\\sb'\\sc");
    becomes(LIST("c", "{#}"), LIST("a"), false, "c 7");
}

static void
several_values_in_one_word_are_several_words(void **state)
{
    (void)state;
    becomes(LIST("x{}y"), LIST("a b", "c"), false, "xa\\sb cy");
    becomes(LIST("{.}"), LIST("a.b", "c.d"), false, "a c");
}

static void
without_inputs_nothing_is_replaced(void **state)
{
    (void)state;
    becomes(LIST("find", "-exec", "cat", "{}", "{#}", "{3}"), none, false,
            "find -exec cat {} {#} {3}");
}

static void
a_shell_gets_one_line_with_quoted_values(void **state)
{
    (void)state;
    becomes(LIST("echo", "{}", ">$X"), LIST("a'b"), true,
            "/bin/sh -c echo\\s'a'\\\\''b'\\s>$X");
    becomes(LIST("echo", "{}"), LIST("1", ""), true,
            "/bin/sh -c echo\\s1\\s''");
    becomes(LIST("a", "b  c"), none, true, "/bin/sh -c a\\sb\\s\\sc");
}

/* Only a {%} of the template is the slot, not one in a value. */
static void
the_slot_is_left_to_who_runs_it(void **state)
{
    (void)state;
    becomes(LIST("c", "a{%}b", "{%}", "{}"), LIST("{%} \\%"), false,
            "c a\\%b \\% {%}\\s\\\\%");
    becomes(LIST("c", "{%}"), LIST("x"), true, "/bin/sh -c c\\s\\%");
}

static void
what_has_no_input_is_refused(void **state)
{
    static const struct {
        const char *word, *err;
        size_t n;
    } row[] = {
        { "{3}", "{3}: there are only 2 inputs", 2 },
        { "a{-3/}", "{-3/}: there are only 2 inputs", 2 },
        { "{2.}", "{2.}: there is only 1 input", 1 },
        { "{0}", "{0}: inputs count from 1", 1 },
    };
    const struct template_form form = { .shell = false };
    char err[TEMPLATE_ERROR_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct template *t = template_new(&row[i].word, 1, &form, err);
        assert_non_null(t);
        assert_int_equal(template_check(t, row[i].n, err), -1);
        assert_string_equal(err, row[i].err);
        assert_int_equal(template_check(t, 0, err), 0);
        template_free(t);
    }
    assert_null(template_new(LIST("{=s/a/b/=}"), 1, &form, err));
}

static void
another_string_may_stand_for_the_value(void **state)
{
    const struct template_form form = { .value = "@@" };
    const char *const words[] = { "@@@@", "{}", "{.}" }, *value = "a.b";
    char err[TEMPLATE_ERROR_MAX];
    struct buf argv = { 0 };

    (void)state;
    struct template *t = template_new(words, 3, &form, err);
    template_expand(t, 1, &value, 1, &argv);
    buf_u8(&argv, 0);
    assert_string_equal((const char *)argv.p, "a.ba.b {} a");
    buf_fini(&argv);
    template_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_replaced_one_by_one),
        cmocka_unit_test(values_without_a_place_come_last),
        cmocka_unit_test(several_values_in_one_word_are_several_words),
        cmocka_unit_test(without_inputs_nothing_is_replaced),
        cmocka_unit_test(a_shell_gets_one_line_with_quoted_values),
        cmocka_unit_test(the_slot_is_left_to_who_runs_it),
        cmocka_unit_test(what_has_no_input_is_refused),
        cmocka_unit_test(another_string_may_stand_for_the_value),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
