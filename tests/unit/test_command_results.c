/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/command_scene.h"

/* Asks what is parked; the number to look for in later answers. */
static uint64_t
park(struct scene *s, const char *op, const char *words)
{
    struct asking q = { .op = op, .words = words };
    assert_false(scene_ask_as(s, &q));
    return s->seq;
}

/* Lets time pass until `seq` is answered. */
static bool
answered_within(struct scene *s, uint64_t seq, int64_t us)
{
    int64_t end_us = s->now_us + us;
    while (s->now_us < end_us)
        if (scene_until(s, end_us - s->now_us, ACT_REPLY) &&
            scene_answered(s, seq))
            return true;
    return false;
}

/* Runs of the last step; the core may order more when one ends. */
static size_t
orders(const struct scene *s, struct act_run *runs)
{
    size_t n = 0;
    for (int at; (at = scene_find(s, ACT_RUN, (unsigned)n)) >= 0; n++)
        runs[n] = s->did->v[at].run;
    return n;
}

/* Ends all jobs in the order in which they start, `bad` of them failing. */
static void
run_all(struct scene *s, uint32_t bad)
{
    struct act_run queue[64];
    size_t n = orders(s, queue);
    for (size_t i = 0; i < n; i++) {
        bool fails = queue[i].index == bad;
        scene_end_run(s, &queue[i], fails ? OUTCOME_FAILED : OUTCOME_DONE);
        n += orders(s, queue + n);
        assert_true(n < 32);
    }
}

/* Indices of the rows: "0 1 2". */
static const char *
indices(const struct scene *s, char dst[200])
{
    struct span row;
    dst[0] = '\0';
    for (size_t at = 0; row_next(s->reply.rows, &at, &row);) {
        struct result r;
        size_t in = 0;
        assert_int_equal(results_check(row), 1);
        assert_true(result_next(row, &in, &r));
        (void)snprintf(dst + strlen(dst), 200 - strlen(dst), "%s%u",
                       dst[0] == '\0' ? "" : " ", (unsigned)r.index);
    }
    return dst;
}

static void
wait_answers_when_the_workload_ends(void **state)
{
    (void)state;
    struct act_run runs[8];
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    assert_int_equal(orders(&s, runs), 1);
    assert_int_equal(scene_ask(&s, "wait", "workload=1 wait_ms=0"), 0);
    scene_expect_pair(&s, "state", "running");
    assert_int_equal(scene_number(&s, "running"), 1);
    char words[80];
    (void)snprintf(words, sizeof words, "workload=1 wait_ms=60000 seen=%u",
                   (unsigned)scene_number(&s, "version"));
    uint64_t seq = park(&s, "wait", words);
    assert_false(answered_within(&s, seq, 5000 * 1000));
    scene_end_run(&s, &runs[0], OUTCOME_DONE);
    assert_true(answered_within(&s, seq, 20 * 1000));
    scene_expect_pair(&s, "state", "done");
    scene_expect_pair(&s, "nodes", "alpha=1");
    assert_int_equal(scene_number(&s, "done"), 1);
    assert_int_equal(core_count(s.core).clients, 0);
    scene_free(&s);
}

static void
results_are_saved_before_they_are_shown(void **state)
{
    (void)state;
    struct act_run runs[8];
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    assert_int_equal(orders(&s, runs), 1);
    scene_end_run(&s, &runs[0], OUTCOME_DONE);
    assert_int_equal(scene_ask(&s, "results", "workload=1"), EXIT_DONE);
    int save = scene_find(&s, ACT_SAVE, 0);
    assert_true(save >= 0 && save < scene_find(&s, ACT_REPLY, 0));
    assert_int_equal(s.did->v[save].save.type, SAVE_RESULTS);
    scene_free(&s);
}

static void
wait_answers_a_change_not_more_than_ten_times_a_second(void **state)
{
    (void)state;
    struct act_run runs[8];
    struct scene s;
    char words[80];
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 9), EXIT_DONE);
    assert_int_equal(orders(&s, runs), 2);
    assert_int_equal(scene_ask(&s, "wait", "workload=1"), 0);
    (void)snprintf(words, sizeof words, "workload=1 wait_ms=9000 seen=%u",
                   (unsigned)scene_number(&s, "version"));
    uint64_t seq = park(&s, "wait", words);
    scene_end_run(&s, &runs[0], OUTCOME_DONE);
    assert_false(answered_within(&s, seq, 80 * 1000));
    assert_true(answered_within(&s, seq, 400 * 1000));
    assert_int_equal(scene_number(&s, "done"), 1);
    scene_free(&s);
}

