/* SPDX-License-Identifier: MPL-2.0 */
/* cpus - how many processors this process may use. */
#ifndef LB_CPUS_H
#define LB_CPUS_H

/* By affinity and cgroup quota (rounded up); at least 1. */
unsigned cpus_allowed(void);
/* Processors that a quota gives, rounded up; 0: no limit. Of the text of
 * cpu.max ("150000 100000", "max 100000"). */
unsigned cpus_of_quota(const char *cpu_max);

#endif
