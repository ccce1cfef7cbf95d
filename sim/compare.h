/* SPDX-License-Identifier: MPL-2.0 */
/* compare - one workload under one or all policies, without faults or with
 * a lossy network: how far from the lower bound. */
#ifndef LB_SIM_COMPARE_H
#define LB_SIM_COMPARE_H

struct options;

/* Runs and prints. An exit status. */
int compare_run(const struct options *o);

#endif
