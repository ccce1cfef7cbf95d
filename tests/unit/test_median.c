/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "core/median.h"

enum { N = 501 };

static void
is_zero_of_none(void **state)
{
    (void)state;
    struct median m = { 0 };

    assert_int_equal(median_us(&m), 0);
    median_add(&m, 0);
    assert_int_equal(median_us(&m), 0);
}

static void
is_exact_where_bins_are_single(void **state)
{
    (void)state;
    struct median m = { 0 };

    median_add(&m, 31);
    median_add(&m, 7);
    assert_int_equal(median_us(&m), 7); /* the lower of two */
    median_add(&m, 16);
    assert_int_equal(median_us(&m), 16);
    median_remove(&m, 7);
    median_add(&m, 30);
    assert_int_equal(median_us(&m), 30);
}

static int
compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Times of any size: as close to the median of the sorted as promised. */
static void
is_near_the_sorted_one(void **state)
{
    (void)state;
    struct random rng;
    uint64_t us[N];

    random_seed(&rng, 1);
    for (unsigned round = 0; round < 200; round++) {
        struct median m = { 0 };
        size_t n = 1 + (size_t)random_below(&rng, N);
        for (size_t i = 0; i < n; i++) {
            us[i] = random_u64(&rng) >> (23 + random_below(&rng, 41));
            median_add(&m, us[i]);
        }
        qsort(us, n, sizeof us[0], compare);
        uint64_t is = us[(n - 1) / 2], got = median_us(&m);
        uint64_t off = got > is ? got - is : is - got;
        if (off * 32 > is)
            fail_msg("round %u: %llu for %llu", round,
                     (unsigned long long)got, (unsigned long long)is);
    }
}

static void
forgets_what_is_taken_out(void **state)
{
    (void)state;
    struct random rng;
    struct median m = { 0 }, none = { 0 };
    uint64_t us[N];

    random_seed(&rng, 2);
    for (size_t i = 0; i < N; i++) {
        us[i] = random_u64(&rng) >> random_below(&rng, 64);
        median_add(&m, us[i]);
    }
    for (size_t i = 0; i < N; i++)
        median_remove(&m, us[i]);
    assert_memory_equal(&m, &none, sizeof m);
}

static void
longest_times_share_a_bin(void **state)
{
    (void)state;
    struct median m = { 0 };

    median_add(&m, UINT64_MAX);
    uint64_t us = median_us(&m);
    assert_in_range(us, UINT64_C(1) << 40, UINT64_C(1) << 41);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_zero_of_none),
        cmocka_unit_test(is_exact_where_bins_are_single),
        cmocka_unit_test(is_near_the_sorted_one),
        cmocka_unit_test(forgets_what_is_taken_out),
        cmocka_unit_test(longest_times_share_a_bin),
    };
    return cmocka_run_group_tests_name("median", tests, NULL, NULL);
}
