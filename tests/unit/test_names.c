/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/names.h"

static void
names_have_letters_and_no_dots(void **state)
{
    (void)state;
    char longest[NAME_MAX_BYTES + 2];
    static const char *const good[] = { "alpha", "a", "n1", "4x", "A_b-c",
                                        "All", "minerva", "-a", NULL };
    static const char *const bad[] = { "", "12", "-", "1-2", "a.b", "a b",
                                       "a/b", "all", "last", "mine", "\xe4",
                                       "a\n", NULL };

    for (size_t i = 0; good[i] != NULL; i++)
        if (!name_is_valid(good[i]))
            fail_msg("\"%s\" is a name", good[i]);
    for (size_t i = 0; bad[i] != NULL; i++)
        if (name_is_valid(bad[i]))
            fail_msg("\"%s\" is no name", bad[i]);
    memset(longest, 'x', sizeof longest);
    longest[NAME_MAX_BYTES + 1] = '\0';
    assert_false(name_is_valid(longest));
    longest[NAME_MAX_BYTES] = '\0';
    assert_true(name_is_valid(longest));
}

static void
ids_print_and_parse(void **state)
{
    (void)state;
    struct node_id id, back, zero = { { 0 } };
    char text[NODE_ID_TEXT];

    for (size_t i = 0; i < sizeof id.b; i++)
        id.b[i] = (uint8_t)(0xf0 - 13 * i);
    node_id_print(&id, text);
    assert_int_equal(strlen(text), 32);
    assert_int_equal(node_id_parse(text, &back), 0);
    assert_true(node_id_equal(&id, &back));
    assert_int_equal(node_id_parse("F0E3d6C9BCafa295887b6e6154473a2d", &back),
                     0);
    assert_true(node_id_equal(&id, &back));
    assert_false(node_id_is_zero(&id));
    assert_true(node_id_is_zero(&zero));
    assert_true(node_id_compare(&zero, &id) < 0);
    assert_true(node_id_compare(&id, &zero) > 0);
}

static void
wrong_ids_are_refused(void **state)
{
    (void)state;
    struct node_id id;

    assert_int_equal(node_id_parse("", &id), -EINVAL);
    assert_int_equal(node_id_parse("0123456789abcdef0123456789abcde", &id),
                     -EINVAL);
    assert_int_equal(node_id_parse("0123456789abcdef0123456789abcdef0", &id),
                     -EINVAL);
    assert_int_equal(node_id_parse("0123456789abcdef0123456789abcdeg", &id),
                     -EINVAL);
}

static void
selector_of_a_workload(void **state)
{
    (void)state;
    struct selector s;

    assert_int_equal(selector_parse("alpha-12", &s), 0);
    assert_string_equal(s.home, "alpha");
    assert_int_equal(s.number, 12);
    assert_int_equal(s.n, 0);
    assert_int_equal(selector_parse("my-host-2-4294967295", &s), 0);
    assert_string_equal(s.home, "my-host-2");
    assert_int_equal(s.number, UINT32_MAX);
}

static void
expect_range(const struct selector *s, size_t i, uint32_t first, uint32_t last,
             uint32_t step)
{
    assert_true(i < s->n);
    assert_int_equal(s->range[i].first, first);
    assert_int_equal(s->range[i].last, last);
    assert_int_equal(s->range[i].step, step);
}

static void
selector_of_jobs(void **state)
{
    (void)state;
    struct selector s;

    assert_int_equal(selector_parse("alpha-12.345", &s), 0);
    assert_int_equal(s.n, 1);
    expect_range(&s, 0, 345, 345, 1);
    assert_int_equal(selector_parse("alpha-12.0-99:2", &s), 0);
    assert_int_equal(s.n, 1);
    expect_range(&s, 0, 0, 99, 2);
    assert_int_equal(selector_parse("alpha-12.3,7,9-11", &s), 0);
    assert_int_equal(s.n, 3);
    expect_range(&s, 0, 3, 3, 1);
    expect_range(&s, 1, 7, 7, 1);
    expect_range(&s, 2, 9, 11, 1);
}

