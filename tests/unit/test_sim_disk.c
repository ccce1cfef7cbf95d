/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/disk.h"

static const struct disk empty = { .keep = true, .min_us = 5, .max_us = 5 };

static size_t
count(struct disk *d, uint32_t workload)
{
    const struct record *r;
    size_t at = 0, n = 0;

    while ((r = disk_next(d, &at)) != NULL)
        n += r->workload == workload;
    return n;
}

static void
commits_in_groups(void **state)
{
    (void)state;
    struct disk d = empty;
    struct random r;

    random_seed(&r, 1);
    assert_int_equal(disk_commit(&d, &r), -1);
    assert_int_equal(disk_put(&d, 1, 7, span_str("a")), 1);
    assert_int_equal(disk_commit(&d, &r), 5);
    assert_int_equal(disk_put(&d, 1, 7, span_str("b")), 2);
    assert_int_equal(disk_put(&d, 1, 7, span_str("c")), 3);
    assert_int_equal(disk_commit(&d, &r), -1);
    disk_committed(&d);
    assert_int_equal(d.n_durable, 1);
    assert_int_equal(disk_commit(&d, &r), 5);
    disk_committed(&d);
    assert_int_equal(d.n_durable, 3);
    disk_fini(&d);
}

/* What was saved after the commit began is lost; the commit itself may have
 * come through, or not: both are seen. */
static void
loses_what_is_not_durable(void **state)
{
    (void)state;
    bool seen[3] = { false };
    struct random r;

    random_seed(&r, 1);
    for (int i = 0; i < 50; i++) {
        struct disk d = empty;
        (void)disk_put(&d, 1, 7, span_str("a"));
        (void)disk_commit(&d, &r);
        (void)disk_put(&d, 1, 7, span_str("b"));
        disk_crash(&d, &r);
        assert_in_range(count(&d, 7), 0, 1);
        seen[count(&d, 7)] = true;
        disk_fini(&d);
    }
    assert_true(seen[0]);
    assert_true(seen[1]);
}

static void
forgets_a_workload_and_no_other(void **state)
{
    (void)state;
    struct disk d = empty;

    (void)disk_put(&d, 1, 7, span_str("a"));
    (void)disk_put(&d, 1, 8, span_str("b"));
    (void)disk_put(&d, 0, 7, span_of(NULL, 0));
    (void)disk_put(&d, 2, 7, span_str("c"));
    assert_int_equal(count(&d, 7), 1);
    assert_int_equal(count(&d, 8), 1);
    disk_fini(&d);
}

static void
commits_nothing_while_stuck(void **state)
{
    (void)state;
    struct disk d = empty;
    struct random r;

    random_seed(&r, 1);
    d.stuck = true;
    (void)disk_put(&d, 1, 7, span_str("a"));
    assert_int_equal(disk_commit(&d, &r), -1);
    d.stuck = false;
    assert_int_equal(disk_commit(&d, &r), 5);
    disk_fini(&d);
}

static void
torn_groups_end_anywhere(void **state)
{
    (void)state;
    bool seen[5] = { false };
    struct random r;

    random_seed(&r, 1);
    for (int i = 0; i < 100; i++) {
        struct disk d = empty;
        d.tears = true;
        for (int k = 0; k < 4; k++)
            (void)disk_put(&d, 1, 7, span_str("a"));
        (void)disk_commit(&d, &r);
        disk_committed(&d);
        assert_in_range(d.n_durable, 1, 4);
        seen[d.n_durable] = true;
        disk_fini(&d);
    }
    assert_true(seen[1] && seen[2] && seen[3] && seen[4]);
}

static void
old_copy_knows_nothing_later(void **state)
{
    (void)state;
    struct disk d = empty;
    struct random r;

    random_seed(&r, 1);
    (void)disk_put(&d, 1, 7, span_str("a"));
    (void)disk_put(&d, 1, 8, span_str("b"));
    (void)disk_put(&d, 0, 7, span_of(NULL, 0));
    (void)disk_commit(&d, &r);
    disk_committed(&d);
    assert_int_equal(count(&d, 7), 0);
    disk_cut(&d, 1);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.n_durable, 1);
    assert_int_equal(count(&d, 7), 1);  /* not yet forgotten */
    assert_int_equal(count(&d, 8), 0);
    disk_fini(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_in_groups),
        cmocka_unit_test(loses_what_is_not_durable),
        cmocka_unit_test(forgets_a_workload_and_no_other),
        cmocka_unit_test(commits_nothing_while_stuck),
        cmocka_unit_test(torn_groups_end_anywhere),
        cmocka_unit_test(old_copy_knows_nothing_later),
    };
    return cmocka_run_group_tests_name("sim_disk", tests, NULL, NULL);
}
