/* SPDX-License-Identifier: MPL-2.0 */
/*
 * strangers - processes that nobody may send a signal to: strangers N keeps N
 * children, which live for 5 ms at most each, until the end of its input.
 * Where process numbers are few they soon have those of whoever has ended.
 * Then it says how many there were; the status is 1 if one got a signal.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIFE_US = 5 * 1000, HIT = 100 };

static void
hit(int number)
{
    _exit(HIT + number % 64);
}

static void
live(unsigned seed)
{
    const struct timespec t = { 0, (long)(seed * 2654435761u >> 8) % LIFE_US *
                                       1000 };

    for (int i = 1; i < NSIG; i++)
        if (i != SIGCHLD)
            (void)signal(i, hit);   /* not all may be caught */
    (void)nanosleep(&t, NULL);
    _exit(0);
}

/* Whether a child came to its own end. */
static bool
judge(pid_t pid, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "strangers: %d: status 0x%x\n", (int)pid,
            (unsigned)status);
    if (!WIFEXITED(status) && !WIFSIGNALED(status))
        (void)kill(pid, SIGKILL);
    return false;
}

int
main(int argc, char **argv)
{
    long most = argc == 2 ? strtol(argv[1], NULL, 10) : 0, now = 0;
    struct pollfd in = { 0, POLLIN, 0 };
    unsigned forks = 0, hits = 0;
    int status;

    if (most < 1)
        return 2;
    while (poll(&in, 1, 0) == 0 || now > 0) {
        while (now < most && in.revents == 0) {
            pid_t pid = fork();
            if (pid == 0)
                live(forks);
            if (pid < 0)
                break;      /* no number is free */
            now++;
            forks++;
        }
        pid_t pid = waitpid(-1, &status, WUNTRACED | WCONTINUED);
        if (pid < 0 && errno == ECHILD)
            continue;
        if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
            now--;
        hits += pid > 0 && !judge(pid, status);
    }
    printf("%u strangers, %u hit\n", forks, hits);
    return hits > 0;
}
