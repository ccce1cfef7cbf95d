/* SPDX-License-Identifier: MPL-2.0 */
/* What consoles ask and are told: who set a value first, detail, publish. */
#include "core/limits.h"
#include "tests/unit/command_scene.h"

static bool
has_pair(const struct scene *s, const char *key)
{
    return pair_get(s->reply.pairs, key).p != NULL;
}

/* ---- two consoles ---- */

static void
later_of_two_is_told_who_was_first(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=80 by=kim"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "throttle",
                               "value=60 seen=80 by=bob cmd=9c01"), EXIT_DONE);
    assert_true(scene_logged(&s, "throttle",
                             "from=80 to=60 by=bob cmd=9c01"));
    assert_int_equal(scene_ask(&s, "throttle",
                               "value=70 seen=80 by=ann cmd=8f3a"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "bob set 60% first (cmd 9c01)");
    scene_expect_pair(&s, "old", "60");
    scene_expect_pair(&s, "new", "60");
    scene_expect_pair(&s, "by", "bob");
    scene_expect_pair(&s, "cmd", "9c01");
    assert_true(scene_find(&s, ACT_THROTTLE, 0) < 0);
    assert_true(scene_logged(&s, "refused",
                             "op=throttle to=70 by=ann cmd=8f3a "
                             "why=\"bob set 60% first (cmd 9c01)\""));
    /* both want the same: nobody need be told off */
    assert_int_equal(scene_ask(&s, "throttle", "value=60 seen=80 by=ann"),
                     EXIT_DONE);
    assert_true(scene_logged(&s, "throttle", "from=60 to=60 by=ann"));
    scene_free(&s);
}

