/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/fds.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
};

bool
fds_send(int socket, const void *p, size_t n, const int fds[2])
{
    struct iovec iov = { (void *)(uintptr_t)p, n };
    union control c;
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t sent;

    memset(&c, 0, sizeof c);
    if (fds != NULL) {
        m.msg_control = c.bytes;
        m.msg_controllen = sizeof c.bytes;
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(2 * sizeof(int));
        memcpy(CMSG_DATA(h), fds, 2 * sizeof(int));
    }
    do {
        sent = sendmsg(socket, &m, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n;
}

/* Where there is room for one of the two the kernel hands over that one. */
static void
take(struct msghdr *m, int fds[2], bool *lost)
{
    struct cmsghdr *h = CMSG_FIRSTHDR(m);
    size_t n = 0;

    if (h != NULL && h->cmsg_level == SOL_SOCKET &&
        h->cmsg_type == SCM_RIGHTS)
        n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (n > 0 && n <= 2)
        memcpy(fds, CMSG_DATA(h), n * sizeof(int));
    *lost = n < 2 && (n > 0 || (m->msg_flags & MSG_CTRUNC) != 0);
    if (n == 1) {
        close(fds[0]);
        fds[0] = -1;
    }
}

ssize_t
fds_receive(int socket, void *p, size_t cap, int fds[2], bool *lost)
{
    struct iovec iov = { p, cap };
    union control c;
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
                        .msg_control = c.bytes,
                        .msg_controllen = sizeof c.bytes };
    ssize_t n;

    fds[0] = fds[1] = -1;
    *lost = false;
    do {
        n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n > 0)
        take(&m, fds, lost);
    return n;
}
