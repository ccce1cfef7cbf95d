/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model_scene.h"

static void
takes_a_state_over(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    s.node[0].state.tags = span_str("rack=r2");
    s.node[0].state.ext_cpu_permille = 100;
    scene_state(&s, 0);
    const struct node *n = model_by_name(s.m, "alpha01");
    assert_non_null(n);
    assert_ptr_equal(n, scene_node(&s, 0));
    assert_ptr_equal(n, model_by_name(s.m, "0101") == NULL
                            ? n : model_by_name(s.m, "0101"));
    assert_int_equal(n->seen, SEEN_LIVE);
    assert_string_equal(node_state(n), "run");
    assert_string_equal(n->tags, "rack=r2");
    assert_string_equal(n->policy, "hybrid");
    assert_string_equal(s.m->cluster, "prod-a");
    assert_int_equal(n->told.queued, 100);
    assert_null(n->told.name.p);
    assert_int_equal(n->up_us, 5 * S);
    assert_float_equal(node_load(n), 40, 0.01);
    assert_int_equal(node_age_us(s.m, n), 0);
    s.now_us = S;
    scene_tick(&s);
    assert_int_equal(node_age_us(s.m, n), S);
    assert_null(model_by_name(s.m, "alpha99"));
    scene_fini(&s);
}

static void
words_the_state_of_a_node(void **state)
{
    (void)state;
    static const struct { uint8_t phase; uint32_t queued; const char *is; }
    cases[] = { { PHASE_RUN, 1, "run" }, { PHASE_RUN, 0, "idle" },
                { PHASE_START, 0, "start" }, { PHASE_PAUSE, 9, "pause" },
                { PHASE_DRAIN, 9, "drain" } };
    struct scene s;

    scene_init(&s);
    s.node[0].state.running = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        s.node[0].state.phase = cases[i].phase;
        s.node[0].state.queued = cases[i].queued;
        scene_state(&s, 0);
        assert_string_equal(node_state(scene_node(&s, 0)), cases[i].is);
    }
    scene_fini(&s);
}

/* Three periods of its own, then dead_after of its own. */
static void
silence_makes_stale_then_lost(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    s.node[1].state.interval_ms = 2000;
    s.node[1].state.dead_after_ms = 20000;
    scene_state(&s, 0);
    scene_state(&s, 1);
    const struct node *a = scene_node(&s, 0), *b = scene_node(&s, 1);
    scene_run(&s, 0, 3 * S - 1);
    assert_int_equal(a->seen, SEEN_LIVE);
    scene_run(&s, 0, 3 * S);
    assert_int_equal(a->seen, SEEN_STALE);
    assert_true(node_is_up(a) && node_is_problem(a));
    assert_int_equal(b->seen, SEEN_LIVE);
    scene_run(&s, 0, 5 * S - 1);
    assert_int_equal(a->seen, SEEN_STALE);
    scene_run(&s, 0, 5 * S);
    assert_int_equal(a->seen, SEEN_LOST);
    assert_string_equal(node_state(a), "LOST");
    scene_run(&s, 0, 6 * S);
    assert_int_equal(b->seen, SEEN_STALE);
    scene_run(&s, 0, 20 * S);
    assert_int_equal(b->seen, SEEN_LOST);
    scene_fini(&s);
}

/* The deadline is when it changes: nobody has to poll. */
static void
says_when_time_changes_something(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    assert_true(model_deadline_us(s.m) == INT64_MAX);
    scene_state(&s, 0);
    int wakes = 0;
    while (scene_node(&s, 0)->seen != SEEN_LOST) {
        int64_t at_us = model_deadline_us(s.m);
        assert_true(at_us > s.now_us && at_us <= 5 * S);
        s.now_us = at_us;
        scene_tick(&s);
        wakes++;
    }
    assert_true(wakes <= 8);
    assert_int_equal(s.now_us, 5 * S);
    scene_fini(&s);
}

/* Whether it was asked often or never: what is known is the same. */
static void
knows_the_same_however_often_it_looks(void **state)
{
    (void)state;
    struct scene s[2];

    for (int k = 0; k < 2; k++) {
        scene_init(&s[k]);
        for (int i = 0; i < 9; i++)
            scene_state(&s[k], i);
        for (int t = 1; t <= 100; t++) {
            s[k].now_us = t * 70 * MS;
            if (k == 0 || t == 100)
                scene_tick(&s[k]);
        }
        s[k].now_us = 30 * S + 1;
        scene_state(&s[k], 0);
    }
    for (int i = 0; i < 9; i++)
        assert_int_equal(scene_node(&s[0], i)->seen_us,
                         scene_node(&s[1], i)->seen_us);
    assert_memory_equal(&s[0].m->load, &s[1].m->load, sizeof s[0].m->load);
    assert_memory_equal(&s[0].m->done, &s[1].m->done, sizeof s[0].m->done);
    assert_int_equal(notes_count(s[0].m->notes), notes_count(s[1].m->notes));
    for (size_t i = 0; i < notes_count(s[0].m->notes); i++)
        assert_memory_equal(notes_at(s[0].m->notes, i),
                            notes_at(s[1].m->notes, i), sizeof(struct note));
    scene_fini(&s[0]);
    scene_fini(&s[1]);
}

