/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/doors.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

enum {
    ROOM = 32,              /* descriptors that TCP leaves free */
    ROOM_LOCAL = 16         /* and clients of this host by a socket file */
};
static const int64_t WARN_US = 60 * INT64_C(1000000);

static atomic_uint_fast64_t refused;

static bool
is_local(int listener)
{
    int domain = 0;
    socklen_t len = sizeof domain;

    return getsockopt(listener, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
           domain == AF_UNIX;
}

static rlim_t
limit(void)
{
    struct rlimit files;

    return getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur
                                                 : RLIM_INFINITY;
}

/* The lowest free number is always given: all below it are in use. */
static bool
is_too_many(int fd, bool local)
{
    rlim_t most = limit(), room = local ? ROOM_LOCAL : ROOM;

    if (room > most / 4)
        room = most / 4;
    return (rlim_t)fd >= most - room;
}

/* libzmq aborts on an error that it does not know: at a socket file it knows
 * no EMFILE, and neither ENOMEM nor ENOBUFS; nowhere what a firewall or a
 * security module answers. The connection is gone, or waits, in any case. */
static int
known_error(int error, bool local)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ENFILE: return error;
    case EMFILE: return local ? EAGAIN : EMFILE;
    default: return ECONNABORTED;
    }
}

/* What libzmq finds under that name. (Declared as ISO C can.) */
int doors_accept(int listener, struct sockaddr *address, socklen_t *len,
                 int flags) __asm__("accept4")
    __attribute__((visibility("default")));

int
doors_accept(int listener, struct sockaddr *address, socklen_t *len,
             int flags)
{
    int fd = (int)syscall(SYS_accept4, listener, address, len, flags);

    if (fd < 0) {
        errno = known_error(errno, is_local(listener));
        return -1;
    }
    if (!is_too_many(fd, is_local(listener)))
        return fd;
    close(fd);
    refused++;
    errno = ECONNABORTED;
    return -1;
}

uint64_t
doors_refused(void)
{
    return refused;
}

void
doors_tick(int64_t now_us)
{
    static uint64_t said;       /* by the loop thread alone */
    static int64_t warn_us;
    uint64_t n = refused;

    if (n == said || now_us < warn_us)
        return;
    log_event(LOG_WARN, "descriptors", "refused=%llu limit=%llu why=\"fewer "
              "than %d are left\" next=\"new connections are refused until "
              "there is room\"", (unsigned long long)(n - said),
              (unsigned long long)limit(), (int)ROOM);
    said = n;
    warn_us = now_us + WARN_US;
}
