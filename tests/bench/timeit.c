/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timeit N COMMAND [ARG]... - runs COMMAND N times, its stdout thrown away,
 * and prints how long each run took in ms, a line each.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/bench/wire.h"

extern char **environ;

int
main(int argc, char **argv)
{
    long n = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    posix_spawn_file_actions_t quiet;
    if (n < 1) {
        fputs("usage: timeit N COMMAND [ARG]...\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    for (long i = 0; i < n; i++) {
        pid_t pid;
        int status;
        int64_t start = clock_us();
        if (posix_spawnp(&pid, argv[2], &quiet, NULL, argv + 2, environ) != 0
            || waitpid(pid, &status, 0) != pid)
            die("the command could not be run");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            die("the command failed");
        printf("%.3f\n", (double)(clock_us() - start) / 1e3);
    }
    posix_spawn_file_actions_destroy(&quiet);
    return 0;
}
