/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/throttle.h"

enum { PERIOD_US = 100 * 1000, STEP_US = 1000 };

/* A worker that always has work, on virtual clocks: each step of work costs
 * STEP_US of CPU, a sleep ends late by up to `late_us`. */
struct busy {
    struct throttle t;
    int64_t cpu_us, now_us;
    int64_t late_us;
};

static void
work_until(struct busy *b, int64_t end_us, unsigned percent)
{
    for (unsigned n = 0; b->now_us < end_us; n++) {
        int64_t sleep = throttle_sleep_us(&b->t, b->cpu_us, b->now_us, percent,
                                          PERIOD_US);
        if (sleep > 0) {
            b->now_us += sleep + b->late_us * (n % 3) / 2;
            continue;
        }
        b->cpu_us += STEP_US;
        b->now_us += STEP_US;
    }
}

static void
share_is_what_was_asked(void **state)
{
    (void)state;
    for (unsigned percent = 1; percent <= 100; percent++) {
        struct busy b = { .late_us = 2000 };
        throttle_init(&b.t, 0, 0, percent);
        work_until(&b, 20 * 1000 * 1000, percent);
        double share = 100.0 * (double)b.cpu_us / (double)b.now_us;
        if (share < percent - 1.0 || share > percent + 1.0)
            fail_msg("%u %%: %.2f %%", percent, share);
    }
}

/* In any second: never far from it either. */
static void
share_holds_in_every_second(void **state)
{
    (void)state;
    for (unsigned percent = 10; percent <= 90; percent += 10) {
        struct busy b = { 0 };
        throttle_init(&b.t, 0, 0, percent);
        for (int s = 1; s <= 10; s++) {
            int64_t cpu = b.cpu_us, now = b.now_us;
            work_until(&b, s * 1000 * 1000, percent);
            double share = 100.0 * (double)(b.cpu_us - cpu) /
                           (double)(b.now_us - now);
            if (share < percent - 2.0 || share > percent + 2.0)
                fail_msg("%u %%, second %d: %.2f %%", percent, s, share);
        }
    }
}

static void
sleeps_after_its_part_of_the_period(void **state)
{
    (void)state;
    struct throttle t;

    throttle_init(&t, 0, 0, 30);
    assert_int_equal(throttle_sleep_us(&t, 29000, 29000, 30, PERIOD_US), 0);
    assert_int_equal(throttle_sleep_us(&t, 30000, 30000, 30, PERIOD_US), 70000);
    assert_int_equal(throttle_sleep_us(&t, 30000, 60000, 30, PERIOD_US), 0);
    assert_int_equal(throttle_sleep_us(&t, 30000, 100000, 30, PERIOD_US), 0);
}

static void
full_rate_never_sleeps(void **state)
{
    (void)state;
    struct throttle t;

    throttle_init(&t, 0, 0, 100);
    for (int64_t us = 0; us < 10 * 1000 * 1000; us += 777)
        assert_int_equal(throttle_sleep_us(&t, us, us, 100, PERIOD_US), 0);
}

/* A change acts within 200 ms, in both directions, in mid-job. */
static void
change_is_in_force_within_200_ms(void **state)
{
    (void)state;
    for (unsigned from = 1; from <= 100; from += 9) {
        for (unsigned to = 1; to <= 100; to += 9) {
            struct busy b = { 0 };
            throttle_init(&b.t, 0, 0, from);
            work_until(&b, 1000 * 1000 + from * 777, from);
            work_until(&b, b.now_us + 200 * 1000, to);
            int64_t cpu = b.cpu_us, now = b.now_us;
            work_until(&b, now + 4 * 1000 * 1000, to);
            double share = 100.0 * (double)(b.cpu_us - cpu) /
                           (double)(b.now_us - now);
            if (share < to - 2.0 || share > to + 2.0)
                fail_msg("%u to %u: %.2f %%", from, to, share);
        }
    }
}

static void
wakes_at_once_for_a_higher_rate(void **state)
{
    (void)state;
    struct throttle t;

    throttle_init(&t, 0, 0, 10);
    assert_int_equal(throttle_sleep_us(&t, 10000, 10000, 10, PERIOD_US), 90000);
    assert_int_equal(throttle_sleep_us(&t, 10000, 11000, 100, PERIOD_US), 0);
}

/* The worker got no CPU for 10 s: it does not burst for seconds. */
static void
forgets_what_it_is_owed(void **state)
{
    (void)state;
    struct busy b = { 0 };

    throttle_init(&b.t, 0, 0, 50);
    work_until(&b, 1000 * 1000, 50);
    b.now_us += 10 * 1000 * 1000;
    int64_t cpu = b.cpu_us, now = b.now_us;
    work_until(&b, now + 1000 * 1000, 50);
    assert_in_range(b.cpu_us - cpu, 500 * 1000,
                    500 * 1000 + THROTTLE_FORGET_US / 2 + 50 * 1000);
}

/* Idle time pays a debt, but earns nothing. */
static void
rest_is_not_saved_up(void **state)
{
    (void)state;
    struct busy b = { 0 };

    throttle_init(&b.t, 0, 0, 50);
    b.now_us = 200 * 1000;
    throttle_rest(&b.t, 0, b.now_us);
    assert_true(throttle_sleep_us(&b.t, 50000, 250000, 50, PERIOD_US) > 0);
    throttle_init(&b.t, 0, 0, 50);
    throttle_rest(&b.t, 50000, 50000);
    assert_int_equal(throttle_sleep_us(&b.t, 50000, 50000, 50, PERIOD_US),
                     50000);
}

static void
allowed_and_wall_time_agree(void **state)
{
    (void)state;
    for (unsigned percent = 1; percent <= 100; percent++)
        for (int64_t us = 0; us < 3000; us += 7) {
            int64_t wall = throttle_wall_us(us, percent);
            assert_int_equal(throttle_allowed_us(wall, percent), us);
            if (us > 0)
                assert_true(throttle_allowed_us(wall - 1, percent) < us);
        }
    assert_int_equal(throttle_wall_us(1000000, 50), 2000000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share_is_what_was_asked),
        cmocka_unit_test(share_holds_in_every_second),
        cmocka_unit_test(sleeps_after_its_part_of_the_period),
        cmocka_unit_test(full_rate_never_sleeps),
        cmocka_unit_test(change_is_in_force_within_200_ms),
        cmocka_unit_test(wakes_at_once_for_a_higher_rate),
        cmocka_unit_test(forgets_what_it_is_owed),
        cmocka_unit_test(rest_is_not_saved_up),
        cmocka_unit_test(allowed_and_wall_time_agree),
    };
    return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
