/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/doors.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/knocks.h"
#include "base/log.h"

enum {
    ROOM = 32,              /* descriptors that TCP leaves free */
    ROOM_LOCAL = 16,        /* and clients of this host by a socket file */
    GREETING_S = 3,         /* until who came by TCP says something */
    SIGNATURE = 10          /* bytes that each greeting begins with */
};
static const int64_t WARN_US = 60 * INT64_C(1000000);

static atomic_uint_fast64_t refused, strangers;
/* Of the thread of libzmq that TCP comes in by: who greets; and who leaves
 * without a word, which costs him no greeting. */
static struct knocks knocks, leavers;

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

/* The kernel keeps who says nothing, at no cost for us. */
static void
await_greeting(int listener)
{
    const int s = GREETING_S;

    (void)setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &s, sizeof s);
}

enum who { GUEST, LEAVER, STRANGER };

/* What it has said so far, if anything, is how a greeting begins. For those
 * who greet and then say no more libzmq has timers, and it is slow to take
 * one out of many: of them no address has more than so many. Who only looked
 * whether anybody listens, as lbctl does, is gone and no guest, but a stranger
 * only if he came as often. */
static enum who
who_is(int fd)
{
    struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
    socklen_t len = sizeof from;
    uint8_t said[SIGNATURE];
    ssize_t n = recv(fd, said, sizeof said, MSG_PEEK | MSG_DONTWAIT);

    if ((n > 0 && said[0] != 0xff) ||
        (n == SIGNATURE && said[SIGNATURE - 1] != 0x7f))
        return STRANGER;
    (void)getpeername(fd, (struct sockaddr *)&from, &len);
    if (!knocks_allow(n == 0 ? &leavers : &knocks, (struct sockaddr *)&from,
                      clock_us()))
        return STRANGER;
    return n == 0 ? LEAVER : GUEST;
}

/* What libzmq finds under that name. (Declared as ISO C can.) */
int doors_accept(int listener, struct sockaddr *address, socklen_t *len,
                 int flags) __asm__("accept4")
    __attribute__((visibility("default")));

int
doors_accept(int listener, struct sockaddr *address, socklen_t *len,
             int flags)
{
    bool local = is_local(listener);

    if (!local)
        await_greeting(listener);
    int fd = (int)syscall(SYS_accept4, listener, address, len, flags);
    if (fd < 0) {
        errno = known_error(errno, local);
        return -1;
    }
    bool full = is_too_many(fd, local);
    enum who who = full || local ? GUEST : who_is(fd);
    if (!full && who == GUEST)
        return fd;
    close(fd);
    if (full)
        refused++;
    else if (who == STRANGER)
        strangers++;
    errno = ECONNABORTED;
    return -1;
}

uint64_t
doors_refused(void)
{
    return refused;
}

uint64_t
doors_strangers(void)
{
    return strangers;
}

static void
tell_refused(int64_t now_us)
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

static void
tell_strangers(int64_t now_us)
{
    static uint64_t said;
    static int64_t warn_us;
    uint64_t n = strangers;

    if (n == said || now_us < warn_us)
        return;
    log_event(LOG_WARN, "strangers", "refused=%llu why=\"do not greet, or come "
              "more than %d times a second from one address\"",
              (unsigned long long)(n - said), (int)KNOCKS_SECOND);
    said = n;
    warn_us = now_us + WARN_US;
}

void
doors_tick(int64_t now_us)
{
    tell_refused(now_us);
    tell_strangers(now_us);
}
