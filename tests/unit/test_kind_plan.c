/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/kind_help.h"

#include <stdio.h>

#include "kinds/param.h"

#define LONG "1234567890123456789012345678901234567890123456789012345678901234"

struct bad {
    const char *kind, *words[5], *text;
};

static const struct bad bad_words[] = {
    /* row 16 */
    { "fib", { "n=94" },
      "fib: n: 94 is outside 0..93 (the result would not fit 64 bits)" },
    { "fib", { "94" },
      "fib: n: 94 is outside 0..93 (the result would not fit 64 bits)" },
    { "fib", { "n=-5" }, "fib: n: -5 is outside 0..93" },
    { "fib", { "n=9.5" }, "fib: n: \"9.5\" is not a whole number" },
    { "fib", { "n=abc" }, "fib: n: \"abc\" is not a whole number" },
    { "fib", { "n=" }, "fib: n: \"\" is not a whole number" },
    { "fib", { "n=+5" }, "fib: n: \"+5\" is not a whole number" },
    { "fib", { "n= 5" }, "fib: n: \" 5\" is not a whole number" },
    { "fib", { "n=5 " }, "fib: n: \"5 \" is not a whole number" },
    { "fib", { "n=0x5" }, "fib: n: \"0x5\" is not a whole number" },
    { "fib", { "n=1K" },
      "fib: n: 1K is outside 0..93 (the result would not fit 64 bits)" },
    { "fib", { "n=99999999999999999999999999" },
      "fib: n: 99999999999999999999999999 is outside 0..93 (the result "
      "would not fit 64 bits)" },
    { "fib", { NULL }, "fib: n is missing" },
    { "fib", { "repeat=3" }, "fib: n is missing" },
    { "fib", { "1", "repeat=0" }, "fib: repeat: 0 is outside 1..1000000000" },
    { "fib", { "1", "repeat=1000000001" },
      "fib: repeat: 1000000001 is outside 1..1000000000" },
    { "primes", { NULL }, "primes: n is missing" },
    { "primes", { "4294967296" },
      "primes: n: 4294967296 is outside 0..4294967295" },
    /* row 17 */
    { "fib", { "m=9" }, "fib: no parameter \"m\"; it takes n, repeat" },
    { "fib", { "n=1", "m=9" }, "fib: no parameter \"m\"; it takes n, repeat" },
    { "fib", { "n=1", "n=2" }, "fib: n given twice" },
    { "fib", { "n=1", "2" }, "fib: n given twice" },
    { "fib", { "1", "2" }, "fib: n given twice" },
    { "fib", { "1", "jobs=2", "jobs=2" }, "fib: jobs given twice" },
    { "fib", { "1", "data=x" },
      "fib: no parameter \"data\"; it takes n, repeat" },
    { "noop", { "m=9" }, "noop: no parameter \"m\"; it takes none" },
    { "noop", { "9" }, "noop: \"9\" is no parameter; it takes none" },
    { "digitsum", { "file=a", "print=00000000" },
      "digitsum: no parameter \"print\"; it takes file, chunk, other" },
    { "digitsum", { "file=a", "jobs=3" },
      "digitsum: no parameter \"jobs\"; it takes file, chunk, other" },
    /* row 18 */
    { "fib", { "n=9..1" }, "fib: n: range 9..1 is empty" },
    { "fib", { "n=9..1:2" }, "fib: n: range 9..1 is empty" },
    { "fib", { "n=1..9:0" }, "fib: n: step must be 1 or more" },
    { "fib", { "n=1..9:-1" }, "fib: n: step must be 1 or more" },
    { "fib", { "n=1..9:x" }, "fib: n: \"x\" is not a whole number" },
    { "fib", { "n=1..9:" }, "fib: n: \"\" is not a whole number" },
    { "fib", { "n=1.." }, "fib: n: \"\" is not a whole number" },
    { "fib", { "n=..9" }, "fib: n: \"\" is not a whole number" },
    { "fib", { "n=1..2..3" }, "fib: n: \"2..3\" is not a whole number" },
    { "fib", { "n=1:2..3" },
      "fib: n: write a range as A..B or A..B:STEP" },
    { "fib", { "n=90..100" },
      "fib: n: 94 is outside 0..93 (the result would not fit 64 bits)" },
    { "fib", { "n=-1..5" }, "fib: n: -1 is outside 0..93" },
    { "fib", { "n=1..2", "repeat=1..2" },
      "fib: n and repeat are both ranges; one is allowed" },
    { "fib", { "n=1..2", "jobs=2" },
      "fib: jobs and a range of n exclude each other" },
    { "primes", { "n=1..10000001" },
      "primes: n: range 1..10000001 makes more than 10000000 jobs" },
    { "primes", { "n=-9223372036854775807..9223372036854775807" },
      "primes: n: range -9223372036854775807..9223372036854775807 makes more "
      "than 10000000 jobs" },
    { "sleep", { "100s50" },
      "sleep: ms: \"100s50\" is neither a whole number of milliseconds nor a "
      "duration" },
    { "sleep", { "-5s" },
      "sleep: ms: \"-5s\" is neither a whole number of milliseconds nor a "
      "duration" },
    { "sleep", { "1.5" },
      "sleep: ms: \"1.5\" is neither a whole number of milliseconds nor a "
      "duration" },
    { "sleep", { "86400001" }, "sleep: ms: 86400001 is outside 0..86400000" },
    { "sleep", { "25h" }, "sleep: ms: 25h is outside 0..86400000" },
    { "sleep", { "-1" }, "sleep: ms: -1 is outside 0..86400000" },
    { "sleep", { NULL }, "sleep: ms is missing" },
    /* jobs=N */
    { "noop", { "jobs=0" }, "noop: jobs: 0 is outside 1..10000000" },
    { "noop", { "jobs=10000001" },
      "noop: jobs: 10000001 is outside 1..10000000" },
    { "noop", { "jobs=x" }, "noop: jobs: \"x\" is not a whole number" },
    /* row 20 and the other file parameters */
    { "digitsum", { "file=a", "chunk=0" },
      "digitsum: chunk: 0 is outside 1..2147483648" },
    { "digitsum", { "file=a", "chunk=2147483649" },
      "digitsum: chunk: 2147483649 is outside 1..2147483648" },
    { "crc32", { "file=a", "chunk=3G" },
      "crc32: chunk: 3G is outside 1..2147483648" },
    { "digitsum", { "file=a", "other=skp" },
      "digitsum: other: \"skp\" is not one of fail|skip" },
    { "digitsum", { NULL }, "digitsum: file is missing" },
    { "digitsum", { "file=" }, "digitsum: file is empty" },
    { "digitsum", { "file=a\nb" },
      "digitsum: a value with a line break cannot be a parameter" },
    /* row 22 and the rest of vecinc */
    { "vecinc", { "iterations=1000000000000", "by=2147483648" },
      "vecinc: start + iterations x by does not fit 64 bits" },
    { "vecinc", { "iterations=1000000000000", "by=-2147483648" },
      "vecinc: start + iterations x by does not fit 64 bits" },
    { "vecinc", { "type=double", "iterations=9007199254740", "by=1000" },
      "vecinc: iterations: 9007199254740 is outside 0..1000000000000" },
    { "vecinc", { "by=2147483649" },
      "vecinc: by: 2147483649 is outside -2147483648..2147483648" },
    { "vecinc", { "by=1K" }, "vecinc: by: \"1K\" is not a whole number" },
    { "vecinc", { "elements=131073" },
      "vecinc: elements: 131073 is outside 1..131072" },
    { "vecinc", { "jobs=0" }, "vecinc: jobs: 0 is outside 1..10000000" },
    { "vecinc", { "jobs=1..5" },
      "vecinc: jobs: \"1..5\" is not a whole number" },
    { "vecinc", { "start=one" },
      "vecinc: start: \"one\" is not one of index|zero|random" },
    { "vecinc", { "m=9" },
      "vecinc: no parameter \"m\"; it takes jobs, elements, iterations, by, "
      "start, seed, type, return" },
    /* what is long is cut */
    { "fib", { "n=" LONG LONG },
      "fib: n: \"123456789012345678901234567890123456789012345678901234567890"
      "\" is not a whole number" },
};

