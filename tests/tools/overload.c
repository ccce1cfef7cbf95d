/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/tools/overload.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/xalloc.h"
#include "proto/lb.h"
#include "proto/workload.h"

enum { LATE_US = 100 * 1000, COST = 1000000 };

struct list {
    size_t n, cap;
    void *v;
};

struct submitter {
    pthread_t thread;
    struct overload *all;
    struct lb *lb;
    struct overload_count count;
    struct list us;         /* uint32_t, of each answer */
    struct list works;      /* uint32_t, their numbers */
};

struct overload {
    struct overload_plan plan;
    atomic_bool ending;
    bool stopped;
    size_t n;
    struct submitter *v;    /* [n] */
    struct list us, works;  /* of all, when stopped */
};

static uint64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
sleep_us(uint64_t us)
{
    const struct timespec t = { (time_t)(us / 1000000),
                                (long)(us % 1000000) * 1000 };

    nanosleep(&t, NULL);
}

static void
list_add(struct list *l, uint32_t value)
{
    if (l->n == l->cap) {
        l->cap = l->cap == 0 ? 1024 : 2 * l->cap;
        l->v = xrealloc(l->v, l->cap, sizeof value);
    }
    ((uint32_t *)l->v)[l->n++] = value;
}

/* ---- one submission ---- */

static int
submit(struct submitter *s, struct lb_reply **out)
{
    const struct overload_plan *p = &s->all->plan;
    struct desc d = { .kind = span_str(p->kind), .label = span_str(""),
                      .params = span_str(p->params),
                      .home_name = span_str(""), .n_jobs = p->jobs,
                      .cost = COST, .timeout_us = LB_TIMEOUT_DEFAULT,
                      .retries = LB_RETRIES_DEFAULT };
    struct lb_call c = { .op = "submit" };
    struct buf desc = { 0 }, chunk = { 0 };

    desc_encode(&d, &desc);
    chunk_begin(0, p->jobs, false, &chunk);
    lb_call_bytes(&c, "desc", desc.p, desc.len);
    lb_call_number(&c, "total", p->jobs);
    c.blob = chunk.p;
    c.blob_len = chunk.len;
    int status = lb_call_do(s->lb, &c, out);
    buf_fini(&desc);
    buf_fini(&chunk);
    return status;
}

static void
note_wrong(struct submitter *s, int status)
{
    s->count.wrong++;
    snprintf(s->count.why, sizeof s->count.why, "status %d: %.200s", status,
             lb_error(s->lb));
}

/* How long the node asks to wait, µs. */
static uint64_t
one(struct submitter *s)
{
    struct lb_reply *r;
    uint64_t start = now_us(), wait_ms = 0;
    int status = submit(s, &r);

    uint64_t took_us = now_us() - start;
    list_add(&s->us, (uint32_t)took_us);
    s->count.offered_jobs += s->all->plan.jobs;
    if (status == LB_OK) {
        s->count.accepted++;
        s->count.accepted_jobs += s->all->plan.jobs;
        list_add(&s->works, (uint32_t)lb_reply_number(r, "workload", 0));
    } else if (status == LB_LATER && r != NULL &&
               (wait_ms = lb_reply_number(r, "retry_ms", 0)) > 0) {
        if (s->count.busy++ == 0 || took_us < s->count.busy_least_us)
            s->count.busy_least_us = took_us;
    } else {
        note_wrong(s, status);
    }
    lb_reply_free(r);
    return 1000 * wait_ms;
}

static void *
work(void *arg)
{
    struct submitter *s = arg;
    const struct overload_plan *p = &s->all->plan;
    double gap_us = p->rate > 0 ? 1e6 * p->jobs * (double)p->submitters /
                                      p->rate : 0;
    double next_us = (double)now_us();

    while (!s->all->ending && s->count.wrong == 0) {
        uint64_t wait_us = one(s);
        double now = (double)now_us();
        if (gap_us <= 0) {
            sleep_us(wait_us);
            continue;
        }
        next_us += gap_us;
        if (next_us < now - LATE_US)    /* it cannot offer so much */
            next_us = now - LATE_US;
        if (next_us > now)
            sleep_us((uint64_t)(next_us - now));
    }
    return NULL;
}

/* ---- all ---- */

struct overload *
overload_start(const struct overload_plan *plan, char *why)
{
    struct overload *o = xcalloc(1, sizeof *o);

    o->plan = *plan;
    o->v = xcalloc(plan->submitters, sizeof *o->v);
    for (; o->n < plan->submitters; o->n++) {
        struct submitter *s = &o->v[o->n];
        s->all = o;
        s->lb = lb_new(o->n == 0 ? NULL : o->v[0].lb);
        lb_set_timeout(s->lb, 60 * 1000);
        if (lb_connect(s->lb, plan->where) == LB_OK &&
            pthread_create(&s->thread, NULL, work, s) == 0)
            continue;
        snprintf(why, 256, "%.255s", lb_error(s->lb));
        lb_free(s->lb);
        overload_stop(o);
        overload_free(o);
        return NULL;
    }
    return o;
}

static int
by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void
gather(struct list *all, const struct list *own)
{
    for (size_t i = 0; i < own->n; i++)
        list_add(all, ((const uint32_t *)own->v)[i]);
}

void
overload_stop(struct overload *o)
{
    o->ending = true;
    for (size_t i = 0; i < o->n; i++)
        pthread_join(o->v[i].thread, NULL);
    for (size_t i = 0; i < o->n; i++) {
        gather(&o->us, &o->v[i].us);
        gather(&o->works, &o->v[i].works);
    }
    if (o->us.n > 0)
        qsort(o->us.v, o->us.n, sizeof(uint32_t), by_size);
}

struct overload_count
overload_count(struct overload *o)
{
    struct overload_count all = { .accepted = 0 };

    for (size_t i = 0; i < o->n; i++) {
        const struct overload_count *c = &o->v[i].count;
        if (c->busy > 0 && (all.busy == 0 ||
                            c->busy_least_us < all.busy_least_us))
            all.busy_least_us = c->busy_least_us;
        all.accepted += c->accepted;
        all.busy += c->busy;
        all.wrong += c->wrong;
        all.offered_jobs += c->offered_jobs;
        all.accepted_jobs += c->accepted_jobs;
        if (c->wrong > 0)
            memcpy(all.why, c->why, sizeof all.why);
    }
    return all;
}

uint64_t
overload_percentile(struct overload *o, unsigned percent)
{
    return o->us.n == 0 ? 0
                        : ((uint32_t *)o->us.v)[(o->us.n - 1) * percent / 100];
}

const uint32_t *
overload_workloads(struct overload *o, size_t *n)
{
    *n = o->works.n;
    return o->works.v;
}

void
overload_free(struct overload *o)
{
    while (o->n-- > 0) {    /* the first has the threads of all */
        lb_free(o->v[o->n].lb);
        free(o->v[o->n].us.v);
        free(o->v[o->n].works.v);
    }
    free(o->v);
    free(o->us.v);
    free(o->works.v);
    free(o);
}
