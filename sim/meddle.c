/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/meddle.h"

#include <stdio.h>

#include "core/config.h"
#include "proto/msg.h"
#include "sim/world.h"

void
meddle_tell(struct world *w, struct node *n, const char *op, const char *key,
            uint64_t value)
{
    struct buf pairs = { 0 };

    if (n->core == NULL)
        return;
    world_tell(w, 0, "tells %u: %s", n->at + 1u, op);
    if (key != NULL)
        pair_add_u64(&pairs, key, value);
    node_command(w, n, op, buf_span(&pairs));
    buf_fini(&pairs);
}

/* One that has been accepted and is not over; NULL. */
static struct book_work *
some_work(struct world *w, struct random *r)
{
    const size_t n = w->book.n, first = n == 0 ? 0 : random_below(r, n);

    for (size_t i = 0; i < n; i++) {
        struct book_work *k = w->book.v[(first + i) % n];
        if (k->accepted > 0 && !k->closed && !k->lost && !k->forgotten)
            return k;
    }
    return NULL;
}

static void
add_range(struct buf *pairs, uint32_t first, uint32_t last)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%u-%u", first, last);
    pair_add(pairs, "ranges", span_str(text));
}

static void
change_work(struct world *w, struct random *r, struct book_work *k)
{
    static const char *const ops[] = { "hold", "start", "priority", "cancel",
                                       "hold" };
    struct node *home = &w->node[k->home];
    const size_t what = random_below(r, 5);
    const uint32_t at = (uint32_t)random_below(r, k->accepted);
    struct buf pairs = { 0 };

    if (home->core == NULL)
        return;
    world_tell(w, 0, "tells %u: %s %u", home->at + 1u, ops[what], k->number);
    pair_add_u64(&pairs, "workload", k->number);
    if (what == 2)
        pair_add_u64(&pairs, "value", random_below(r, 10));
    if (what >= 3)
        add_range(&pairs, at, at);
    k->meddled |= what == 0 || what == 4;
    if (what == 3)
        k->job[at].cancelled = true;
    node_command(w, home, ops[what], buf_span(&pairs));
    buf_fini(&pairs);
}

static void
change_rule(struct world *w, struct random *r)
{
    struct node *n = &w->node[random_below(r, w->n)];
    const bool policy = random_below(r, 2) == 0;
    const char *const *names = policy ? policy_names : placement_names;
    const char *name = names[random_below(r, 6)];
    struct buf pairs = { 0 };

    if (n->core == NULL)
        return;
    world_tell(w, 0, "tells %u: %s %s", n->at + 1u,
               policy ? "policy" : "placement", name);
    pair_add(&pairs, "name", span_str(name));
    node_command(w, n, policy ? "policy" : "placement", buf_span(&pairs));
    buf_fini(&pairs);
}

void
meddle(struct world *w, struct random *r)
{
    struct book_work *k = some_work(w, r);
    const uint64_t what = random_below(r, 10);

    if (what < 6 && k != NULL)
        change_work(w, r, k);
    else if (what < 9)
        change_rule(w, r);
    else
        meddle_tell(w, &w->node[random_below(r, w->n)], "rebalance", NULL, 0);
}

void
meddle_ask(struct world *w, const struct node *from, const struct node *to,
           uint32_t jobs)
{
    struct buf state = { 0 }, body = { 0 };
    struct msg m = { .type = MSG_STATE };

    m.state = (struct state){
        .id = from->id, .name = span_str(from->config.name),
        .cluster = span_str(from->config.cluster),
        .endpoint_host = span_str(from->config.host),
        .kinds = span_str(from->config.kinds), .version = span_str("sim"),
        .policy = span_str(policy_names[from->config.policy.name - 1]),
        .placement = span_str(placement_names[from->config.placement - 1]),
        .phase = PHASE_RUN, .throttle_percent = 100,
        .slots = from->config.slots, .room = from->config.queue_max_jobs
    };
    msg_encode(&m, &state);
    m = (struct msg){ .type = MSG_REQUEST };
    m.request.n_jobs = jobs;
    m.request.rule = POLICY_SENDER;
    m.request.state = buf_span(&state);
    msg_encode(&m, &body);
    struct packet *p = packet_new(MSG_REQUEST, buf_span(&body));
    p->from = from->at;
    p->id = from->id;
    p->incarnation = from->config.incarnation;
    p->up_ms = (uint64_t)(w->now_us - from->started_us) / 1000;
    world_send(w, from->at, to->at, p);
    buf_fini(&state);
    buf_fini(&body);
}

void
meddle_by_hand(struct node *n)
{
    struct policy_config *k = &n->config.policy;

    k->name = POLICY_SENDER;
    k->bootstrap = false;
    k->amount = AMOUNT_LITERAL;
    k->difference = UINT32_MAX;
}
