/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/orders.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/clock.h"
#include "base/xalloc.h"

struct desk {               /* of one worker */
    pthread_cond_t news;
    uint32_t run;           /* under way; 0 none */
    int64_t began_us;
    bool stop;
    int fd;                 /* orders_news; -1: not asked for */
    struct node_id home;    /* of the run, if that is away: */
    bool away;
    char home_at[PLACE_CAP];    /* "": not looked up since */
};

struct roots {              /* workers may still use the older ones */
    struct roots *older;
    char **v;
};

struct orders {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct order *first, *last;
    size_t n, n_idle, n_workers;
    struct rate rate;
    struct roots *roots;
    bool closed;
    struct desk desk[];
};

struct order *
order_new(struct span desc, struct span args)
{
    struct order *o = xmalloc(sizeof *o + desc.len + args.len);

    *o = (struct order){ .desc_len = desc.len, .args_len = args.len };
    if (desc.len > 0)
        memcpy(o->bytes, desc.p, desc.len);
    if (args.len > 0)
        memcpy(o->bytes + desc.len, args.p, args.len);
    return o;
}

struct orders *
orders_new(size_t n_workers, struct rate rate)
{
    struct orders *o = xcalloc(1, sizeof *o + n_workers * sizeof *o->desk);
    pthread_condattr_t attr;

    o->n_workers = n_workers;
    o->rate = rate;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&o->work, &attr);
    for (size_t i = 0; i < n_workers; i++)
        pthread_cond_init(&o->desk[i].news, &attr);
    for (size_t i = 0; i < n_workers; i++)
        o->desk[i].fd = -1;
    pthread_condattr_destroy(&attr);
    return o;
}

void
orders_free(struct orders *o)
{
    if (o == NULL)
        return;
    for (struct order *next; o->first != NULL; o->first = next) {
        next = o->first->next;
        free(o->first);
    }
    for (struct roots *r; (r = o->roots) != NULL; free(r)) {
        o->roots = r->older;
        for (size_t i = 0; r->v[i] != NULL; i++)
            free(r->v[i]);
        free(r->v);
    }
    for (size_t i = 0; i < o->n_workers; i++)
        pthread_cond_destroy(&o->desk[i].news);
    for (size_t i = 0; i < o->n_workers; i++)
        if (o->desk[i].fd >= 0)
            close(o->desk[i].fd);
    pthread_cond_destroy(&o->work);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

void
orders_put(struct orders *o, struct order *order)
{
    assert(order->run != 0);
    pthread_mutex_lock(&o->lock);
    order->next = NULL;
    if (o->last != NULL)
        o->last->next = order;
    else
        o->first = order;
    o->last = order;
    o->n++;
    if (o->n_idle > 0)
        pthread_cond_signal(&o->work);
    pthread_mutex_unlock(&o->lock);
}

/* Takes the order of this run out of the queue. The lock is held. */
static struct order *
take_out(struct orders *o, uint32_t run)
{
    struct order *before = NULL;

    for (struct order *p = o->first; p != NULL; before = p, p = p->next) {
        if (p->run != run)
            continue;
        if (before != NULL)
            before->next = p->next;
        else
            o->first = p->next;
        if (o->last == p)
            o->last = before;
        o->n--;
        return p;
    }
    return NULL;
}

/* The lock is held. */
static void
tell(struct desk *d)
{
    pthread_cond_signal(&d->news);
    if (d->fd >= 0)
        (void)eventfd_write(d->fd, 1);
}

struct order *
orders_stop(struct orders *o, uint32_t run)
{
    pthread_mutex_lock(&o->lock);
    struct order *order = take_out(o, run);
    for (size_t i = 0; order == NULL && i < o->n_workers; i++) {
        if (o->desk[i].run != run)
            continue;
        o->desk[i].stop = true;
        tell(&o->desk[i]);
        break;
    }
    pthread_mutex_unlock(&o->lock);
    return order;
}

struct order *
orders_withdraw(struct orders *o, uint32_t run)
{
    pthread_mutex_lock(&o->lock);
    struct order *order = take_out(o, run);
    pthread_mutex_unlock(&o->lock);
    return order;
}

void
orders_stop_after(struct orders *o, uint32_t run, int64_t us)
{
    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < o->n_workers; i++) {
        struct desk *d = &o->desk[i];
        if (d->run != run || clock_us() - d->began_us < us)
            continue;
        d->stop = true;
        tell(d);
    }
    pthread_mutex_unlock(&o->lock);
}

/* The lock is held. */
static void
tell_all(struct orders *o)
{
    for (size_t i = 0; i < o->n_workers; i++)
        tell(&o->desk[i]);
}

void
orders_set_rate(struct orders *o, struct rate rate)
{
    assert(rate.percent >= 1 && rate.percent <= 100);
    pthread_mutex_lock(&o->lock);
    o->rate = rate;
    tell_all(o);
    pthread_mutex_unlock(&o->lock);
}

