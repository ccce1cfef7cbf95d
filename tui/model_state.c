/* SPDX-License-Identifier: MPL-2.0 */
/* A STATE becomes the numbers of a node: rates, rings, workloads. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/model_own.h"

/* Time over which rates are smoothed, in seconds. Those of workloads over some
 * jobs: long ones end in bursts, far apart. */
static const double SMOOTH_S = 4, SMOOTH_JOBS = 16, SMOOTH_MAX_S = 60;

enum { CPU_MAX_PERMILLE = 1000 };

bool
state_is_possible(const struct state *s)
{
    return s->throttle_percent >= 1 && s->throttle_percent <= 100 &&
           s->phase >= PHASE_START && s->phase <= PHASE_DRAIN &&
           s->cpu_permille <= CPU_MAX_PERMILLE &&
           s->ext_cpu_permille <= CPU_MAX_PERMILLE;
}

/* A rate from a counter that rose by `by` in `s` seconds; -1 unknown before.
 * A short time moves it little, a long one to what was just seen. */
static double
smooth(double rate, uint64_t by, double s, double over_s)
{
    if (rate < 0)
        return (double)by / (s > 1 ? s : 1);
    return rate + ((double)by - rate * s) / (s + over_s);
}

static double
counted(double rate, uint64_t was, uint64_t is, double s)
{
    return is < was ? -1 : smooth(rate, is - was, s, SMOOTH_S);
}

static void
take_rates(struct node *n, const struct heard *h)
{
    const struct state *was = &n->told, *is = h->state;
    double s = (double)(h->at_us - n->heard_us) / 1e6;

    if (n->heard_us < 0 || h->incarnation != n->incarnation) {
        n->done_s = n->in_s = n->out_s = -1;
        return;
    }
    if (s <= 0)
        return;
    n->done_s = counted(n->done_s, was->done, is->done, s);
    n->in_s = counted(n->in_s, was->received_jobs, is->received_jobs, s);
    n->out_s = counted(n->out_s, was->sent_jobs, is->sent_jobs, s);
}

/* ---- workloads ---- */

static int
compare_works(const void *a, const void *b)
{
    const struct work *x = a, *y = b;
    return (x->number < y->number) - (x->number > y->number);
}

