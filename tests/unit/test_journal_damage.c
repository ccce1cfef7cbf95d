/* SPDX-License-Identifier: MPL-2.0 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "tests/unit/journal_scene.h"

static int no_links;        /* errno of link(); 0: it works */

__attribute__((visibility("default"))) int link(const char *from,
                                                const char *to);
__attribute__((visibility("default"))) int
link(const char *from, const char *to)
{
    errno = no_links;
    if (no_links != 0)
        return -1;
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
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
    assert_true(journal_incarnation(j) > incarnation);
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

/* As on FAT: then it is copied, once. */
static void
damage_is_kept_where_no_links_are(void **state)
{
    (void)state;
    static const int errors[] = { EPERM, EOPNOTSUPP };

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        clean();
        fill(5);
        sql("UPDATE journal SET body = x'00' WHERE seq = 3");
        no_links = errors[i];
        refused(0, "kept as journal.db.bad-1; --accept-loss 1");
        refused(0, "kept as journal.db.bad-1; --accept-loss 1");
        assert_false(there_is("journal.db.bad-2"));
        struct journal *j = open_it(1);
        assert_int_equal(replay(j).n, 4);
        journal_close(j);
        sql("UPDATE journal SET body = x'00' WHERE seq = 3");
        refused(0, "kept as journal.db.bad-2; --accept-loss 1");
        no_links = 0;
    }
    clean();
    fill(1);
    sql("UPDATE journal SET body = x'00' WHERE seq = 1");
    no_links = EIO;
    refused(1, "Input/output error");
    no_links = 0;
}

/* They cost no row, and no number comes a second time. */
static void
lost_counters_are_one_loss(void **state)
{
    (void)state;
    static const char *const harm[] = {
        "DELETE FROM counters",
        "UPDATE counters SET seq = 1",
        "UPDATE counters SET rows = 9",
        "UPDATE counters SET incarnation = 1"
    };

    for (size_t i = 0; i < 2 * sizeof harm / sizeof harm[0]; i++) {
        clean();
        fill(2);
        sql(harm[i / 2]);
        if (i % 2 == 1)
            end_is_forgotten();
        refused(0, "journal.db: 1 of 3 rows are damaged: counters");
        assert_true(there_is("journal.db.bad-1"));
        struct journal *j = open_it(1);
        assert_int_equal(journal_lost(j), 1);
        assert_int_equal(replay(j).n, 2);
        assert_int_equal(journal_start(j), 0);
        put_text(j, 1, 3, "new");
        journal_close(j);
        j = open_it(0);
        assert_int_equal(replay(j).n, 3);
        journal_close(j);
    }
}

static void
lost_counters_hide_no_other_loss(void **state)
{
    (void)state;
    fill(5);
    sql("DELETE FROM counters; UPDATE journal SET type = 9 WHERE seq = 5;"
        "UPDATE journal SET body = x'00' WHERE seq = 2");
    refused(2, "3 of 6 rows are damaged: row 2 (workload 2), row 5 (workload "
               "5), counters");
    clean();
    fill(5);
    sql("DELETE FROM counters; DELETE FROM journal WHERE seq > 3");
    refused(2, "3 of 6 rows are damaged: counters (so whether more rows are "
               "missing is not known), the last 2 missing");
    struct journal *j = open_it(3);
    assert_int_equal(replay(j).n, 3);
    journal_close(j);
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

/* The end of the log is damaged: SQLite says nothing of what it drops. */
static void
missing_tail_is_noticed(void **state)
{
    (void)state;
    char path[PATH_MAX];
    uint64_t incarnation = 0;
    pid_t child = fork();

    if (child == 0) {
        struct journal *j = open_it(0);
        if (journal_start(j) != 0)
            _exit(1);
        for (uint64_t i = 1; i <= 10; i++) {
            put_text(j, 1, (uint32_t)i, "row");
            (void)wait_durable(j, i, JOURNAL_OK);
        }
        _exit(0);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)snprintf(path, sizeof path, "%s/journal.db-wal", dir);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 100), 0);
    refused(0, "1 of 10 rows are damaged: the last 1 missing; kept as "
               "journal.db.bad-1; --accept-loss 1 goes on without them");
    struct journal *j = open_it(1);
    assert_int_equal(replay(j).n, 9);
    incarnation = journal_incarnation(j);
    journal_close(j);
    j = open_it(0);
    assert_true(journal_incarnation(j) > incarnation);
    journal_close(j);
}

