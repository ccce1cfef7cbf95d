/* SPDX-License-Identifier: MPL-2.0 */
#include "core/quarantine.h"
#include "tests/unit/command_scene.h"

/* ---- submit ---- */

static void
jobs_are_saved_before_they_are_acknowledged(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 4), EXIT_DONE);
    assert_int_equal(scene_number(&s, "workload"), 1);
    assert_int_equal(scene_number(&s, "accepted"), 4);
    int reply = scene_find(&s, ACT_REPLY, 0);
    int jobs = scene_find(&s, ACT_SAVE, 2);    /* SAVE_BORN, WORKLOAD */
    assert_true(jobs >= 0 && jobs < reply);
    assert_int_equal(s.did->v[jobs].save.type, SAVE_JOBS);
    assert_true(scene_logged(&s, "submit", "workload=alpha-1 jobs=4 by=-"));
    scene_free(&s);
}

static void
repeated_request_is_not_carried_out_again(void **state)
{
    (void)state;
    const struct submission b = { .jobs = 4, .seq = 99 };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(scene_number(&s, "workload"), 1);
    assert_true(scene_find(&s, ACT_SAVE, 0) < 0);
    assert_int_equal(core_count(s.core).own_jobs, 4);
    assert_int_equal(scene_submit(&s, 4), EXIT_DONE);
    assert_int_equal(scene_number(&s, "workload"), 2);
    scene_free(&s);
}

static void
same_key_is_the_same_workload(void **state)
{
    (void)state;
    struct submission b = { .jobs = 4, .words = "key=K" };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(scene_number(&s, "duplicate"), 1);
    assert_int_equal(scene_number(&s, "workload"), 1);
    assert_int_equal(core_count(s.core).own_jobs, 4);
    b.jobs = 5;
    assert_int_equal(scene_submit_as(&s, &b), EXIT_USAGE);
    assert_string_equal(s.text,
                        "id \"K\" was used for alpha-1 with other jobs");
    scene_free(&s);
}

static void
only_commands_have_files(void **state)
{
    (void)state;
    static const uint8_t hash[FILE_HASH_BYTES] = { 7 };
    struct desc d = { .kind = span_str("sleep"), .params = span_str("ms=1\n"),
                      .n_jobs = 1, .cost = 1000 * 1000, .priority = 5,
                      .files = span_of(hash, sizeof hash) };
    struct buf desc = { 0 }, blob = { 0 };
    struct scene s;

    scene_new(&s);
    desc_encode(&d, &desc);
    chunk_begin(0, 1, false, &blob);
    struct asking q = { .op = "submit", .desc = buf_span(&desc),
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_USAGE);
    assert_string_equal(s.text, "submit: files are for commands only");
    assert_int_equal(core_count(s.core).own_jobs, 0);
    buf_fini(&desc);
    buf_fini(&blob);
    scene_free(&s);
}

static int
next_chunk(struct scene *s, uint32_t first, uint32_t count)
{
    struct buf blob = { 0 };
    chunk_begin(first, count, false, &blob);
    struct asking q = { .op = "submit", .words = "workload=1",
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(s, &q));
    buf_fini(&blob);
    return s->reply.status;
}

static void
chunks_follow_each_other(void **state)
{
    (void)state;
    const struct submission b = { .jobs = 10, .chunk = 4 };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_int_equal(next_chunk(&s, 7, 3), EXIT_LATER);
    assert_string_equal(s.text, "alpha-1: job 4 comes next, not 7");
    assert_int_equal(next_chunk(&s, 4, 3), EXIT_DONE);
    assert_int_equal(scene_number(&s, "accepted"), 7);
    assert_int_equal(next_chunk(&s, 4, 3), EXIT_DONE);
    assert_int_equal(scene_number(&s, "accepted"), 7);
    assert_int_equal(next_chunk(&s, 5, 4), EXIT_USAGE);
    assert_int_equal(next_chunk(&s, 7, 4), EXIT_USAGE);
    assert_int_equal(next_chunk(&s, 7, 3), EXIT_DONE);
    scene_free(&s);
}

