/* SPDX-License-Identifier: MPL-2.0 */
/*
 * table - which columns of the nodes table are on the screen, and where.
 *
 * Pure. Columns go in the order of column_table's `keep` as the screen gets
 * narrower; NODE, STATE, THROTTLE and PEND stay to the last. What is left
 * over goes to names, sparklines and bars.
 */
#ifndef LB_TABLE_H
#define LB_TABLE_H

#include "tui/screen.h"

enum { LOAD_PERCENT = 5 };      /* columns of "  91%" behind the bar */

struct table_column {
    enum column c;
    int x, width;
    bool bar;                   /* LOAD: with its bar */
};
struct table {
    int gutter;                 /* columns of cursor and mark */
    int cell;                   /* values in a column of a sparkline */
    bool wide;                  /* commas in numbers, RUN/SLT */
    size_t n;
    struct table_column col[COLUMNS_];
};

void table_fit(const struct view *v, struct table *out);
/* The head of a column ("LOAD 60 s" says how much it shows). dst: 24 bytes. */
void table_head(const struct table *t, const struct table_column *k,
                char dst[24]);
/* Draws one node into row y. */
void nodes_row(struct view *v, const struct table *t, const struct node *n,
               int y);

#endif
