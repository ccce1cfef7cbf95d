/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/msg.h"
#include "sim/invariants.h"
#include "sim/load.h"
#include "sim/world.h"

enum { GATE_MAX = 1 << 24 };

static const char *const greek[] = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta",
    "iota", "kappa", "lambda", "mu"
};

void
node_name(struct world *w, struct node *n)
{
    const size_t known = sizeof greek / sizeof greek[0];

    for (int i = 0; i < 12; i++)
        n->id.b[i] = (uint8_t)random_u64(&w->rng);
    n->id.b[12] = (uint8_t)(n->replaced >> 8);
    n->id.b[13] = (uint8_t)n->replaced;
    n->id.b[14] = (uint8_t)(n->at >> 8);
    n->id.b[15] = (uint8_t)n->at;
    n->config.id = n->id;
    n->config.incarnation = 1000ull * n->replaced; /* unlike any before */
    if (n->at < known)
        (void)snprintf(n->config.name, sizeof n->config.name, "%s",
                       greek[n->at]);
    else
        (void)snprintf(n->config.name, sizeof n->config.name, "node%u",
                       n->at + 1u);
}

void
node_init(struct world *w, uint16_t at)
{
    struct node *n = &w->node[at];

    *n = (struct node){ .at = at, .speed = 1, .tick_us = INT64_MAX };
    core_config_defaults(&n->config);
    n->throttle_percent = n->config.throttle_percent;
    (void)snprintf(n->config.cluster, sizeof n->config.cluster, "sim");
    (void)snprintf(n->config.host, sizeof n->config.host, "host%u", at + 1u);
    (void)snprintf(n->config.kinds, sizeof n->config.kinds, "sleep");
    (void)snprintf(n->config.version, sizeof n->config.version, "sim");
    n->config.port = 8490;
    n->config.boot_id = at + 1u;
    node_name(w, n);
}

static void
drop_waiting(struct node *n)
{
    struct held *h;

    while ((h = gate_drop(n->gate)) != NULL) {
        packet_drop(h->packet);
        free(h);
    }
    while ((h = gate_drop(n->soon)) != NULL) {
        packet_drop(h->packet);
        free(h);
    }
    gate_free(n->gate);     /* record numbers begin again */
    gate_free(n->soon);
    n->gate = n->soon = NULL;
    n->runs = NULL;
    for (size_t i = 0; i < n->n_later; i++)
        packet_drop(n->later[i].packet);
    n->n_later = 0;
}

void
node_fini(struct node *n)
{
    core_free(n->core);
    if (n->gate != NULL)
        drop_waiting(n);
    free(n->later);
    free(n->slot);
    free(n->order);
    disk_fini(&n->disk);
}

void
node_start(struct world *w, struct node *n)
{
    const struct record *r;
    size_t at = 0;

    n->config.incarnation++;
    if (n->top_incarnation < n->config.incarnation)
        n->top_incarnation = n->config.incarnation;
    n->life++;
    n->started_us = w->now_us;
    n->tick_us = INT64_MAX;
    n->leaves = n->left = n->stands = n->drains = n->doomed = false;
    n->throttle_percent = n->config.throttle_percent;
    if (n->slot == NULL)
        n->slot = xcalloc(n->config.slots, sizeof *n->slot);
    n->gate = gate_new(GATE_MAX);
    n->soon = gate_new(GATE_MAX);
    memset(n->saved, 0, sizeof n->saved);
    n->core = core_new(&n->config, random_u64(&w->rng));
    while (n->disk.keep && n->core != NULL
           && (r = disk_next(&n->disk, &at)) != NULL) {
        struct event ev = { .kind = EV_REPLAY };
        ev.replay.type = r->type;
        ev.replay.workload = r->workload;
        ev.replay.body = span_of(r->body, r->len);
        world_feed(w, n, &ev);
    }
    struct event ev = { .kind = EV_START };
    world_feed(w, n, &ev);
    n->told_full = false;
    node_tell_disk(w, n);
    check_restart(w, n);
}

/* Numbers that were never told to anybody may be given again. */
static void
forget_numbers(struct world *w, const struct node *n)
{
    for (size_t i = 0; i < w->book.n; i++) {
        struct book_work *k = w->book.v[i];
        if (k->accepted > 0 || !node_id_equal(&k->home_id, &n->id))
            continue;
        k->number = k->n_done = 0;
        for (uint32_t x = 0; x < k->n_jobs; x++) {
            k->job[x].done_us = 0;
            k->job[x].fence = 0;
        }
    }
}

