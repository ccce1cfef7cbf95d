/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

/* The reference numbers: splitmix64 from 0 fills the state, then the first
 * outputs of xoshiro256**, computed apart from this code. */
static void
gives_the_published_sequence(void **state)
{
    (void)state;
    struct random r = { .s = { 1, 2, 3, 4 } };
    static const uint64_t want[] = {
        11520, 0, 1509978240, 1215971899390074240,
    };

    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_true(random_u64(&r) == want[i]);
    random_seed(&r, 0);
    assert_true(r.s[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(r.s[1] == UINT64_C(0x6e789e6aa1b965f4));
    assert_true(r.s[2] == UINT64_C(0x06c45d188009454f));
    assert_true(r.s[3] == UINT64_C(0xf88bb8a8724c81ec));
}

static void
depends_on_the_seed_alone(void **state)
{
    (void)state;
    struct random a, b, c;

    random_seed(&a, 42);
    random_seed(&b, 42);
    random_seed(&c, 43);
    size_t differ = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t x = random_u64(&a);
        assert_true(x == random_u64(&b));
        differ += x != random_u64(&c);
    }
    assert_int_equal(differ, 100);
}

/* 60,000 throws of a die: each face within 5 sigma of 10,000. */
static void
is_even_below_a_bound(void **state)
{
    (void)state;
    struct random r;
    int faces[6] = { 0 };

    random_seed(&r, 1);
    for (int i = 0; i < 60000; i++)
        faces[random_below(&r, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(faces[i], 10000 - 457, 10000 + 457);
    for (int i = 0; i < 100; i++)
        assert_int_equal(random_below(&r, 1), 0);
}

/* With n = 3 * 2^62 a plain remainder would give the lowest third of the
 * numbers in half of all throws. */
static void
has_no_bias_for_large_bounds(void **state)
{
    (void)state;
    struct random r;
    uint64_t third = UINT64_C(1) << 62;
    int low = 0;

    random_seed(&r, 2);
    for (int i = 0; i < 30000; i++) {
        uint64_t x = random_below(&r, 3 * third);
        assert_true(x < 3 * third);
        low += x < third;
    }
    assert_in_range(low, 10000 - 410, 10000 + 410);
}

static void
keeps_units_below_one(void **state)
{
    (void)state;
    struct random r;
    double sum = 0;

    random_seed(&r, 3);
    for (int i = 0; i < 10000; i++) {
        double x = random_unit(&r);
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    assert_true(sum > 4850 && sum < 5150);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_sequence),
        cmocka_unit_test(depends_on_the_seed_alone),
        cmocka_unit_test(is_even_below_a_bound),
        cmocka_unit_test(has_no_bias_for_large_bounds),
        cmocka_unit_test(keeps_units_below_one),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
