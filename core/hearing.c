/* SPDX-License-Identifier: MPL-2.0 */
#include "core/hearing.h"

#include "base/exits.h"
#include "core/adaptor.h"
#include "core/claims.h"
#include "core/home.h"
#include "core/runs.h"
#include "core/transfer.h"

/* ---- peers: who speaks, and what his silence means ---- */

static void
peer_restarted(struct core *c, uint16_t i, uint64_t inc, uint64_t up_ms)
{
    struct peer *p = peer_at(c, i);
    uint64_t old = p->inc;

    p->inc = inc;
    p->left = false;
    p->claims_seen = 0;
    p->snapshots = 0;
    p->claims_part = 0;
    p->has_state = false;
    p->claim_until_us = c->now_us + c->config.lease_us;
    p->claims_due = true;
    if (old == 0)
        return;
    core_log(c, LOG_INFO, "restarted", "peer=%s incarnation=%u",
             peer_name(c, i), (unsigned)inc);
    transfer_peer_restarted(c, i, up_ms);
    adaptor_forget_peer(c, i);
    home_holder_gone(c, i, old);
}

static void
peer_heard(struct core *c, uint16_t i)
{
    struct peer *p = peer_at(c, i);
    p->heard_us = c->now_us;
    p->stale = false;
    if (!p->dead)
        return;
    p->dead = false;
    p->claim_until_us = c->now_us + c->config.lease_us;
    p->claims_due = true;
    core_log(c, LOG_INFO, "peer-up", "peer=%s", peer_name(c, i));
}

static void
peer_died(struct core *c, uint16_t i, const char *why)
{
    struct peer *p = peer_at(c, i);
    p->dead = true;
    core_log(c, LOG_WARN, "peer-down", "peer=%s why=%s", peer_name(c, i), why);
    transfer_peer_dead(c, i);
    adaptor_forget_peer(c, i);
    home_holder_gone(c, i, p->inc);
    c->decide_due = true;
}

/* ---- messages ---- */

/* Two live nodes of one name cannot be told apart by people: the one that is
 * up for less long gives way. */
static void
check_name(struct core *c, const struct state *s, uint64_t up_ms)
{
    int64_t own_ms = (c->true_us - c->start_true_us) / 1000;
    if (!span_is(s->name, c->config.name) || c->said_bye || !c->started ||
        (up_ms < INT64_MAX && own_ms >= (int64_t)up_ms))
        return;
    char id[NODE_ID_TEXT];
    node_id_print(&s->id, id);
    core_log(c, LOG_ERROR, "name-taken",
             "name=%s at=%.*s:%u id=%.8s "
             "next=\"end; choose another node.name\"",
             c->config.name, (int)s->endpoint_host.len,
             (const char *)s->endpoint_host.p, (unsigned)s->port, id);
    c->said_bye = true;
    out_add(&c->out, ACT_EXIT)->exit_status = EXIT_FAILED;
}

/* Copies that started in the same second have the same incarnation, and their
 * ages do not tell which is older. */
static bool
older_than(const struct core *c, const struct event_msg *twin)
{
    const struct state *s = &twin->msg->state;
    int64_t own_ms = (c->true_us - c->start_true_us) / 1000;

    if (twin->incarnation != c->config.incarnation)
        return twin->up_ms < INT64_MAX && own_ms >= (int64_t)twin->up_ms;
    return s->boot_id != c->config.boot_id ? s->boot_id > c->config.boot_id
                                           : s->port > c->config.port;
}

static bool
is_own(const struct core *c, const struct event_msg *ev)
{
    const struct state *s = &ev->msg->state;

    return ev->incarnation == c->config.incarnation &&
           s->boot_id == c->config.boot_id && s->port == c->config.port;
}

/* Two nodes with one id: a machine was copied with all its disk. Who is up for
 * less long gives way; peers may have listened to him alone meanwhile. */
static void
twin_heard(struct core *c, const struct event_msg *ev)
{
    const struct state *s = &ev->msg->state;

    if (is_own(c, ev) || c->said_bye || !c->started)
        return;
    bool older = older_than(c, ev);
    if (older && ev->incarnation >= c->config.incarnation)
        c->twin_us = c->now_us;
    if (ev->incarnation == c->twin)
        return;
    c->twin = ev->incarnation;
    core_log(c, LOG_ERROR, "id-taken", "at=%.*s:%u next=\"%s\"",
             (int)s->endpoint_host.len, (const char *)s->endpoint_host.p,
             (unsigned)s->port, older
             ? "end that one if it goes on; it has a copy of this "
               "node.state_dir"
             : "end; this has a copy of the other's node.state_dir: remove it");
    if (older)
        return;
    c->said_bye = true;
    out_add(&c->out, ACT_EXIT)->exit_status = EXIT_REFUSED;
}

/* Peers have heard the twin's incarnation, and nothing of ours since: only a
 * new start gets above it. While the twin speaks, that start would be the one
 * that is up for less long. */
static void
twin_gone(struct core *c)
{
    if (c->twin_us == 0 || c->said_bye || c->leaving ||
        c->now_us - c->twin_us < TWIN_GONE_US)
        return;
    core_log(c, LOG_ERROR, "id-taken", "next=\"the other one is silent: end, "
             "to be started again, so that peers hear this one again\"");
    c->said_bye = true;
    out_add(&c->out, ACT_EXIT)->exit_status = EXIT_FAILED;
}

