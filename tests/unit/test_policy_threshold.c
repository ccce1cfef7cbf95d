/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/policy.h"

static const struct policy_config config = {
    .name = POLICY_SENDER, .amount = AMOUNT_HALF, .difference = 30,
    .bootstrap = true,
};

static uint32_t
sender(enum amount amount, uint32_t max, uint32_t q, uint32_t peer_q)
{
    struct policy_config k = config;

    k.amount = amount;
    k.queue_max = max;
    return policy_sender_amount(&k, q, peer_q);
}

static void
sender_moves_by_the_table(void **state)
{
    static const struct {
        uint32_t q, peer_q, half, min, half_queue, literal, gated;
    } row[] = {
        { 30, 0, 0, 0, 0, 0, 0 },
        { 31, 0, 15, 15, 15, 31, 0 },
        { 100, 70, 0, 0, 0, 0, 0 },
        { 100, 0, 50, 50, 50, 100, 0 },
        { 101, 0, 50, 50, 50, 101, 50 },
        { 101, 99, 0, 0, 0, 0, 0 },
        { 150, 20, 65, 75, 75, 130, 65 },
        { 200, 99, 50, 100, 100, 101, 50 },
        { 200, 100, 50, 100, 100, 100, 0 },
        { 0, 500, 0, 0, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint32_t a = row[i].q, b = row[i].peer_q;
        assert_int_equal(sender(AMOUNT_HALF, 0, a, b), row[i].half);
        assert_int_equal(sender(AMOUNT_MIN, 0, a, b), row[i].min);
        assert_int_equal(sender(AMOUNT_HALF_QUEUE, 0, a, b),
                         row[i].half_queue);
        assert_int_equal(sender(AMOUNT_LITERAL, 0, a, b), row[i].literal);
        assert_int_equal(sender(AMOUNT_HALF, 100, a, b), row[i].gated);
    }
}

static void
receiver_asks_by_the_table(void **state)
{
    static const struct {
        uint32_t peer_q, q, half, gated;
    } row[] = {
        { 30, 0, 0, 0 },    { 31, 0, 15, 0 },    { 50, 0, 25, 0 },
        { 51, 0, 25, 25 },  { 51, 49, 0, 0 },    { 80, 49, 15, 15 },
        { 200, 50, 75, 0 }, { 200, 49, 75, 75 }, { 500, 0, 250, 250 },
        { 0, 500, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct policy_config k = config;
        assert_int_equal(policy_receiver_amount(&k, row[i].peer_q, row[i].q),
                         row[i].half);
        k.queue_min = 50;
        assert_int_equal(policy_receiver_amount(&k, row[i].peer_q, row[i].q),
                         row[i].gated);
    }
}

static void
holder_gives_by_its_own_queue_now(void **state)
{
    (void)state;
    assert_int_equal(policy_grant_amount(&config, 15, 31, 0), 15);
    assert_int_equal(policy_grant_amount(&config, 15, 20, 0), 10);
    assert_int_equal(policy_grant_amount(&config, 15, 5, 0), 2);
    assert_int_equal(policy_grant_amount(&config, 15, 1, 0), 0);
    assert_int_equal(policy_grant_amount(&config, 15, 0, 0), 0);
    assert_int_equal(policy_grant_amount(&config, 15, 5, 50), 0);
    assert_int_equal(policy_grant_amount(&config, 0, 100, 0), 50);
}

/* ---- decide ---- */

enum { N = 4, BIG = 1000000 };

struct scene {
    struct view node[N];
    struct asker asker[N];
    struct picture p;
    struct policy_config k;
    struct decisions out;
};

/* Nodes with these queues; the second one is me, and has peer index 0. */
static void
set(struct scene *s, enum policy name, const uint32_t q[N])
{
    static const uint16_t peer[N] = { 1, 0, 2, 3 };

    memset(s, 0, sizeof *s);
    s->k = config;
    s->k.name = name;
    for (size_t i = 0; i < N; i++)
        s->node[i] = (struct view){ .peer = peer[i], .usable = true,
                                    .working = true, .queued = q[i],
                                    .room = BIG, .slots = 1 };
    s->p = (struct picture){ .n = N, .me = 1, .node = s->node,
                             .asker = s->asker, .h = 1, .tick = true };
}

static void
decide(struct scene *s)
{
    policy_threshold_decide(&s->p, &s->k, &s->out);
}

static void
is(const struct scene *s, size_t i, enum decision_kind kind, uint16_t peer,
   uint32_t n_jobs)
{
    assert_true(i < s->out.n);
    assert_int_equal(s->out.v[i].kind, kind);
    assert_int_equal(s->out.v[i].peer, peer);
    assert_int_equal(s->out.v[i].n_jobs, n_jobs);
}

static void
sender_picks_the_shortest_queue(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_SENDER, (uint32_t[]){ 20, 100, 10, 10 });
    decide(&s);
    assert_int_equal(s.out.n, 1);
    is(&s, 0, DECIDE_TRANSFER, 2, 45);  /* the first of two equal ones */
}

static void
acts_on_the_tick_only(void **state)
{
    struct scene s;

    (void)state;
    for (enum policy name = POLICY_SENDER; name <= POLICY_NONE; name++) {
        set(&s, name, (uint32_t[]){ 500, 100, 0, 0 });
        s.p.tick = false;
        decide(&s);
        assert_int_equal(s.out.n, 0);
    }
}

static void
receiver_asks_the_longest_queue(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_RECEIVER, (uint32_t[]){ 20, 10, 70, 70 });
    decide(&s);
    assert_int_equal(s.out.n, 1);
    is(&s, 0, DECIDE_REQUEST, 2, 30);
    set(&s, POLICY_RECEIVER, (uint32_t[]){ 20, 10, 70, 70 });
    s.p.request_out = true;
    decide(&s);
    assert_int_equal(s.out.n, 0);
}

