/* SPDX-License-Identifier: MPL-2.0 */
/* obey - the actions of the core: each is one call. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/clock.h"
#include "agent/loop_parts.h"
#include "base/xalloc.h"
#include "proto/workload.h"

/* As the wire may lose it: who waits for it asks again. */
static void
lose(struct loop *l, struct packet *p)
{
    l->lost_sends++;
    packet_free(p);
}

/* The gate takes it, or it is lost: false. What is `asked_again` anyhow does
 * not make the loop deaf, however long the disk takes. */
static bool
hold(struct loop *l, struct packet *p, bool asked_again)
{
    size_t most = asked_again ? HELD_SENDS : GATE_SENDS;
    size_t most_bytes = asked_again ? HELD_BYTES : SIZE_MAX;

    if (gate_count(l->gate) >= most ||
        l->gate_bytes + p->frame.len > most_bytes ||
        gate_put(l->gate, l->last_save, p) != 0) {
        lose(l, p);
        return false;
    }
    l->gate_bytes += p->frame.len;
    return true;
}

/* No save holds it back: it leaves at the end of the turn. */
static void
let_pass(struct loop *l, struct packet *p)
{
    if (gate_put(l->soon, 0, p) == 0)
        l->gate_bytes += p->frame.len;
    else
        lose(l, p);
}

static void
let_out(struct loop *l, struct packet *p)
{
    uint64_t client = p->client;

    if (!net_send(l->s->net, p, l->now_us))
        loop_client_gone(l, client);
}

static void
send_peer(struct loop *l, const struct action *a)
{
    const uint32_t credit[2] = { a->send.credit_jobs, a->send.credit_kib };

    struct packet *p = net_encode_peer(l->s->net, &a->send.to, a->send.type,
                                       credit, a->send.body);

    if (a->send.soon || l->last_save <= l->durable)
        let_pass(l, p);
    else if (hold(l, p, true))  /* for an acknowledgement nobody waits */
        l->hurries |= a->send.type != MSG_RESULTS_ACK;
}

/* The newest save that this reply tells of. */
static uint64_t
save_told(const struct loop *l, const struct action *a)
{
    return a->reply.soon ? 0
           : a->reply.workload != 0
               ? l->saved[a->reply.workload % SAVED]
               : l->last_save;
}

static void
reply(struct loop *l, const struct action *a)
{
    struct packet *p = net_encode_reply(l->s->net, a->reply.client,
                                        a->reply.body);

    if (a->reply.busy && !l->exiting && lobby_put(l->lobby, p, l->now_us))
        return;
    /* A client asks again when the disk has been full for a while. */
    if (save_told(l, a) > l->durable)
        l->hurries |= hold(l, p, l->journal_state == JOURNAL_FULL);
    else
        let_pass(l, p);
}

/* ---- runs ---- */

/* Files of the job come from its home, or go there. */
static void
tell_place(const struct loop *l, struct order *o)
{
    struct desc desc;

    o->away = !node_id_equal(&o->home, &l->s->self->id);
    if (o->away &&
        desc_decode(span_of(o->bytes, o->desc_len), &desc) == 0 &&
        span_is(desc.kind, "command"))
        (void)net_place(l->s->net, &o->home, o->home_at, sizeof o->home_at);
}

static struct order *
order_of(const struct loop *l, const struct act_run *r)
{
    struct order *o = order_new(r->desc, r->args);

    o->slot = r->slot;
    o->run = r->run;
    o->home = r->home;
    o->workload = r->workload;
    o->index = r->index;
    o->attempt = r->attempt;
    tell_place(l, o);
    return o;
}

static void
start_run(struct loop *l, const struct act_run *r)
{
    if (!r->gated) {
        orders_put(l->s->orders, order_of(l, r));
        return;
    }
    struct packet *p = packet_new(PACKET_RUN);
    p->order = order_of(l, r);
    /* The gate has room for every ticket beyond the sends it takes. */
    if (gate_put(l->gate, l->last_save, p) != 0)
        abort();
    if (l->n_gated == l->gated_cap) {
        l->gated_cap = l->gated_cap == 0 ? 16 : l->gated_cap * 2;
        l->gated = xrealloc(l->gated, l->gated_cap, sizeof(struct packet *));
    }
    l->gated[l->n_gated++] = p;
    l->hurries = true;
}

static void
note_unrun(struct loop *l, uint16_t slot, uint32_t run)
{
    if (l->n_unrun == l->unrun_cap) {
        l->unrun_cap = l->unrun_cap == 0 ? 16 : l->unrun_cap * 2;
        l->unrun = xrealloc(l->unrun, l->unrun_cap, sizeof *l->unrun);
    }
    l->unrun[l->n_unrun].slot = slot;
    l->unrun[l->n_unrun++].run = run;
}

