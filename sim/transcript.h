/* SPDX-License-Identifier: MPL-2.0 */
/* transcript - what happened, one line each: "[12.345] 2 evt text". */
#ifndef LB_SIM_TRANSCRIPT_H
#define LB_SIM_TRANSCRIPT_H

#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/log.h"

enum { TRANSCRIPT_LINES = 30, TRANSCRIPT_WIDTH = 240 };

struct transcript {
    uint64_t n;                 /* lines so far */
    char line[TRANSCRIPT_LINES][TRANSCRIPT_WIDTH];  /* the last ones */
    enum log_level level;       /* kept up to this one */
    int64_t zero_us;            /* time of [0.000] */
    FILE *out;                  /* each line as it comes; NULL */
    struct buf *text;           /* all lines; NULL */
};

/* Adds a line of node `node` (from 1; 0: the world). Blanks at the end of
 * an empty `text` are left out. */
void transcript_add(struct transcript *t, int64_t now_us, unsigned node,
                    const char *what, const char *text);
/* Prints the last lines. */
void transcript_tail(const struct transcript *t, FILE *out);

#endif
