/* SPDX-License-Identifier: MPL-2.0 */
/*
 * load - clients: each submits one workload in chunks, repeats what is not
 * answered under the same request id, collects the results, and sometimes
 * holds, cancels, retries or forgets it. A client sits on the host of its
 * home: the network between nodes does not touch it.
 */
#ifndef LB_SIM_LOAD_H
#define LB_SIM_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/workload.h"
#include "sim/book.h"

struct world;
struct due;
struct load;

/* What a client is to do. */
struct wish {
    uint16_t home;
    int64_t at_us;              /* when it begins */
    uint32_t n_jobs, chunk;     /* jobs a chunk, >= 1 */
    uint32_t min_us, max_us;    /* of a job, evenly drawn */
    const uint32_t *cost_us;    /* [n_jobs], instead; NULL */
    bool list, hints;           /* own parameters; true cost of each job */
    bool once, idempotent, held, stays_held, finish_order;
    struct desc_halt halt;
    char pin[64];           /* names of nodes, blank-separated; "": any */
    uint8_t retries, priority;
    uint64_t timeout_us;
    uint16_t timeout_percent;   /* of the median run time; 0: none */
    uint32_t last_us;           /* of the last job; 0: as the others */
    uint32_t fail_permille, hang_permille;
    int64_t cancel_at_us;       /* 0 never; a range of its jobs */
    bool retry, forget;         /* when it has ended */
    bool file, ship;            /* about a file, whose bytes may travel */
    bool blind;                 /* only submits; collects nothing */
    uint32_t deaf_permille;     /* answers that do not reach it */
    uint32_t anew_permille;     /* asks all again, as a new program would */
    uint32_t double_permille;   /* requests that arrive twice */
    const char *label;          /* NULL: none */
    const char *kind;           /* NULL: sleep; outlives the client */
};

struct load *load_new(struct world *w);
void load_free(struct load *l);
/* Adds a client; its workload is in the book from now on. */
struct book_work *load_add(struct world *w, const struct wish *wish);
/* DUE_REPLY and DUE_CLIENT. */
void load_reply(struct world *w, const struct due *d);
void load_client(struct world *w, const struct due *d);
/* All clients have what they want (or their home's disk is lost). When not,
 * `why` says what is missing. */
bool load_done(const struct world *w, char *why, size_t cap);
/* Replies so far that a script may print: of the last operator's command. */
unsigned load_refusals(const struct world *w);

#endif
