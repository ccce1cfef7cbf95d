/* SPDX-License-Identifier: MPL-2.0 */
#include <fcntl.h>

#include "tests/unit/journal_scene.h"

static void
gives_back_what_was_put_in_order(void **state)
{
    (void)state;
    const uint64_t now = (uint64_t)time(NULL);
    struct journal *j = open_it(0);

    /* The first one too: it may be of an id that is known. */
    uint64_t first = journal_incarnation(j);
    assert_in_range(first, now, UINT32_MAX);
    assert_int_equal(journal_start(j), 0);
    assert_int_equal(journal_put(j, 1, 7, span_str("a")), 1);
    assert_int_equal(journal_put(j, 2, 7, span_str("")), 2);
    assert_int_equal(journal_put(j, 3, 8, span_str("ccc")), 3);
    assert_int_equal(wait_durable(j, 3, JOURNAL_OK).state, JOURNAL_OK);
    assert_int_equal(journal_backlog(j).n, 0);
    assert_int_equal(journal_backlog(j).bytes, 0);
    journal_close(j);
    j = open_it(0);
    assert_true(journal_incarnation(j) > first);
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
    assert_in_range(journal_incarnation(j), 4, UINT32_MAX);
    journal_close(j);
}

/* A tmpfs, where that may be mounted. */
static bool
small_disk(const char *options)
{
    return geteuid() == 0 && mount("tmpfs", dir, "tmpfs", 0, options) == 0;
}

/* All the room that is left. */
static void
take_room(char path[PATH_MAX])
{
    static char part[4096];

    (void)snprintf(path, PATH_MAX, "%s/others", dir);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, part, sizeof part) > 0)
        ;
    close(fd);
}

static bool
has_ballast(void)
{
    char path[PATH_MAX];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/journal.db-ballast", dir);
    return stat(path, &st) == 0 && st.st_blocks * 512 >= 1024 * 1024;
}

static struct journal_news
await_room(struct journal *j)
{
    struct journal_news news;

    do
        news = await_durable(j, UINT64_MAX, JOURNAL_FULL);
    while (news.state == JOURNAL_FULL);
    return news;
}

static void
full_disk_is_told_and_retried(void **state)
{
    (void)state;
    static char big[64 * 1024];
    char path[PATH_MAX];

    if (!small_disk("size=3m,mode=0700"))
        return;
    struct journal *j = open_it(0);
    assert_true(has_ballast());
    assert_int_equal(journal_start(j), 0);
    uint64_t n = 0;
    struct journal_news news = { .state = JOURNAL_OK };
    for (; n < 64 && news.state == JOURNAL_OK; n++) {
        (void)journal_put(j, 1, 1, span_of(big, sizeof big));
        news = wait_durable(j, n + 1, JOURNAL_OK);
    }
    assert_int_equal(news.state, JOURNAL_FULL);
    assert_false(has_ballast());
    assert_true(news.durable == n);     /* what was under way is saved */
    take_room(path);
    for (int i = 0; i < 32; i++, n++)
        (void)journal_put(j, 1, 1, span_of(big, sizeof big));
    journal_commit(j, true);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mount("tmpfs", dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    assert_int_equal(await_room(j).state, JOURNAL_OK);
    assert_int_equal(await_durable(j, n, JOURNAL_OK).durable, n);
    assert_true(has_ballast());
    journal_close(j);
    j = open_it(0);
    journal_close(j);
    assert_int_equal(umount(dir), 0);
}

/* Results, and that workloads go, are saved on a disk that stays full. */
static void
full_disk_leaves_room_for_results(void **state)
{
    (void)state;
    char path[PATH_MAX];
    uint64_t n = 0;

    if (!small_disk("size=3m,mode=0700"))
        return;
    struct journal *j = open_it(0);
    take_room(path);
    assert_int_equal(journal_start(j), 0);
    for (; n < 50; n++) {
        struct journal_news news;
        put_text(j, 2, 1, "a result");
        journal_commit(j, true);
        do
            news = await_durable(j, n + 1, JOURNAL_FULL);
        while (news.durable < n + 1);
    }
    assert_false(has_ballast());
    assert_int_equal(unlink(path), 0);
    assert_int_equal(await_room(j).state, JOURNAL_OK);
    assert_true(has_ballast());
    journal_close(j);
    assert_int_equal(umount(dir), 0);
}

static void
starts_on_a_full_disk_by_its_ballast(void **state)
{
    (void)state;
    char path[PATH_MAX];

    if (!small_disk("size=3m,mode=0700"))
        return;
    fill(3);
    take_room(path);
    struct journal *j = open_it(0);
    assert_int_equal(replay(j).n, 3);
    assert_int_equal(journal_start(j), 0);
    assert_int_equal(await_durable(j, 1, JOURNAL_OK).state, JOURNAL_FULL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(await_room(j).state, JOURNAL_OK);
    journal_close(j);
    assert_int_equal(umount(dir), 0);
}

static void
start_on_a_full_disk_says_what_to_do(void **state)
{
    (void)state;
    char path[PATH_MAX];

    if (!small_disk("size=1m,mode=0700"))   /* too small for the ballast */
        return;
    fill(3);
    take_room(path);
    refused(0, "make room there, 1 MiB at least, and start again");
    assert_int_equal(unlink(path), 0);
    struct journal *j = open_it(0);
    assert_int_equal(replay(j).n, 3);
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
        cmocka_unit_test_setup(full_disk_is_told_and_retried, set_up),
        cmocka_unit_test_setup(full_disk_leaves_room_for_results, set_up),
        cmocka_unit_test_setup(starts_on_a_full_disk_by_its_ballast, set_up),
        cmocka_unit_test_setup(start_on_a_full_disk_says_what_to_do, set_up),
    };
    if (mkdtemp(dir) == NULL)
        return 1;
    int rc = cmocka_run_group_tests_name("journal", tests, NULL, NULL);
    clean();
    (void)rmdir(dir);
    return rc;
}
