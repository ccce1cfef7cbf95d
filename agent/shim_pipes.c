/* SPDX-License-Identifier: MPL-2.0 */
/* What programs read from; and those that talk to their slot line by line:
 * pipes, whose other ends are handed over, so that no line takes the way
 * through the shim. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/fds.h"
#include "agent/shim_parts.h"

int
input_open(int null, struct span bytes)
{
    if (bytes.len == 0)
        return null;
    int fd = memfd_create("stdin", MFD_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < bytes.len;) {
        ssize_t n = write(fd, bytes.p + i, bytes.len - i);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int rc = -errno;
            close(fd);
            return rc;
        }
        i += (size_t)n;
    }
    if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    return fd;
}

int
pipe_open(enum pipe_end end, int ours[2])
{
    int both[2], its = end == PIPE_IN ? 0 : 1;

    if (pipe2(both, O_CLOEXEC) != 0)
        return -errno;
    ours[end] = both[1 - its];
    return both[its];
}

bool
pipes_send(int socket, const int ours[2])
{
    const uint8_t head[SHIM_HEAD] = { 0, 0, 0, 0, SHIM_PIPES };

    return fds_send(socket, head, sizeof head, ours);
}

void
pipes_close(int ours[2])
{
    for (int i = 0; i < 2; i++) {
        if (ours[i] >= 0)
            close(ours[i]);
        ours[i] = -1;
    }
}
