/* SPDX-License-Identifier: MPL-2.0 */
#include "core/policy.h"
#include "core/policy_view.h"

static double
rate(const struct view *n)
{
    return n->working ? n->r : 0;
}

static double
slot_rate(const struct view *n)
{
    return n->working ? n->s : 0;
}

uint16_t
policy_guard(const struct picture *p, double cost)
{
    const struct view *me = &p->node[p->me];
    double here = finish_s(0, rate(me), slot_rate(me), cost, me->slots);
    double best = NEVER_S, fastest = 0;
    uint16_t peer = 0;

    for (size_t i = 0; i < p->n; i++)
        if (i != p->me && p->node[i].usable)
            fastest = larger(fastest, slot_rate(&p->node[i]));
    if (!(slot_rate(me) < 0.6 * fastest))
        return 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct view *n = &p->node[i];
        if (i == p->me || !n->usable || !(rate(n) > 0))
            continue;
        double w = projected(n);
        if (w / n->r >= here)
            return 0;   /* the cluster is busy longer than this job here */
        double there = xfer_s(p, n, 1) +
                       finish_s(w, n->r, n->s, cost, n->slots);
        if (room_of(n) > 0 && there < best) {
            best = there;
            peer = n->peer;
        }
    }
    return 1.25 * best < here ? peer : 0;
}
