/* SPDX-License-Identifier: MPL-2.0 */
/* jobs_parts - what the screens of workloads and of nodes share: names, where
 * jobs wait, last failures. Pure. */
#ifndef LB_JOBS_PARTS_H
#define LB_JOBS_PARTS_H

#include "tui/screen.h"

/* Rows that jobs_draw_nodes takes without its rule, at most `room`; 0: not
 * worth it. */
int jobs_nodes_rows(const struct view *v, int room);
/* A rule, then where jobs are: with few nodes all that wait, node by node,
 * with many the fleet, shaded by where those of the workload `name` are (`d`;
 * NULL: not known). */
void jobs_draw_nodes(struct view *v, const struct part *p,
                     const struct work_detail *d, const char *name);
/* A rule, then the last failures of a workload (name "": none). `d` NULL: not
 * known yet. */
void jobs_draw_failures(struct view *v, const struct part *p,
                        const struct work_detail *d, const char *name);

#endif