static void
tells_what_happens_to_the_jobs_of_a_lost_node(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    s.node[0].state.queued = 40;
    s.node[0].state.running = 0;
    s.node[0].work[0] = (struct state_workload){
        .number = 2, .n_jobs = 16, .done = 4, .queued = 12,
        .kind = span_str("fib"), .label = span_str("probe") };
    s.node[0].n_works = 1;
    scene_state(&s, 0);
    scene_run(&s, 0, 6 * S);
    assert_int_equal(scene_notes(&s, "no state for 5 s, LOST; 28 jobs given "
                                     "back, 12 kept"), 1);
    assert_int_equal(scene_notes(&s, "stale: 3 state messages missed"), 1);
    struct totals t;
    model_totals(s.m, &t);
    assert_int_equal(t.lost, 1);
    assert_int_equal(t.kept, 12);
    assert_int_equal(t.pending, 12);
    s.now_us = 52 * S;
    scene_state(&s, 0);
    assert_int_equal(scene_node(&s, 0)->seen, SEEN_LIVE);
    assert_int_equal(scene_notes(&s, "back again after 52"), 1);
    scene_fini(&s);
}

/* Above the bound it is one message, below it one each. */
static void
many_that_go_stale_at_once_are_one_message(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    for (int i = 0; i < 20; i++)
        scene_state(&s, i);
    scene_run(&s, 12, 10 * S);      /* 8 of 20 fall silent */
    assert_int_equal(scene_notes(&s, "8 of 20 nodes went stale within 2 s"),
                     1);
    assert_int_equal(scene_notes(&s, "stale: 3"), 0);
    assert_int_equal(scene_notes(&s, "LOST"), 0);
    for (int i = 12; i < 20; i++) {
        assert_int_equal(scene_node(&s, i)->seen, SEEN_LOST);
        scene_state(&s, i);
    }
    assert_int_equal(scene_notes(&s, "back again"), 1);
    scene_run(&s, 18, 20 * S);      /* then 2 of 20 */
    assert_int_equal(scene_notes(&s, "stale: 3"), 2);
    assert_int_equal(scene_notes(&s, "LOST"), 2);
    scene_fini(&s);
}

static void
slow_topic_has_longer_limits(void **state)
{
    (void)state;
    struct scene s;
    struct msg m = { .type = MSG_STATE_SLOW };

    scene_init(&s);
    scene_state(&s, 0);
    m.state = s.node[0].state;
    m.state.name = span_str("alpha01");
    scene_say(&s, 0, IN_STATE, &m, NULL);
    const struct node *n = scene_node(&s, 0);
    scene_run(&s, 0, 15 * S - 1);
    assert_int_equal(n->seen, SEEN_LIVE);
    scene_run(&s, 0, 15 * S);
    assert_int_equal(n->seen, SEEN_STALE);
    scene_run(&s, 0, 20 * S - 1);
    assert_int_equal(n->seen, SEEN_STALE);
    scene_run(&s, 0, 20 * S);
    assert_int_equal(n->seen, SEEN_LOST);
    scene_fini(&s);
}

/* Its counters begin anew: no rate comes of that. */
static void
sees_a_restart(void **state)
{
    (void)state;
    struct scene s;
    struct actor *a = &s.node[0];

    scene_init(&s);
    for (int i = 0; i < 10; i++, s.now_us += S, a->state.done += 10)
        scene_state(&s, 0);
    const struct node *n = scene_node(&s, 0);
    assert_float_equal(n->done_s, 10, 0.5);
    a->incarnation = 8;
    a->seq = 0;
    a->state.done = 0;
    scene_state(&s, 0);
    assert_int_equal(scene_notes(&s, "restarted: incarnation 8 (was 7)"), 1);
    assert_int_equal(n->incarnation, 8);
    assert_true(n->done_s < 0);
    a->incarnation = 9;     /* now they are higher than before */
    a->state.done = 100000;
    s.now_us += S;
    scene_state(&s, 0);
    assert_true(n->done_s < 0);
    a->incarnation = 7;     /* a message of before that came late */
    a->state.queued = 12345;
    scene_state(&s, 0);
    assert_int_equal(n->told.queued, 100);
    assert_int_equal(n->incarnation, 9);
    scene_fini(&s);
}

