/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/faults.h"
#include "sim/invariants.h"
#include "sim/load.h"

enum { STEPS_AT_ONE_TIME = 100 * 1000, FETCH_US = 2000 };

struct packet *
packet_new(uint8_t type, struct span body)
{
    struct packet *p = xmalloc(sizeof *p + body.len);
    *p = (struct packet){ .refs = 1, .type = type, .len = body.len };
    if (body.len > 0)
        memcpy(p->body, body.p, body.len);
    return p;
}

void
packet_drop(struct packet *p)
{
    if (p != NULL && --p->refs == 0)
        free(p);
}

struct world *
world_new(const struct world_options *o)
{
    struct world *w = xcalloc(1, sizeof *w);
    w->seed = o->seed;
    w->max_steps = UINT64_MAX;
    w->n = o->nodes;
    w->healed_us = INT64_MAX;
    w->fetch_us = FETCH_US;
    w->transcript.level = LOG_INFO;
    random_seed(&w->rng, o->seed);
    net_init(&w->net, o->nodes, &o->link);
    w->node = xcalloc(o->nodes, sizeof *w->node);
    for (uint16_t i = 0; i < o->nodes; i++) {
        node_init(w, i);
        struct node *n = &w->node[i];
        n->config.slots = o->slots;
        n->disk.min_us = o->commit_min_us;
        n->disk.max_us = o->commit_max_us;
        n->disk.keep = o->keep_records;
    }
    return w;
}

void
world_free(struct world *w)
{
    struct due d;

    if (w == NULL)
        return;
    while (heap_pop(&w->heap, &d))
        packet_drop(d.packet);
    heap_fini(&w->heap);
    for (uint16_t i = 0; i < w->n; i++)
        node_fini(&w->node[i]);
    free(w->node);
    for (size_t i = 0; i < w->n_kept; i++)
        packet_drop(w->kept[i]);
    free(w->kept);
    net_fini(&w->net);
    book_fini(&w->book);
    free(w);
}

void
world_fail(struct world *w, const char *fmt, ...)
{
    va_list ap;

    if (w->failure[0] != '\0')
        return;
    va_start(ap, fmt);
    (void)vsnprintf(w->failure, sizeof w->failure, fmt, ap);
    va_end(ap);
}

void
world_tell(struct world *w, unsigned node, const char *fmt, ...)
{
    char text[200];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    transcript_add(&w->transcript, w->now_us, node, text, "");
}

struct node *
world_node(struct world *w, const struct node_id *id)
{
    const unsigned at = (unsigned)id->b[14] << 8 | id->b[15];

    if (at >= w->n || !node_id_equal(&w->node[at].id, id))
        return NULL;
    return &w->node[at];
}

void
world_due(struct world *w, struct due d)
{
    if (d.at_us < w->now_us)
        d.at_us = w->now_us;
    heap_push(&w->heap, d);
}

static void
keep(struct world *w, struct packet *p)
{
    if (w->n_kept == w->kept_cap) {
        w->kept_cap = w->kept_cap == 0 ? 16 : 2 * w->kept_cap;
        w->kept = xrealloc(w->kept, w->kept_cap, sizeof(struct packet *));
    }
    w->kept[w->n_kept++] = p;
}

static void
tell_rule(struct world *w, const struct passage *g, const struct fate *f)
{
    const char *what = f->kind == FATE_LOST ? "drops"
                       : f->kind == FATE_KEPT ? "keeps"
                       : f->n == 2 ? "doubles" : "delays";
    world_tell(w, 0, "%s %u -> %u %s", what, g->from + 1u, g->to + 1u,
               msg_type_name(g->type));
}

void
world_send(struct world *w, uint16_t from, uint16_t to, struct packet *p)
{
    const struct passage g = { .from = from, .to = to, .type = p->type,
                               .bytes = p->len, .now_us = w->now_us };
    const struct fate f = net_send(&w->net, &w->rng, &g);

    w->figures.messages++;
    w->figures.bytes += p->len;
    if (f.by_rule)
        tell_rule(w, &g, &f);
    w->figures.dropped += f.kind == FATE_LOST;
    w->figures.doubled += f.n == 2;
    if (f.kind == FATE_KEPT) {
        p->to = to;
        keep(w, p);
        return;
    }
    for (int i = 0; f.kind == FATE_ARRIVES && i < f.n; i++) {
        p->refs++;
        world_due(w, (struct due){ .at_us = f.at_us[i], .kind = DUE_MSG,
                                   .node = to, .packet = p });
    }
    packet_drop(p);
}

