/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/proxy_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "tests/nemesis/campaign.h"

enum { LOOK_MS = 2, PORT_LOW = 10240, PORT_HIGH = 32000, TRIES = 1000 };

static struct sockaddr_in
place(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
}

int
proxy_dial(uint16_t port)
{
    struct sockaddr_in a = place(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ||
        errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static int
listen_at(uint16_t port)
{
    struct sockaddr_in a = place(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
        listen(fd, 64) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

struct proxy *
proxy_new(uint64_t seed)
{
    struct proxy *p = xcalloc(1, sizeof *p);

    p->rng = rng_split(seed, 7);
    p->replay_fd = -1;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

uint16_t
proxy_add(struct proxy *p, uint16_t port)
{
    struct rng r;

    rng_seed(&r, rng_any_seed());
    for (int i = 0; i < TRIES && p->n_doors + 2 <= DOORS_MAX; i++) {
        uint16_t base = (uint16_t)(rng_between(&r, PORT_LOW, PORT_HIGH) & ~1);
        int first = listen_at(base), second = -1;
        if (first >= 0)
            second = listen_at((uint16_t)(base + 1));
        if (second >= 0) {
            p->door[p->n_doors++] = (struct door){ first, port };
            p->door[p->n_doors++] = (struct door){ second,
                                                   (uint16_t)(port + 1) };
            return base;
        }
        if (first >= 0)
            close(first);
    }
    return 0;
}

/* ---- connections ---- */

static void
count(struct proxy *p, uint64_t *what, uint64_t n)
{
    pthread_mutex_lock(&p->lock);
    *what += n;
    pthread_mutex_unlock(&p->lock);
}

/* What will go wrong with it for a while; often nothing. */
static void
draw_fate(struct proxy *p, struct wire *w, int64_t now_ms)
{
    uint64_t d = rng_below(&p->rng, 100);

    if (now_ms < w->next_fate_ms || atomic_load(&p->healed))
        return;
    w->next_fate_ms = now_ms + rng_between(&p->rng, 200, 3000);
    w->late_ms = 0;
    if (d < 50)
        w->late_ms = (int64_t)1 << rng_below(&p->rng, 9);
    if (d >= 35 && d < 60)
        w->cut_after = w->passed + 1 +
                       rng_below(&p->rng, 64ull << rng_below(&p->rng, 10));
    if (d >= 60 && d < 70) {
        w->flow[rng_below(&p->rng, 2)].swallows = true;
        w->cut_ms = now_ms + rng_between(&p->rng, 50, 3000);
    }
    if (d >= 65 && d < 80)
        w->still_until_ms = now_ms + rng_between(&p->rng, 100, 2500);
}

static void
drop_flow(struct flow *f)
{
    while (f->first != NULL) {
        struct chunk *c = f->first;
        f->first = c->next;
        free(c);
    }
}

/* With a reset, so that neither side waits. */
static void
cut(struct proxy *p, size_t i)
{
    struct wire *w = p->wire[i];
    const struct linger hard = { .l_onoff = 1 };

    for (int k = 0; k < 2; k++) {
        setsockopt(w->fd[k], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(w->fd[k]);
        drop_flow(&w->flow[k]);
    }
    free(w);
    p->wire[i] = p->wire[--p->n_wires];
    p->wire[p->n_wires] = NULL;
}

static void
welcome(struct proxy *p, const struct door *d, int64_t now_ms)
{
    int fd = accept4(d->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    int to = fd >= 0 && p->n_wires < WIRES_MAX ? proxy_dial(d->target) : -1;

    if (to < 0) {
        if (fd >= 0)
            close(fd);
        return;
    }
    struct wire *w = xcalloc(1, sizeof *w);
    w->fd[0] = fd;
    w->fd[1] = to;
    w->target = d->target;
    w->tape = -1;
    draw_fate(p, w, now_ms);
    p->wire[p->n_wires++] = w;
    proxy_record(p, w);
    count(p, &p->count.connections, 1);
}

/* ---- what passes ---- */

/* False: the other side has ended it. */
static bool
take_in(struct proxy *p, struct wire *w, int from, int64_t now_ms)
{
    struct flow *f = &w->flow[from];
    uint8_t data[CHUNK];
    ssize_t n = recv(w->fd[from], data, sizeof data, 0);

    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    if (from == 0)
        proxy_tape(p, w, data, (size_t)n);
    if (f->swallows) {
        count(p, &p->count.swallowed, (uint64_t)n);
        return true;
    }
    struct chunk *c = xmalloc(sizeof *c + (size_t)n);
    *c = (struct chunk){ .len = (size_t)n, .due_ms = now_ms };
    memcpy(c->data, data, (size_t)n);
    if (w->late_ms > 0)
        c->due_ms += rng_between(&p->rng, 0, w->late_ms);
    if (c->due_ms < f->last_due_ms)
        c->due_ms = f->last_due_ms;
    f->last_due_ms = c->due_ms;
    if (f->last != NULL && f->first != NULL)
        f->last->next = c;
    else
        f->first = c;
    f->last = c;
    f->held += c->len;
    return true;
}

/* False: it is to be cut. */
static bool
pass_on(struct proxy *p, struct wire *w, int from, int64_t now_ms)
{
    struct flow *f = &w->flow[from];

    while (f->first != NULL && f->first->due_ms <= now_ms) {
        struct chunk *c = f->first;
        size_t len = c->len - c->sent;
        if (w->cut_after != 0 && w->cut_after - w->passed < len)
            len = (size_t)(w->cut_after - w->passed);
        ssize_t n = len == 0 ? 0 : send(w->fd[1 - from], c->data + c->sent,
                                        len, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->sent += (size_t)n;
        w->passed += (uint64_t)n;
        count(p, &p->count.bytes, (uint64_t)n);
        if (w->cut_after != 0 && w->passed >= w->cut_after)
            return false;
        if (c->sent < c->len)
            continue;
        f->held -= c->len;
        f->first = c->next;
        free(c);
    }
    return true;
}

static bool
is_doomed(struct proxy *p, struct wire *w, int64_t now_ms)
{
    if (atomic_load(&p->healed)) {
        bool swallowed = w->flow[0].swallows || w->flow[1].swallows;
        w->late_ms = w->cut_ms = w->still_until_ms = 0;
        w->cut_after = 0;
        return swallowed;       /* a stream with a hole is of no use */
    }
    return w->cut_ms != 0 && now_ms >= w->cut_ms;
}

static short
interest(const struct wire *w, int k, int64_t now_ms)
{
    const struct flow *out = &w->flow[1 - k];
    short events = w->flow[k].held < HELD_MAX ? POLLIN : 0;

    if (out->first != NULL && out->first->due_ms <= now_ms)
        events |= POLLOUT;
    return now_ms < w->still_until_ms ? 0 : events;
}

/* False: it has ended, by itself or by us. */
static bool
serve(struct proxy *p, struct wire *w, const struct pollfd *f, int64_t now_ms)
{
    if (now_ms < w->still_until_ms)
        return true;
    for (int k = 0; k < 2; k++) {
        if ((f[k].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
            !take_in(p, w, k, now_ms))
            return false;
        if (!pass_on(p, w, k, now_ms)) {
            count(p, &p->count.cuts, 1);
            return false;
        }
    }
    return true;
}

static void
turn(struct proxy *p)
{
    struct pollfd f[DOORS_MAX + 2 * WIRES_MAX];
    int64_t now_ms = campaign_now_ms();
    size_t n = 0, wires = p->n_wires;

    for (size_t i = 0; i < p->n_doors; i++)
        f[n++] = (struct pollfd){ .fd = p->door[i].fd, .events = POLLIN };
    for (size_t i = 0; i < wires; i++)
        for (int k = 0; k < 2; k++)
            f[n++] = (struct pollfd){ .fd = p->wire[i]->fd[k],
                                      .events = interest(p->wire[i], k,
                                                         now_ms) };
    poll(f, (nfds_t)n, LOOK_MS);
    now_ms = campaign_now_ms();
    /* From the last on: a cut moves the last one into its place. */
    for (size_t i = wires; i-- > 0;) {
        draw_fate(p, p->wire[i], now_ms);
        if (is_doomed(p, p->wire[i], now_ms)) {
            count(p, &p->count.cuts, 1);
            cut(p, i);
        } else if (!serve(p, p->wire[i], &f[p->n_doors + 2 * i], now_ms)) {
            cut(p, i);
        }
    }
    for (size_t i = 0; i < p->n_doors; i++)
        if ((f[i].revents & POLLIN) != 0)
            welcome(p, &p->door[i], now_ms);
    proxy_replay(p, now_ms);
}

static void *
body(void *arg)
{
    struct proxy *p = arg;

    while (!atomic_load(&p->stop))
        turn(p);
    return NULL;
}

int
proxy_start(struct proxy *p)
{
    p->started = pthread_create(&p->thread, NULL, body, p) == 0;
    return p->started ? 0 : -1;
}

void
proxy_heal(struct proxy *p)
{
    atomic_store(&p->healed, true);
}

struct proxy_counts
proxy_count(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    struct proxy_counts c = p->count;
    pthread_mutex_unlock(&p->lock);
    return c;
}

void
proxy_free(struct proxy *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    if (p->started)
        pthread_join(p->thread, NULL);
    while (p->n_wires > 0)
        cut(p, 0);
    for (size_t i = 0; i < p->n_doors; i++)
        close(p->door[i].fd);
    for (size_t i = 0; i < TAPES_MAX; i++)
        free(p->tape[i].data);
    if (p->replay_fd >= 0)
        close(p->replay_fd);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
