/* SPDX-License-Identifier: MPL-2.0 */
/* What a command is given, as it goes to the shim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command_given.h"
#include "kinds/kind.h"

enum { LONG = 5000 };

static struct order *
some_order(const char *args)
{
    struct order *o = order_new(span_of(NULL, 0), span_str(args));

    o->workload = 12;
    o->index = 345;
    o->attempt = 2;
    return o;
}

static int
describe(struct given *g, const char *params, const char *args,
         struct shim_run *run)
{
    const struct desc d = { .kind = span_str("command"),
                            .params = span_str(params), .n_jobs = 1000,
                            .home_name = span_str("alpha"),
                            .timeout_us = 77 };
    struct order *o = some_order(args);
    const struct command_job job = { .order = o, .desc = &d,
                                     .args = span_str(args) };
    int rc = given_describe(g, &job, 40, run);

    free(o);
    return rc;
}

static void
expect_strings(struct span got, uint32_t n, const char *const *want)
{
    const char *at = (const char *)got.p;

    for (uint32_t i = 0; i < n; i++, at += strlen(at) + 1) {
        assert_non_null(want[i]);
        assert_string_equal(at, want[i]);
    }
    assert_null(want[n]);
    assert_ptr_equal(at, got.p + got.len);
}

static void
words_and_facts_are_given(void **state)
{
    (void)state;
    const struct command_config config = { .node = "beta", .scratch = "/s",
                                           .kill_after_us = 5,
                                           .output_max = 6 };
    struct given g;
    struct shim_run run;

    given_init(&g, &config, 2);
    assert_int_equal(describe(&g, "argv=a\\sb \\e \\%\nenv=A=1 B=x\\ny\n"
                              "cwd=/d\\s1\ncpu=1500\n", "", &run), 0);
    expect_strings(run.argv, run.argc,
                   (const char *const[]){ "a b", "", "3", NULL });
    expect_strings(run.env, run.envc, (const char *const[]){
        "A=1", "B=x\ny", "LB_JOB_ID=alpha-12.345", "LB_WORKLOAD=alpha-12",
        "LB_INDEX=345", "LB_JOBS=1000", "LB_ATTEMPT=2", "LB_NODE=beta",
        "LB_HOME=alpha", "LB_SLOT=3", "LB_THROTTLE=40", "TMPDIR=/s/2", NULL });
    assert_true(span_is(run.cwd, "/d 1"));
    assert_int_equal(run.cpu_ms, 1500);
    assert_int_equal(run.timeout_us, 77);
    assert_int_equal(run.kill_after_us, 5);
    assert_int_equal(run.output_max, 6);
    given_fini(&g);
}

static void
kept_variables_give_way_to_those_of_the_job(void **state)
{
    (void)state;
    char first[] = "LB_TEST_A", second[] = "LB_TEST_B", third[] = "LB_TEST_C";
    const char *keep[] = { first, second, third, NULL };
    const struct command_config config = { .node = "n", .scratch = "/s",
                                           .keep = keep };
    struct given g;
    struct shim_run run;

    setenv("LB_TEST_A", "of the agent", 1);
    setenv("LB_TEST_B", "", 1);
    unsetenv("LB_TEST_C");
    given_init(&g, &config, 0);
    /* The configuration is read again, its names are gone. */
    memset(first, 'x', sizeof first - 1);
    memset(second, 'x', sizeof second - 1);
    keep[0] = NULL;
    assert_int_equal(describe(&g, "argv=a\nenv=LB_TEST_A=mine TMPDIR=/t\n", "",
                              &run), 0);
    assert_int_equal(run.envc, 12);
    assert_non_null(memmem(run.env.p, run.env.len, "LB_TEST_A=mine", 15));
    assert_null(memmem(run.env.p, run.env.len, "of the agent", 12));
    assert_non_null(memmem(run.env.p, run.env.len, "TMPDIR=/t", 10));
    assert_null(memmem(run.env.p, run.env.len, "TMPDIR=/s", 9));
    assert_non_null(memmem(run.env.p, run.env.len, "LB_TEST_B=", 11));
    given_fini(&g);
}

static void
no_variable_is_too_long(void **state)
{
    (void)state;
    static char scratch[LONG], want[LONG + 16];
    const struct command_config config = { .node = "n", .scratch = scratch };
    struct given g;
    struct shim_run run;

    memset(scratch, 'd', LONG - 1);
    snprintf(want, sizeof want, "TMPDIR=%s/0", scratch);
    given_init(&g, &config, 0);
    assert_int_equal(describe(&g, "argv=a\n", "", &run), 0);
    assert_int_equal(run.envc, 10);
    assert_non_null(memmem(run.env.p, run.env.len, want, strlen(want) + 1));
    given_fini(&g);
}

static void
nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "argv=a  b\n", "argv=\\x\n",
                                       "argv=a\nenv=\\\n", "argv=a\ncwd=b c\n",
                                       "env=A=1\n" };
    const struct command_config config = { .node = "n", .scratch = "/s" };
    struct given g;
    struct shim_run run;

    given_init(&g, &config, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(describe(&g, bad[i], "", &run), -EINVAL);
    assert_int_equal(describe(&g, "argv=shared\n", "argv=own\n", &run), 0);
    expect_strings(run.argv, run.argc, (const char *const[]){ "own", NULL });
    given_fini(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_facts_are_given),
        cmocka_unit_test(kept_variables_give_way_to_those_of_the_job),
        cmocka_unit_test(no_variable_is_too_long),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests_name("command_given", tests, NULL, NULL);
}
