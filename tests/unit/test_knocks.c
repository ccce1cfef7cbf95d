/* SPDX-License-Identifier: MPL-2.0 */
/* How often an address may come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <string.h>

#include "agent/knocks.h"

#define SECOND INT64_C(1000000)

static const int64_t begin = 1000 * SECOND;

static struct sockaddr_storage
from(const char *text)
{
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    struct sockaddr_storage all = { .ss_family = AF_UNSPEC };

    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        memcpy(&all, &four, sizeof four);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        memcpy(&all, &six, sizeof six);
    }
    return all;
}

/* How many of n come in. */
static int
come(struct knocks *k, const char *text, int n, int64_t now_us)
{
    struct sockaddr_storage a = from(text);
    int in = 0;

    for (int i = 0; i < n; i++)
        in += knocks_allow(k, (struct sockaddr *)&a, now_us);
    return in;
}

static void
many_at_once_then_so_many_a_second(void **state)
{
    (void)state;
    static struct knocks k;
    int in = 0;

    assert_int_equal(come(&k, "10.0.0.1", 10000, begin), KNOCKS_BURST);
    assert_int_equal(come(&k, "10.0.0.1", 10, begin), 0);
    for (int ms = 1; ms <= 10000; ms++)
        in += come(&k, "10.0.0.1", 5, begin + ms * SECOND / 1000);
    assert_in_range(in, 10 * KNOCKS_SECOND - 1, 10 * KNOCKS_SECOND + 1);
    assert_int_equal(come(&k, "10.0.0.1", 10000, begin + 1000 * SECOND),
                     KNOCKS_BURST);
}

static void
others_are_not_held_up(void **state)
{
    (void)state;
    static struct knocks k;

    come(&k, "10.0.0.1", 10000, begin);
    come(&k, "2001:db8::1", 10000, begin);
    assert_int_equal(come(&k, "10.0.0.2", 10, begin), 10);
    assert_int_equal(come(&k, "2001:db9::1", 10, begin), 10);
    assert_int_equal(come(&k, "::ffff:10.0.0.1", 10, begin), 0);
    assert_int_equal(come(&k, "2001:db8::2", 10, begin), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_at_once_then_so_many_a_second),
        cmocka_unit_test(others_are_not_held_up),
    };
    return cmocka_run_group_tests_name("knocks", tests, NULL, NULL);
}
