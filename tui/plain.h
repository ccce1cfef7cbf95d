/* SPDX-License-Identifier: MPL-2.0 */
/*
 * plain - batch output: table, JSON and raw from the same model, query and
 * columns as the screens. Names and order of fields are a contract.
 */
#ifndef LB_PLAIN_H
#define LB_PLAIN_H

#include <stdio.h>

#include "tui/ui.h"

enum plain_form { PLAIN_TABLE = 1, PLAIN_JSON, PLAIN_RAW, PLAIN_NONE };

struct plain {
    enum plain_form form;
    enum screen screen;         /* nodes jobs messages map */
    const enum column *column;  /* NULL: the usual ones */
    size_t n_columns;
    struct sort sort;
    struct query *filter;       /* of the list of that screen */
    int width;                  /* of tables; 0: as wide as needed */
    bool colour;
    uint64_t *last_note;        /* messages: those after it are printed;
                                   UINT64_MAX: all, those of before too */
};

/* One block, flushed. 0 or -errno. */
int plain_print(FILE *to, const struct plain *p, const struct model *m);

#endif
