/* SPDX-License-Identifier: MPL-2.0 */
/* load_parts - what submitters and readers share; for nobody else. */
#ifndef LB_NEMESIS_LOAD_PARTS_H
#define LB_NEMESIS_LOAD_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/nemesis/load.h"

enum {
    LOAD_THREADS_MAX = 32,
    RECENT = 64,            /* acknowledged workloads, for the readers */
    ANSWER_MS = 600
};

struct recent {
    uint32_t id, number;    /* number 0: none */
    size_t home;
    char label[CHECKER_LABEL];
};

struct load {
    struct load_plan plan;
    atomic_bool stop;
    size_t n_threads;
    pthread_t threads[LOAD_THREADS_MAX];
    pthread_mutex_t lock;   /* the rest */
    struct recent recent[RECENT];
    size_t n_recent;        /* ever */
    char trouble[256];
};

/* One thread, and its connections. */
struct worker {
    struct load *load;
    struct rng rng;
    unsigned number;
    unsigned count;         /* of its submissions */
    struct lb *base;        /* lends its threads to the others */
    struct lb *to[CLUSTER_NODES_MAX];
};

/* A connection to that node; NULL: not now, with the status in *status. */
struct lb *load_reach(struct worker *w, size_t node, int *status);
/* It failed: the next time a new one. */
void load_part(struct worker *w, size_t node);
void load_trouble_add(struct load *l, const char *what, int status,
                      const char *text);
/* True: a fault may be answered so, and asking again helps. */
bool load_is_fault(int status);
void load_remember(struct load *l, const struct recent *r);
/* Follows workloads until the end of the load. */
void load_read(struct worker *w);

#endif