void
hearing_tick(struct core *c)
{
    twin_gone(c);
    for (uint16_t i = 1; i < c->peers.n; i++) {
        struct peer *p = peer_at(c, i);
        int64_t silent_us = c->now_us - p->heard_us;
        if (p->dead && silent_us > FORGET_PEER_US)
            claims_forget_home(c, i);
        if (p->inc == 0 || p->dead)
            continue;
        p->stale = silent_us > c->config.stale_after_us;
        if (silent_us > c->config.dead_after_us)
            peer_died(c, i, "silent");
    }
}

static void
state_heard(struct core *c, uint16_t i, const struct msg *m)
{
    struct peer *p = peer_at(c, i);
    struct buf body = { 0 };
    bool first = !p->has_state;
    bool was_working = first || p->state.phase == PHASE_RUN;

    msg_encode(m, &body);
    peer_keep_state(p, buf_span(&body));
    buf_fini(&body);
    p->state_us = c->now_us;
    p->refused = false;
    if (first)
        core_log(c, LOG_INFO, "peer-joined", "peer=%s", peer_name(c, i));
    if (c->queue.n > 0 || c->elsewhere.n > 0 ||
        c->n_running < c->config.slots || first ||
        was_working != (p->state.phase == PHASE_RUN))
        c->decide_due = true;
}

static void
refused(struct core *c, uint16_t i, const struct msg_refuse *r)
{
    struct msg state;
    if (msg_decode(MSG_STATE, r->state, &state) == 0 &&
        node_id_equal(&state.state.id, &peer_at(c, i)->id))
        state_heard(c, i, &state);
    adaptor_refused(c, i, r);
}

static void
bye_heard(struct core *c, uint16_t i)
{
    peer_at(c, i)->left = true;
    if (!peer_at(c, i)->dead)
        peer_died(c, i, "left");
}

static void
ping_heard(struct core *c, uint16_t i, const struct msg *m)
{
    struct msg pong = { .type = MSG_PONG, .ping = m->ping };
    core_send_now(c, i, &pong);
}

static void
pong_heard(struct core *c, uint16_t i, const struct msg *m)
{
    int64_t rtt = c->true_us - (int64_t)m->ping.stamp_us;
    if (rtt >= 0 && rtt < 60ll * SECOND && peer_at(c, i)->rtt_us == 0)
        peer_at(c, i)->rtt_us = rtt;
}

static void
dispatch(struct core *c, uint16_t i, const struct event_msg *ev)
{
    const struct msg *m = ev->msg;
    switch ((enum msg_type)m->type) {
    case MSG_STATE:
        check_name(c, &m->state, ev->up_ms);
        state_heard(c, i, m);
        break;
    case MSG_BYE: bye_heard(c, i); break;
    case MSG_PING: ping_heard(c, i, m); break;
    case MSG_PONG: pong_heard(c, i, m); break;
    case MSG_BATCH: transfer_batch(c, i, ev->incarnation, &m->batch); break;
    case MSG_BATCH_ACK: transfer_ack(c, i, ev->up_ms, &m->batch_ack); break;
    case MSG_CLAIMS: claims_taken(c, i, &m->claims); break;
    case MSG_CLAIMS_REPLY: claims_reply(c, i, &m->items); break;
    case MSG_RELEASE: claims_release(c, i, &m->items); break;
    case MSG_RELEASE_ACK: claims_release_ack(c, i, &m->items); break;
    case MSG_RESULTS: runs_results(c, i, &m->results); break;
    case MSG_RESULTS_ACK: runs_ack(c, i, &m->items); break;
    case MSG_REQUEST: adaptor_request(c, i, &m->request); break;
    case MSG_REFUSE: refused(c, i, &m->refuse); break;
    case MSG_HELLO:
    case MSG_EVENT:
    case MSG_STATE_SLOW:
    case MSG_COMMAND:
    case MSG_REPLY: break; /* not the core's */
    }
}

static void
not_heard(struct core *c)
{
    c->dropped++;
    if (c->told_peers_full)
        return;
    c->told_peers_full = true;
    core_log(c, LOG_ERROR, "peers-full", "known=%u next=\"other nodes are not "
             "heard; start it again to leave out those that are gone\"",
             (unsigned)c->peers.n);
}

/* R1 and R2 stand before everything else that a message says. */
void
hearing_message(struct core *c, const struct event_msg *ev)
{
    if (ev->incarnation == 0 || ev->incarnation > UINT32_MAX ||
        node_id_equal(&ev->from, &c->config.id)) {
        if (ev->msg->type == MSG_STATE)
            twin_heard(c, ev);
        c->dropped++;
        return;
    }
    int i = peers_add(&c->peers, &ev->from);
    if (i < 0) {
        not_heard(c);
        return;
    }
    struct peer *p = peer_at(c, (uint16_t)i);
    if (ev->incarnation < p->inc &&
        (LB_BUG != 13 || ev->msg->type != MSG_BATCH)) {
        if (ev->msg->type == MSG_RESULTS)
            runs_results(c, (uint16_t)i, &ev->msg->results);
        return;
    }
    if (ev->incarnation > p->inc)
        peer_restarted(c, (uint16_t)i, ev->incarnation, ev->up_ms);
    if (p->left && ev->msg->type != MSG_BYE) {
        if (ev->msg->type != MSG_RESULTS)
            return; /* said BYE: what comes late revives nobody */
    } else if (ev->msg->type != MSG_BYE) {
        peer_heard(c, (uint16_t)i);
    }
    dispatch(c, (uint16_t)i, ev);
}
