/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/reorder.h"

static void
put(struct reorder *o, uint32_t index, char value)
{
    static char text[2];

    text[0] = value;
    const struct lb_result r = { .index = index, .node = text, .error = text,
                                 .value = text, .value_len = 1 };

    reorder_put(o, &r);
    text[0] = '?';              /* it has copies */
}

static void
gives(struct reorder *o, char value)
{
    const char want[2] = { value, '\0' };
    struct lb_result r;

    assert_true(reorder_next(o, &r));
    assert_string_equal(r.node, want);
    assert_string_equal(r.error, want);
    assert_int_equal(r.value_len, 1);
    assert_int_equal(*(const char *)r.value, value);
}

static void
what_is_early_waits_for_its_turn(void **state)
{
    struct reorder *o = reorder_new();
    struct lb_result r;

    (void)state;
    assert_false(reorder_next(o, &r));
    put(o, 2, 'c');
    put(o, 1, 'b');
    assert_false(reorder_next(o, &r));
    put(o, 0, 'a');
    put(o, 0, 'x');
    gives(o, 'a');
    gives(o, 'b');
    gives(o, 'c');
    assert_false(reorder_next(o, &r));
    put(o, 1, 'x');
    put(o, 3, 'd');
    put(o, 500, 'z');
    gives(o, 'd');
    assert_false(reorder_next(o, &r));
    reorder_free(o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_early_waits_for_its_turn),
    };
    return cmocka_run_group_tests_name("reorder", tests, NULL, NULL);
}
