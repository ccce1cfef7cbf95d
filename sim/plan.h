/* SPDX-License-Identifier: MPL-2.0 */
/* plan - what a seed draws: its style, its faults, its nodes, its clients. */
#ifndef LB_SIM_PLAN_H
#define LB_SIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/faults.h"
#include "sim/seed.h"
#include "sim/world.h"

/* Kinds of seeds. Those under a restriction allow stricter checks, or make
 * rare races frequent. */
enum style {
    STYLE_CALM = 1,     /* no faults: every job starts once */
    STYLE_QUICK,        /* one home of all, which crashes and is back before
                           anybody is dead: no job runs twice at once */
    STYLE_STORM,        /* a very bad network, small queues, short jobs */
    STYLE_WALK,         /* three nodes, few jobs, which move at random */
    STYLE_REJOIN,       /* disks torn, replaced, or old copies of them */
    STYLE_ANY           /* any mix of all faults */
};

/* The plan of a seed. */
struct plan {
    struct random rng;
    enum style style;
    struct faults_plan faults;
    int64_t safety_us;
    uint16_t nodes, slots;
    double slowest;     /* of the processors */
    bool small;         /* queues: a held workload may not fit */
    bool kinds;         /* there is one that not every node offers */
    bool bad;           /* most jobs fail at one node */
    bool pins;          /* jobs may be pinned */
    struct random kinds_rng;
};

/* The style, the faults, and how large all is. */
void plan_draw(struct plan *p, uint64_t seed, const struct seed_options *o);
/* The nodes, down. */
struct world *plan_world(struct plan *p, uint64_t seed);
/* One more client. */
void plan_client(struct plan *p, struct world *w);
uint32_t plan_between(struct plan *p, uint32_t min, uint32_t max);

#endif
