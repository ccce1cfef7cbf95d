/* SPDX-License-Identifier: MPL-2.0 */
/* What lbctl prints and how it ends: pure parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/generate.h"
#include "ctl/output.h"
#include "ctl/progress.h"

static void
the_highest_ranked_status_wins(void **state)
{
    static const int ranked[] = { 70, 74, 77, 76, 69, 75, 66, 124, 1, 0 };
    size_t n = sizeof ranked / sizeof ranked[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i; k < n; k++) {
            assert_int_equal(status_worse(ranked[i], ranked[k]), ranked[i]);
            assert_int_equal(status_worse(ranked[k], ranked[i]), ranked[i]);
        }
    assert_int_equal(status_worse(0, 2), 2);
    assert_int_equal(status_worse(1, 130), 130);
}

static void
raw_values_have_no_blanks(void **state)
{
    char *text = NULL;
    size_t len = 0;

    (void)state;
    FILE *f = open_memstream(&text, &len);
    raw_put(f, "a b\tc\\d\x7f");
    fclose(f);
    assert_string_equal(text, "a\\x20b\\x09c\\x5cd\\x7f");
    free(text);
}

static void
times_are_utc_with_milliseconds(void **state)
{
    char text[32] = "";

    (void)state;
    time_print(UINT64_C(1700000000042), text);
    assert_string_equal(text, "2023-11-14T22:13:20.042Z");
}

static void
a_summary_names_counts_rate_and_nodes(void **state)
{
    struct lb_progress p = { .jobs = 1024, .done = 1024,
                             .elapsed_us = 15200000,
                             .nodes = "north=684,south=340" };
    char text[256];

    (void)state;
    progress_summary(&p, text, sizeof text);
    assert_string_equal(text, "1024 done, 0 failed, 15.2 s, 67 jobs/s; "
                        "north 684, south 340");
    p.done = 1000;
    p.failed = 4;
    p.cancelled = 20;
    p.nodes[0] = '\0';
    progress_summary(&p, text, sizeof text);
    assert_string_equal(text, "1000 done, 4 failed, 20 cancelled, 15.2 s, "
                        "67 jobs/s");
}

static void
a_bar_fits_its_line(void **state)
{
    struct lb_progress p = { .jobs = 200, .done = 50 };
    char text[512];

    (void)state;
    progress_bar("alpha-1", &p, 10.0, 200, text, sizeof text);
    assert_string_equal(text, "alpha-1 [#####...............] 50/200  25 %  "
                        "10 jobs/s  left 15s");
    progress_bar("alpha-1", &p, 9.96, 200, text, sizeof text);
    assert_non_null(strstr(text, " 10 jobs/s "));
    progress_bar("alpha-1", &p, 9.94, 200, text, sizeof text);
    assert_non_null(strstr(text, " 9.9 jobs/s "));
    progress_bar("alpha-1", &p, 0.96, 200, text, sizeof text);
    assert_non_null(strstr(text, " 1.0 jobs/s "));
    progress_bar("alpha-1", &p, 0.0512, 200, text, sizeof text);
    assert_non_null(strstr(text, " 0.051 jobs/s "));
    p.failed = 150;
    progress_bar("alpha-1", &p, 0, 200, text, sizeof text);
    assert_non_null(strstr(text, " 0 jobs/s "));
    assert_non_null(strstr(text, "[####################] 200/200  100 %"));
    assert_non_null(strstr(text, "150 failed"));
    for (size_t width = 20; width < 100; width++) {
        progress_bar("alpha-1", &p, 10.0, width, text, sizeof text);
        assert_true(strlen(text) < width);
    }
    p = (struct lb_progress){ .jobs = 0 };
    progress_bar("alpha-1", &p, 0, 80, text, sizeof text);
    assert_non_null(strstr(text, "0/0  100 %"));
}

static void
lengths_are_the_same_for_a_seed_and_have_the_mean(void **state)
{
    static const enum dist dists[] = { DIST_CONSTANT, DIST_UNIFORM, DIST_EXP,
                                       DIST_PARETO };

    (void)state;
    for (size_t d = 0; d < 4; d++) {
        struct random a, b;
        double sum = 0;
        random_seed(&a, 7);
        random_seed(&b, 7);
        for (int i = 0; i < 100000; i++) {
            uint64_t ms = generate_ms(&a, dists[d], 1000, 3);
            assert_int_equal(ms, generate_ms(&b, dists[d], 1000, 3));
            assert_true(ms <= 86400000);
            sum += (double)ms;
        }
        assert_true(sum / 100000 > 970 && sum / 100000 < 1030);
    }
}

static void
known_lengths_stay_what_they_are(void **state)
{
    static const uint64_t want[3] = { 121, 73, 85 };
    struct random r;

    (void)state;
    random_seed(&r, 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(generate_ms(&r, DIST_EXP, 100, 1.5), want[i]);
}

/* What table_print puts out, raw; the caller frees it. */
static char *
printed(struct table *t)
{
    struct ctl c = { .output = OUTPUT_RAW };
    FILE *to = tmpfile();
    int out = dup(STDOUT_FILENO);

    assert_non_null(to);
    fflush(stdout);
    assert_true(dup2(fileno(to), STDOUT_FILENO) >= 0);
    table_print(&c, t, "rows", NULL);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    close(out);
    long n = lseek(fileno(to), 0, SEEK_END);
    char *text = calloc((size_t)n + 1, 1);
    assert_non_null(text);
    assert_int_equal(pread(fileno(to), text, (size_t)n, 0), n);
    fclose(to);
    return text;
}

