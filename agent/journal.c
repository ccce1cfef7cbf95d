/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/journal.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/journal_file.h"
#include "base/bug.h"
#include "base/text.h"
#include "base/xalloc.h"

enum {
    FULL_RETRY_US = 1000 * 1000,
    IDLE_US = 1000 * 1000,      /* without work for so long: checkpoint */
    GATHER_US = 5 * 1000,       /* a record that nobody waits for */
    GATHER_FULL_US = 100 * 1000,    /* any, while the disk is full */
    GATHER_BYTES = 512 * 1024,  /* or until there is so much */
    STACK_BYTES = 512 * 1024
};

struct note {               /* a record on its way; type 0: forget */
    struct note *next;
    uint64_t number;        /* 0: forget, nobody waits for it */
    uint32_t workload;
    uint8_t type;
    size_t len;
    uint8_t body[];
};

struct journal {
    struct journal_file file;   /* the thread's, once it runs */
    uint64_t incarnation;
    bool running;
    pthread_t thread;
    int fd;
    /* under `lock` */
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct note *first, *last;
    uint64_t number;            /* of the last record put */
    struct journal_backlog backlog;
    bool closing;
    bool told, hurry;           /* told of `first`; somebody waits for it */
    int64_t regain_us;          /* when to look for room next */
    struct journal_news news;
};

struct journal *
journal_open(const struct journal_options *options, char err[JOURNAL_ERROR])
{
    struct journal *j = xcalloc(1, sizeof *j);
    pthread_condattr_t attr;

    j->file.end.fd = -1;
    j->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    j->news.state = JOURNAL_OK;
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&j->work, &attr);
    pthread_condattr_destroy(&attr);
    if (j->fd < 0) {
        err[0] = '\0';
        text_add(err, JOURNAL_ERROR, "eventfd: %s", strerror(errno));
    } else if (journal_file_open(&j->file, options, err)) {
        j->incarnation = (uint64_t)j->file.db.incarnation;
        return j;
    }
    journal_close(j);
    return NULL;
}

uint64_t
journal_incarnation(const struct journal *j)
{
    return j->incarnation;
}

bool
journal_mended(const struct journal *j)
{
    return j->file.mended;
}

uint64_t
journal_lost(const struct journal *j)
{
    return j->file.lost;
}

int
journal_replay(struct journal *j,
               void (*row)(void *arg, uint8_t type, uint32_t workload,
                           struct span body),
               void *arg)
{
    sqlite3_stmt *s;
    struct row r;
    int rc = sqlite3_prepare_v2(j->file.db.sqlite, "SELECT " ROW_COLUMNS
                                " FROM journal ORDER BY seq", -1, &s, NULL);

    assert(!j->running);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = row_read(s, &r) ? SQLITE_OK : SQLITE_CORRUPT;
        if (rc == SQLITE_OK)
            row(arg, r.type, r.workload, r.body);
    }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? 0 : -EIO;
}

static void
free_notes(struct note *n)
{
    for (struct note *next; n != NULL; n = next) {
        next = n->next;
        free(n);
    }
}

/* One transaction. */
static int
commit(struct db *d, const struct note *n)
{
    int rc = db_exec(d, "BEGIN IMMEDIATE");

    for (; rc == SQLITE_OK && n != NULL; n = n->next)
        rc = n->type != 0 ? db_insert(d, n->type, n->workload,
                                      span_of(n->body, n->len))
                          : db_forget(d, n->workload);
    if (rc == SQLITE_OK)
        rc = db_save_counters(d);
    return rc == SQLITE_OK ? db_exec(d, "COMMIT") : rc;
}

/* Nothing of the group has been written, in memory either. */
static void
undo(struct db *d, int64_t seq, int64_t rows)
{
    if (!sqlite3_get_autocommit(d->sqlite))
        (void)db_exec(d, "ROLLBACK");
    d->seq = seq;
    d->rows = rows;
}

/* The lock is held. */
static void
tell(struct journal *j)
{
    const uint64_t one = 1;
    ssize_t rc = write(j->fd, &one, sizeof one);
    (void)rc;   /* fails only when it is readable anyhow */
}

