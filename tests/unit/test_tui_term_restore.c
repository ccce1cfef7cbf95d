/* SPDX-License-Identifier: MPL-2.0 */
/* A process that crashes leaves its terminal as it was: here one that has used
 * up its stack, so that nothing is left for a handler to run on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tui/term_restore.h"

enum { STACK_BYTES = 512 * 1024, DEEP = 1000 * 1000, WAIT_MS = 20000 };
static const char back[] = "[as it was]";

/* Not a tail call: what is below is used after it. */
static int
deeper(volatile int depth)
{
    volatile char room[1024];

    room[0] = (char)depth;
    if (depth < DEEP)
        room[1] = (char)deeper(depth + 1);
    return room[0] + room[1];
}

static int
overflow(void)
{
    return deeper(0);
}

static int
call_abort(void)
{
    return raise(SIGABRT);
}

/* As term.c does it: modes, then what curses would change, then handlers. */
static void
crash(int (*how)(void))
{
    struct rlimit none = { 0, 0 }, stack = { STACK_BYTES, STACK_BYTES };
    struct termios raw;

    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_STACK, &stack);
    restore_modes(STDIN_FILENO);
    tcgetattr(STDIN_FILENO, &raw);
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    restore_begin(STDIN_FILENO, back, strlen(back));
    _exit(how() == 0 ? 0 : 1);
}

/* All that comes until `text` or the end. */
static bool
hears(int fd, const char *text)
{
    char heard[4096] = "";
    size_t n = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };

    while (strstr(heard, text) == NULL && n + 1 < sizeof heard &&
           poll(&p, 1, WAIT_MS) == 1) {
        ssize_t got = read(fd, heard + n, sizeof heard - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        heard[n] = '\0';
    }
    return strstr(heard, text) != NULL;
}

static void
expect_restored(int (*how)(void), int number)
{
    struct termios before, after;
    int fd, slave, status;

    assert_int_equal(openpty(&fd, &slave, NULL, NULL, NULL), 0);
    tcgetattr(slave, &before);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(slave, STDIN_FILENO);
        crash(how);
    }
    assert_true(hears(fd, back));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    tcgetattr(slave, &after);
    assert_int_equal(before.c_lflag, after.c_lflag);
    assert_int_equal(before.c_iflag, after.c_iflag);
    assert_int_equal(before.c_oflag, after.c_oflag);
    close(slave);
    close(fd);
}

static void
a_full_stack_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    expect_restored(overflow, SIGSEGV);
}

static void
so_does_an_abort(void **state)
{
    (void)state;
    expect_restored(call_abort, SIGABRT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_stack_leaves_the_terminal_as_it_was),
        cmocka_unit_test(so_does_an_abort),
    };
    return cmocka_run_group_tests_name("tui_term_restore", tests, NULL, NULL);
}
