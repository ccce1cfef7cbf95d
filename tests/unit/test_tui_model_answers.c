/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model_scene.h"

/* ---- members ---- */

static void
learns_members_from_the_way_in(void **state)
{
    (void)state;
    static const struct scene_row rows[] = {
        { 0, 1 }, { 400 * MS, 2 }, { 4 * S, 3 }, { 47 * S, 4 }, { 9 * S, 5 }
    };
    static const char *const seen[] = { "run", "run", "stale", "LOST", "ver" };
    struct scene s;

    scene_init(&s);
    s.now_us = 100 * S;
    s.node[4].state.version = span_str("protocol 2");
    scene_nodes(&s, 0, 5, rows);
    for (int i = 0; i < 5; i++) {
        const struct node *n = scene_node(&s, i);
        assert_string_equal(node_state(n), seen[i]);
        assert_int_equal(node_age_us(s.m, n), rows[i].age_us);
        assert_true(n->by_way_in);
        assert_int_equal(n->rtt_us, 2000);
        assert_int_equal(n->way_in_life, rows[i].life);
    }
    assert_int_equal(scene_node(&s, 4)->protocol, 2);
    assert_string_equal(s.m->way_in, "alpha01");
    scene_state(&s, 1);
    assert_false(scene_node(&s, 1)->by_way_in);
    assert_int_equal(node_age_us(s.m, scene_node(&s, 1)), 0);
    scene_fini(&s);
}

/* No path from here: stale as long as the way in hears it, then lost. */
static void
a_node_that_peers_hear_is_stale_not_lost(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 300 * MS, 2 } };
    struct scene s;

    scene_init(&s);
    scene_nodes(&s, 0, 2, rows);
    scene_state(&s, 1);
    for (int i = 1; i <= 5; i++) {
        scene_run(&s, 1, i * 10 * S);
        assert_int_equal(scene_node(&s, 1)->seen, SEEN_STALE);
        s.node[1].state.queued = (uint32_t)i;
        scene_nodes(&s, 0, 2, rows);
        assert_int_equal(scene_node(&s, 1)->seen, SEEN_STALE);
        assert_int_equal(scene_node(&s, 1)->told.queued, i);
        assert_true(scene_node(&s, 1)->by_way_in);
    }
    scene_run(&s, 1, 64 * S);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_STALE);
    scene_run(&s, 1, 66 * S);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LOST);
    scene_nodes(&s, 0, 2, rows);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_STALE);
    scene_state(&s, 1);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
    scene_fini(&s);
}

static void
its_own_word_counts_more_than_the_way_ins(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 0, 4 } };
    struct scene s;

    scene_init(&s);
    scene_run(&s, 2, 2 * S);
    s.node[1].state.queued = 7777;
    scene_nodes(&s, 0, 2, rows);
    assert_int_equal(scene_node(&s, 1)->told.queued, 100);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
    assert_false(scene_node(&s, 1)->by_way_in);
    scene_fini(&s);
}

/* The way in hears of it first: what it then says itself counts from 1 again,
 * and is not old. */
static void
a_node_that_started_again_is_back(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 0, 2 } };

    for (int leaves = 0; leaves <= 1; leaves++) {
        struct scene s;
        scene_init(&s);
        scene_run(&s, 2, 20 * S);
        struct msg bye = { .type = MSG_BYE };
        if (leaves)
            scene_say(&s, 1, IN_STATE, &bye, NULL);
        scene_run(&s, 1, 40 * S);
        assert_int_equal(scene_node(&s, 1)->seen,
                         leaves ? SEEN_GONE : SEEN_LOST);
        s.node[1].incarnation++;
        s.node[1].seq = 0;
        scene_nodes(&s, 0, 2, rows);
        /* Nothing of its new life is late. */
        assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
        assert_true(scene_node(&s, 1)->by_way_in);
        s.node[1].seq = 0;
        scene_state(&s, 1);
        assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
        assert_int_equal(scene_notes(&s, "back again"), 0);
        assert_int_equal(scene_notes(&s, "restarted: was down for 20s, "
                                         "incarnation 8 (was 7)"), 1);
        scene_fini(&s);
    }
}