static void
down(struct world *w, struct node *n)
{
    forget_numbers(w, n);
    core_free(n->core);
    n->core = NULL;
    n->life++;
    n->paused = false;
    n->unsure_us = w->now_us;
    drop_waiting(n);
    slots_clear(n);
}

void
node_crash(struct world *w, struct node *n)
{
    if (n->core == NULL)
        return;
    world_tell(w, n->at + 1u, "crashes");
    down(w, n);
    disk_crash(&n->disk, &w->rng);
}

void
node_pause(struct world *w, struct node *n)
{
    if (n->core == NULL || n->paused)
        return;
    world_tell(w, n->at + 1u, "is paused");
    n->paused = true;
}

void
node_resume(struct world *w, struct node *n)
{
    if (n->core == NULL || !n->paused)
        return;
    world_tell(w, n->at + 1u, "is resumed");
    n->paused = false;
    n->unsure_us = w->now_us;
    for (size_t i = 0; i < n->n_later; i++) {
        n->later[i].at_us = w->now_us;
        world_due(w, n->later[i]);
    }
    n->n_later = 0;
    node_tell_disk(w, n);
}

void
node_leave(struct world *w, struct node *n)
{
    struct event ev = { .kind = EV_STOP };

    if (n->core == NULL || n->paused)
        return;
    world_tell(w, n->at + 1u, "is told to leave");
    n->leaves = true;
    n->unsure_us = w->now_us;
    world_feed(w, n, &ev);
}

void
node_command(struct world *w, struct node *n, const char *op,
             struct span pairs)
{
    struct buf body = { 0 };
    uint16_t n_pairs = 0;
    struct pair p;

    for (size_t at = 0; pair_next(pairs, &at, &p);)
        n_pairs++;
    struct msg m = { .type = MSG_COMMAND };
    m.command = (struct msg_command){ .client = 1, .seq = ++w->book.serial,
                                      .op = span_str(op), .pairs = pairs,
                                      .n_pairs = n_pairs };
    msg_encode(&m, &body);
    struct packet *p2 = packet_new(MSG_COMMAND, buf_span(&body));
    world_due(w, (struct due){ .at_us = w->now_us, .kind = DUE_COMMAND,
                               .node = n->at, .packet = p2 });
    buf_fini(&body);
}

/* ---- actions ---- */

static struct held *
hold(struct world *w, struct node *n, enum action_kind kind, bool soon)
{
    struct held *h = xcalloc(1, sizeof *h);

    h->kind = kind;
    h->soon = soon;
    if (gate_put(soon ? n->soon : n->gate, soon ? 0 : n->disk.n, h) != 0)
        world_fail(w, "the gate of node %u is full", n->at + 1u);
    return h;
}

static struct packet *
pack(const struct world *w, const struct node *n, const struct action *a)
{
    struct packet *p = packet_new(a->send.type, a->send.body);
    p->from = n->at;
    p->id = n->id;
    p->incarnation = n->config.incarnation;
    p->up_ms = (uint64_t)(w->now_us - n->started_us) / 1000;
    return p;
}

static void
send_one(struct world *w, struct node *n, const struct action *a)
{
    const struct node *to = world_node(w, &a->send.to);

    check_send(w, n, a);
    if (to == NULL)
        return;     /* an old id: nobody is there */
    struct held *h = hold(w, n, ACT_SEND, a->send.soon
                                          || n->disk.n <= n->disk.n_durable);
    h->to = to->at;
    h->packet = pack(w, n, a);
}

static void
publish(struct world *w, struct node *n, const struct action *a)
{
    struct packet *p = pack(w, n, a);
    enum { FANOUT = 32 };

    for (uint16_t i = 0; i < w->n; i++) {
        uint16_t to = i;
        if (w->n > 200) {
            if (i == FANOUT)
                break;
            to = (uint16_t)random_below(&w->rng, w->n);
        }
        if (to == n->at || n->doomed)
            continue;
        p->refs++;
        world_send(w, n->at, to, p);
    }
    packet_drop(p);
}