void
world_reply(struct world *w, struct node *n, struct packet *p)
{
    faults_tempt(w, n);
    if (n->doomed)
        packet_drop(p);
    else
        world_due(w, (struct due){ .at_us = w->now_us + 50,
                                   .kind = DUE_REPLY, .node = n->at,
                                   .life = n->life, .packet = p });
}

static void
let_out(struct world *w, struct node *n, struct held *h)
{
    switch (h->kind) {
    case ACT_SEND:
        check_leaves(w, n, h->packet, h->soon);
        faults_tempt(w, n);
        if (n->doomed)
            packet_drop(h->packet);
        else
            world_send(w, n->at, h->to, h->packet);
        break;
    case ACT_REPLY:
        world_reply(w, n, h->packet);
        break;
    default:
        for (struct held **p = &n->runs; *p != NULL; p = &(*p)->next) {
            if (*p == h) {
                *p = h->next;
                break;
            }
        }
        if (!n->doomed)
            slots_put(w, n, &h->run);
        break;
    }
    free(h);
}

void
world_release(struct world *w, struct node *n)
{
    struct held *h;

    while ((h = gate_next(n->soon, 0)) != NULL)
        let_out(w, n, h);
    while ((h = gate_next(n->gate, n->disk.n_durable)) != NULL)
        let_out(w, n, h);
}

int64_t
world_clock(const struct world *w, const struct node *n)
{
    return w->now_us + w->now_us * n->drift_ppm / 1000000 + n->clock_us;
}

/* When the clock of `n` will show at least `at_us`. */
static int64_t
time_of(const struct node *n, int64_t at_us)
{
    const int64_t million = 1000 * 1000, us = at_us - n->clock_us;

    return n->drift_ppm == 0 ? us
                             : us * million / (million + n->drift_ppm) + 1;
}

/* The core's deadline goes on the heap, unless an earlier one is there. */
static void
set_tick(struct world *w, struct node *n)
{
    int64_t at_us = core_deadline_us(n->core);

    if (at_us == INT64_MAX)
        return;
    at_us = time_of(n, at_us);
    if (at_us < w->now_us)
        at_us = w->now_us;
    if (at_us >= n->tick_us)
        return;
    n->tick_us = at_us;
    world_due(w, (struct due){ .at_us = at_us, .kind = DUE_TICK,
                               .node = n->at, .life = n->life,
                               .a = ++n->tick });
}

static void
bound_steps(struct world *w, struct node *n)
{
    w->steps++;
    if (n->due_since_us != w->now_us) {
        n->due_since_us = w->now_us;
        n->due_steps = 0;
    }
    if (++n->due_steps > STEPS_AT_ONE_TIME)
        world_fail(w, "livelock: node %u takes more than %d steps at one time",
                   n->at + 1u, STEPS_AT_ONE_TIME);
    if (w->steps > w->max_steps)
        world_fail(w, "livelock: more than %llu steps",
                   (unsigned long long)w->max_steps);
}

void
world_commit(struct world *w, struct node *n)
{
    const int64_t us = disk_commit(&n->disk, &w->rng);

    if (us >= 0)
        world_due(w, (struct due){ .at_us = w->now_us + us,
                                   .kind = DUE_COMMIT, .node = n->at,
                                   .life = n->life });
}

void
world_feed(struct world *w, struct node *n, struct event *ev)
{
    const struct actions *out;

    bound_steps(w, n);
    ev->now_us = world_clock(w, n);
    core_step(n->core, ev, &out);
    node_obey(w, n, out);
    if (n->core == NULL)
        return;
    world_commit(w, n);
    world_release(w, n);
    set_tick(w, n);
}