static void
smooths_rates_from_counters(void **state)
{
    (void)state;
    struct scene s;
    struct state *a = &s.node[0].state;

    scene_init(&s);
    s.node[0].n_works = 1;
    s.node[0].work[0] = (struct state_workload){ .number = 1,
                                                 .n_jobs = 100000 };
    scene_state(&s, 0);
    const struct node *n = scene_node(&s, 0);
    assert_true(n->done_s < 0);
    for (int i = 0; i < 200; i++) {
        s.now_us += i % 2 == 0 ? 100 * MS : 900 * MS;
        a->done += i % 2 == 0 ? 2 : 18;
        a->sent_jobs += i % 2 == 0 ? 1 : 9;
        s.node[0].work[0].done += i % 2 == 0 ? 2 : 18;
        scene_state(&s, 0);
    }
    assert_float_equal(n->done_s, 20, 0.5);
    assert_float_equal(n->out_s, 10, 0.5);
    assert_float_equal(n->in_s, 0, 0.01);
    assert_float_equal(n->work[0].rate, 20, 0.5);
    assert_true(work_eta_us(&n->work[0]) / S > 4500 &&
                work_eta_us(&n->work[0]) / S < 5500);
    scene_fini(&s);
}

/* Eight slots that all end a job of 10 s at about the same time. */
static void
tells_when_long_jobs_will_be_done(void **state)
{
    (void)state;
    struct scene s;
    struct state_workload *w;

    scene_init(&s);
    s.node[0].n_works = 1;
    w = &s.node[0].work[0];
    *w = (struct state_workload){ .number = 1, .n_jobs = 1000 };
    for (int i = 0; i < 200; i++) {
        if (i > 0 && i % 10 == 0)
            w->done += 8;
        scene_state(&s, 0);
        s.now_us += S;
        double left = (1000 - w->done) / 0.8;
        int64_t us = work_eta_us(&scene_node(&s, 0)->work[0]);
        double told = (double)us / 1e6;
        if (i > 30)
            assert_true(told > left * 0.6 && told < left * 1.6);
    }
    scene_fini(&s);
}

static void
keeps_workloads_newest_first(void **state)
{
    (void)state;
    struct scene s;
    struct actor *a = &s.node[0];
    char name[140];

    scene_init(&s);
    a->n_works = 4;
    for (uint32_t i = 0; i < 4; i++)
        a->work[i] = (struct state_workload){ .number = i == 0 ? 9 : i,
                                              .n_jobs = 10 };
    a->work[0].held = 1;
    a->work[1].ended = 1;
    a->work[1].done = 10;
    a->work[1].ended_age_us = 1;
    a->work[2].ended = 1;
    a->work[2].failed = 1;
    a->work[2].label = span_str("etl");
    scene_state(&s, 0);
    const struct node *n = scene_node(&s, 0);
    assert_int_equal(n->n_works, 4);
    assert_int_equal(n->work[0].number, 9);
    assert_int_equal(n->work[3].number, 1);
    assert_string_equal(work_state(&n->work[0]), "held");
    assert_string_equal(work_state(&n->work[1]), "run");
    assert_string_equal(work_state(&n->work[2]), "failed");
    assert_string_equal(work_state(&n->work[3]), "done");
    assert_int_equal(work_eta_us(&n->work[3]), 0);
    assert_int_equal(work_eta_us(&n->work[1]), -1);
    work_name(n, &n->work[2], name);
    assert_string_equal(name, "etl-2");
    work_name(n, &n->work[0], name);
    assert_string_equal(name, "alpha01-9");
    scene_fini(&s);
}

static void
warns_once_of_two_nodes_with_one_name(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    strcpy(s.node[1].name, "alpha01");
    scene_run(&s, 3, 5 * S);
    assert_true(scene_node(&s, 0)->doubled && scene_node(&s, 1)->doubled);
    assert_false(scene_node(&s, 2)->doubled);
    assert_int_equal(scene_notes(&s, "two nodes are called alpha01"), 1);
    assert_null(model_by_name(s.m, "alpha01"));
    strcpy(s.node[1].name, "beta");
    scene_state(&s, 1);
    assert_false(scene_node(&s, 0)->doubled);
    assert_ptr_equal(model_by_name(s.m, "alpha01"), scene_node(&s, 0));
    assert_ptr_equal(model_by_name(s.m, "beta"), scene_node(&s, 1));
    scene_fini(&s);
}

