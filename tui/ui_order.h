/* SPDX-License-Identifier: MPL-2.0 */
/* ui_order - when lists are sorted again; for ui_*.c alone. */
#ifndef LB_UI_ORDER_H
#define LB_UI_ORDER_H

#include "tui/ui.h"

enum { ORDER_STILL_US = 3000000, ORDER_STILL_SLOW_US = 5000000,
       ORDER_MANY = 200 };

/* Whether a list sorted at `sorted_us` may be sorted again; `more`: there is
 * something new in it. */
bool order_is_due(const struct ui *u, int64_t now_us, int64_t sorted_us,
                  bool more);
/* What to remember as the time of sorting: the beginning of the period, so
 * that order depends on the clock and not on when the first sort was. */
int64_t order_time(const struct ui *u, int64_t now_us);

/* No blank rows below the last line while there are some above the first. */
void list_fill(struct list *l);

/* What their filter is of: rows are struct job_row. */
extern const struct query_table jobs_table;

/* Lists the workloads, places their cursor. */
void jobs_arrange(struct ui *u, const struct model *m);

#endif
