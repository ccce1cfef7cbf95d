/* SPDX-License-Identifier: MPL-2.0 */
/*
 * journal - the records of the core on disk, written by a thread of its own
 * in groups: while one group is being committed, the next one gathers, and
 * for some ms more if nobody waits for it (journal_commit).
 *
 * A row has a CRC over all of its columns; the number of rows is kept beside
 * them, in the same transaction, so that missing rows are noticed too. Rows
 * are only ever inserted; all rows of a workload go at once when it is
 * forgotten. Only the files journal*.c know SQLite.
 */
#ifndef LB_JOURNAL_H
#define LB_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { JOURNAL_ERROR = 1024 };

struct journal;

struct journal_options {
    const char *dir;            /* of journal.db; not on a network */
    uint64_t accept_loss;       /* rows that may be missing or damaged */
};

/* Opens or creates the journal, checks every row, and saves the incarnation
 * of this start (above the last one), which journal_incarnation tells.
 * NULL: `err` says why, for people; end with status 74. */
struct journal *journal_open(const struct journal_options *options,
                             char err[JOURNAL_ERROR]);
uint64_t journal_incarnation(const struct journal *j);
/* The file was damaged: its good rows are in a new one, the old one is kept. */
bool journal_mended(const struct journal *j);
/* Rows given up for that, as accept_loss allowed. */
uint64_t journal_lost(const struct journal *j);

/* Calls `row` for each record in the order written. Before journal_start.
 * 0, or -EIO. */
int journal_replay(struct journal *j,
                   void (*row)(void *arg, uint8_t type, uint32_t workload,
                               struct span body),
                   void *arg);

/* Starts the thread. 0 or -errno. */
int journal_start(struct journal *j);
/* Writes what is waiting, unless the disk is full or has failed, ends the
 * thread, closes. NULL is ignored. Also right without journal_start. */
void journal_close(struct journal *j);

/* Copies a record; its number, counted from 1. Never waits and never fails:
 * the caller looks at journal_backlog and takes in nothing new above it. */
uint64_t journal_put(struct journal *j, uint8_t type, uint32_t workload,
                     struct span body);
/* All records of a workload put so far may go. */
void journal_forget(struct journal *j, uint32_t workload);
/* Asks for the commit of what was put or forgotten so far: at once if somebody
 * waits for it (`now`), else within a few ms, with what comes until then. */
void journal_commit(struct journal *j, bool now);
/* Records not durable yet and their bytes. */
struct journal_backlog {
    size_t n, bytes;
} journal_backlog(struct journal *j);

/* What the thread tells; journal_fd is readable when there is news. */
enum journal_state {
    JOURNAL_OK = 1,
    JOURNAL_FULL,   /* no space, or none but that of the ballast: tries again
                       each second */
    JOURNAL_FAILED  /* nothing more is written: end with status 74 */
};
struct journal_news {
    uint64_t durable;           /* all records up to here */
    enum journal_state state;
    char error[256];            /* FULL, FAILED: what SQLite says */
};
int journal_fd(const struct journal *j);
/* The newest news; makes journal_fd unreadable. */
struct journal_news journal_read(struct journal *j);

/* "3.40.1": version of the SQLite that is running. */
const char *journal_library(void);

#endif
