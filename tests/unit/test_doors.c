/* SPDX-License-Identifier: MPL-2.0 */
/* Who gets as far as libzmq, and which errors of accept4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/doors.h"
#include "agent/knocks.h"

static int next_error, next_listener;

/* Stands for the system, which doors.c asks. Without an error it accepts. */
__attribute__((visibility("default"))) long syscall(long number, ...);
__attribute__((visibility("default"))) long
syscall(long number, ...)
{
    (void)number;
    errno = next_error;
    return next_error != 0 ? -1 : accept(next_listener, NULL, NULL);
}

static int
error_at(int listener, int error)
{
    next_error = error;
    assert_int_equal(accept4(listener, NULL, NULL, SOCK_CLOEXEC), -1);
    return errno;
}

/* A socket file knows fewer errors than TCP: what both do not abort on. */
static void
only_errors_that_are_known_pass(void **state)
{
    (void)state;
    static const int odd[] = { EPERM, EACCES, ENOMEM, ENOBUFS, ENETDOWN,
                               EPROTO, ETIMEDOUT, EOPNOTSUPP, EIO };
    static const int same[] = { EAGAIN, EINTR, ENFILE, ECONNABORTED };
    const int tcp = socket(AF_INET, SOCK_STREAM, 0);
    const int local = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(tcp >= 0 && local >= 0);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_int_equal(error_at(tcp, odd[i]), ECONNABORTED);
        assert_int_equal(error_at(local, odd[i]), ECONNABORTED);
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_int_equal(error_at(tcp, same[i]), same[i]);
        assert_int_equal(error_at(local, same[i]), same[i]);
    }
    assert_int_equal(error_at(tcp, EMFILE), EMFILE);
    assert_int_equal(error_at(local, EMFILE), EAGAIN);
    assert_int_equal(doors_refused(), 0);
    close(tcp);
    close(local);
}

/* ---- who comes by TCP ---- */

struct street {
    int listener;
    struct sockaddr_in at;
};

static struct street
open_street(void)
{
    struct street s = { .listener = socket(AF_INET, SOCK_STREAM, 0) };
    socklen_t len = sizeof s.at;

    s.at.sin_family = AF_INET;
    s.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(s.listener, (struct sockaddr *)&s.at, len), 0);
    assert_int_equal(listen(s.listener, 16), 0);
    assert_int_equal(getsockname(s.listener, (struct sockaddr *)&s.at, &len),
                     0);
    next_listener = s.listener;
    next_error = 0;
    return s;
}

/* Somebody comes and says that: is it let in? */
static bool
lets_in(const struct street *s, const void *said, size_t len)
{
    struct pollfd there = { .fd = s->listener, .events = POLLIN };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&s->at,
                             sizeof s->at), 0);
    if (len > 0)
        assert_int_equal(send(fd, said, len, 0), len);
    assert_int_equal(poll(&there, 1, 30 * 1000), 1);
    int in = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (in < 0)
        assert_int_equal(errno, ECONNABORTED);
    else
        close(in);
    close(fd);
    return in >= 0;
}

static const char greeting[] = "\xff\0\0\0\0\0\0\0\x01\x7f\x03";

static void
who_does_not_greet_is_refused(void **state)
{
    (void)state;
    const struct street s = open_street();

    assert_true(lets_in(&s, greeting, 10));
    assert_true(lets_in(&s, greeting, 11));
    assert_true(lets_in(&s, greeting, 4));      /* the rest may follow */
    assert_int_equal(doors_strangers(), 0);
    assert_false(lets_in(&s, "GET / HTTP/1.1\r\n", 16));
    assert_false(lets_in(&s, "\x01", 1));
    assert_false(lets_in(&s, "\xff\0\0\0\0\0\0\0\x01\x7e", 10));
    assert_int_equal(doors_strangers(), 3);
    close(s.listener);
}

/* The kernel shows him when the time is over; what he says then counts. */
static void
who_says_nothing_waits_outside(void **state)
{
    (void)state;
    const struct street s = open_street();
    struct pollfd there = { .fd = s.listener, .events = POLLIN };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(lets_in(&s, greeting, 10));     /* known from here on */
    assert_int_equal(connect(fd, (const struct sockaddr *)&s.at,
                             sizeof s.at), 0);
    assert_int_equal(poll(&there, 1, 0), 0);
    assert_int_equal(send(fd, greeting, 10, 0), 10);
    assert_int_equal(poll(&there, 1, 30 * 1000), 1);
    int in = accept4(s.listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(in >= 0);
    close(in);
    close(fd);
    close(s.listener);
}

/* Somebody comes and goes without a word. */
static void
look_in(const struct street *s)
{
    struct pollfd there = { .fd = s->listener, .events = POLLIN };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&s->at,
                             sizeof s->at), 0);
    close(fd);
    assert_int_equal(poll(&there, 1, 30 * 1000), 1);
    assert_int_equal(accept4(s->listener, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, ECONNABORTED);
}

/* As lbctl does before it greets. */
static void
who_leaves_at_once_is_no_stranger_until_it_is_a_flood(void **state)
{
    (void)state;
    const struct street s = open_street();
    const uint64_t before = doors_strangers();

    assert_true(lets_in(&s, greeting, 10));     /* known from here on */
    for (int i = 0; i < KNOCKS_BURST / 2; i++)
        look_in(&s);
    assert_int_equal(doors_strangers(), before);
    int n = 0;
    for (; n < 100 * KNOCKS_BURST && doors_strangers() == before; n++)
        look_in(&s);
    assert_in_range(n, 1, 100 * KNOCKS_BURST - 1);
    assert_true(lets_in(&s, greeting, 10));     /* that took nothing of his */
    close(s.listener);
}

static void
who_comes_too_often_is_refused(void **state)
{
    (void)state;
    const struct street s = open_street();
    int n = 0;

    while (n < 100 * KNOCKS_BURST && lets_in(&s, greeting, 10))
        n++;
    assert_in_range(n, KNOCKS_BURST / 2, 100 * KNOCKS_BURST - 1);
    close(s.listener);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_errors_that_are_known_pass),
        cmocka_unit_test(who_does_not_greet_is_refused),
        cmocka_unit_test(who_says_nothing_waits_outside),
        cmocka_unit_test(
            who_leaves_at_once_is_no_stranger_until_it_is_a_flood),
        cmocka_unit_test(who_comes_too_often_is_refused),
    };
    return cmocka_run_group_tests_name("doors", tests, NULL, NULL);
}
