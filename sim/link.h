/* SPDX-License-Identifier: MPL-2.0 */
/*
 * link - the simulated network: how long a message from one node to another
 * takes, and whether it is lost, comes twice, or waits. It keeps no packets:
 * it says when they arrive.
 */
#ifndef LB_SIM_LINK_H
#define LB_SIM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

/* What holds on one direction between two nodes, or everywhere. */
struct link {
    int64_t latency_us, jitter_us;
    uint32_t loss_ppm, duplicate_ppm;   /* per million messages */
    uint32_t late_ppm;                  /* delayed further, up to late_us */
    int64_t late_us;
    bool reorder;                       /* else first in, first out */
    uint8_t cuts;                       /* > 0: nothing comes through */
    int64_t clogged_until_us;           /* waits until then */
    int64_t last_us;                    /* newest arrival */
};

/* A wish of a script about one kind of message. */
enum rule_kind { RULE_DROP = 1, RULE_DELAY, RULE_DUPLICATE, RULE_KEEP };
struct rule {
    enum rule_kind kind;
    uint16_t from, to;
    uint8_t type;           /* 0: any */
    uint32_t left;          /* messages that it still meets */
    int64_t delay_us;
};
enum { RULES_MAX = 64, LINK_PAIRS_MAX = 128 };

struct net {
    uint16_t n;
    struct link *pair;      /* [n * n], or one for all above the limit */
    int64_t bytes_per_s;
    size_t n_rules;
    struct rule rule[RULES_MAX];
};

/* A network of n nodes of which each link is as `model`. */
void net_init(struct net *net, uint16_t n, const struct link *model);
void net_fini(struct net *net);
struct link *net_link(struct net *net, uint16_t from, uint16_t to);
/* False when RULES_MAX are in force. */
bool net_add_rule(struct net *net, struct rule rule);

enum fate_kind { FATE_LOST, FATE_ARRIVES, FATE_KEPT };
struct fate {
    enum fate_kind kind;
    bool by_rule;
    int n;                  /* arrivals */
    int64_t at_us[2];
};
struct passage {
    uint16_t from, to;
    uint8_t type;
    size_t bytes;
    int64_t now_us;
};
/* What becomes of a message that is sent now. */
struct fate net_send(struct net *net, struct random *r,
                     const struct passage *p);

#endif
