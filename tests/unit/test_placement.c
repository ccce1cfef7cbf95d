/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/placement.h"

enum { NONE = -1, A, B, C };

/* A is this node. */
static const struct candidate abc[3] = {
    { .peer = 0, .load = 90, .s = 1, .r = 1, .slots = 1 },
    { .peer = 1, .load = 50, .s = 1, .r = 1, .slots = 1 },
    { .peer = 2, .load = 10, .s = 1, .r = 1, .slots = 1 },
};

static int
choose(enum placement rule, double cost, uint16_t last)
{
    struct random rng;
    struct placer p = { .rule = rule, .max_load = 100, .last = last };

    random_seed(&rng, 1);
    return placement_choose(&p, abc, 3, cost, &rng);
}

static void
chooses_by_the_table(void **state)
{
    static const struct {
        double cost;
        int first, turn[3], load, difference;   /* turn by the last chosen */
    } row[] = {
        { 10, A, { B, C, A }, C, A },
        { 11, B, { B, C, B }, C, B },
        { 50, B, { B, C, B }, C, B },
        { 51, C, { C, C, C }, C, C },
        { 91, NONE, { NONE, NONE, NONE }, NONE, NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        double cost = row[i].cost;
        assert_int_equal(choose(PLACEMENT_FIRST_AVAILABLE, cost, 0),
                         row[i].first);
        for (uint16_t last = 0; last < 3; last++)
            assert_int_equal(choose(PLACEMENT_ROUND_ROBIN, cost, last),
                             row[i].turn[last]);
        assert_int_equal(choose(PLACEMENT_LEAST_LOAD, cost, 0), row[i].load);
        assert_int_equal(choose(PLACEMENT_LEAST_DIFFERENCE, cost, 0),
                         row[i].difference);
    }
}

static void
turn_goes_on_after_the_one_chosen(void **state)
{
    struct placer p = { .rule = PLACEMENT_ROUND_ROBIN, .max_load = 100 };

    (void)state;
    p.last = 2;     /* C, cost 11: A is skipped */
    assert_int_equal(placement_choose(&p, abc, 3, 11, NULL), B);
    assert_int_equal(p.last, 1);
    assert_int_equal(placement_choose(&p, abc, 3, 11, NULL), C);
    assert_int_equal(p.last, 2);
    assert_int_equal(placement_choose(&p, abc, 3, 91, NULL), NONE);
    assert_int_equal(p.last, 2);    /* nobody was chosen */
}

static void
turn_goes_on_when_the_last_one_has_gone(void **state)
{
    const struct candidate ac[2] = { abc[A], abc[C] };
    struct placer p = { .rule = PLACEMENT_ROUND_ROBIN, .last = 1 };

    (void)state;
    assert_int_equal(placement_choose(&p, ac, 2, 1, NULL), 1);
    p.last = 7;
    assert_int_equal(placement_choose(&p, ac, 2, 1, NULL), 0);
}

/* What was placed counts at once, also where no state has come since. */
static void
burst_of_300(enum placement rule, const int want[3])
{
    struct placer p = { .rule = rule, .max_load = 100, .last = 2 };
    struct candidate c[3];
    int got[3] = { 0, 0, 0 };

    memcpy(c, abc, sizeof c);
    for (size_t i = 0; i < 3; i++)
        c[i].load = 0;
    for (int i = 0; i < 300; i++) {
        int at = placement_choose(&p, c, 3, 0.1, NULL);
        assert_in_range(at, 0, 2);
        got[at]++;
        c[at].load += 0.1;
    }
    assert_memory_equal(got, want, sizeof got);
}

static void
spreads_or_packs_a_burst(void **state)
{
    static const int all_to_a[3] = { 300, 0, 0 }, even[3] = { 100, 100, 100 };

    (void)state;
    burst_of_300(PLACEMENT_FIRST_AVAILABLE, all_to_a);
    burst_of_300(PLACEMENT_ROUND_ROBIN, even);
    burst_of_300(PLACEMENT_LEAST_LOAD, even);
    burst_of_300(PLACEMENT_LEAST_DIFFERENCE, all_to_a);
}

static void
without_a_limit_all_fit(void **state)
{
    struct placer p = { .rule = PLACEMENT_FIRST_AVAILABLE };

    (void)state;
    assert_int_equal(placement_choose(&p, abc, 3, 1e6, NULL), A);
    p.rule = PLACEMENT_LEAST_LOAD;
    assert_int_equal(placement_choose(&p, abc, 3, 1e6, NULL), C);
    p.rule = PLACEMENT_LEAST_DIFFERENCE;
    assert_int_equal(placement_choose(&p, abc, 3, 1e6, NULL), A);
}

static void
local_stays_here_whatever_the_load(void **state)
{
    const struct candidate ba[2] = { abc[B], abc[A] };
    struct placer p = { .rule = PLACEMENT_LOCAL, .max_load = 1 };

    (void)state;
    assert_int_equal(placement_choose(&p, ba, 2, 50, NULL), 1);
    assert_int_equal(placement_choose(&p, ba, 1, 50, NULL), NONE);
    assert_int_equal(placement_choose(&p, ba, 0, 50, NULL), NONE);
}

static void
drain_takes_where_it_ends_first(void **state)
{
    struct candidate c[3];
    struct placer p = { .rule = PLACEMENT_DRAIN };
    struct random rng;

    (void)state;
    random_seed(&rng, 1);
    memcpy(c, abc, sizeof c);
    c[A].w = 10, c[B].w = 2, c[C].w = 3;
    assert_int_equal(placement_choose(&p, c, 3, 1, &rng), B);
    c[B].xfer_s = 2;
    assert_int_equal(placement_choose(&p, c, 3, 1, &rng), C);
    c[C].r = c[C].s = 0;
    assert_int_equal(placement_choose(&p, c, 3, 1, &rng), B);
    c[A].w = 4;     /* as good as B: stays here */
    assert_int_equal(placement_choose(&p, c, 3, 1, &rng), A);
    assert_int_equal(placement_choose(&p, c, 1, 1, &rng), A);
    assert_int_equal(placement_choose(&p, c, 0, 1, &rng), NONE);
}

/* Two by lot beside this node: each other is looked at, none always. */
static void
drain_looks_at_two_others_by_lot(void **state)
{
    enum { N = 10 };
    struct candidate c[N];
    struct placer p = { .rule = PLACEMENT_DRAIN };
    int got[N] = { 0 };

    (void)state;
    for (uint16_t own = 0; own < N; own++) {
        for (uint16_t i = 0; i < N; i++)
            c[i] = (struct candidate){ .peer = i == own ? 0 : (uint16_t)(i + 1),
                                       .w = i == own ? 100 : 1 + i,
                                       .r = 1, .s = 1, .slots = 1 };
        for (uint32_t seed = 1; seed <= 300; seed++) {
            struct random rng;
            random_seed(&rng, seed);
            int at = placement_choose(&p, c, N, 1, &rng);
            assert_in_range(at, 0, N - 1);
            if (at == own)
                fail_msg("seed %u: stays here", seed);
            got[at]++;
        }
    }
    assert_true(got[0] > got[7]);   /* better ones more often */
    assert_true(got[7] > 0);
    assert_true(got[9] == 0);       /* the worst never beats the other one */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_by_the_table),
        cmocka_unit_test(turn_goes_on_after_the_one_chosen),
        cmocka_unit_test(turn_goes_on_when_the_last_one_has_gone),
        cmocka_unit_test(spreads_or_packs_a_burst),
        cmocka_unit_test(without_a_limit_all_fit),
        cmocka_unit_test(local_stays_here_whatever_the_load),
        cmocka_unit_test(drain_takes_where_it_ends_first),
        cmocka_unit_test(drain_looks_at_two_others_by_lot),
    };
    return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
