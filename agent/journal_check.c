/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Damage: found row by row, kept as evidence, left behind when the operator
 * accepts the loss. The damaged file gets a second name (a hard link), so
 * that nothing needs to be copied; where there are no such links it is copied
 * once, and no start makes another copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/journal_db.h"
#include "base/bug.h"
#include "base/text.h"

static void
name_bad(struct damage *d, const char *fmt, int64_t seq, uint32_t workload)
{
    enum { NAMED = 5 };

    d->bad++;
    if (d->bad > NAMED) {
        if (d->bad == NAMED + 1)
            text_add(d->names, sizeof d->names, " ...");
        return;
    }
    text_add(d->names, sizeof d->names, "%srow %" PRId64,
             d->names[0] != '\0' ? ", " : "", seq);
    if (workload != 0)
        text_add(d->names, sizeof d->names, " (%s %u)", fmt, workload);
}

/* A page of the table cannot be read: asks for each row behind it alone. */
static int
one_by_one(struct db *d, int64_t from, uint64_t *good, struct damage *out,
           void (*each)(void *arg, const struct row *row), void *arg)
{
    sqlite3_stmt *s;
    struct row row;
    int rc = sqlite3_prepare_v2(d->sqlite, "SELECT " ROW_COLUMNS
                                " FROM journal WHERE seq = ?1", -1, &s, NULL);

    for (int64_t seq = from; rc == SQLITE_OK && seq <= d->seq; seq++) {
        sqlite3_bind_int64(s, 1, seq);
        if (sqlite3_step(s) == SQLITE_ROW) {
            if (row_read(s, &row) && row.seq == seq) {
                ++*good;
                if (each != NULL)
                    each(arg, &row);
            } else {
                name_bad(out, "workload", seq, row.workload);
            }
        }
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return rc;
}

/* Walks all rows; `each` (may be NULL) gets the good ones. */
static int
walk(struct db *d, struct damage *out,
     void (*each)(void *arg, const struct row *row), void *arg)
{
    sqlite3_stmt *s;
    struct row row;
    int64_t last = 0;           /* good one: a damaged page may name any */
    uint64_t good = 0;
    int step, rc = sqlite3_prepare_v2(d->sqlite, "SELECT " ROW_COLUMNS
                                      " FROM journal ORDER BY seq", -1, &s,
                                      NULL);
    if (rc != SQLITE_OK)
        return rc;
    *out = (struct damage){ .rows = (uint64_t)d->rows };
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        bool whole = row_read(s, &row) && row.seq > last;
        if (whole) {
            good++;
            last = row.seq;
            out->behind = 0;
        } else {
            out->behind++;
            name_bad(out, "workload", row.seq, row.workload);
        }
        if (whole && each != NULL)
            each(arg, &row);
    }
    sqlite3_finalize(s);
    if (step != SQLITE_DONE)
        rc = one_by_one(d, last + 1, &good, out, each, arg);
    if (last > d->seq)
        d->seq = last;
    if (good + out->bad > out->rows)    /* counters are older than rows */
        out->rows = good + out->bad;
    uint64_t missing = out->rows - good - out->bad;
    if (missing > 0)
        text_add(out->names, sizeof out->names, "%s%" PRIu64 " missing",
                 out->names[0] != '\0' ? ", " : "", missing);
    out->bad += missing;
    return rc;
}

/* Whether SQLite finds the file sound: its index too, by which rows are
 * deleted, and the pages that no row is on. */
static bool
is_sound(struct db *d)
{
    sqlite3_stmt *s;
    bool sound = false;
    int rc = sqlite3_prepare_v2(d->sqlite, "PRAGMA integrity_check(1)", -1,
                                &s, NULL);

    if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
        const char *said = (const char *)sqlite3_column_text(s, 0);
        sound = said != NULL && strcmp(said, "ok") == 0;
    }
    sqlite3_finalize(s);
    return sound;
}

/* Rows that are missing among the others are not seen then. */
static void
name_counters(struct damage *d)
{
    d->rows++;
    d->bad++;
    text_add(d->names, sizeof d->names, "%scounters (so whether more rows are "
             "missing is not known)", d->names[0] != '\0' ? ", " : "");
}

int
db_check(struct db *d, struct damage *out)
{
    int rc = walk(d, out, NULL, NULL);

    if (rc == SQLITE_OK && d->uncounted)
        name_counters(out);
    if (rc == SQLITE_OK)
        out->unsound = !is_sound(d);
    return rc;
}

void
db_name_missing(struct damage *d, uint64_t n)
{
    d->rows += n;
    d->bad += n;
    text_add(d->names, sizeof d->names, "%sthe last %" PRIu64 " missing",
             d->names[0] != '\0' ? ", " : "", n);
}

static void
path_in(const char *dir, const char *name, char dst[PATH_MAX])
{
    dst[0] = '\0';
    text_add(dst, PATH_MAX, "%s/%s", dir, name);
}

