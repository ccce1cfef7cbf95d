/* SPDX-License-Identifier: MPL-2.0 */
/* The records; checker_judge.c judges them. */
#include "tests/nemesis/checker_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/xalloc.h"

/* FNV-1a, 32 bits. Source: G. Fowler, L. C. Noll, P. Vo. */
static uint32_t
hash(uint32_t h, const void *p, size_t len)
{
    const uint8_t *b = p;

    for (size_t i = 0; i < len; i++)
        h = (h ^ b[i]) * 16777619u;
    return h;
}

static uint32_t
hash_text(const char *s)
{
    return hash(2166136261u, s, strlen(s));
}

/* Two runs differ by the time that they took. (The name of the node may not be
 * known yet when a result is told.) */
static uint32_t
hash_result(const struct lb_result *r)
{
    uint64_t head[3] = { (uint64_t)r->outcome, r->attempt, r->run_us };
    uint32_t h = hash(hash_text(r->error), head, sizeof head);

    h = hash(h, r->value, r->value_len);
    return h != 0 ? h : 1;
}

/* Room for one more in an array that has `n`; grows at powers of two. */
static void *
more(void *p, size_t n, size_t size)
{
    if (n != 0 && (n & (n - 1)) != 0)
        return p;
    return xrealloc(p, n == 0 ? 1 : 2 * n, size);
}

void
checker_wrong(struct checker *c, const char *fmt, ...)
{
    va_list ap;

    if (c->n_wrong == WRONG_MAX)
        return;
    va_start(ap, fmt);
    vsnprintf(c->wrong[c->n_wrong++], sizeof c->wrong[0], fmt, ap);
    va_end(ap);
}

