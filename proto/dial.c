/* SPDX-License-Identifier: MPL-2.0 */
/* Finding out whether anybody listens, before ZeroMQ waits for it in
 * silence. */
#include "proto/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "proto/lb.h"
#include "proto/names.h"

enum { PORT_DEFAULT = 8490, PROBE_MS = 3000, SLICE_MS = 100, LOOK_MS = 500 };

int64_t
dial_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
dial_interrupted(const volatile sig_atomic_t *flag)
{
    return flag != NULL && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0;
}

static int __attribute__((format(printf, 3, 4)))
fail(struct dial *d, int status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(d->error, sizeof d->error, fmt, args);
    va_end(args);
    return status;
}

/* Makes ours what the system says, with a way out. */
static int
nobody(struct dial *d, const char *where, const char *hint, int error)
{
    if (error == EACCES || error == EPERM)
        return fail(d, LB_REFUSED,
                           "%s: permission denied; join group lbagent",
                           where);
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        return fail(d, LB_INTERNAL, "no socket is to be had: %s",
                    strerror(error));
    const char *why = error == ENOENT ? "no such file"
                      : error == ECONNREFUSED ? "connection refused"
                      : error == ETIMEDOUT ? "no answer"
                                           : strerror(error);
    return fail(d, LB_UNREACHABLE, "no agent reachable: %s: %s; %s", where, why,
                hint);
}

static int
dial_ipc(struct dial *d, const char *path)
{
    static const char local[] =
        "start one with \"systemctl start lbagent\" or give -n";
    struct sockaddr_un to = { .sun_family = AF_UNIX };

    if (path[0] == '\0' || strlen(path) >= sizeof to.sun_path)
        return fail(d, LB_USAGE,
                           "\"ipc://%.100s\": the path must have 1 to %zu "
                           "bytes", path, sizeof to.sun_path - 1);
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return nobody(d, path, local, errno);
    int rc = connect(fd, (struct sockaddr *)&to, sizeof to);
    int error = errno;
    close(fd);
    if (rc != 0)
        return nobody(d, path, local, error);
    snprintf(d->address, sizeof d->address, "ipc://%s", path);
    return LB_OK;
}

/* Waits for one of `events` until `end` of dial_now_ms(). Whether there is. */
static bool
wait_for(struct pollfd *p, int64_t end, const volatile sig_atomic_t *interrupt)
{
    while (!dial_interrupted(interrupt)) {
        int64_t left = end - dial_now_ms();
        if (left <= 0)
            return false;
        if (poll(p, 1, left < SLICE_MS ? (int)left : SLICE_MS) > 0)
            return true;
    }
    return false;
}

/* A descriptor, or -errno. */
static int
knock(const struct addrinfo *a, int64_t end,
      const volatile sig_atomic_t *interrupt)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    0);
    int error = 0;
    if (fd < 0)
        return -errno;
    if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        socklen_t len = sizeof error;
        error = errno;
        bool got = error == EINPROGRESS && wait_for(&p, end, interrupt);
        if (error == EINPROGRESS)
            error = ETIMEDOUT;
        if (got && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
            error = errno;
    }
    if (error == 0)
        return fd;
    close(fd);
    return -error;
}

/* 0 or errno. */
static int
probe(const struct addrinfo *a, const volatile sig_atomic_t *interrupt)
{
    int fd = knock(a, dial_now_ms() + PROBE_MS, interrupt);

    if (fd < 0)
        return -fd;
    close(fd);
    return 0;
}

/* As getaddrinfo; LB_USAGE with a text: no address. */
static int
resolve(struct dial *d, uint16_t *base, char port[12], struct addrinfo **list)
{
    const char *where = d->where;
    char host[ENDPOINT_MAX_BYTES + 1];
    struct addrinfo hint = { .ai_socktype = SOCK_STREAM };
    int rc = endpoint_parse(where, host, base);

    if (rc == -ERANGE)
        return fail(d, LB_USAGE, "port \"%.20s\" is not in "
                           "1024..65532", strrchr(where, ':') + 1);
    if (rc != 0)
        return fail(d, LB_USAGE, "\"%.100s\" is neither HOST[:PORT] "
                           "nor ipc://PATH", where);
    snprintf(port, 12, "%d", (*base != 0 ? *base : PORT_DEFAULT) + d->offset);
    rc = getaddrinfo(host, port, &hint, list);
    if (rc != 0)
        return fail(d, LB_UNREACHABLE, "no agent reachable: %s: %s",
                           where, gai_strerror(rc));
    return LB_OK;
}

static int
dial_tcp(struct dial *d)
{
    char port[12], digits[64], whole[ENDPOINT_MAX_BYTES + 16];
    uint16_t base = 0;
    struct addrinfo *list = NULL;
    int error = ENOENT, status = resolve(d, &base, port, &list);

    if (status != LB_OK)
        return status;
    for (struct addrinfo *a = list; a != NULL && error != 0; a = a->ai_next) {
        error = probe(a, d->interrupt);
        if (error != 0 || getnameinfo(a->ai_addr, a->ai_addrlen, digits,
                                      sizeof digits, NULL, 0,
                                      NI_NUMERICHOST) != 0)
            continue;
        bool v6 = a->ai_family == AF_INET6;
        snprintf(d->address, sizeof d->address,
                 v6 ? "tcp://[%s]:%s" : "tcp://%s:%s", digits, port);
    }
    freeaddrinfo(list);
    if (error == 0)
        return LB_OK;
    snprintf(whole, sizeof whole, "%s%s", d->where, base != 0 ? "" : ":");
    if (base == 0)
        snprintf(whole + strlen(whole), 8, "%d", PORT_DEFAULT);
    return nobody(d, whole, "is its listen.port another one?", error);
}

/* A greeting of ZeroMQ, and what ends a line, for who reads lines. */
enum dial_word
dial_listen(struct dial *d)
{
    static const char greeting[] = "\xff\0\0\0\0\0\0\0\1\x7f\r\n\r\n";
    char port[12];
    uint8_t said = 0xff;
    ssize_t n = -1;
    uint16_t base;
    struct addrinfo *list = NULL;

    if (resolve(d, &base, port, &list) != LB_OK)
        return DIAL_SILENT;
    int64_t end = dial_now_ms() + LOOK_MS;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        struct pollfd p = { .fd = knock(a, end, d->interrupt),
                            .events = POLLIN };
        if (p.fd < 0)
            continue;
        (void)send(p.fd, greeting, sizeof greeting - 1, MSG_NOSIGNAL);
        if (wait_for(&p, end, d->interrupt) &&
            (n = recv(p.fd, &said, 1, 0)) < 0)
            n = 0;
        close(p.fd);
        break;
    }
    freeaddrinfo(list);
    return n == 0 ? DIAL_CLOSED : said != 0xff ? DIAL_FOREIGN : DIAL_SILENT;
}

int
dial(struct dial *d)
{
    if (strncmp(d->where, "ipc://", 6) == 0)
        return dial_ipc(d, d->where + 6);
    return dial_tcp(d);
}