/* Peers know a node by its incarnation: none may come a second time. */
static void
older_copy_gets_a_new_incarnation(void **state)
{
    (void)state;
    char command[PATH_MAX * 3];

    journal_close(open_it(0));
    (void)snprintf(command, sizeof command,
                   "cp %s/journal.db %s.copy", dir, dir);
    assert_int_equal(system(command), 0);
    struct journal *j = open_it(0);
    uint64_t last = journal_incarnation(j);
    journal_close(j);
    (void)snprintf(command, sizeof command,
                   "mv %s.copy %s/journal.db", dir, dir);
    assert_int_equal(system(command), 0);
    j = open_it(0);
    assert_true(journal_incarnation(j) > last);
    journal_close(j);
}

static void
other_version_is_left_alone(void **state)
{
    (void)state;
    fill(1);
    sql("PRAGMA user_version = 2");
    refused(9, "is of another version of lbagent");
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

static void
comes_in_order(void *arg, uint8_t type, uint32_t workload, struct span body)
{
    uint32_t *last = arg;

    (void)type;
    (void)body;
    assert_true(workload > *last);      /* as fill() numbers them */
    *last = workload;
}

/* What is cut off within a page leaves rows that name others' numbers. */
static void
each_row_is_salvaged_once(void **state)
{
    (void)state;
    char path[PATH_MAX], err[JOURNAL_ERROR];
    const struct journal_options strict = { dir, 0 };
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    for (unsigned part = 6; part < 16; part++) {
        unsigned long bad;
        uint32_t last = 0;
        clean();
        fill(2000);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(truncate(path, st.st_size * part / 16 + 14), 0);
        assert_null(journal_open(&strict, err));
        if (sscanf(err, "journal.db: %lu of", &bad) != 1)
            continue;   /* a page that all others hang on */
        struct journal *j = open_it(bad);
        assert_int_equal(journal_replay(j, comes_in_order, &last), 0);
        journal_close(j);
    }
}

static void
damage_without_a_loss_is_mended(void **state)
{
    (void)state;
    fill(5);
    sql("PRAGMA writable_schema = ON;"
        "DELETE FROM sqlite_schema WHERE name = 'by_workload'");
    struct journal *j = open_it(0);
    assert_true(journal_mended(j));
    assert_int_equal(journal_lost(j), 0);
    assert_int_equal(replay(j).n, 5);
    journal_close(j);
    assert_true(there_is("journal.db.bad-1"));
    j = open_it(0);
    assert_false(journal_mended(j));
    journal_close(j);
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
    end_is_forgotten();
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(damaged_row_is_named_and_kept, set_up),
        cmocka_unit_test_setup(every_column_is_protected, set_up),
        cmocka_unit_test_setup(damage_is_kept_where_no_links_are, set_up),
        cmocka_unit_test_setup(lost_counters_are_one_loss, set_up),
        cmocka_unit_test_setup(lost_counters_hide_no_other_loss, set_up),
        cmocka_unit_test_setup(file_that_is_none_is_refused, set_up),
        cmocka_unit_test_setup(truncated_file_is_noticed, set_up),
        cmocka_unit_test_setup(missing_tail_is_noticed, set_up),
        cmocka_unit_test_setup(older_copy_gets_a_new_incarnation, set_up),
        cmocka_unit_test_setup(other_version_is_left_alone, set_up),
        cmocka_unit_test_setup(damaged_page_loses_only_its_rows, set_up),
        cmocka_unit_test_setup(each_row_is_salvaged_once, set_up),
        cmocka_unit_test_setup(damage_without_a_loss_is_mended, set_up),
        cmocka_unit_test_setup(salvage_goes_on_after_a_crash, set_up),
    };
    if (mkdtemp(dir) == NULL)
        return 1;
    int rc = cmocka_run_group_tests_name("journal_damage", tests, NULL, NULL);
    clean();
    (void)rmdir(dir);
    return rc;
}