struct checker *
checker_new(void)
{
    struct checker *c = xcalloc(1, sizeof *c);

    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void
checker_free(struct checker *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_entries; i++) {
        free(c->entries[i].jobs);
        free(c->entries[i].marks);
    }
    for (size_t i = 0; i < c->n_readers; i++)
        free(c->readers[i].got);
    free(c->entries);
    free(c->lists);
    free(c->readers);
    free(c->faults);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

int64_t
checker_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct entry *
find(struct checker *c, const char *label)
{
    uint32_t at = c->by_label[hash_text(label) % BUCKETS];

    while (at != 0 && strcmp(c->entries[at - 1].w.label, label) != 0)
        at = c->entries[at - 1].next;
    return at != 0 ? &c->entries[at - 1] : NULL;
}

uint32_t
checker_ask(struct checker *c, const struct checker_workload *w)
{
    pthread_mutex_lock(&c->lock);
    uint32_t id = (uint32_t)c->n_entries;
    uint32_t *bucket = &c->by_label[hash_text(w->label) % BUCKETS];
    c->entries = more(c->entries, c->n_entries, sizeof *c->entries);
    c->entries[c->n_entries++] = (struct entry){
        .w = *w, .asked_ms = checker_now_ms(), .next = *bucket,
        .jobs = xcalloc(w->n_jobs, sizeof(struct job))
    };
    *bucket = id + 1;
    pthread_mutex_unlock(&c->lock);
    return id;
}

void
checker_acknowledge(struct checker *c, uint32_t id, uint32_t jobs)
{
    pthread_mutex_lock(&c->lock);
    struct entry *e = &c->entries[id];
    if (jobs > e->w.n_jobs) {
        c->unexpected += jobs - e->w.n_jobs;
        checker_wrong(c, "%s: more jobs acknowledged than asked", e->w.label);
        jobs = e->w.n_jobs;
    }
    if (jobs > e->acknowledged) {
        c->acknowledged += jobs - e->acknowledged;
        e->acknowledged = jobs;
    }
    pthread_mutex_unlock(&c->lock);
}

uint64_t
checker_acknowledged(struct checker *c)
{
    pthread_mutex_lock(&c->lock);
    uint64_t n = c->acknowledged;
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* ---- what is delivered ---- */

/* A marked job echoes what it was given. */
static bool
has_its_value(const struct entry *e, const struct lb_result *r)
{
    char want[CHECKER_LABEL + 16];

    if (!e->w.marked || r->outcome != LB_JOB_DONE)
        return true;
    int n = snprintf(want, sizeof want, "%s/%u", e->w.label, r->index);
    return r->value_len == (size_t)n && memcmp(r->value, want, (size_t)n) == 0;
}

uint32_t
checker_reader(struct checker *c, uint32_t id)
{
    pthread_mutex_lock(&c->lock);
    uint32_t reader = (uint32_t)c->n_readers;
    c->readers = more(c->readers, c->n_readers, sizeof *c->readers);
    c->readers[c->n_readers++] = (struct reader){
        .id = id, .got = xcalloc(c->entries[id].w.n_jobs, 1)
    };
    pthread_mutex_unlock(&c->lock);
    return reader;
}

void
checker_follow(struct checker *c, uint32_t reader, const struct lb_result *r)
{
    pthread_mutex_lock(&c->lock);
    struct reader *f = &c->readers[reader];
    struct entry *e = &c->entries[f->id];
    uint32_t h = hash_result(r);
    if (r->index >= e->w.n_jobs) {
        c->unexpected++;
        checker_wrong(c, "%s: no job %u", e->w.label, r->index);
    } else if (f->got[r->index]++ != 0) {
        c->duplicated++;
        checker_wrong(c, "%s/%u: followed twice", e->w.label, r->index);
    } else {
        struct job *j = &e->jobs[r->index];
        if (!e->forgotten && j->followed != 0 && j->followed != h) {
            c->duplicated++;
            checker_wrong(c, "%s/%u: told otherwise before", e->w.label,
                          r->index);
        }
        j->followed = h;
    }
    pthread_mutex_unlock(&c->lock);
}

static uint32_t *
number_bucket(struct checker *c, size_t home, uint32_t number)
{
    return &c->by_number[(number * 31 + home) % BUCKETS];
}

void
checker_list(struct checker *c, size_t home, const struct lb_workload_info *w)
{
    pthread_mutex_lock(&c->lock);
    struct entry *e = find(c, w->label);
    uint32_t id = 0;
    uint32_t ended = w->done + w->failed + w->cancelled;
    if (e == NULL || e->w.home != home) {
        c->unexpected += ended;
        checker_wrong(c, "workload %u of home %zu: nobody asked for \"%s\"",
                      w->number, home, w->label);
    } else if (e->listed != 0) {
        c->duplicated += ended;
        if (ended != 0)
            checker_wrong(c, "%s: is workload %u and %u", w->label, e->listed,
                          w->number);
    } else {
        id = (uint32_t)(e - c->entries) + 1;
        e->listed = w->number;
    }
    uint32_t *bucket = number_bucket(c, home, w->number);
    c->lists = more(c->lists, c->n_lists, sizeof *c->lists);
    c->lists[c->n_lists] = (struct listed){ home, w->number, id, *bucket };
    *bucket = (uint32_t)++c->n_lists;
    pthread_mutex_unlock(&c->lock);
}

static struct listed *
find_listed(struct checker *c, size_t home, uint32_t number)
{
    uint32_t at = *number_bucket(c, home, number);

    while (at != 0 && (c->lists[at - 1].home != home ||
                       c->lists[at - 1].number != number))
        at = c->lists[at - 1].next;
    return at != 0 ? &c->lists[at - 1] : NULL;
}

static void
take_result(struct checker *c, struct entry *e, const struct lb_result *r)
{
    struct job *j = &e->jobs[r->index];

    if (j->seen != 0) {
        c->duplicated++;
        checker_wrong(c, "%s/%u: two results", e->w.label, r->index);
        return;
    }
    j->seen = hash_result(r);
    j->outcome = (uint8_t)r->outcome;
    j->wrong = !has_its_value(e, r);
    /* (The time of a processor is faked by libfaketime, too: not judged.) */
    if (r->wait_us > ABSURD_US || r->run_us > ABSURD_US) {
        c->unexpected++;
        checker_wrong(c, "%s/%u: waited %llu us, ran %llu us", e->w.label,
                      r->index, (unsigned long long)r->wait_us,
                      (unsigned long long)r->run_us);
    }
    if (r->outcome != LB_JOB_DONE &&
        !(e->w.once && r->outcome == LB_JOB_UNKNOWN))
        checker_wrong(c, "%s/%u: %.60s", e->w.label, r->index, r->error);
}

void
checker_result(struct checker *c, size_t home, uint32_t number,
               const struct lb_result *r)
{
    pthread_mutex_lock(&c->lock);
    struct listed *l = find_listed(c, home, number);
    struct entry *e = l != NULL && l->id != 0 ? &c->entries[l->id - 1] : NULL;
    if (l == NULL || (e != NULL && r->index >= e->w.n_jobs)) {
        c->unexpected++;
        checker_wrong(c, "workload %u of home %zu: no job %u", number, home,
                      r->index);
    } else if (e != NULL) {
        take_result(c, e, r);
    }
    pthread_mutex_unlock(&c->lock);
}

/* ---- what happened ---- */

void
checker_mark(struct checker *c, size_t node, const char *job, int64_t at_ms)
{
    char label[CHECKER_LABEL], *end = NULL;
    const char *slash = strrchr(job, '/');
    size_t len = slash != NULL ? (size_t)(slash - job) : sizeof label;
    unsigned long index = slash != NULL ? strtoul(slash + 1, &end, 10) : 0;
    struct entry *e = NULL;

    pthread_mutex_lock(&c->lock);
    if (len < sizeof label && end != slash + 1 && *end == '\0') {
        memcpy(label, job, len);
        label[len] = '\0';
        e = find(c, label);
    }
    if (e == NULL || index >= e->w.n_jobs) {
        c->unexpected++;
        checker_wrong(c, "%.60s ran, and nobody asked for it", job);
    } else {
        e->marks = more(e->marks, e->n_marks, sizeof *e->marks);
        e->marks[e->n_marks++] = (struct mark){ (uint32_t)index,
                                                (uint32_t)node, at_ms };
    }
    pthread_mutex_unlock(&c->lock);
}

void
checker_fault(struct checker *c, size_t node, int64_t from_ms,
              int64_t until_ms)
{
    size_t i = 0;

    pthread_mutex_lock(&c->lock);
    while (i < c->n_faults && (c->faults[i].node != node ||
                               c->faults[i].from_ms != from_ms))
        i++;
    if (i == c->n_faults) {
        c->faults = more(c->faults, i, sizeof *c->faults);
        c->n_faults++;
    }
    c->faults[i] = (struct fault){ node, from_ms,
                                   until_ms != 0 ? until_ms : INT64_MAX };
    pthread_mutex_unlock(&c->lock);
}

void
checker_destroy(struct checker *c, size_t home, int64_t from_ms,
                int64_t until_ms)
{
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->n_entries; i++) {
        struct entry *e = &c->entries[i];
        if (e->w.home != home || e->asked_ms > until_ms)
            continue;
        e->may_be_gone |= e->asked_ms >= from_ms - UNDER_WAY_MS;
        e->forgotten = true;
        for (uint32_t k = 0; k < e->w.n_jobs; k++)
            e->jobs[k].followed = 0;
    }
    pthread_mutex_unlock(&c->lock);
}

uint64_t
checker_excused(const struct checker *c)
{
    return c->excused;
}
