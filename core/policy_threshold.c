/* SPDX-License-Identifier: MPL-2.0 */
/* The older rules, as exact as they were: queue lengths as published, nothing
 * corrected for work in flight. Only a peer's room is never overrun. */
#include "core/policy.h"
#include "core/policy_view.h"

/* From a queue of a to one of b. Never towards the longer queue. */
static uint32_t
amount(const struct policy_config *k, uint32_t a, uint32_t b)
{
    if (a <= b)
        return 0;
    switch (k->amount) {
    case AMOUNT_HALF:
        return (a - b) / 2;
    case AMOUNT_LITERAL:
        return a - b;
    case AMOUNT_HALF_QUEUE:
        return a / 2;
    case AMOUNT_MIN:
        return least(a - b, a / 2);
    }
    return 0;
}

uint32_t
policy_sender_amount(const struct policy_config *k, uint32_t q,
                     uint32_t peer_q)
{
    if (q <= peer_q || q - peer_q <= k->difference)
        return 0;
    if (k->queue_max != 0 && !(q > k->queue_max && k->queue_max > peer_q))
        return 0;
    return amount(k, q, peer_q);
}

uint32_t
policy_receiver_amount(const struct policy_config *k, uint32_t peer_q,
                       uint32_t q)
{
    if (peer_q <= q || peer_q - q <= k->difference)
        return 0;
    if (k->queue_min != 0 && !(q < k->queue_min && k->queue_min < peer_q))
        return 0;
    return amount(k, peer_q, q);
}

uint32_t
policy_grant_amount(const struct policy_config *k, uint32_t asked, uint32_t q,
                    uint32_t peer_q)
{
    uint32_t n = amount(k, q, peer_q);

    return least(asked != 0 ? least(asked, n) : n, q);
}

static bool
may_take(const struct picture *p, size_t i)
{
    return i != p->me && p->node[i].usable && p->node[i].working;
}

static void
add(struct decisions *out, struct decision d)
{
    if (out->n < DECISIONS_MAX)
        out->v[out->n++] = d;
}

/* Up to n jobs to `to`, as its room allows; what was decided on. */
static uint32_t
transfer(const struct picture *p, struct view *to, uint32_t n,
         struct decisions *out)
{
    struct view *me = &p->node[p->me];

    n = least(least(n, room_of(to)), me->queued);
    if (n == 0 || out->n == DECISIONS_MAX)
        return 0;
    double cost = (double)n * p->h;
    add(out, (struct decision){ .kind = DECIDE_TRANSFER, .peer = to->peer,
                                .n_jobs = n, .cost = cost });
    me->queued -= n;
    to->inflight_jobs += n;
    to->inflight += cost;
    return n;
}

/* The same number to each that works; a node that does not work keeps none
 * and gives the rest to the first ones. */
static void
spread(const struct picture *p, struct decisions *out)
{
    const struct view *me = &p->node[p->me];
    uint32_t n_nodes = me->working ? 1 : 0;

    for (size_t i = 0; i < p->n; i++)
        n_nodes += may_take(p, i);
    if (n_nodes == 0)
        return;
    uint32_t share = me->queued / n_nodes;
    uint32_t rest = me->working ? 0 : me->queued % n_nodes;
    for (size_t i = 0; i < p->n; i++) {
        if (!may_take(p, i))
            continue;
        transfer(p, &p->node[i], share + (rest > 0), out);
        rest -= rest > 0;
    }
}

static void
send_rule(const struct picture *p, const struct policy_config *k,
          struct decisions *out)
{
    const struct view *me = &p->node[p->me];
    struct view *to = NULL;

    for (size_t i = 0; i < p->n; i++)
        if (may_take(p, i) && (to == NULL || p->node[i].queued < to->queued))
            to = &p->node[i];
    if (to != NULL)
        transfer(p, to, policy_sender_amount(k, me->queued, to->queued), out);
}

static void
receive_rule(const struct picture *p, const struct policy_config *k,
             struct decisions *out)
{
    const struct view *me = &p->node[p->me], *from = NULL;

    if (p->request_out || !me->working)
        return;
    for (size_t i = 0; i < p->n; i++)
        if (i != p->me && p->node[i].usable &&
            (from == NULL || p->node[i].queued > from->queued))
            from = &p->node[i];
    if (from == NULL)
        return;
    uint32_t n = policy_receiver_amount(k, from->queued, me->queued);
    if (n > 0)
        add(out, (struct decision){ .kind = DECIDE_REQUEST,
                                    .peer = from->peer, .n_jobs = n });
}

static struct view *
find(const struct picture *p, uint16_t peer)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->node[i].peer == peer && may_take(p, i))
            return &p->node[i];
    return NULL;
}

static void
answer(const struct picture *p, const struct policy_config *k, size_t asker,
       struct decisions *out)
{
    const struct asker *a = &p->asker[asker];
    const struct view *me = &p->node[p->me];
    struct view *to = find(p, a->peer);
    uint32_t n = 0;

    if (to != NULL && k->name != POLICY_STATIC && k->name != POLICY_NONE) {
        if (me->working)
            n = policy_grant_amount(k, a->n_jobs, me->queued,
                                    a->state.queued);
        else
            n = a->n_jobs != 0 ? least(a->n_jobs, me->queued) : me->queued;
        to->room = a->state.room;   /* told later than what was published */
        n = transfer(p, to, n, out);
    }
    if (n == 0) {
        add(out, (struct decision){ .kind = DECIDE_REFUSE, .peer = a->peer,
                                    .asker = asker });
        return;
    }
    out->v[out->n - 1].answers = true;
    out->v[out->n - 1].asker = asker;
}

void
policy_threshold_decide(const struct picture *p,
                        const struct policy_config *k, struct decisions *out)
{
    bool sends = k->name == POLICY_SENDER || k->name == POLICY_SYMMETRIC;
    bool asks = k->name == POLICY_RECEIVER || k->name == POLICY_SYMMETRIC;
    bool working = p->node[p->me].working;

    out->n = 0;
    for (size_t i = 0; i < p->n_askers; i++)
        if (!p->asker[i].waiter)
            answer(p, k, i, out);
    if (p->start && k->bootstrap && k->name != POLICY_NONE) {
        spread(p, out);     /* what peers published is now old: no rule */
        return;
    }
    if (!p->tick)
        return;
    if (!working && (sends || asks)) {
        spread(p, out);
        return;
    }
    if (sends)
        send_rule(p, k, out);
    if (asks)
        receive_rule(p, k, out);
}
