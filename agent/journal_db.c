/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/journal_db.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <zlib.h>

#include "base/bug.h"
#include "base/text.h"

static const char SETUP[] =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA cache_size=-1024;"
    "PRAGMA temp_store=MEMORY;";

static const char TABLES[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS journal(seq INTEGER PRIMARY KEY,"
    " workload INTEGER NOT NULL, type INTEGER NOT NULL, body BLOB NOT NULL,"
    " crc INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS by_workload ON journal(workload);"
    "CREATE TABLE IF NOT EXISTS counters(id INTEGER PRIMARY KEY,"
    " seq INTEGER NOT NULL, rows INTEGER NOT NULL,"
    " incarnation INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;"
    "PRAGMA user_version=1;"
    "COMMIT;";
enum { TABLES_VERSION = 1 };

bool
db_on_network(const char *dir)
{
    static const unsigned long kinds[] = {
        NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, 0xff534d42 /* cifs */,
        0xfe534d42 /* smb2 */, AFS_SUPER_MAGIC, CODA_SUPER_MAGIC
    };
    struct statfs fs;

    if (statfs(dir, &fs) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (((unsigned long)fs.f_type & 0xffffffff) == kinds[i])
            return true;
    return false;
}

int
db_exec(struct db *d, const char *sql)
{
    return sqlite3_exec(d->sqlite, sql, NULL, NULL, NULL);
}

void
db_error(const struct db *d, int rc, char *dst, size_t cap)
{
    int error = d->sqlite != NULL ? sqlite3_system_errno(d->sqlite) : 0;

    dst[0] = '\0';
    text_add(dst, cap, "%s", sqlite3_errstr(rc & 0xff));
    if (((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN) &&
        error != 0)
        text_add(dst, cap, " (%s)", strerror(error));
}

static void
put_u64(uint8_t *p, uint64_t v)
{
    for (int i = 7; i >= 0; i--, v >>= 8)
        p[i] = (uint8_t)v;
}

uint32_t
row_crc(int64_t seq, uint32_t workload, uint8_t type, struct span body)
{
    uint8_t head[17];

    put_u64(head, (uint64_t)seq);
    put_u64(head + 8, workload);
    head[16] = type;
    uLong crc = crc32(0, head, sizeof head);
    return (uint32_t)crc32_z(crc, body.p, body.len);
}

static uint32_t
counters_crc(const struct db *d)
{
    uint8_t v[24];

    put_u64(v, (uint64_t)d->seq);
    put_u64(v + 8, (uint64_t)d->rows);
    put_u64(v + 16, (uint64_t)d->incarnation);
    return (uint32_t)crc32(0, v, sizeof v);
}

bool
row_read(sqlite3_stmt *s, struct row *out)
{
    sqlite3_int64 workload = sqlite3_column_int64(s, 1);
    sqlite3_int64 type = sqlite3_column_int64(s, 2);

    out->seq = sqlite3_column_int64(s, 0);
    out->workload = (uint32_t)workload;
    out->type = (uint8_t)type;
    out->body.p = sqlite3_column_blob(s, 3);
    out->body.len = (size_t)sqlite3_column_bytes(s, 3);
    if (out->body.p == NULL)    /* an empty one; crc32 of NULL is special */
        out->body = span_of("", 0);
    return workload == out->workload && type == out->type &&
           (LB_BUG == 31 ||
            sqlite3_column_int64(s, 4) ==
                (sqlite3_int64)row_crc(out->seq, out->workload, out->type,
                                       out->body));
}

static bool
has_rows(struct db *d)
{
    sqlite3_stmt *s = NULL;
    bool has = sqlite3_prepare_v2(d->sqlite, "SELECT 1 FROM journal LIMIT 1",
                                  -1, &s, NULL) != SQLITE_OK ||
               sqlite3_step(s) != SQLITE_DONE;
    sqlite3_finalize(s);
    return has;
}

/* Without counters: how far the rows go, as long as they can be read. */
static int
count_anew(struct db *d)
{
    sqlite3_stmt *s;
    struct row row;
    int rc = sqlite3_prepare_v2(d->sqlite, "SELECT " ROW_COLUMNS
                                " FROM journal ORDER BY seq DESC", -1, &s,
                                NULL);

    d->seq = d->rows = d->incarnation = 0;
    d->uncounted = true;
    while (rc == SQLITE_OK && d->seq == 0 && sqlite3_step(s) == SQLITE_ROW)
        if (row_read(s, &row))
            d->seq = row.seq;
    sqlite3_finalize(s);
    return rc;
}

/* A journal without counters is new, unless it has rows. */
static int
read_counters(struct db *d)
{
    sqlite3_stmt *s;
    int rc = sqlite3_prepare_v2(d->sqlite, "SELECT seq, rows, incarnation, crc"
                                " FROM counters WHERE id = 1", -1, &s, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        d->seq = sqlite3_column_int64(s, 0);
        d->rows = sqlite3_column_int64(s, 1);
        d->incarnation = sqlite3_column_int64(s, 2);
        rc = sqlite3_column_int64(s, 3) == counters_crc(d) ? SQLITE_DONE
                                                           : SQLITE_CORRUPT;
    } else if (rc == SQLITE_DONE && has_rows(d)) {
        rc = SQLITE_CORRUPT;
    }
    sqlite3_finalize(s);
    if ((rc & 0xff) == SQLITE_CORRUPT)
        return count_anew(d);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Makes the tables of a new file; another one is left as it is, lest what may
 * still be evidence is written over. */
static int
make_tables(struct db *d)
{
    sqlite3_stmt *s;
    int version = 0;
    int rc = sqlite3_prepare_v2(d->sqlite, "PRAGMA user_version", -1, &s,
                                NULL);
    if (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        version = sqlite3_column_int(s, 0);
    int end = sqlite3_finalize(s);
    if (rc != SQLITE_OK || end != SQLITE_OK)
        return rc != SQLITE_OK ? rc : end;
    if (version == 0)
        return db_exec(d, TABLES);
    return version == TABLES_VERSION ? SQLITE_OK : SQLITE_FORMAT;
}

static int
prepare(struct db *d, const char *sql, sqlite3_stmt **out)
{
    return sqlite3_prepare_v3(d->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
                              out, NULL);
}

int
db_open(struct db *d, const char *path)
{
    int rc;

    *d = (struct db){ 0 };
    rc = sqlite3_open_v2(path, &d->sqlite,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                             SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                         NULL);
    if (rc == SQLITE_OK)
        rc = db_exec(d, SETUP);
    if (rc == SQLITE_OK && LB_BUG == 30)
        rc = db_exec(d, "PRAGMA synchronous=NORMAL");
    if (rc == SQLITE_OK)
        rc = make_tables(d);
    if (rc == SQLITE_OK)
        rc = read_counters(d);
    if (rc == SQLITE_OK)
        rc = prepare(d, "INSERT INTO journal VALUES(?1, ?2, ?3, ?4, ?5)",
                     &d->insert);
    if (rc == SQLITE_OK)
        rc = prepare(d, "DELETE FROM journal WHERE workload = ?1", &d->forget);
    if (rc == SQLITE_OK)
        rc = prepare(d, "INSERT OR REPLACE INTO counters"
                        " VALUES(1, ?1, ?2, ?3, ?4)", &d->set);
    /* No such table: the description of the tables is damaged. */
    return rc == SQLITE_ERROR ? SQLITE_CORRUPT : rc;
}

void
db_close(struct db *d, bool keep)
{
    if (d->sqlite != NULL && keep)
        sqlite3_db_config(d->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                          NULL);
    sqlite3_finalize(d->insert);
    sqlite3_finalize(d->forget);
    sqlite3_finalize(d->set);
    sqlite3_close(d->sqlite);
    *d = (struct db){ 0 };
}

static int
run(sqlite3_stmt *s)
{
    int rc = sqlite3_step(s), end = sqlite3_reset(s);

    sqlite3_clear_bindings(s);
    return rc == SQLITE_DONE ? end : rc;
}

int
db_insert(struct db *d, uint8_t type, uint32_t workload, struct span body)
{
    int64_t seq = d->seq + 1;
    struct span b = body.p != NULL ? body : span_of("", 0);

    sqlite3_bind_int64(d->insert, 1, seq);
    sqlite3_bind_int64(d->insert, 2, workload);
    sqlite3_bind_int64(d->insert, 3, type);
    sqlite3_bind_blob64(d->insert, 4, b.p, b.len, SQLITE_STATIC);
    sqlite3_bind_int64(d->insert, 5, row_crc(seq, workload, type, b));
    int rc = run(d->insert);
    if (rc == SQLITE_OK) {
        d->seq = seq;
        d->rows++;
    }
    return rc;
}

int
db_forget(struct db *d, uint32_t workload)
{
    sqlite3_bind_int64(d->forget, 1, workload);
    int rc = run(d->forget);
    if (rc == SQLITE_OK)
        d->rows -= sqlite3_changes(d->sqlite);
    return rc;
}

int
db_save_counters(struct db *d)
{
    sqlite3_bind_int64(d->set, 1, d->seq);
    sqlite3_bind_int64(d->set, 2, d->rows);
    sqlite3_bind_int64(d->set, 3, d->incarnation);
    sqlite3_bind_int64(d->set, 4, counters_crc(d));
    return run(d->set);
}
