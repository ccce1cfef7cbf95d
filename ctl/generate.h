/* SPDX-License-Identifier: MPL-2.0 */
/* generate - job lengths for gen-workload: the same for the same seed. */
#ifndef LB_GENERATE_H
#define LB_GENERATE_H

#include <stdint.h>

#include "base/random.h"

enum dist { DIST_CONSTANT, DIST_UNIFORM, DIST_EXP, DIST_PARETO };

/* The next length in ms, 0..86400000, of mean `mean_ms`. `shape` > 1 is of
 * the Pareto distribution alone. */
uint64_t generate_ms(struct random *r, enum dist dist, double mean_ms,
                     double shape);

#endif