static void
refuses_with_these_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_words / sizeof bad_words[0]; i++) {
        const struct bad *b = &bad_words[i];
        struct plan p;
        char err[KIND_ERROR_MAX];
        if (plan_words(b->kind, b->words, &p, err) != -EINVAL)
            fail_msg("row %zu: accepted: %s", i, b->text);
        assert_string_equal(err, b->text);
        assert_null(p.args);
    }
}

static void
names_the_kind_that_was_meant(void **state)
{
    (void)state;
    char err[KIND_ERROR_MAX];
    assert_null(kind_find("fibb"));
    kind_unknown("fibb", err);
    assert_string_equal(err, "unknown kind \"fibb\" (did you mean \"fib\"?)");
    kind_unknown("slepe", err);
    assert_string_equal(err,
                        "unknown kind \"slepe\" (did you mean \"sleep\"?)");
    kind_unknown("render-it", err);
    assert_string_equal(err, "unknown kind \"render-it\"; \"lbctl kinds\" "
                        "lists kinds, a program goes behind \"--\"");
}

struct good {
    const char *kind, *words[5];
    uint32_t n_jobs;
    uint64_t cost;
    const char *shared;
};

static const struct good good_words[] = {
    { "noop", { NULL }, 1, 1000000, "" },
    { "noop", { "jobs=1000000" }, 1000000, 1000000, "" },
    { "noop", { "jobs=10000000" }, 10000000, 1000000, "" },
    { "noop", { "jobs=1K" }, 1024, 1000000, "" },
    { "fib", { "90" }, 1, 90000000, "n=90\nrepeat=1\n" },
    { "fib", { "n=0" }, 1, 1000000, "n=0\nrepeat=1\n" },
    { "fib", { "repeat=3", "n=093", "jobs=2" }, 2, 279000000,
      "n=93\nrepeat=3\n" },
    { "fib", { "93", "repeat=1000000000" }, 1, UINT64_C(93000000000000000),
      "n=93\nrepeat=1000000000\n" },
    { "sleep", { "100ms" }, 1, 100000000, "ms=100\n" },
    { "sleep", { "100" }, 1, 100000000, "ms=100\n" },
    { "sleep", { "1.5s" }, 1, 1500000000, "ms=1500\n" },
    { "sleep", { "0.5ms" }, 1, 1000000, "ms=1\n" },
    { "sleep", { "24h" }, 1, UINT64_C(86400000000000), "ms=86400000\n" },
    { "sleep", { "0" }, 1, 1000000, "ms=0\n" },
    { "primes", { "1000" }, 1, UINT64_C(1000000000000), "n=1000\n" },
    { "primes", { "4294967295" }, 1, UINT64_MAX, "n=4294967295\n" },
    { "vecinc", { NULL }, 1024, UINT64_C(1024000000000),
      "jobs=1024\nelements=1024\niterations=1000\nby=1\nstart=index\nseed=1\n"
      "type=int64\nreturn=vector\n" },
    { "vecinc", { "4", "elements=2K", "iterations=0", "by=-7" }, 4, 1000000,
      "jobs=4\nelements=2048\niterations=0\nby=-7\nstart=index\nseed=1\n"
      "type=int64\nreturn=vector\n" },
};

