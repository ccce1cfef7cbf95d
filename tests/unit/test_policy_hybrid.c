/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "tests/unit/policy_scene.h"

/* ---- grants ---- */

static void
grants_by_the_table(void **state)
{
    static const struct {
        uint32_t queued, running;
        double asker_w, asker_r;
        bool paused;
        uint32_t want;
    } row[] = {
        { 100, 1, 0, 1, false, 50 },  { 100, 1, 0, 0.5, false, 33 },
        { 100, 1, 0, 0.1, false, 9 }, { 1, 1, 0, 1, false, 1 },
        { 1, 1, 0, 0.5, false, 0 },   { 100, 0, 0, 1, true, 100 },
        { 9, 1, 10, 1, false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct scene s;
        set(&s, 2);
        s.p.last_batch_in_s = 0;    /* no push on top */
        load(&s.node[0], row[i].queued, row[i].running);
        s.node[0].working = !row[i].paused;
        s.node[1].w = row[i].asker_w;
        s.node[1].r = s.node[1].s = row[i].asker_r;
        s.node[1].rtt_s = 0.001 / 1.5;
        ask(&s, 1);
        decide(&s);
        assert_int_equal(s.out.n, 1);
        is(&s, 0, row[i].want > 0 ? DECIDE_TRANSFER : DECIDE_REFUSE, 1,
           row[i].want);
        assert_int_equal(s.out.v[0].asker, 0);
        assert_true(s.out.v[0].answers == (row[i].want > 0));
        if (row[i].want > 0)
            assert_true(s.out.v[0].cost == row[i].want &&
                        s.out.v[0].idle_asker);
    }
}

/* The rule word by word, job after job. */
static uint32_t
grant_by_loop(const struct scene *s, const struct view *t)
{
    const struct view *me = &s->before[s->p.me];
    double h = s->p.h, r = 0, w = 0, my_r = me->working ? me->r : 0;

    if (!t->usable || !t->working)
        return 0;
    for (size_t i = 0; i < s->p.n; i++) {
        const struct view *v = &s->before[i];
        double left = v->w - (v->working ? v->r : 0) * v->seen_s;
        if (i != s->p.me && !v->usable)
            continue;
        w += i == s->p.me ? v->w : (left > 0 ? left : 0) + v->inflight;
        r += v->working ? v->r : 0;
    }
    double d = w / r, wt = t->w + t->inflight;
    double x = (me->w * t->r - wt * my_r) / (my_r + t->r);
    double fair = d * t->r - wt > h ? d * t->r - wt : h;
    x = x < fair ? x : fair;
    uint32_t n = 0, room = t->room - t->inflight_jobs;
    if (t->room < t->inflight_jobs)
        room = 0;
    while (n < me->queued && n < room && (n == 0 || n * h + h / 2 <= x)) {
        double xfer = 1.5 * t->rtt_s +
                      (n + 1) * s->p.bytes_per_job / s->p.bandwidth;
        double there = finish_s(wt + n * h, t->r, t->s, h, t->slots);
        double here = finish_s(me->w - (n + 1) * h, my_r, my_r / me->slots, h,
                               me->slots);
        if (!(xfer + there < 0.98 * here))
            break;
        n++;
    }
    return n;
}

static void
search_gives_what_the_loop_gives(void **state)
{
    uint32_t n_grants = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 4 * SEEDS; seed++) {
        struct scene s;
        set_random(&s, seed, seed % 4 == 0 ? 20000 : 300);
        disturb(&s, seed);
        s.node[s.p.me].s = s.node[s.p.me].r / s.node[s.p.me].slots;
        s.p.n_askers = 0;
        size_t a = (s.p.me + 1) % s.p.n;
        ask(&s, a);
        decide(&s);
        if (s.out.n == 0)
            continue;   /* nobody works */
        uint32_t got = s.out.v[0].answers ? s.out.v[0].n_jobs : 0;
        uint32_t want = grant_by_loop(&s, &s.before[a]);
        if (got != want)
            fail_msg("seed %u: %u, by loop %u", seed, got, want);
        n_grants += want > 1;
    }
    assert_true(n_grants > SEEDS / 2);
}

