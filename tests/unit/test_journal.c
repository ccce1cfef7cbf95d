/* SPDX-License-Identifier: MPL-2.0 */
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
#include <unistd.h>

#include "agent/journal.h"

static char dir[] = "/tmp/lb-journal-XXXXXX";

/* Waits until `n` is durable, or the state is another one. */
static struct journal_news
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

static struct journal_news
wait_durable(struct journal *j, uint64_t n, enum journal_state state)
{
    journal_commit(j, true);
    return await_durable(j, n, state);
}

static struct journal *
open_it(uint64_t accept_loss)
{
    const struct journal_options o = { dir, accept_loss };
    char err[JOURNAL_ERROR] = "";
    struct journal *j = journal_open(&o, err);

    if (j == NULL)
        fail_msg("%s", err);
    return j;
}

static void
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

static void
see(void *arg, uint8_t type, uint32_t workload, struct span body)
{
    struct seen *s = arg;

    assert_true(s->n < 64);
    s->type[s->n] = type;
    s->workload[s->n] = workload;
    span_copy(body, s->body[s->n++], sizeof s->body[0]);
}

static struct seen
replay(struct journal *j)
{
    struct seen s = { 0 };

    assert_int_equal(journal_replay(j, see, &s), 0);
    return s;
}

static void
put_text(struct journal *j, uint8_t type, uint32_t workload, const char *text)
{
    (void)journal_put(j, type, workload, span_str(text));
}

static void
sql(const char *text)
{
    char path[PATH_MAX];
    sqlite3 *db;

    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool
there_is(const char *name)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static void
clean(void)
{
    char command[PATH_MAX];

    (void)snprintf(command, sizeof command, "rm -f %s/*", dir);
    assert_int_equal(system(command), 0);
}

static int
set_up(void **state)
{
    (void)state;
    clean();
    return 0;
}

/* ---- */

static void
gives_back_what_was_put_in_order(void **state)
{
    (void)state;
    struct journal *j = open_it(0);

    uint64_t first = journal_incarnation(j);
    assert_in_range(first, 1, UINT32_MAX / 2);
    assert_int_equal(journal_start(j), 0);
    assert_int_equal(journal_put(j, 1, 7, span_str("a")), 1);
    assert_int_equal(journal_put(j, 2, 7, span_str("")), 2);
    assert_int_equal(journal_put(j, 3, 8, span_str("ccc")), 3);
    assert_int_equal(wait_durable(j, 3, JOURNAL_OK).state, JOURNAL_OK);
    assert_int_equal(journal_backlog(j).n, 0);
    assert_int_equal(journal_backlog(j).bytes, 0);
    journal_close(j);
    j = open_it(0);
    assert_int_equal(journal_incarnation(j), first + 1);
    struct seen s = replay(j);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.type[1], 2);
    assert_int_equal(s.workload[2], 8);
    assert_string_equal(s.body[0], "a");
    assert_string_equal(s.body[1], "");
    assert_string_equal(s.body[2], "ccc");
    journal_close(j);
    journal_close(NULL);
}

static void
forgets_a_whole_workload(void **state)
{
    (void)state;
    struct journal *j = open_it(0);

    assert_int_equal(journal_start(j), 0);
    put_text(j, 1, 7, "a");
    put_text(j, 1, 8, "b");
    put_text(j, 2, 7, "c");
    journal_forget(j, 7);
    put_text(j, 2, 8, "d");
    journal_close(j);       /* writes what waits */
    j = open_it(0);
    struct seen s = replay(j);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.body[0], "b");
    assert_string_equal(s.body[1], "d");
    journal_close(j);
}

/* Gathering comes to an end. */
static void
writes_also_what_nobody_waits_for(void **state)
{
    (void)state;
    struct journal *j = open_it(0);

    assert_int_equal(journal_start(j), 0);
    put_text(j, 1, 7, "a");
    (void)wait_durable(j, 1, JOURNAL_OK);
    put_text(j, 1, 7, "b");
    journal_commit(j, false);
    put_text(j, 1, 7, "c");
    journal_commit(j, false);
    assert_int_equal(await_durable(j, 3, JOURNAL_OK).durable, 3);
    journal_close(j);
}

