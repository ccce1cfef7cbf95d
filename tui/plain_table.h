/* SPDX-License-Identifier: MPL-2.0 */
/*
 * plain_table - rows of values with two faces, a text and a JSON value, and
 * the three ways in which they are printed.
 *
 * Cells are added row by row, in the order of the columns.
 */
#ifndef LB_PLAIN_TABLE_H
#define LB_PLAIN_TABLE_H

#include <jansson.h>
#include <stdio.h>

#include "tui/canvas.h"

struct plain_head {
    char head[24];          /* "IN/S" */
    char key[32];           /* "in", "age_s" */
    bool left;
};
enum { PLAIN_COLUMNS = 32 };

struct plain_cell {
    char *text;
    json_t *value;
    enum style style;       /* colours it; STYLE_TEXT: none */
};

struct plain_table {
    const char *list;       /* "nodes" */
    const char *time;       /* of the block; before each row of raw output.
                               NULL: rows have their own */
    struct plain_head column[PLAIN_COLUMNS];
    size_t n_columns, n_cells, cap;
    struct plain_cell *cell;
};

/* Text from the network, to free: what no terminal should get becomes '?'. */
char *plain_clean(const char *text);
void plain_table_fini(struct plain_table *t);
/* Columns beyond PLAIN_COLUMNS are left out. */
void plain_column(struct plain_table *t, const char *head, const char *key,
                  bool left);
/* Text from the network, cleaned. "" is not known. */
void plain_text(struct plain_table *t, const char *text);
void plain_count(struct plain_table *t, uint64_t n);
/* JSON has three decimals. */
void plain_real(struct plain_table *t, double x, const char *text);
/* Not known: "-" and null. */
void plain_null(struct plain_table *t);
/* The style of the cell that was added last. */
void plain_style(struct plain_table *t, enum style s);

/* `width`: lines are cut there; 0: never. */
void plain_print_table(FILE *to, const struct plain_table *t, int width,
                       bool colour);
/* {"v":1,"time":"...","nodes":[ and one row a line. */
void plain_print_json(FILE *to, const struct plain_table *t,
                      const char *time);
void plain_print_raw(FILE *to, const struct plain_table *t);

#endif
