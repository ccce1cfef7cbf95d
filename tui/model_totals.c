/* SPDX-License-Identifier: MPL-2.0 */
/* The sums of the meters. */
#include <string.h>

#include "base/text.h"
#include "proto/limits.h"
#include "tui/model_own.h"

enum { POLICIES = 8, POLICIES_SHOWN = 3, ETA_MAX_S = 1000000000 };
static const int64_t LOOK_BACK_US = INT64_C(3600) * SECOND_US;

struct sums {
    double load, throttle;  /* over live nodes; throttle times slots */
    uint64_t loads, slots;
    uint64_t open, done;    /* jobs of the workloads that count */
    uint64_t jobs_done, jobs_failed;    /* of all workloads told */
    size_t works;
    bool untold;            /* a node has not told all its workloads */
    uint64_t at_homes, at_nodes;    /* open jobs: as homes and as nodes say */
    unsigned n_policies, nodes[POLICIES];
    const char *policy[POLICIES];
};

static void
add_policy(struct sums *s, const struct node *n)
{
    for (unsigned i = 0; i < s->n_policies; i++)
        if (span_equal(span_str(s->policy[i]), span_str(n->policy))) {
            s->nodes[i]++;
            return;
        }
    if (n->policy[0] == '\0' || s->n_policies == POLICIES)
        return;
    s->policy[s->n_policies] = n->policy;
    s->nodes[s->n_policies++] = 1;
}

/* "hybrid 940 / symm 60", the most frequent first. */
static void
tell_policies(struct sums *s, char *dst, size_t cap)
{
    dst[0] = '\0';
    if (s->n_policies == 1) {
        text_add(dst, cap, "%s", s->policy[0]);
        return;
    }
    for (unsigned shown = 0; shown < s->n_policies; shown++) {
        unsigned most = 0;
        if (shown == POLICIES_SHOWN) {
            text_add(dst, cap, " ...");
            return;
        }
        for (unsigned i = 1; i < s->n_policies; i++)
            if (s->nodes[i] > s->nodes[most])
                most = i;
        bool is_long = strlen(s->policy[most]) > 8;
        text_add(dst, cap, "%s%.*s %u", shown > 0 ? " / " : "",
                 is_long ? 4 : 8, s->policy[most], s->nodes[most]);
        s->nodes[most] = 0;
    }
}

static void
add_works(const struct model *m, const struct node *n, struct sums *s)
{
    int64_t age = node_age_us(m, n);

    for (size_t i = 0; i < n->n_works; i++) {
        const struct work *w = &n->work[i];
        if (node_is_up(n))
            s->at_homes += (uint64_t)w->queued + w->running;
        if (w->ended && (w->ended_age_us > (uint64_t)LOOK_BACK_US ||
                         (int64_t)w->ended_age_us + age > LOOK_BACK_US))
            continue;
        s->open += w->n_jobs;
        s->done += w->done;
    }
}

/* Jobs are counted by their homes, and only if all of them tell them all. */
static void
add_ended(const struct node *n, struct sums *s)
{
    if (n->heard_us >= 0 &&
        (n->direct_us < 0 || n->n_works >= STATE_WORKLOADS_MAX))
        s->untold = true;
    s->works += n->n_works;
    for (size_t i = 0; i < n->n_works; i++) {
        s->jobs_done += n->work[i].done;
        s->jobs_failed += n->work[i].failed;
    }
}

static void
add_up(const struct node *n, struct totals *t, struct sums *s)
{
    double load = node_load(n);

    t->running += n->told.running;
    t->pending += n->told.queued;
    t->held += n->told.held;
    t->rate += n->done_s > 0 ? n->done_s : 0;
    t->in_s += n->in_s > 0 ? n->in_s : 0;
    t->out_s += n->out_s > 0 ? n->out_s : 0;
    s->at_nodes += node_jobs(n);
    add_policy(s, n);
    if (n->seen != SEEN_LIVE || load < 0)
        return;
    s->throttle += (double)n->told.throttle_percent * n->told.slots;
    s->slots += n->told.slots;
    s->load += load;
    if (s->loads++ == 0 || load < t->load_min)
        t->load_min = load;
    if (load <= t->load_max)
        return;
    t->load_max = load;
    span_copy(span_str(n->name), t->busiest, sizeof t->busiest);
}

/* Jobs of a lost node whose home is elsewhere are counted there again. */
static void
add_node(const struct model *m, const struct node *n, struct totals *t,
         struct sums *s)
{
    t->nodes++;
    t->done += n->told.done + n->before.done;
    t->failed += n->told.failed + n->before.failed;
    add_works(m, n, s);
    add_ended(n, s);
    switch (n->seen) {
    case SEEN_STALE:
        t->stale++;
        add_up(n, t, s);
        break;
    case SEEN_LIVE:
        t->up++;
        add_up(n, t, s);
        break;
    case SEEN_LOST:
        t->lost++;
        t->kept += node_kept(n);
        break;
    case SEEN_NEW:
    case SEEN_GONE:
    case SEEN_FOREIGN:
    case SEEN_ERROR:
        t->other++;
        break;
    }
}

void
nodes_totals(const struct model *m, struct node *const *v, size_t n,
             struct totals *out)
{
    struct sums s = { .n_policies = 0 };

    *out = (struct totals){ .done_part = -1, .eta_us = -1, .load = -1,
                            .load_min = -1, .load_max = -1, .throttle = -1 };
    for (size_t i = 0; i < n; i++)
        if (!v[i]->hidden)
            add_node(m, v[i], out, &s);
    out->by_jobs = !s.untold && (s.works > 0 || out->done + out->failed == 0);
    if (out->by_jobs) {
        out->done = s.jobs_done;
        out->failed = s.jobs_failed;
    }
    out->jobs = s.open;
    if (s.open > 0)
        out->done_part = (double)s.done / (double)s.open;
    if (s.at_homes > s.at_nodes)
        out->in_flight = s.at_homes - s.at_nodes;
    out->pending += out->kept;
    uint64_t left = out->pending + out->running;
    if (left == 0)
        out->eta_us = 0;
    else if (out->rate > 1e-6 && (double)left / out->rate < ETA_MAX_S)
        out->eta_us = (int64_t)((double)left / out->rate * 1e6);
    if (s.loads > 0)
        out->load = s.load / (double)s.loads;
    if (s.slots > 0)
        out->throttle = s.throttle / (double)s.slots;
    tell_policies(&s, out->policy, sizeof out->policy);
}

void
model_totals(const struct model *m, struct totals *out)
{
    nodes_totals(m, m->node, m->n, out);
}