static void
makes_these_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_words / sizeof good_words[0]; i++) {
        const struct good *g = &good_words[i];
        struct plan p = plan_of(g->kind, g->words);
        assert_int_equal(p.n_jobs, g->n_jobs);
        assert_int_equal(p.cost, g->cost);
        assert_null(p.args);
        assert_null(p.args_cost);
        assert_span(buf_span(&p.shared), g->shared);
        plan_fini(&p);
    }
}

static void
canonical_lines_parse_to_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_words / sizeof good_words[0]; i++) {
        const struct good *g = &good_words[i];
        struct plan p = plan_of(g->kind, g->words);
        struct buf again = { 0 };
        uint64_t cost = 0;
        char err[KIND_ERROR_MAX] = "";
        const struct kind *k = kind_find(g->kind);
        assert_int_equal(k->parse(k, buf_span(&p.shared), &again, &cost, err),
                         0);
        assert_true(span_equal(buf_span(&again), buf_span(&p.shared)));
        assert_int_equal(cost, p.cost);
        buf_fini(&again);
        plan_fini(&p);
    }
}

static void
a_range_gives_each_job_its_own(void **state)
{
    (void)state;
    struct plan p = plan_of("fib", WORDS("n=3..10:3", "repeat=2"));
    assert_int_equal(p.n_jobs, 3);
    assert_span(buf_span(&p.shared), "repeat=2\n");
    assert_span(plan_args(&p, 0), "n=3\n");
    assert_span(plan_args(&p, 1), "n=6\n");
    assert_span(plan_args(&p, 2), "n=9\n");
    assert_int_equal(p.args_cost[0], 6000000);
    assert_int_equal(p.args_cost[2], 18000000);
    plan_fini(&p);

    p = plan_of("sleep", WORDS("7..7"));
    assert_int_equal(p.n_jobs, 1);
    assert_span(buf_span(&p.shared), "");
    assert_span(plan_args(&p, 0), "ms=7\n");
    plan_fini(&p);

    p = plan_of("primes", WORDS("n=1..1000"));
    assert_int_equal(p.n_jobs, 1000);
    assert_span(plan_args(&p, 999), "n=1000\n");
    plan_fini(&p);
}