static void
symmetric_sends_then_asks_on_what_is_left(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_SYMMETRIC, (uint32_t[]){ 300, 100, 0, 0 });
    decide(&s);
    assert_int_equal(s.out.n, 2);
    is(&s, 0, DECIDE_TRANSFER, 2, 50);
    is(&s, 1, DECIDE_REQUEST, 1, 125);
    set(&s, POLICY_SYMMETRIC, (uint32_t[]){ 75, 100, 0, 0 });
    decide(&s);
    assert_int_equal(s.out.n, 1);   /* 75 - 50 does not fire */
    is(&s, 0, DECIDE_TRANSFER, 2, 50);
}

static void
static_splits_evenly_at_start_and_then_rests(void **state)
{
    struct scene s;

    (void)state;
    for (enum policy name = POLICY_SENDER; name <= POLICY_STATIC; name++) {
        set(&s, name, (uint32_t[]){ 0, 103, 0, 0 });
        s.p.start = true;
        decide(&s);
        assert_int_equal(s.out.n, 3);
        for (uint16_t i = 0; i < 3; i++)
            is(&s, i, DECIDE_TRANSFER, (uint16_t)(i + 1), 25);
        assert_int_equal(s.node[1].queued, 28);
    }
    set(&s, POLICY_STATIC, (uint32_t[]){ 0, 103, 0, 0 });
    decide(&s);
    assert_int_equal(s.out.n, 0);
}

static void
no_split_without_bootstrap_or_policy(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_STATIC, (uint32_t[]){ 0, 103, 0, 0 });
    s.p.start = true;
    s.k.bootstrap = false;
    decide(&s);
    assert_int_equal(s.out.n, 0);
    set(&s, POLICY_NONE, (uint32_t[]){ 0, 103, 0, 0 });
    s.p.start = true;
    decide(&s);
    assert_int_equal(s.out.n, 0);
    set(&s, POLICY_STATIC, (uint32_t[]){ 0, 3, 0, 0 });
    s.p.start = true;
    decide(&s);
    assert_int_equal(s.out.n, 0);   /* floor(3/4) */
}

static void
never_to_suspect_or_paused_or_full_peers(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_SENDER, (uint32_t[]){ 0, 100, 10, 20 });
    s.node[0].usable = false;
    s.node[2].working = false;
    decide(&s);
    assert_int_equal(s.out.n, 1);
    is(&s, 0, DECIDE_TRANSFER, 3, 40);
    set(&s, POLICY_SENDER, (uint32_t[]){ 0, 100, 10, 20 });
    s.node[0].room = 12;
    s.node[0].inflight_jobs = 5;
    decide(&s);
    is(&s, 0, DECIDE_TRANSFER, 1, 7);
    set(&s, POLICY_STATIC, (uint32_t[]){ 0, 100, 0, 0 });
    s.p.start = true;
    s.node[0].room = 0;
    s.node[3].usable = false;
    decide(&s);
    assert_int_equal(s.out.n, 1);
    is(&s, 0, DECIDE_TRANSFER, 2, 33);
}

