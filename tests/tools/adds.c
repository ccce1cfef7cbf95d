/* SPDX-License-Identifier: MPL-2.0 */
/*
 * adds PROCESSES MS - how many dependent additions PROCESSES processes do a
 * second, together, tried for MS milliseconds: for the size of a
 * demonstration that is to take a given time.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEP = 100000 };

static int64_t
clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t
adds_a_second(int64_t for_us)
{
    int64_t start = clock_us(), now = start;
    uint64_t x = 0, n = 0;
    while ((now = clock_us()) < start + for_us) {
        for (int i = 0; i < STEP; i++) {
            x += 1;
            __asm__ volatile("" : "+r"(x));
        }
        n += STEP;
    }
    return n * 1000000 / (uint64_t)(now - start);
}

int
main(int argc, char **argv)
{
    int n = argc == 3 ? atoi(argv[1]) : 0, ends[2];
    int64_t for_us = argc == 3 ? atoll(argv[2]) * 1000 : 0;
    uint64_t all = 0, one;
    if (n < 1 || for_us < 1 || pipe(ends) != 0) {
        fputs("usage: adds PROCESSES MS\n", stderr);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        if (fork() != 0)
            continue;
        one = adds_a_second(for_us);
        _exit(write(ends[1], &one, sizeof one) == sizeof one ? 0 : 1);
    }
    close(ends[1]);
    while (read(ends[0], &one, sizeof one) == sizeof one)
        all += one;
    while (wait(NULL) > 0)
        continue;
    printf("%" PRIu64 "\n", all);
    return all > 0 ? 0 : 1;
}