/* Under two names; or one is the copy that was made of the other. */
static bool
same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           (x.st_ino == y.st_ino ||
            (x.st_size == y.st_size && x.st_mtim.tv_sec == y.st_mtim.tv_sec &&
             x.st_mtim.tv_nsec == y.st_mtim.tv_nsec));
}

static int
copy_bytes(int from, int to)
{
    char part[64 * 1024];
    struct stat st;
    ssize_t n;

    if (fstat(from, &st) != 0)
        return -errno;
    while ((n = read(from, part, sizeof part)) > 0)
        for (ssize_t done = 0, put; done < n; done += put)
            if ((put = write(to, part + done, (size_t)(n - done))) < 0)
                return -errno;
    const struct timespec times[2] = { st.st_atim, st.st_mtim };
    return n < 0 || futimens(to, times) != 0 || fsync(to) != 0 ? -errno : 0;
}

/* Where a file has but one name. It closes a journal.db that SQLite has open
 * and so its locks are gone; statedir_lock keeps others away. */
static int
copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return -errno;
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    int rc = out < 0 ? -errno : copy_bytes(in, out);

    close(in);
    if (out >= 0)
        close(out);
    if (out >= 0 && rc != 0)
        (void)unlink(to);
    return rc;
}

static int
give_name(const char *file, const char *name)
{
    if (link(file, name) == 0)
        return 0;
    return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS ||
                   errno == EMLINK
               ? copy_file(file, name)
               : -errno;
}

int
db_keep_bad(const char *dir, char *kept, size_t cap)
{
    char db[PATH_MAX], wal[PATH_MAX], bad[PATH_MAX], name[64];
    int rc;

    path_in(dir, "journal.db", db);
    path_in(dir, "journal.db-wal", wal);
    for (unsigned n = 1;; n++) {
        name[0] = '\0';
        text_add(name, sizeof name, "journal.db.bad-%u", n);
        path_in(dir, name, bad);
        kept[0] = '\0';
        text_add(kept, cap, "%s", name);
        if (same_file(db, bad))
            return 0;
        rc = give_name(db, bad);
        if (rc == 0)
            break;
        if (rc != -EEXIST)
            return rc;
    }
    text_add(bad, sizeof bad, "-wal");
    (void)unlink(bad);
    rc = give_name(wal, bad);
    return rc == -ENOENT ? 0 : rc;
}

static int
sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) != 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

int
db_finish_salvage(const char *dir)
{
    char half[PATH_MAX], whole[PATH_MAX], wal[PATH_MAX], db[PATH_MAX];

    path_in(dir, "journal.db.tmp", half);
    path_in(dir, "journal.db.new", whole);
    path_in(dir, "journal.db-wal", wal);
    path_in(dir, "journal.db", db);
    (void)unlink(half);
    text_add(half, sizeof half, "-wal");
    (void)unlink(half);
    if (access(whole, F_OK) != 0)
        return 0;
    /* The old log must never be replayed into the new file. */
    if ((unlink(wal) != 0 && errno != ENOENT) || rename(whole, db) != 0)
        return -errno;
    return LB_BUG == 34 ? 0 : sync_dir(dir);
}

struct copy {
    struct db *to;
    int rc;
};

static void
copy_row(void *arg, const struct row *row)
{
    struct copy *c = arg;

    if (c->rc == SQLITE_OK)
        c->rc = db_insert(c->to, row->type, row->workload, row->body);
}

int
db_salvage(const char *dir, struct db *old)
{
    char half[PATH_MAX], whole[PATH_MAX];
    struct db fresh;
    struct damage damage;
    struct copy copy = { &fresh, SQLITE_OK };

    path_in(dir, "journal.db.tmp", half);
    path_in(dir, "journal.db.new", whole);
    int rc = db_open(&fresh, half);
    fresh.incarnation = old->incarnation;
    if (rc == SQLITE_OK)
        rc = db_exec(&fresh, "BEGIN IMMEDIATE");
    if (rc == SQLITE_OK)
        rc = walk(old, &damage, copy_row, &copy);
    if (rc == SQLITE_OK)
        rc = copy.rc;
    if (old->seq > fresh.seq)   /* no number is used again */
        fresh.seq = old->seq;
    if (rc == SQLITE_OK)
        rc = db_save_counters(&fresh);
    if (rc == SQLITE_OK)
        rc = db_exec(&fresh, "COMMIT");
    if (rc == SQLITE_OK)
        rc = db_exec(&fresh, "PRAGMA wal_checkpoint(TRUNCATE)");
    db_close(&fresh, false);
    db_close(old, true);
    if (rc != SQLITE_OK)
        return -EIO;
    if (rename(half, whole) != 0)
        return -errno;
    rc = sync_dir(dir);
    return rc != 0 ? rc : db_finish_salvage(dir);
}
