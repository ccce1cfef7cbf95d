/* SPDX-License-Identifier: MPL-2.0 */
/* Which errors of accept4 get as far as libzmq. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/doors.h"

static int next_error;

/* Stands for the system, which doors.c asks. */
__attribute__((visibility("default"))) long syscall(long number, ...);
__attribute__((visibility("default"))) long
syscall(long number, ...)
{
    (void)number;
    errno = next_error;
    return -1;
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_errors_that_are_known_pass),
    };
    return cmocka_run_group_tests_name("doors", tests, NULL, NULL);
}
