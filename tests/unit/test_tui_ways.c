/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "base/exits.h"
#include "tui/ways.h"

static void
takes_lists(void **state)
{
    struct ways w = { .n = 0 };
    char err[300];
    (void)state;
    assert_int_equal(ways_add(&w, "alpha,beta:8600,ipc:///x,alpha", err), 0);
    assert_int_equal(ways_add(&w, "[::1]:8490", err), 0);
    assert_int_equal(w.n, 5);
    assert_string_equal(w.where[1], "beta:8600");
    assert_string_equal(w.where[3], "alpha");   /* net tells of it */
    assert_string_equal(w.where[4], "[::1]:8490");
}

static void
names_what_is_no_address(void **state)
{
    static const char *const wrong[] = { "", ":", "a b:1", "host:99999",
                                         "a,,b", "host:12" };
    char err[300];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ways w = { .n = 0 };
        assert_int_equal(ways_add(&w, wrong[i], err), -EINVAL);
        assert_true(err[0] != '\0');
    }
    struct ways w = { .n = 0 };
    assert_int_equal(ways_add(&w, "host:99999", err), -EINVAL);
    assert_string_equal(err,
                        "\"host:99999\": port is not in 1024..65532");
}

static void
the_environment_wins_over_the_sockets(void **state)
{
    struct ways w = { .n = 0 };
    char err[300];
    (void)state;
    setenv("HOME", "/nonexistent", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("LB_CONFIG");
    setenv("LB_NODE", "north:9000", 1);
    assert_int_equal(ways_default(&w, err), 0);
    assert_int_equal(w.n, 1);
    assert_string_equal(w.from, "LB_NODE");
    setenv("LB_NODE", "a b", 1);
    w = (struct ways){ .n = 0 };
    assert_int_equal(ways_default(&w, err), EXIT_USAGE);
    unsetenv("LB_NODE");
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    w = (struct ways){ .n = 0 };
    assert_int_equal(ways_default(&w, err), 0);
    assert_int_equal(w.n, 2);
    assert_string_equal(w.where[0],
                        "ipc:///run/user/7/lbagent/control.sock");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_lists),
        cmocka_unit_test(names_what_is_no_address),
        cmocka_unit_test(the_environment_wins_over_the_sockets),
    };
    return cmocka_run_group_tests_name("ways", tests, NULL, NULL);
}
