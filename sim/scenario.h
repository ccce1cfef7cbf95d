/* SPDX-License-Identifier: MPL-2.0 */
/*
 * scenario - a script and its transcript: what is in the file above "----"
 * is carried out, and what the nodes log must be what is below.
 */
#ifndef LB_SIM_SCENARIO_H
#define LB_SIM_SCENARIO_H

#include <stdbool.h>

/* Runs FILE and compares; with SIM_REWRITE=1 in the environment it writes
 * the transcript into the file instead. Differences, failed expectations
 * and broken invariants go to standard error. An exit status: 0, 1, 2 (the
 * script is wrong), 66 (no such file), 74. */
int scenario_run(const char *path, bool verbose);

#endif
