/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "core/gate.h"

static void
nothing_leaves_before_its_save(void **state)
{
    (void)state;
    struct gate *g = gate_new(8);
    int item[3];

    assert_int_equal(gate_put(g, 1, &item[0]), 0);
    assert_int_equal(gate_put(g, 1, &item[1]), 0);
    assert_int_equal(gate_put(g, 3, &item[2]), 0);
    assert_null(gate_next(g, 0));
    assert_ptr_equal(gate_next(g, 1), &item[0]);
    assert_ptr_equal(gate_next(g, 1), &item[1]);
    assert_null(gate_next(g, 2));
    assert_int_equal(gate_count(g), 1);
    assert_ptr_equal(gate_next(g, 3), &item[2]);
    assert_null(gate_next(g, UINT64_MAX));
    gate_free(g);
}

/* Each leaves as soon as its save is durable, never out of order, whatever
 * the mix of puts and commits. */
static void
keeps_the_order_of_puts(void **state)
{
    (void)state;
    enum { N = 1000 };
    static struct { uint64_t after; } item[N];

    for (uint32_t seed = 1; seed <= 50; seed++) {
        struct gate *g = gate_new(N);
        uint64_t saved = 0, durable = 0;
        size_t out = 0;
        uint32_t x = seed;

        for (size_t i = 0; i < N; i++) {
            x = x * 1664525u + 1013904223u;
            saved += x >> 30;
            item[i].after = saved;
            assert_int_equal(gate_put(g, saved, &item[i]), 0);
            durable += (x >> 20) % 4;
            if (durable > saved)
                durable = saved;
            for (void *p; (p = gate_next(g, durable)) != NULL; out++) {
                assert_ptr_equal(p, &item[out]);
                assert_true(item[out].after <= durable);
            }
            if (out <= i)
                assert_true(item[out].after > durable);
        }
        assert_int_equal(gate_count(g), N - out);
        for (void *p; (p = gate_drop(g)) != NULL; out++)
            assert_ptr_equal(p, &item[out]);
        assert_int_equal(out, N);
        gate_free(g);
    }
}

static void
refuses_when_full(void **state)
{
    (void)state;
    struct gate *g = gate_new(2);
    int item[3];

    assert_int_equal(gate_put(g, 0, &item[0]), 0);
    assert_int_equal(gate_put(g, 5, &item[1]), 0);
    assert_int_equal(gate_put(g, 5, &item[2]), -ENOBUFS);
    assert_ptr_equal(gate_next(g, 0), &item[0]);
    assert_int_equal(gate_put(g, 5, &item[2]), 0);
    assert_ptr_equal(gate_drop(g), &item[1]);
    assert_ptr_equal(gate_drop(g), &item[2]);
    assert_null(gate_drop(g));
    gate_free(g);
    gate_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_before_its_save),
        cmocka_unit_test(keeps_the_order_of_puts),
        cmocka_unit_test(refuses_when_full),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
