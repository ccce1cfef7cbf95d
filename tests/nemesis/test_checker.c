/* SPDX-License-Identifier: MPL-2.0 */
/* The checker must see what it is there for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/nemesis/checker.h"

enum { HOME = 1, OTHER = 2, NUMBER = 7, JOBS = 3 };

static uint32_t id;

static struct checker *
with(struct checker_workload w)
{
    struct checker *c = checker_new();

    strcpy(w.label, "w");
    w.n_jobs = JOBS;
    w.home = HOME;
    id = checker_ask(c, &w);
    return c;
}

static struct checker *
usual(void)
{
    return with((struct checker_workload){ .once = false });
}

static void
list(struct checker *c, uint32_t number)
{
    struct lb_workload_info w = { .number = number, .jobs = JOBS,
                                  .done = JOBS, .label = "w" };
    checker_list(c, HOME, &w);
}

static struct lb_result
result(uint32_t index)
{
    return (struct lb_result){ .index = index, .outcome = LB_JOB_DONE,
                               .attempt = 1, .node = "a", .error = "",
                               .value = "", .run_us = 5 };
}

static void
gets(struct checker *c, uint32_t index)
{
    struct lb_result r = result(index);
    checker_result(c, HOME, NUMBER, &r);
}

static void
gets_all(struct checker *c)
{
    list(c, NUMBER);
    for (uint32_t i = 0; i < JOBS; i++)
        gets(c, i);
}

/* Judges, and frees. */
static struct checker_counts
verdict(struct checker *c)
{
    FILE *nowhere = fopen("/dev/null", "w");

    assert_non_null(nowhere);
    struct checker_counts n = checker_judge(c, nowhere);
    fclose(nowhere);
    checker_free(c);
    return n;
}

static void
all_is_well(void **state)
{
    (void)state;
    struct checker *c = usual();

    checker_acknowledge(c, id, JOBS);
    checker_acknowledge(c, id, JOBS);
    gets_all(c);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.submitted, JOBS);
    assert_int_equal(n.acknowledged, JOBS);
    assert_int_equal(n.recovered, 0);
    assert_true(checker_good(&n));
}

static void
acknowledged_without_a_result_is_lost(void **state)
{
    (void)state;
    struct checker *c = usual();

    checker_acknowledge(c, id, JOBS);
    list(c, NUMBER);
    gets(c, 0);
    gets(c, 2);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.lost, 1);
    assert_false(checker_good(&n));
}

static void
acknowledged_and_failed_is_lost(void **state)
{
    (void)state;
    struct checker *c = usual();
    struct lb_result r = result(2);

    checker_acknowledge(c, id, JOBS);
    list(c, NUMBER);
    gets(c, 0);
    gets(c, 1);
    r.outcome = LB_JOB_FAILED;
    checker_result(c, HOME, NUMBER, &r);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.lost, 1);
}

static void
done_without_an_answer_is_recovered(void **state)
{
    (void)state;
    struct checker *c = usual();

    gets_all(c);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.recovered, JOBS);
    assert_true(checker_good(&n));
}

static void
two_results_of_one_job_are_seen(void **state)
{
    (void)state;
    struct checker *c = usual();

    checker_acknowledge(c, id, JOBS);
    gets_all(c);
    gets(c, 1);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.duplicated, 1);
    assert_false(checker_good(&n));
}

static void
two_workloads_of_one_key_are_seen(void **state)
{
    (void)state;
    struct checker *c = usual();

    checker_acknowledge(c, id, JOBS);
    gets_all(c);
    list(c, NUMBER + 1);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.duplicated, JOBS);
}

static void
one_reader_gets_each_result_once(void **state)
{
    (void)state;
    struct checker *c = usual();
    struct lb_result r = result(0);

    checker_acknowledge(c, id, JOBS);
    uint32_t reader = checker_reader(c, id);
    checker_follow(c, reader, &r);
    checker_follow(c, checker_reader(c, id), &r);
    checker_follow(c, reader, &r);
    gets_all(c);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.duplicated, 1);
}

static void
a_result_never_changes(void **state)
{
    (void)state;
    struct checker *c = usual();
    struct lb_result r = result(0);

    checker_acknowledge(c, id, JOBS);
    r.run_us++;
    checker_follow(c, checker_reader(c, id), &r);
    gets_all(c);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.duplicated, 1);
}

