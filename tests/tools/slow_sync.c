/* SPDX-License-Identifier: MPL-2.0 */
/* slow_sync - preloaded into an agent: a disk that takes 20 ms to sync, so
 * that what is acknowledged too early is caught in the act. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

static void
dawdle(void)
{
    const struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };

    nanosleep(&t, NULL);
}

SEEN int
fsync(int fd)
{
    dawdle();
    return (int)syscall(SYS_fsync, fd);
}

SEEN int
fdatasync(int fd)
{
    dawdle();
    return (int)syscall(SYS_fdatasync, fd);
}
