/* SPDX-License-Identifier: MPL-2.0 */
#include "core/core.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "core/adaptor.h"
#include "core/ahead.h"
#include "core/bound.h"
#include "core/claims.h"
#include "core/command.h"
#include "core/elsewhere.h"
#include "core/fetch.h"
#include "core/hearing.h"
#include "core/halt.h"
#include "core/home.h"
#include "core/live.h"
#include "core/node.h"
#include "core/publish.h"
#include "core/quarantine.h"
#include "core/runs.h"
#include "core/transfer.h"

/* ---- life ---- */

static void
remember_files(struct core *c, const struct core_config *files)
{
    c->file_throttle_percent = files->throttle_percent;
    c->file_placement = files->placement;
    c->file_policy = files->policy;
}

struct core *
core_new(const struct core_config *config, uint64_t seed)
{
    struct core *c = xcalloc(1, sizeof *c);
    c->config = *config;
    memcpy(c->kinds_all, config->kinds, sizeof c->kinds_all);
    c->planned_us = c->hold_us = INT64_MAX;
    c->ledger = ledger_new();
    c->phase = PHASE_START;
    c->request_to = -1;
    remember_files(c, config);
    random_seed(&c->random, seed);
    int self = peers_add(&c->peers, &config->id);
    assert(self == 0);
    (void)self;
    peer_at(c, 0)->inc = config->incarnation;
    memcpy(peer_at(c, 0)->name, config->name, sizeof config->name);
    runs_init(c);
    c->slot_duty = xcalloc(config->slots, sizeof *c->slot_duty);
    return c;
}

void
core_free(struct core *c)
{
    if (c == NULL)
        return;
    command_fini(c);
    adaptor_fini(c);
    fetch_fini(c);
    runs_fini(c);
    free(c->slot_duty);
    ledger_free(c->ledger);
    buf_fini(&c->live);
    buf_fini(&c->names);
    peers_fini(&c->peers);
    out_fini(&c->out);
    free(c);
}

/* ---- helpers of the modules ---- */

void
core_log(struct core *c, enum log_level level, const char *evt,
         const char *fmt, ...)
{
    char text[LOG_TEXT_MAX];
    va_list ap;

    text[0] = '\0';
    va_start(ap, fmt);
    text_addv(text, sizeof text, fmt, ap);
    va_end(ap);
    struct span kept = out_keep(&c->out, (struct span){ (uint8_t *)text,
                                                        strlen(text) + 1 });
    struct action *a = out_add(&c->out, ACT_LOG);
    a->log.level = level;
    a->log.evt = evt;
    a->log.text = (const char *)kept.p;
}

/* What this node takes from one peer now: enough for two seconds. */
static uint32_t
credit_jobs(const struct core *c)
{
    double target = 2.0 * c->config.slots;
    if (c->mean_run_us > 0 && c->config.slots * 2e6 / c->mean_run_us > target)
        target = c->config.slots * 2e6 / c->mean_run_us;
    if (c->phase != PHASE_RUN || target <= c->queue.n)
        return 0;
    return target - c->queue.n < 1e6 ? (uint32_t)(target - c->queue.n)
                                     : 1000 * 1000;
}

static struct action *
add_send(struct core *c, uint16_t peer, const struct msg *m)
{
    struct buf body = { 0 };

    msg_encode(m, &body);
    struct span kept = out_keep(&c->out, buf_span(&body));
    buf_fini(&body);
    peer_at(c, peer)->said_bytes += kept.len;
    struct action *a = out_add(&c->out, ACT_SEND);
    a->send.to = peer_at(c, peer)->id;
    a->send.type = m->type;
    a->send.body = kept;
    a->send.credit_jobs = credit_jobs(c);
    a->send.credit_kib = (uint32_t)(c->config.queue_max_bytes / 1024);
    return a;
}

void
core_send(struct core *c, uint16_t peer, const struct msg *m)
{
    (void)add_send(c, peer, m);
}

void
core_send_now(struct core *c, uint16_t peer, const struct msg *m)
{
    add_send(c, peer, m)->send.soon = true;
}

const char *
peer_name(const struct core *c, uint16_t peer)
{
    const struct peer *p = peer_at(c, peer);
    return p->name[0] == '\0' ? "?" : p->name;
}

const char *
job_name(const struct core *c, const struct workload *w, char dst[128])
{
    dst[0] = '\0';
    if (w->home == 0)
        text_add(dst, 128, "%s-%u", c->config.name, (unsigned)w->number);
    else
        text_add(dst, 128, "%.*s-%u", (int)w->desc.home_name.len,
                 (const char *)w->desc.home_name.p, (unsigned)w->number);
    return dst;
}

const char *
jobs_name(const struct core *c, const struct workload *w, uint32_t first,
          uint32_t last, char dst[128])
{
    job_name(c, w, dst);
    text_add(dst, 128, ".%u", (unsigned)first);
    if (last > first)
        text_add(dst, 128, "-%u", (unsigned)last);
    return dst;
}