static int
merge(const char *kind, struct plan *into, const char *const *words, char *err)
{
    struct plan from = plan_of(kind, words);
    int rc = plan_merge(kind_find(kind), into, &from, err);
    plan_fini(&from);
    return rc;
}

static void
lines_of_a_file_become_one_workload(void **state)
{
    (void)state;
    char err[KIND_ERROR_MAX];
    struct plan p = plan_of("fib", WORDS("9", "jobs=2"));
    assert_int_equal(merge("fib", &p, WORDS("9"), err), 0);
    assert_int_equal(p.n_jobs, 3);
    assert_null(p.args);
    assert_int_equal(merge("fib", &p, WORDS("7", "repeat=2"), err), 0);
    assert_int_equal(merge("fib", &p, WORDS("9", "repeat=3"), err), 0);
    assert_int_equal(merge("fib", &p, WORDS("1..3"), err), 0);
    assert_int_equal(merge("fib", &p, WORDS("9"), err), 0);
    static const struct {
        const char *args;
        uint64_t cost;
    } rows[] = {
        { "", 9000000 }, { "", 9000000 }, { "", 9000000 },
        { "n=7\nrepeat=2\n", 14000000 }, { "repeat=3\n", 27000000 },
        { "n=1\n", 1000000 }, { "n=2\n", 2000000 }, { "n=3\n", 3000000 },
        { "", 9000000 },
    };
    assert_int_equal(p.n_jobs, 9);
    assert_span(buf_span(&p.shared), "n=9\nrepeat=1\n");
    for (uint32_t i = 0; i < 9; i++) {
        assert_span(plan_args(&p, i), rows[i].args);
        assert_int_equal(p.args_cost[i], rows[i].cost);
    }
    plan_fini(&p);

    p = plan_of("sleep", WORDS("1..2"));
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(merge("sleep", &p, WORDS("5", "jobs=3"), err), 0);
    assert_int_equal(p.n_jobs, 302);
    assert_span(plan_args(&p, 1), "ms=2\n");
    assert_span(plan_args(&p, 301), "ms=5\n");
    assert_int_equal(p.args_cost[301], 5000000);
    plan_fini(&p);
}

