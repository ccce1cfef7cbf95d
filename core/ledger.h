/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ledger - the workloads that this node knows and the jobs of them that it
 * has something to do with: its own (home) and copies of others' (holder).
 *
 * Own workloads hold every job until it is done; then its result. Foreign
 * ones hold just the copies here. Jobs lie in slabs of SLAB_JOBS, which are
 * freed when no job of them is needed.
 */
#ifndef LB_LEDGER_H
#define LB_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/job.h"
#include "core/limits.h"
#include "proto/msg.h"
#include "proto/workload.h"

struct median;

/* How jobs of a workload fare at a node: core times. */
struct trial {
    int64_t done_us;                /* the last success; 0 none */
    int64_t since_us;               /* if it fails: since when it only has */
    bool fails;                     /* the last result */
};

struct slab {
    struct job *job;                /* [SLAB_JOBS], NULL: none needed */
    struct args **args;             /* [SLAB_JOBS] or NULL */
    struct outcome_rec **outcome;   /* [SLAB_JOBS] or NULL */
    uint8_t n_open;                 /* jobs with rec or place set */
};

/* Jobs below whose fence results do not count any more (lbctl retry). */
struct retry_floor {
    uint32_t index;
    uint64_t fence;
};

struct workload {
    struct workload *next, *prev;   /* all, in order of arrival */
    struct workload *chain;         /* of the hash table */
    uint16_t home;                  /* peer; 0 is this node */
    uint8_t class_at;               /* in core->classes */
    bool elsewhere;                 /* its kind is not offered here */
    uint32_t number;
    struct buf desc_bytes;
    struct desc desc;               /* points into desc_bytes */
    uint64_t bound_us;              /* of an attempt, by the median run time;
                                       0: none (yet) */
    size_t n_slabs;
    struct slab *slab;
    /* own only */
    uint32_t accepted;              /* jobs 0..accepted-1 are here */
    uint32_t done, failed, cancelled;
    uint32_t n_away;                /* records OUT or UNKNOWN */
    uint32_t moved, retried;        /* handed over, failed and tried again;
                                       since this node started */
    uint64_t run_sum_us, run_max_us;    /* of the results kept; of all */
    struct median *median;          /* of the run times of jobs done, if
                                       desc.timeout_percent; bound.h */
    uint32_t running;               /* runs here or last claimed RUNNING */
    bool held, spread, ended, told_ended, halted, halt_off;
    bool avoids;                    /* there may be jobs with JOB_AVOID */
    int64_t seek_us;                /* since when a file is not readable at
                                       home; core time, 0 it is */
    int64_t *blind_us;              /* [n_blind] by peer index: until when it
                                       counts as one that cannot read the
                                       file; core time, 0 it may */
    size_t n_blind;
    size_t ship_bytes;              /* what goes along with a job; 0 not yet
                                       known */
    int64_t accepted_us, ended_us;  /* true time */
    uint64_t key_hash;              /* of the idempotency key; 0 none */
    uint64_t content_hash;
    struct outcome_rec *cancelled_rec; /* shared by all cancelled jobs */
    uint32_t *finished;             /* [n_finished] indices as they ended */
    size_t n_finished, finished_cap;
    struct trial *trial;            /* [n_trials] by peer index, since the
                                       first failure; quarantine.h */
    size_t n_trials;
    uint32_t born;                  /* incarnation that accepted it: what has
                                       a lower fence is of another one of the
                                       same number, which went with a disk.
                                       Foreign: the newest that named it */
    uint32_t version;               /* grows with each change of the counts */
    uint32_t *by_node;              /* [n_by_node] results by peer index */
    size_t n_by_node;
    struct retry_floor *floor;      /* [n_floors] by index */
    size_t n_floors, floors_cap;
    struct buf pending;             /* encoded results not yet saved */
    bool is_pending;
    struct workload *next_pending;
    /* foreign only */
    uint32_t n_copies;              /* jobs in a place here */
};

struct ledger;

struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* NULL when not known. */
struct workload *ledger_find(const struct ledger *l, uint16_t home,
                             uint32_t number);
/* Adds one that is not known yet. `desc` is copied; 0 or -EBADMSG. */
int ledger_add(struct ledger *l, uint16_t home, uint32_t number,
               struct span desc, struct workload **out);
/* Takes out and frees; no job of it may be in a place. */
void ledger_remove(struct ledger *l, struct workload *w);
/* First of all; go on with w->next. */
struct workload *ledger_first(const struct ledger *l);
/* Last of all; go on with w->prev. */
struct workload *ledger_last(const struct ledger *l);
/* Own one with this key; NULL. */
struct workload *ledger_by_key(const struct ledger *l, uint64_t key_hash);

/* Writes w->desc, which was changed, into the bytes that it points to. */
void workload_rewrite(struct workload *w);
/* It has so many jobs: more than so far. */
void workload_grow(struct workload *w, uint32_t n_jobs);

/* The record of a job, NULL if there is none (done and given back, or not
 * here). */
struct job *workload_job(const struct workload *w, uint32_t index);
/* The same, made when missing: rec and place 0, fence 0. index < n_jobs. */
struct job *workload_make(struct workload *w, uint32_t index);
/* The next job with a record at or after `index`; NULL after the last. */
struct job *workload_next(const struct workload *w, uint32_t index);
/* A job whose rec and place are 0 or REC_DONE and AT_NONE now: its slab may
 * be given back. The pointer is dead then. */
void workload_settle(struct workload *w, struct job *j);

/* Own parameters; NULL when it has none. */
const struct args *workload_args(const struct workload *w, uint32_t index);
void workload_set_args(struct workload *w, uint32_t index, uint64_t cost,
                       struct span args);
void workload_drop_args(struct workload *w, uint32_t index);
uint64_t job_cost(const struct job *j);     /* millionths */
size_t job_bytes(const struct job *j);      /* of its own parameters */

const struct outcome_rec *workload_outcome(const struct workload *w,
                                           uint32_t index);
/* Keeps a copy of `r`, run by peer `node`. */
void workload_set_outcome(struct workload *w, const struct result *r,
                          uint16_t node);
/* The job was cancelled: one record for all such jobs of the workload, with
 * the highest of their fences. */
void workload_set_cancelled(struct workload *w, uint32_t index,
                            uint64_t fence);
void workload_drop_outcome(struct workload *w, uint32_t index);

bool workload_once(const struct workload *w);
/* Own: jobs without a result. */
uint32_t workload_open(const struct workload *w);

#endif
