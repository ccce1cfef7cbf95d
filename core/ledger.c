/* SPDX-License-Identifier: MPL-2.0 */
#include "core/ledger.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { BUCKETS = 4096 };

struct ledger {
    struct workload *first, *last;
    struct workload *bucket[BUCKETS];
};

struct ledger *
ledger_new(void)
{
    return xcalloc(1, sizeof(struct ledger));
}

static struct workload **
bucket_of(struct ledger *l, uint16_t home, uint32_t number)
{
    uint32_t h = (number * 2654435761u) ^ ((uint32_t)home * 40503u);
    return &l->bucket[h % BUCKETS];
}

struct workload *
ledger_find(const struct ledger *l, uint16_t home, uint32_t number)
{
    struct workload *w = *bucket_of((struct ledger *)(uintptr_t)l, home,
                                    number);
    while (w != NULL && (w->home != home || w->number != number))
        w = w->chain;
    return w;
}

struct workload *
ledger_first(const struct ledger *l)
{
    return l->first;
}

struct workload *
ledger_last(const struct ledger *l)
{
    return l->last;
}

struct workload *
ledger_by_key(const struct ledger *l, uint64_t key_hash)
{
    struct workload *w = l->last;
    while (w != NULL && (w->home != 0 || w->key_hash != key_hash))
        w = w->prev;
    return w;
}

static size_t
slabs_for(uint32_t n_jobs)
{
    return (n_jobs + (size_t)SLAB_JOBS - 1) / SLAB_JOBS;
}

int
ledger_add(struct ledger *l, uint16_t home, uint32_t number, struct span desc,
           struct workload **out)
{
    struct workload *w = xcalloc(1, sizeof *w);
    buf_bytes(&w->desc_bytes, desc.p, desc.len);
    int err = desc_decode(buf_span(&w->desc_bytes), &w->desc);
    if (err != 0) {
        buf_fini(&w->desc_bytes);
        free(w);
        return err;
    }
    assert(ledger_find(l, home, number) == NULL);
    w->home = home;
    w->number = number;
    w->n_slabs = slabs_for(w->desc.n_jobs);
    w->slab = xcalloc(w->n_slabs + 1, sizeof *w->slab);
    w->prev = l->last;
    if (l->last != NULL)
        l->last->next = w;
    else
        l->first = w;
    l->last = w;
    struct workload **b = bucket_of(l, home, number);
    w->chain = *b;
    *b = w;
    *out = w;
    return 0;
}

static void
free_outcome(const struct workload *w, struct outcome_rec *o)
{
    if (o != w->cancelled_rec)
        free(o);
}

static void
free_slab(const struct workload *w, struct slab *s)
{
    for (size_t i = 0; i < SLAB_JOBS; i++) {
        if (s->args != NULL)
            free(s->args[i]);
        if (s->outcome != NULL)
            free_outcome(w, s->outcome[i]);
    }
    free(s->job);
    free(s->args);
    free(s->outcome);
}

static void
free_workload(struct workload *w)
{
    for (size_t i = 0; i < w->n_slabs; i++)
        free_slab(w, &w->slab[i]);
    free(w->cancelled_rec);
    free(w->median);
    free(w->trial);
    free(w->slab);
    free(w->finished);
    free(w->by_node);
    free(w->blind_us);
    free(w->floor);
    buf_fini(&w->pending);
    buf_fini(&w->desc_bytes);
    free(w);
}

void
ledger_remove(struct ledger *l, struct workload *w)
{
    struct workload **at = bucket_of(l, w->home, w->number);
    while (*at != w)
        at = &(*at)->chain;
    *at = w->chain;
    if (w->next != NULL)
        w->next->prev = w->prev;
    else
        l->last = w->prev;
    if (w->prev != NULL)
        w->prev->next = w->next;
    else
        l->first = w->next;
    free_workload(w);
}

void
ledger_free(struct ledger *l)
{
    if (l == NULL)
        return;
    for (struct workload *w = l->first, *next; w != NULL; w = next) {
        next = w->next;
        free_workload(w);
    }
    free(l);
}

void
workload_rewrite(struct workload *w)
{
    struct buf b = { 0 };
    desc_encode(&w->desc, &b);
    buf_fini(&w->desc_bytes);
    w->desc_bytes = b;
    int err = desc_decode(buf_span(&b), &w->desc);
    assert(err == 0);
    (void)err;
    w->version++;
}

void
workload_grow(struct workload *w, uint32_t n_jobs)
{
    size_t n = slabs_for(n_jobs);

    assert(n_jobs > w->desc.n_jobs);
    w->desc.n_jobs = n_jobs;
    workload_rewrite(w);
    w->slab = xrealloc(w->slab, n + 1, sizeof *w->slab);
    memset(w->slab + w->n_slabs, 0, (n + 1 - w->n_slabs) * sizeof *w->slab);
    w->n_slabs = n;
}

static struct slab *
slab_of(const struct workload *w, uint32_t index)
{
    assert(index / SLAB_JOBS < w->n_slabs);
    return &w->slab[index / SLAB_JOBS];
}

struct job *
workload_job(const struct workload *w, uint32_t index)
{
    if (index / SLAB_JOBS >= w->n_slabs)
        return NULL;
    struct slab *s = slab_of(w, index);
    if (s->job == NULL)
        return NULL;
    struct job *j = &s->job[index % SLAB_JOBS];
    return j->w == NULL ? NULL : j;
}