/* On the slow topic a node may be silent for long; the way in knows sooner. */
static void
the_way_in_says_of_a_slow_node_that_it_is_lost(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 6 * S, 4 } };
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    scene_state(&s, 1);
    scene_node(&s, 1)->slow_us = 0;
    scene_run(&s, 1, 7 * S);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
    scene_nodes(&s, 0, 2, rows);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LOST);
    assert_int_equal(scene_notes(&s, "LOST"), 1);
    scene_fini(&s);
}

static void
greets_when_all_members_have_spoken(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 0, 2 }, { 0, 2 } };
    struct scene s;

    scene_init(&s);
    s.now_us = 200 * MS;
    scene_nodes(&s, 0, 3, rows);
    scene_state(&s, 0);
    scene_state(&s, 1);
    assert_int_equal(scene_notes(&s, "connected"), 0);
    s.now_us = 800 * MS;
    scene_state(&s, 2);
    assert_int_equal(scene_notes(&s, "connected to 3 of 3 nodes in 800ms"), 1);
    scene_state(&s, 3);
    assert_int_equal(scene_notes(&s, "joined: 8 slots"), 1);
    scene_fini(&s);
}

static void
greets_in_the_end_when_some_are_silent(void **state)
{
    (void)state;
    static const struct scene_row rows[] = { { 0, 1 }, { 0, 2 }, { 0, 2 } };
    struct scene s;

    scene_init(&s);
    scene_nodes(&s, 0, 3, rows);
    scene_run(&s, 2, 6 * S);
    assert_int_equal(scene_notes(&s, "connected to 2 of 3 nodes"), 1);
    scene_fini(&s);
}

/* ---- way in ---- */

static void
tells_what_was_tried_and_another_way_in(void **state)
{
    (void)state;
    static const struct scene_row self[] = { { 0, 2 }, { 0, 1 } };
    static const struct scene_row first[] = { { 0, 1 }, { 0, 2 } };
    struct scene s;

    scene_init(&s);
    scene_link(&s, LINK_TRYING, "ipc:///a", "");
    scene_link(&s, LINK_FAILED, "ipc:///a", "no such file");
    scene_link(&s, LINK_TRYING, "ipc:///b", "");
    scene_link(&s, LINK_TRYING, "ipc:///a", "");
    assert_int_equal(s.m->n_tries, 2);
    assert_string_equal(s.m->tries[0].why, "no such file");
    assert_string_equal(s.m->tries[1].why, "");
    for (int i = 0; i < 20; i++) {
        char where[32];
        snprintf(where, sizeof where, "h%d", i);
        scene_link(&s, LINK_FAILED, where, "time-out");
    }
    assert_int_equal(s.m->n_tries, TRIES_MAX);
    assert_string_equal(s.m->tries[TRIES_MAX - 1].where, "h19");
    scene_link(&s, LINK_UP, "ipc:///a", "");
    assert_string_equal(s.m->way_in_where, "ipc:///a");
    scene_nodes(&s, 0, 2, first);
    assert_string_equal(s.m->way_in, "alpha01");
    scene_link(&s, LINK_DOWN, "ipc:///a", "");
    assert_string_equal(s.m->way_in, "");
    scene_link(&s, LINK_UP, "b:8490", "");
    scene_nodes(&s, 1, 2, self);
    assert_string_equal(s.m->way_in, "alpha02");
    assert_int_equal(scene_notes(&s, "way in alpha01 closed; now through "
                                     "alpha02"), 1);
    scene_fini(&s);
}

static void
hello_names_the_way_in(void **state)
{
    (void)state;
    const struct question q = { .id = 1, .op = "hello" };
    struct msg m = { .type = MSG_REPLY };
    struct buf pairs = { 0 };
    struct scene s;

    scene_init(&s);
    pair_add(&pairs, "name", span_str("alpha01"));
    pair_add(&pairs, "cluster", span_str("prod-b"));
    m.reply.pairs = buf_span(&pairs);
    scene_say(&s, 0, IN_ANSWER, &m, NULL);  /* not the model's */
    assert_string_equal(s.m->way_in, "");
    scene_say(&s, 0, IN_ANSWER, &m, &q);
    assert_string_equal(s.m->way_in, "alpha01");
    assert_string_equal(s.m->cluster, "prod-b");
    buf_fini(&pairs);
    scene_fini(&s);
}

