/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/tools/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "base/xalloc.h"

enum {
    PORTS = 4, EVENTS = 256, ROUND_MS = 20, START_MS = 30 * 1000,
    REST_MIN = 50, REST_MAX = 250,      /* rounds: 1 s to 5 s */
    SPARE_FDS = 64, GARBAGE_BYTES = 4096, GREETING_BYTES = 64
};

enum manner { SILENT, GARBAGE, GREETING, HALF_GREETING, HUGE_FRAME, DRIPS,
              MANNERS };

struct one {
    int fd;                 /* -1: to be made */
    enum manner manner;
    bool up;
    unsigned rounds;        /* since it is up */
    unsigned rest;          /* rounds until it comes again */
};

struct crowd {
    pthread_t thread;
    int poll;
    uint16_t port;
    struct random rng;
    size_t n;
    struct one *one;        /* [n] */
    atomic_bool ending;
    atomic_size_t up;
    atomic_uint_fast64_t made, cut;
};

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what they say ---- */

/* ZMTP 3.0, NULL. */
static size_t
greeting(uint8_t out[GREETING_BYTES])
{
    memset(out, 0, GREETING_BYTES);
    memcpy(out, "\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16);
    return GREETING_BYTES;
}

/* READY of a DEALER, then a frame of 2^62 bytes that never comes. */
static size_t
huge(uint8_t *out)
{
    static const char ready[] = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06"
                                "DEALER\x02\x40\0\0\0\0\0\0\0";
    size_t n = greeting(out);

    memcpy(out + n, ready, sizeof ready - 1);
    return n + sizeof ready - 1;
}

static void
speak(struct crowd *c, struct one *o)
{
    uint8_t bytes[GARBAGE_BYTES];
    size_t n = 0;

    switch (o->manner) {
    case GARBAGE:
        n = o->rounds > 0 ? 0
                          : 1 + (size_t)random_below(&c->rng, sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)random_u64(&c->rng);
        break;
    case GREETING: n = greeting(bytes); break;
    case HALF_GREETING: n = greeting(bytes) / 2; break;
    case HUGE_FRAME: n = huge(bytes); break;
    case DRIPS:
        n = o->rounds < GREETING_BYTES;     /* a byte each round */
        (void)greeting(bytes);
        bytes[0] = bytes[o->rounds % GREETING_BYTES];
        break;
    case SILENT:
    case MANNERS: break;
    }
    /* What the other side thinks of it is found out by the poll. */
    if (n > 0 && (o->rounds == 0 || o->manner == DRIPS))
        (void)!send(o->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    o->rounds++;
}

/* ---- connections ---- */

static void
drop(struct crowd *c, struct one *o)
{
    if (o->up) {
        c->up--;
        c->cut++;
    }
    close(o->fd);
    *o = (struct one){ .fd = -1, .rest = REST_MIN +
                       (unsigned)random_below(&c->rng, REST_MAX - REST_MIN) };
}

static void
make(struct crowd *c, struct one *o)
{
    size_t at = (size_t)(o - c->one);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)(c->port + at % PORTS))
    };
    struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
                                        EPOLLET, .data.ptr = o };

    o->rest = 0;
    o->manner = (enum manner)random_below(&c->rng, MANNERS);
    o->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (o->fd < 0)
        return;
    if ((connect(o->fd, (struct sockaddr *)&to, sizeof to) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(c->poll, EPOLL_CTL_ADD, o->fd, &ev) != 0)
        drop(c, o);
}

static void
happened(struct crowd *c, struct one *o, uint32_t events)
{
    uint8_t bytes[1024];
    ssize_t n = 1;

    if (o->fd < 0)
        return;
    if ((events & EPOLLOUT) != 0 && (events & EPOLLERR) == 0 && !o->up) {
        o->up = true;
        c->up++;
        c->made++;
    }
    while ((events & EPOLLIN) != 0 && n > 0)
        n = recv(o->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0 || n == 0)
        drop(c, o);
}

/* Sees to what happens until the round is over. */
static void
see_to_it(struct crowd *c, int64_t until_ms)
{
    struct epoll_event ev[EVENTS];

    for (int64_t ms; (ms = until_ms - now_ms()) > 0;) {
        int n = epoll_wait(c->poll, ev, EVENTS, (int)ms);
        for (int i = 0; i < n; i++)
            happened(c, ev[i].data.ptr, ev[i].events);
    }
}

static void *
keep_up(void *arg)
{
    struct crowd *c = arg;

    for (int64_t ms = now_ms(); !c->ending; ms += ROUND_MS) {
        for (size_t i = 0; i < c->n; i++)
            if (c->one[i].fd < 0 && c->one[i].rest-- == 0)
                make(c, &c->one[i]);
        see_to_it(c, ms + ROUND_MS);
        for (size_t i = 0; i < c->n; i++)
            if (c->one[i].up)
                speak(c, &c->one[i]);
    }
    return NULL;
}

static bool
enough_descriptors(size_t n)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return false;
    if (files.rlim_cur < n + SPARE_FDS && files.rlim_max >= n + SPARE_FDS) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    errno = EMFILE;
    return files.rlim_cur >= n + SPARE_FDS;
}

struct crowd *
crowd_start(uint16_t port, uint64_t seed, size_t n)
{
    if (!enough_descriptors(n))
        return NULL;
    struct crowd *c = xcalloc(1, sizeof *c);
    c->port = port;
    c->n = n;
    c->one = xcalloc(n + 1, sizeof *c->one);
    for (size_t i = 0; i < n; i++)
        c->one[i].fd = -1;
    random_seed(&c->rng, seed);
    c->poll = epoll_create1(EPOLL_CLOEXEC);
    if (c->poll < 0 || pthread_create(&c->thread, NULL, keep_up, c) != 0) {
        free(c->one);
        free(c);
        return NULL;
    }
    return c;
}

void
crowd_await(struct crowd *c)
{
    for (int ms = 0; c->made < c->n && ms < START_MS; ms += ROUND_MS)
        usleep(ROUND_MS * 1000);
}

struct crowd_count
crowd_count(struct crowd *c)
{
    return (struct crowd_count){ c->up, c->made, c->cut };
}

void
crowd_end(struct crowd *c)
{
    c->ending = true;
    pthread_join(c->thread, NULL);
    for (size_t i = 0; i < c->n; i++)
        if (c->one[i].fd >= 0)
            close(c->one[i].fd);
    close(c->poll);
    free(c->one);
    free(c);
}
