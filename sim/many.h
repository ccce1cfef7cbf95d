/* SPDX-License-Identifier: MPL-2.0 */
/* many - many seeds, in one process or in several. */
#ifndef LB_SIM_MANY_H
#define LB_SIM_MANY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/report.h"
#include "sim/seed.h"

/* Runs `n` seeds from `first` up in `parallel` processes, and adds what they
 * find to `t`. Stops at a failure: the lowest seed that fails is run once more
 * here, which prints it, and `t` holds that one alone when parallel > 1.
 * False: a process could not be started. */
bool many_run(uint64_t first, uint64_t n, unsigned parallel,
              const struct seed_options *o, struct seeds_total *t);

#endif
