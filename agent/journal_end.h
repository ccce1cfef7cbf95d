/* SPDX-License-Identifier: MPL-2.0 */
/*
 * journal_end - how far the journal had come, told beside it after each
 * commit and before anybody hears of the commit: SQLite drops in silence what
 * follows a damaged place of its log, and here that is noticed. It is not
 * synced: after a power cut it may be older than the journal, never newer.
 */
#ifndef LB_JOURNAL_END_H
#define LB_JOURNAL_END_H

#include <stdbool.h>
#include <stdint.h>

struct journal_end {
    int fd;
    bool known;             /* what follows has been told, and is whole */
    int64_t seq;            /* of the newest row ever */
    int64_t incarnation;
};

/* Opens or creates DIR/journal.db-end and reads it; damaged is as not known.
 * 0 or -errno. */
int journal_end_open(struct journal_end *e, const char *dir);
/* Fails in silence: then it stays older. */
void journal_end_tell(struct journal_end *e, int64_t seq,
                      int64_t incarnation);
void journal_end_close(struct journal_end *e);

#endif