static void
reply(struct world *w, struct node *n, const struct action *a)
{
    const size_t after = a->reply.soon ? 0
                         : a->reply.workload != 0
                             ? n->saved[a->reply.workload % SAVED]
                             : n->disk.n;
    struct packet *p = packet_new(MSG_REPLY, a->reply.body);

    p->client = a->reply.client;
    if (after <= n->disk.n_durable)
        world_reply(w, n, p);
    else
        hold(w, n, ACT_REPLY, false)->packet = p;
}

static void
order(struct world *w, struct node *n, const struct act_run *a)
{
    struct run run;

    if (!slots_order(w, n, a, &run))
        return;
    if (!a->gated && !n->doomed)
        slots_put(w, n, &run);
    if (!a->gated)
        return;
    struct held *h = hold(w, n, ACT_RUN, false);
    h->run = run;
    h->next = n->runs;
    n->runs = h;
}

/* A run that still waits for its save never starts. */
static void
stop(struct world *w, struct node *n, const struct action *a)
{
    if (a->stop.unbegun) {
        slots_withdraw(w, n, a->stop.run);
        return;
    }
    for (struct held *h = n->runs; h != NULL; h = h->next) {
        if (h->run.number == a->stop.run) {
            h->run.stopped = a->stop.after_us == 0;
            return;
        }
    }
    slots_stop(w, n, a->stop.run, a->stop.after_us);
}

static void
tell_log(struct world *w, struct node *n, const struct action *a)
{
    if (a->log.level > w->transcript.level
        || (w->quiet && (strcmp(a->log.evt, "request") == 0
                         || strcmp(a->log.evt, "refuse") == 0)))
        return;
    transcript_add(&w->transcript, w->now_us, n->at + 1u, a->log.evt,
                   a->log.text);
}

static void
fetch(struct world *w, const struct node *n, const struct act_fetch *a)
{
    const struct book_work *k = book_find(&w->book, &n->id, a->workload);

    if (k == NULL ? !book_has_lost(&w->book, &n->id, a->workload)
                  : !k->file || !k->ship || a->index >= k->n_jobs)
        world_fail(w, "node %u reads a file that it must not", n->at + 1u);
    world_due(w, (struct due){ .at_us = w->now_us + w->fetch_us,
                               .kind = DUE_FETCHED, .node = n->at,
                               .life = n->life, .a = a->workload,
                               .b = a->index });
}

void
node_fetched(struct world *w, struct node *n, const struct due *d)
{
    const struct book_work *k = book_find(&w->book, &n->id, d->a);
    struct event ev = { .kind = EV_FETCHED };
    char data[BOOK_DATA_BYTES];

    ev.fetched.workload = d->a;
    ev.fetched.index = d->b;
    ev.fetched.bytes = ev.fetched.error = span_of(NULL, 0);
    if (k == NULL || n->no_files) {
        ev.fetched.error = span_str("no such file");
    } else {
        book_data(k, d->b, data);
        ev.fetched.bytes = span_str(data);
    }
    world_feed(w, n, &ev);
}

void
node_obey(struct world *w, struct node *n, const struct actions *out)
{
    bool exits = false;

    for (size_t i = 0; i < out->n; i++) {
        const struct action *a = &out->v[i];
        switch (a->kind) {
        case ACT_SAVE:
            n->saved[a->save.workload % SAVED] =
                disk_put(&n->disk, a->save.type, a->save.workload,
                         a->save.body);
            break;
        case ACT_SEND:
            send_one(w, n, a);
            break;
        case ACT_REPLY:
            reply(w, n, a);
            break;
        case ACT_PUBLISH:
            if (a->send.type != MSG_STATE_SLOW) /* nodes do not hear it */
                publish(w, n, a);
            break;
        case ACT_RUN:
            order(w, n, &a->run);
            break;
        case ACT_STOP:
            stop(w, n, a);
            break;
        case ACT_FETCH:
            fetch(w, n, &a->fetch);
            break;
        case ACT_THROTTLE:
            slots_throttle(w, n, a->throttle_percent);
            break;
        case ACT_LOG:
            tell_log(w, n, a);
            break;
        case ACT_FORGET:
            n->saved[a->forget % SAVED] =
                disk_put(&n->disk, 0, a->forget, span_of(NULL, 0));
            break;
        case ACT_EXIT:
            exits = true;
            break;
        }
    }
    if (exits) {    /* the shell closes its journal, and ends */
        n->disk.n_durable = n->disk.n;
        n->disk.group = 0;
        world_release(w, n);
        world_tell(w, n->at + 1u, "has left");
        down(w, n);
        n->left = true;
    }
}
