/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/shim_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "agent/fds.h"

enum { KEEP_BYTES = 256 * 1024, READ_BYTES = 64 * 1024, END_MS = 10000 };

void
shim_link_init(struct shim_link *l)
{
    *l = (struct shim_link){ .fd = -1, .pidfd = -1, .pipe = { -1, -1 } };
}

static void
let_go(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int
shim_link_open(struct shim_link *l, struct spawner *spawner, unsigned number)
{
    if (l->fd >= 0)
        return 0;
    int fd = spawner == NULL ? -ENOSYS
                             : spawner_shim(spawner, number, &l->pidfd,
                                            &l->hold);
    if (fd < 0)
        return fd;
    l->fd = fd;
    l->control = (struct control){ .rate = { 100, 0 } };
    buf_reset(&l->in);
    return 0;
}

void
shim_link_close(struct shim_link *l)
{
    struct pollfd end = { l->pidfd, POLLIN, 0 };

    let_go(&l->fd);
    /* It ends what it runs and empties its scratch directory, which the next
     * one of this slot is given. */
    if (l->pidfd >= 0)
        while (poll(&end, 1, END_MS) < 0 && errno == EINTR)
            ;
    let_go(&l->pidfd);
    let_go(&l->pipe[0]);
    let_go(&l->pipe[1]);
}

void
shim_link_fini(struct shim_link *l)
{
    shim_link_close(l);
    buf_fini(&l->frame);
    buf_fini(&l->in);
}

bool
shim_link_send(struct shim_link *l, enum shim_frame type, struct span body)
{
    buf_reset(&l->frame);
    buf_u32(&l->frame, (uint32_t)body.len);
    buf_u8(&l->frame, (uint8_t)type);
    buf_bytes(&l->frame, body.p, body.len);
    for (size_t i = 0; i < l->frame.len;) {
        /* SIGPIPE is ignored in this process (main.c). */
        ssize_t n = write(l->fd, l->frame.p + i, l->frame.len - i);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        i += (size_t)n;
    }
    if (l->frame.cap > KEEP_BYTES)
        buf_fini(&l->frame);
    return true;
}

static bool
tell_rate(struct shim_link *l, const struct rate *r)
{
    struct buf body = { 0 };

    buf_u8(&body, (uint8_t)r->percent);
    buf_u64(&body, (uint64_t)r->period_us);
    bool sent = shim_link_send(l, SHIM_RATE, buf_span(&body));
    buf_fini(&body);
    return sent;
}

bool
shim_link_tell(struct shim_link *l, struct orders *orders, size_t worker,
               bool running)
{
    struct control now = orders_look(orders, worker);
    struct control old = l->control;
    bool sent = true;

    l->control = now;
    if (now.rate.percent != old.rate.percent ||
        now.rate.period_us != old.rate.period_us)
        sent = tell_rate(l, &now.rate);
    if (sent && running && now.stop && !old.stop)
        sent = shim_link_send(l, SHIM_STOP, span_of(NULL, 0));
    return sent;
}

bool
shim_link_receive(struct shim_link *l)
{
    uint8_t *to = buf_grow(&l->in, READ_BYTES);
    int fds[2];
    bool lost;
    ssize_t n = fds_receive(l->fd, to, READ_BYTES, fds, &lost);

    l->in.len -= READ_BYTES - (size_t)(n > 0 ? n : 0);
    if (fds[0] < 0)
        return n > 0;
    let_go(&l->pipe[0]);
    let_go(&l->pipe[1]);
    memcpy(l->pipe, fds, sizeof l->pipe);
    return true;
}

size_t
shim_link_frame(const struct shim_link *l, size_t at, uint8_t *type,
                struct span *body)
{
    struct reader r;

    reader_init(&r, span_of(l->in.p + at, l->in.len - at));
    size_t n = reader_u32(&r);
    *type = reader_u8(&r);
    if (r.bad)
        return 0;
    *body = span_of(l->in.p + at + SHIM_HEAD, n);
    return l->in.len - at >= SHIM_HEAD + n ? SHIM_HEAD + n : 0;
}

void
shim_link_taken(struct shim_link *l, size_t n)
{
    memmove(l->in.p, l->in.p + n, l->in.len - n);
    l->in.len -= n;
}