/* ---- detail ---- */

static void
row(struct buf *rows, const char *const *pairs)
{
    struct buf b = { 0 };

    for (; *pairs != NULL; pairs += 2)
        pair_add(&b, pairs[0], span_str(pairs[1]));
    row_add(rows, buf_span(&b));
    buf_fini(&b);
}

static void
reads_the_detail_of_a_node(void **state)
{
    (void)state;
    struct msg m = { .type = MSG_REPLY };
    struct buf rows = { 0 };
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    scene_state(&s, 1);
    row(&rows, (const char *const[]){ "row", "slot", "number", "1", "state",
        "run", "job", "a-7.1", "kind", "fib", "ran_us", "310000", "duty",
        "80", NULL });
    row(&rows, (const char *const[]){ "row", "slot", "number", "2", "state",
        "free", NULL });
    row(&rows, (const char *const[]){ "row", "peer", "name", "gamma02", "sent",
        "212", "received", "0", "refused", "3", "bytes", "1900000", "ack_us",
        "12000", NULL });
    row(&rows, (const char *const[]){ "row", "failure", "job", "a-7.3", "node",
        "beta04", "what", "exit 1", "next", "retry 2/3", "run_us", "510000",
        "age_us", "x", NULL });
    row(&rows, (const char *const[]){ "another", "1", NULL });
    m.reply.rows = buf_span(&rows);
    struct question q = { .op = "detail", .to = s.node[0].state.id };
    scene_say(&s, 0, IN_ANSWER, &m, &q);
    const struct detail *d = &scene_node(&s, 0)->detail;
    assert_int_equal(d->at_us, s.now_us);
    assert_int_equal(d->n_slots, 2);
    assert_string_equal(d->slot[0].job, "a-7.1");
    assert_int_equal(d->slot[0].duty_percent, 80);
    assert_int_equal(d->slot[1].ran_us, -1);
    assert_int_equal(d->slot[1].duty_percent, -1);
    assert_int_equal(d->n_peers, 1);
    assert_int_equal(d->peer[0].sent, 212);
    assert_int_equal(d->n_failures, 1);
    assert_string_equal(d->failure[0].next, "retry 2/3");
    assert_int_equal(d->failure[0].at_us, s.now_us);
    q.to = s.node[1].state.id;
    scene_say(&s, 1, IN_ANSWER, &m, &q);    /* only one is kept */
    assert_int_equal(d->at_us, -1);
    assert_null(d->slot);
    assert_int_equal(scene_node(&s, 1)->detail.n_slots, 2);
    m.reply.status = 66;
    s.now_us += S;
    scene_say(&s, 1, IN_ANSWER, &m, &q);
    assert_int_equal(scene_node(&s, 1)->detail.at_us, 0);
    buf_fini(&rows);
    scene_fini(&s);
}

static void
reads_the_detail_of_a_workload(void **state)
{
    (void)state;
    struct msg m = { .type = MSG_REPLY };
    struct buf rows = { 0 }, pairs = { 0 }, asked = { 0 };
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    for (int i = 0; i < BINS_MAX + 4; i++)
        row(&rows, (const char *const[]){ "row", "bin", "to_us", "100000",
                                          "jobs", "12", NULL });
    row(&rows, (const char *const[]){ "row", "place", "node", "beta04", "jobs",
                                      "9", NULL });
    row(&rows, (const char *const[]){ "row", "failure", "job", "a-7.3", NULL });
    pair_add_u64(&pairs, "away", 44);
    pair_add_u64(&pairs, "p95_us", 1400000);
    pair_add_u64(&asked, "workload", 7);
    m.reply.rows = buf_span(&rows);
    m.reply.pairs = buf_span(&pairs);
    struct question q = { .op = "detail", .to = s.node[0].state.id,
                          .pairs = buf_span(&asked) };
    scene_say(&s, 0, IN_ANSWER, &m, &q);
    scene_say(&s, 0, IN_ANSWER, &m, &q);
    const struct work_detail *w = &s.m->work;
    assert_int_equal(w->number, 7);
    assert_int_equal(w->away, 44);
    assert_int_equal(w->p95_us, 1400000);
    assert_int_equal(w->p50_us, -1);
    assert_int_equal(w->n_bins, BINS_MAX);
    assert_int_equal(w->bin[0].jobs, 12);
    assert_int_equal(w->n_places, 1);
    assert_string_equal(w->place[0].node, "beta04");
    assert_int_equal(w->n_failures, 1);
    assert_int_equal(scene_node(&s, 0)->detail.at_us, -1);
    buf_fini(&rows);
    buf_fini(&pairs);
    buf_fini(&asked);
    scene_fini(&s);
}

