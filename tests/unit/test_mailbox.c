/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "agent/mailbox.h"

static bool
readable(const struct mailbox *m)
{
    struct pollfd p = { .fd = mailbox_fd(m), .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

static void
keeps_order_and_bound(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new(sizeof(int), 5);
    int in[6] = { 1, 2, 3, 4, 5, 6 }, out[6];

    assert_false(mailbox_try_put(m, in, 6));
    assert_int_equal(mailbox_count(m), 0);
    assert_true(mailbox_try_put(m, in, 3));
    assert_false(mailbox_try_put(m, in + 3, 3));
    assert_true(mailbox_try_put(m, in + 3, 2));
    assert_int_equal(mailbox_take(m, out, 2), 2);
    assert_true(mailbox_try_put(m, in + 5, 1));
    assert_int_equal(mailbox_take(m, out + 2, 6), 4);
    assert_memory_equal(in, out, sizeof in);
    assert_int_equal(mailbox_take(m, out, 6), 0);
    mailbox_free(m);
    mailbox_free(NULL);
}

static void
descriptor_tells_whether_there_is_something(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new(sizeof(int), 4);
    int v[4] = { 0 };

    assert_false(readable(m));
    assert_true(mailbox_put(m, v, 3));
    assert_true(readable(m));
    assert_int_equal(mailbox_take(m, v, 2), 2);
    assert_true(readable(m));
    assert_int_equal(mailbox_take(m, v, 2), 1);
    assert_false(readable(m));
    mailbox_free(m);
}

static void
closed_mailbox_still_gives_what_it_has(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new(sizeof(int), 4);
    int v = 7, out = 0;

    assert_int_equal(mailbox_wait(m, &out, 1, 1000), 0);
    assert_true(mailbox_put(m, &v, 1));
    mailbox_close(m);
    assert_true(mailbox_is_closed(m));
    assert_false(mailbox_put(m, &v, 1));
    assert_false(mailbox_try_put(m, &v, 1));
    assert_int_equal(mailbox_wait(m, &out, 1, -1), 1);
    assert_int_equal(out, 7);
    assert_int_equal(mailbox_wait(m, &out, 1, -1), 0);
    mailbox_free(m);
}

enum { PUTTERS = 3, EACH = 20000 };
struct item { int from, number; };

struct putter {
    struct mailbox *m;
    int from;
};

static void *
put_many(void *arg)
{
    const struct putter *p = arg;
    struct item group[7];
    int n = 0;

    for (int i = 0; i < EACH; i++) {
        group[n++] = (struct item){ p->from, i };
        if (n == 7 || i == EACH - 1) {
            (void)mailbox_put(p->m, group, (size_t)n);
            n = 0;
        }
    }
    return NULL;
}

/* Through a mailbox smaller than a group: all arrive, in each one's order. */
static void
threads_lose_nothing(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new(sizeof(struct item), 5);
    struct putter putter[PUTTERS];
    pthread_t thread[PUTTERS];
    int next[PUTTERS] = { 0 }, total = 0;
    struct item got[16];

    for (int i = 0; i < PUTTERS; i++) {
        putter[i] = (struct putter){ m, i };
        assert_int_equal(
            pthread_create(&thread[i], NULL, put_many, &putter[i]), 0);
    }
    while (total < PUTTERS * EACH) {
        size_t n = mailbox_wait(m, got, 16, -1);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++, total++)
            assert_int_equal(got[i].number, next[got[i].from]++);
    }
    for (int i = 0; i < PUTTERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(mailbox_count(m), 0);
    mailbox_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_bound),
        cmocka_unit_test(descriptor_tells_whether_there_is_something),
        cmocka_unit_test(closed_mailbox_still_gives_what_it_has),
        cmocka_unit_test(threads_lose_nothing),
    };
    return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