void
orders_set_roots(struct orders *o, char *const *roots)
{
    struct roots *r = xcalloc(1, sizeof *r);
    size_t n = 0;

    while (roots != NULL && roots[n] != NULL)
        n++;
    r->v = xcalloc(n + 1, sizeof *r->v);
    for (size_t i = 0; i < n; i++)
        r->v[i] = xstrdup(roots[i]);
    pthread_mutex_lock(&o->lock);
    r->older = o->roots;
    o->roots = r;
    pthread_mutex_unlock(&o->lock);
}

void
orders_close(struct orders *o)
{
    pthread_mutex_lock(&o->lock);
    o->closed = true;
    tell_all(o);
    pthread_cond_broadcast(&o->work);
    pthread_mutex_unlock(&o->lock);
}

size_t
orders_queued(struct orders *o)
{
    pthread_mutex_lock(&o->lock);
    size_t n = o->n;
    pthread_mutex_unlock(&o->lock);
    return n;
}

uint32_t
orders_run(struct orders *o, size_t worker)
{
    pthread_mutex_lock(&o->lock);
    uint32_t run = o->desk[worker].run;
    pthread_mutex_unlock(&o->lock);
    return run;
}

void
orders_find_homes(struct orders *o,
                  bool (*place)(void *arg, const struct node_id *home,
                                char dst[PLACE_CAP]),
                  void *arg)
{
    char at[PLACE_CAP];

    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < o->n_workers; i++) {
        struct desk *d = &o->desk[i];
        if (d->run != 0 && d->away && place(arg, &d->home, at))
            memcpy(d->home_at, at, sizeof d->home_at);
    }
    pthread_mutex_unlock(&o->lock);
}

void
orders_place(struct orders *o, size_t worker, char dst[PLACE_CAP])
{
    struct desk *d = &o->desk[worker];

    pthread_mutex_lock(&o->lock);
    if (d->run != 0 && d->home_at[0] != '\0')
        memcpy(dst, d->home_at, PLACE_CAP);
    pthread_mutex_unlock(&o->lock);
}

/* The lock is held. */
static struct order *
take(struct orders *o, struct desk *d)
{
    struct order *order = o->closed ? NULL : o->first;

    d->run = 0;
    d->stop = false;
    if (order == NULL)
        return NULL;
    o->first = order->next;
    if (o->first == NULL)
        o->last = NULL;
    o->n--;
    d->run = order->run;
    d->home = order->home;
    d->away = order->away;
    d->home_at[0] = '\0';
    d->began_us = clock_us();
    return order;
}

struct order *
orders_try_take(struct orders *o, size_t worker)
{
    pthread_mutex_lock(&o->lock);
    struct order *order = take(o, &o->desk[worker]);
    pthread_mutex_unlock(&o->lock);
    return order;
}

struct order *
orders_take(struct orders *o, size_t worker)
{
    struct order *order;

    pthread_mutex_lock(&o->lock);
    o->n_idle++;
    while ((order = take(o, &o->desk[worker])) == NULL && !o->closed)
        pthread_cond_wait(&o->work, &o->lock);
    o->n_idle--;
    pthread_mutex_unlock(&o->lock);
    return order;
}

/* The lock is held. */
static struct control
look(const struct orders *o, const struct desk *d)
{
    return (struct control){
        .stop = d->stop || o->closed, .rate = o->rate,
        .file_roots = o->roots != NULL ? (const char *const *)o->roots->v
                                       : NULL };
}

struct control
orders_look(struct orders *o, size_t worker)
{
    pthread_mutex_lock(&o->lock);
    struct control c = look(o, &o->desk[worker]);
    pthread_mutex_unlock(&o->lock);
    return c;
}

static bool
same(const struct control *a, const struct control *b)
{
    return a->stop == b->stop && a->rate.percent == b->rate.percent &&
           a->rate.period_us == b->rate.period_us;
}

struct control
orders_sleep(struct orders *o, size_t worker, int64_t until_us,
             const struct control *known)
{
    const struct timespec end = clock_timespec(until_us);
    struct desk *d = &o->desk[worker];
    struct control now;
    int rc = 0;

    pthread_mutex_lock(&o->lock);
    while (now = look(o, d), same(&now, known) && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&d->news, &o->lock, &end);
    pthread_mutex_unlock(&o->lock);
    return now;
}

int
orders_news(struct orders *o, size_t worker)
{
    struct desk *d = &o->desk[worker];

    pthread_mutex_lock(&o->lock);
    if (d->fd < 0)
        d->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int fd = d->fd;
    pthread_mutex_unlock(&o->lock);
    return fd;
}

void
orders_heard(struct orders *o, size_t worker)
{
    eventfd_t n;

    int fd = orders_news(o, worker);
    if (fd >= 0)
        (void)eventfd_read(fd, &n);
}