/* One failure, so long ago. */
static void
say_failure(struct scene *s, const char *next, const char *age_us)
{
    struct msg m = { .type = MSG_REPLY };
    struct buf rows = { 0 };

    row(&rows, (const char *const[]){ "row", "slot", "number", "1", "state",
        "free", NULL });
    row(&rows, (const char *const[]){ "row", "failure", "job", "a-7.3", "node",
        "beta04", "what", "exit 1", "next", next, "age_us", age_us, NULL });
    m.reply.rows = buf_span(&rows);
    struct question q = { .op = "detail", .to = s->node[0].state.id };
    scene_say(s, 0, IN_ANSWER, &m, &q);
    buf_fini(&rows);
}

static void
a_failure_stays_where_it_was_in_time(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    s.now_us = 60 * S;
    scene_state(&s, 0);
    const struct detail *d = &scene_node(&s, 0)->detail;
    say_failure(&s, "retry 2/3", "10000000");
    assert_int_equal(d->failure[0].at_us, 50 * S);
    s.now_us += 2 * S;
    say_failure(&s, "retry 2/3", "11900000");   /* 50.1 s */
    assert_int_equal(d->failure[0].at_us, 50 * S);
    s.now_us += 5 * S;          /* nothing is asked meanwhile */
    assert_int_equal(d->failure[0].at_us, 50 * S);
    say_failure(&s, "retry 3/3", "16900000");   /* another one: the next try */
    assert_int_equal(d->failure[0].at_us, 50 * S + 100 * MS);
    scene_fini(&s);
}

static void
a_detail_is_of_one_incarnation(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    const struct node *n = scene_node(&s, 0);
    assert_int_equal(node_detail_age_us(s.m, n), -1);
    say_failure(&s, "retry 2/3", "0");
    assert_int_equal(node_detail_age_us(s.m, n), 0);
    s.now_us += 4 * S;
    scene_state(&s, 0);
    assert_int_equal(node_detail_age_us(s.m, n), 4 * S);
    s.node[0].incarnation++;
    scene_state(&s, 0);
    assert_int_equal(node_detail_age_us(s.m, n), -1);
    assert_int_equal(n->detail.n_slots, 0);
    s.node[0].incarnation--;
    say_failure(&s, "retry 2/3", "0");          /* on its way since before */
    assert_int_equal(node_detail_age_us(s.m, n), -1);
    s.node[0].incarnation++;
    say_failure(&s, "retry 2/3", "0");
    assert_int_equal(node_detail_age_us(s.m, n), 0);
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_members_from_the_way_in),
        cmocka_unit_test(a_node_that_peers_hear_is_stale_not_lost),
        cmocka_unit_test(a_node_that_started_again_is_back),
        cmocka_unit_test(its_own_word_counts_more_than_the_way_ins),
        cmocka_unit_test(the_way_in_says_of_a_slow_node_that_it_is_lost),
        cmocka_unit_test(greets_when_all_members_have_spoken),
        cmocka_unit_test(greets_in_the_end_when_some_are_silent),
        cmocka_unit_test(tells_what_was_tried_and_another_way_in),
        cmocka_unit_test(hello_names_the_way_in),
        cmocka_unit_test(reads_the_detail_of_a_node),
        cmocka_unit_test(reads_the_detail_of_a_workload),
        cmocka_unit_test(a_failure_stays_where_it_was_in_time),
        cmocka_unit_test(a_detail_is_of_one_incarnation),
    };
    return cmocka_run_group_tests_name("tui_model_answers", tests, NULL,
                                       NULL);
}
