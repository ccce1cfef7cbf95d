/* SPDX-License-Identifier: MPL-2.0 */
/* probe - load of this host: what /proc says, as differences between two
 * calls. */
#ifndef LB_PROBE_H
#define LB_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/core.h"

struct probe;

/* Opens the files of /proc; those that are missing give zeros. */
struct probe *probe_new(void);
void probe_free(struct probe *p);
/* Fills in cpu, ext, n_cpus, load and memory; leaves the counters of the
 * shell alone. CPU figures are of the time since the last call. */
void probe_read(struct probe *p, struct event_sample *out);

/* From two readings of the first line of /proc/stat, "cpu  1 2 3 ...": the
 * ticks of all processors, and those of them that were not idle. False when
 * it is no such line. Steal counts as busy: somebody else has the CPU. */
bool probe_parse_stat(const char *line, uint64_t *busy, uint64_t *total);

#endif
