/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The first byte says what the rest is: 'F', a journal.db as it lies on the
 * disk; else changes to a right one and its log, 5 bytes each: u8 what, u24
 * where, u8 how. No row that was never written comes back, and what is gone
 * is told of.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/journal.h"
#include "base/xalloc.h"

enum { ROWS = 40, FILED = 25, BODY_MAX = 3000, FILE_MAX = 1 << 20 };

static char dir[64];
static struct buf right_db, right_log, right_end;
static struct buf bodies[ROWS + 1];     /* by number of the row */

static void
need(bool right)
{
    if (!right)
        abort();
}

/* ---- files ---- */

static void
path_of(const char *name, char dst[128])
{
    snprintf(dst, 128, "%s/%s", dir, name);
}

static void
clean(void)
{
    char path[400];
    DIR *d = opendir(dir);
    const struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            (void)unlink(path);
    }
    if (d != NULL)
        closedir(d);
}

static void
put_file(const char *name, struct span bytes)
{
    char path[128];

    path_of(name, path);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    need(fd >= 0 && write(fd, bytes.p, bytes.len) == (ssize_t)bytes.len);
    close(fd);
}

static void
get_file(const char *name, struct buf *out)
{
    char path[128];

    path_of(name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *p = buf_grow(out, FILE_MAX);
    ssize_t n = fd < 0 ? 0 : read(fd, p, FILE_MAX);
    need(n >= 0);
    out->len = (size_t)n;
    if (fd >= 0)
        close(fd);
}

/* ---- the right journal ---- */

/* Rows `from` to `to` of a journal that goes on, all durable. */
static void
write_rows(struct journal *j, int from, int to)
{
    uint64_t last = 0;

    for (int i = from; i <= to; i++) {
        size_t n = i % 8 == 0 ? BODY_MAX : (size_t)(i * 7 % 150);
        memset(buf_grow(&bodies[i], n), 'a' + i % 26, n);
        last = journal_put(j, (uint8_t)(1 + i % 13), 1 + (uint32_t)i / 10,
                           buf_span(&bodies[i]));
        journal_commit(j, true);
        while (journal_read(j).durable < last) {
            struct pollfd p = { .fd = journal_fd(j), .events = POLLIN };
            need(poll(&p, 1, -1) == 1);
        }
    }
}

/* The later rows are in the log alone. */
static void
make_right(void)
{
    const struct journal_options o = { .dir = dir };
    char err[JOURNAL_ERROR];

    for (int part = 0; part < 2; part++) {
        struct journal *j = journal_open(&o, err);
        need(j != NULL && journal_start(j) == 0);
        write_rows(j, part == 0 ? 1 : FILED + 1, part == 0 ? FILED : ROWS);
        if (part == 1) {
            get_file("journal.db", &right_db);
            get_file("journal.db-wal", &right_log);
            get_file("journal.db-end", &right_end);
        }
        journal_close(j);
    }
    need(right_db.len > 0 && right_log.len > 0);
}

static void
remove_dir(void)
{
    clean();
    (void)rmdir(dir);
    buf_fini(&right_db);
    buf_fini(&right_log);
    buf_fini(&right_end);
    for (int i = 0; i <= ROWS; i++)
        buf_fini(&bodies[i]);
}

static void
set_up(void)
{
    const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    snprintf(dir, sizeof dir, "%s/lb-fuzz-journal-XXXXXX", top);
    need(mkdtemp(dir) != NULL);
    (void)atexit(remove_dir);
    make_right();
}

/* ---- looking ---- */

struct seen {
    bool known;             /* only rows that were written */
    int last, n;
};

static void
look_at(void *arg, uint8_t type, uint32_t workload, struct span body)
{
    struct seen *s = arg;
    int i = s->last + 1;

    s->n++;
    if (!s->known)
        return;
    while (i <= ROWS && (type != 1 + i % 13 ||
                         workload != 1 + (uint32_t)i / 10 ||
                         !span_equal(body, buf_span(&bodies[i]))))
        i++;
    need(i <= ROWS);        /* never written, or not in this order */
    s->last = i;
}

static int
rows_in(struct journal *j, bool known)
{
    struct seen s = { .known = known };

    need(journal_replay(j, look_at, &s) == 0);
    journal_close(j);
    return s.n;
}

/* Opens it as the operator would: first as it is, then as he is told. How
 * many rows there are; `lost` of them were said to be gone. -1: no way. */
static int
open_it(bool known, uint64_t *lost)
{
    struct journal_options o = { .dir = dir };
    char err[JOURNAL_ERROR] = "";
    struct journal *j = journal_open(&o, err);

    *lost = 0;
    if (j != NULL)
        return rows_in(j, known);
    need(err[0] != '\0');
    const char *hint = strstr(err, "--accept-loss ");
    if (hint == NULL)
        return -1;
    o.accept_loss = strtoull(hint + strlen("--accept-loss "), NULL, 10);
    need(o.accept_loss > 0);
    o.accept_loss--;
    need(journal_open(&o, err) == NULL);    /* one less is not enough */
    o.accept_loss++;
    j = journal_open(&o, err);
    if (j == NULL)
        return -1;
    *lost = journal_lost(j);
    need(*lost == o.accept_loss);
    int n = rows_in(j, known);
    o.accept_loss = 0;
    j = journal_open(&o, err);
    need(j != NULL && rows_in(j, known) == n);
    return n;
}

static void
change(struct buf *file, const uint8_t *p)
{
    size_t at = (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

    if (file->len == 0)
        return;
    at %= file->len;
    if (p[0] >= 224)
        file->len = at;
    else
        file->p[at] ^= p[4];
}

static void
try_changed(const uint8_t *p, size_t n)
{
    struct buf db = { 0 }, log = { 0 };
    bool log_changed = false;
    uint64_t lost;

    buf_bytes(&db, right_db.p, right_db.len);
    buf_bytes(&log, right_log.p, right_log.len);
    for (; n >= 5; p += 5, n -= 5) {
        log_changed |= p[0] % 2 != 0;
        change(p[0] % 2 != 0 ? &log : &db, p);
    }
    put_file("journal.db", buf_span(&db));
    put_file("journal.db-wal", buf_span(&log));
    put_file("journal.db-end", buf_span(&right_end));
    int rows = open_it(true, &lost);
    need(rows <= ROWS);
    if (rows >= 0 && (!log_changed || right_end.len > 0))
        need((uint64_t)rows + lost >= ROWS);
    buf_fini(&db);
    buf_fini(&log);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t lost;

    if (dir[0] == '\0')
        set_up();
    if (size == 0)
        return 0;
    clean();
    if (data[0] == 'F') {
        put_file("journal.db", span_of(data + 1, size - 1));
        (void)open_it(false, &lost);
    } else {
        try_changed(data + 1, size - 1);
    }
    return 0;
}
