/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/link.h"

#include <stdlib.h>

#include "base/xalloc.h"

void
net_init(struct net *net, uint16_t n, const struct link *model)
{
    *net = (struct net){ .n = n, .bytes_per_s = 125 * 1000 * 1000 };
    size_t pairs = n <= LINK_PAIRS_MAX ? (size_t)n * n : 1;
    net->pair = xcalloc(pairs, sizeof *net->pair);
    for (size_t i = 0; i < pairs; i++)
        net->pair[i] = *model;
    if (pairs == 1 && n > 1)
        net->pair[0].reorder = true;
}

void
net_fini(struct net *net)
{
    free(net->pair);
    *net = (struct net){ 0 };
}

struct link *
net_link(struct net *net, uint16_t from, uint16_t to)
{
    if (net->n > LINK_PAIRS_MAX)
        return &net->pair[0];
    return &net->pair[(size_t)from * net->n + to];
}

bool
net_add_rule(struct net *net, struct rule rule)
{
    if (net->n_rules == RULES_MAX)
        return false;
    net->rule[net->n_rules++] = rule;
    return true;
}

static struct rule *
find_rule(struct net *net, const struct passage *p)
{
    for (size_t i = 0; i < net->n_rules; i++) {
        struct rule *u = &net->rule[i];
        if (u->left > 0 && u->from == p->from && u->to == p->to
            && (u->type == 0 || u->type == p->type))
            return u;
    }
    return NULL;
}

static bool
draw(struct random *r, uint32_t ppm)
{
    return ppm > 0 && random_below(r, 1000 * 1000) < ppm;
}

static int64_t
up_to(struct random *r, int64_t max)
{
    return max <= 0 ? 0 : (int64_t)random_below(r, (uint64_t)max + 1);
}

static int64_t
arrival(const struct net *net, struct link *l, struct random *r,
        const struct passage *p)
{
    int64_t at_us = p->now_us + l->latency_us + up_to(r, l->jitter_us)
                    + (int64_t)p->bytes * 1000 * 1000 / net->bytes_per_s;
    if (at_us < l->clogged_until_us)
        at_us = l->clogged_until_us;
    if (draw(r, l->late_ppm))
        return at_us + up_to(r, l->late_us);
    if (!l->reorder && at_us < l->last_us)
        at_us = l->last_us;
    l->last_us = at_us;
    return at_us;
}

struct fate
net_send(struct net *net, struct random *r, const struct passage *p)
{
    struct link *l = net_link(net, p->from, p->to);
    struct fate f = { .kind = FATE_ARRIVES, .n = 1 };
    struct rule *u = net->n_rules == 0 ? NULL : find_rule(net, p);

    if (u != NULL) {
        if (u->left != UINT32_MAX)
            u->left--;
        f.by_rule = true;
        if (u->kind == RULE_DROP)
            return (struct fate){ .kind = FATE_LOST, .by_rule = true };
        if (u->kind == RULE_KEEP)
            return (struct fate){ .kind = FATE_KEPT, .by_rule = true };
    }
    if (l->cuts > 0 || draw(r, l->loss_ppm))
        return (struct fate){ .kind = FATE_LOST };
    if (u != NULL && u->kind == RULE_DELAY) {
        f.at_us[0] = p->now_us + u->delay_us;
        return f;
    }
    f.at_us[0] = arrival(net, l, r, p);
    if ((u != NULL && u->kind == RULE_DUPLICATE)
        || draw(r, l->duplicate_ppm)) {
        f.n = 2;
        f.at_us[1] = arrival(net, l, r, p);
    }
    return f;
}
