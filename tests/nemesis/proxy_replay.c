/* SPDX-License-Identifier: MPL-2.0 */
/* Recording, and saying again. A connection begins with the greeting of ZMTP
 * 3.x (64 bytes) and its READY command, which without a key are the same each
 * time: a receiver takes the replay for a new peer.
 * Source: RFC 23/ZMTP. */
#include "tests/nemesis/proxy_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"

enum {
    GREETING = 64, FLAG_LONG = 2, FLAG_COMMAND = 4,
    REPLAY_EVERY_MS = 60, REPLAY_STAYS_MS = 40
};

void
proxy_record(struct proxy *p, struct wire *w)
{
    size_t at = p->next_tape++ % TAPES_MAX;
    struct tape *t = &p->tape[at];

    for (size_t i = 0; i < p->n_wires; i++)
        if (p->wire[i] != NULL && p->wire[i]->tape == (int)at)
            p->wire[i]->tape = -1;
    if (t->data == NULL)
        t->data = xmalloc(TAPE_BYTES);
    t->target = w->target;
    t->len = 0;
    w->tape = (int)at;
}

void
proxy_tape(struct proxy *p, const struct wire *w, const uint8_t *data,
           size_t len)
{
    if (w->tape < 0)
        return;
    struct tape *t = &p->tape[w->tape];
    size_t room = TAPE_BYTES - t->len;
    size_t n = len < room ? len : room;
    memcpy(t->data + t->len, data, n);
    t->len += n;
}

/* Messages that are whole in the first `len` bytes. */
static uint64_t
messages(const struct tape *t, size_t len)
{
    uint64_t n = 0;
    size_t at = GREETING;

    while (at + 2 <= len) {
        uint8_t flags = t->data[at++];
        uint64_t size = 0;
        size_t bytes = (flags & FLAG_LONG) != 0 ? 8 : 1;
        if (at + bytes > len)
            break;
        while (bytes-- > 0)
            size = size << 8 | t->data[at++];
        if (size > len - at)
            break;
        at += size;
        n += (flags & FLAG_COMMAND) == 0;
    }
    return n;
}

static void
begin(struct proxy *p, const struct tape *t, int64_t now_ms)
{
    size_t len = t->len;

    /* To the end, or to any byte: in the middle of a frame. */
    if (rng_chance(&p->rng, 50))
        len = 1 + (size_t)rng_below(&p->rng, len);
    int fd = proxy_dial(t->target);
    if (fd < 0)
        return;
    /* Loopback takes it at once, or a part of it; what it answers is no
     * matter. */
    int size = TAPE_BYTES;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ssize_t sent = send(fd, t->data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) {
        close(fd);
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->count.replays++;
    p->count.messages += messages(t, (size_t)sent);
    pthread_mutex_unlock(&p->lock);
    p->replay_fd = fd;
    p->replay_until_ms = now_ms + REPLAY_STAYS_MS;
}

void
proxy_replay(struct proxy *p, int64_t now_ms)
{
    struct tape *t = &p->tape[rng_below(&p->rng, TAPES_MAX)];

    if (p->replay_fd >= 0 && now_ms >= p->replay_until_ms) {
        close(p->replay_fd);
        p->replay_fd = -1;
    }
    if (now_ms < p->next_replay_ms || p->replay_fd >= 0 ||
        atomic_load(&p->healed) || t->target == 0 || t->len <= GREETING)
        return;
    begin(p, t, now_ms);
    p->next_replay_ms = now_ms + rng_between(&p->rng, 1, REPLAY_EVERY_MS);
}