static void
answers_requests_before_waiters_oldest_first(void **state)
{
    static const uint16_t want[] = { 2, 4, 3, 5 };
    struct scene s;

    (void)state;
    set(&s, 7);
    s.p.last_batch_in_s = 0;
    load(&s.node[0], 100, 1);
    for (size_t i = 1; i < 7; i++)
        ask(&s, i);
    s.asker[0] = s.asker[5] = (struct asker){ .peer = 6, .waiter = true,
                                              .age_s = 4 };  /* too old */
    s.asker[1].age_s = 0.5;
    s.asker[2].waiter = s.asker[4].waiter = true;
    s.asker[2].age_s = 3.9;
    s.asker[3].age_s = 0.25;
    s.asker[4].age_s = 0.1;
    for (size_t i = 0; i < 7; i++)
        s.node[i].seen_s = i == 0 ? 0 : 5;
    decide(&s);
    assert_int_equal(s.out.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(s.out.v[i].kind, DECIDE_TRANSFER);
        assert_int_equal(s.out.v[i].peer, want[i]);
        assert_int_equal(s.out.v[i].asker, want[i] - 1);
    }
}

static void
refuses_with_the_hottest_it_knows(void **state)
{
    struct scene s;

    (void)state;
    set(&s, 4);
    load(&s.node[0], 0, 1);
    load(&s.node[1], 10, 1);
    load(&s.node[2], 12, 1);
    s.node[2].usable = false;
    load(&s.node[3], 50, 1);
    ask(&s, 3);
    s.asker[s.p.n_askers++] = (struct asker){ .peer = 99 };     /* unknown */
    s.p.request_out = true;
    decide(&s);
    assert_int_equal(s.out.n, 2);
    is(&s, 0, DECIDE_REFUSE, 3, 0);
    assert_int_equal(s.out.v[0].referral, 1);
    is(&s, 1, DECIDE_REFUSE, 99, 0);
    assert_int_equal(s.out.v[1].referral, 3);
    s.asker[0].waiter = s.asker[1].waiter = true;
    decide(&s);
    assert_int_equal(s.out.n, 0);       /* they have had their answer */
}

static void
gives_no_more_than_asked(void **state)
{
    struct scene s;

    (void)state;
    set(&s, 2);
    s.p.last_batch_in_s = 0;
    load(&s.node[0], 100, 1);
    ask(&s, 1);
    s.asker[0].n_jobs = 15;
    decide(&s);
    is(&s, 0, DECIDE_TRANSFER, 1, 15);
}

/* ---- push ---- */

static void
pushes_by_rate_at_the_start(void **state)
{
    struct scene s;

    (void)state;
    set(&s, 4);
    load(&s.node[0], 1000, 0);
    s.node[1].r = s.node[1].s = 0.5;
    s.node[2].r = s.node[2].s = 0.25;
    s.node[3].r = s.node[3].s = 0.25;
    s.p.start = true;
    decide(&s);
    assert_int_equal(s.out.n, 3);
    is(&s, 0, DECIDE_TRANSFER, 1, 250);
    is(&s, 1, DECIDE_TRANSFER, 2, 125);
    is(&s, 2, DECIDE_TRANSFER, 3, 125);
    assert_true(s.out.v[0].d == 500 && !s.out.v[0].answers);
    decide(&s);
    assert_int_equal(s.out.n, 0);       /* promised: not again */
}

static void
start_moves_half_to_one_equal_peer_settled_or_not(void **state)
{
    static const uint32_t jobs[] = { 2, 4, 6, 16, 1024, BIG };

    (void)state;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct scene s;
        set(&s, 2);
        load(&s.node[0], jobs[i], 0);
        s.p.start = true;
        s.p.last_batch_in_s = 0;
        decide(&s);
        assert_int_equal(s.out.n, 1);
        is(&s, 0, DECIDE_TRANSFER, 1, jobs[i] / 2);
    }
}

