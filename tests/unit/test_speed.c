/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <math.h>

#include "core/speed.h"

static void
same(double a, double b)
{
    if (!(a - b < 1e-12 && b - a < 1e-12))
        fail_msg("%.17g is not %.17g", a, b);
}

static void
starts_at_nominal_speed(void **state)
{
    struct speed none = { 0 };

    (void)state;
    same(speed_prior(0, 0), 1);
    same(speed_kappa(&none, speed_prior(0, 0)), 1);
    same(speed_kappa(&none, 0.25), 0.25);
}

static void
learns_from_raw_sums(void **state)
{
    struct speed own = { .done = 32, .busy = 64 };

    (void)state;
    same(speed_prior(96, 196), 0.5);
    same(speed_kappa(&own, 1), 64.0 / 96);      /* halfway in weight */
    own = (struct speed){ .done = 1e9, .busy = 2e9 };
    if (!(speed_kappa(&own, 1) < 0.5000001 && speed_kappa(&own, 1) > 0.5))
        fail_msg("the prior still counts: %g", speed_kappa(&own, 1));
}

/* The prior takes raw sums, so it does not feed on itself. */
static void
prior_does_not_drift_when_it_is_used_again(void **state)
{
    struct speed a = { 10, 40 }, b = { 30, 10 };
    double prior = speed_prior(a.done + b.done, a.busy + b.busy);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        double ka = speed_kappa(&a, prior), kb = speed_kappa(&b, prior);
        if (!(ka < prior && prior < kb))
            fail_msg("round %d: %g %g %g", i, ka, prior, kb);
        prior = speed_prior(a.done + b.done, a.busy + b.busy);
    }
    same(prior, 44.0 / 54);
}

static void
slot_speed_follows_throttle_and_foreign_load(void **state)
{
    (void)state;
    struct speed_host idle = { 4, 0, 4 }, half = { 4, 500, 4 },
                      spare = { 4, 500, 2 }, full = { 4, 1000, 4 },
                      unknown = { 0, 0, 0 };
    same(speed_share(100, &idle), 1);
    same(speed_share(50, &idle), 0.5);
    same(speed_share(50, &half), 0.25);
    same(speed_share(100, &spare), 1);  /* a processor for each slot is left */
    same(speed_share(1, &idle), 0.01);
    same(speed_share(100, &full), 0.05);
    full.ext_permille = 1001;
    same(speed_share(100, &full), 0.05);
    same(speed_share(100, &unknown), 1);
}

static void
rounds_and_refuses_what_is_no_number(void **state)
{
    (void)state;
    assert_true(speed_round(0) == 0);
    assert_true(speed_round(0.49) == 0);
    assert_true(speed_round(0.5) == 1);
    assert_true(speed_round(1.5) == 2);
    assert_true(speed_round(2.5) == 3);
    assert_true(speed_round(0.49999999999999994) == 0);
    assert_true(speed_round(4503599627370497.0) == 4503599627370497ull);
    assert_true(speed_round(-1) == 0);
    assert_true(speed_round(NAN) == 0);
    assert_true(speed_round(-INFINITY) == 0);
    assert_true(speed_round(INFINITY) == ULLONG_MAX);
    assert_true(speed_round(1e30) == ULLONG_MAX);
    assert_true(speed_round(18446744073709551616.0) == ULLONG_MAX);
    assert_true(speed_round(18446744073709549568.0) == 18446744073709549568ull);
}

static void
finish_counts_slots_and_never_ends_without_speed(void **state)
{
    (void)state;
    same(finish_s(0, 1, 1, 1, 1), 1);
    same(finish_s(0.4, 1, 1, 1, 1), 1);         /* a slot is about to be free */
    same(finish_s(0.5, 1, 1, 1, 1), 1.5);
    same(finish_s(10, 1, 1, 1, 1), 11);
    same(finish_s(10, 0.5, 0.5, 1, 1), 22);
    same(finish_s(3.4, 4, 1, 1, 4), 1);         /* a slot is free */
    same(finish_s(3.5, 4, 1, 1, 4), 1.5);       /* all are busy: half a job */
    same(finish_s(-5, 1, 1, 1, 1), 1);
    assert_true(finish_s(0, 0, 0, 1, 1) >= NEVER_S);
    assert_true(finish_s(0, 1, 0, 1, 1) >= NEVER_S);
    assert_true(finish_s(0, -1, -1, 1, 1) >= NEVER_S);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_nominal_speed),
        cmocka_unit_test(learns_from_raw_sums),
        cmocka_unit_test(prior_does_not_drift_when_it_is_used_again),
        cmocka_unit_test(slot_speed_follows_throttle_and_foreign_load),
        cmocka_unit_test(rounds_and_refuses_what_is_no_number),
        cmocka_unit_test(finish_counts_slots_and_never_ends_without_speed),
    };
    return cmocka_run_group_tests_name("speed", tests, NULL, NULL);
}
