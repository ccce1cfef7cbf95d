/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/quickcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static void
path_of(char dst[512], const char *dir, const char *name)
{
    dst[0] = '\0';
    text_add(dst, 512, "%s/%s", dir, name);
}

/* 0, -ENOENT, or another -errno. */
static int
copy(const char *from_dir, const char *to_dir, const char *name)
{
    char from[512], to[512];
    int error = 0;
    ssize_t n = 1;

    path_of(from, from_dir, name);
    path_of(to, to_dir, name);
    (void)unlink(to);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return -errno;
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) {
        error = errno;
        close(in);
        return -error;
    }
    while (n > 0)
        n = sendfile(out, in, NULL, 1 << 24);
    error = n < 0 ? errno : 0;
    close(in);
    close(out);
    return -error;
}

static int
say(char *why, size_t cap, const char *state_dir, const char *what)
{
    why[0] = '\0';
    text_add(why, cap, "%s/journal.db: %s", state_dir, what);
    return -1;
}

int
quickcheck(const char *state_dir, const char *dir, char *why, size_t cap)
{
    char path[512];
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int rc = copy(state_dir, dir, "journal.db");

    if (rc == -ENOENT)
        return 0;
    if (rc == 0)
        rc = copy(state_dir, dir, "journal.db-wal");
    if (rc == -ENOENT) {
        path_of(path, dir, "journal.db-wal");
        (void)unlink(path);
        rc = 0;
    }
    if (rc != 0)
        return say(why, cap, state_dir, strerror(-rc));
    path_of(path, dir, "journal.db");
    rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE;", NULL, NULL,
                          NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    const char *said = rc == SQLITE_ROW
                           ? (const char *)sqlite3_column_text(s, 0)
                           : sqlite3_errmsg(db);
    rc = said != NULL && strcmp(said, "ok") == 0
             ? 0 : say(why, cap, state_dir, said != NULL ? said : "?");
    sqlite3_finalize(s);
    sqlite3_close(db);
    return rc;
}
