/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/heap.h"

static void
is_empty_at_first(void **state)
{
    (void)state;
    struct heap h = { 0 };
    struct due d;

    assert_false(heap_pop(&h, &d));
    assert_true(heap_next_us(&h) == INT64_MAX);
    heap_fini(&h);
}

static void
gives_equal_times_in_order_of_insertion(void **state)
{
    (void)state;
    struct heap h = { 0 };
    struct due d;

    for (uint32_t i = 0; i < 100; i++)
        heap_push(&h, (struct due){ .at_us = i % 3, .a = i });
    for (uint32_t at = 0; at < 3; at++) {
        for (uint32_t i = at; i < 100; i += 3) {
            assert_true(heap_pop(&h, &d));
            assert_int_equal(d.at_us, at);
            assert_int_equal(d.a, i);
        }
    }
    assert_false(heap_pop(&h, &d));
    heap_fini(&h);
}

/* Any mix of pushes and pops: never anything earlier than what came out
 * since the last push, and nothing is lost. */
static void
stays_ordered_under_any_mix(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct heap h = { 0 };
        struct random r;
        struct due d, last = { 0 };
        size_t in = 0;

        random_seed(&r, seed);
        for (int i = 0; i < 400; i++) {
            if (random_below(&r, 3) != 0) {
                heap_push(&h, (struct due){
                    .at_us = last.at_us + (int64_t)random_below(&r, 50) });
                in++;
                continue;
            }
            if (!heap_pop(&h, &d))
                continue;
            in--;
            if (d.at_us < last.at_us
                || (d.at_us == last.at_us && d.order < last.order))
                fail_msg("seed %u: out of order", (unsigned)seed);
            last = d;
        }
        assert_int_equal(h.n, in);
        heap_fini(&h);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_at_first),
        cmocka_unit_test(gives_equal_times_in_order_of_insertion),
        cmocka_unit_test(stays_ordered_under_any_mix),
    };
    return cmocka_run_group_tests_name("sim_heap", tests, NULL, NULL);
}