static const struct column number_and_row[] = {
    { "N", "n", true }, { "ROW", "row", true }, { NULL, NULL, false }
};

static void
sorts_numbers_by_size_behind_what_is_none(void **state)
{
    static const int n[] = { 10, -1, 9, 0, -1, 200 };   /* -1: none */
    struct ctl c = { .output = OUTPUT_RAW };
    struct table *t = table_new(number_and_row);

    (void)state;
    assert_int_equal(table_sort(&c, t, "n"), 0);
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        if (n[i] < 0)
            table_null(t);
        else
            table_number(t, (uint64_t)n[i]);
        table_number(t, i);
    }
    assert_int_equal(table_sort(&c, t, "n"), 0);
    table_text(t, "last");
    table_number(t, 6);
    char *text = printed(t);
    assert_string_equal(text,
                        "- 1\n- 4\n0 3\n9 2\n10 0\n200 5\nlast 6\n");
    free(text);
    table_free(t);
}

/* So many rows that a way to sort that moves equal ones shows. */
static void
equal_rows_stay_in_their_order(void **state)
{
    enum { ROWS = 20000, KEYS = 7 };
    struct ctl c = { .output = OUTPUT_RAW };
    struct table *t = table_new(number_and_row);

    (void)state;
    for (uint64_t i = 0; i < ROWS; i++) {
        table_number(t, i * i % KEYS);
        table_number(t, i);
    }
    assert_int_equal(table_sort(&c, t, "n"), 0);
    char *text = printed(t), *at = text;
    unsigned long last_n = 0, last_row = 0;
    for (size_t i = 0; i < ROWS; i++) {
        unsigned long n = strtoul(at, &at, 10), row = strtoul(at, &at, 10);
        assert_int_equal(row * row % KEYS, n);
        assert_true(n >= last_n);
        assert_true(i == 0 || n > last_n || row > last_row);
        last_n = n;
        last_row = row;
    }
    assert_string_equal(at, "\n");
    free(text);
    table_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_ranked_status_wins),
        cmocka_unit_test(raw_values_have_no_blanks),
        cmocka_unit_test(times_are_utc_with_milliseconds),
        cmocka_unit_test(a_summary_names_counts_rate_and_nodes),
        cmocka_unit_test(a_bar_fits_its_line),
        cmocka_unit_test(lengths_are_the_same_for_a_seed_and_have_the_mean),
        cmocka_unit_test(known_lengths_stay_what_they_are),
        cmocka_unit_test(sorts_numbers_by_size_behind_what_is_none),
        cmocka_unit_test(equal_rows_stay_in_their_order),
    };
    return cmocka_run_group_tests_name("ctl_output", tests, NULL, NULL);
}
