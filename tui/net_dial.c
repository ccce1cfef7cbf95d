/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/net_dial.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"

enum { FOUND_MAX = 4 };

/* Shared with the thread that looks up; the last of the two frees it. */
struct lookup {
    atomic_int users, done;
    int error;              /* of getaddrinfo */
    char host[DIAL_WHERE_MAX], port[8];
    unsigned n;
    struct sockaddr_storage found[FOUND_MAX];
    socklen_t len[FOUND_MAX];
};

static void
fail(struct dialling *d, int error)
{
    d->state = DIAL_FAILED;
    d->why[0] = '\0';
    text_add(d->why, sizeof d->why, "%s",
             error == ENOENT ? "no such file"
             : error == EACCES || error == EPERM ? "permission denied"
             : error == ECONNREFUSED ? "connection refused"
             : error == ETIMEDOUT ? "time-out"
                                  : strerror(error));
}

/* ---- names ---- */

static void
lookup_leave(struct lookup *l)
{
    if (atomic_fetch_sub(&l->users, 1) == 1)
        free(l);
}

static void
lookup_find(struct lookup *l, int flags)
{
    struct addrinfo hint = { .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV | flags },
                    *list = NULL;

    l->error = getaddrinfo(l->host, l->port, &hint, &list);
    for (struct addrinfo *a = list;
         l->error == 0 && a != NULL && l->n < FOUND_MAX; a = a->ai_next) {
        if (a->ai_addrlen > sizeof l->found[0])
            continue;
        memcpy(&l->found[l->n], a->ai_addr, a->ai_addrlen);
        l->len[l->n++] = a->ai_addrlen;
    }
    if (l->error == 0)
        freeaddrinfo(list);
}

static void *
look_up(void *arg)
{
    struct lookup *l = arg;

    lookup_find(l, 0);
    atomic_store(&l->done, 1);
    lookup_leave(l);
    return NULL;
}

/* Numbers at once, names by a thread. */
static void
lookup_begin(struct lookup *l)
{
    pthread_attr_t attr;
    pthread_t thread;

    lookup_find(l, AI_NUMERICHOST);
    atomic_store(&l->done, 1);
    if (l->error != EAI_NONAME)
        return;
    atomic_store(&l->done, 0);
    atomic_store(&l->users, 2);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, look_up, l) != 0) {
        atomic_store(&l->users, 1);
        atomic_store(&l->done, 1);
    }
    pthread_attr_destroy(&attr);
}

/* ---- probing ---- */

static void
shut(struct dialling *d)
{
    if (d->state == DIAL_PROBE)
        close(d->fd);
    d->fd = -1;
}

static void
ready(struct dialling *d)
{
    char digits[64], port[8];
    const struct lookup *l = d->lookup;
    const struct sockaddr *a = (const struct sockaddr *)&l->found[d->at];

    shut(d);
    if (getnameinfo(a, l->len[d->at], digits, sizeof digits, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        fail(d, EINVAL);
        return;
    }
    bool six = a->sa_family == AF_INET6;
    d->address[0] = '\0';
    text_add(d->address, sizeof d->address, six ? "tcp://[%s]:%s"
                                                : "tcp://%s:%s", digits, port);
    d->state = DIAL_READY;
}

/* The address at d->at, then the others; the last error counts. */
static void
probe_from(struct dialling *d, int64_t now_us, int error)
{
    const struct lookup *l = d->lookup;

    for (; d->at < l->n; d->at++) {
        const struct sockaddr *a = (const struct sockaddr *)&l->found[d->at];
        int fd = socket(a->sa_family,
                        SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0) {
            error = errno;
            continue;
        }
        d->fd = fd;
        d->state = DIAL_PROBE;
        d->until_us = now_us + DIAL_US;
        if (connect(fd, a, l->len[d->at]) == 0) {
            ready(d);
            return;
        }
        if (errno == EINPROGRESS)
            return;
        error = errno;
        shut(d);
    }
    fail(d, error);
}

static void
step_name(struct dialling *d, int64_t now_us)
{
    struct lookup *l = d->lookup;

    d->until_us = now_us + DIAL_LOOK_US;
    if (atomic_load(&l->done) == 0)
        return;
    if (l->error != 0 || l->n == 0) {
        d->state = DIAL_FAILED;
        d->why[0] = '\0';
        text_add(d->why, sizeof d->why, "name not found");
        return;
    }
    d->at = 0;
    probe_from(d, now_us, ENOENT);
}

static void
step_probe(struct dialling *d, int64_t now_us)
{
    struct pollfd p = { .fd = d->fd, .events = POLLOUT };
    int error = 0;
    socklen_t len = sizeof error;

    if (poll(&p, 1, 0) <= 0) {
        if (now_us < d->until_us)
            return;
        error = ETIMEDOUT;
    } else if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        error = errno;
    }
    if (error == 0) {
        ready(d);
        return;
    }
    shut(d);
    d->at++;
    probe_from(d, now_us, error);
}

static void
probe_path(struct dialling *d, const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };

    if (path[0] == '\0' || strlen(path) >= sizeof to.sun_path) {
        fail(d, ENAMETOOLONG);
        return;
    }
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd < 0 ? -1
                    : connect(fd, (const struct sockaddr *)&to, sizeof to);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (rc != 0 && error != EAGAIN) {   /* EAGAIN: many knock there */
        fail(d, error);
        return;
    }
    d->address[0] = '\0';
    text_add(d->address, sizeof d->address, "ipc://%s", path);
    d->state = DIAL_READY;
}

void
dialling_begin(struct dialling *d, const char *host, unsigned port,
               int64_t now_us)
{
    dialling_end(d);
    if (port == 0) {
        probe_path(d, host);
        return;
    }
    struct lookup *l = xcalloc(1, sizeof *l);
    atomic_init(&l->users, 1);
    text_add(l->host, sizeof l->host, "%s", host);
    text_add(l->port, sizeof l->port, "%u", port);
    d->lookup = l;
    d->state = DIAL_NAME;
    lookup_begin(l);
    step_name(d, now_us);
}

void
dialling_step(struct dialling *d, int64_t now_us)
{
    if (d->state == DIAL_NAME)
        step_name(d, now_us);
    else if (d->state == DIAL_PROBE)
        step_probe(d, now_us);
}

void
dialling_end(struct dialling *d)
{
    shut(d);
    if (d->lookup != NULL)
        lookup_leave(d->lookup);
    *d = (struct dialling){ .state = DIAL_IDLE, .fd = -1 };
}
