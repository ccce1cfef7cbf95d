/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/label.h"

static const struct template_form words = { .shell = false };
static const struct template_form line = { .shell = true };

static void
is(const char *word, const struct template_form *form, const char *want)
{
    char *label = label_of(word, form);

    if (want == NULL)
        assert_null(label);
    else {
        assert_non_null(label);
        assert_string_equal(label, want);
    }
    free(label);
}

static void
a_program_gives_the_last_part_of_its_path(void **state)
{
    (void)state;
    is("gzip", &words, "gzip");
    is("/usr/bin/python3.11", &words, "python3.11");
    is("./a_b-c", &words, "a_b-c");
    is("time", &words, "time");
    is("bin/", &words, NULL);
    is("", &words, NULL);
}

static void
what_differs_from_job_to_job_gives_none(void **state)
{
    const struct template_form other = { .value = "FILE" };

    (void)state;
    is("{}", &words, NULL);
    is("./step{#}", &words, NULL);
    is("{//}/run", &words, NULL);
    is("FILE", &words, "FILE");
    is("FILE", &other, NULL);
}

static void
what_a_shell_would_want_quoted_gives_none(void **state)
{
    (void)state;
    is("a b", &words, NULL);
    is("a\nb", &words, NULL);
    is("a\x1b[2J", &words, NULL);
    is("{x}", &words, NULL);
    is("\xfc", &words, NULL);
}

static void
a_line_gives_its_first_word(void **state)
{
    (void)state;
    is("gzip -9 {} | wc -c", &line, "gzip");
    is(" \t/bin/echo\n{}", &line, "echo");
    is("A=/x/y cmd", &line, NULL);
    is("for i in 1 2; do :; done", &line, NULL);
    is("\"/my dir/prog\" x", &line, NULL);
    is("(cd x; ls)", &line, NULL);
    is("{} | sort", &line, NULL);
    is("   ", &line, NULL);
}

static void
a_label_is_no_longer_than_a_name_may_be(void **state)
{
    char word[66] = "/";

    (void)state;
    memset(word + 1, 'a', 63);
    is(word, &words, word + 1);
    word[64] = 'a';
    is(word, &words, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gives_the_last_part_of_its_path),
        cmocka_unit_test(what_differs_from_job_to_job_gives_none),
        cmocka_unit_test(what_a_shell_would_want_quoted_gives_none),
        cmocka_unit_test(a_line_gives_its_first_word),
        cmocka_unit_test(a_label_is_no_longer_than_a_name_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
