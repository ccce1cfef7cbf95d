/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/ctl.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile sig_atomic_t ctl_interrupt;
char ctl_last_words[128];

/* Ranks, highest first. */
static const int ranks[] = { EXIT_INTERNAL, EXIT_DISK, EXIT_REFUSED,
                             EXIT_PROTOCOL, EXIT_UNREACHABLE, EXIT_LATER,
                             EXIT_NOTFOUND, EXIT_TIMEOUT, EXIT_FAILED,
                             EXIT_DONE };

static int
rank(int status)
{
    int n = (int)(sizeof ranks / sizeof ranks[0]);

    for (int i = 0; i < n; i++)
        if (ranks[i] == status)
            return n - i;
    return n + 1;       /* usage, configuration, interrupted: nothing else */
}

int
status_worse(int a, int b)
{
    return rank(b) > rank(a) ? b : a;
}

int
ctl_status(struct ctl *c, int status)
{
    c->status = status_worse(c->status, status);
    return status;
}

/* One line on stderr, after all that was printed before. */
static void __attribute__((format(printf, 1, 0)))
say(const char *fmt, va_list args)
{
    fflush(stdout);
    fputs("lbctl: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
}

int
ctl_fail(struct ctl *c, int status, const char *fmt, ...)
{
    va_list args;

    if (c->silent)
        return ctl_status(c, status);
    va_start(args, fmt);
    say(fmt, args);
    va_end(args);
    return ctl_status(c, status);
}

void
ctl_note(const struct ctl *c, const char *fmt, ...)
{
    va_list args;

    if (c->output == OUTPUT_QUIET)
        return;
    va_start(args, fmt);
    say(fmt, args);
    va_end(args);
}

int
ctl_failed(struct ctl *c, const struct lb *lb, int status)
{
    if (status == LB_INTERRUPTED && ctl_interrupt != 0)
        return ctl_status(c, ctl_interrupt);
    return ctl_fail(c, status, "%s", lb_error(lb));
}

int
ctl_stdout(struct ctl *c)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (ctl_interrupt == EXIT_PIPE)     /* which is told */
        ctl_status(c, EXIT_PIPE);
    else if (!c->stdout_lost)
        ctl_fail(c, EXIT_DISK, "stdout: cannot be written");
    c->stdout_lost = true;
    return -1;
}

bool
ctl_confirm(struct ctl *c, const char *what)
{
    char answer[16];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        ctl_fail(c, EXIT_USAGE, "%s; confirm with -y", what);
        return false;
    }
    fprintf(stderr, "%s; go on? [y/N] ", what);
    if (fgets(answer, sizeof answer, stdin) != NULL &&
        (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    ctl_note(c, "nothing done");
    ctl_status(c, EXIT_FAILED);
    return false;
}

int
ctl_pause(struct ctl *c, uint64_t ms)
{
    enum { MOST_MS = 1000, SLICE_MS = 100 };
    int left = ms < MOST_MS ? (int)ms : MOST_MS;

    for (; left > 0 && ctl_interrupt == 0; left -= SLICE_MS)
        poll(NULL, 0, left < SLICE_MS ? left : SLICE_MS);
    return ctl_interrupt == 0 ? 0 : (ctl_status(c, ctl_interrupt), -1);
}

static void
on_signal(int signal)
{
    int status = signal == SIGINT ? EXIT_INT
                 : signal == SIGPIPE ? EXIT_PIPE : EXIT_TERM;

    if (ctl_interrupt != 0 && signal == SIGPIPE)
        return;             /* each write raises it */
    if (ctl_interrupt != 0) {
        ssize_t n = write(STDERR_FILENO, ctl_last_words,
                          strlen(ctl_last_words));
        (void)n;
        _exit(status);
    }
    ctl_interrupt = status;
}

void
ctl_catch_signals(void)
{
    struct sigaction act = { .sa_handler = on_signal };

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

void
ctl_catch_pipe(void)
{
    struct sigaction act = { .sa_handler = on_signal }, was;

    sigemptyset(&act.sa_mask);
    if (sigaction(SIGPIPE, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
        sigaction(SIGPIPE, &act, NULL);
}
