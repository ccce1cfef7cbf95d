/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/landing.h"

struct row {
    const char *path, *at;      /* NULL: refused */
};

static void
check(const char *(*landing)(const char *, char *), const struct row *row,
      size_t n)
{
    char at[LANDING_MAX];

    for (size_t i = 0; i < n; i++) {
        const char *why = landing(row[i].path, at);
        if (why == NULL && row[i].at == NULL)
            fail_msg("%s lies at %s", row[i].path, at);
        if (why != NULL && row[i].at != NULL)
            fail_msg("%s: %s", row[i].path, why);
        if (why == NULL)
            assert_string_equal(at, row[i].at);
    }
}

static void
a_file_lies_where_its_path_says(void **state)
{
    static const struct row rows[] = {
        { "a", "a" },               { "a/b c", "a/b c" },
        { "./a", "a" },             { "././a", "a" },
        { "a//b", "a/b" },          { "/x/y/z", "z" },
        { "/x/./y/z", "y/z" },      { "x/./y/./z", "y/z" },
        { "../x/./y", "y" },        { "/./y", "y" },
        { "-a", "-a" },             { "a\nb", "a\nb" },
        { "..a/b..", "..a/b.." },   { "a/...", "a/..." },
        { "\xff\xfe", "\xff\xfe" }, { "a/.b", "a/.b" },
        { "", NULL },    { ".", NULL },      { "..", NULL },
        { "../a", NULL },{ "a/../b", NULL }, { "a/..", NULL },
        { "a/", NULL },  { "/", NULL },      { "/a/", NULL },
        { "a/./", NULL },{ "a/./..", NULL }, { "a/./../b", NULL },
        { "a/.", NULL }, { "//", NULL }
    };

    (void)state;
    check(landing_put, rows, sizeof rows / sizeof rows[0]);
}

static void
a_file_comes_back_below_the_directory(void **state)
{
    static const struct row rows[] = {
        { "a", "a" },           { "./a/b", "a/b" },     { "a//b", "a/b" },
        { "/x/./y/z", "y/z" },  { "a/./b", "b" },       { "-a", "-a" },
        { "/x", NULL },         { "/x/y", NULL },       { "../a", NULL },
        { "a/../b", NULL },     { "a/", NULL },         { "", NULL },
        { "/x/./../y", NULL },  { "..", NULL },         { "/", NULL }
    };

    (void)state;
    check(landing_return, rows, sizeof rows / sizeof rows[0]);
}

static void
names_have_bounds(void **state)
{
    char path[2 * LANDING_MAX], at[LANDING_MAX];

    (void)state;
    memset(path, 'x', sizeof path);
    path[255] = '\0';
    assert_null(landing_put(path, at));
    assert_null(landing_return(path, at));
    path[255] = 'x';
    path[256] = '\0';
    assert_non_null(landing_put(path, at));
    for (size_t i = 255; i < sizeof path; i += 256)
        path[i] = '/';
    path[256] = 'x';
    path[LANDING_MAX - 1] = '\0';
    path[LANDING_MAX - 2] = 'x';
    assert_null(landing_put(path, at));
    path[LANDING_MAX - 1] = 'x';
    path[2 * LANDING_MAX - 1] = '\0';
    assert_non_null(landing_put(path, at));
    assert_non_null(landing_return(path, at));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_lies_where_its_path_says),
        cmocka_unit_test(a_file_comes_back_below_the_directory),
        cmocka_unit_test(names_have_bounds),
    };
    return cmocka_run_group_tests_name("landing", tests, NULL, NULL);
}