static void
take_msg(struct world *w, struct node *n, const struct packet *p)
{
    struct msg m;

    if (msg_decode(p->type, span_of(p->body, p->len), &m) != 0) {
        world_fail(w, "node %u sends a %s that cannot be decoded",
                   p->from + 1u, msg_type_name(p->type));
        return;
    }
    struct event ev = { .kind = EV_MSG };
    ev.msg = (struct event_msg){
        .from = p->id, .incarnation = p->incarnation, .up_ms = p->up_ms,
        .msg = &m
    };
    const struct core_counts before = core_count(n->core);
    world_feed(w, n, &ev);
    check_msg(w, n, &m, &before);
}

static void
take_command(struct world *w, struct node *n, const struct packet *p)
{
    struct msg m;

    if (p->type != MSG_COMMAND) {   /* the connection has ended */
        struct event gone = { .kind = EV_CLIENT_GONE, .client = p->client };
        world_feed(w, n, &gone);
        return;
    }
    if (msg_decode(p->type, span_of(p->body, p->len), &m) != 0) {
        world_fail(w, "a COMMAND cannot be decoded");
        return;
    }
    struct event ev = { .kind = EV_COMMAND };
    ev.command = (struct event_command){ .client = p->client,
                                         .role = ROLE_OPERATOR,
                                         .command = &m.command };
    const struct core_counts before = core_count(n->core);
    world_feed(w, n, &ev);
    check_command(w, n, &m.command, &before);
}

/* True: the due is for a node that is up, in the right life, not paused. */
static bool
reaches(struct world *w, struct node *n, const struct due *d)
{
    if (n->core == NULL || (d->life != 0 && d->life != n->life))
        return false;
    if (!n->paused)
        return true;
    if (n->n_later == n->later_cap) {
        n->later_cap = n->later_cap == 0 ? 16 : 2 * n->later_cap;
        n->later = xrealloc(n->later, n->later_cap, sizeof *n->later);
    }
    if (d->packet != NULL)
        d->packet->refs++;
    n->later[n->n_later++] = *d;
    (void)w;
    return false;
}

static void
take_node(struct world *w, struct node *n, const struct due *d)
{
    if (!reaches(w, n, d))
        return;
    switch (d->kind) {
    case DUE_MSG:
        take_msg(w, n, d->packet);
        break;
    case DUE_COMMAND:
        take_command(w, n, d->packet);
        break;
    case DUE_COMMIT:
        if (n->disk.group == 0)
            break;      /* the disk has been stuck meanwhile */
        disk_committed(&n->disk);
        world_commit(w, n);
        world_release(w, n);
        break;
    case DUE_END:
        slots_end(w, n, d);
        break;
    case DUE_UNBEGUN:
        slots_unbegun(w, n, d);
        break;
    case DUE_FETCHED:
        node_fetched(w, n, d);
        break;
    case DUE_TICK:
        if (d->a != n->tick)
            break;      /* an earlier one came before it */
        n->tick_us = INT64_MAX;
        if (core_deadline_us(n->core) <= world_clock(w, n)) {
            struct event ev = { .kind = EV_TICK };
            world_feed(w, n, &ev);
        } else {
            set_tick(w, n);
        }
        break;
    case DUE_REPLY:
    case DUE_CLIENT:
    case DUE_FAULT:
        break;
    }
}

bool
world_step(struct world *w)
{
    struct due d;

    if (w->failure[0] != '\0' || !heap_pop(&w->heap, &d))
        return false;
    w->now_us = d.at_us;
    switch (d.kind) {
    case DUE_REPLY:
        load_reply(w, &d);
        break;
    case DUE_CLIENT:
        load_client(w, &d);
        break;
    case DUE_FAULT:
        faults_due(w, &d);
        break;
    case DUE_MSG:
    case DUE_TICK:
    case DUE_COMMIT:
    case DUE_END:
    case DUE_UNBEGUN:
    case DUE_FETCHED:
    case DUE_COMMAND:
        take_node(w, &w->node[d.node], &d);
        break;
    }
    packet_drop(d.packet);
    check_step(w);
    return w->failure[0] == '\0';
}

void
world_run(struct world *w, int64_t until_us)
{
    while (heap_next_us(&w->heap) <= until_us && world_step(w))
        continue;
    if (w->failure[0] == '\0' && w->now_us < until_us)
        w->now_us = until_us;
}