static void
does_not_push_noise(void **state)
{
    struct scene s;

    (void)state;
    set(&s, 2);
    load(&s.node[0], 6, 0);
    decide(&s);
    assert_int_equal(s.out.n, 0);       /* 3 jobs */
    load(&s.node[0], 8, 0);
    s.p.last_batch_in_s = 0.04;
    decide(&s);
    assert_int_equal(s.out.n, 0);       /* 4, but just filled */
    s.p.last_batch_in_s = 0.06;
    decide(&s);
    is(&s, 0, DECIDE_TRANSFER, 1, 4);
    load(&s.node[0], 100, 0);
    load(&s.node[1], 50, 0);
    s.node[1].inflight = 0;
    decide(&s);
    assert_int_equal(s.out.n, 0);       /* 100 is not 1.5 times 75 */
}

static void
paused_node_pushes_all(void **state)
{
    struct scene s;

    (void)state;
    set(&s, 4);
    load(&s.node[0], 5, 2);
    s.node[0].working = false;
    s.p.last_batch_in_s = 0;
    for (size_t i = 1; i < 4; i++)
        load(&s.node[i], 10, 1);
    decide(&s);
    uint32_t n = 0;
    for (size_t i = 0; i < s.out.n; i++) {
        assert_int_equal(s.out.v[i].kind, DECIDE_TRANSFER);
        n += s.out.v[i].n_jobs;
    }
    assert_int_equal(n, 5);
}

/* Each node decides on the same picture: nobody's deficit is filled twice. */
static void
plans_are_disjoint(void **state)
{
    uint32_t n_many = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        double w = 0, r = 0, got[N] = { 0 };
        uint32_t senders[N] = { 0 }, n_senders = 0;
        set_random(&s, seed, 3000);
        size_t n = s.p.n;
        struct view node[N];
        memcpy(node, s.node, sizeof node);
        for (size_t i = 0; i < n; i++) {
            w += node[i].w;
            r += node[i].r;
        }
        for (size_t me = 0; me < n; me++) {
            memcpy(s.node, node, sizeof node);
            for (size_t i = 0; i < n; i++)
                s.node[i].peer = (uint16_t)(i == me ? 0 : i + 1);
            s.p.me = me;
            decide(&s);
            bool pushed = false;
            for (size_t i = 0; i < s.out.n; i++) {
                if (s.out.v[i].kind != DECIDE_TRANSFER)
                    continue;
                got[s.out.v[i].peer - 1] += s.out.v[i].cost;
                senders[s.out.v[i].peer - 1]++;
                pushed = true;
            }
            n_senders += pushed;
        }
        for (size_t i = 0; i < n; i++)
            if (got[i] > 0 &&
                got[i] > w / r * node[i].r - node[i].w + senders[i] * s.p.h)
                fail_msg("seed %u: node %u is filled twice", seed,
                         (unsigned)i);
        n_many += n_senders > 1;
    }
    assert_true(n_many > SEEDS / 10);
}

/* ---- whatever the picture ---- */

static const struct view *
view_of(const struct scene *s, uint16_t peer)
{
    for (size_t i = 0; i < s->p.n; i++)
        if (s->before[i].peer == peer)
            return &s->before[i];
    fail_msg("no peer %u", peer);
    return NULL;
}

