/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/classes.h"

static bool
near(double a, double b)
{
    return a > b * 0.999 && a < b * 1.001;
}

static void
counts_a_second_a_job_until_something_is_known(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t at = classes_of(&k, span_str("sleep"));

    assert_true(near(classes_work_s(&k, at, 5000, 50), 50));
    classes_learn(&k, at, 100, 0.1);
    assert_true(near(classes_work_s(&k, at, 5000, 50), 5));
}

static void
keeps_kinds_apart(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t fast = classes_of(&k, span_str("noop"));
    uint8_t slow = classes_of(&k, span_str("primes"));

    assert_int_not_equal(fast, slow);
    assert_int_equal(classes_of(&k, span_str("noop")), fast);
    classes_learn(&k, fast, 1, 1e-6);
    assert_true(near(classes_work_s(&k, slow, 7, 1), 1));
}

static void
believes_its_own_measure_as_a_home_and_the_homes_otherwise(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t at = classes_of(&k, span_str("fib"));

    classes_tell(&k, at, 0.5);
    classes_learn(&k, at, 1, 2);
    assert_true(near(classes_unit_s(&k, at), 0.5));
    k.v[at].own = true;
    assert_true(near(classes_unit_s(&k, at), 2));
    classes_tell(&k, at, 0); /* who does not know tells nothing */
    k.v[at].own = false;
    assert_true(near(classes_unit_s(&k, at), 0.5));
}

static void
follows_a_change(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t at = classes_of(&k, span_str("crc32"));

    for (int i = 0; i < 20000; i++)
        classes_learn(&k, at, 1, 1);
    for (int i = 0; i < 20000; i++)
        classes_learn(&k, at, 1, 3);
    assert_true(near(classes_unit_s(&k, at), 3));
}

static void
knows_jobs_that_take_no_time(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t at = classes_of(&k, span_str("noop"));

    classes_learn(&k, at, 1, 0);
    assert_true(classes_unit_s(&k, at) > 0);
    assert_true(classes_work_s(&k, at, 1000, 1000) < 0.001);
}

static void
shares_the_last_place_among_too_many(void **state)
{
    (void)state;
    struct classes k = { 0 };
    char name[16];

    for (int i = 0; i < CLASSES_MAX + 5; i++) {
        (void)snprintf(name, sizeof name, "k%d", i);
        uint8_t at = classes_of(&k, span_str(name));
        assert_int_equal(at, i < CLASSES_MAX ? i : CLASSES_MAX - 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_second_a_job_until_something_is_known),
        cmocka_unit_test(keeps_kinds_apart),
        cmocka_unit_test(
            believes_its_own_measure_as_a_home_and_the_homes_otherwise),
        cmocka_unit_test(follows_a_change),
        cmocka_unit_test(knows_jobs_that_take_no_time),
        cmocka_unit_test(shares_the_last_place_among_too_many),
    };
    return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