static void
full_queue_is_an_answer(void **state)
{
    (void)state;
    struct event disk = { .kind = EV_DISK, .disk_full = true };
    struct scene s;
    scene_configure(&s);
    s.config.queue_max_jobs = 10;
    scene_start(&s);
    assert_int_equal(scene_submit(&s, 8), EXIT_DONE);
    assert_int_equal(scene_submit(&s, 3), EXIT_LATER);
    assert_string_equal(s.text,
                        "alpha has no room (8 of 10 jobs); try again in 1s");
    assert_int_equal(scene_number(&s, "retry_s"), 1);
    assert_int_equal(scene_number(&s, "retry_ms"), 20);
    assert_true(scene_find(&s, ACT_SAVE, 0) < 0);
    assert_int_equal(scene_ask(&s, "list", NULL), EXIT_DONE);
    assert_int_equal(scene_number(&s, "total"), 1);
    assert_int_equal(scene_submit(&s, 2), EXIT_DONE);
    scene_step(&s, &disk);
    assert_int_equal(scene_submit(&s, 0), EXIT_DISK);
    assert_string_equal(s.text, "alpha: disk full");
    scene_free(&s);
}

/* Small workloads cost more than their results do. */
static void
workloads_take_of_the_room_for_results(void **state)
{
    (void)state;
    struct scene s;
    scene_configure(&s);
    s.config.results_max_bytes = 4096;
    scene_start(&s);
    for (int i = 0; i < 2; i++)
        assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    assert_int_equal(scene_submit(&s, 1), EXIT_LATER);
    assert_string_equal(s.text, "alpha has no room (4.5K of 4K of results); "
                                "forget some; try again in 1s");
    assert_true(scene_number(&s, "retry_ms") > 0);
    scene_free(&s);
}

/* The first order of the last step has taken so long. */
static void
end_after(struct scene *s, uint64_t run_us)
{
    const struct act_run *r = &s->did->v[scene_find(s, ACT_RUN, 0)].run;
    struct event ev = { .kind = EV_OUTCOME };
    s->now_us += (int64_t)run_us;
    ev.outcome = (struct event_outcome){ .slot = r->slot, .run = r->run,
                                         .outcome = OUTCOME_DONE,
                                         .run_us = run_us };
    scene_step(s, &ev);
}

static void
room_is_expected_when_enough_jobs_may_have_ended(void **state)
{
    (void)state;
    struct scene s;
    scene_configure(&s);
    s.config.queue_max_jobs = 10;
    s.config.slots = 1;
    scene_start(&s);
    assert_int_equal(scene_submit(&s, 8), EXIT_DONE);
    end_after(&s, 100 * 1000);
    assert_int_equal(scene_submit(&s, 6), EXIT_LATER);
    assert_int_equal(scene_number(&s, "retry_ms"), 300);    /* 7 + 6 - 10 */
    assert_int_equal(scene_submit(&s, 9), EXIT_LATER);
    assert_int_equal(scene_number(&s, "retry_ms"), 600);
    s.config.queue_max_jobs = 1000;
    struct event ev = { .kind = EV_CONFIG, .config = &s.config };
    scene_step(&s, &ev);
    assert_int_equal(scene_submit(&s, 1000), EXIT_LATER);
    assert_int_equal(scene_number(&s, "retry_ms"), 700);
    s.config.queue_max_jobs = 7;
    scene_step(&s, &ev);
    assert_int_equal(scene_submit(&s, 100), EXIT_LATER);
    assert_int_equal(scene_number(&s, "retry_ms"), 1000);   /* at most */
    scene_free(&s);
}

static void
input_above_the_limit_names_its_job(void **state)
{
    (void)state;
    struct buf blob = { 0 }, desc = { 0 };
    struct desc d = { .kind = span_str("render"), .n_jobs = 2 };
    struct scene s;
    scene_configure(&s);
    s.config.max_input_bytes = 1024;
    scene_start(&s);
    uint8_t *input = calloc(1, 2048);
    desc_encode(&d, &desc);
    chunk_begin(0, 2, true, &blob);
    chunk_job(1, span_str("small"), &blob);
    size_t small = blob.len;
    chunk_job(1, span_of(input, 2048), &blob);
    struct asking q = { .op = "submit", .desc = buf_span(&desc),
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_USAGE);
    assert_non_null(strstr(s.text, "job 1: "));
    assert_non_null(strstr(s.text, "above jobs.max_input"));
    blob.len = small;
    chunk_job(1, span_str("small"), &blob);
    q.blob = buf_span(&blob);
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_DONE);
    assert_string_equal(s.text,
                        "no live node offers kind \"render\"; jobs wait");
    free(input);
    buf_fini(&blob);
    buf_fini(&desc);
    scene_free(&s);
}

/* ---- start, hold, cancel, retry, priority, forget ---- */

