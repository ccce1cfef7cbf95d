/* SPDX-License-Identifier: MPL-2.0 */
/* The submitters; load_read.c has the readers. */
#include "tests/nemesis/load_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tests/nemesis/mark.h"

enum {
    TRIES = 400,            /* of one submission: more than any fault lasts */
    SLEEP_JOB_COST = 5000,
    ONCE_MAX = 40,          /* jobs that take their time */
    PLAIN_MIN = 50, PLAIN_MAX = 500, AHEAD = 20000
};

bool
load_is_fault(int status)
{
    return status == LB_UNREACHABLE || status == LB_TIMEOUT ||
           status == LB_LATER || status == LB_DISK ||
           status == LB_INTERRUPTED;
}

void
load_trouble_add(struct load *l, const char *what, int status,
                 const char *text)
{
    pthread_mutex_lock(&l->lock);
    if (l->trouble[0] == '\0')
        snprintf(l->trouble, sizeof l->trouble, "%s: status %d: %s", what,
                 status, text);
    pthread_mutex_unlock(&l->lock);
}

struct lb *
load_reach(struct worker *w, size_t node, int *status)
{
    *status = LB_OK;
    if (w->to[node] != NULL)
        return w->to[node];
    struct lb *lb = lb_new(w->base);
    lb_set_interrupt(lb, &campaign_interrupted);
    lb_set_timeout(lb, ANSWER_MS);
    *status = lb_connect(lb, cluster_where(w->load->plan.cluster, node));
    if (*status == LB_OK)
        return w->to[node] = lb;
    if (!load_is_fault(*status))
        load_trouble_add(w->load, "connect", *status, lb_error(lb));
    lb_free(lb);
    return NULL;
}

void
load_part(struct worker *w, size_t node)
{
    lb_free(w->to[node]);
    w->to[node] = NULL;
}

void
load_remember(struct load *l, const struct recent *r)
{
    pthread_mutex_lock(&l->lock);
    l->recent[l->n_recent++ % RECENT] = *r;
    pthread_mutex_unlock(&l->lock);
}

static bool
must_stop(const struct load *l)
{
    return atomic_load(&l->stop) || campaign_interrupted;
}

/* ---- one submission ---- */

/* What is drawn for one workload. */
struct draft {
    struct checker_workload w;
    const char *kind, *params;
    uint32_t id;
    uint64_t cost;
    char key[64], pin[8];
};

static size_t
draw_home(struct worker *w)
{
    const struct load_plan *p = &w->load->plan;
    size_t n = cluster_size(p->cluster), home;

    do
        home = (size_t)rng_below(&w->rng, n);
    while (p->home_mask != 0 && (p->home_mask >> home & 1) == 0);
    return home;
}

static void
draw(struct worker *w, struct draft *d)
{
    const struct load_plan *p = &w->load->plan;

    *d = (struct draft){ .kind = "noop", .params = "" };
    d->w.home = draw_home(w);
    d->w.n_jobs = (uint32_t)rng_between(&w->rng, p->jobs_min, p->jobs_max);
    d->w.once = rng_chance(&w->rng, p->once_percent);
    d->w.marked = d->w.once || rng_chance(&w->rng, p->marked_percent);
    if (d->w.once && d->w.n_jobs > ONCE_MAX)
        d->w.n_jobs = (uint32_t)rng_between(&w->rng, 1, ONCE_MAX);
    if (d->w.marked) {
        d->kind = "mark";
        /* The runs of half of them can be laid at one door alone. */
        if (p->marked_at != 0)
            d->w.pin = p->marked_at;
        else if (rng_chance(&w->rng, 50))
            d->w.pin = 1 + (size_t)rng_below(&w->rng,
                                             cluster_size(p->cluster));
    } else if (rng_chance(&w->rng, p->sleep_percent)) {
        d->kind = "sleep";
        d->params = "ms=5\n";
        d->cost = SLEEP_JOB_COST;
    }
    if (d->w.pin != 0)
        snprintf(d->pin, sizeof d->pin, "%s",
                 cluster_name(p->cluster, d->w.pin - 1));
    snprintf(d->w.label, sizeof d->w.label, "%c%u-%u-%u",
             d->w.once ? MARK_SLOW : 'w', p->part, w->number, w->count++);
    snprintf(d->key, sizeof d->key, "%" PRIu64 "-%s", p->seed, d->w.label);
    d->id = checker_ask(p->checker, &d->w);
}

static int
put_jobs(struct lb_submit *s, const struct draft *d)
{
    char args[CHECKER_LABEL + 32];
    int status = LB_OK;

    if (!d->w.marked)
        status = lb_submit_same(s, d->w.n_jobs);
    for (uint32_t i = 0; d->w.marked && status == LB_OK && i < d->w.n_jobs;
         i++) {
        int n = snprintf(args, sizeof args, "mark=%s/%u\n", d->w.label, i);
        status = lb_submit_job(s, 0, args, (size_t)n);
    }
    return status == LB_OK ? lb_submit_end(s) : status;
}

