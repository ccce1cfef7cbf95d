/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/journal_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/text.h"

static bool
say(char err[JOURNAL_ERROR], const struct journal_file *f, const char *what)
{
    err[0] = '\0';
    text_add(err, JOURNAL_ERROR, "%s: %s", f->path, what);
    return false;
}

/* Each start is saved before anything else. */
static void
say_room(char err[JOURNAL_ERROR], struct journal_file *f)
{
    f->full = true;
    text_add(err, JOURNAL_ERROR, "; make room there, 1 MiB at least, "
             "and start again");
}

static bool
say_sqlite(char err[JOURNAL_ERROR], struct journal_file *f, int rc)
{
    char what[200];

    db_error(&f->db, rc, what, sizeof what);
    say(err, f, what);
    if ((rc & 0xff) == SQLITE_FULL)
        say_room(err, f);
    return false;
}

static bool
say_errno(char err[JOURNAL_ERROR], struct journal_file *f, int rc)
{
    say(err, f, strerror(-rc));
    if (rc == -ENOSPC || rc == -EDQUOT)
        say_room(err, f);
    return false;
}

/* The whole file is unreadable: how much is lost cannot be known. */
static bool
say_unreadable(char err[JOURNAL_ERROR], struct journal_file *f,
               const char *dir, int rc)
{
    char kept[64];

    if ((rc & 0xff) == SQLITE_FORMAT)
        return say(err, f, "is of another version of lbagent, or damaged: "
                           "start that version, or move journal.db* away to "
                           "begin anew");
    say_sqlite(err, f, rc);
    if ((rc & 0xff) != SQLITE_CORRUPT && (rc & 0xff) != SQLITE_NOTADB)
        return false;
    if (db_keep_bad(dir, kept, sizeof kept) == 0)
        text_add(err, JOURNAL_ERROR, "; kept as %s; no row can be read: move "
                 "journal.db* away to begin anew", kept);
    return false;
}

static bool
salvage(struct journal_file *f, const struct journal_options *o,
        const struct damage *d, char err[JOURNAL_ERROR])
{
    char kept[64] = "";
    int rc = db_keep_bad(o->dir, kept, sizeof kept);

    if (rc == 0 && d->bad > o->accept_loss) {
        err[0] = '\0';
        text_add(err, JOURNAL_ERROR,
                 "journal.db: %" PRIu64 " of %" PRIu64
                 " rows are damaged: %s; kept as %s; --accept-loss %" PRIu64
                 " goes on without them", d->bad, d->rows, d->names, kept,
                 d->bad);
        return false;
    }
    if (rc == 0)
        rc = db_salvage(o->dir, &f->db);
    if (rc != 0)
        return say_errno(err, f, rc);
    f->lost = d->bad;
    f->mended = true;
    rc = db_open(&f->db, f->path);
    return rc == SQLITE_OK || say_sqlite(err, f, rc);
}

/* Stands for the last one where the journal is new: with a clock that is far
 * off, what was meant for the node that was at this address before, with
 * another disk, must not fit here. */
static int64_t
draw_incarnation(void)
{
    uint32_t drawn = 0;
    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
        return 0;
    return (int64_t)(drawn >> 2);
}

/* One more than the last; and not below the time in seconds, so that a journal
 * that is an older copy of itself, or was begun anew beside the same id, does
 * not speak with numbers that its peers have heard before, and ignore. (A clock
 * that is far off is no help.) */
static int64_t
later_incarnation(int64_t last)
{
    int64_t now = (int64_t)time(NULL);

    return now > last && now < UINT32_MAX - UINT32_MAX / 4 ? now : last + 1;
}