static void
phase_and_policy_that_were_seen_count_too(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "pause", "seen=run by=bob cmd=1"), 0);
    scene_expect_pair(&s, "old", "run");
    scene_expect_pair(&s, "new", "pause");
    assert_true(scene_logged(&s, "pause", "from=run to=pause by=bob cmd=1 "
                                          "queued=0 running=0"));
    assert_int_equal(scene_ask(&s, "drain", "seen=run force=1 by=ann"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "bob set pause first (cmd 1)");
    assert_int_equal(scene_ask(&s, "pause", "seen=run by=ann"), EXIT_DONE);
    assert_string_equal(s.text, "already paused");
    assert_int_equal(scene_ask(&s, "resume", "seen=pause"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "undrain", "seen=drain"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "policy", "name=none seen=hybrid by=bob"),
                     EXIT_DONE);
    scene_expect_pair(&s, "old", "hybrid");
    scene_expect_pair(&s, "new", "none");
    assert_int_equal(scene_ask(&s, "policy", "name=sender seen=hybrid"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "bob set none first");
    scene_expect_pair(&s, "new", "none");
    scene_free(&s);
}

static void
what_goes_back_by_itself_was_set_by_time(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=50 seen=90"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "alpha is at 100%, not at 90%");
    assert_int_equal(scene_ask(&s, "throttle", "value=70 for_ms=1000 by=bob"),
                     EXIT_DONE);
    assert_true(scene_until(&s, 2000 * 1000, ACT_THROTTLE));
    assert_int_equal(scene_ask(&s, "throttle", "value=50 seen=70"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "time set 100% first");
    scene_free(&s);
}

static void
every_refusal_is_told_and_names_the_value(void **state)
{
    (void)state;
    const struct { const char *op, *words, *text; } row[] = {
        { "throttle", "value=0 by=a",
          "op=throttle to=0 by=a why=\"throttle: 0 is outside 1..100; use "
          "pause\"" },
        { "drain", "by=a", "op=drain by=a why=\"alpha is the last live node; "
                           "--force drains it anyway\"" },
        { "cancel", "workload=9", "op=cancel to=9 by=- why=\"no workload "
                                  "alpha-9\"" },
        { "policy", "name=x\"y", "op=policy to=x_y by=- why=\"unknown policy "
                                 "'x'y'; policies: hybrid sender receiver "
                                 "symmetric static none\"" },
    };
    struct scene s;
    scene_new(&s);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_true(scene_ask(&s, row[i].op, row[i].words) != EXIT_DONE);
        assert_true(scene_logged(&s, "refused", row[i].text));
        assert_int_equal(has_pair(&s, "new"), i != 2);
    }
    s.role = ROLE_VIEW;
    assert_int_equal(scene_ask(&s, "pause", NULL), EXIT_REFUSED);
    scene_expect_pair(&s, "new", "run");
    assert_true(scene_logged(&s, "refused", "op=pause by=- why=\"role view "
                                            "may not pause on alpha\""));
    assert_int_equal(scene_ask(&s, "list", "workload=3"), EXIT_NOTFOUND);
    assert_true(scene_find(&s, ACT_LOG, 0) < 0);
    scene_free(&s);
}

/* ---- detail ---- */

/* The pairs of the n-th row of a kind; p NULL: there is none. */
static struct span
row_of(const struct scene *s, const char *kind, unsigned n)
{
    struct span row;

    for (size_t at = 0; row_next(s->reply.rows, &at, &row);)
        if (span_is(pair_get(row, "row"), kind) && n-- == 0)
            return row;
    return span_of(NULL, 0);
}

static void
expect_in(struct span row, const char *key, const char *value)
{
    char got[200];
    struct span v = pair_get(row, key);

    assert_non_null(row.p);
    span_copy(v, got, sizeof got);
    if (v.p == NULL || strcmp(got, value) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", key, v.p == NULL ? "?" : got,
                 value);
}

static void
slots_show_what_runs(void **state)
{
    (void)state;
    struct scene s;
    struct event sample = { .kind = EV_SAMPLE };
    scene_new(&s);
    assert_int_equal(scene_ask(&s, "detail", NULL), EXIT_DONE);
    expect_in(row_of(&s, "slot", 1), "state", "free");
    assert_null(row_of(&s, "slot", 2).p);
    assert_null(row_of(&s, "failure", 0).p);
    assert_int_equal(scene_submit(&s, 2), EXIT_DONE);
    uint32_t second = s.did->v[scene_find(&s, ACT_RUN, 1)].run.run;
    s.now_us += 50 * 1000;
    const struct slot_duty duty[] = { { second, 80 }, { 0, DUTY_UNKNOWN } };
    sample.sample.slot = duty;
    sample.sample.n_slots = 2;
    scene_step(&s, &sample);
    s.now_us += 50 * 1000;
    assert_int_equal(scene_ask(&s, "detail", NULL), EXIT_DONE);
    struct span row = row_of(&s, "slot", 0);
    expect_in(row, "number", "1");
    expect_in(row, "state", "run");
    expect_in(row, "job", "alpha-1.1");
    expect_in(row, "kind", "sleep");
    expect_in(row, "duty", "80");
    uint64_t us;
    assert_true(pair_u64(row, "ran_us", 0, &us));
    assert_in_range(us, 100 * 1000, 101 * 1000);
    row = row_of(&s, "slot", 1);
    expect_in(row, "job", "alpha-1.0");
    assert_null(pair_get(row, "duty").p);
    scene_expect_pair(&s, "policy", "hybrid");
    assert_true(has_pair(&s, "up_ms") && has_pair(&s, "tags"));
    scene_free(&s);
}

static void
failures_are_kept_the_newest_first(void **state)
{
    (void)state;
    const struct submission b = { .jobs = 30, .retries = 1 };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit_as(&s, &b), EXIT_DONE);
    for (int i = 0; i < 58; i++) { /* the other slot runs on */
        struct act_run r = s.did->v[scene_find(&s, ACT_RUN, 0)].run;
        scene_end_run(&s, &r, OUTCOME_FAILED);
        if (i != 9)
            continue;
        assert_true(scene_find(&s, ACT_RUN, 0) >= 0);
        r = s.did->v[scene_find(&s, ACT_RUN, 0)].run;
        assert_int_equal(scene_ask(&s, "detail", NULL), EXIT_DONE);
        expect_in(row_of(&s, "failure", 0), "next", "retry 1/1");
        assert_null(row_of(&s, "failure", 10).p);
        scene_end_run(&s, &r, OUTCOME_FAILED);
        i++;
    }
    assert_int_equal(scene_ask(&s, "detail", "workload=1"), EXIT_DONE);
    struct span row = row_of(&s, "failure", 0);
    expect_in(row, "next", "gave up");
    expect_in(row, "node", "alpha");
    assert_non_null(row_of(&s, "failure", FAILURES_MAX - 1).p);
    assert_null(row_of(&s, "failure", FAILURES_MAX).p);
    assert_int_equal(scene_number(&s, "retried"), 29);
    assert_int_equal(scene_ask(&s, "detail", "workload=2"), EXIT_NOTFOUND);
    scene_free(&s);
}

static void
end_after(struct scene *s, uint64_t us)
{
    const struct act_run r = s->did->v[scene_find(s, ACT_RUN, 0)].run;
    struct event ev = { .kind = EV_OUTCOME };

    s->now_us += 1000;
    ev.outcome = (struct event_outcome){ .slot = r.slot, .run = r.run,
                                         .outcome = OUTCOME_DONE,
                                         .run_us = us };
    scene_step(s, &ev);
}