static void
wrong_selectors_are_refused(void **state)
{
    (void)state;
    struct selector s;
    static const char *const bad[] = {
        "", "12x", "alpha", "alpha-", "-12", "alpha-x", "alpha-12x", "12-12",
        "all-3", "alpha-4294967296", "alpha-99999999999999999999", "al.pha-1",
        "alpha-12.", "alpha-12.x", "alpha-12.3,", "alpha-12.,3",
        "alpha-12.5-", "alpha-12.5-4", "alpha-12.0-9:0", "alpha-12.0-9:",
        "alpha-12.3:2", "alpha-12.3.4", "alpha-12.4294967296", "alpha-12 ",
        " alpha-12", "alpha--12.-3", NULL
    };

    for (size_t i = 0; bad[i] != NULL; i++)
        if (selector_parse(bad[i], &s) != -EINVAL)
            fail_msg("\"%s\" is not a selector", bad[i]);
}

static void
selector_has_a_limit(void **state)
{
    (void)state;
    char text[4096];
    size_t len = (size_t)snprintf(text, sizeof text, "alpha-1.0");
    struct selector s;

    for (int i = 1; i < SELECTOR_RANGES_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, ",%d", i);
    assert_int_equal(selector_parse(text, &s), 0);
    assert_int_equal(s.n, SELECTOR_RANGES_MAX);
    snprintf(text + len, sizeof text - len, ",1");
    assert_int_equal(selector_parse(text, &s), -EINVAL);
}

static void
endpoints_split(void **state)
{
    (void)state;
    static const struct { const char *text, *host; uint16_t port; } good[] = {
        { "alpha", "alpha", 0 },
        { "alpha.example.org:8490", "alpha.example.org", 8490 },
        { "10.0.0.7:1024", "10.0.0.7", 1024 },
        { "10.0.0.7:65532", "10.0.0.7", 65532 },
        { "[::1]:8490", "::1", 8490 },
        { "[fe80::1%eth0]", "fe80::1%eth0", 0 },
        { "[::ffff:10.0.0.7]:2000", "::ffff:10.0.0.7", 2000 },
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char host[ENDPOINT_MAX_BYTES + 1];
        uint16_t port = 1;

        assert_int_equal(endpoint_parse(good[i].text, host, &port), 0);
        assert_string_equal(host, good[i].host);
        assert_int_equal(port, good[i].port);
    }
}

static void
wrong_endpoints_are_refused(void **state)
{
    (void)state;
    static const struct { const char *text; int rc; } bad[] = {
        { "", -EINVAL }, { ":8490", -EINVAL }, { "a b", -EINVAL },
        { "::1", -EINVAL }, { "fe80::1:8490", -EINVAL }, { "[]", -EINVAL },
        { "[::1", -EINVAL }, { "[::1]8490", -EINVAL }, { "[a]", -EINVAL },
        { "[::1%]", -EINVAL }, { "tcp://a:8490", -EINVAL },
        { "a/b:8490", -EINVAL }, { "a:", -ERANGE }, { "a:x", -ERANGE },
        { "a:0", -ERANGE }, { "a:1023", -ERANGE }, { "a:65533", -ERANGE },
        { "a:84900", -ERANGE }, { "a:8490x", -ERANGE }, { "a:-1", -ERANGE },
        { "[::1]:80", -ERANGE }, { "a:4294975786", -ERANGE },
    };
    char host[ENDPOINT_MAX_BYTES + 1], longest[ENDPOINT_MAX_BYTES + 2];
    uint16_t port;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (endpoint_parse(bad[i].text, host, &port) != bad[i].rc)
            fail_msg("\"%s\" must give %d", bad[i].text, bad[i].rc);
    memset(longest, 'x', sizeof longest);
    longest[ENDPOINT_MAX_BYTES + 1] = '\0';
    assert_int_equal(endpoint_parse(longest, host, &port), -EINVAL);
    longest[ENDPOINT_MAX_BYTES] = '\0';
    assert_int_equal(endpoint_parse(longest, host, &port), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_letters_and_no_dots),
        cmocka_unit_test(ids_print_and_parse),
        cmocka_unit_test(wrong_ids_are_refused),
        cmocka_unit_test(selector_of_a_workload),
        cmocka_unit_test(selector_of_jobs),
        cmocka_unit_test(wrong_selectors_are_refused),
        cmocka_unit_test(selector_has_a_limit),
        cmocka_unit_test(endpoints_split),
        cmocka_unit_test(wrong_endpoints_are_refused),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
