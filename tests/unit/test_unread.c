/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "agent/unread.h"

enum { K = 1024, PIECE = K * K, CLIENTS = 1000 };

static void
nobody_gets_all_of_it(void **state)
{
    struct unread *all = unread_all_new(), *a = unread_new(all);
    size_t n = 0;

    (void)state;
    while (n < UNREAD_MAX / PIECE && unread_take(a, PIECE, UNREAD_FILE))
        n++;
    /* As much as a sixteenth of what is left then. */
    assert_int_equal(n, (UNREAD_MAX / PIECE + 16) / 17);
    assert_true(unread_take(a, PIECE, UNREAD_ANY));
    unread_give(a, PIECE);
    unread_give(a, PIECE);
    assert_true(unread_take(a, PIECE, UNREAD_FILE));
    for (; n > 0; n--)
        unread_give(a, PIECE);
    unread_leave(a);
    unread_leave(all);
}

/* However many do not read, the next one gets a piece; and all together never
 * hold more than there is. */
static void
something_is_left_for_the_next_one(void **state)
{
    struct unread *all = unread_all_new(), *of[CLIENTS];
    size_t held[CLIENTS] = { 0 }, sum = 0;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        of[i] = unread_new(all);
        assert_true(unread_take(of[i], PIECE, UNREAD_FILE));
        held[i]++;
        while (unread_take(of[i], PIECE, UNREAD_FILE))
            held[i]++;
        sum += held[i] * PIECE;
        assert_true(sum <= UNREAD_MAX);
    }
    for (size_t i = 40; i < CLIENTS; i++) {
        of[i] = unread_new(all);
        while (unread_take(of[i], PIECE, UNREAD_ANY))
            held[i]++;
        sum += held[i] * PIECE;
        assert_true(sum <= UNREAD_MAX);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        unread_leave(of[i]);    /* he is gone, his replies are not yet */
        for (; held[i] > 0; held[i]--)
            unread_give(of[i], PIECE);
    }
    struct unread *last = unread_new(all);
    assert_true(unread_take(last, UNREAD_MAX, UNREAD_ANY));
    unread_give(last, UNREAD_MAX);
    unread_leave(last);
    unread_leave(all);
}

static void
what_is_no_more_is_left_alone(void **state)
{
    (void)state;
    unread_leave(NULL);
    unread_give(NULL, PIECE);
}

/* ---- another thread reads ---- */

enum { ROUNDS = 100 * 1000 };

static void *
give(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        unread_give(arg, 1);
    return NULL;
}

static void
any_thread_gives_back(void **state)
{
    struct unread *all = unread_all_new(), *a = unread_new(all);
    pthread_t thread;

    (void)state;
    for (int i = 0; i < ROUNDS; i++)
        assert_true(unread_take(a, 1, UNREAD_ANY));
    assert_int_equal(pthread_create(&thread, NULL, give, a), 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_true(unread_take(a, 1, UNREAD_ANY));
        unread_give(a, 1);
    }
    pthread_join(thread, NULL);
    assert_true(unread_take(a, UNREAD_MAX, UNREAD_ANY));
    unread_leave(a);
    unread_leave(all);
    unread_give(a, UNREAD_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gets_all_of_it),
        cmocka_unit_test(something_is_left_for_the_next_one),
        cmocka_unit_test(what_is_no_more_is_left_alone),
        cmocka_unit_test(any_thread_gives_back),
    };
    return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