static struct work *
find_work(const struct node *n, uint32_t number)
{
    size_t low = 0, high = n->n_works;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (n->work[mid].number == number)
            return &n->work[mid];
        if (n->work[mid].number > number)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static double
work_rate(const struct work *was, const struct state_workload *t, double s)
{
    double over_s = was->rate > 0 ? SMOOTH_JOBS / was->rate : SMOOTH_S;

    if (t->done < was->done)
        return -1;
    over_s = over_s < SMOOTH_S ? SMOOTH_S : over_s;
    return smooth(was->rate, t->done - was->done, s,
                  over_s < SMOOTH_MAX_S ? over_s : SMOOTH_MAX_S);
}

static void
take_work(const struct node *n, const struct state_workload *t, double s,
          struct work *w)
{
    const struct work *was = find_work(n, t->number);

    *w = (struct work){ .number = t->number, .n_jobs = t->n_jobs,
                        .queued = t->queued, .running = t->running,
                        .done = t->done, .failed = t->failed,
                        .cancelled = t->cancelled, .held = t->held != 0,
                        .ended = t->ended != 0, .priority = t->priority,
                        .age_us = t->age_us, .ended_age_us = t->ended_age_us,
                        .rate = -1 };
    span_copy(t->kind, w->kind, sizeof w->kind);
    span_copy(t->label, w->label, sizeof w->label);
    if (was != NULL)
        w->rates = was->rates;
    if (was != NULL && s > 0 && !w->ended)
        w->rate = work_rate(was, t, s);
    else if (was != NULL && !w->ended)
        w->rate = was->rate;
}

/* The list of the way in has no workloads: those known stay. */
static void
take_works(struct node *n, const struct heard *h)
{
    struct state_workload t;
    double s = (double)(h->at_us - n->direct_us) / 1e6;
    size_t i = 0;

    if (!h->direct)
        return;
    struct work *work = h->state->n_workloads == 0
                            ? NULL
                            : xcalloc(h->state->n_workloads, sizeof *work);
    for (size_t at = 0; i < h->state->n_workloads &&
                        state_workload_next(h->state, &at, &t); i++) {
        take_work(n, &t, n->direct_us < 0 ? 0 : s, &work[i]);
        if (work[i].rate >= 0)
            trail_set(&work[i].rates, work_bucket(n, &work[i], h->at_us),
                      (float)work[i].rate);
    }
    free(n->work);
    n->work = work;
    n->n_works = i;
    n->cap_works = h->state->n_workloads;
    if (i > 1)
        qsort(work, i, sizeof *work, compare_works);
}

/* ---- texts ---- */

static void
take_text(struct span text, char *dst, size_t cap)
{
    if (!span_is(text, dst))
        span_copy(text, dst, cap);
}

/* The address stands for a name that is missing. */
static void
take_name(struct model *m, struct node *n, const struct state *s)
{
    char name[sizeof n->name] = "";

    span_copy(s->name, name, sizeof name);
    if (name[0] == '\0')
        text_add(name, sizeof name, "(no name) %s:%u", n->host,
                 (unsigned)s->port);
    if (!span_is(span_str(name), n->name))
        index_name(m, n, name);
}

static void
take_texts(struct model *m, struct node *n, const struct state *s)
{
    take_text(s->cluster, n->cluster, sizeof n->cluster);
    take_text(s->endpoint_host, n->host, sizeof n->host);
    take_text(s->version, n->version, sizeof n->version);
    take_text(s->policy, n->policy, sizeof n->policy);
    take_text(s->placement, n->placement, sizeof n->placement);
    take_text(s->tags, n->tags, sizeof n->tags);
    take_text(s->quarantine, n->quarantine, sizeof n->quarantine);
    take_name(m, n, s);
    if (m->cluster[0] == '\0')
        span_copy(s->cluster, m->cluster, sizeof m->cluster);
}

static void
take_numbers(struct node *n, const struct state *s)
{
    static const struct span none = { NULL, 0 };

    n->told = *s;
    n->told.name = n->told.cluster = n->told.endpoint_host = none;
    n->told.kinds = n->told.version = n->told.tags = none;
    n->told.quarantine = none;
    n->told.policy = n->told.placement = n->told.workloads = none;
    n->told.n_workloads = 0;
}

static void
take_rings(struct node *n, int64_t now_us)
{
    ring_add(&n->load, now_us, (float)node_load(n));
    ring_add(&n->queue, now_us, (float)n->told.queued);
    ring_add(&n->throttle, now_us, (float)n->told.throttle_percent);
    if (n->done_s >= 0)
        ring_add(&n->rate, now_us, (float)n->done_s);
}

/* Whoever tells of it first, the node itself or the way in. */
static void
tell_restart(struct model *m, struct node *n, uint64_t incarnation)
{
    int64_t silent_us = m->now_us - node_spoke_us(n);
    char was[80] = "", down[32];
    bool away = n->seen == SEEN_STALE || n->seen == SEEN_LOST ||
                n->seen == SEEN_GONE;

    if (n->name[0] == '\0' || n->incarnation == 0 ||
        incarnation <= n->incarnation)
        return;
    if (away) {
        units_print_duration(silent_us / SECOND_US * SECOND_US, down,
                             sizeof down);
        text_add(was, sizeof was, " was down for %s,", down);
        n->down_told = true;
    }
    node_note(m, n, NOTE_INFO, "restarted:%s incarnation %llu (was %llu)",
              was, (unsigned long long)incarnation,
              (unsigned long long)n->incarnation);
}

void
node_take(struct model *m, struct node *n, const struct heard *h)
{
    tell_restart(m, n, h->incarnation);
    take_rates(n, h);
    take_works(n, h);
    if (h->incarnation > n->incarnation) {
        n->before.done += n->told.done;
        n->before.failed += n->told.failed;
    }
    take_numbers(n, h->state);
    n->heard_us = h->at_us > n->heard_us ? h->at_us : n->heard_us;
    if (h->incarnation != n->incarnation) {
        n->sequence = 0;        /* it counts from 1 again */
        detail_forget(m, n);
    }
    n->incarnation = h->incarnation;
    n->by_way_in = !h->direct;
    n->off = n->off && !h->direct;
    n->protocol = PROTOCOL_VERSION;
    take_texts(m, n, h->state);
    if (h->direct)
        take_rings(n, h->at_us);
    m->version++;
}
