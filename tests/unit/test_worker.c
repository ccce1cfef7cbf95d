/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "agent/clock.h"
#include "agent/mailbox.h"
#include "agent/orders.h"
#include "agent/worker.h"
#include "proto/msg.h"
#include "proto/workload.h"

static const struct rate FULL = { 100, 100 * 1000 };

struct pool {
    struct orders *orders;
    struct mailbox *outcomes;
    struct workers *workers;
};

static struct pool
pool_start(size_t n, size_t mailbox_cap)
{
    const struct workers_config c = { .n = n };
    struct pool p = { orders_new(n, FULL),
                      mailbox_new(sizeof(struct ended), mailbox_cap), NULL };

    p.workers = workers_start(&c, p.orders, p.outcomes);
    assert_non_null(p.workers);
    return p;
}

static void
pool_stop(struct pool *p)
{
    struct ended e;

    orders_close(p->orders);
    mailbox_close(p->outcomes);
    workers_join(p->workers);
    while (mailbox_take(p->outcomes, &e, 1) == 1)
        free(e.bytes);
    mailbox_free(p->outcomes);
    orders_free(p->orders);
}

static struct order *
order(uint32_t run, const char *kind, const char *params, uint64_t timeout_us)
{
    const struct desc d = { .kind = span_str(kind), .params = span_str(params),
                            .label = span_str(""), .home_name = span_str("a"),
                            .n_jobs = 1, .cost = 1000000,
                            .timeout_us = timeout_us, .priority = 5 };
    struct buf b = { 0 };

    desc_encode(&d, &b);
    struct order *o = order_new(buf_span(&b), span_str(""));
    buf_fini(&b);
    o->run = run;
    o->slot = (uint16_t)(run * 3);
    return o;
}

static struct ended
next(const struct pool *p)
{
    struct ended e;

    assert_int_equal(mailbox_wait(p->outcomes, &e, 1, -1), 1);
    assert_int_equal(e.slot, e.run * 3);
    return e;
}

static void
expect(const struct pool *p, uint8_t outcome, const char *text)
{
    struct ended e = next(p);
    size_t len = e.error_len + e.value_len;

    assert_int_equal(e.outcome, outcome);
    assert_int_equal(len, strlen(text));
    if (len > 0)
        assert_memory_equal(e.bytes, text, len);
    free(e.bytes);
}

static void
runs_kinds_and_tells_what_came_out(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    orders_put(p.orders, order(1, "fib", "n=30\nrepeat=1\n", 0));
    expect(&p, OUTCOME_DONE, "832040");
    orders_put(p.orders, order(2, "noop", "", 0));
    expect(&p, OUTCOME_DONE, "");
    orders_put(p.orders, order(3, "fibb", "", 0));
    expect(&p, OUTCOME_FAILED, "unknown kind \"fibb\" (did you mean \"fib\"?)");
    struct order *o = order_new(span_str("x"), span_str(""));
    o->run = 4;
    o->slot = 12;
    orders_put(p.orders, o);
    expect(&p, OUTCOME_FAILED, "its description cannot be read");
    pool_stop(&p);
}

static void
time_out_ends_a_run(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    orders_put(p.orders, order(1, "sleep", "ms=3600000\n", 1000));
    expect(&p, OUTCOME_FAILED, "timeout");
    orders_put(p.orders, order(2, "fib", "n=90\nrepeat=1000000000\n", 1000));
    expect(&p, OUTCOME_FAILED, "timeout");
    orders_put(p.orders, order(3, "noop", "", 0));
    expect(&p, OUTCOME_DONE, "");
    pool_stop(&p);
}

/* Waits until the one worker has taken all orders. */
static void
await_taken(const struct pool *p)
{
    while (orders_queued(p->orders) > 0)
        ;
}

static void
stop_ends_what_has_begun_and_what_has_not(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    orders_put(p.orders, order(1, "sleep", "ms=3600000\n", 0));
    await_taken(&p);
    orders_put(p.orders, order(2, "noop", "", 0));
    orders_put(p.orders, order(3, "noop", "", 0));
    struct order *o = orders_stop(p.orders, 2);
    assert_non_null(o);
    assert_int_equal(o->run, 2);
    free(o);
    assert_null(orders_stop(p.orders, 2));
    assert_null(orders_stop(p.orders, 1));
    expect(&p, OUTCOME_CANCELLED, "");
    expect(&p, OUTCOME_DONE, "");
    assert_null(orders_stop(p.orders, 3));
    orders_put(p.orders, order(4, "noop", "", 0));
    expect(&p, OUTCOME_DONE, "");
    pool_stop(&p);
}

