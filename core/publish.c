/* SPDX-License-Identifier: MPL-2.0 */
#include "core/publish.h"

#include <assert.h>
#include <string.h>

#include "core/command_ask.h"
#include "core/quarantine.h"
#include "core/transfer.h"

/* ---- load and speed ---- */

static double
cost_units(uint64_t millionths)
{
    return (double)millionths / 1e6;
}

double
node_share(const struct core *c)
{
    struct speed_host h = { .n_cpus = c->sample.n_cpus,
                            .ext_permille = c->sample.ext_cpu_permille,
                            .slots = c->config.slots };
    return speed_share(c->config.throttle_percent, &h);
}

static double
elapsed_s(const struct core *c, const struct run *r)
{
    return c->true_us > r->start_us ? (double)(c->true_us - r->start_us) / 1e6
                                    : 0;
}

double
job_work_s(const struct core *c, const struct job *j)
{
    return classes_work_s(&c->classes, j->w->class_at,
                          cost_units(job_cost(j)), 1);
}

double
run_work_s(const struct core *c, const struct run *r)
{
    return classes_work_s(&c->classes, r->class_at, cost_units(r->cost), 1);
}

double
queue_work_s(const struct core *c)
{
    double sum = 0;
    for (size_t i = 0; i < CLASSES_MAX; i++)
        if (c->queue.of[i].n > 0)
            sum += classes_work_s(&c->classes, (uint8_t)i,
                                  cost_units(c->queue.of[i].cost),
                                  c->queue.of[i].n);
    return sum;
}

/* The raw sums with what runs counted in: at the nominal speed, up to its
 * cost. Without it a node looks fast at first, as short jobs end first. */
static struct speed
speed_now(const struct core *c)
{
    struct speed sum = c->speed;
    double share = node_share(c);
    uint32_t left = c->n_running;

    for (uint32_t i = 0; i < c->n_runs && left > 0; i++) {
        const struct run *r = &c->runs[i];
        if (r->number == 0)
            continue;
        left--;
        double busy = elapsed_s(c, r) * share, cost = run_work_s(c, r);
        sum.busy += busy;
        sum.done += busy < cost ? busy : cost;
    }
    return sum;
}

/* From the raw sums of all nodes: what they made of them would feed back. */
static double
slot_speed(const struct core *c, const struct speed *own)
{
    double done = own->done, busy = own->busy;

    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (!p->has_state)
            continue;
        done += cost_units(p->state.done_cost);
        busy += cost_units(p->state.busy_units);
    }
    double kappa = speed_kappa(own, speed_prior(done, busy));
    return kappa * node_share(c);
}

double
node_slot_speed(const struct core *c)
{
    struct speed own = speed_now(c);
    return slot_speed(c, &own);
}

/* Rest of what runs: its cost less what was done, at least a quarter of it;
 * `longest`: of one run. */
static double
rest_of_runs(const struct core *c, double s, double *longest)
{
    double sum = 0;
    uint32_t left = c->n_running;

    *longest = 0;
    for (uint32_t i = 0; i < c->n_runs && left > 0; i++) {
        const struct run *r = &c->runs[i];
        if (r->number == 0)
            continue;
        left--;
        double cost = run_work_s(c, r);
        double rest = cost - elapsed_s(c, r) * s;
        if (rest < cost / 4)
            rest = cost / 4;
        sum += rest;
        *longest = rest > *longest ? rest : *longest;
    }
    return sum;
}

double
node_w(const struct core *c)
{
    double longest;
    return queue_work_s(c) +
           rest_of_runs(c, node_slot_speed(c), &longest);
}

static uint64_t
drain_us(double w, double rate)
{
    if (!(w > 0))
        return 0;
    return rate > 0 ? speed_round(w / rate * 1e6) : UINT64_MAX;
}

uint64_t
core_drain_us(const struct core *c)
{
    return drain_us(node_w(c), node_slot_speed(c) * c->config.slots);
}

/* ---- the body ---- */

/* Own workloads, the newest of each sort. */
struct newest {
    size_t n;
    const struct workload *v[STATE_WORKLOADS_MAX];
};

static void
newest_add(struct newest *r, const struct workload *w)
{
    if (r->n < STATE_WORKLOADS_MAX)
        r->v[r->n++] = w;
}

static void
newest_encode(const struct core *c, const struct newest *r, size_t *room,
              struct buf *out)
{
    for (size_t i = 0; i < r->n && *room > 0; i++, --*room) {
        struct state_workload t;
        workload_told(c, r->v[i], &t);
        state_workload_encode(&t, out);
    }
}

/* The newest first, those that have ended behind the others. There may be a
 * million of those, and few of the others. */
static void
encode_workloads(const struct core *c, struct buf *out)
{
    struct newest open = { .n = 0 }, ended = { .n = 0 };
    size_t room = STATE_WORKLOADS_MAX, n_open = c->n_own - c->n_ended;

    assert(c->n_ended <= c->n_own);
    for (const struct workload *w = ledger_last(c->ledger);
         w != NULL && open.n < room && (n_open > 0 || ended.n < room);
         w = w->prev)
        if (w->home == 0) {
            newest_add(w->ended ? &ended : &open, w);
            n_open -= !w->ended;
        }
    newest_encode(c, &open, &room, out);
    newest_encode(c, &ended, &room, out);
}

