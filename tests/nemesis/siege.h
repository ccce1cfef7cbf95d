/* SPDX-License-Identifier: MPL-2.0 */
/*
 * siege - the shape that most campaigns share: agents that find each other, a
 * load, whatever torments them, and then the reading of what came out.
 */
#ifndef LB_NEMESIS_SIEGE_H
#define LB_NEMESIS_SIEGE_H

#include "tests/nemesis/campaign.h"
#include "tests/nemesis/load.h"

enum { SIEGE_READY_MS = 20 * 1000, SIEGE_IDLE_MS = 60 * 1000 };

/* What a campaign works on; the first thing that it holds. */
struct siege {
    struct run *r;          /* given */
    struct cluster *c;
    struct load *load;      /* NULL before it has begun */
};

struct siege_plan {
    struct cluster_plan cluster;    /* `dir` is filled in */
    struct load_plan load;          /* cluster, checker and seed likewise */
    void *arg;
    /* Before there is a load; NULL: all start, and find each other. */
    enum verdict (*start)(void *arg);
    enum verdict (*torment)(void *arg);
    /* The load is stopped, `v` is what the torment said: ends what it has
     * begun, sees to it that all agents run, and says what was injected. */
    enum verdict (*lift)(void *arg, enum verdict v);
};

/* From beginning to end; `s` needs r alone. */
enum verdict siege_lay(struct siege *s, const struct siege_plan *plan);
/* All agents start, and find each other. */
enum verdict siege_start(struct siege *s);
/* Fails when an agent has ended or an answer may not be; else sleeps. */
enum verdict siege_look(struct siege *s, int64_t sleep_ms);

#endif
