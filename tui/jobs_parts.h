/* SPDX-License-Identifier: MPL-2.0 */
/* jobs_parts - what the screens of workloads and of nodes share: names, where
 * jobs wait, last failures. Pure. */
#ifndef LB_JOBS_PARTS_H
#define LB_JOBS_PARTS_H

#include "tui/screen.h"

/* "render-7" (label and number), or "alpha-7" without a label or where two
 * would look alike. dst: 160 bytes. */
void jobs_name(const struct ui *u, const struct job_row *row, char *dst);
/* Rows that "pending by node" takes, at most `room`; 0: not worth it. */
int jobs_nodes_rows(const struct view *v, int room);
/* A rule, then nodes with what waits there, in two columns. */
void jobs_draw_nodes(struct view *v, const struct part *p);
/* A rule, then failures: of `d`'s list, or (NULL) those that were told last
 * by any node. */
struct failures { size_t n; const struct failure *v; const char *title; };
void jobs_draw_failures(struct view *v, const struct part *p,
                        const struct failures *f);

#endif
