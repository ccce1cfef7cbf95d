/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/link.h"

static const struct link plain = { .latency_us = 500 };
static const struct passage one = { .from = 0, .to = 1, .type = 32,
                                    .now_us = 1000 };

static void
delivers_after_the_latency(void **state)
{
    (void)state;
    struct random r;
    struct net net;

    random_seed(&r, 1);
    net_init(&net, 2, &plain);
    const struct fate f = net_send(&net, &r, &one);
    assert_int_equal(f.kind, FATE_ARRIVES);
    assert_int_equal(f.n, 1);
    assert_int_equal(f.at_us[0], 1500);
    net_fini(&net);
}

static void
keeps_the_order_unless_told_otherwise(void **state)
{
    (void)state;
    struct random r;
    struct net net;
    bool overtaken = false;

    for (int reorder = 0; reorder < 2; reorder++) {
        int64_t last_us = 0;
        const struct link jitter = { .latency_us = 500, .jitter_us = 5000,
                                     .reorder = reorder == 1 };
        random_seed(&r, 1);
        net_init(&net, 2, &jitter);
        for (int i = 0; i < 100; i++) {
            struct passage p = one;
            p.now_us += i;
            const struct fate f = net_send(&net, &r, &p);
            if (reorder == 0)
                assert_true(f.at_us[0] >= last_us);
            else
                overtaken = overtaken || f.at_us[0] < last_us;
            last_us = f.at_us[0];
        }
        net_fini(&net);
    }
    assert_true(overtaken);
}

static void
loses_everything_in_the_direction_that_is_cut(void **state)
{
    (void)state;
    const struct passage back = { .from = 1, .to = 0, .type = 32 };
    struct random r;
    struct net net;

    random_seed(&r, 1);
    net_init(&net, 2, &plain);
    net_link(&net, 0, 1)->cuts++;
    assert_int_equal(net_send(&net, &r, &one).kind, FATE_LOST);
    assert_int_equal(net_send(&net, &r, &back).kind, FATE_ARRIVES);
    net_link(&net, 0, 1)->cuts--;
    assert_int_equal(net_send(&net, &r, &one).kind, FATE_ARRIVES);
    net_fini(&net);
}

static void
loses_and_doubles_as_often_as_told(void **state)
{
    (void)state;
    const struct link bad = { .loss_ppm = 100 * 1000,
                              .duplicate_ppm = 200 * 1000 };
    struct random r;
    struct net net;
    int lost = 0, twice = 0;

    random_seed(&r, 1);
    net_init(&net, 2, &bad);
    for (int i = 0; i < 10000; i++) {
        const struct fate f = net_send(&net, &r, &one);
        lost += f.kind == FATE_LOST;
        twice += f.n == 2;
    }
    assert_in_range(lost, 900, 1100);
    assert_in_range(twice, 1650, 1950);
    net_fini(&net);
}

static void
holds_back_what_a_clogged_link_is_given(void **state)
{
    (void)state;
    struct random r;
    struct net net;

    random_seed(&r, 1);
    net_init(&net, 2, &plain);
    net_link(&net, 0, 1)->clogged_until_us = 9000;
    assert_int_equal(net_send(&net, &r, &one).at_us[0], 9000);
    net_fini(&net);
}

static void
obeys_rules_as_often_as_they_say(void **state)
{
    (void)state;
    struct random r;
    struct net net;
    struct passage other = one;

    random_seed(&r, 1);
    net_init(&net, 2, &plain);
    assert_true(net_add_rule(&net, (struct rule){
        .kind = RULE_DROP, .to = 1, .type = 32, .left = 1 }));
    assert_true(net_add_rule(&net, (struct rule){
        .kind = RULE_KEEP, .to = 1, .type = 32, .left = 1 }));
    assert_true(net_add_rule(&net, (struct rule){
        .kind = RULE_DUPLICATE, .to = 1, .left = 1 }));
    assert_int_equal(net_send(&net, &r, &one).kind, FATE_LOST);
    assert_int_equal(net_send(&net, &r, &one).kind, FATE_KEPT);
    other.type = 33;
    assert_int_equal(net_send(&net, &r, &other).n, 2);
    assert_int_equal(net_send(&net, &r, &other).n, 1);
    net_fini(&net);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_after_the_latency),
        cmocka_unit_test(keeps_the_order_unless_told_otherwise),
        cmocka_unit_test(loses_everything_in_the_direction_that_is_cut),
        cmocka_unit_test(loses_and_doubles_as_often_as_told),
        cmocka_unit_test(holds_back_what_a_clogged_link_is_given),
        cmocka_unit_test(obeys_rules_as_often_as_they_say),
    };
    return cmocka_run_group_tests_name("sim_link", tests, NULL, NULL);
}
