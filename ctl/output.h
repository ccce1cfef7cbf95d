/* SPDX-License-Identifier: MPL-2.0 */
/*
 * output - tables: for people, as JSON, raw for scripts, or ids only.
 *
 * Cells are added row by row in the order of the columns. A column without a
 * head is in JSON alone.
 */
#ifndef LB_OUTPUT_H
#define LB_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "ctl/ctl.h"

struct column {
    const char *head;   /* "QUEUED"; NULL: JSON alone */
    const char *json;   /* "queued"; NULL ends the list */
    bool right;         /* numbers are aligned to the right */
};

struct table;

/* `columns` must outlive the table. */
struct table *table_new(const struct column *columns);
void table_free(struct table *t);
void table_text(struct table *t, const char *s);
void table_number(struct table *t, uint64_t n);
/* `text` is for people, NULL: the number itself. */
void table_real(struct table *t, double x, const char *text);
/* Seconds in JSON. */
void table_duration(struct table *t, uint64_t us);
/* Unknown: null, "-" for people. */
void table_null(struct table *t);
/* Takes `value` over; `text` is for people. */
void table_json(struct table *t, json_t *value, const char *text);
size_t table_rows(const struct table *t);
/* Keeps the last row that was added out (--jobs of another node, ...). */
void table_drop_row(struct table *t);

/* `a,b`: only these columns, in this order. Names as heads or in JSON. 0, or
 * -1 after a message; likewise the next one. */
int table_pick(struct ctl *c, struct table *t, const char *names);
/* Numbers by size, behind what is none; rows that are equal stay in their
 * order. */
int table_sort(struct ctl *c, struct table *t, const char *name);
void table_limit(struct table *t, size_t n);
/* Keeps the `n` rows with the least numbers in the column of this name in
 * JSON, in their order. */
void table_least(struct table *t, const char *name, size_t n);

/* Prints as c->output says; JSON: {"v":1,LIST:[...]} with `more` (may be
 * NULL, taken over) merged in. */
void table_print(struct ctl *c, struct table *t, const char *list,
                 json_t *more);

/* One value as a line {"v":1,...}; takes `object` over. */
void json_line(json_t *object);
/* Blank-separated output has no blanks in a value. */
void raw_put(FILE *f, const char *s);
/* How wide is the terminal at stdout? 0: it is none. */
size_t terminal_width(void);
/* RFC 3339, UTC with ms. */
void time_print(uint64_t ms_since_1970, char dst[32]);
void time_print_local(uint64_t ms_since_1970, char dst[32]);

#endif