/* The promises to one peer, in the order of the decisions. */
static void
check_transfers(const struct scene *s, uint32_t seed, double sent[N],
                uint32_t jobs[N])
{
    const struct view *me = &s->before[s->p.me];
    double h = s->p.h, my_w = me->w, plan_w = 0;
    bool planned = false;
    uint32_t queued = me->queued;

    for (size_t i = 0; i < s->out.n; i++) {
        const struct decision *d = &s->out.v[i];
        if (d->kind != DECIDE_TRANSFER)
            continue;
        const struct view *t = view_of(s, d->peer);
        if (!t->usable || !t->working || t == me)
            fail_msg("seed %u: to a node that may not get work", seed);
        if (d->n_jobs == 0 || d->n_jobs > queued)
            fail_msg("seed %u: %u jobs of %u", seed, d->n_jobs, queued);
        queued -= d->n_jobs;
        if (!d->answers && !planned) {
            planned = true;
            plan_w = my_w - h;
        }
        double aged = t->w - t->r * t->seen_s > 0 ? t->w - t->r * t->seen_s
                                                  : 0;
        double w = (d->answers ? t->w : aged) +
                   (t->inflight + sent[d->peer]);
        double s_me = me->working ? me->s : 0, r_me = me->working ? me->r : 0;
        for (uint32_t n = 0; n < d->n_jobs; n++) {
            double left = d->answers ? my_w - (n + 1) * h : plan_w;
            double here = finish_s(left, r_me, s_me, h, me->slots);
            double there = finish_s(w + n * h, t->r, t->s, h, t->slots);
            if (there > here * (d->answers ? 0.98 : 0.95) * (1 + 1e-9))
                fail_msg("seed %u: job %u ends later there", seed, n);
        }
        my_w -= d->cost;
        sent[d->peer] += d->cost;
        jobs[d->peer] += d->n_jobs;
        if (jobs[d->peer] + t->inflight_jobs > t->room)
            fail_msg("seed %u: beyond the room of %u", seed, d->peer);
    }
}

static void
every_job_moved_ends_earlier_within_room(void **state)
{
    uint32_t n_pushes = 0, n_answers = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 4 * SEEDS; seed++) {
        struct scene s;
        double sent[N] = { 0 };
        uint32_t jobs[N] = { 0 }, n_replies = 0, works = 0;
        set_random(&s, seed, 500);
        disturb(&s, seed);
        decide(&s);
        check_transfers(&s, seed, sent, jobs);
        for (size_t i = 0; i < s.p.n; i++) {
            const struct view *a = &s.before[i], *b = &s.node[i];
            works += a->working && (a->usable || i == s.p.me);
            /* no double promise: all of it is counted before the next one */
            if (i != s.p.me && b->inflight_jobs !=
                                   a->inflight_jobs + jobs[a->peer])
                fail_msg("seed %u: a promise is not counted", seed);
        }
        for (size_t i = 0; i < s.out.n; i++) {
            n_pushes += s.out.v[i].kind == DECIDE_TRANSFER &&
                        !s.out.v[i].answers;
            n_answers += s.out.v[i].answers;
            n_replies += s.out.v[i].answers ||
                         s.out.v[i].kind == DECIDE_REFUSE;
            if (s.out.v[i].kind == DECIDE_REQUEST &&
                (s.p.request_out || !s.before[s.p.me].working ||
                 !view_of(&s, s.out.v[i].peer)->usable))
                fail_msg("seed %u: asks when it may not", seed);
        }
        assert_int_equal(n_replies, works > 0 ? s.p.n_askers : 0);
        if (works == 0)
            assert_int_equal(s.out.n, 0);
    }
    assert_true(n_pushes > SEEDS && n_answers > SEEDS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_by_the_table),
        cmocka_unit_test(search_gives_what_the_loop_gives),
        cmocka_unit_test(answers_requests_before_waiters_oldest_first),
        cmocka_unit_test(refuses_with_the_hottest_it_knows),
        cmocka_unit_test(gives_no_more_than_asked),
        cmocka_unit_test(pushes_by_rate_at_the_start),
        cmocka_unit_test(start_moves_half_to_one_equal_peer_settled_or_not),
        cmocka_unit_test(does_not_push_noise),
        cmocka_unit_test(paused_node_pushes_all),
        cmocka_unit_test(plans_are_disjoint),
        cmocka_unit_test(every_job_moved_ends_earlier_within_room),
    };
    return cmocka_run_group_tests_name("policy_hybrid", tests, NULL, NULL);
}