static void
fill_node(const struct core *c, struct state *s)
{
    const struct core_config *k = &c->config;

    s->id = k->id;
    s->name = span_str(k->name);
    s->cluster = span_str(k->cluster);
    s->endpoint_host = span_str(k->host);
    s->kinds = span_str(k->kinds);
    s->version = span_str(k->version);
    s->tags = span_str(k->tags);
    s->policy = span_str(policy_names[k->policy.name - 1]);
    s->placement = span_str(placement_names[k->placement - 1]);
    s->port = k->port;
    s->interval_ms = (uint32_t)(k->state_interval_us / MS);
    s->dead_after_ms = (uint32_t)(k->dead_after_us / MS);
    s->phase = (uint8_t)c->phase;
    s->throttle_percent = k->throttle_percent;
    s->floor_percent = k->floor_percent;
    s->ceiling_percent = k->ceiling_percent;
    s->slots = k->slots;
    s->boot_id = k->boot_id;
}

static void
fill_load(const struct core *c, struct state *s)
{
    struct speed own = speed_now(c);
    double speed = slot_speed(c, &own), longest;
    double rate = speed * c->config.slots;
    double w = queue_work_s(c) + rest_of_runs(c, speed, &longest);

    s->running = c->n_running < UINT16_MAX ? (uint16_t)c->n_running
                                           : UINT16_MAX;
    s->queued = c->queue.n;
    s->held = c->held_jobs + c->elsewhere.n;
    if (c->phase == PHASE_RUN && !c->disk_full)
        s->room = transfer_room(c);
    s->queued_cost = speed_round(queue_work_s(c) * 1e6);
    s->w = speed_round(w * 1e6);
    s->slot_rate = speed_round(speed * 1e6);
    s->rate = speed_round(rate * 1e6);
    s->done_cost = speed_round(own.done * 1e6);
    s->busy_units = speed_round(own.busy * 1e6);
    s->drain_us = drain_us(w, rate);
    if (longest > 0)
        s->tail_us = speed > 0 ? speed_round(longest / speed * 1e6)
                               : UINT64_MAX;
}

static void
fill_counters(const struct core *c, struct state *s)
{
    const struct event_sample *p = &c->sample;

    s->cpu_permille = p->cpu_permille;
    s->ext_cpu_permille = p->ext_cpu_permille;
    s->n_cpus = p->n_cpus;
    s->load_milli = p->load_milli;
    s->mem_total_bytes = p->mem_total_bytes;
    s->mem_avail_bytes = p->mem_avail_bytes;
    s->rss_bytes = p->rss_bytes;
    s->raw_bytes = p->raw_bytes;
    s->wire_bytes = p->wire_bytes;
    s->rejected = p->rejected + c->dropped;
    s->done = c->count.done;
    s->failed = c->count.failed;
    s->retried = c->count.retried;
    s->lost = c->count.lost;
    s->sent_jobs = c->count.sent;
    s->received_jobs = c->count.received;
    s->accepted = c->count.accepted;
    s->refused = c->count.refused;
}

void
publish_state_body(struct core *c, struct buf *out)
{
    struct msg m = { .type = MSG_STATE };
    struct buf workloads = { 0 };
    char quarantine[KINDS_MAX_BYTES];

    fill_node(c, &m.state);
    quarantine_tell(c, quarantine, sizeof quarantine);
    m.state.quarantine = span_str(quarantine);
    m.state.disk_full = c->disk_full;
    fill_load(c, &m.state);
    fill_counters(c, &m.state);
    encode_workloads(c, &workloads);
    m.state.workloads = buf_span(&workloads);
    msg_encode(&m, out);
    buf_fini(&workloads);
}

/* ---- when ---- */

void
publish_soon(struct core *c)
{
    c->state_due = true;
}

int64_t
publish_deadline_us(const struct core *c)
{
    int64_t soon = c->state_sent_us + STATE_GAP_US;
    return c->state_due && soon < c->state_us ? soon : c->state_us;
}

static void
publish(struct core *c, uint8_t type, const struct buf *body)
{
    struct span kept = out_keep(&c->out, buf_span(body));
    struct action *a = out_add(&c->out, ACT_PUBLISH);
    a->send.type = type;
    a->send.body = kept;
}

/* Between 90 % and 110 % of the interval, so that nodes do not all speak at
 * once. */
static int64_t
next_interval(struct core *c)
{
    int64_t interval = c->config.state_interval_us;
    uint64_t spread = (uint64_t)(interval / 5) + 1;
    return interval - interval / 10 + (int64_t)random_below(&c->random, spread);
}

void
publish_tick(struct core *c)
{
    struct buf body = { 0 };

    if (c->now_us < publish_deadline_us(c))
        return;
    publish_state_body(c, &body);
    publish(c, MSG_STATE, &body);
    c->state_seq++;
    if (c->now_us >= c->state_slow_us) {
        publish(c, MSG_STATE_SLOW, &body);
        c->state_slow_us = c->now_us + STATE_SLOW_US;
    }
    buf_fini(&body);
    c->state_due = false;
    c->state_sent_us = c->now_us;
    c->state_us = c->now_us + next_interval(c);
}

void
publish_bye(struct core *c)
{
    const struct buf none = { 0 };
    publish(c, MSG_BYE, &none);
}