struct job *
workload_make(struct workload *w, uint32_t index)
{
    struct slab *s = slab_of(w, index);
    if (s->job == NULL)
        s->job = xcalloc(SLAB_JOBS, sizeof *s->job);
    struct job *j = &s->job[index % SLAB_JOBS];
    if (j->w == NULL) {
        s->n_open++;
        j->w = w;
        j->index = index;
        j->attempt = 1;
    }
    return j;
}

struct job *
workload_next(const struct workload *w, uint32_t index)
{
    while (index / SLAB_JOBS < w->n_slabs) {
        struct slab *s = slab_of(w, index);
        if (s->job == NULL) {
            index = (index / SLAB_JOBS + 1) * SLAB_JOBS;
            continue;
        }
        struct job *j = &s->job[index % SLAB_JOBS];
        if (j->w != NULL)
            return j;
        index++;
    }
    return NULL;
}

void
workload_settle(struct workload *w, struct job *j)
{
    if (j->place != AT_NONE || (j->rec != REC_FOREIGN && j->rec != REC_DONE))
        return;
    struct slab *s = slab_of(w, j->index);
    *j = (struct job){ 0 };
    if (--s->n_open == 0) {
        free(s->job);
        s->job = NULL;
    }
}

const struct args *
workload_args(const struct workload *w, uint32_t index)
{
    struct slab *s = slab_of(w, index);
    return s->args == NULL ? NULL : s->args[index % SLAB_JOBS];
}

void
workload_set_args(struct workload *w, uint32_t index, uint64_t cost,
                  struct span args)
{
    struct slab *s = slab_of(w, index);
    if (s->args == NULL)
        s->args = xcalloc(SLAB_JOBS, sizeof *s->args);
    struct args **at = &s->args[index % SLAB_JOBS];
    free(*at);
    *at = xmalloc(sizeof **at + args.len);
    (*at)->cost = cost;
    (*at)->len = (uint32_t)args.len;
    if (args.len > 0)
        memcpy((*at)->bytes, args.p, args.len);
}

void
workload_drop_args(struct workload *w, uint32_t index)
{
    struct slab *s = slab_of(w, index);
    if (s->args == NULL)
        return;
    free(s->args[index % SLAB_JOBS]);
    s->args[index % SLAB_JOBS] = NULL;
}

/* Held to what sums of a full queue can carry. */
uint64_t
job_cost(const struct job *j)
{
    const uint64_t most = 10ull * 1000 * 1000 * 1000 * 1000;
    const struct args *a = workload_args(j->w, j->index);
    uint64_t cost = a == NULL ? j->w->desc.cost : a->cost;
    return cost < most ? cost : most;
}

size_t
job_bytes(const struct job *j)
{
    const struct args *a = workload_args(j->w, j->index);
    return a == NULL ? 0 : a->len;
}

const struct outcome_rec *
workload_outcome(const struct workload *w, uint32_t index)
{
    if (index / SLAB_JOBS >= w->n_slabs)
        return NULL;
    struct slab *s = slab_of(w, index);
    return s->outcome == NULL ? NULL : s->outcome[index % SLAB_JOBS];
}

void
workload_set_outcome(struct workload *w, const struct result *r, uint16_t node)
{
    struct slab *s = slab_of(w, r->index);
    size_t error_len = r->error.len < 255 ? r->error.len : 255;
    if (s->outcome == NULL)
        s->outcome = xcalloc(SLAB_JOBS, sizeof *s->outcome);
    struct outcome_rec *o = xmalloc(sizeof *o + error_len + r->value.len);
    *o = (struct outcome_rec){ .fence = r->fence,
                               .wait_us = r->wait_us,
                               .run_us = r->run_us,
                               .cpu_us = r->cpu_us,
                               .run = r->run,
                               .value_len = (uint32_t)r->value.len,
                               .node = node,
                               .outcome = r->outcome,
                               .attempt = r->attempt,
                               .error_len = (uint8_t)error_len };
    if (error_len > 0)
        memcpy(o->bytes, r->error.p, error_len);
    if (r->value.len > 0)
        memcpy(o->bytes + error_len, r->value.p, r->value.len);
    free_outcome(w, s->outcome[r->index % SLAB_JOBS]);
    s->outcome[r->index % SLAB_JOBS] = o;
}

void
workload_set_cancelled(struct workload *w, uint32_t index, uint64_t fence)
{
    static const char why[] = "cancelled";
    struct slab *s = slab_of(w, index);
    struct outcome_rec *o = w->cancelled_rec;

    if (o == NULL) {
        o = xcalloc(1, sizeof *o + sizeof why - 1);
        o->outcome = OUTCOME_CANCELLED;
        o->attempt = 1;
        o->error_len = sizeof why - 1;
        memcpy(o->bytes, why, sizeof why - 1);
        w->cancelled_rec = o;
    }
    if (fence > o->fence)
        o->fence = fence;
    if (s->outcome == NULL)
        s->outcome = xcalloc(SLAB_JOBS, sizeof *s->outcome);
    free_outcome(w, s->outcome[index % SLAB_JOBS]);
    s->outcome[index % SLAB_JOBS] = o;
}

void
workload_drop_outcome(struct workload *w, uint32_t index)
{
    struct slab *s = slab_of(w, index);
    if (s->outcome == NULL)
        return;
    free_outcome(w, s->outcome[index % SLAB_JOBS]);
    s->outcome[index % SLAB_JOBS] = NULL;
}

bool
workload_once(const struct workload *w)
{
    return (w->desc.flags & DESC_ONCE) != 0;
}

uint32_t
workload_open(const struct workload *w)
{
    return w->accepted - w->done - w->failed - w->cancelled;
}
