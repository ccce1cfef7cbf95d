/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/kind_help.h"

#include <stdio.h>

static int
run_one(const char *kind, const char *params, struct worker *w,
        struct buf *out, char *err)
{
    buf_reset(out);
    return kind_find(kind)->run(&w->c, span_str(params), span_str(""), 0, out,
                                err);
}

struct row {
    const char *kind, *params, *result;
};

static const struct row rows[] = {
    { "noop", "", "" },
    { "sleep", "ms=0\n", "done" },
    { "sleep", "ms=250\n", "done" },
    { "fib", "n=0\n", "0" },
    { "fib", "n=1\n", "1" },
    { "fib", "n=2\n", "1" },
    { "fib", "n=10\nrepeat=1000\n", "55" },
    { "fib", "n=90\n", "2880067194370816120" },
    { "fib", "n=93\nrepeat=1\n", "12200160415121876738" },
    { "primes", "n=0\n", "0" },
    { "primes", "n=1\n", "0" },
    { "primes", "n=2\n", "1" },
    { "primes", "n=3\n", "2" },
    { "primes", "n=9\n", "4" },
    { "primes", "n=10\n", "4" },
    { "primes", "n=11\n", "5" },
    { "primes", "n=25\n", "9" },
    { "primes", "n=121\n", "30" },
    { "primes", "n=100000\n", "9592" },
};

static void
gives_these_results(void **state)
{
    (void)state;
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct worker w = worker_new();
        char err[KIND_ERROR_MAX] = "";
        assert_int_equal(run_one(rows[i].kind, rows[i].params, &w, &out, err),
                         0);
        assert_span(buf_span(&out), rows[i].result);
    }
    buf_fini(&out);
}

static void
sleep_idles_for_its_time(void **state)
{
    (void)state;
    struct worker w = worker_new();
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    assert_int_equal(run_one("sleep", "ms=86400000\n", &w, &out, err), 0);
    assert_int_equal(w.idle_us, UINT64_C(86400000000));
    buf_fini(&out);
}

static void
ends_when_told_to(void **state)
{
    (void)state;
    static const struct row long_ones[] = {
        { "sleep", "ms=10\n", "" },
        { "fib", "n=93\nrepeat=1000000000\n", "" },
        { "fib", "n=0\nrepeat=1000000000\n", "" },
        { "primes", "n=4294967295\n", "" },
    };
    for (size_t i = 0; i < 4; i++) {
        struct worker w = worker_new();
        struct buf out = { 0 };
        char err[KIND_ERROR_MAX];
        w.stop_at = i == 0 ? 1 : 3;
        assert_int_equal(run_one(long_ones[i].kind, long_ones[i].params, &w,
                                 &out, err), -ECANCELED);
        assert_int_equal(w.asked, w.stop_at);
        assert_int_equal(out.len, 0);
        buf_fini(&out);
    }
}

static void
asks_often_enough(void **state)
{
    (void)state;
    struct worker w = worker_new();
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    /* 93 * 10^6 additions; at 1 ns each 93 ms */
    assert_int_equal(run_one("fib", "n=93\nrepeat=1000000\n", &w, &out, err),
                     0);
    assert_true(w.asked >= 93);
    w = worker_new();
    /* 2,7 * 10^6 divisions; at 10 ns each 27 ms */
    assert_int_equal(run_one("primes", "n=100000\n", &w, &out, err), 0);
    assert_true(w.asked >= 27);
    buf_fini(&out);
}

static void
bad_parameters_from_elsewhere_fail_the_attempt(void **state)
{
    (void)state;
    struct worker w = worker_new();
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    assert_int_equal(run_one("fib", "n=94\n", &w, &out, err), -EIO);
    assert_string_equal(err, "fib: n: 94 is outside 0..93 (the result would "
                        "not fit 64 bits)");
    assert_int_equal(run_one("fib", "", &w, &out, err), -EIO);
    assert_int_equal(run_one("sleep", "ms=-1\n", &w, &out, err), -EIO);
    assert_int_equal(run_one("primes", "n=x\n", &w, &out, err), -EIO);
    buf_fini(&out);
}

static void
jobs_of_a_range_run_with_their_own(void **state)
{
    (void)state;
    static const char *const f[] = { "5", "8", "13" };
    struct plan p = plan_of("fib", WORDS("n=5..7"));
    for (uint32_t i = 0; i < 3; i++) {
        struct worker w = worker_new();
        struct buf out = { 0 };
        char err[KIND_ERROR_MAX];
        assert_int_equal(kind_find("fib")->run(&w.c, buf_span(&p.shared),
                                               plan_args(&p, i), i, &out, err),
                         0);
        assert_span(buf_span(&out), f[i]);
        buf_fini(&out);
    }
    plan_fini(&p);
}

static void
counts_what_has_no_other_value(void **state)
{
    (void)state;
    struct worker w = worker_new();
    char text[KIND_ERROR_MAX];
    struct plan p = plan_of("noop", WORDS("jobs=300"));
    assert_int_equal(run_all("noop", &p, &w, text), 0);
    assert_string_equal(text, "300");
    plan_fini(&p);
    p = plan_of("sleep", WORDS("1", "jobs=7"));
    assert_int_equal(run_all("sleep", &p, &w, text), 0);
    assert_string_equal(text, "7");
    plan_fini(&p);
    assert_null(kind_find("fib")->combine);
    assert_null(kind_find("primes")->combine);
}

static void
only_kinds_with_files_ship_bytes(void **state)
{
    (void)state;
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    assert_int_equal(kind_ship_bytes(kind_find("fib"), NULL, span_str("n=1\n"),
                                     0, &out, err), -ENOTSUP);
    assert_int_equal(kind_ship_bytes(kind_find("noop"), NULL, span_str(""), 0,
                                     &out, err), -ENOTSUP);
    assert_int_equal(out.len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_these_results),
        cmocka_unit_test(sleep_idles_for_its_time),
        cmocka_unit_test(ends_when_told_to),
        cmocka_unit_test(asks_often_enough),
        cmocka_unit_test(bad_parameters_from_elsewhere_fail_the_attempt),
        cmocka_unit_test(jobs_of_a_range_run_with_their_own),
        cmocka_unit_test(counts_what_has_no_other_value),
        cmocka_unit_test(only_kinds_with_files_ship_bytes),
    };
    return cmocka_run_group_tests_name("kind_small", tests, NULL, NULL);
}
