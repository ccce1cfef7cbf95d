/* SPDX-License-Identifier: MPL-2.0 */
/* work_parts - what is known of one workload: where its jobs are, how long
 * they run. Pure. */
#ifndef LB_WORK_PARTS_H
#define LB_WORK_PARTS_H

#include "tui/screen.h"

/* How far it is: what is done, behind it what has failed. Who is cancelled is
 * neither. */
struct bar work_bar(const struct work *w, int width);
/* Done, % of its jobs, rounded down; what has failed is not done. */
int work_percent(const struct work *w);
/* What stands in place of the time left when it has ended: "done", or "ended"
 * where that would say too much. */
const char *work_over(const struct work *w);
/* The answer of its home; NULL: none yet. */
const struct work_detail *work_detail_of(const struct model *m,
                                         const struct node *home,
                                         const struct work *w);
/* Whether places are shown as the fleet: from 60 nodes on. */
bool work_as_map(const struct view *v);
/* A rule, then one cell a node, shaded by how many of the jobs are there. */
void work_draw_map(struct view *v, const struct part *p,
                   const struct work_detail *d, const char *name);
/* Rows that work_draw_places takes with its rule. */
int work_places_rows(const struct view *v, const struct work_detail *d);
/* A rule, then the nodes with most of its jobs, or the map. */
void work_draw_places(struct view *v, const struct part *p,
                      const struct work_detail *d, const char *name);

enum { WORK_TIMES_ROWS = 6 };   /* on the Jobs screen */
/* Rows that work_draw_times takes with its rule. */
int work_times_rows(const struct view *v, const struct work_detail *d);
/* A rule, then run times: how many jobs took how long. */
void work_draw_times(struct view *v, const struct part *p,
                     const struct work_detail *d, const char *name);

#endif
