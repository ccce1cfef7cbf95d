/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/command_scene.h"

/* The next STATE within `us`; its body lives until the next step. */
static bool
next_state(struct scene *s, int64_t us, struct state *out)
{
    struct msg m;
    if (!scene_until(s, us, ACT_PUBLISH))
        return false;
    const struct action *a = &s->did->v[scene_find(s, ACT_PUBLISH, 0)];
    assert_int_equal(a->send.type, MSG_STATE);
    assert_int_equal(msg_decode(MSG_STATE, a->send.body, &m), 0);
    *out = m.state;
    return true;
}

static void
state_comes_each_interval_give_or_take_a_tenth(void **state)
{
    (void)state;
    struct scene s;
    struct state st;
    bool differ = false;
    int64_t last_us = 0;
    scene_new(&s);
    assert_true(next_state(&s, 100 * 1000, &st));
    for (int i = 0; i < 20; i++) {
        int64_t from_us = s.now_us;
        assert_true(next_state(&s, 2000 * 1000, &st));
        int64_t gap_us = s.now_us - from_us;
        assert_in_range(gap_us, 900 * 1000, 1110 * 1000);
        differ |= i > 0 && gap_us != last_us;
        last_us = gap_us;
    }
    assert_true(differ);
    scene_free(&s);
}

/* Consoles far off hear a node every 5 s: what the others hear then. */
static void
slow_state_stands_beside_every_fifth(void **state)
{
    (void)state;
    struct scene s;
    struct state st;
    int64_t last_us = -1;
    int n = 0;
    scene_new(&s);
    while (n < 4) {
        assert_true(next_state(&s, 2000 * 1000, &st));
        int at = scene_find(&s, ACT_PUBLISH, 1);
        if (at < 0)
            continue;
        const struct action *fast =
            &s.did->v[scene_find(&s, ACT_PUBLISH, 0)];
        const struct action *slow = &s.did->v[at];
        assert_int_equal(slow->send.type, MSG_STATE_SLOW);
        assert_int_equal(slow->send.body.len, fast->send.body.len);
        assert_memory_equal(slow->send.body.p, fast->send.body.p,
                            fast->send.body.len);
        if (last_us >= 0)
            assert_in_range(s.now_us - last_us, 5000 * 1000, 6110 * 1000);
        last_us = s.now_us;
        n++;
    }
    scene_free(&s);
}

static void
change_is_told_soon_but_not_in_bursts(void **state)
{
    (void)state;
    struct scene s;
    struct state st;
    scene_new(&s);
    assert_true(next_state(&s, 100 * 1000, &st));
    assert_int_equal(st.throttle_percent, 100);
    assert_int_equal(scene_ask(&s, "throttle", "value=50"), 0);
    assert_false(next_state(&s, 40 * 1000, &st));
    assert_true(next_state(&s, 20 * 1000, &st));
    assert_int_equal(st.throttle_percent, 50);
    assert_false(next_state(&s, 500 * 1000, &st));
    scene_free(&s);
}

static void
load_is_what_waits_and_the_rest_of_what_runs(void **state)
{
    (void)state;
    struct scene s;
    struct state st;
    scene_new(&s);
    assert_int_equal(scene_submit(&s, 6), EXIT_DONE);
    assert_true(next_state(&s, 100 * 1000, &st));
    assert_int_equal(st.queued, 4);
    assert_int_equal(st.running, 2);
    assert_int_equal(st.queued_cost, 4 * 1000 * 1000);
    assert_in_range(st.w, 5900 * 1000, 6000 * 1000);
    assert_in_range(st.slot_rate, 950 * 1000, 1050 * 1000);
    assert_int_equal(st.rate, 2 * st.slot_rate);
    assert_in_range(st.drain_us, 2800 * 1000, 3200 * 1000);
    assert_in_range(st.tail_us, 900 * 1000, 1100 * 1000);
    assert_int_equal(st.room, s.config.queue_max_jobs - 4);
    assert_int_equal(st.accepted, 6);
    /* long after: those that wait take no less than those that run, and a
     * quarter of each run is left at least */
    assert_false(scene_until(&s, 5000 * 1000, ACT_RUN));
    assert_true(next_state(&s, 2000 * 1000, &st));
    uint64_t ran_us = (uint64_t)s.now_us - 1000 * 1000;
    assert_in_range(st.w, ran_us * 4, ran_us * 5);
    assert_in_range(st.queued_cost, ran_us * 4 - 100 * 1000, ran_us * 4);
    assert_true(st.busy_units >= st.done_cost);
    assert_int_equal(scene_ask(&s, "pause", NULL), 0);
    assert_true(next_state(&s, 100 * 1000, &st));
    assert_int_equal(st.phase, PHASE_PAUSE);
    assert_int_equal(st.room, 0);
    scene_free(&s);
}

static void
half_the_throttle_is_half_the_speed(void **state)
{
    (void)state;
    struct scene s;
    struct state full, half;
    struct event sample = { .kind = EV_SAMPLE };
    scene_new(&s);
    assert_true(next_state(&s, 100 * 1000, &full));
    assert_int_equal(scene_ask(&s, "throttle", "value=50"), 0);
    assert_true(next_state(&s, 100 * 1000, &half));
    assert_int_equal(half.slot_rate, full.slot_rate / 2);
    sample.sample.ext_cpu_permille = 500;
    sample.sample.n_cpus = s.config.slots;
    scene_step(&s, &sample);
    assert_true(next_state(&s, 2000 * 1000, &half));
    assert_int_equal(half.slot_rate, full.slot_rate / 4);
    assert_int_equal(half.drain_us, 0);
    scene_free(&s);
}

static void
open_workloads_stand_before_ended_ones(void **state)
{
    (void)state;
    struct scene s;
    struct state st;
    struct state_workload w;
    size_t at = 0;
    scene_new(&s);
    for (uint32_t i = 0; i < STATE_WORKLOADS_MAX + 10; i++)
        assert_int_equal(scene_submit(&s, i == 2 || i == 5), EXIT_DONE);
    assert_true(next_state(&s, 1000 * 1000, &st));
    assert_int_equal(st.n_workloads, STATE_WORKLOADS_MAX);
    assert_true(state_workload_next(&st, &at, &w));
    assert_int_equal(w.number, 6);
    assert_int_equal(w.ended, 0);
    assert_int_equal(w.running, 1);
    assert_true(state_workload_next(&st, &at, &w));
    assert_int_equal(w.number, 3);
    assert_true(state_workload_next(&st, &at, &w));
    assert_int_equal(w.number, STATE_WORKLOADS_MAX + 10);
    assert_int_equal(w.ended, 1);
    assert_true(w.ended_age_us > 0);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_comes_each_interval_give_or_take_a_tenth),
        cmocka_unit_test(slow_state_stands_beside_every_fifth),
        cmocka_unit_test(change_is_told_soon_but_not_in_bursts),
        cmocka_unit_test(load_is_what_waits_and_the_rest_of_what_runs),
        cmocka_unit_test(half_the_throttle_is_half_the_speed),
        cmocka_unit_test(open_workloads_stand_before_ended_ones),
    };
    return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