static void
what_cannot_be_one_workload_is_not_merged(void **state)
{
    (void)state;
    char err[KIND_ERROR_MAX];
    struct plan p = plan_of("vecinc", WORDS("4"));
    assert_int_equal(merge("vecinc", &p, WORDS("4"), err), -ENOTSUP);
    assert_string_equal(err, "vecinc: these jobs cannot be one workload");
    assert_int_equal(p.n_jobs, 4);
    plan_fini(&p);
    p = plan_of("noop", WORDS("jobs=9999999"));
    assert_int_equal(merge("noop", &p, WORDS("jobs=2"), err), -EINVAL);
    assert_string_equal(err, "noop: more than 10000000 jobs");
    assert_int_equal(merge("noop", &p, WORDS("jobs=1"), err), 0);
    plan_fini(&p);
}

static void
own_parameters_win_and_data_is_not_looked_into(void **state)
{
    (void)state;
    struct span shared = span_str("n=1\nrepeat=2\n");
    assert_span(kind_param(shared, span_str("n=5\n"), "n"), "5");
    assert_span(kind_param(shared, span_str("n=5\n"), "repeat"), "2");
    assert_null(kind_param(shared, span_str("n=5\n"), "m").p);
    assert_span(kind_param(shared, span_str("n=5"), "n"), "5");

    static const char bytes[] = "n=5\ndata=\nrepeat=9\nn=8\n\0=";
    struct span args = span_of(bytes, sizeof bytes - 1);
    assert_span(kind_param(shared, args, "n"), "5");
    assert_span(kind_param(shared, args, "repeat"), "2");
    struct span data = kind_param(shared, args, "data");
    assert_int_equal(data.len, sizeof bytes - 1 - 9);
    assert_memory_equal(data.p, bytes + 9, data.len);
    assert_int_equal(kind_param(shared, span_str("data="), "data").len, 0);
    assert_non_null(kind_param(shared, span_str("data="), "data").p);
}

static void
lines_that_nobody_wrote_are_refused(void **state)
{
    (void)state;
    char err[KIND_ERROR_MAX];
    struct buf out = { 0 };
    uint64_t cost;
    const struct kind *k = kind_find("fib");
    assert_int_equal(k->parse(k, span_str("n\n"), &out, &cost, err), -EINVAL);
    assert_string_equal(err, "fib: n: write n=VALUE");
    assert_int_equal(k->parse(k, span_str("\n"), &out, &cost, err), -EINVAL);
    assert_int_equal(k->parse(k, span_of("n=5\0\n", 5), &out, &cost, err),
                     -EINVAL);
    buf_fini(&out);
}

static void
every_kind_is_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct kind *const *k = kind_all(); *k != NULL; k++, n++) {
        assert_string_equal((*k)->name, kind_names()[n]);
        assert_ptr_equal(kind_find((*k)->name), *k);
        assert_non_null((*k)->help);
        assert_non_null((*k)->combine_help);
        assert_non_null((*k)->parse);
        assert_non_null((*k)->run);
        assert_int_equal((*k)->combine == NULL, (*k)->value == NULL);
    }
    assert_null(kind_names()[n]);
    assert_int_equal(n, 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_with_these_words),
        cmocka_unit_test(names_the_kind_that_was_meant),
        cmocka_unit_test(makes_these_plans),
        cmocka_unit_test(canonical_lines_parse_to_themselves),
        cmocka_unit_test(a_range_gives_each_job_its_own),
        cmocka_unit_test(lines_of_a_file_become_one_workload),
        cmocka_unit_test(what_cannot_be_one_workload_is_not_merged),
        cmocka_unit_test(own_parameters_win_and_data_is_not_looked_into),
        cmocka_unit_test(lines_that_nobody_wrote_are_refused),
        cmocka_unit_test(every_kind_is_whole),
    };
    return cmocka_run_group_tests_name("kind_plan", tests, NULL, NULL);
}
