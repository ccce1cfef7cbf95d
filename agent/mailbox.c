/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/clock.h"
#include "base/xalloc.h"

enum { FIRST_ROOM = 16 };

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    size_t item_bytes, cap, room, first, n;
    size_t n_takers;    /* that wait */
    uint8_t *ring;
    int fd;
    bool told;          /* fd is readable */
    bool closed;
};

struct mailbox *
mailbox_new(size_t item_bytes, size_t cap)
{
    assert(item_bytes >= 1 && cap >= 1);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct mailbox *m = xcalloc(1, sizeof *m);
    pthread_condattr_t attr;
    *m = (struct mailbox){ .item_bytes = item_bytes, .cap = cap, .fd = fd };
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&m->filled, &attr);
    pthread_cond_init(&m->emptied, &attr);
    pthread_condattr_destroy(&attr);
    return m;
}

void
mailbox_free(struct mailbox *m)
{
    if (m == NULL)
        return;
    pthread_cond_destroy(&m->filled);
    pthread_cond_destroy(&m->emptied);
    pthread_mutex_destroy(&m->lock);
    close(m->fd);
    free(m->ring);
    free(m);
}

static void
grow(struct mailbox *m, size_t least)
{
    size_t room = m->room == 0 ? FIRST_ROOM : m->room * 2, size = m->item_bytes;

    assert(m->n <= m->room);
    while (room < least)
        room *= 2;
    uint8_t *ring = xcalloc(room, size);
    for (size_t i = 0; i < m->n; i++)
        memcpy(ring + i * size, m->ring + (m->first + i) % m->room * size,
               size);
    free(m->ring);
    m->ring = ring;
    m->room = room;
    m->first = 0;
}

/* The lock is held and there is room for `n`. */
static void
append(struct mailbox *m, const uint8_t *items, size_t n)
{
    uint64_t one = 1;

    if (m->n + n > m->room)
        grow(m, m->n + n);
    for (size_t i = 0; i < n; i++)
        memcpy(m->ring + (m->first + m->n++) % m->room * m->item_bytes,
               items + i * m->item_bytes, m->item_bytes);
    if (n > 0 && !m->told) {
        ssize_t rc = write(m->fd, &one, sizeof one);
        (void)rc;   /* readable also if it fails: the count is not 0 */
        m->told = true;
    }
    if (n > 0 && m->n_takers > 0)
        pthread_cond_signal(&m->filled);
}

bool
mailbox_put(struct mailbox *m, const void *items, size_t n)
{
    const uint8_t *p = items;

    pthread_mutex_lock(&m->lock);
    while (n > 0 && !m->closed) {
        size_t fits = m->cap - m->n < n ? m->cap - m->n : n;
        append(m, p, fits);
        p += fits * m->item_bytes;
        n -= fits;
        if (n > 0)
            pthread_cond_wait(&m->emptied, &m->lock);
    }
    bool all = n == 0;
    pthread_mutex_unlock(&m->lock);
    return all;
}

bool
mailbox_try_put(struct mailbox *m, const void *items, size_t n)
{
    pthread_mutex_lock(&m->lock);
    bool fits = !m->closed && m->cap - m->n >= n;
    if (fits)
        append(m, items, n);
    pthread_mutex_unlock(&m->lock);
    return fits;
}

/* The lock is held. */
static size_t
take(struct mailbox *m, uint8_t *items, size_t max)
{
    size_t n = m->n < max ? m->n : max;
    uint64_t count;

    for (size_t i = 0; i < n; i++) {
        memcpy(items + i * m->item_bytes,
               m->ring + m->first * m->item_bytes, m->item_bytes);
        m->first = (m->first + 1) % m->room;
    }
    m->n -= n;
    if (m->n == 0 && m->told) {
        ssize_t rc = read(m->fd, &count, sizeof count);
        (void)rc;
        m->told = false;
    }
    if (n > 0)
        pthread_cond_broadcast(&m->emptied);
    if (m->n > 0 && m->n_takers > 0)
        pthread_cond_signal(&m->filled);
    return n;
}

size_t
mailbox_take(struct mailbox *m, void *items, size_t max)
{
    pthread_mutex_lock(&m->lock);
    size_t n = take(m, items, max);
    pthread_mutex_unlock(&m->lock);
    return n;
}

size_t
mailbox_wait(struct mailbox *m, void *items, size_t max, long timeout_us)
{
    const struct timespec end = clock_timespec(
        clock_us() + (timeout_us < 0 ? 0 : timeout_us));
    int rc = 0;

    pthread_mutex_lock(&m->lock);
    m->n_takers++;
    while (m->n == 0 && !m->closed && rc != ETIMEDOUT)
        rc = timeout_us < 0 ? pthread_cond_wait(&m->filled, &m->lock)
                            : pthread_cond_timedwait(&m->filled, &m->lock,
                                                     &end);
    m->n_takers--;
    size_t n = take(m, items, max);
    pthread_mutex_unlock(&m->lock);
    return n;
}

size_t
mailbox_count(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    size_t n = m->n;
    pthread_mutex_unlock(&m->lock);
    return n;
}

void
mailbox_close(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->closed = true;
    pthread_cond_broadcast(&m->filled);
    pthread_cond_broadcast(&m->emptied);
    pthread_mutex_unlock(&m->lock);
}

bool
mailbox_is_closed(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    bool closed = m->closed;
    pthread_mutex_unlock(&m->lock);
    return closed;
}

int
mailbox_fd(const struct mailbox *m)
{
    return m->fd;
}
