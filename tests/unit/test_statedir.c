/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "agent/statedir.h"

static char dir[] = "/tmp/lb-statedir-XXXXXX";
static int write_error;     /* of pwrite, which does nothing else here */

__attribute__((visibility("default"))) ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at);
__attribute__((visibility("default"))) ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    (void)fd;
    (void)bytes;
    (void)at;
    errno = write_error;
    return write_error != 0 ? -1 : (ssize_t)n;
}

static const char *
path_of(const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void
place_that_cannot_be_read_is_no_new_place(void **state)
{
    (void)state;
    char err[STATEDIR_ERROR] = "";
    struct node_id id;

    assert_int_equal(statedir_id(dir, &id, err), 0);
    assert_int_equal(statedir_place(dir, false, err), 0);
    assert_int_equal(statedir_place(dir, false, err), 0);
    assert_int_equal(unlink(path_of("place")), 0);
    assert_int_equal(symlink("place", path_of("place")), 0);    /* ELOOP */
    assert_int_equal(statedir_place(dir, false, err), -1);
    assert_non_null(strstr(err, path_of("place")));
    assert_non_null(strstr(err, "--accept-copy"));
    assert_int_equal(statedir_place(dir, true, err), 0);
    assert_int_equal(statedir_place(dir, false, err), 0);
}

static void
full_disk_keeps_nobody_from_locking(void **state)
{
    (void)state;
    static const int full[] = { ENOSPC, EDQUOT };
    char err[STATEDIR_ERROR] = "";

    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        write_error = full[i];
        const int fd = statedir_lock(dir, err);
        assert_true(fd >= 0);
        assert_int_equal(statedir_lock(dir, err), -1);
        assert_non_null(strstr(err, "is in use by process (unknown)"));
        close(fd);
    }
    write_error = EIO;
    assert_int_equal(statedir_lock(dir, err), -1);
    assert_non_null(strstr(err, path_of("lock")));
    write_error = 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_that_cannot_be_read_is_no_new_place),
        cmocka_unit_test(full_disk_keeps_nobody_from_locking),
    };
    if (mkdtemp(dir) == NULL)
        return 1;
    int rc = cmocka_run_group_tests_name("statedir", tests, NULL, NULL);
    for (const char *const *name = (const char *const[]){ "id", "place",
             "lock", NULL }; *name != NULL; name++)
        (void)unlink(path_of(*name));
    (void)rmdir(dir);
    return rc;
}