static void
held_jobs_wait_for_start(void **state)
{
    (void)state;
    const struct submission b = { .jobs = 3, .flags = DESC_HELD };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    assert_true(scene_find(&s, ACT_RUN, 0) < 0);
    assert_int_equal(scene_ask(&s, "wait", "workload=1"), EXIT_DONE);
    scene_expect_pair(&s, "state", "held");
    assert_string_equal(
        s.text, "alpha-1 is held; release it with \"lbctl start alpha-1\"");
    assert_int_equal(scene_ask(&s, "start", NULL), EXIT_DONE);
    assert_int_equal(scene_number(&s, "started"), 1);
    assert_int_equal(scene_number(&s, "jobs"), 3);
    assert_string_equal(s.text, "alpha-1 started, 3 jobs");
    assert_true(scene_find(&s, ACT_RUN, 1) >= 0);
    assert_int_equal(scene_ask(&s, "start", "workload=1"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "started"), 0);
    assert_string_equal(s.text, "alpha-1 was started already");
    assert_int_equal(scene_ask(&s, "hold", "workload=1 ranges=2"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "held"), 1);
    scene_free(&s);
}

static void
cancel_counts_and_forget_needs_the_end(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 5), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "forget", "workload=1"), EXIT_USAGE);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1 queued=1"), 0);
    assert_string_equal(s.text, "cancelled 3, already ended 0");
    assert_int_equal(scene_ask(&s, "cancel", "workload=1 by=kim"), 0);
    assert_string_equal(s.text, "cancelled 2, already ended 3");
    assert_true(scene_logged(&s, "cancel", "workload=alpha-1 jobs=2 by=kim"));
    assert_int_equal(scene_ask(&s, "cancel", "workload=1"), 0);
    assert_string_equal(s.text, "cancelled 0, already ended 5");
    assert_int_equal(scene_ask(&s, "retry", "workload=1 ranges=0-1"), 0);
    assert_int_equal(scene_number(&s, "retried"), 2);
    assert_int_equal(scene_ask(&s, "retry", "workload=1 what=some"),
                     EXIT_USAGE);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1"), 0);
    assert_int_equal(scene_ask(&s, "forget", "workload=1"), EXIT_DONE);
    assert_true(scene_find(&s, ACT_FORGET, 0) >= 0);
    assert_int_equal(scene_ask(&s, "show", "workload=1"), EXIT_NOTFOUND);
    assert_int_equal(scene_ask(&s, "results", "workload=1"), EXIT_NOTFOUND);
    assert_string_equal(s.text,
                        "results of alpha-1 have expired or were forgotten");
    scene_free(&s);
}

static void
priority_is_0_to_9(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 5), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "priority", "workload=1 value=10"),
                     EXIT_USAGE);
    assert_string_equal(s.text, "priority: value: 10 is outside 0..9");
    assert_int_equal(scene_ask(&s, "priority", "workload=1"), EXIT_USAGE);
    assert_int_equal(scene_ask(&s, "priority", "workload=1 value=7"), 0);
    assert_int_equal(scene_number(&s, "changed"), 5);
    assert_int_equal(scene_ask(&s, "show", "workload=1"), 0);
    assert_int_equal(scene_number(&s, "priority"), 7);
    scene_free(&s);
}

/* ---- naming ---- */

static void
what_is_not_there_is_named(void **state)
{
    (void)state;
    const struct { const char *op, *words; int status; const char *text; }
    row[] = {
        { "show", "workload=99", EXIT_NOTFOUND, "no workload alpha-99" },
        { "show", "workload=1 job=9999", EXIT_NOTFOUND,
          "alpha-1 has jobs 0..4" },
        { "cancel", "workload=1 ranges=3-5", EXIT_NOTFOUND,
          "alpha-1 has jobs 0..4" },
        { "cancel", "workload=1 ranges=12x", EXIT_USAGE,
          "\"12x\" is not a selector" },
        { "show", "workload=x", EXIT_USAGE,
          "show: workload: \"x\" is not a whole number" },
        { "show", "", EXIT_USAGE, "show: say which workload" },
        { "explain", "workload=1 job=7", EXIT_NOTFOUND,
          "alpha-1 has jobs 0..4" },
    };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 5), EXIT_DONE);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(scene_ask(&s, row[i].op, row[i].words),
                         row[i].status);
        assert_string_equal(s.text, row[i].text);
    }
    scene_free(&s);
}

static void
jobs_are_listed_by_state(void **state)
{
    (void)state;
    struct span row;
    size_t at = 0;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 5), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "job_list",
                               "workload=1 state=queued,held ranges=1-4:2 "
                               "limit=9"), EXIT_DONE);
    assert_true(row_next(s.reply.rows, &at, &row));
    assert_true(span_is(pair_get(row, "index"), "3"));
    assert_true(span_is(pair_get(row, "state"), "queued"));
    assert_false(row_next(s.reply.rows, &at, &row));
    assert_int_equal(scene_ask(&s, "list", "state=done"), EXIT_DONE);
    assert_int_equal(s.reply.n_rows, 0);
    assert_int_equal(scene_ask(&s, "list", "state=done,running"), EXIT_DONE);
    assert_int_equal(s.reply.n_rows, 1);
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=4"), 0);
    assert_int_equal(scene_number(&s, "place"), 2);
    scene_expect_pair(&s, "blocked_by", "slots");
    assert_int_equal(scene_ask(&s, "explain", NULL), EXIT_DONE);
    scene_free(&s);
}

