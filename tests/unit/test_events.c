/* SPDX-License-Identifier: MPL-2.0 */
/* The newest events in a ring, told to who asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "agent/events.h"
#include "base/exits.h"

static struct events *
events_of(size_t cap, unsigned n)
{
    struct events *e = events_new(cap);
    char text[16];

    for (unsigned i = 1; i <= n; i++) {
        (void)snprintf(text, sizeof text, "n=%u", i);
        (void)events_add(e, LOG_INFO, "evt", text);
    }
    return e;
}

struct told { uint64_t first, n, next; uint8_t status; };

/* What is told at once to who asks with these pairs. */
static struct told
ask(struct events *e, const char *key, uint64_t value, uint64_t after)
{
    struct buf pairs = { 0 }, body = { 0 };
    struct msg_command c = { .client = 7, .seq = 1 };
    struct told t = { 0 };
    struct msg m, one;
    struct span row;

    pair_add_u64(&pairs, key, value);
    pair_add_u64(&pairs, "after", after);
    c.pairs = buf_span(&pairs);
    assert_true(events_ask(e, 1, &c, 0, &body));
    assert_int_equal(msg_decode(MSG_REPLY, buf_span(&body), &m), 0);
    t.status = m.reply.status;
    assert_true(pair_u64(m.reply.pairs, "next", 0, &t.next));
    for (size_t at = 0; row_next(m.reply.rows, &at, &row); t.n++) {
        assert_int_equal(msg_decode(MSG_EVENT, row, &one), 0);
        t.first = t.n == 0 ? one.event.number : t.first;
        assert_int_equal(one.event.number, t.first + t.n);
    }
    buf_fini(&pairs);
    buf_fini(&body);
    return t;
}

static void
tells_all_that_is_kept_in_pages(void **state)
{
    (void)state;
    struct events *e = events_of(50, 120);
    struct told t = ask(e, "limit", 0, 0);

    assert_int_equal(t.status, EXIT_DONE);
    assert_int_equal(t.first, 71);
    assert_int_equal(t.n, 50);
    assert_int_equal(t.next, 120);
    t = ask(e, "limit", 20, 0);
    assert_int_equal(t.n, 20);
    assert_int_equal(t.next, 90);
    t = ask(e, "limit", 20, 110);
    assert_int_equal(t.first, 111);
    assert_int_equal(t.n, 10);
    events_free(e);
}

static void
tells_the_newest_if_asked_for_no_more(void **state)
{
    (void)state;
    struct events *e = events_of(50, 120);
    struct told t = ask(e, "newest", 10, 0);

    assert_int_equal(t.first, 111);
    assert_int_equal(t.n, 10);
    t = ask(e, "newest", 10, 117);
    assert_int_equal(t.first, 118);
    assert_int_equal(t.n, 3);
    t = ask(e, "newest", 5000, 0);
    assert_int_equal(t.n, 50);
    t = ask(e, "newest", UINT64_MAX, 0);
    assert_int_equal(t.n, 50);
    events_free(e);
    e = events_of(50, 3);
    t = ask(e, "newest", 10, 0);
    assert_int_equal(t.first, 1);
    assert_int_equal(t.n, 3);
    t = ask(e, "newest", 1, 0);
    assert_int_equal(t.first, 3);
    events_free(e);
    e = events_of(50, 0);
    assert_int_equal(ask(e, "newest", 10, 0).n, 0);
    events_free(e);
}

static void
who_waits_gets_the_next(void **state)
{
    (void)state;
    struct events *e = events_of(50, 3);
    struct buf pairs = { 0 }, body = { 0 };
    struct msg_command c = { .client = 7, .seq = 1 };

    pair_add_u64(&pairs, "after", 3);
    pair_add_u64(&pairs, "wait_ms", 1000);
    c.pairs = buf_span(&pairs);
    assert_false(events_ask(e, 9, &c, 0, &body));
    assert_int_equal(events_deadline_us(e), 1000 * 1000);
    assert_int_equal(events_next(e, 500, &body), 0);
    (void)events_add(e, LOG_INFO, "evt", "");
    assert_int_equal(events_next(e, 600, &body), 9);
    assert_int_equal(events_next(e, 700, &body), 0);
    buf_fini(&pairs);
    buf_fini(&body);
    events_free(e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_all_that_is_kept_in_pages),
        cmocka_unit_test(tells_the_newest_if_asked_for_no_more),
        cmocka_unit_test(who_waits_gets_the_next),
    };
    return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
