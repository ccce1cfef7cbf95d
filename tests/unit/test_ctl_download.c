/* SPDX-License-Identifier: MPL-2.0 */
/* What a node says came back is not believed: without a connection, files of
 * no bytes can be had, and others are refused before one is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "ctl/download.h"
#include "kinds/command_file.h"

static char folder[] = "/tmp/lb-download-XXXXXX";

static int
begin(void **state)
{
    (void)state;
    umask(022);
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    unlink("here/a/b");
    rmdir("here/a");
    rmdir("here");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

/* Status of the download of one file of no bytes; `bytes` are what it is said
 * to be the hash of. */
static int
status_of(const char *path, const char *wanted, const char *bytes)
{
    struct ctl c = { .silent = true };
    struct lb *lb = lb_new(NULL);
    struct followed f = { .name = "alpha-12", .lb = lb,
                          .kind = &kind_command };
    struct digest d = digest_of(span_str(bytes));
    char hash[DIGEST_TEXT];
    struct buf words = { 0 }, value = { 0 };

    digest_print(&d, hash);
    const struct command_file file = { .hash = hash, .mode = 0751,
                                       .size = strlen(bytes), .path = path };
    command_file_put(&words, 0, &file);
    const struct command_result cmd = { .files = buf_span(&words) };
    command_result_encode(&cmd, &value);
    const struct lb_result r = { .index = 3, .outcome = LB_JOB_DONE,
                                 .node = "beta", .error = "",
                                 .value = value.p, .value_len = value.len };
    int rc = download(&c, &f, &r, "here", wanted != NULL ? span_str(wanted)
                                                 : span_of(NULL, 0));
    assert_int_equal(rc, c.status == 0 ? 0 : -1);
    buf_fini(&words);
    buf_fini(&value);
    lb_free(lb);
    return c.status;
}

static void
what_was_asked_for_is_written(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(mkdir("here", 0777), 0);
    assert_int_equal(status_of("a/b", "x a/b y", ""), 0);
    assert_int_equal(stat("here/a/b", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0751);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(unlink("here/a/b"), 0);
    assert_int_equal(status_of("a/b", NULL, ""), 0);
    assert_int_equal(unlink("here/a/b"), 0);
    /* Its bytes cannot be had: nothing is left of it. */
    assert_int_equal(status_of("a/b", NULL, "x"), EXIT_UNREACHABLE);
    assert_int_equal(rmdir("here/a"), 0);
}

static void
nothing_else_is_written(void **state)
{
    (void)state;
    assert_int_equal(status_of("b", "a", ""), EXIT_INTERNAL);
    assert_int_equal(status_of("a", "aa a/a", ""), EXIT_INTERNAL);
    assert_int_equal(status_of("../x", NULL, ""), EXIT_INTERNAL);
    assert_int_equal(status_of("/tmp/x", NULL, ""), EXIT_INTERNAL);
    assert_int_equal(status_of("a/../../x", "a/../../x", ""), EXIT_INTERNAL);
    assert_int_equal(rmdir("here"), 0);     /* empty */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_for_is_written),
        cmocka_unit_test(nothing_else_is_written),
    };
    return cmocka_run_group_tests_name("ctl_download", tests, begin, end);
}