/* A process that dies at once, with some rows reported durable. */
static void
durable_rows_survive_a_crash(void **state)
{
    (void)state;
    for (int round = 1; round <= 3; round++) {
        pid_t child = fork();
        if (child == 0) {
            const struct journal_options o = { dir, 0 };
            char err[JOURNAL_ERROR];
            struct journal *j = journal_open(&o, err);
            if (j == NULL || journal_start(j) != 0)
                _exit(1);
            for (int i = 0; i < 10; i++)
                (void)journal_put(j, 1, (uint32_t)round, span_str("x"));
            journal_commit(j, true);
            while (journal_read(j).durable < 10)
                usleep(1000);
            (void)journal_put(j, 9, 9, span_str("may be lost"));
            _exit(0);
        }
        int status = 1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    struct journal *j = open_it(0);
    struct seen s = replay(j);
    uint32_t n = 0;
    for (uint32_t i = 0; i < s.n; i++)
        n += s.type[i] == 1;
    assert_int_equal(n, 30);
    assert_in_range(journal_incarnation(j), 4, UINT32_MAX / 2);
    journal_close(j);
}

static void
fill(uint32_t n)
{
    struct journal *j = open_it(0);

    assert_int_equal(journal_start(j), 0);
    for (uint32_t i = 0; i < n; i++)
        put_text(j, 1, i + 1, "row");
    journal_close(j);
}

static void
damaged_row_is_named_and_kept(void **state)
{
    (void)state;
    fill(5);
    sql("UPDATE journal SET body = x'00' WHERE seq = 3");
    refused(0, "journal.db: 1 of 5 rows are damaged: row 3 (workload 3); kept "
               "as journal.db.bad-1; --accept-loss 1 goes on without them");
    assert_true(there_is("journal.db.bad-1"));
    refused(0, "kept as journal.db.bad-1");
    assert_false(there_is("journal.db.bad-2"));
    struct journal *j = open_it(1);
    assert_int_equal(journal_lost(j), 1);
    struct seen s = replay(j);
    assert_int_equal(s.n, 4);
    assert_int_equal(s.workload[2], 4);
    uint64_t incarnation = journal_incarnation(j);
    assert_true(incarnation > 1);
    journal_close(j);
    j = open_it(0);
    assert_int_equal(journal_lost(j), 0);
    assert_int_equal(journal_incarnation(j), incarnation + 1);
    journal_close(j);
}

static void
every_column_is_protected(void **state)
{
    (void)state;
    static const char *const harm[] = {
        "UPDATE journal SET workload = 9 WHERE seq = 2",
        "UPDATE journal SET type = 9 WHERE seq = 2",
        "UPDATE journal SET type = type + 256 WHERE seq = 2",
        "UPDATE journal SET crc = crc + 1 WHERE seq = 2",
        "UPDATE journal SET seq = 99 WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 5"
    };

    for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
        clean();
        fill(5);
        sql(harm[i]);
        refused(0, "1 of 5 rows are damaged");
    }
    clean();
    fill(5);
    sql("DELETE FROM journal WHERE seq > 2");
    refused(2, "3 of 5 rows are damaged: 3 missing");
    journal_close(open_it(3));
}

static void
lost_counters_are_noticed(void **state)
{
    (void)state;
    fill(2);
    sql("DELETE FROM counters");
    refused(9, "no row can be read");
    assert_true(there_is("journal.db.bad-1"));
}

static void
file_that_is_none_is_refused(void **state)
{
    (void)state;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    FILE *f = fopen(path, "we");
    for (int i = 0; i < 3000; i++)
        assert_true(fputs("junk", f) >= 0);
    assert_int_equal(fclose(f), 0);
    refused(0, "no row can be read");
    assert_true(there_is("journal.db.bad-1"));
}

/* Half of the pages are gone: what is left is found row by row. */
static void
truncated_file_is_noticed(void **state)
{
    (void)state;
    char path[PATH_MAX], err[JOURNAL_ERROR] = "";
    const struct journal_options strict = { dir, 0 };
    struct stat st;

    fill(2000);
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size / 2 / 4096 * 4096), 0);
    assert_null(journal_open(&strict, err));
    assert_non_null(strstr(err, "kept as journal.db.bad-1"));
}

