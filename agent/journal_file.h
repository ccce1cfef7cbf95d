/* SPDX-License-Identifier: MPL-2.0 */
/* journal_file - the journal from its opening, which looks at every row of it,
 * to its closing. For journal.c alone. */
#ifndef LB_JOURNAL_FILE_H
#define LB_JOURNAL_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/ballast.h"
#include "agent/journal.h"
#include "agent/journal_db.h"
#include "agent/journal_end.h"

struct journal_file {
    struct db db;
    struct journal_end end;
    uint64_t lost;              /* rows given up */
    bool mended;                /* the good rows are in a new file */
    bool full;                  /* not opened for want of room */
    struct ballast ballast;
    char path[PATH_MAX];
};

/* As journal_open. False: closed again, and `err` says why. */
bool journal_file_open(struct journal_file *f,
                       const struct journal_options *options,
                       char err[JOURNAL_ERROR]);
/* Moves what is in the log into the file, unless there is no room for it
 * there, and begins the log anew: `cut`, with no room of its own. */
void journal_file_empty_log(struct journal_file *f, bool cut);
/* `keep`: without writing anything any more. */
void journal_file_close(struct journal_file *f, bool keep);

#endif