/* Once. What is acknowledged, all or a part, is told to the checker. */
static int
submit(struct worker *w, const struct draft *d)
{
    struct load *l = w->load;
    int status;
    struct lb *lb = load_reach(w, d->w.home, &status);

    if (lb == NULL)
        return status;
    struct lb_workload x = {
        .kind = d->kind, .params = d->params, .label = d->w.label,
        .params_len = strlen(d->params), .key = d->key, .by = "nemesis",
        .n_jobs = d->w.n_jobs, .cost = d->cost, .priority = 5,
        .timeout_us = LB_TIMEOUT_DEFAULT, .retries = LB_RETRIES_DEFAULT,
        .flags = d->w.once ? LB_ONCE : 0,
        .pin = d->pin[0] != '\0' ? d->pin : NULL
    };
    struct lb_submit *s = lb_submit_open(lb, &x);
    status = put_jobs(s, d);
    uint32_t accepted = lb_submit_accepted(s);
    if (accepted > 0)
        checker_acknowledge(l->plan.checker, d->id, accepted);
    if (status == LB_OK) {
        struct recent r = { d->id, lb_submit_number(s), d->w.home, "" };
        memcpy(r.label, d->w.label, sizeof r.label);
        load_remember(l, &r);
    }
    if (status != LB_OK && !load_is_fault(status))
        load_trouble_add(l, "submit", status, lb_error(lb));
    lb_submit_free(s);
    if (status != LB_OK)
        load_part(w, d->w.home);
    return status;
}

static void
aim(struct worker *w, size_t node, bool answered)
{
    const struct load_plan *p = &w->load->plan;

    if (p->aim != NULL)
        p->aim(p->aim_arg, node, answered, &w->rng);
}

/* Until it is acknowledged, or given up: half of those that had no answer. */
static void
submit_one(struct worker *w)
{
    struct draft d;
    bool patient = rng_chance(&w->rng, 50);
    int tries = 0, status;

    draw(w, &d);
    aim(w, d.w.home, false);
    while ((status = submit(w, &d)) != LB_OK) {
        if ((!patient && status != LB_LATER) || !load_is_fault(status) ||
            tries++ == TRIES || must_stop(w->load))
            return;
        campaign_sleep(rng_between(&w->rng, 20, 200));
    }
    aim(w, d.w.home, true);
}

/* ---- threads ---- */

/* Waits while a home has too much to do still. */
static void
keep_pace(struct worker *w)
{
    const struct load_plan *p = &w->load->plan;
    struct lb_workload_info *v = NULL;
    size_t n = 0, node = draw_home(w);
    int status;
    uint64_t open = 0;

    if (w->count % 16 != 0)
        return;
    do {
        struct lb *lb = load_reach(w, node, &status);
        if (lb == NULL || lb_list(lb, 0, &v, &n) != LB_OK) {
            load_part(w, node);
            return;
        }
        open = 0;
        for (size_t i = 0; i < n; i++)
            open += v[i].queued + v[i].running;
        free(v);
        v = NULL;
    } while (open > p->jobs_ahead && !must_stop(w->load) &&
             campaign_sleep(50));
}

static void
end_worker(struct worker *w)
{
    for (size_t i = 0; i < CLUSTER_NODES_MAX; i++)
        lb_free(w->to[i]);
    lb_free(w->base);
    free(w);
}

static void *
submit_thread(void *arg)
{
    struct worker *w = arg;

    while (!must_stop(w->load) && !load_done(w->load)) {
        submit_one(w);
        keep_pace(w);
        if (w->load->plan.pause_ms > 0)
            campaign_sleep(rng_between(&w->rng, 0,
                                       2 * w->load->plan.pause_ms));
    }
    end_worker(w);
    return NULL;
}

static void *
read_thread(void *arg)
{
    load_read(arg);
    end_worker(arg);
    return NULL;
}

static void
start_thread(struct load *l, void *(*body)(void *))
{
    struct worker *w = xcalloc(1, sizeof *w);

    w->load = l;
    w->number = (unsigned)l->n_threads;
    w->rng = rng_split(l->plan.seed,
                       1000 * (1 + l->plan.part) + l->n_threads);
    w->base = lb_new(NULL);
    if (pthread_create(&l->threads[l->n_threads], NULL, body, w) == 0) {
        l->n_threads++;
        return;
    }
    load_trouble_add(l, "thread", LB_INTERNAL, "cannot start");
    end_worker(w);
}

struct load *
load_start(const struct load_plan *plan)
{
    struct load *l = xcalloc(1, sizeof *l);
    struct load_plan *p = &l->plan;

    *p = *plan;
    if (p->submitters == 0)
        p->submitters = (unsigned)cluster_size(p->cluster);
    if (p->jobs_min == 0)
        p->jobs_min = PLAIN_MIN;
    if (p->jobs_max < p->jobs_min)
        p->jobs_max = p->jobs_min > PLAIN_MAX ? p->jobs_min : PLAIN_MAX;
    if (p->jobs_ahead == 0)
        p->jobs_ahead = AHEAD;
    pthread_mutex_init(&l->lock, NULL);
    for (unsigned i = 0; i < p->submitters && i < LOAD_THREADS_MAX / 2; i++)
        start_thread(l, submit_thread);
    for (unsigned i = 0; i < p->readers && i < LOAD_THREADS_MAX / 2; i++)
        start_thread(l, read_thread);
    return l;
}

bool
load_done(struct load *l)
{
    return l->plan.stop_at != 0 &&
           checker_acknowledged(l->plan.checker) >= l->plan.stop_at;
}

void
load_stop(struct load *l)
{
    if (l == NULL)
        return;
    atomic_store(&l->stop, true);
    for (size_t i = 0; i < l->n_threads; i++)
        pthread_join(l->threads[i], NULL);
    l->n_threads = 0;
}

void
load_free(struct load *l)
{
    if (l == NULL)
        return;
    load_stop(l);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

const char *
load_trouble(struct load *l)
{
    return l->trouble;
}
