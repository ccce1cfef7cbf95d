/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/clock.h"

#include <time.h>

static int64_t
read_us(clockid_t id)
{
    struct timespec t = { 0 };

    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_thread_cpu_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t
clock_thread_of_us(pthread_t thread)
{
    clockid_t id;

    return pthread_getcpuclockid(thread, &id) == 0 ? read_us(id) : 0;
}

int64_t
clock_process_cpu_us(void)
{
    return read_us(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
clock_process_of_us(pid_t pid)
{
    clockid_t id;

    return clock_getcpuclockid(pid, &id) == 0 ? read_us(id) : 0;
}

uint64_t
clock_wall_ms(void)
{
    return (uint64_t)(read_us(CLOCK_REALTIME) / 1000);
}

struct timespec
clock_timespec(int64_t us)
{
    return (struct timespec){ .tv_sec = us / 1000000,
                              .tv_nsec = us % 1000000 * 1000 };
}
