/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/floors.h"

enum { JOBS = 1000 };

static const uint64_t born = 7;

static void
keeps_the_highest_of_each_job(void **state)
{
    (void)state;
    struct workload w = { .born = (uint32_t)born };

    for (uint32_t i = JOBS / 2; i < JOBS; i += 2)
        floors_add(&w, i, 100);
    floors_order(&w);
    for (uint32_t i = 0; i < JOBS; i += 4)
        floors_add(&w, i, 101 + i);
    floors_order(&w);
    for (uint32_t i = 0; i < JOBS; i++)
        assert_int_equal(floors_fence(&w, i),
                         i % 4 == 0                   ? 101 + i
                         : i % 2 == 0 && i >= JOBS / 2 ? 100
                                                       : born << 32);
    assert_int_equal(w.n_floors, JOBS / 4 + JOBS / 8);
    free(w.floor);
}

static void
knows_none_of_a_workload_that_was_never_tried_again(void **state)
{
    (void)state;
    struct workload w = { .born = (uint32_t)born };

    floors_order(&w);
    assert_int_equal(floors_fence(&w, 0), born << 32);
    assert_null(w.floor);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_highest_of_each_job),
        cmocka_unit_test(knows_none_of_a_workload_that_was_never_tried_again),
    };
    return cmocka_run_group_tests_name("floors", tests, NULL, NULL);
}
