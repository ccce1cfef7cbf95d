/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/courier_parts.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/client.h"

enum { STACK_BYTES = 256 * 1024 };
static const int64_t IDLE_US = 30 * INT64_C(1000000);

/* ---- parcels; the lock is held ---- */

static void
set_stop(struct parcel *p)
{
    __atomic_store_n(&p->stop, 1, __ATOMIC_RELAXED);
}

static void
take_out(struct courier *c, struct parcel *p)
{
    struct parcel **at = &c->first;

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    c->n_waiting -= !p->taken;
    if (p->fd >= 0)
        close(p->fd);
    free(p->news);
    free(p);
}

/* May one more carrier go there? A home that is slow is not to have all. */
static bool
may_go(const struct courier *c, const char *home)
{
    size_t there = 0;

    for (const struct parcel *p = c->first; p != NULL; p = p->next)
        there += p->taken && p->status == PARCEL_UNDER_WAY &&
                 strcmp(p->home, home) == 0;
    return there < CARRIERS_EACH_MAX;
}

/* The first that may be taken. Parcels of a home that has its carriers are
 * known by the last one of them. */
static struct parcel *
next_waiting(const struct courier *c)
{
    const char *full = "";

    for (struct parcel *p = c->first; p != NULL; p = p->next) {
        if (p->taken || strcmp(p->home, full) == 0)
            continue;
        if (may_go(c, p->home))
            return p;
        full = p->home;
    }
    return NULL;
}

/* One that is being got from there, for somebody. */
static struct parcel *
same(const struct courier *c, const struct parcel_of *of)
{
    struct parcel *p = of->fd < 0 ? c->first : NULL;

    while (p != NULL &&
           (p->fd >= 0 || p->n_news == 0 || p->status != PARCEL_UNDER_WAY ||
            p->size != of->size ||
            digest_compare(&p->digest, &of->digest) != 0 ||
            strcmp(p->home, of->home) != 0 ||
            !node_id_equal(&p->home_id, &of->home_id)))
        p = p->next;
    return p;
}

static void
arrived(struct courier *c, struct parcel *p, int status, const char *why)
{
    p->status = status;
    memcpy(p->why, why, sizeof p->why);
    for (size_t i = 0; i < p->n_news; i++)
        (void)eventfd_write(p->news[i], 1);
    if (p->n_news == 0)
        take_out(c, p);
}

/* ---- the threads ---- */

/* The next parcel, taken; NULL when closed. */
static struct parcel *
take(struct carrier *t)
{
    struct courier *c = t->courier;
    struct parcel *p;

    while ((p = next_waiting(c)) == NULL && !c->closed) {
        const struct timespec end = clock_timespec(clock_us() + IDLE_US);
        c->n_idle++;
        int rc = pthread_cond_timedwait(&c->work, &c->lock, &end);
        c->n_idle--;
        if (rc != ETIMEDOUT || t->lb == NULL)
            continue;
        pthread_mutex_unlock(&c->lock);
        courier_hang_up(t);
        pthread_mutex_lock(&c->lock);
    }
    if (c->closed)
        return NULL;
    p->taken = true;
    c->n_waiting--;
    if (c->n_idle > 0 && next_waiting(c) != NULL)
        pthread_cond_signal(&c->work);
    return p;
}

static void *
work(void *arg)
{
    struct carrier *t = arg;
    struct courier *c = t->courier;
    struct parcel *p;

    pthread_mutex_lock(&c->lock);
    while ((p = take(t)) != NULL) {
        char why[WHY_CAP] = "";
        pthread_mutex_unlock(&c->lock);
        int status = courier_carry(t, p, why);
        pthread_mutex_lock(&c->lock);
        arrived(c, p, status, why);
    }
    pthread_mutex_unlock(&c->lock);
    courier_hang_up(t);
    return NULL;
}

/* One more thread if all are at work. The lock is held. 0; or -errno: there is
 * none at all. */
static int
call_carrier(struct courier *c)
{
    struct carrier *t = &c->carrier[c->n_carriers];
    pthread_attr_t attr;

    if (c->n_idle >= c->n_waiting || c->n_carriers == CARRIERS_MAX)
        return 0;
    t->courier = c;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    int rc = pthread_create(&t->thread, &attr, work, t);
    c->n_carriers += rc == 0;
    pthread_attr_destroy(&attr);
    return c->n_carriers > 0 ? 0 : -rc;
}

struct courier *
courier_new(struct files *files)
{
    struct lb *beside = lb_new(NULL);
    pthread_condattr_t attr;

    if (!client_prepare(beside)) {
        int error = errno;
        lb_free(beside);
        errno = error;
        return NULL;
    }
    struct courier *c = xcalloc(1, sizeof *c);
    c->beside = beside;
    c->files = files;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->work, &attr);
    pthread_condattr_destroy(&attr);
    return c;
}

void
courier_free(struct courier *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->closed = true;
    for (struct parcel *p = c->first; p != NULL; p = p->next)
        set_stop(p);
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    for (size_t i = 0; i < c->n_carriers; i++)
        pthread_join(c->carrier[i].thread, NULL);
    while (c->first != NULL)
        take_out(c, c->first);
    lb_free(c->beside);
    pthread_cond_destroy(&c->work);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- who waits ---- */

static struct parcel *
parcel_new(const struct parcel_of *of)
{
    int fd = -1;

    if (of->fd >= 0 && (fd = fcntl(of->fd, F_DUPFD_CLOEXEC, 0)) < 0)
        return NULL;
    struct parcel *p = xcalloc(1, sizeof *p);
    *p = (struct parcel){ .home_id = of->home_id, .digest = of->digest,
                          .size = of->size, .fd = fd,
                          .workload = of->workload,
                          .status = PARCEL_UNDER_WAY };
    text_add(p->home, sizeof p->home, "%s", of->home);
    return p;
}

struct parcel *
courier_send(struct courier *c, const struct parcel_of *of, int news)
{
    pthread_mutex_lock(&c->lock);
    struct parcel *p = same(c, of);
    bool fresh = p == NULL;
    if (fresh && (p = parcel_new(of)) != NULL) {
        struct parcel **last = &c->first;
        while (*last != NULL)
            last = &(*last)->next;
        *last = p;
        c->n_waiting++;
    }
    int rc = fresh && p != NULL ? call_carrier(c) : 0;
    if (rc != 0) {
        take_out(c, p);
        p = NULL;
    }
    if (p != NULL) {
        p->news = xrealloc(p->news, p->n_news + 1, sizeof *p->news);
        p->news[p->n_news++] = news;
    }
    if (fresh && p != NULL)
        pthread_cond_signal(&c->work);
    int error = rc != 0 ? -rc : errno;
    pthread_mutex_unlock(&c->lock);
    errno = error;
    return p;
}

int
courier_look(struct courier *c, const struct parcel *p, char *why, size_t cap)
{
    pthread_mutex_lock(&c->lock);
    int status = p->status;
    if (status != PARCEL_UNDER_WAY && status != LB_OK)
        text_add(why, cap, "%s", p->why);
    pthread_mutex_unlock(&c->lock);
    return status;
}

void
courier_leave(struct courier *c, struct parcel *p, int news)
{
    size_t i = 0;

    pthread_mutex_lock(&c->lock);
    while (p->news[i] != news)
        i++;
    p->news[i] = p->news[--p->n_news];
    if (p->n_news == 0) {
        set_stop(p);
        if (!p->taken || p->status != PARCEL_UNDER_WAY)
            take_out(c, p);
    }
    pthread_mutex_unlock(&c->lock);
}
