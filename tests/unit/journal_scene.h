/* SPDX-License-Identifier: MPL-2.0 */
/* journal_scene - a journal in a folder of its own, in tests. */
#ifndef LB_JOURNAL_SCENE_H
#define LB_JOURNAL_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/journal.h"

static char dir[] = "/tmp/lb-journal-XXXXXX";

/* Waits until `n` is durable, or the state is another one. */
static inline struct journal_news
await_durable(struct journal *j, uint64_t n, enum journal_state state)
{
    for (;;) {
        struct journal_news news = journal_read(j);
        struct pollfd p = { .fd = journal_fd(j), .events = POLLIN };
        if (news.durable >= n || news.state != state)
            return news;
        assert_int_equal(poll(&p, 1, 60 * 1000), 1);
    }
}

static inline struct journal_news
wait_durable(struct journal *j, uint64_t n, enum journal_state state)
{
    journal_commit(j, true);
    return await_durable(j, n, state);
}

static inline struct journal *
open_it(uint64_t accept_loss)
{
    const struct journal_options o = { dir, accept_loss };
    char err[JOURNAL_ERROR] = "";
    struct journal *j = journal_open(&o, err);

    if (j == NULL)
        fail_msg("%s", err);
    return j;
}

static inline void
refused(uint64_t accept_loss, const char *want)
{
    const struct journal_options o = { dir, accept_loss };
    char err[JOURNAL_ERROR] = "";

    assert_null(journal_open(&o, err));
    if (strstr(err, want) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err, want);
}

struct seen {
    uint32_t n;
    uint32_t workload[64];
    uint8_t type[64];
    char body[64][16];
};

static inline void
see(void *arg, uint8_t type, uint32_t workload, struct span body)
{
    struct seen *s = arg;

    assert_true(s->n < 64);
    s->type[s->n] = type;
    s->workload[s->n] = workload;
    span_copy(body, s->body[s->n++], sizeof s->body[0]);
}

static inline struct seen
replay(struct journal *j)
{
    struct seen s = { 0 };

    assert_int_equal(journal_replay(j, see, &s), 0);
    return s;
}

static inline void
put_text(struct journal *j, uint8_t type, uint32_t workload, const char *text)
{
    (void)journal_put(j, type, workload, span_str(text));
}

static inline void
sql(const char *text)
{
    char path[PATH_MAX];
    sqlite3 *db;

    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline bool
there_is(const char *name)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static inline void
end_is_forgotten(void)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/journal.db-end", dir);
    assert_int_equal(unlink(path), 0);
}

static inline void
clean(void)
{
    char command[PATH_MAX];

    (void)snprintf(command, sizeof command, "rm -f %s/*", dir);
    assert_int_equal(system(command), 0);
}

static inline int
set_up(void **state)
{
    (void)state;
    clean();
    return 0;
}

static inline void
fill(uint32_t n)
{
    struct journal *j = open_it(0);

    assert_int_equal(journal_start(j), 0);
    for (uint32_t i = 0; i < n; i++)
        put_text(j, 1, i + 1, "row");
    journal_close(j);
}

#endif
