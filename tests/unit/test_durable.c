/* SPDX-License-Identifier: MPL-2.0 */
/* What is told to be on the disk has been synced before, and names of files
 * too: the calls for it are caught here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/journal_db.h"
#include "agent/statedir.h"

#define SEEN __attribute__((visibility("default")))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static bool holds;          /* who syncs has to wait */
static unsigned waiting;    /* and does */
static char calls[64];      /* 'f' file synced, 'd' directory, 'r' renamed */
static char dir[] = "/tmp/lb-durable-XXXXXX";

static void
note(char what)
{
    const size_t len = strlen(calls);

    if (len + 1 < sizeof calls) {
        calls[len] = what;
        calls[len + 1] = '\0';
    }
}

static void
sync_called(int fd)
{
    struct stat s;

    pthread_mutex_lock(&lock);
    note(fstat(fd, &s) == 0 && S_ISDIR(s.st_mode) ? 'd' : 'f');
    waiting++;
    pthread_cond_broadcast(&turn);
    while (holds)
        pthread_cond_wait(&turn, &lock);
    waiting--;
    pthread_mutex_unlock(&lock);
}

SEEN int fsync(int fd);
SEEN int
fsync(int fd)
{
    sync_called(fd);
    return (int)syscall(SYS_fsync, fd);
}

SEEN int fdatasync(int fd);
SEEN int
fdatasync(int fd)
{
    sync_called(fd);
    return (int)syscall(SYS_fdatasync, fd);
}

SEEN int rename(const char *from, const char *to);
SEEN int
rename(const char *from, const char *to)
{
    pthread_mutex_lock(&lock);
    note('r');
    pthread_mutex_unlock(&lock);
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

static void
let_go(bool on)
{
    pthread_mutex_lock(&lock);
    holds = !on;
    pthread_cond_broadcast(&turn);
    pthread_mutex_unlock(&lock);
}

static void
nothing_is_told_before_it_is_synced(void **state)
{
    (void)state;
    const struct journal_options o = { dir, 0 };
    char err[JOURNAL_ERROR] = "";
    struct journal *j = journal_open(&o, err);

    assert_non_null(j);
    assert_int_equal(journal_start(j), 0);
    let_go(false);
    assert_int_equal(journal_put(j, 1, 7, span_str("a")), 1);
    journal_commit(j, true);
    struct pollfd p = { .fd = journal_fd(j), .events = POLLIN };
    bool told = false, syncs = false;
    /* Either a sync begins, or it is told without one; within a minute. */
    for (int i = 0; i < 600 && !told && !syncs; i++) {
        told = poll(&p, 1, 100) == 1 && journal_read(j).durable > 0;
        pthread_mutex_lock(&lock);
        syncs = waiting > 0;
        pthread_mutex_unlock(&lock);
    }
    told = told || journal_read(j).durable > 0;
    let_go(true);
    assert_true(syncs);
    assert_false(told);
    while (journal_read(j).durable < 1)
        assert_int_equal(poll(&p, 1, 60 * 1000), 1);
    journal_close(j);
}

static void
names_of_files_are_synced_after_them(void **state)
{
    (void)state;

    calls[0] = '\0';
    assert_int_equal(statedir_write(dir, "id", "abc\n", 0640), 0);
    assert_string_equal(calls, "frd");
}

static void
salvaged_journal_has_its_name_on_disk(void **state)
{
    (void)state;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/journal.db.new", dir);
    const int fd = open(path, O_WRONLY | O_CREAT, 0640);
    assert_true(fd >= 0);
    close(fd);
    calls[0] = '\0';
    assert_int_equal(db_finish_salvage(dir), 0);
    assert_string_equal(calls, "rd");
}

static int
make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL;
}

static int
drop_dir(void **state)
{
    (void)state;
    char command[PATH_MAX];

    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command); /* NOLINT(cert-env33-c): a name of ours */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_before_it_is_synced),
        cmocka_unit_test(names_of_files_are_synced_after_them),
        cmocka_unit_test(salvaged_journal_has_its_name_on_disk)
    };
    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
