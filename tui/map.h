/* SPDX-License-Identifier: MPL-2.0 */
/*
 * map - the fleet as a grid: which nodes share a cell, and what it says.
 *
 * Pure. Nodes stand in the order of their names. With more nodes than cells a
 * cell stands for k neighbours and shows the worst of them.
 */
#ifndef LB_MAP_H
#define LB_MAP_H

#include "tui/screen.h"

struct map {
    size_t n;               /* nodes */
    struct node **node;     /* by name; map_fini frees the array */
    int per_row, rows;      /* cells */
    int about;              /* rows at the end, for the node at the cursor */
    size_t k;               /* nodes a cell */
    int label;              /* columns of the number before each row; 0 */
    int cell;               /* columns of a cell */
    int name;               /* columns of the name in it; 0: none */
    bool filtered;          /* nodes that do not match are blank */
    enum shade shade;
    double top;             /* the value at which the shade is full */
};

/* A grid as wide as the screen, for a part of `rows` rows. `whole`: the screen
 * Map, by the shade that was chosen, with names in the cells if they fit, and
 * blank cells for what the filter leaves out; else the strip, by load. */
void map_make(const struct view *v, int rows, bool whole, struct map *out);
void map_fini(struct map *m);
/* Whether the filter lets it through. */
bool map_shows(const struct view *v, const struct map *m,
               const struct node *n);
/* The worst of the nodes in cell i (row by row); NULL: none. */
struct node *map_worst(const struct view *v, const struct map *m, size_t i);
/* What a node's cell shows: a letter or a shade, and its style. */
const char *map_symbol(const struct view *v, const struct map *m,
                       const struct node *n, enum style *style);
/* The value behind the shade: "91%" "4.2k" "12s"; "-" not known. dst: 24. */
void map_value(const struct view *v, const struct map *m,
               const struct node *n, char dst[24]);
/* Cells in a row of the strip. */
int map_strip_columns(int width);

#endif
