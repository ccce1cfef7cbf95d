/* SPDX-License-Identifier: MPL-2.0 */
/*
 * column - what can be shown of a node: one table for the nodes screen, sort,
 * filter, batch output and their help. Columns of workloads likewise.
 *
 * Pure.
 */
#ifndef LB_COLUMN_H
#define LB_COLUMN_H

#include "tui/model.h"

enum column {           /* in the order of the table, left to right */
    COLUMN_NODE = 0, COLUMN_STATE, COLUMN_LOAD, COLUMN_LOAD60, COLUMN_THROTTLE,
    COLUMN_PEND, COLUMN_HELD, COLUMN_QUEUE60, COLUMN_RUN, COLUMN_SLOTS,
    COLUMN_DONE, COLUMN_FAILED, COLUMN_RATE, COLUMN_IN, COLUMN_OUT,
    COLUMN_LASTS, COLUMN_POLICY, COLUMN_RTT, COLUMN_AGE, COLUMN_HOST,
    COLUMN_VERSION, COLUMN_TAGS, COLUMN_MEM, COLUMN_THROTTLE_TARGET, COLUMNS_
};
enum column_type { COLUMN_TEXT = 1, COLUMN_NUMBER, COLUMN_PERCENT,
                   COLUMN_DURATION, COLUMN_SPARK };

struct column_info {
    const char *name;       /* "in": filter, sort, -c, JSON key */
    const char *head;       /* "IN/s" */
    enum column_type type;
    bool left;              /* aligned */
    bool optional;          /* shown only when asked for */
    int width, wide;        /* columns on a narrow and on a wide screen */
    int keep;               /* 0: stays to the last; higher goes sooner */
    const char *help;
};
extern const struct column_info column_table[COLUMNS_];

/* COLUMNS_ if there is none; column_nearest says which was meant. */
enum column column_find(const char *name);
const char *column_nearest(const char *name);

/* The value: a number (NAN: not known), or a text. COLUMN_DURATION in µs. */
double column_number(const struct model *m, const struct node *n,
                     enum column c);
void column_text(const struct model *m, const struct node *n, enum column c,
                 char *dst, size_t cap);
/* Of a COLUMN_TEXT column the text itself, "" if not known; else NULL. */
const char *column_word(const struct node *n, enum column c);
/* The value of the node's tag `key` ("" if it has none: "gpu"). False: no such
 * tag. `value` is borrowed from the node. */
bool node_tag(const struct node *n, struct span key, struct span *value);

/* Sorting: total order; unknown values last, then by name, then by id. */
struct sort { enum column by; bool down; };
/* "pend", "-pend", "pend desc". 0 or -EINVAL with a text in err (128). */
int sort_parse(const char *text, struct sort *out, char *err);
int sort_compare(const struct model *m, const struct sort *s,
                 const struct node *a, const struct node *b);
/* Sorts n nodes so: each value is worked out once. O(n log n). */
void sort_nodes(const struct model *m, const struct sort *s, struct node **v,
                size_t n);

#endif
