/* SPDX-License-Identifier: MPL-2.0 */
/*
 * peers - the other nodes: who they are, which incarnation lives, when they
 * were last heard, what they last published. Index 0 is this node itself.
 */
#ifndef LB_PEERS_H
#define LB_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/job.h"
#include "core/limits.h"
#include "proto/msg.h"
#include "proto/names.h"

/* An offer: jobs that left the queue for `peer`, until answered. */
struct batch_job {
    struct job *job;        /* NULL: voided since */
    uint64_t fence;
    uint32_t workload, index;   /* name, also when voided */
    uint16_t home;
    uint8_t moves, attempt; /* moves as offered: one more than before */
};
struct batch {
    struct batch *next;
    uint16_t peer;
    uint64_t target_inc, b;
    int64_t first_true_us, first_us;    /* true time; core time */
    int64_t next_us, backoff_us;
    double cost;            /* hint units */
    uint64_t drain_us;      /* told with it; 0: none */
    bool sent;              /* at least once: it has a first time */
    uint32_t n, n_live;
    struct batch_job job[];
};

/* What this node answered to a batch, for as long as it may be asked again. */
struct verdict {
    struct verdict *next;
    uint64_t b;
    bool tells;     /* of the end of an own job, which is saved */
    struct buf items;
};

/* Jobs in one place, by job.next and job.prev. */
struct joblist {
    struct job *first, *last;
};
void joblist_push(struct joblist *l, struct job *j);
void joblist_remove(struct joblist *l, struct job *j);

struct peer {
    struct node_id id;
    uint64_t inc;               /* highest seen; 0: none yet */
    int64_t heard_us;           /* core time */
    bool dead, left, stale;
    bool has_state;
    struct buf state_bytes;
    struct state state;         /* points into state_bytes */
    int64_t state_us;           /* core time of arrival */
    char name[NAME_MAX_BYTES + 1];
    bool name_saved;
    struct buf finals;          /* jobs that have ended elsewhere: items */
    struct item final;          /* the last of them, not in the buf yet */
    int64_t rtt_us;             /* offer to answer, smoothed; 0 unknown */
    uint64_t sent_jobs, received_jobs;
    uint64_t refused_jobs;      /* by it, of those offered */
    uint64_t said_bytes;        /* to it, before deflation */
    /* offers to it */
    struct batch *outbox;
    uint32_t n_outbox;
    uint64_t next_b, low_told;  /* low_told: it has answered with this low */
    int64_t low_next_us;
    double inflight;            /* cost offered, unanswered */
    uint32_t inflight_jobs;
    /* offers from it */
    struct verdict *verdicts;
    uint64_t low_seen;          /* below it batches are ignored */
    /* claims */
    uint64_t claims_seen;       /* highest sequence taken */
    uint16_t claims_part;       /* next part of the sequence under way */
    uint64_t claims_sequence;   /* under way */
    uint32_t snapshots;         /* counted since own start, a gap apart */
    int64_t snapshot_us;
    uint64_t claims_sent;       /* own sequence towards it */
    int64_t claim_until_us;     /* go on with empty snapshots until then */
    bool claims_due;
    /* jobs of this home here */
    uint32_t n_copies;          /* in any place */
    struct joblist fresh;       /* FINISHED, not sent yet */
    uint32_t n_fresh;
    int64_t fresh_us;           /* core time of the first of them */
    struct joblist finished;    /* FINISHED, sent, not acknowledged */
    struct joblist released;    /* RELEASED */
    uint32_t n_fetching;        /* jobs for it whose bytes are under way */
    uint32_t n_fetched;         /* and are here: they go when all are */
    bool deaf;                  /* is heard, and answers no offers: it gets
                                   none until it does */
    bool refused;               /* a batch: no more until its next state */
    int64_t vain_us;            /* when it was asked for work in vain; 0 */
};

struct peers {
    size_t n;
    struct peer *v[PEERS_MAX];
};

/* The index of `id`; -1 when not known. */
int peers_find(const struct peers *p, const struct node_id *id);
/* Index of `id`, known from now on; -1 when the table is full. */
int peers_add(struct peers *p, const struct node_id *id);
void peers_fini(struct peers *p);
/* Keeps a copy of a STATE body, which msg_decode accepted. */
void peer_keep_state(struct peer *p, struct span body);
/* Lowest unanswered batch number towards it. */
uint64_t peer_low(const struct peer *p);

#endif
