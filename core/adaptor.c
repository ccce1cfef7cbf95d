/* SPDX-License-Identifier: MPL-2.0 */
#include "core/adaptor.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/ahead.h"
#include "core/elsewhere.h"
#include "core/publish.h"
#include "core/transfer.h"

static const double bandwidth = 100e6;  /* bytes/s: a gigabit, used well */

static double
seconds(int64_t us)
{
    return (double)us / 1e6;
}

static double
units(uint64_t millionths)
{
    return (double)millionths / 1e6;
}

/* ---- the picture ---- */

static struct view
view_of_state(const struct state *s)
{
    return (struct view){
        .working = s->phase == PHASE_RUN,
        .queued = s->queued,
        .room = s->room,
        .slots = s->slots,
        .running = s->running,
        .queued_cost = units(s->queued_cost),
        .w = units(s->w),
        .s = s->phase == PHASE_RUN ? units(s->slot_rate) : 0,
        .r = s->phase == PHASE_RUN ? units(s->rate) : 0,
    };
}

static struct view
view_of_peer(const struct core *c, uint16_t i)
{
    const struct peer *p = peer_at(c, i);
    struct view v = { 0 };
    if (p->has_state)
        v = view_of_state(&p->state);
    v.peer = i;
    v.usable = peer_alive(c, i) && !p->left && !p->stale && p->has_state;
    v.inflight = p->inflight;
    v.inflight_jobs = p->inflight_jobs;
    v.seen_s = seconds(c->now_us - p->state_us);
    v.rtt_s = seconds(p->rtt_us == 0 ? 1000 : p->rtt_us);
    if (p->vain_us != 0 && c->now_us - p->vain_us < VAIN_US)
        v.vain_s = seconds(c->now_us - p->vain_us + 1);
    if (p->refused)
        v.room = 0;
    return v;
}

static struct view
view_of_me(const struct core *c)
{
    bool working = c->phase == PHASE_RUN;
    double s = working ? node_slot_speed(c) : 0;
    return (struct view){ .peer = 0,
                          .usable = true,
                          .working = working,
                          .queued = c->queue.n,
                          .slots = c->config.slots,
                          .running = c->n_running,
                          .queued_cost = queue_work_s(c),
                          .w = node_w(c),
                          .s = s,
                          .r = s * c->config.slots };
}

struct place_of {
    const struct node_id *id;
    uint16_t peer;
};

static int
by_id(const void *a, const void *b)
{
    const struct place_of *pa = a, *pb = b;
    return node_id_compare(pa->id, pb->id);
}

/* All nodes in the order of their ids. */
static void
fill_nodes(const struct core *c, struct picture *p)
{
    struct place_of order[PEERS_MAX];
    size_t n = 0;

    for (uint16_t i = 0; i < c->peers.n; i++)
        if (peer_alive(c, i))
            order[n++] = (struct place_of){ &peer_at(c, i)->id, i };
    qsort(order, n, sizeof order[0], by_id);
    p->node = xcalloc(n, sizeof *p->node);
    for (size_t i = 0; i < n; i++) {
        if (order[i].peer == 0)
            p->me = i;
        p->node[i] = order[i].peer == 0 ? view_of_me(c)
                                        : view_of_peer(c, order[i].peer);
    }
    p->n = n;
}

static void
fill_askers(const struct core *c, struct picture *p)
{
    p->asker = xcalloc(c->n_asked + 1, sizeof *p->asker);
    for (size_t i = 0; i < c->n_asked; i++) {
        const struct asked *a = &c->asked[i];
        p->asker[i] = (struct asker){ .peer = a->peer,
                                      .n_jobs = a->n_jobs,
                                      .rule = a->rule,
                                      .age_s = seconds(c->now_us - a->at_us),
                                      .state = view_of_state(&a->state),
                                      .waiter = a->waiter };
        p->asker[i].state.peer = a->peer;
        p->asker[i].state.usable = true;
    }
    p->n_askers = c->n_asked;
}

static void
make_picture(struct core *c, struct picture *p)
{
    double n = c->queue.n;
    *p = (struct picture){
        .h = c->queue.n == 0 ? 1.0 : queue_work_s(c) / n,
        .bytes_per_job = c->queue.n == 0 ? 0 : (double)c->queue.bytes / n + 28,
        .bandwidth = bandwidth,
        .interval_s = seconds(c->config.state_interval_us),
        .batch_d = c->told_drain_us == 0 ? -1 : units(c->told_drain_us),
        .batch_age_s = seconds(c->now_us - c->told_us),
        .last_batch_in_s = c->last_batch_in_us == 0
                               ? 1e9
                               : seconds(c->now_us - c->last_batch_in_us),
        .jobs_per_s = c->mean_run_us > 0
                          ? c->config.slots * 1e6 / c->mean_run_us
                          : 0,
        .request_out = c->request_to >= 0 || c->now_us < c->next_request_us,
        .tick = c->tick_due,
        .start = c->bootstrap_due && c->config.policy.bootstrap,
        .stuck_s = seconds(ahead_stuck_us(c)),
    };
    if (!(p->h > 0))
        p->h = 1e-6;
    fill_nodes(c, p);
    fill_askers(c, p);
}