static void
wait_answers_at_its_deadline_and_forgets_who_is_gone(void **state)
{
    (void)state;
    struct scene s;
    const char *words = "workload=1 wait_ms=2000 seen=1";
    struct event gone = { .kind = EV_CLIENT_GONE, .client = 70 };
    const struct submission b = { .jobs = 3, .flags = DESC_HELD };
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "wait", "workload=1"), 0);
    assert_int_equal(scene_number(&s, "version"), 1);
    uint64_t seq = park(&s, "wait", words);
    assert_false(answered_within(&s, seq, 1900 * 1000));
    assert_true(answered_within(&s, seq, 400 * 1000));
    seq = park(&s, "wait", words);
    struct asking again = { .op = "wait", .words = words, .seq = seq };
    assert_false(scene_ask_as(&s, &again));
    assert_int_equal(core_count(s.core).clients, 1);
    scene_step(&s, &gone);
    assert_int_equal(core_count(s.core).clients, 0);
    assert_false(answered_within(&s, seq, 3000 * 1000));
    scene_free(&s);
}

static void
pages_by_index_stop_at_the_first_open_job(void **state)
{
    (void)state;
    struct act_run runs[8], more[8];
    struct scene s;
    char got[200];
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 4), EXIT_DONE);
    assert_int_equal(orders(&s, runs), 2);
    scene_end_run(&s, &runs[1], OUTCOME_DONE);
    assert_int_equal(orders(&s, more), 1);
    assert_int_equal(scene_ask(&s, "results", "workload=1"), EXIT_DONE);
    assert_string_equal(indices(&s, got), "");
    assert_int_equal(scene_number(&s, "next"), 0);
    assert_int_equal(scene_ask(&s, "results", "workload=1 order=finish"), 0);
    assert_string_equal(indices(&s, got), "1");
    assert_int_equal(scene_number(&s, "next"), 1);
    uint64_t seq = park(&s, "results", "workload=1 after=0 wait_ms=9000");
    scene_end_run(&s, &runs[0], OUTCOME_DONE);
    assert_true(answered_within(&s, seq, 20 * 1000));
    assert_string_equal(indices(&s, got), "0 1");
    assert_int_equal(scene_number(&s, "next"), 2);
    assert_null(pair_get(s.reply.pairs, "ended").p);
    scene_free(&s);
}

static void
cursor_goes_through_all_of_an_ended_workload(void **state)
{
    (void)state;
    struct scene s;
    char got[200];
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 5), EXIT_DONE);
    run_all(&s, 3);
    assert_int_equal(scene_ask(&s, "results", "workload=1 limit=3"), 0);
    assert_string_equal(indices(&s, got), "0 1 2");
    assert_null(pair_get(s.reply.pairs, "ended").p);
    assert_int_equal(scene_ask(&s, "results", "workload=1 limit=3 after=3"),
                     0);
    assert_string_equal(indices(&s, got), "3 4");
    assert_int_equal(scene_number(&s, "ended"), 1);
    scene_expect_pair(&s, "nodes",
                      "01000000000000000000000000000000=alpha");
    assert_int_equal(scene_ask(&s, "results", "workload=1 failed=1"), 0);
    assert_string_equal(indices(&s, got), "3");
    assert_int_equal(scene_number(&s, "ended"), 1);
    assert_int_equal(scene_ask(&s, "results",
                               "workload=1 ranges=4,0-2:2 failed=0"), 0);
    assert_string_equal(indices(&s, got), "0 2 4");
    assert_int_equal(scene_ask(&s, "results",
                               "workload=1 order=finish after=5"), 0);
    assert_string_equal(indices(&s, got), "");
    assert_int_equal(scene_number(&s, "ended"), 1);
    assert_int_equal(scene_ask(&s, "results", "workload=1 order=up"),
                     EXIT_USAGE);
    scene_free(&s);
}

static void
show_tells_of_a_job_that_failed(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 2), EXIT_DONE);
    run_all(&s, 1);
    assert_int_equal(scene_ask(&s, "show", "workload=1 job=1"), EXIT_DONE);
    scene_expect_pair(&s, "job", "alpha-1.1");
    scene_expect_pair(&s, "state", "failed");
    scene_expect_pair(&s, "error", "broken");
    scene_expect_pair(&s, "holder", "alpha");
    assert_int_equal(scene_ask(&s, "show", "workload=1"), EXIT_DONE);
    scene_expect_pair(&s, "state", "failed");
    scene_expect_pair(&s, "label", "nap");
    scene_expect_pair(&s, "nodes", "alpha=2");
    assert_int_equal(scene_ask(&s, "explain", "workload=1"), EXIT_DONE);
    assert_string_equal(s.text, "no job of it waits");
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wait_answers_when_the_workload_ends),
        cmocka_unit_test(results_are_saved_before_they_are_shown),
        cmocka_unit_test(
            wait_answers_a_change_not_more_than_ten_times_a_second),
        cmocka_unit_test(wait_answers_at_its_deadline_and_forgets_who_is_gone),
        cmocka_unit_test(pages_by_index_stop_at_the_first_open_job),
        cmocka_unit_test(cursor_goes_through_all_of_an_ended_workload),
        cmocka_unit_test(show_tells_of_a_job_that_failed),
    };
    return cmocka_run_group_tests_name("command_results", tests, NULL, NULL);
}