static void
what_nobody_asked_for_is_unexpected(void **state)
{
    (void)state;
    struct checker *c = usual();
    struct lb_workload_info w = { .number = 9, .jobs = 2, .done = 2,
                                  .label = "other" };

    checker_acknowledge(c, id, JOBS);
    gets_all(c);
    gets(c, JOBS);
    checker_list(c, HOME, &w);
    checker_mark(c, HOME, "strange/0", 5);
    checker_mark(c, HOME, "w/99", 5);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.unexpected, 5);
    assert_false(checker_good(&n));
}

static void
a_marked_job_has_its_own_value(void **state)
{
    (void)state;
    struct checker *c = with((struct checker_workload){ .marked = true });
    struct lb_result r = result(0);

    checker_acknowledge(c, id, JOBS);
    list(c, NUMBER);
    for (r.index = 0; r.index < JOBS; r.index++) {
        r.value = r.index == 1 ? "w/0" : r.index == 0 ? "w/0" : "w/2";
        r.value_len = 3;
        checker_result(c, HOME, NUMBER, &r);
    }
    struct checker_counts n = verdict(c);
    assert_int_equal(n.unexpected, 1);
}

static void
a_second_run_needs_a_fault(void **state)
{
    (void)state;
    struct checker *c = with((struct checker_workload){ .pin = OTHER + 1 });

    checker_acknowledge(c, id, JOBS);
    gets_all(c);
    checker_mark(c, OTHER, "w/0", 100000);
    checker_mark(c, OTHER, "w/0", 101000);
    checker_mark(c, OTHER, "w/1", 500000);
    checker_mark(c, OTHER, "w/1", 501000);
    checker_fault(c, OTHER, 100500, 100600);
    checker_fault(c, 0, 500500, 500600);    /* neither its home nor its pin */
    struct checker_counts n = verdict(c);
    assert_int_equal(n.reruns, 2);
    assert_int_equal(n.unjustified, 1);
    assert_false(checker_good(&n));
}

static void
once_is_once_whatever_happens(void **state)
{
    (void)state;
    struct checker *c = with((struct checker_workload){ .once = true });
    struct lb_result r = result(2);

    checker_acknowledge(c, id, JOBS);
    list(c, NUMBER);
    gets(c, 0);
    gets(c, 1);
    r.outcome = LB_JOB_UNKNOWN;
    checker_result(c, HOME, NUMBER, &r);
    checker_fault(c, OTHER, 1, 0);
    checker_mark(c, OTHER, "w/0", 100000);
    checker_mark(c, HOME, "w/0", 100100);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.unknown, 1);
    assert_int_equal(n.lost, 0);
    assert_int_equal(n.once_reruns, 1);
    assert_false(checker_good(&n));
}

static void
a_destroyed_disk_excuses_what_was_on_it(void **state)
{
    (void)state;
    struct checker *c = usual();

    checker_acknowledge(c, id, JOBS);
    checker_destroy(c, OTHER, 0, INT64_MAX);
    assert_int_equal(checker_excused(c), 0);
    checker_destroy(c, HOME, 0, INT64_MAX);
    struct checker_counts n = verdict(c);
    assert_int_equal(n.lost, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well),
        cmocka_unit_test(acknowledged_without_a_result_is_lost),
        cmocka_unit_test(acknowledged_and_failed_is_lost),
        cmocka_unit_test(done_without_an_answer_is_recovered),
        cmocka_unit_test(two_results_of_one_job_are_seen),
        cmocka_unit_test(two_workloads_of_one_key_are_seen),
        cmocka_unit_test(one_reader_gets_each_result_once),
        cmocka_unit_test(a_result_never_changes),
        cmocka_unit_test(what_nobody_asked_for_is_unexpected),
        cmocka_unit_test(a_marked_job_has_its_own_value),
        cmocka_unit_test(a_second_run_needs_a_fault),
        cmocka_unit_test(once_is_once_whatever_happens),
        cmocka_unit_test(a_destroyed_disk_excuses_what_was_on_it),
    };
    return cmocka_run_group_tests_name("checker", tests, NULL, NULL);
}