static void
free_picture(struct picture *p)
{
    free(p->node);
    free(p->asker);
}

/* ---- askers ---- */

static void
drop_asked(struct core *c, size_t i)
{
    buf_fini(&c->asked[i].state_bytes);
    c->n_asked--;
    memmove(&c->asked[i], &c->asked[i + 1],
            (c->n_asked - i) * sizeof c->asked[0]);
}

void
adaptor_forget_waiters(struct core *c)
{
    for (size_t i = c->n_asked; i-- > 0;)
        if (c->asked[i].waiter)
            drop_asked(c, i);
}

void
adaptor_peer_took(struct core *c, uint16_t peer)
{
    for (size_t i = c->n_asked; i-- > 0;)
        if (c->asked[i].peer == peer)
            drop_asked(c, i);
}

void
adaptor_forget_peer(struct core *c, uint16_t peer)
{
    adaptor_peer_took(c, peer);
    if (c->request_to == peer)
        c->request_to = -1;
}

void
adaptor_fini(struct core *c)
{
    while (c->n_asked > 0)
        drop_asked(c, c->n_asked - 1);
    free(c->asked);
}

void
adaptor_request(struct core *c, uint16_t peer, const struct msg_request *m)
{
    struct msg state;
    struct asked a = { .peer = peer,
                       .n_jobs = m->n_jobs,
                       .rule = POLICY_HYBRID,
                       .at_us = c->now_us };

    if (m->rule >= POLICY_HYBRID && m->rule <= POLICY_NONE)
        a.rule = (enum policy)m->rule;
    for (size_t i = c->n_asked; i-- > 0;)
        if (c->asked[i].peer == peer) /* its newest words win */
            drop_asked(c, i);
    buf_bytes(&a.state_bytes, m->state.p, m->state.len);
    if (msg_decode(MSG_STATE, buf_span(&a.state_bytes), &state) != 0) {
        buf_fini(&a.state_bytes);
        c->dropped++;
        return;
    }
    a.state = state.state;
    if (c->n_asked == c->asked_cap) {
        c->asked_cap = c->asked_cap == 0 ? 16 : c->asked_cap * 2;
        c->asked = xrealloc(c->asked, c->asked_cap, sizeof *c->asked);
    }
    c->asked[c->n_asked++] = a;
    c->decide_due = true;
}

/* No work from who was asked. */
static void
in_vain(struct core *c)
{
    peer_at(c, (uint16_t)c->request_to)->vain_us = c->now_us;
    c->request_to = -1;
}

void
adaptor_refused(struct core *c, uint16_t peer, const struct msg_refuse *m)
{
    (void)m;
    if (c->request_to != peer)
        return;
    in_vain(c);
    int64_t most = c->config.policy.retry_max_us;
    int64_t rtt = peer_at(c, peer)->rtt_us;
    c->backoff_us = c->backoff_us == 0 ? 2 * (rtt == 0 ? 1000 : rtt)
                                       : 2 * c->backoff_us;
    c->backoff_us = c->backoff_us < most ? c->backoff_us : most;
    c->next_request_us = c->now_us + c->backoff_us;
}

/* ---- carrying out ---- */


static void
carry_request(struct core *c, const struct decision *d)
{
    struct buf state = { 0 };
    struct msg m = { .type = MSG_REQUEST };

    publish_state_body(c, &state);
    m.request.n_jobs = d->n_jobs;
    m.request.rule = (uint8_t)c->config.policy.name;
    m.request.state = buf_span(&state);
    c->request_to = d->peer;
    c->request_us = c->now_us;
    core_log(c, LOG_DEBUG, "request", "to=%s", peer_name(c, d->peer));
    core_send_now(c, d->peer, &m);
    buf_fini(&state);
}

static void
carry_refuse(struct core *c, const struct decision *d)
{
    struct buf state = { 0 };
    struct msg m = { .type = MSG_REFUSE };
    uint16_t to = c->asked[d->asker].peer;

    publish_state_body(c, &state);
    if (d->referral != 0)
        m.refuse.referral = peer_at(c, d->referral)->id;
    m.refuse.state = buf_span(&state);
    core_log(c, LOG_DEBUG, "refuse", "to=%s", peer_name(c, to));
    core_send_now(c, to, &m);
    buf_fini(&state);
}

static void
carry_transfer(struct core *c, const struct decision *d)
{
    struct give g = { .peer = d->peer,
                      .max_jobs = d->n_jobs,
                      .max_moves = transfer_most_moves(c, d->idle_asker),
                      .drain_us = speed_round(d->d * 1e6) };
    uint32_t n = transfer_give(c, &g);
    if (n > 0)
        core_log(c, LOG_INFO, "transfer", "jobs=%u to=%s", (unsigned)n,
                 peer_name(c, d->peer));
    else if (d->answers && !c->asked[d->asker].waiter)
        carry_refuse(c, d); /* nothing of the queue can go there after all */
}

