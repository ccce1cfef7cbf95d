/* SPDX-License-Identifier: MPL-2.0 */
/*
 * policy - the transfer policies: leaf functions from a picture of the
 * cluster to a list of decisions. Pure; nothing here touches a queue or a
 * peer: core/adaptor makes the picture, core/transfer carries decisions out.
 * Costs are in hint units (1.0 a job when unknown), times in seconds.
 */
#ifndef LB_POLICY_H
#define LB_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "core/config.h"
#include "core/speed.h"

/* One node as the policy sees it. In `struct picture`, nodes stand in the
 * order of their ids; me is one of them. */
struct view {
    uint16_t peer;          /* index in core/peers; 0 is me */
    bool usable;            /* alive, heard lately, same protocol */
    bool working;           /* phase run */
    uint32_t queued;        /* jobs not started, as published */
    uint32_t room;          /* jobs it would take now */
    uint32_t slots, running;
    double queued_cost;     /* movable cost */
    double w;               /* queued cost + rest of the running */
    double s, r;            /* cost/s of one slot now; r = slots * s */
    double inflight;        /* cost offered to it, unanswered */
    double seen_s;          /* age of this picture of it, s (0 for me) */
    double rtt_s;           /* offer to acknowledgement */
    double vain_s;          /* since it was asked for work in vain; 0: it has
                               not been, lately */
    uint32_t inflight_jobs;
};

/* Somebody who asked for work: a request, or a refused one kept as waiter. */
struct asker {
    uint16_t peer;
    uint32_t n_jobs;        /* at most; 0: we decide */
    enum policy rule;       /* the asker's */
    double age_s;
    struct view state;      /* as told in the request */
    bool waiter;
};

struct picture {
    size_t n, me;           /* node[me] is this node */
    struct view *node;      /* scratch: decisions are counted into it */
    size_t n_askers;
    struct asker *asker;
    double h;               /* mean cost of my queued jobs; 1 without hints */
    double bytes_per_job, bandwidth;    /* for xfer(); bytes/s */
    double interval_s;
    double batch_d, batch_age_s;    /* D told by who just filled me; < 0 none */
    double last_batch_in_s;         /* age; large when never */
    double jobs_per_s;              /* completions here, for low water */
    bool request_out;               /* one is unanswered, or backing off */
    bool tick;                      /* the interval's tick (threshold rules) */
    bool start;                     /* a workload was just started: bootstrap */
    double stuck_s;                 /* all my slots are taken, and no run has
                                       ended for so long */
};

enum decision_kind {
    DECIDE_TRANSFER = 1,    /* up to n_jobs from my tail to peer */
    DECIDE_REQUEST,         /* ask peer for work (n_jobs: threshold amount) */
    DECIDE_REFUSE           /* answer asker `asker`; it becomes a waiter */
};
struct decision {
    enum decision_kind kind;
    uint16_t peer;
    uint16_t referral;      /* REFUSE: peer, the hottest known; 0 none */
    uint32_t n_jobs;
    double cost;            /* TRANSFER: n_jobs * h, in hint units */
    double d;               /* target drain time told along; 0 none */
    size_t asker;           /* REFUSE, or the asker a TRANSFER answers */
    bool answers;           /* TRANSFER: answers asker */
    bool idle_asker;        /* TRANSFER: asker fully idle: moves to 4 x max */
};
enum { DECISIONS_MAX = 256 };
struct decisions {
    size_t n;
    struct decision v[DECISIONS_MAX];
};

/* Balances drain times, with uniform job costs h: the number of jobs of a
 * TRANSFER is what the budget and finish_s() allow. Fills `out` anew. A request
 * gets a TRANSFER or a REFUSE, a waiter a TRANSFER or nothing; a request from
 * a peer that is not in the picture, or not usable, is refused. Nobody works:
 * no decision at all. What does not fit into `out` is for the next call. */
void policy_hybrid_decide(const struct picture *p,
                          const struct policy_config *k, struct random *rng,
                          struct decisions *out);
/* Before a slot starts a job of this cost here: the peer where it ends
 * clearly earlier, or 0. The caller looks at the moves of the job. */
uint16_t policy_guard(const struct picture *p, double cost);
/* sender, receiver, symmetric, static, none by k->name. Answers requests at
 * each call (waiters never), acts by itself only on tick or start. */
void policy_threshold_decide(const struct picture *p,
                             const struct policy_config *k,
                             struct decisions *out);
/* Jobs moved between queues of a and b (a > b): trigger and amount of the
 * threshold table; 0 if it does not fire. */
uint32_t policy_sender_amount(const struct policy_config *k, uint32_t q,
                              uint32_t peer_q);
uint32_t policy_receiver_amount(const struct policy_config *k, uint32_t peer_q,
                                uint32_t q);
/* What a holder with q queued gives to an asker of `asked` at queue peer_q;
 * the trigger is not tested again. */
uint32_t policy_grant_amount(const struct policy_config *k, uint32_t asked,
                             uint32_t q, uint32_t peer_q);

#endif
