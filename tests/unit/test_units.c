/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/random.h"
#include "base/units.h"

static void
reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        { "250ms", 250000 },        { "1.5s", 1500000 },
        { "5min", 300000000 },      { "2h", INT64_C(7200000000) },
        { "1d", INT64_C(86400000000) }, { "0", 0 },
        { "0.0", 0 },               { "0s", 0 },
        { "0.001ms", 1 },           { "0.0000001s", 0 },
        { "1.2345678901234s", 1234567 },
        { "0.99999999999999999999999d", INT64_C(86399913600) },
        { "106751991d", 106751991 * INT64_C(86400000000) },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = -1;
        assert_int_equal(units_duration(rows[i].text, &us), 0);
        assert_true(us == rows[i].us);
    }
}

static void
refuses_what_is_no_duration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int rc;
    } rows[] = {
        { "", -EINVAL },       { "-1s", -EINVAL },   { "1y", -EINVAL },
        { "nan", -EINVAL },    { "1e9h", -EINVAL },  { "s", -EINVAL },
        { ".5s", -EINVAL },    { "5.s", -EINVAL },   { "5 s", -EINVAL },
        { "5S", -EINVAL },     { "1,5s", -EINVAL },  { "5", -EDOM },
        { "1.5", -EDOM },      { "0.1", -EDOM },     { "106751992d", -ERANGE },
        { "99999999999999999999s", -ERANGE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = -1;
        assert_int_equal(units_duration(rows[i].text, &us), rows[i].rc);
        assert_true(us == -1);
    }
}

static void
reads_sizes(void **state)
{
    (void)state;
    uint64_t n = 7;

    assert_int_equal(units_size("64K", &n), 0);
    assert_int_equal(n, 65536);
    assert_int_equal(units_size("10M", &n), 0);
    assert_int_equal(n, 10485760);
    assert_int_equal(units_size("1.5G", &n), 0);
    assert_int_equal(n, 1610612736);
    assert_int_equal(units_size("3B", &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(units_size("0", &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(units_size("10", &n), -EDOM);
    assert_int_equal(units_size("1.5B", &n), -EINVAL);
    assert_int_equal(units_size("10T", &n), -EINVAL);
    assert_int_equal(units_size("10k", &n), -EINVAL);
    assert_int_equal(units_size("-1K", &n), -EINVAL);
    assert_int_equal(units_size("17179869184G", &n), -ERANGE);
    assert_int_equal(n, 0);
}

static void
reads_counts(void **state)
{
    (void)state;
    uint64_t n = 7;

    assert_int_equal(units_count("30000", &n), 0);
    assert_int_equal(n, 30000);
    assert_int_equal(units_count("2K", &n), 0);
    assert_int_equal(n, 2048);
    assert_int_equal(units_count("0", &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(units_count("1.5K", &n), -EINVAL);
    assert_int_equal(units_count("3B", &n), -EINVAL);
    assert_int_equal(units_count("", &n), -EINVAL);
    assert_int_equal(units_count("18446744073709551616", &n), -ERANGE);
}

static void
prints_durations(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        { 0, "0s" },
        { 250000, "250ms" },
        { 1500000, "1.50s" },
        { 300000000, "5min" },
        { INT64_C(5400000000), "90min" },
        { INT64_C(86400000000), "1d" },
        { 1, "0.001ms" },
        { 900, "0.900ms" },
        { 999960, "1.00s" },
        { 75500000, "75.5s" },
        { 9996000, "10.0s" },
        { -2000000, "-2s" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        units_print_duration(rows[i].us, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

static void
prints_sizes(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        { 0, "0B" },          { 900, "900B" },       { 1024, "1K" },
        { 13517, "13.2K" },   { 1610612736, "1.5G" }, { 10485760, "10M" },
        { 1048575, "1.0M" },  { 500000, "488K" },
        { UINT64_MAX, "17179869184G" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        units_print_size(rows[i].bytes, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

/* What is printed is read back, to the three digits that it shows. */
static void
reads_back_what_it_prints(void **state)
{
    (void)state;
    struct random r;

    random_seed(&r, 1);
    for (int i = 0; i < 20000; i++) {
        char text[32];
        int64_t us = -1;
        uint64_t n = random_u64(&r) >> (1 + random_below(&r, 60)), size;

        units_print_duration((int64_t)n, text, sizeof text);
        assert_int_equal(units_duration(text, &us), 0);
        double near = n > 0 ? (double)us / (double)n : 1;
        if (near < 0.99 || near > 1.01)
            fail_msg("%s", text);
        units_print_size(n, text, sizeof text);
        assert_int_equal(units_size(text, &size), 0);
        near = n > 0 ? (double)size / (double)n : 1;
        if (near < 0.95 || near > 1.05)
            fail_msg("%s", text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(refuses_what_is_no_duration),
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(reads_counts),
        cmocka_unit_test(prints_durations),
        cmocka_unit_test(prints_sizes),
        cmocka_unit_test(reads_back_what_it_prints),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