static void
run_times_stand_in_bins(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 100), EXIT_DONE);
    for (int i = 0; i < 80; i++)
        end_after(&s, i < 40 ? 100 * 1000 : i < 79 ? 300 * 1000 : 7000 * 1000);
    assert_int_equal(scene_ask(&s, "detail", "workload=1"), EXIT_DONE);
    assert_int_equal(scene_number(&s, "number"), 1);
    assert_int_equal(scene_number(&s, "p50_us"), 100 * 1000);
    assert_int_equal(scene_number(&s, "p95_us"), 300 * 1000);
    assert_int_equal(scene_number(&s, "p99_us"), 7000 * 1000);
    assert_int_equal(scene_number(&s, "max_us"), 7000 * 1000);
    assert_int_equal(scene_number(&s, "sum_us"), 22700 * 1000);
    expect_in(row_of(&s, "bin", 0), "to_us", "120000");
    expect_in(row_of(&s, "bin", 0), "jobs", "40");
    expect_in(row_of(&s, "bin", 1), "jobs", "0");
    expect_in(row_of(&s, "bin", 4), "to_us", "300000");
    expect_in(row_of(&s, "bin", 4), "jobs", "39");
    expect_in(row_of(&s, "bin", 18), "to_us", "8000000");
    expect_in(row_of(&s, "bin", 18), "jobs", "1");
    assert_null(row_of(&s, "bin", 19).p);
    expect_in(row_of(&s, "place", 0), "node", "alpha");
    expect_in(row_of(&s, "place", 0), "jobs", "20");
    scene_free(&s);
}

/* ---- publish ---- */

static void
state_is_published_when_asked_for_but_not_in_floods(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    s.role = ROLE_VIEW;
    assert_true(scene_until(&s, 100 * 1000, ACT_PUBLISH));
    assert_int_equal(scene_ask(&s, "publish", NULL), EXIT_DONE);
    assert_true(core_deadline_us(s.core) <= s.now_us);
    assert_true(scene_until(&s, 10 * 1000, ACT_PUBLISH));
    assert_int_equal(s.did->v[scene_find(&s, ACT_PUBLISH, 1)].send.type,
                     MSG_STATE_SLOW);
    assert_int_equal(scene_ask(&s, "publish", NULL), EXIT_DONE);
    assert_false(scene_until(&s, 100 * 1000, ACT_PUBLISH));
    assert_int_equal(scene_ask(&s, "publish", NULL), EXIT_DONE);
    assert_true(scene_until(&s, 20 * 1000, ACT_PUBLISH));
    scene_free(&s);
}

/* The n-th bin ends at `to_us` and has so many jobs. */
static void
expect_bin(const struct scene *s, unsigned n, const char *to_us,
           const char *jobs)
{
    expect_in(row_of(s, "bin", n), "to_us", to_us);
    expect_in(row_of(s, "bin", n), "jobs", jobs);
}

static void
bins_reach_from_a_microsecond_to_hours(void **state)
{
    (void)state;
    static const uint64_t us[] = { 0, 1, 3, 40, 700, 9000, 3600000000 };
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 20), EXIT_DONE);
    for (size_t i = 0; i < sizeof us / sizeof us[0]; i++)
        end_after(&s, us[i]);
    assert_int_equal(scene_ask(&s, "detail", "workload=1"), EXIT_DONE);
    expect_bin(&s, 0, "2", "2");
    expect_bin(&s, 1, "5", "1");
    expect_bin(&s, 4, "50", "1");
    expect_bin(&s, 8, "1000", "1");
    expect_bin(&s, 11, "10000", "1");
    expect_bin(&s, 28, "5000000000", "1");
    assert_null(row_of(&s, "bin", 29).p);
    scene_free(&s);
}

static void
any_run_time_has_a_bin(void **state)
{
    (void)state;
    struct scene s;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 20), EXIT_DONE);
    end_after(&s, UINT64_MAX);
    end_after(&s, UINT64_MAX / 2);
    end_after(&s, 1);
    assert_int_equal(scene_ask(&s, "detail", "workload=1"), EXIT_DONE);
    assert_null(row_of(&s, "bin", 32).p);
    struct span last = row_of(&s, "bin", 31);
    expect_in(last, "jobs", "2");
    assert_null(pair_get(last, "to_us").p);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_of_two_is_told_who_was_first),
        cmocka_unit_test(phase_and_policy_that_were_seen_count_too),
        cmocka_unit_test(what_goes_back_by_itself_was_set_by_time),
        cmocka_unit_test(every_refusal_is_told_and_names_the_value),
        cmocka_unit_test(slots_show_what_runs),
        cmocka_unit_test(failures_are_kept_the_newest_first),
        cmocka_unit_test(run_times_stand_in_bins),
        cmocka_unit_test(bins_reach_from_a_microsecond_to_hours),
        cmocka_unit_test(any_run_time_has_a_bin),
        cmocka_unit_test(state_is_published_when_asked_for_but_not_in_floods),
    };
    return cmocka_run_group_tests_name("command_detail", tests, NULL, NULL);
}