static void
damaged_page_loses_only_its_rows(void **state)
{
    (void)state;
    char path[PATH_MAX], page[4096], err[JOURNAL_ERROR] = "";
    const struct journal_options strict = { dir, 0 };
    unsigned long bad = 0, rows = 0;

    fill(2000);
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    FILE *f = fopen(path, "r+e");
    assert_non_null(f);
    memset(page, 0xff, sizeof page);
    assert_int_equal(fseek(f, 10 * 4096, SEEK_SET), 0);
    assert_int_equal(fwrite(page, 1, sizeof page, f), sizeof page);
    assert_int_equal(fclose(f), 0);
    assert_null(journal_open(&strict, err));
    if (sscanf(err, "journal.db: %lu of %lu rows", &bad, &rows) != 2)
        return;     /* a page of the index: then nothing can be read */
    assert_int_equal(rows, 2000);
    assert_in_range(bad, 1, 400);
    struct journal *j = open_it(bad);
    assert_int_equal(journal_lost(j), bad);
    journal_close(j);
    journal_close(open_it(0));
}

/* A start that was cut short after the new file was whole. */
static void
salvage_goes_on_after_a_crash(void **state)
{
    (void)state;
    char from[PATH_MAX], to[PATH_MAX];

    fill(3);
    (void)snprintf(from, sizeof from, "%s/journal.db", dir);
    (void)snprintf(to, sizeof to, "%s/journal.db.new", dir);
    assert_int_equal(rename(from, to), 0);
    fill(1);
    (void)snprintf(to, sizeof to, "%s/journal.db.tmp", dir);
    FILE *f = fopen(to, "we");
    assert_int_equal(fclose(f), 0);
    struct journal *j = open_it(0);
    struct seen s = replay(j);
    assert_int_equal(s.n, 4);
    assert_false(there_is("journal.db.tmp"));
    assert_false(there_is("journal.db.new"));
    journal_close(j);
}

/* A tmpfs of 1 MiB, where that may be mounted. */
static void
full_disk_is_told_and_retried(void **state)
{
    (void)state;
    static char big[64 * 1024];
    char path[PATH_MAX];

    if (geteuid() != 0 ||
        mount("tmpfs", dir, "tmpfs", 0, "size=1m,mode=0700") != 0)
        return;
    (void)snprintf(path, sizeof path, "%s/ballast", dir);
    struct journal *j = open_it(0);
    FILE *f = fopen(path, "we");
    (void)fwrite(big, 1, sizeof big, f);
    (void)fflush(f);
    assert_int_equal(journal_start(j), 0);
    uint64_t n = 0;
    struct journal_news news = { .state = JOURNAL_OK };
    for (; n < 64 && news.state == JOURNAL_OK; n++) {
        (void)journal_put(j, 1, 1, span_of(big, sizeof big));
        news = wait_durable(j, n + 1, JOURNAL_OK);
    }
    assert_int_equal(news.state, JOURNAL_FULL);
    assert_true(news.durable < n);
    (void)fclose(f);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mount("tmpfs", dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    do
        news = wait_durable(j, n, JOURNAL_FULL);
    while (news.durable < n && news.state == JOURNAL_FULL);
    assert_int_equal(news.state, JOURNAL_OK);
    assert_int_equal(news.durable, n);
    journal_close(j);
    j = open_it(0);
    journal_close(j);
    assert_int_equal(umount(dir), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_back_what_was_put_in_order, set_up),
        cmocka_unit_test_setup(forgets_a_whole_workload, set_up),
        cmocka_unit_test_setup(writes_also_what_nobody_waits_for, set_up),
        cmocka_unit_test_setup(durable_rows_survive_a_crash, set_up),
        cmocka_unit_test_setup(damaged_row_is_named_and_kept, set_up),
        cmocka_unit_test_setup(every_column_is_protected, set_up),
        cmocka_unit_test_setup(lost_counters_are_noticed, set_up),
        cmocka_unit_test_setup(file_that_is_none_is_refused, set_up),
        cmocka_unit_test_setup(truncated_file_is_noticed, set_up),
        cmocka_unit_test_setup(damaged_page_loses_only_its_rows, set_up),
        cmocka_unit_test_setup(salvage_goes_on_after_a_crash, set_up),
        cmocka_unit_test_setup(full_disk_is_told_and_retried, set_up),
    };
    if (mkdtemp(dir) == NULL)
        return 1;
    int rc = cmocka_run_group_tests_name("journal", tests, NULL, NULL);
    clean();
    (void)rmdir(dir);
    return rc;
}
