/* SPDX-License-Identifier: MPL-2.0 */
/* load_parts - clients, as both halves of load see them. */
#ifndef LB_SIM_LOAD_PARTS_H
#define LB_SIM_LOAD_PARTS_H

#include "sim/load.h"
#include "sim/world.h"

enum { MILLI = 1000, ANSWER_US = 2000 * MILLI, PAUSE_US = 250 * MILLI,
       PAGE = 64 };

enum asks { ASK_SUBMIT = 1, ASK_START, ASK_CANCEL, ASK_RESULTS, ASK_RETRY,
            ASK_FORGET, ASK_NOTHING };

struct client {
    struct wish wish;
    struct book_work *work;
    enum asks asks;
    uint64_t id, seq, connection;
    bool waits;                 /* for an answer */
    bool repeats;               /* the same request, unanswered so far */
    bool cancelled, retried;
    uint32_t timer;             /* older DUE_CLIENT do not count */
    uint32_t sent;              /* jobs of which an answer has come */
    uint32_t first_chunk;       /* its size; 0: never sent */
    uint64_t cursor;
    uint32_t seen;
    struct buf request;
    char label[32];
};

struct load {
    struct random rng;
    size_t n, cap;
    struct client *v;
    uint64_t connections;
    unsigned refusals;
};

/* Goes on with the client in `us`. */
void load_timer(struct world *w, struct client *c, int64_t us);
/* From the first result again. */
void load_read_anew(struct client *c);

#endif
