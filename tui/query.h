/* SPDX-License-Identifier: MPL-2.0 */
/*
 * query - the filter language: which nodes, or rows of another list, are meant.
 *
 *   alpha            the name holds "alpha" (letters of any case)
 *   load>80          any column of column.h: < <= > >= = !=, with units
 *   state=lost       thr, in, out, queue for throttle, in, out, pend
 *   tag:rack=r2      by tag of the node
 *   pending, marked  nodes with a command not yet confirmed; marked ones
 *   /re/             POSIX extended regular expression on the name
 *   !x  x y  x|y     not; and (blank); or (binds less than and)
 *
 * Of other lists: their columns, and words and expressions in their text; no
 * tags, pending and marked.
 *
 * Pure (regcomp and regexec apart, which depend on nothing outside).
 */
#ifndef LB_QUERY_H
#define LB_QUERY_H

#include "tui/column.h"

enum { QUERY_ERROR_MAX = 160, QUERY_TEXT_MAX = 1024 };

struct query;

/* Whether node n has a command that is not confirmed; `with` as given. */
typedef bool query_pending(const void *with, const struct node *n);

/* A list that is not of nodes. */
struct query_field { const char *name; enum column_type type; };
struct query_table {
    const struct query_field *field;    /* the last one has no name */
    /* Of field c of a row: a number (NAN: not known), or its text, which may be
     * made in dst (QUERY_TEXT_MAX). */
    double (*number)(const void *row, int c);
    const char *(*word)(const void *row, int c, char *dst);
    /* Where words and expressions are looked for. dst: QUERY_TEXT_MAX. */
    void (*text)(const void *row, char *dst);
};
/* `t` NULL: of nodes. -1: no such column; NULL: none is like it. */
int query_find(const struct query_table *t, const char *name);
const char *query_nearest(const struct query_table *t, const char *name);
/* Says so, and what there is: those of a list that is not of nodes are few. */
void query_no_column(const struct query_table *t, const char *name,
                     char dst[QUERY_ERROR_MAX]);
struct query_field query_field(const struct query_table *t, int c);

/* NULL with a text for people in `err` ("load> : a number is missing after
 * \">\" (position 6)"). "" or blanks: matches all. Free with query_free. */
struct query *query_new(const char *text, char err[QUERY_ERROR_MAX]);
/* Likewise of another list; `t` outlives it. */
struct query *query_new_of(const struct query_table *t, const char *text,
                           char err[QUERY_ERROR_MAX]);
void query_free(struct query *q);
const char *query_text(const struct query *q);
/* q NULL: matches all. */
bool query_match(const struct query *q, const struct model *m,
                 const struct node *n);
/* Of a row of its list. */
bool query_match_row(const struct query *q, const void *row);
void query_set_pending(struct query *q, query_pending *f, const void *with);

/* A list of nodes for a command: names with ranges ("alpha0[1-5]"), globs
 * (* and ?), tag:K=V, separated by blanks or commas. Calls each node once.
 * 0; -ENOENT with the first that matches none in err; -EINVAL (brackets, a
 * name that two nodes have). After an error no node has been called. */
int query_nodes(const struct model *m, const char *list,
                void (*each)(void *with, struct node *n), void *with,
                char err[QUERY_ERROR_MAX]);

#endif
