/* SPDX-License-Identifier: MPL-2.0 */
/* placement - where a new job goes: six rules, table in the tests. */
#ifndef LB_PLACEMENT_H
#define LB_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "core/config.h"

/* A node that may take the job, in the order in which this node first saw
 * them; what was placed and not yet acknowledged is counted in. */
struct candidate {
    uint16_t peer;      /* 0 is this node */
    double load;        /* (w + in flight) * CPU fraction, at least 0.5 */
    double w, r, s, slots;
    double xfer_s;      /* 3 * rtt / 2; 0 for this node */
};

struct placer {
    enum placement rule;
    double max_load;    /* 0: no limit */
    uint16_t last;      /* round robin: the one last chosen */
};

/* The place in `c` of the chosen candidate, or -1: none fits, queue here. */
int placement_choose(struct placer *p, const struct candidate *c, size_t n,
                     double cost, struct random *rng);

#endif