static bool
next_incarnation(struct journal_file *f, char err[JOURNAL_ERROR])
{
    int rc = db_exec(&f->db, "BEGIN IMMEDIATE");

    f->db.incarnation = later_incarnation(f->db.incarnation != 0
                                              ? f->db.incarnation
                                              : draw_incarnation());
    if (rc == SQLITE_OK)
        rc = db_save_counters(&f->db);
    if (rc == SQLITE_OK)
        rc = db_exec(&f->db, "COMMIT");
    if (rc == SQLITE_OK)
        journal_end_tell(&f->end, f->db.seq, f->db.incarnation);
    return rc == SQLITE_OK || say_sqlite(err, f, rc);
}

/* Rows that were told and are not there any more. Their numbers, and that of
 * a start that is forgotten, are not used a second time. */
static void
look_at_end(struct journal_file *f, struct damage *d)
{
    if (!f->end.known)
        return;
    if (f->end.seq > f->db.seq) {
        uint64_t n = (uint64_t)(f->end.seq - f->db.seq);
        uint64_t there = f->db.uncounted ? d->behind : 0;
        if (n > there)
            db_name_missing(d, n - there);
        f->db.seq = f->end.seq;
    }
    if (f->end.incarnation > f->db.incarnation)
        f->db.incarnation = f->end.incarnation;
}

static bool
open_all(struct journal_file *f, const struct journal_options *o,
         char err[JOURNAL_ERROR])
{
    struct damage damage;
    int rc = db_finish_salvage(o->dir);

    if (rc != 0)
        return say_errno(err, f, rc);
    if (db_on_network(o->dir))
        return say(err, f, "is on a network file system; node.state_dir must "
                           "be on a local one");
    rc = db_open(&f->db, f->path);
    if (rc == SQLITE_OK)
        rc = db_check(&f->db, &damage);
    if (rc != SQLITE_OK)
        return say_unreadable(err, f, o->dir, rc);
    rc = journal_end_open(&f->end, o->dir);
    if (rc != 0)
        return say_errno(err, f, rc);
    look_at_end(f, &damage);
    if ((damage.bad > 0 || damage.unsound) && !salvage(f, o, &damage, err))
        return false;
    return next_incarnation(f, err);
}

static bool
try_open(struct journal_file *f, const struct journal_options *o,
         char err[JOURNAL_ERROR])
{
    *f = (struct journal_file){ .end.fd = -1 };
    text_add(f->path, sizeof f->path, "%s/journal.db", o->dir);
    ballast_init(&f->ballast, o->dir);
    if (open_all(f, o, err))
        return true;
    journal_file_close(f, true);
    return false;
}

bool
journal_file_open(struct journal_file *f, const struct journal_options *o,
                  char err[JOURNAL_ERROR])
{
    if (!try_open(f, o, err) &&
        !(f->full && ballast_drop(&f->ballast) && try_open(f, o, err)))
        return false;
    ballast_make(&f->ballast);
    return true;
}

/* By how much the file grows when the log is moved into it. */
static int64_t
growth_of(const struct journal_file *f)
{
    sqlite3_stmt *s = NULL;
    struct stat st;
    int64_t bytes = 0;

    if (sqlite3_prepare_v2(f->db.sqlite, "SELECT page_count * page_size FROM "
                           "pragma_page_count, pragma_page_size", -1, &s,
                           NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        bytes = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return stat(f->path, &st) == 0 ? bytes - st.st_size : bytes;
}

/* One that stops half way would have taken the last room, for nothing. */
void
journal_file_empty_log(struct journal_file *f, bool cut)
{
    struct statvfs v;

    if (statvfs(f->path, &v) == 0 &&
        (int64_t)v.f_bavail * (int64_t)v.f_frsize < growth_of(f))
        return;
    (void)sqlite3_wal_checkpoint_v2(f->db.sqlite, NULL,
                                    cut ? SQLITE_CHECKPOINT_TRUNCATE
                                        : SQLITE_CHECKPOINT_PASSIVE,
                                    NULL, NULL);
}

void
journal_file_close(struct journal_file *f, bool keep)
{
    db_close(&f->db, keep);
    journal_end_close(&f->end);
}
