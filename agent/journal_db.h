/* SPDX-License-Identifier: MPL-2.0 */
/* journal_db - the file of the journal: what journal.c and journal_check.c
 * share; for nobody else. One connection, used by one thread at a time. */
#ifndef LB_JOURNAL_DB_H
#define LB_JOURNAL_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/journal.h"

struct db {
    sqlite3 *sqlite;
    sqlite3_stmt *insert, *forget, *set;
    int64_t seq;            /* of the newest row ever */
    int64_t rows;           /* that are there */
    int64_t incarnation;
    bool uncounted;         /* the counters are damaged: seq is that of the
                               last good row, the others are 0 */
};

/* Locks and fsync of network file systems are not to be relied on. */
bool db_on_network(const char *dir);
/* Opens `path` and its tables. SQLITE_OK or an error of SQLite; SQLITE_FORMAT:
 * made by another version. */
int db_open(struct db *d, const char *path);
/* `keep`: without writing anything any more (the file is evidence). */
void db_close(struct db *d, bool keep);
int db_exec(struct db *d, const char *sql);
/* What the error `rc` is, with what the system said, for people. */
void db_error(const struct db *d, int rc, char *dst, size_t cap);
/* Within a transaction; counters change in memory too. */
int db_insert(struct db *d, uint8_t type, uint32_t workload,
              struct span body);
int db_forget(struct db *d, uint32_t workload);
/* Writes the counters; then the caller commits. */
int db_save_counters(struct db *d);
uint32_t row_crc(int64_t seq, uint32_t workload, uint8_t type,
                 struct span body);

struct row {
    int64_t seq;
    uint8_t type;
    uint32_t workload;
    struct span body;       /* until the next step */
};
/* Columns seq, workload, type, body, crc. False: damaged; the fields hold
 * what can be read. */
bool row_read(sqlite3_stmt *s, struct row *out);
#define ROW_COLUMNS "seq, workload, type, body, crc"

/* Looks at every row; damaged counters are one more. Good: SQLITE_OK, `bad` 0
 * and not `unsound`. `names` tells the first damaged ones. An error: the file
 * cannot be read at all. */
struct damage {
    uint64_t rows;          /* that should be there */
    uint64_t bad;           /* damaged or missing */
    uint64_t behind;        /* damaged ones behind the last good one */
    bool unsound;           /* the rest of the file is damaged */
    char names[256];
};
int db_check(struct db *d, struct damage *out);
/* `n` rows behind the last one of the file are missing as well. */
void db_name_missing(struct damage *d, uint64_t n);
/* Copies all good rows of a damaged file to a new one, which replaces it;
 * the old one stays as journal.db.bad-N, whose name goes to `kept`.
 * `only_keep`: gives it that second name and changes nothing. 0 or -errno. */
int db_keep_bad(const char *dir, char *kept, size_t cap);
int db_salvage(const char *dir, struct db *old);
/* Ends a salvage that was cut short; before db_open. */
int db_finish_salvage(const char *dir);

#endif
