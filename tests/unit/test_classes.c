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

    for (int i = 0; i < KINDS_MAX + 5; i++) {
        (void)snprintf(name, sizeof name, "k%d", i);
        uint8_t at = classes_of(&k, span_str(name));
        assert_int_equal(at, i < KINDS_MAX ? i : KINDS_MAX - 1);
    }
}

static void
keeps_workloads_of_a_kind_apart(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t one = classes_take(&k, span_str("command"), 1000);
    uint8_t two = classes_take(&k, span_str("command"), 200);

    assert_int_not_equal(one, two);
    classes_learn(&k, one, 1, 0.001);
    assert_true(near(classes_work_s(&k, two, 200, 200), 0.2));
    assert_false(classes_is_known(&k, two));
    classes_learn(&k, two, 1, 60);
    assert_true(classes_is_known(&k, two));
    assert_true(near(classes_work_s(&k, two, 200, 200), 12000));
    assert_true(near(classes_work_s(&k, one, 999, 999), 0.999));
}

static void
counts_what_runs_for_as_long_as_it_has_run(void **state)
{
    (void)state;
    struct classes k = { .share = 0.5 };
    uint8_t short_ = classes_take(&k, span_str("command"), 100);
    uint8_t at = classes_take(&k, span_str("command"), 100);

    classes_learn(&k, short_, 1, 0.001);
    classes_run(&k, at, 1000000, 1000000);
    classes_run(&k, at, 1000000, 3000000);
    k.now_us = 9000000; /* 8 s and 6 s, at half the speed */
    assert_true(near(classes_work_s(&k, at, 100, 100), 350));
    classes_run_over(&k, at, 1000000, 1000000);
    classes_run_over(&k, at, 1000000, 3000000);
    assert_true(near(classes_work_s(&k, at, 100, 100), 0.1));
}

static void
gives_a_place_again_when_nothing_of_it_runs(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t kind = classes_of(&k, span_str("noop"));
    uint8_t at = classes_take(&k, span_str("noop"), 100);

    classes_run(&k, at, 1000000, 0);
    assert_int_equal(classes_leave(&k, at), kind);
    uint8_t other = classes_take(&k, span_str("noop"), 100);
    assert_int_not_equal(other, at);
    classes_run_over(&k, at, 1000000, 0);
    assert_int_equal(classes_take(&k, span_str("noop"), 100), at);
    assert_false(classes_is_known(&k, at));
    assert_int_equal(classes_leave(&k, kind), kind);
}

static void
small_workloads_and_those_beyond_the_places_are_as_their_kind(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t kind = classes_of(&k, span_str("noop"));

    assert_int_equal(classes_take(&k, span_str("noop"), CLASS_JOBS_MIN - 1),
                     kind);
    for (int i = KINDS_MAX; i < CLASSES_MAX; i++)
        assert_int_equal(classes_take(&k, span_str("noop"), 1000), i);
    assert_int_equal(classes_take(&k, span_str("noop"), 1000), kind);
}

static void
believes_its_own_eyes_when_the_home_is_far_off(void **state)
{
    (void)state;
    struct classes k = { 0 };
    uint8_t at = classes_take(&k, span_str("command"), 100);

    classes_tell(&k, at, 0.001);
    classes_learn(&k, at, 1, 10);
    classes_learn(&k, at, 1, 10);
    assert_true(near(classes_unit_s(&k, at), 0.001));
    classes_learn(&k, at, 1, 10);
    assert_true(near(classes_unit_s(&k, at), 10));
    classes_tell(&k, at, 5);
    assert_true(near(classes_unit_s(&k, at), 5));
}

static void
tells_long_names_apart(void **state)
{
    (void)state;
    struct classes k = { 0 };
    struct span longest = span_str(
        "a-name-of-as-many-characters-as-a-description-may-have-for-it-1");
    struct span another = span_str(
        "a-name-of-as-many-characters-as-a-description-may-have-for-it-2");

    assert_int_equal(longest.len, NAME_MAX_BYTES);
    assert_int_equal(classes_of(&k, longest), 0);
    assert_int_equal(classes_of(&k, another), 1);
    assert_int_equal(classes_of(&k, longest), 0);
    assert_int_equal(k.n, 2);
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
        cmocka_unit_test(keeps_workloads_of_a_kind_apart),
        cmocka_unit_test(counts_what_runs_for_as_long_as_it_has_run),
        cmocka_unit_test(gives_a_place_again_when_nothing_of_it_runs),
        cmocka_unit_test(
            small_workloads_and_those_beyond_the_places_are_as_their_kind),
        cmocka_unit_test(believes_its_own_eyes_when_the_home_is_far_off),
        cmocka_unit_test(tells_long_names_apart),
    };
    return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
