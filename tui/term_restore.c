/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/term_restore.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tui/stray.h"

/* Read by signal handlers: set before they are installed. */
static int terminal = -1;
static struct termios modes;
static char sequence[256];
static size_t sequence_len;
static int wake[2] = { -1, -1 };
/* A handler of a stack that is full needs another one. */
static char other_stack[64 * 1024];

void
restore_now(void)
{
    if (terminal < 0)
        return;
    ssize_t ignored = write(terminal, sequence, sequence_len);
    (void)ignored;
    tcsetattr(terminal, TCSANOW, &modes);
}

/* Crashes: only calls that a handler may make, then the default end. */
static void
crash(int number)
{
    restore_now();
    stray_crash();
    signal(number, SIG_DFL);
    raise(number);
}

static void
note(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(wake[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

static void
handle(int number, void (*handler)(int), int flags)
{
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&a.sa_mask);
    sigaction(number, &a, NULL);
}

/* One that is there already, as of a sanitizer, does as well. */
static void
give_stack(void)
{
    stack_t now, s = { .ss_sp = other_stack, .ss_size = sizeof other_stack };

    if (sigaltstack(NULL, &now) != 0 || (now.ss_flags & SS_DISABLE) != 0)
        (void)sigaltstack(&s, NULL);
}

void
restore_begin(int fd, const char *bytes, size_t len)
{
    static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    static const int noted[] = { SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT,
                                 SIGCONT, SIGTSTP };
    assert(len <= sizeof sequence);
    memcpy(sequence, bytes, len);
    sequence_len = len;
    terminal = fd;
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        wake[0] = wake[1] = -1;
    give_stack();
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        handle(crashes[i], crash, (int)SA_RESETHAND | SA_ONSTACK);
    for (size_t i = 0; i < sizeof noted / sizeof noted[0]; i++)
        handle(noted[i], note, SA_RESTART);
    handle(SIGPIPE, SIG_IGN, 0);
}

/* Before curses changes them. */
void
restore_modes(int fd)
{
    tcgetattr(fd, &modes);
}

int
restore_fd(void)
{
    return wake[0];
}

int
restore_signal(void)
{
    unsigned char byte;
    return read(wake[0], &byte, 1) == 1 ? byte : 0;
}

void
restore_stop(void)
{
    restore_now();
    handle(SIGTSTP, SIG_DFL, 0);
    raise(SIGTSTP);
    handle(SIGTSTP, note, SA_RESTART);
}
