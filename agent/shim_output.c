/* SPDX-License-Identifier: MPL-2.0 */
/* One stream of output of a program: what it writes is gathered, passed on up
 * to a bound and counted beyond. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "agent/shim_parts.h"

int
stream_open(struct stream *s, uint8_t type, uint64_t most)
{
    int end[2];

    s->type = type;
    s->fd = -1;
    s->total = s->n = 0;
    s->most = most;
    if (pipe2(end, O_CLOEXEC) != 0)
        return -errno;
    if (fcntl(end[0], F_SETFL, O_NONBLOCK) != 0) {
        int rc = -errno;
        close(end[0]);
        close(end[1]);
        return rc;
    }
    s->fd = end[0];
    return end[1];
}

void
stream_flush(struct stream *s, struct buf *out)
{
    if (s->n == 0)
        return;
    buf_u32(out, (uint32_t)s->n);
    buf_u8(out, s->type);
    buf_bytes(out, s->bytes, s->n);
    s->n = 0;
}

/* `n` bytes have come behind those that are there. */
static void
take(struct stream *s, size_t n, int64_t now_us)
{
    uint64_t room = s->total < s->most ? s->most - s->total : 0;

    s->total += n;
    if (n > room)
        n = (size_t)room;
    if (s->n == 0)
        s->since_us = now_us;
    s->n += n;
}

void
stream_read(struct stream *s, size_t most, int64_t now_us, struct buf *out)
{
    while (s->fd >= 0) {
        if (s->n == STREAM_BYTES)
            stream_flush(s, out);
        ssize_t n = read(s->fd, s->bytes + s->n, STREAM_BYTES - s->n);
        if (n > 0) {
            take(s, (size_t)n, now_us);
            if ((size_t)n >= most)
                return;
            most -= (size_t)n;
        } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
            stream_close(s);
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

void
stream_close(struct stream *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
