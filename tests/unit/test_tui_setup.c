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
    assert_int_equal(setup_read(&s, path), 0);
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
    assert_int_equal(setup_read(&s, path), 0);
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
    struct ui u;
    (void)state;
    put("theme = light\n[cluster prod]\nread_only = yes\ntheme = orange\n"
        "title = live one\nrefresh = 2s\n[cluster lab]\nread_only = no\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    assert_int_equal(s.n_problems, 0);
    ui_init(&u);
    setup_to_ui(&s, &u);
    setup_cluster(&s, &u, "");
    setup_cluster(&s, &u, "lab");
    assert_false(u.read_only);
    assert_int_equal(u.theme, THEME_LIGHT);
    setup_cluster(&s, &u, "prod");
    setup_cluster(&s, &u, "prod");
    assert_true(u.read_only);
    assert_string_equal(u.read_only_why, "lbtop.ini");
    assert_int_equal(u.theme, THEME_ORANGE);
    assert_string_equal(u.title, "live one");
    assert_int_equal(u.refresh_us, 1000000);
    assert_int_equal(s.n_problems, 1);
    assert_string_equal(s.problem[0], "lbtop.ini:6: refresh: a cluster has "
                        "only theme, read_only and title");
    setup_cluster(&s, &u, "lab");       /* another way in */
    assert_false(u.read_only);
    ui_fini(&u);
}

static void
options_win_over_a_section(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("[cluster prod]\nread_only = no\ntheme = orange\ntitle = x\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    s.theme = THEME_HIGH;
    s.theme_given = s.title_given = true;
    ui_init(&u);
    u.read_only = true;
    text_add(u.read_only_why, sizeof u.read_only_why, "option");
    setup_to_ui(&s, &u);
    setup_cluster(&s, &u, "prod");
    assert_int_equal(u.theme, THEME_HIGH);
    assert_string_equal(u.title, "");
    assert_true(u.read_only);
    ui_fini(&u);
}

static void
saving_leaves_out_what_lbtop_chose_itself(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("refresh = 2s\n[cluster prod]\ntheme = orange\nread_only = yes\n"
        "title = x\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    ui_init(&u);
    u.ascii = true;             /* the locale */
    setup_to_ui(&s, &u);
    setup_cluster(&s, &u, "prod");
    u.refresh_us = 8000000;     /* a slow link */
    u.paced = true;
    u.sort = u.sort_own = (struct sort){ COLUMN_NODE, false };
    assert_int_equal(setup_save(&s, &u), 0);
    is("refresh = 2s\n[cluster prod]\ntheme = orange\nread_only = yes\n"
       "title = x\n");
    u.ascii = false;
    u.ascii = true;
    u.braille = true;
    u.theme = THEME_MONO;
    assert_int_equal(setup_save(&s, &u), 0);
    is("refresh = 2s\ngraphs = braille\ntheme = mono\n[cluster prod]\n"
       "theme = orange\nread_only = yes\ntitle = x\n");
    ui_fini(&u);
}

/* What an option says is for this once, but for what was changed since. */
static void
saving_leaves_out_theme_and_title_of_options(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("theme = light\ntitle = mine\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    setup_give_theme(&s, THEME_MONO);
    setup_give_theme(&s, THEME_ORANGE);
    setup_give_title(&s);
    text_add(memset(s.title, 0, sizeof s.title), sizeof s.title, "once");
    ui_init(&u);
    setup_to_ui(&s, &u);
    assert_int_equal(u.theme, THEME_ORANGE);
    assert_string_equal(u.title, "once");
    assert_int_equal(setup_save(&s, &u), 0);
    is("theme = light\ntitle = mine\n");
    u.theme = THEME_HIGH;       /* by the operator */
    assert_int_equal(setup_save(&s, &u), 0);
    is("theme = high\ntitle = mine\n");
    ui_fini(&u);
}

static void
saving_writes_what_was_set_on_the_screen(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("[lbtop]\nmouse = yes\ngraphs = braille\n# last");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    ui_init(&u);
    u.braille = true;
    setup_to_ui(&s, &u);
    u.mouse = false;
    u.braille = false;
    assert_int_equal(setup_save(&s, &u), 0);
    is("[lbtop]\nmouse = no\ngraphs = block\n# last\n");
    ui_fini(&u);
}

static void
a_last_line_without_an_end_stays_a_line(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("# last comment");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    ui_init(&u);
    setup_to_ui(&s, &u);
    u.ascii = true;
    assert_int_equal(setup_save(&s, &u), 0);
    is("# last comment\nascii = yes\n");
    ui_fini(&u);
}

static void
wrong_values_are_known_to_the_screen(void **state)
{
    struct setup s;
    struct ui u;
    (void)state;
    put("later = 1\n");
    setup_default(&s);
    assert_int_equal(setup_read(&s, path), 0);
    ui_init(&u);
    setup_to_ui(&s, &u);
    assert_string_equal(u.setup_wrong, "");     /* it stays */
    put("later = 1\nbell = 1\nrefresh = fast\n");
    assert_int_equal(setup_read(&s, path), 0);
    setup_to_ui(&s, &u);
    assert_string_equal(u.setup_wrong,
                        "lbtop.ini:2: bell: \"1\" is neither yes nor no");
    ui_fini(&u);
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
    assert_int_equal(setup_read(&s, path), 0);
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
    assert_int_equal(setup_read(&s, link), 0);
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
        cmocka_unit_test_setup_teardown(options_win_over_a_section, make,
                                        clear),
        cmocka_unit_test_setup_teardown(
            saving_leaves_out_what_lbtop_chose_itself, make, clear),
        cmocka_unit_test_setup_teardown(
            saving_leaves_out_theme_and_title_of_options, make, clear),
        cmocka_unit_test_setup_teardown(
            saving_writes_what_was_set_on_the_screen, make, clear),
        cmocka_unit_test_setup_teardown(
            a_last_line_without_an_end_stays_a_line, make, clear),
        cmocka_unit_test_setup_teardown(
            wrong_values_are_known_to_the_screen, make, clear),
        cmocka_unit_test_setup_teardown(saving_keeps_comments_and_unknown_keys,
                                        make, clear),
        cmocka_unit_test_setup_teardown(saving_follows_a_link_to_its_target,
                                        make, clear),
        cmocka_unit_test(a_failed_save_leaves_the_old_file),
    };
    return cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
