/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lockstep PROCESSES N PROGRAM [WORD]... - seconds for N lines, one written
 * and its answer read before the next, shared by PROCESSES loops, each with a
 * PROGRAM of its own behind two pipes: all that can be had of it in lock-step.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/wire.h"

/* Starts the program; its pipes are in *to and *from. */
static pid_t
start(char **words, int *to, int *from)
{
    posix_spawn_file_actions_t a;
    int in[2], out[2];
    pid_t pid;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        die("lockstep: no pipe");
    posix_spawn_file_actions_init(&a);
    posix_spawn_file_actions_adddup2(&a, in[0], 0);
    posix_spawn_file_actions_adddup2(&a, out[1], 1);
    if (posix_spawnp(&pid, words[0], &a, NULL, words, environ) != 0)
        die("lockstep: no such program");
    posix_spawn_file_actions_destroy(&a);
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
    return pid;
}

/* Whether the answer is the line, as that of an echo is. */
static bool
ask(int to, int from, long i)
{
    char line[32], answer[32];
    ssize_t n = snprintf(line, sizeof line, "%ld\n", i), got = 0, now = 1;

    if (write(to, line, (size_t)n) != n)
        return false;
    for (; got < n && now > 0; got += now)
        now = read(from, answer + got, sizeof answer - (size_t)got);
    return got == n && memcmp(line, answer, (size_t)n) == 0;
}

static int
loop(long n, char **words)
{
    int to, from, status;
    pid_t pid = start(words, &to, &from);

    for (long i = 1; i <= n; i++)
        if (!ask(to, from, i))
            return 1;
    close(to);
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    long processes = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
    long n = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    int status;

    if (processes < 1 || n < processes) {
        fputs("usage: lockstep PROCESSES N PROGRAM [WORD]...\n", stderr);
        return 2;
    }
    int64_t start_us = clock_us();
    for (long i = 0; i < processes; i++)
        if (fork() == 0)
            _exit(loop(n / processes, argv + 3));
    while (wait(&status) > 0)
        if (status != 0)
            die("lockstep: a loop failed");
    printf("%.6f\n", (double)(clock_us() - start_us) / 1e6);
    return 0;
}