/* NULL: its worker ends it, or has, and the outcome comes. */
static void
drop_order(struct loop *l, struct order *o)
{
    if (o == NULL)
        return;
    note_unrun(l, o->slot, o->run);
    free(o);
}

static void
stop_run(struct loop *l, uint32_t run)
{
    for (size_t i = 0; i < l->n_gated; i++)
        if (l->gated[i]->order->run == run) {
            l->gated[i]->stopped = true;
            return;
        }
    drop_order(l, orders_stop(l->s->orders, run));
}

static void
release_run(struct loop *l, struct packet *p)
{
    size_t i = 0;

    while (l->gated[i] != p)
        i++;
    l->gated[i] = l->gated[--l->n_gated];
    if (p->stopped) {
        note_unrun(l, p->order->slot, p->order->run);
    } else {
        orders_put(l->s->orders, p->order);
        p->order = NULL;
    }
    packet_free(p);
}

void
loop_release(struct loop *l)
{
    for (struct packet *p; (p = gate_next(l->soon, 0)) != NULL;) {
        l->gate_bytes -= p->frame.len;
        let_out(l, p);
    }
    const int64_t until_us = l->exiting ? INT64_MAX : l->now_us;
    for (struct packet *p; (p = lobby_next(l->lobby, until_us)) != NULL;)
        let_out(l, p);
    for (struct packet *p; (p = gate_next(l->gate, l->durable)) != NULL;) {
        l->gate_bytes -= p->frame.len;
        if (p->kind == PACKET_RUN)
            release_run(l, p);
        else
            let_out(l, p);
    }
}

void
loop_feed_unrun(struct loop *l)
{
    /* One may lead to others. */
    for (size_t i = 0; i < l->n_unrun; i++) {
        struct event ev = { .kind = EV_OUTCOME };
        ev.outcome.slot = l->unrun[i].slot;
        ev.outcome.run = l->unrun[i].run;
        ev.outcome.outcome = OUTCOME_CANCELLED;
        ev.outcome.unbegun = true;
        loop_feed(l, &ev);
    }
    l->n_unrun = 0;
}

/* ---- the rest ---- */

static void
set_rate(struct loop *l, uint8_t percent)
{
    const struct config *c = config_get(l->s->config);

    orders_set_rate(l->s->orders,
                    (struct rate){ percent, c->period_us });
}

static void
tell_people(struct loop *l, enum log_level level, const char *evt,
            const char *text)
{
    log_event(level, evt, "%s", text);
    if (level > LOG_INFO)
        return;
    net_publish(l->s->net, MSG_EVENT,
                events_add(l->s->events, level, evt, text));
}

void
loop_say(struct loop *l, enum log_level level, const char *evt,
         const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tell_people(l, level, evt, text);
}

void
loop_leave(struct loop *l, int status)
{
    if (l->exiting)
        return;
    l->exiting = true;
    l->status = status;
    l->exit_us = l->now_us + 2 * INT64_C(1000000);
}

static void
obey(struct loop *l, const struct action *a)
{
    switch (a->kind) {
    case ACT_SAVE:
        l->last_save = journal_put(l->s->journal, a->save.type,
                                   a->save.workload, a->save.body);
        l->saved[a->save.workload % SAVED] = l->last_save;
        l->saves = true;
        break;
    case ACT_SEND: send_peer(l, a); break;
    case ACT_REPLY: reply(l, a); break;
    case ACT_PUBLISH:
        net_publish(l->s->net, a->send.type, a->send.body);
        break;
    case ACT_RUN: start_run(l, &a->run); break;
    case ACT_STOP:
        if (a->stop.unbegun)
            drop_order(l, orders_withdraw(l->s->orders, a->stop.run));
        else if (a->stop.after_us > 0)
            orders_stop_after(l->s->orders, a->stop.run, a->stop.after_us);
        else
            stop_run(l, a->stop.run);
        break;
    case ACT_FETCH:
        fetcher_ask(l->s->fetcher, &a->fetch,
                    orders_look(l->s->orders, 0).file_roots);
        break;
    case ACT_THROTTLE: set_rate(l, a->throttle_percent); break;
    case ACT_LOG: tell_people(l, a->log.level, a->log.evt, a->log.text); break;
    case ACT_FORGET:
        journal_forget(l->s->journal, a->forget);
        l->saved[a->forget % SAVED] = l->last_save;
        loop_file_forget(l);
        l->saves = true;
        break;
    case ACT_EXIT: loop_leave(l, a->exit_status); break;
    }
}

void
loop_obey(struct loop *l, const struct actions *out)
{
    l->saves = l->hurries = false;
    for (size_t i = 0; i < out->n; i++)
        obey(l, &out->v[i]);
    l->hurries &= l->last_save > l->durable;
    if (l->saves || l->hurries)
        journal_commit(l->s->journal, l->hurries);
}