/* The lock is held; the group is not freed. */
static void
tell_trouble(struct journal *j, enum journal_state state, int rc)
{
    db_error(&j->file.db, rc, j->news.error, sizeof j->news.error);
    if (j->news.state != state) {
        j->regain_us = clock_us() + FULL_RETRY_US;
        tell(j);
    }
    j->news.state = state;
}

/* One transaction, or none of it. */
static int
commit_or_undo(struct db *d, const struct note *group)
{
    int64_t seq = d->seq, rows = d->rows;
    int rc = commit(d, group);

    if (rc != SQLITE_OK)
        undo(d, seq, rows);
    return rc;
}

static bool
is_full(int rc)
{
    return (rc & 0xff) == SQLITE_FULL;
}

/* With all the room that can be made. */
static int
commit_somehow(struct journal_file *f, const struct note *group)
{
    int rc = commit_or_undo(&f->db, group);

    if (is_full(rc)) {
        journal_file_empty_log(f, false);
        rc = commit_or_undo(&f->db, group);
    }
    if (is_full(rc) && ballast_drop(&f->ballast)) {
        journal_file_empty_log(f, false);
        rc = commit_or_undo(&f->db, group);
    }
    return rc;
}

/* Commits a group, again and again while the disk is full. Called with the
 * lock held, which is given up meanwhile. False: it will not be written. */
static bool
write_group(struct journal *j, const struct note *group)
{
    for (;;) {
        struct db *db = &j->file.db;
        pthread_mutex_unlock(&j->lock);
        int rc = commit_somehow(&j->file, group);
        if (rc == SQLITE_OK)
            journal_end_tell(&j->file.end, db->seq, db->incarnation);
        pthread_mutex_lock(&j->lock);
        if (rc == SQLITE_OK)
            return true;
        if (!is_full(rc)) {
            tell_trouble(j, JOURNAL_FAILED, rc);
            return false;
        }
        tell_trouble(j, JOURNAL_FULL, rc);
        const struct timespec again =
            clock_timespec(clock_us() + FULL_RETRY_US);
        while (!j->closing &&
               pthread_cond_timedwait(&j->work, &j->lock, &again) == 0)
            ;
        if (j->closing)
            return false;
    }
}

/* The lock is held. */
static void
tell_durable(struct journal *j, const struct note *group)
{
    for (const struct note *n = group; n != NULL; n = n->next) {
        if (n->number == 0)
            continue;
        j->news.durable = n->number;
        j->backlog.n--;
        j->backlog.bytes -= n->len;
    }
    if (j->file.ballast.lacks)
        tell_trouble(j, JOURNAL_FULL, SQLITE_FULL);
    else
        j->news.state = JOURNAL_OK;
    tell(j);
}

/* Waits for work. False: none came for IDLE_US. The lock is held. */
static bool
wait_for_work(struct journal *j, bool wrote)
{
    const struct timespec end = clock_timespec(clock_us() + IDLE_US);
    int rc = 0;

    while (j->first == NULL && !j->closing && rc != ETIMEDOUT)
        rc = wrote ? pthread_cond_timedwait(&j->work, &j->lock, &end)
                   : pthread_cond_wait(&j->work, &j->lock);
    return rc != ETIMEDOUT || j->first != NULL || j->closing;
}

/* More of what nobody waits for: a commit costs the same for all of it, time,
 * and room while there is little. The lock is held. */
static void
gather(struct journal *j)
{
    const bool lacks = j->file.ballast.lacks;
    const struct timespec end =
        clock_timespec(clock_us() + (lacks ? GATHER_FULL_US : GATHER_US));
    int rc = 0;

    while ((!j->hurry || lacks) && !j->closing && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&j->work, &j->lock, &end);
    j->told = j->hurry = false;
}

/* Moves the log into the file while nobody waits for a commit. */
static void
checkpoint(struct journal *j)
{
    pthread_mutex_unlock(&j->lock);
    journal_file_empty_log(&j->file, false);
    pthread_mutex_lock(&j->lock);
}

/* The disk was full: looks, each second, whether the ballast can be made
 * again. */
