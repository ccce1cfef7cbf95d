/* SPDX-License-Identifier: MPL-2.0 */
/* How long "try again later" waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/lobby.h"

static const int64_t begin = 1000000;

/* Clients who ask again as soon as they are answered, each; answers in a
 * second. The longest wait is left in `longest_us`. */
static unsigned
answers(unsigned n, int64_t *longest_us)
{
    struct lobby *l = lobby_new();
    int64_t asked_us[2000], now_us = begin;
    unsigned done = 0;

    *longest_us = 0;
    for (unsigned i = 0; i < n; i++) {
        struct packet *p = packet_new(PACKET_CLIENT);
        p->client = i;
        asked_us[i] = now_us;
        assert_true(lobby_put(l, p, now_us));
    }
    while ((now_us = lobby_deadline_us(l)) < begin + 1000000) {
        struct packet *p = lobby_next(l, now_us);
        assert_non_null(p);
        int64_t waited_us = now_us - asked_us[p->client];
        assert_true(waited_us >= LOBBY_LEAST_US);
        if (waited_us > *longest_us)
            *longest_us = waited_us;
        asked_us[p->client] = now_us;
        assert_true(lobby_put(l, p, now_us));
        done++;
    }
    lobby_free(l);
    return done;
}

static void
few_wait_little_and_many_longer(void **state)
{
    (void)state;
    int64_t longest_us;

    assert_in_range(answers(1, &longest_us), 98, 100);
    assert_int_equal(longest_us, LOBBY_LEAST_US);
    assert_in_range(answers(10, &longest_us), 900, LOBBY_SECOND);
    assert_in_range(answers(20, &longest_us), 900, LOBBY_SECOND);
    assert_in_range(longest_us, 19 * 1000, 29 * 1000);
    assert_in_range(answers(2000, &longest_us), 2000 * 32, 2000 * 34);
    assert_int_equal(longest_us, LOBBY_MOST_US);
}

static void
all_leave_in_their_order_and_in_time(void **state)
{
    (void)state;
    struct lobby *l = lobby_new();
    struct packet *p = packet_new(PACKET_CLIENT);

    assert_true(lobby_deadline_us(l) == INT64_MAX);
    assert_null(lobby_next(l, INT64_MAX));
    for (unsigned i = 0; i < LOBBY_SEATS; i++) {
        p->client = i;
        assert_true(lobby_put(l, p, begin));
        p = packet_new(PACKET_CLIENT);
    }
    assert_false(lobby_put(l, p, begin));
    packet_free(p);
    assert_null(lobby_next(l, begin + LOBBY_LEAST_US - 1));
    for (unsigned i = 0; i < LOBBY_SEATS / 2; i++) {
        p = lobby_next(l, begin + LOBBY_MOST_US);
        assert_non_null(p);
        assert_int_equal(p->client, i);
        packet_free(p);
    }
    p = lobby_next(l, INT64_MAX);
    assert_non_null(p);
    packet_free(p);
    lobby_free(l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_wait_little_and_many_longer),
        cmocka_unit_test(all_leave_in_their_order_and_in_time),
    };
    return cmocka_run_group_tests_name("lobby", tests, NULL, NULL);
}
