/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/quarantined.h"

static void
expect(struct span *text, const char *kind, uint32_t failures, uint32_t left_s)
{
    struct quarantined q;

    assert_true(quarantined_next(text, &q));
    assert_true(span_is(q.kind, kind));
    assert_int_equal(q.failures, failures);
    assert_int_equal(q.left_s, left_s);
}

static void
expect_none(const char *s)
{
    struct span text = span_str(s);
    struct quarantined q;

    if (quarantined_next(&text, &q))
        fail_msg("\"%s\" is taken", s);
}

static void
reads_one_after_the_other(void **state)
{
    struct span text = span_str("render:5:540 x:1:0 fib:3:4294967295");
    struct quarantined q;

    (void)state;
    expect(&text, "render", 5, 540);
    expect(&text, "x", 1, 0);
    expect(&text, "fib", 3, UINT32_MAX);
    assert_false(quarantined_next(&text, &q));
    assert_false(quarantined_next(&text, &q));
    expect_none("");
}

static void
passes_over_what_it_cannot_read(void **state)
{
    static const char *const not[] = {
        " ", ":", "fib", "fib:5", "fib:5:", ":5:540", "fib::540", "fib:x:540",
        "fib:5:540s", "fib:-1:540", "fib:5:4294967296",
        "fib:5:100000000000000000000000"
    };
    struct span text = span_str("fib:5 render:5:540  :1:2 x:1:2");

    (void)state;
    for (size_t i = 0; i < sizeof not / sizeof *not; i++)
        expect_none(not[i]);
    expect(&text, "render", 5, 540);
    expect(&text, "x", 1, 2);
    assert_int_equal(text.len, 0);
}

static void
more_behind_the_seconds_is_of_a_later_version(void **state)
{
    struct span text = span_str("fib:5:540:new:2 x:1:2");

    (void)state;
    expect(&text, "fib", 5, 540);
    expect(&text, "x", 1, 2);
}

/* The text of a message is not ended by NUL. */
static void
reads_no_further_than_the_text(void **state)
{
    char digits[] = { 'a', ':', '1', ':', '2', '3' };
    struct span text = span_of(digits, sizeof digits - 1);

    (void)state;
    expect(&text, "a", 1, 2);
    assert_int_equal(text.len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_one_after_the_other),
        cmocka_unit_test(passes_over_what_it_cannot_read),
        cmocka_unit_test(more_behind_the_seconds_is_of_a_later_version),
        cmocka_unit_test(reads_no_further_than_the_text),
    };
    return cmocka_run_group_tests_name("quarantined", tests, NULL, NULL);
}