static void
only_what_has_not_begun_is_withdrawn(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    orders_put(p.orders, order(1, "sleep", "ms=3600000\n", 0));
    await_taken(&p);
    orders_put(p.orders, order(2, "noop", "", 0));
    assert_null(orders_withdraw(p.orders, 1));
    assert_false(orders_look(p.orders, 0).stop);
    struct order *o = orders_withdraw(p.orders, 2);
    assert_non_null(o);
    assert_int_equal(o->run, 2);
    free(o);
    assert_int_equal(orders_queued(p.orders), 0);
    assert_null(orders_withdraw(p.orders, 2));
    assert_null(orders_stop(p.orders, 1));
    expect(&p, OUTCOME_CANCELLED, "");
    pool_stop(&p);
}

static void
stop_after_a_time_leaves_what_is_younger(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    orders_put(p.orders, order(1, "sleep", "ms=3600000\n", 0));
    await_taken(&p);
    orders_put(p.orders, order(2, "noop", "", 0));
    orders_stop_after(p.orders, 1, INT64_C(3600) * 1000 * 1000);
    orders_stop_after(p.orders, 2, 1); /* nobody has begun it */
    assert_false(orders_look(p.orders, 0).stop);
    for (int64_t from = clock_us(); clock_us() - from < 2000;)
        ;
    orders_stop_after(p.orders, 1, 2000);
    expect(&p, OUTCOME_CANCELLED, "");
    expect(&p, OUTCOME_DONE, "");
    pool_stop(&p);
}

/* At 1 % a sleep of 2 s takes 200 s, and a busy job sleeps: both notice the
 * new rate at once. */
static void
new_rate_wakes_sleepers(void **state)
{
    (void)state;
    struct pool p = pool_start(2, 8);

    orders_set_rate(p.orders, (struct rate){ 1, 1000 * 1000 });
    orders_put(p.orders, order(1, "sleep", "ms=2000\n", 0));
    orders_put(p.orders, order(2, "fib", "n=90\nrepeat=2000000\n", 0));
    await_taken(&p);
    orders_set_rate(p.orders, FULL);
    for (int i = 0; i < 2; i++) {
        struct ended e = next(&p);
        assert_int_equal(e.outcome, OUTCOME_DONE);
        assert_true(e.run_us < 100 * 1000 * 1000);
        free(e.bytes);
    }
    pool_stop(&p);
}

/* More outcomes than the mailbox holds: workers wait, none is lost. */
static void
every_order_has_one_outcome(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct pool p = pool_start(3, 16);
    static bool seen[N + 1];
    uint32_t out = 0;

    for (uint32_t i = 1; i <= N; i++) {
        struct order *o = order(i, "noop", "", 0);
        o->slot = 0;
        orders_put(p.orders, o);
    }
    while (out < N) {
        struct ended e;
        assert_int_equal(mailbox_wait(p.outcomes, &e, 1, -1), 1);
        assert_false(seen[e.run]);
        seen[e.run] = true;
        out++;
        free(e.bytes);
    }
    assert_int_equal(mailbox_count(p.outcomes), 0);
    pool_stop(&p);
}

static void
closing_ends_runs_under_way(void **state)
{
    (void)state;
    struct pool p = pool_start(2, 8);

    for (uint32_t i = 1; i <= 4; i++)
        orders_put(p.orders, order(i, "sleep", "ms=3600000\n", 0));
    pool_stop(&p);
}

/* The duty of the one worker, once it is at `run`. */
static uint8_t
duty_at(const struct pool *p, uint32_t run)
{
    const struct slot_duty *d;
    uint16_t n;

    do {
        d = workers_duty(p->workers, &n);
        assert_int_equal(n, 1);
    } while (d->run != run);
    return d->percent;
}

static void
duty_is_of_who_computes(void **state)
{
    (void)state;
    struct pool p = pool_start(1, 8);

    assert_int_equal(duty_at(&p, 0), DUTY_UNKNOWN);
    orders_put(p.orders, order(1, "fib", "n=90\nrepeat=1000000000\n", 0));
    for (uint8_t percent = 0; percent == 0 || percent == DUTY_UNKNOWN;)
        percent = duty_at(&p, 1);
    assert_null(orders_stop(p.orders, 1));
    expect(&p, OUTCOME_CANCELLED, "");
    orders_put(p.orders, order(2, "sleep", "ms=3600000\n", 0));
    while (duty_at(&p, 2) != DUTY_UNKNOWN)
        ;
    assert_null(orders_stop(p.orders, 2));
    expect(&p, OUTCOME_CANCELLED, "");
    pool_stop(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_kinds_and_tells_what_came_out),
        cmocka_unit_test(time_out_ends_a_run),
        cmocka_unit_test(stop_ends_what_has_begun_and_what_has_not),
        cmocka_unit_test(only_what_has_not_begun_is_withdrawn),
        cmocka_unit_test(stop_after_a_time_leaves_what_is_younger),
        cmocka_unit_test(new_rate_wakes_sleepers),
        cmocka_unit_test(every_order_has_one_outcome),
        cmocka_unit_test(closing_ends_runs_under_way),
        cmocka_unit_test(duty_is_of_who_computes),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
