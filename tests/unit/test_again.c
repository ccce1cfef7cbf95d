/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/command_scene.h"

enum { SEC = 1000 * 1000 };

/* One job that may run here and at beta, tried again once; it has failed.
 * True: it is ordered again in the same step. */
static bool
fails_here(struct scene *s, const char *kind)
{
    struct buf desc = { 0 }, blob = { 0 };
    struct desc d = { .kind = span_str(kind), .n_jobs = 1, .cost = 1000000,
                      .retries = 2 };

    desc_encode(&d, &desc);
    chunk_begin(0, 1, false, &blob);
    struct asking q = { .op = "submit", .desc = buf_span(&desc),
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(s, &q));
    assert_int_equal(s->reply.status, EXIT_DONE);
    buf_fini(&desc);
    buf_fini(&blob);
    int at = scene_find(s, ACT_RUN, 0);
    assert_true(at >= 0);
    const struct act_run run = s->did->v[at].run;
    scene_end_run(s, &run, OUTCOME_FAILED);
    return scene_find(s, ACT_RUN, 0) >= 0;
}

static void
alone_it_tries_again_at_once(void **state)
{
    struct scene s;

    (void)state;
    scene_new(&s);
    assert_true(fails_here(&s, "noop"));
    scene_free(&s);
}

static void
others_that_may_not_run_it_do_not_count(void **state)
{
    struct scene s;

    (void)state;
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_true(fails_here(&s, "sleep"));   /* beta knows noop alone */
    scene_free(&s);
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_DRAIN);
    assert_true(fails_here(&s, "noop"));
    scene_free(&s);
    scene_configure(&s);
    s.config.policy.name = POLICY_NONE;
    scene_start(&s);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_true(fails_here(&s, "noop"));
    scene_free(&s);
}

/* Beta has no room: 5 s later whoever has may try. */
static void
waits_for_another_and_says_so(void **state)
{
    struct scene s;
    int64_t failed_us;

    (void)state;
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_false(fails_here(&s, "noop"));
    failed_us = s.now_us;
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=0"), EXIT_DONE);
    assert_string_equal(s.text, "attempt 1 failed on alpha, which tries it "
                                "again only if no other node takes it");
    scene_expect_pair(&s, "blocked_by", "retry");
    scene_expect_pair(&s, "state", "queued");
    while (!scene_until(&s, SEC, ACT_RUN))
        scene_add_peer(&s, "beta", PHASE_RUN);
    assert_in_range(s.now_us - failed_us, 5 * SEC, 7 * SEC);
    scene_free(&s);
}

/* It is not held by anybody, and is not said to be. */
static void
says_that_a_reader_of_its_file_is_sought(void **state)
{
    struct scene s;

    (void)state;
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_PAUSE);
    assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    const struct act_run run = s.did->v[scene_find(&s, ACT_RUN, 0)].run;
    scene_end_run(&s, &run, OUTCOME_NO_FILE);
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=0"), EXIT_DONE);
    scene_expect_pair(&s, "blocked_by", "file");
    scene_expect_pair(&s, "state", "queued");
    assert_non_null(strstr(s.text, "other nodes are asked for 30 s more"));
    assert_int_equal(scene_ask(&s, "hold", "workload=1"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=0"), EXIT_DONE);
    scene_expect_pair(&s, "blocked_by", "held");
    scene_expect_pair(&s, "state", "held");
    scene_free(&s);
}

static void
does_not_wait_for_who_goes(void **state)
{
    struct scene s;

    (void)state;
    scene_new(&s);
    scene_add_peer(&s, "beta", PHASE_RUN);
    assert_false(fails_here(&s, "noop"));
    scene_add_peer(&s, "beta", PHASE_DRAIN);
    assert_true(scene_until(&s, 2 * SEC, ACT_RUN));
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_it_tries_again_at_once),
        cmocka_unit_test(others_that_may_not_run_it_do_not_count),
        cmocka_unit_test(waits_for_another_and_says_so),
        cmocka_unit_test(says_that_a_reader_of_its_file_is_sought),
        cmocka_unit_test(does_not_wait_for_who_goes),
    };
    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