static void
how_jobs_fared_is_forgotten_a_while_after_the_end(void **state)
{
    (void)state;
    struct event ev = { .kind = EV_TICK };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 4), EXIT_DONE);
    struct workload *w = ledger_first(s.core->ledger);
    quarantine_note(s.core, w, 1, false);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1"), EXIT_DONE);
    s.now_us += 1000 * 1000;
    scene_step(&s, &ev);
    assert_non_null(w->trial);      /* it may be asked for once more */
    s.now_us += TRIAL_KEEP_US;
    scene_step(&s, &ev);
    assert_null(w->trial);
    assert_false(quarantine_is_witnessed(w, 1));
    scene_free(&s);
}

/* While the disk is full: refusals and what it was asked before get out. */
static void
only_what_tells_of_saves_waits_for_them(void **state)
{
    (void)state;
    struct event full = { .kind = EV_DISK, .disk_full = true };
    struct scene s;
    scene_new(&s);
#define REPLY s.did->v[scene_find(&s, ACT_REPLY, 0)].reply
    assert_int_equal(scene_submit(&s, 4), EXIT_DONE);
    assert_false(REPLY.soon);
    assert_int_equal(REPLY.workload, 0);
    assert_int_equal(scene_ask(&s, "results", "workload=1"), EXIT_DONE);
    assert_false(REPLY.soon);
    assert_int_equal(REPLY.workload, 1);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1"), EXIT_DONE);
    assert_false(REPLY.soon);
    assert_int_equal(REPLY.workload, 0);
    assert_int_equal(scene_ask(&s, "forget", "workload=1"), EXIT_DONE);
    assert_false(REPLY.soon);
    assert_int_equal(scene_ask(&s, "show", "workload=1"), EXIT_NOTFOUND);
    assert_false(REPLY.soon);       /* it tells of that */
    assert_int_equal(REPLY.workload, 1);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1"), EXIT_NOTFOUND);
    assert_false(REPLY.soon);
    assert_int_equal(scene_ask(&s, "list", NULL), EXIT_DONE);
    assert_false(REPLY.soon);
    scene_step(&s, &full);
    assert_int_equal(scene_ask(&s, "list", NULL), EXIT_DONE);
    assert_true(REPLY.soon);
    assert_int_equal(scene_ask(&s, "hello", NULL), EXIT_DONE);
    assert_true(REPLY.soon);
    /* Who steers a node whose disk is full gets an answer. */
    assert_int_equal(scene_ask(&s, "throttle", "value=50"), EXIT_DONE);
    assert_true(REPLY.soon);
    assert_int_equal(scene_ask(&s, "pause", NULL), EXIT_DONE);
    assert_true(REPLY.soon);
    assert_int_equal(scene_ask(&s, "explain", NULL), EXIT_DONE);
    assert_true(REPLY.soon);
    assert_non_null(strstr(s.text, "its disk is full"));
    assert_int_equal(scene_ask(&s, "show", "workload=1"), EXIT_NOTFOUND);
    assert_false(REPLY.soon);
    assert_int_equal(scene_submit(&s, 4), EXIT_DISK);
    assert_string_equal(s.text, "alpha: disk full");
    assert_true(REPLY.soon);
#undef REPLY
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_saved_before_they_are_acknowledged),
        cmocka_unit_test(repeated_request_is_not_carried_out_again),
        cmocka_unit_test(same_key_is_the_same_workload),
        cmocka_unit_test(only_commands_have_files),
        cmocka_unit_test(chunks_follow_each_other),
        cmocka_unit_test(full_queue_is_an_answer),
        cmocka_unit_test(workloads_take_of_the_room_for_results),
        cmocka_unit_test(room_is_expected_when_enough_jobs_may_have_ended),
        cmocka_unit_test(input_above_the_limit_names_its_job),
        cmocka_unit_test(held_jobs_wait_for_start),
        cmocka_unit_test(cancel_counts_and_forget_needs_the_end),
        cmocka_unit_test(priority_is_0_to_9),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(jobs_are_listed_by_state),
        cmocka_unit_test(how_jobs_fared_is_forgotten_a_while_after_the_end),
        cmocka_unit_test(only_what_tells_of_saves_waits_for_them),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
