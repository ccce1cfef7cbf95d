/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/setup.h"

static char dir[] = "/tmp/lb-setup.XXXXXX";
static char path[64];

static int
make(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    path[0] = '\0';
    text_add(path, sizeof path, "%s/lbtop.ini", dir);
    return 0;
}

static int
clear(void **state)
{
    char link[80] = "";
    (void)state;
    text_add(link, sizeof link, "%s/link", dir);
    unlink(link);
    unlink(path);
    rmdir(dir);
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    return 0;
}

static void
put(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void
is(const char *text)
{
    char got[2000];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    assert_string_equal(got, text);
}

static void
reads_every_sort_of_value(void **state)
{
    struct setup s;
    (void)state;
    put("refresh = 2s\ntheme = orange\nmouse=yes\nsort = -load\n"
        "columns = +rtt -age\ncolor = never\ntitle = a b\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path, NULL), 0);
    assert_int_equal(s.n_problems, 0);
    assert_int_equal(s.refresh_us, 2000000);
    assert_int_equal(s.theme, THEME_ORANGE);
    assert_true(s.mouse);
    assert_int_equal(s.sort.by, COLUMN_LOAD);
    assert_true(s.sort.down);
    assert_string_equal(s.columns, "+rtt -age");
    assert_int_equal(s.colour, 0);
    assert_string_equal(s.title, "a b");
}

static void
keeps_what_is_built_in_where_a_value_is_wrong(void **state)
{
    struct setup s;
    (void)state;
    put("refresh = fast\n\nthmee = mono\nbell = 1\ntheme = pink\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path, NULL), 0);
    assert_int_equal(s.n_problems, 4);
    assert_string_equal(s.problem[0], "lbtop.ini:1: refresh: \"fast\" is not "
                        "a duration from 100ms to 60s");
    assert_string_equal(s.problem[1], "lbtop.ini:3: unknown key \"thmee\" "
                        "(did you mean \"theme\"?)");
    assert_string_equal(s.problem[2],
                        "lbtop.ini:4: bell: \"1\" is neither yes nor no");
    assert_string_equal(s.problem[3], "lbtop.ini:5: theme: \"pink\" is not "
                        "one of default mono light orange high");
    assert_int_equal(s.refresh_us, 1000000);
    assert_int_equal(s.theme, THEME_DEFAULT);
}

static void
a_section_is_for_its_cluster_alone(void **state)
{
    struct setup s;
    (void)state;
    put("[cluster prod]\nread_only = yes\ntheme = orange\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path, "lab"), 0);
    assert_false(s.read_only);
    assert_int_equal(setup_read(&s, path, "prod"), 0);
    assert_true(s.read_only);
    assert_int_equal(s.theme, THEME_ORANGE);
}

static void
saving_keeps_comments_and_unknown_keys(void **state)
{
    struct setup s;
    struct ui u;
    struct stat st;
    (void)state;
    put("# mine\nrefresh = 2s\nlater = 1\n[cluster prod]\ntheme = light\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path, NULL), 0);
    ui_init(&u);
    setup_to_ui(&s, &u);
    u.refresh_us = 500000;
    u.theme = THEME_HIGH;
    assert_int_equal(ui_columns(&u, "+rtt", NULL), 0);
    assert_int_equal(setup_save(&s, &u), 0);
    is("# mine\nrefresh = 500ms\nlater = 1\ncolumns = +rtt\ntheme = high\n"
       "[cluster prod]\ntheme = light\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    ui_fini(&u);
}

static void
saving_follows_a_link_to_its_target(void **state)
{
    struct setup s;
    struct ui u;
    char link[80] = "";
    struct stat st;
    (void)state;
    text_add(link, sizeof link, "%s/link", dir);
    put("mouse = yes\n");
    assert_int_equal(symlink(path, link), 0);
    setup_default(&s);
    assert_int_equal(setup_read(&s, link, NULL), 0);
    ui_init(&u);
    setup_to_ui(&s, &u);
    u.mouse = false;
    assert_int_equal(setup_save(&s, &u), 0);
    is("mouse = no\n");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    ui_fini(&u);
}

static void
a_failed_save_leaves_the_old_file(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    setup_default(&s);
    text_add(s.path, sizeof s.path, "/proc/none/lbtop.ini");
    ui_init(&u);
    setup_to_ui(&s, &u);
    assert_true(setup_save(&s, &u) < 0);
    ui_fini(&u);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_every_sort_of_value, make,
                                        clear),
        cmocka_unit_test_setup_teardown(
            keeps_what_is_built_in_where_a_value_is_wrong, make, clear),
        cmocka_unit_test_setup_teardown(a_section_is_for_its_cluster_alone,
                                        make, clear),
        cmocka_unit_test_setup_teardown(saving_keeps_comments_and_unknown_keys,
                                        make, clear),
        cmocka_unit_test_setup_teardown(saving_follows_a_link_to_its_target,
                                        make, clear),
        cmocka_unit_test(a_failed_save_leaves_the_old_file),
    };
    return cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