static void
ask(struct scene *s, uint16_t peer, uint32_t n_jobs, uint32_t q)
{
    s->asker[s->p.n_askers++] = (struct asker){
        .peer = peer, .n_jobs = n_jobs, .rule = POLICY_RECEIVER,
        .state = { .peer = peer, .usable = true, .working = true,
                   .queued = q, .room = BIG }
    };
}

static void
holder_answers_at_once_each_on_what_is_left(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_RECEIVER, (uint32_t[]){ 9, 20, 9, 9 });
    s.p.tick = false;
    ask(&s, 1, 15, 0);
    ask(&s, 2, 15, 0);
    ask(&s, 3, 15, 4);
    decide(&s);
    assert_int_equal(s.out.n, 3);
    is(&s, 0, DECIDE_TRANSFER, 1, 10);
    is(&s, 1, DECIDE_TRANSFER, 2, 5);
    is(&s, 2, DECIDE_REFUSE, 3, 0);     /* (5 - 4) / 2 */
    assert_true(s.out.v[0].answers && s.out.v[1].answers);
    assert_int_equal(s.out.v[1].asker, 1);
    assert_int_equal(s.out.v[2].asker, 2);
}

static void
static_and_none_refuse(void **state)
{
    struct scene s;

    (void)state;
    for (enum policy name = POLICY_STATIC; name <= POLICY_NONE; name++) {
        set(&s, name, (uint32_t[]){ 0, 100, 0, 0 });
        ask(&s, 1, 15, 0);
        decide(&s);
        assert_int_equal(s.out.n, 1);
        is(&s, 0, DECIDE_REFUSE, 1, 0);
    }
}

static void
paused_node_gives_all_and_asks_for_nothing(void **state)
{
    struct scene s;

    (void)state;
    set(&s, POLICY_RECEIVER, (uint32_t[]){ 500, 11, 0, 0 });
    s.node[1].working = false;
    decide(&s);
    assert_int_equal(s.out.n, 3);
    is(&s, 0, DECIDE_TRANSFER, 1, 4);
    is(&s, 1, DECIDE_TRANSFER, 2, 4);
    is(&s, 2, DECIDE_TRANSFER, 3, 3);
    set(&s, POLICY_RECEIVER, (uint32_t[]){ 0, 11, 0, 0 });
    s.node[1].working = s.p.tick = false;
    ask(&s, 3, 0, 0);
    decide(&s);
    assert_int_equal(s.out.n, 1);
    is(&s, 0, DECIDE_TRANSFER, 3, 11);
}

static void
nobody_else_means_nothing_to_do(void **state)
{
    struct scene s;

    (void)state;
    for (enum policy name = POLICY_SENDER; name <= POLICY_NONE; name++) {
        set(&s, name, (uint32_t[]){ 0, 100, 0, 0 });
        s.p.node = &s.node[1];
        s.p.n = 1;
        s.p.me = 0;
        decide(&s);
        assert_int_equal(s.out.n, 0);
        s.p.start = true;
        s.node[1].working = false;
        decide(&s);
        assert_int_equal(s.out.n, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sender_moves_by_the_table),
        cmocka_unit_test(receiver_asks_by_the_table),
        cmocka_unit_test(holder_gives_by_its_own_queue_now),
        cmocka_unit_test(sender_picks_the_shortest_queue),
        cmocka_unit_test(acts_on_the_tick_only),
        cmocka_unit_test(receiver_asks_the_longest_queue),
        cmocka_unit_test(symmetric_sends_then_asks_on_what_is_left),
        cmocka_unit_test(static_splits_evenly_at_start_and_then_rests),
        cmocka_unit_test(no_split_without_bootstrap_or_policy),
        cmocka_unit_test(never_to_suspect_or_paused_or_full_peers),
        cmocka_unit_test(holder_answers_at_once_each_on_what_is_left),
        cmocka_unit_test(static_and_none_refuse),
        cmocka_unit_test(paused_node_gives_all_and_asks_for_nothing),
        cmocka_unit_test(nobody_else_means_nothing_to_do),
    };
    return cmocka_run_group_tests_name("policy_threshold", tests, NULL, NULL);
}
