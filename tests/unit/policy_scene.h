/* SPDX-License-Identifier: MPL-2.0 */
/* policy_scene - pictures of clusters for the tests of the hybrid policy.
 * Comes after cmocka.h. */
#ifndef LB_POLICY_SCENE_H
#define LB_POLICY_SCENE_H

#include <string.h>

#include "core/policy.h"

enum { N = 24, BIG = 1000000, SEEDS = 1000 };

struct scene {
    struct view node[N], before[N];     /* before: as decide() found them */
    struct asker asker[N];
    struct picture p;
    struct policy_config k;
    struct random rng;
    struct decisions out;
};

static inline void
set(struct scene *s, size_t n)
{
    memset(s, 0, sizeof *s);
    s->k = (struct policy_config){
        .name = POLICY_HYBRID, .dead_rel = 0.5, .min_push = 4, .low_rtt = 4,
        .max_moves = 8, .bootstrap = true,
    };
    s->p = (struct picture){
        .n = n, .node = s->node, .asker = s->asker, .h = 1,
        .interval_s = 1, .batch_d = -1, .last_batch_in_s = 1e9,
    };
    random_seed(&s->rng, 1);
    for (size_t i = 0; i < n; i++)
        s->node[i] = (struct view){ .peer = (uint16_t)i, .usable = true,
                                    .working = true, .room = BIG, .slots = 1,
                                    .s = 1, .r = 1 };
}

/* w of a node includes `running` jobs of cost 1. */
static inline void
load(struct view *v, uint32_t queued, uint32_t running)
{
    v->queued = queued;
    v->queued_cost = queued;
    v->running = running;
    v->w = queued + running;
}

static inline void
ask(struct scene *s, size_t node)
{
    s->asker[s->p.n_askers++] = (struct asker){
        .peer = s->node[node].peer, .rule = POLICY_HYBRID,
        .state = s->node[node],
    };
}

static inline void
decide(struct scene *s)
{
    memcpy(s->before, s->node, sizeof s->before);
    policy_hybrid_decide(&s->p, &s->k, &s->rng, &s->out);
}

static inline void
is(const struct scene *s, size_t i, enum decision_kind kind, uint16_t peer,
   uint32_t n_jobs)
{
    assert_true(i < s->out.n);
    assert_int_equal(s->out.v[i].kind, kind);
    assert_int_equal(s->out.v[i].peer, peer);
    assert_int_equal(s->out.v[i].n_jobs, n_jobs);
}

/* A cluster by lot. Me is node `p.me`, with peer index 0. */
static inline void
set_random(struct scene *s, uint32_t seed, uint32_t most_queued)
{
    struct random r;

    random_seed(&r, seed);
    set(s, 2 + (size_t)random_below(&r, N - 2));
    s->p.h = 0.01 + random_unit(&r) * 3;
    s->p.me = (size_t)random_below(&r, s->p.n);
    s->p.bytes_per_job = 900;
    s->p.bandwidth = 1e8;
    s->p.jobs_per_s = random_unit(&r) * 20;
    double rtt = random_unit(&r) * 0.02;
    for (size_t i = 0; i < s->p.n; i++) {
        struct view *v = &s->node[i];
        v->peer = (uint16_t)(i == s->p.me ? 0 : i < s->p.me ? i + 1 : i);
        v->slots = 1 + (uint32_t)random_below(&r, 8);
        v->s = (double)(1 + random_below(&r, 100)) / 100;
        v->r = v->s * v->slots;
        v->rtt_s = i == s->p.me ? 0 : rtt;
        v->queued = random_below(&r, 2) == 0
                        ? 0 : (uint32_t)random_below(&r, most_queued);
        v->running = v->queued > 0 ? v->slots
                                   : (uint32_t)random_below(&r, v->slots + 1);
        v->queued_cost = v->queued * s->p.h;
        v->w = v->queued_cost + v->running * s->p.h / 2;
    }
}

/* What also happens: old views, work in flight, pauses, silence, no room. */
static inline void
disturb(struct scene *s, uint32_t seed)
{
    struct random r;

    random_seed(&r, seed + 1000000);
    for (size_t i = 0; i < s->p.n; i++) {
        struct view *v = &s->node[i];
        v->working = random_below(&r, 8) > 0;
        if (i == s->p.me)
            continue;
        v->usable = random_below(&r, 8) > 0;
        v->room = (uint32_t)random_below(&r, 400);
        v->seen_s = random_unit(&r) * 2;
        v->inflight_jobs = (uint32_t)random_below(&r, 2) * 10;
        v->inflight = v->inflight_jobs * s->p.h;
        if (random_below(&r, 4) == 0)
            ask(s, i);
    }
    s->p.start = random_below(&r, 4) == 0;
    s->p.request_out = random_below(&r, 2) == 0;
}

#endif