static void
regain(struct journal *j)
{
    const int64_t now_us = clock_us();

    if (!j->file.ballast.lacks || now_us < j->regain_us)
        return;
    j->regain_us = now_us + FULL_RETRY_US;
    pthread_mutex_unlock(&j->lock);
    ballast_make(&j->file.ballast);
    if (j->file.ballast.lacks) {
        journal_file_empty_log(&j->file, true);
        ballast_make(&j->file.ballast);
    }
    pthread_mutex_lock(&j->lock);
    if (j->file.ballast.lacks)
        return;
    j->news.state = JOURNAL_OK;
    tell(j);
}

static void *
work(void *arg)
{
    struct journal *j = arg;
    bool wrote = false, good = true;

    pthread_mutex_lock(&j->lock);
    if (j->file.ballast.lacks)
        tell_trouble(j, JOURNAL_FULL, SQLITE_FULL);
    while (good) {
        regain(j);
        if (!wait_for_work(j, wrote || j->file.ballast.lacks)) {
            checkpoint(j);
            wrote = false;
            continue;
        }
        if (j->first == NULL)
            break;
        gather(j);
        struct note *group = j->first;
        j->first = j->last = NULL;
        if (LB_BUG == 29)
            tell_durable(j, group);
        good = write_group(j, group);
        if (good && LB_BUG != 29)
            tell_durable(j, group);
        free_notes(group);
        wrote = true;
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

int
journal_start(struct journal *j)
{
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    int rc = pthread_create(&j->thread, &attr, work, j);
    pthread_attr_destroy(&attr);
    j->running = rc == 0;
    return -rc;
}

void
journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    pthread_mutex_lock(&j->lock);
    j->closing = true;
    pthread_cond_signal(&j->work);
    pthread_mutex_unlock(&j->lock);
    if (j->running)
        pthread_join(j->thread, NULL);
    free_notes(j->first);
    journal_file_close(&j->file, false);
    pthread_cond_destroy(&j->work);
    pthread_mutex_destroy(&j->lock);
    if (j->fd >= 0)
        close(j->fd);
    free(j);
}

static uint64_t
put(struct journal *j, struct note *n)
{
    pthread_mutex_lock(&j->lock);
    if (n->type != 0) {
        n->number = ++j->number;
        j->backlog.n++;
        j->backlog.bytes += n->len;
    }
    uint64_t number = j->number;
    if (j->first != NULL)
        j->last->next = n;
    else
        j->first = n;
    j->last = n;
    pthread_mutex_unlock(&j->lock);
    return number;
}

void
journal_commit(struct journal *j, bool now)
{
    pthread_mutex_lock(&j->lock);
    now |= j->backlog.bytes >= GATHER_BYTES;
    if (j->first != NULL && !(now ? j->hurry : j->told)) {
        j->told = true;
        j->hurry = now;
        pthread_cond_signal(&j->work);
    }
    pthread_mutex_unlock(&j->lock);
}

uint64_t
journal_put(struct journal *j, uint8_t type, uint32_t workload,
            struct span body)
{
    struct note *n = xmalloc(sizeof *n + body.len);

    assert(type != 0);
    *n = (struct note){ .type = type, .workload = workload, .len = body.len };
    if (body.len > 0)
        memcpy(n->body, body.p, body.len);
    return put(j, n);
}

void
journal_forget(struct journal *j, uint32_t workload)
{
    struct note *n = xmalloc(sizeof *n);

    *n = (struct note){ .workload = workload };
    (void)put(j, n);
}

struct journal_backlog
journal_backlog(struct journal *j)
{
    pthread_mutex_lock(&j->lock);
    struct journal_backlog b = j->backlog;
    pthread_mutex_unlock(&j->lock);
    return b;
}

const char *
journal_library(void)
{
    return sqlite3_libversion();
}

int
journal_fd(const struct journal *j)
{
    return j->fd;
}

struct journal_news
journal_read(struct journal *j)
{
    uint64_t count;

    pthread_mutex_lock(&j->lock);
    ssize_t rc = read(j->fd, &count, sizeof count);
    (void)rc;
    struct journal_news news = j->news;
    pthread_mutex_unlock(&j->lock);
    return news;
}
