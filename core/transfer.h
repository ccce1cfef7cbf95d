/* SPDX-License-Identifier: MPL-2.0 */
/*
 * transfer - batches of jobs offered to a peer and taken from one (hand-over
 * rules R4 to R12, R14): outbox, verdicts, doubt.
 */
#ifndef LB_TRANSFER_H
#define LB_TRANSFER_H

#include "core/node.h"

/* How much of the queue's tail may go to a peer. */
struct give {
    uint16_t peer;
    uint32_t max_jobs;
    uint8_t max_moves;      /* a job that has moved so often stays */
    uint64_t drain_us;      /* target drain time, for the peer; 0: none */
    bool elsewhere;         /* of the jobs that cannot run here (elsewhere.h),
                               those of class_at */
    uint8_t class_at;
};
/* R4. Offers jobs from the tail of the queue; the number that left. Keeps to
 * BATCHES_MAX, the peer's room and its kinds; 0 if it may not be offered
 * anything now. For those whose file it cannot read bytes are asked for. */
uint32_t transfer_give(struct core *c, const struct give *g);
/* Whether transfer_give would do anything for a peer at all. */
bool transfer_may_offer(const struct core *c, uint16_t peer);
/* The bound of the policy on moves at one fence; `beyond`: for whom it does not
 * hold, as for a node that is idle and jobs that cannot run here. */
uint8_t transfer_most_moves(const struct core *c, bool beyond);
/* This job (in the queue) alone; false if it cannot go there. */
bool transfer_give_job(struct core *c, uint16_t peer, struct job *j);

/* Takes the job out of the offer it is in; place AT_NONE. */
void transfer_void(struct core *c, struct job *j);
/* How many jobs more are taken from peers. Those that wait for other nodes
 * leave some for each slot: two nodes that are full of jobs for each other
 * would never get rid of them. */
uint32_t transfer_room(const struct core *c);
void transfer_batch(struct core *c, uint16_t peer, uint64_t peer_inc,
                    const struct msg_batch *m);
void transfer_ack(struct core *c, uint16_t peer, uint64_t up_ms,
                  const struct msg_batch_ack *m);
/* R7 for all offers to an older incarnation; verdicts are forgotten. */
void transfer_peer_restarted(struct core *c, uint16_t peer, uint64_t up_ms);
/* R3: DOUBT for all. */
void transfer_peer_dead(struct core *c, uint16_t peer);
/* R5, R8, R10. */
void transfer_tick(struct core *c);

#endif