/* Who got something goes: what he said is older than that. Those refused stay
 * as waiters. */
static void
settle_askers(struct core *c, const struct decisions *ds)
{
    size_t waiters = 0;
    for (size_t i = c->n_asked; i-- > 0;) {
        bool answered = false;
        for (size_t k = 0; k < ds->n; k++)
            answered |= ds->v[k].kind == DECIDE_TRANSFER &&
                        ds->v[k].peer == c->asked[i].peer;
        c->asked[i].waiter = true;
        if (answered || ++waiters > WAITERS_MAX ||
            c->now_us - c->asked[i].at_us >
                3 * c->config.state_interval_us + SECOND)
            drop_asked(c, i);
    }
}

static void
decide(struct core *c, struct decisions *ds)
{
    struct picture p;
    make_picture(c, &p);
    ds->n = 0;
    if (c->config.policy.name == POLICY_HYBRID)
        policy_hybrid_decide(&p, &c->config.policy, &c->random, ds);
    else
        policy_threshold_decide(&p, &c->config.policy, ds);
    free_picture(&p);
}

void
adaptor_plan(struct core *c, struct decisions *out)
{
    bool was = c->bootstrap_due;
    c->bootstrap_due = true;
    decide(c, out);
    c->bootstrap_due = was;
}

void
adaptor_run(struct core *c)
{
    struct decisions ds;

    if (!c->decide_due || !c->started)
        return;
    c->decide_due = false;
    elsewhere_give(c);
    if (c->queue.n == 0 && c->n_asked == 0 && c->request_to >= 0)
        return;
    decide(c, &ds);
    c->tick_due = c->bootstrap_due = false;
    for (size_t i = 0; i < ds.n; i++) {
        switch (ds.v[i].kind) {
        case DECIDE_TRANSFER: carry_transfer(c, &ds.v[i]); break;
        case DECIDE_REQUEST: carry_request(c, &ds.v[i]); break;
        case DECIDE_REFUSE: carry_refuse(c, &ds.v[i]); break;
        }
    }
    settle_askers(c, &ds);
    c->decide_due = false; /* what was carried out asks for no new decision */
}

void
adaptor_tick(struct core *c)
{
    int64_t patience = SECOND;
    if (c->request_to >= 0) {
        int64_t rtt = peer_at(c, (uint16_t)c->request_to)->rtt_us;
        patience = 4 * rtt > patience ? 4 * rtt : patience;
        if (c->now_us - c->request_us > patience)
            in_vain(c);
    }
    if (c->now_us >= c->interval_us) {
        c->interval_us = c->now_us + c->config.state_interval_us;
        c->tick_due = true;
    }
    if (c->queue.n > 0 || c->elsewhere.n > 0 || c->n_asked > 0 ||
        c->n_running < c->config.slots)
        c->decide_due = true;
}

/* ---- placement ---- */

static double
load_of(double w, double inflight, unsigned cpu_permille)
{
    double cpu = cpu_permille / 1000.0;
    return (w + inflight) * (cpu < 0.5 ? 0.5 : cpu);
}

static size_t
fill_candidates(const struct core *c, struct candidate *v)
{
    struct view me = view_of_me(c);
    size_t n = 0;

    v[n++] = (struct candidate){
        .peer = 0, .w = me.w, .r = me.r, .s = me.s, .slots = me.slots,
        .load = load_of(me.w, 0, c->sample.cpu_permille)
    };
    for (uint16_t i = 1; i < c->peers.n; i++) {
        if (!transfer_may_offer(c, i))
            continue;
        struct view p = view_of_peer(c, i);
        v[n++] = (struct candidate){
            .peer = i, .w = p.w + p.inflight, .r = p.r, .s = p.s,
            .slots = p.slots, .xfer_s = 1.5 * p.rtt_s,
            .load = load_of(p.w, p.inflight,
                            peer_at(c, i)->state.cpu_permille)
        };
    }
    return n;
}

void
adaptor_place(struct core *c, struct workload *w, uint32_t first,
              uint32_t count)
{
    struct candidate v[PEERS_MAX];

    if (c->config.placement == PLACEMENT_LOCAL)
        return;
    c->placer.rule = c->config.placement;
    c->placer.max_load = c->config.placement_max_load;
    for (uint32_t i = 0; i < count; i++) {
        struct job *j = workload_job(w, first + i);
        if (j == NULL || j->place != AT_QUEUED)
            continue;
        size_t n = fill_candidates(c, v);
        int at = placement_choose(&c->placer, v, n, job_work_s(c, j),
                                  &c->random);
        if (at > 0 && v[at].peer != 0)
            transfer_give_job(c, v[at].peer, j);
    }
}