bool
kind_offered(const char *kinds, struct span kind)
{
    for (const char *p = kinds; *p != '\0';) {
        size_t n = 0;
        while (p[n] != '\0' && p[n] != ' ')
            n++;
        if (n == kind.len && n > 0 && memcmp(p, kind.p, n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

/* ---- start, configuration, leaving ---- */

static void
start(struct core *c)
{
    c->started = true;
    c->start_true_us = c->true_us;
    c->phase = PHASE_RUN;
    c->state_us = c->state_sent_us = c->now_us;
    c->tick_us = c->now_us + TICK_US;
    c->claims_us = c->now_us + c->config.claim_interval_us;
    c->state_due = true;
    c->halt_due = true; /* one may have been met just before the end */
    home_started(c);
    core_log(c, LOG_INFO, "started", "incarnation=%u jobs=%u",
             (unsigned)c->config.incarnation, (unsigned)c->own_open);
    live_started(c);
    struct action *a = out_add(&c->out, ACT_THROTTLE);
    a->throttle_percent = c->config.throttle_percent;
}

static bool
same_policy(const struct policy_config *a, const struct policy_config *b)
{
    return a->name == b->name && a->amount == b->amount &&
           a->difference == b->difference && a->queue_max == b->queue_max &&
           a->queue_min == b->queue_min && !(a->dead_rel < b->dead_rel) &&
           !(b->dead_rel < a->dead_rel) && a->min_push == b->min_push &&
           a->low_rtt == b->low_rtt && a->max_moves == b->max_moves &&
           a->bootstrap == b->bootstrap && a->duplicate == b->duplicate &&
           a->retry_max_us == b->retry_max_us;
}

/* Ids, name and slots stay as they are; and what was set live stays, unless
 * the files now say something else than before. */
static void
reconfigure(struct core *c, const struct core_config *new)
{
    struct core_config was = c->config;
    c->config = *new;
    c->config.id = was.id;
    c->config.incarnation = was.incarnation;
    memcpy(c->config.name, was.name, sizeof was.name);
    c->config.slots = was.slots;
    if (new->throttle_percent == c->file_throttle_percent)
        c->config.throttle_percent = was.throttle_percent;
    else if (new->throttle_percent != was.throttle_percent)
        c->set_throttle = (struct setter){ .by = "node.ini" };
    if (new->placement == c->file_placement)
        c->config.placement = was.placement;
    if (same_policy(&new->policy, &c->file_policy))
        c->config.policy = was.policy;
    else
        c->set_policy = (struct setter){ .by = "node.ini" };
    remember_files(c, new);
    memcpy(c->kinds_all, new->kinds, sizeof c->kinds_all);
    elsewhere_offer(c);
    out_add(&c->out, ACT_THROTTLE)->throttle_percent =
        c->config.throttle_percent;
}

static void
sample_taken(struct core *c, const struct event_sample *s)
{
    c->sample = *s;
    c->sample.slot = NULL;
    c->n_slot_duty = s->slot == NULL ? 0 : s->n_slots;
    if (c->n_slot_duty > c->config.slots)
        c->n_slot_duty = c->config.slots;
    for (uint16_t i = 0; i < c->n_slot_duty; i++)
        c->slot_duty[i] = s->slot[i];
}

static void
stranger_heard(struct core *c, const struct event *ev)
{
    size_t i = 0;
    while (i < c->n_strangers &&
           !node_id_equal(&c->stranger[i].id, &ev->stranger.id))
        i++;
    if (i == STRANGERS_MAX)
        return;
    if (i == c->n_strangers)
        c->n_strangers++;
    c->stranger[i] = (struct stranger){ .id = ev->stranger.id,
                                        .version = ev->stranger.version,
                                        .heard_us = c->now_us };
}

void
core_leave(struct core *c)
{
    if (c->leaving)
        return;
    live_save(c);
    c->leaving = true;
    c->phase = PHASE_DRAIN;
    c->leave_us = c->now_us;
    c->state_due = c->decide_due = true;
    claims_release_all(c);
    core_log(c, LOG_INFO, "leaving", "queued=%u running=%u",
             (unsigned)c->queue.n, (unsigned)c->n_running);
}

/* Jobs of its own stay in the journal; what is others' must be given back. */
static bool
all_handed_over(const struct core *c)
{
    return c->n_running == 0 && c->n_offered == 0 && c->n_released == 0 &&
           c->n_unacked == 0 && c->pending == NULL;
}

static void
leave_tick(struct core *c)
{
    int64_t since = c->now_us - c->leave_us;
    bool kill = since >= c->config.shutdown_deadline_us;

    if (!c->leaving || c->said_bye)
        return;
    if (kill)
        runs_kill_all(c);
    if (c->runs_over_us == 0 && (c->n_running == 0 || kill))
        c->runs_over_us = c->now_us;
    bool over = c->runs_over_us != 0 &&
                c->now_us - c->runs_over_us >= c->config.leave_deadline_us;
    if (!over && !all_handed_over(c))
        return;
    c->said_bye = true;
    publish_bye(c);
    out_add(&c->out, ACT_EXIT)->exit_status = 0;
}

/* ---- time ---- */

static void
housekeeping(struct core *c)
{
    if (c->now_us < c->tick_us)
        return;
    c->tick_us = c->now_us + TICK_US;
    hearing_tick(c);
    home_tick(c);
    bound_tick(c);
    ahead_tick(c);
    quarantine_tick(c);
    fetch_tick(c);
    transfer_tick(c);
    claims_flush(c, true);
    runs_flush(c, true);
    command_tick(c);
    adaptor_tick(c);
    live_save(c);
    c->parked_due = true;
}

/* What the events so far have made due, once they are all in. */
static void
flush(struct core *c)
{
    housekeeping(c);
    adaptor_run(c);
    claims_flush(c, false);
    runs_flush(c, false);
    if (c->parked_due || c->hold_us <= c->true_us)
        command_wake(c);
    publish_tick(c);
    leave_tick(c);
}

/* Delays of our own loop are nobody else's fault: core time leaves them out. */
static void
set_time(struct core *c, int64_t now_us)
{
    assert(now_us >= c->true_us);
    if (LB_BUG != 22 && c->planned_us != INT64_MAX &&
        now_us - c->planned_us > LATE_US)
        c->late_us += now_us - (c->planned_us > c->true_us ? c->planned_us
                                                           : c->true_us);
    c->true_us = now_us;
    c->now_us = now_us - c->late_us;
    c->classes.now_us = now_us;
    c->classes.share = node_share(c);
}

static bool
is_flush_due(const struct core *c)
{
    if (!c->started || c->said_bye)
        return false;
    return c->decide_due || c->pending != NULL || c->parked_due ||
           c->finals_due;
}

/* Nothing hangs on housekeeping: once an interval, with the state, will do. */
static bool
is_idle(const struct core *c)
{
    return c->own_open == 0 && c->n_foreign == 0 && c->n_offered == 0 &&
           c->n_running == 0 && c->n_parked == 0 && c->n_asked == 0 &&
           !c->leaving && c->revert_us == 0;
}

int64_t
core_deadline_us(const struct core *c)
{
    if (!c->started || c->said_bye)
        return INT64_MAX;
    if (is_flush_due(c))
        return c->true_us;
    int64_t at = publish_deadline_us(c), results_us = runs_deadline_us(c);
    if (results_us <= c->now_us)
        return c->true_us;
    at = results_us < at ? results_us : at;
    if (!is_idle(c) && c->tick_us < at)
        at = c->tick_us;
    at += c->late_us;
    return c->hold_us < at ? c->hold_us : at;
}

/* ---- the step ---- */

static void
handle(struct core *c, const struct event *ev)
{
    switch (ev->kind) {
    case EV_REPLAY:
        home_replay(c, ev->replay.type, ev->replay.workload, ev->replay.body);
        break;
    case EV_START: start(c); break;
    case EV_TICK: flush(c); break;
    case EV_MSG: hearing_message(c, &ev->msg); break;
    case EV_COMMAND: command_step(c, &ev->command); break;
    case EV_CLIENT_GONE: command_client_gone(c, ev->client); break;
    case EV_OUTCOME: runs_outcome(c, &ev->outcome); break;
    case EV_FETCHED: fetch_arrived(c, &ev->fetched); break;
    case EV_SAMPLE: sample_taken(c, &ev->sample); break;
    case EV_COPROCESS: elsewhere_fared(c, ev); break;
    case EV_STRANGER: stranger_heard(c, ev); break;
    case EV_DISK:
        c->disk_full = ev->disk_full;
        c->state_due = c->decide_due = true;
        break;
    case EV_CONFIG: reconfigure(c, ev->config); break;
    case EV_STOP: core_leave(c); break;
    }
}

#if LB_BUG == 1
static void
answer_before_save(struct core *c)
{
    struct actions *a = &c->out.actions;
    for (size_t n = 0, i = 0; n < a->n; n++) {
        struct action x = a->v[i];
        if (x.kind != ACT_SAVE) {
            i++;
            continue;
        }
        memmove(&a->v[i], &a->v[i + 1], (a->n - 1 - i) * sizeof x);
        a->v[a->n - 1] = x;
    }
}
#endif

void
core_step(struct core *c, const struct event *ev, const struct actions **out)
{
    out_reset(&c->out);
    set_time(c, ev->now_us);
    if (ev->kind != EV_OUTCOME && ev->kind != EV_REPLAY)
        home_save_results(c);
    if (!c->said_bye)
        handle(c, ev);
    if (ev->kind == EV_TICK)
        home_save_results(c);
    if (c->started) {
        halt_step(c);
        runs_fill(c);
    }
#if LB_BUG == 1
    answer_before_save(c);
#endif
    c->planned_us = core_deadline_us(c);
    *out = &c->out.actions;
}
