/* SPDX-License-Identifier: MPL-2.0 */
/*
 * workload - the description that all jobs of a workload share, as it travels
 * in SUBMIT and BATCH and lies in the journal; and chunks of jobs.
 */
#ifndef LB_WORKLOAD_H
#define LB_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum desc_flag {
    DESC_ONCE = 1,          /* never run again what may have run */
    DESC_IDEMPOTENT = 2,    /* allows a second copy of a straggler */
    DESC_HELD = 4           /* accepted, not started, until START */
};

/* When the home cancels what is left of a workload: jobs not begun, or those
 * that run too, once n jobs, or n per cent of all, have failed, are done, or
 * either. */
enum halt_when { HALT_NEVER, HALT_SOON, HALT_NOW };
enum halt_on { HALT_ON_FAIL = 1, HALT_ON_SUCCESS, HALT_ON_DONE };
struct desc_halt {
    uint8_t when, on;       /* enums; `on` 0 when never */
    bool percent;           /* n is 1..100 */
    uint32_t n;             /* 1.. */
};

struct desc {
    struct span kind;       /* name */
    struct span params;     /* shared parameters, NAME=VALUE lines */
    struct span label;      /* --name; may be empty */
    struct span home_name;  /* of the home, for people; "" in a SUBMIT */
    uint32_t n_jobs;        /* of the whole workload */
    uint64_t cost;          /* of each job without own one, millionths */
    uint64_t timeout_us;    /* of an attempt; 0 none; UINT64_MAX in a SUBMIT:
                               as the home says */
    uint8_t priority;       /* 0..9, higher first */
    uint8_t retries;        /* further attempts after a failure;
                               RETRIES_DEFAULT likewise */
    uint8_t flags;          /* enum desc_flag */
    bool ship;              /* the home may send bytes of the file along
                               with a job; in the tail */
    struct desc_halt halt;  /* in the tail, after ship */
    struct span pin;        /* names of the nodes that alone may run the jobs,
                               blank-separated; empty: any; in the tail, after
                               halt */
    uint16_t timeout_percent;   /* an attempt is also bounded by so many per
                               cent of the median run time of the jobs done,
                               once 3 are; 0: not; in the tail, after pin */
    struct span files;      /* FILE_HASH_BYTES: the manifest of the files that
                               the jobs are given, which its home stores;
                               empty: none; in the tail, after that */
};

/* May a node of this name run them? */
bool desc_may_run_at(const struct desc *d, const char *node);

/* Reads "soon,fail=2", "now,done=50%": how people write it. */
bool halt_read(const char *text, struct desc_halt *out);

void desc_encode(const struct desc *d, struct buf *out);
/* The spans point into `in`. 0 or -EBADMSG. */
int desc_decode(struct span in, struct desc *out);

/* A chunk of jobs `first`.. of a workload: uniform (nothing differs but the
 * index), or a list with own parameters and cost for each. */
struct chunk {
    uint32_t first, count;
    bool list;
    struct span jobs;       /* encoded list; walk with chunk_next */
};
struct chunk_job {
    uint64_t cost;          /* millionths */
    struct span args;
};
void chunk_begin(uint32_t first, uint32_t count, bool list, struct buf *out);
void chunk_job(uint64_t cost, struct span args, struct buf *out);
/* Checks the whole list. 0 or -EBADMSG. */
int chunk_decode(struct span in, struct chunk *out);
/* Start with *at = 0; false after the last. */
bool chunk_next(const struct chunk *c, size_t *at, struct chunk_job *out);

#endif