static void
a_bye_makes_it_gone_until_it_speaks_again(void **state)
{
    (void)state;
    struct scene s;
    struct msg bye = { .type = MSG_BYE };

    scene_init(&s);
    scene_state(&s, 0);
    scene_say(&s, 0, IN_STATE, &bye, NULL);
    assert_int_equal(scene_node(&s, 0)->seen, SEEN_GONE);
    assert_int_equal(scene_notes(&s, "has left"), 1);
    scene_run(&s, 0, 30 * S);
    assert_int_equal(scene_node(&s, 0)->seen, SEEN_GONE);
    s.node[0].incarnation = 8;
    scene_state(&s, 0);
    assert_int_equal(scene_node(&s, 0)->seen, SEEN_LIVE);
    scene_fini(&s);
}

static void
adds_up(void **state)
{
    (void)state;
    struct scene s;
    struct totals t;

    scene_init(&s);
    s.node[0].n_works = 2;
    s.node[0].work[0] = (struct state_workload){
        .number = 2, .n_jobs = 1000, .done = 590, .failed = 10,
        .queued = 300, .running = 20 };
    s.node[0].work[1] = (struct state_workload){    /* long ago */
        .number = 1, .n_jobs = 500, .done = 500, .ended = 1,
        .ended_age_us = UINT64_C(4000) * S };
    for (int i = 0; i < 3; i++)
        s.node[i].state.cpu_permille = (uint16_t)(100 + 300 * i);
    s.node[2].state.policy = span_str("symmetric");
    s.node[2].state.throttle_percent = 20;
    s.node[2].state.slots = 16;
    for (int i = 0; i < 3; i++)
        scene_state(&s, i);
    model_totals(s.m, &t);
    assert_true(t.nodes == 3 && t.up == 3);
    assert_true(t.by_jobs);     /* not the runs of the nodes */
    assert_true(t.done == 590 + 500 && t.failed == 10);
    assert_true(t.running == 12 && t.pending == 300 && t.jobs == 1000);
    assert_float_equal(t.done_part, 0.59, 0.001);
    assert_int_equal(t.in_flight, 320 - 312);
    assert_float_equal(t.load, 40, 0.01);
    assert_true(t.load_min > 9.99 && t.load_min < 10.01);
    assert_true(t.load_max > 69.9 && t.load_max < 70.1);
    assert_string_equal(t.busiest, "alpha03");
    assert_float_equal(t.throttle, 50, 0.01);
    assert_string_equal(t.policy, "hybrid 2 / symm 1");
    assert_true(t.eta_us == -1);
    scene_node(&s, 1)->direct_us = -1;  /* told by the way in alone */
    model_totals(s.m, &t);
    assert_true(!t.by_jobs && t.done == 3000);
    scene_node(&s, 2)->hidden = true;
    model_totals(s.m, &t);
    assert_int_equal(t.nodes, 2);
    assert_string_equal(t.policy, "hybrid");
    scene_fini(&s);
}

static void
nothing_known_adds_up_to_nothing_known(void **state)
{
    (void)state;
    struct scene s;
    struct totals t;

    scene_init(&s);
    model_totals(s.m, &t);
    assert_int_equal(t.nodes, 0);
    assert_true(t.load < 0 && t.throttle < 0 && t.done_part < 0);
    assert_string_equal(t.policy, "");
    assert_null(model_by_name(s.m, ""));
    scene_fini(&s);
}

static void
keeps_history(void **state)
{
    (void)state;
    struct scene s;
    float v[4];

    scene_init(&s);
    scene_run(&s, 2, 10 * S);
    ring_seconds(&scene_node(&s, 0)->queue, s.now_us, v, 4);
    assert_float_equal(v[3], 100, 0.1);
    ring_seconds(&s.m->load, s.now_us, v, 4);
    assert_float_equal(v[2], 50, 0.1);
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_state_over),
        cmocka_unit_test(words_the_state_of_a_node),
        cmocka_unit_test(silence_makes_stale_then_lost),
        cmocka_unit_test(says_when_time_changes_something),
        cmocka_unit_test(knows_the_same_however_often_it_looks),
        cmocka_unit_test(tells_what_happens_to_the_jobs_of_a_lost_node),
        cmocka_unit_test(many_that_go_stale_at_once_are_one_message),
        cmocka_unit_test(slow_topic_has_longer_limits),
        cmocka_unit_test(sees_a_restart),
        cmocka_unit_test(smooths_rates_from_counters),
        cmocka_unit_test(tells_when_long_jobs_will_be_done),
        cmocka_unit_test(keeps_workloads_newest_first),
        cmocka_unit_test(warns_once_of_two_nodes_with_one_name),
        cmocka_unit_test(a_bye_makes_it_gone_until_it_speaks_again),
        cmocka_unit_test(adds_up),
        cmocka_unit_test(nothing_known_adds_up_to_nothing_known),
        cmocka_unit_test(keeps_history),
    };
    return cmocka_run_group_tests_name("tui_model", tests, NULL, NULL);
}
