/* SPDX-License-Identifier: MPL-2.0 */
/* What a node says came back is not believed: without a connection, files of
 * no bytes can be had, and others are refused before one is asked for. */
#include "tests/unit/client_node.h"

#include <sys/stat.h>

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

/* Instead of that of the C library: which file was there by its name when
 * something went to disk. */
static char synced[8];
static size_t n_synced;
static const char *watched;

int fsync(int fd);
int
fsync(int fd)
{
    (void)fd;
    if (watched != NULL && n_synced < sizeof synced)
        synced[n_synced++] = access(watched, F_OK) == 0 ? 'n' : '-';
    return 0;
}

/* Status of the download of one file through `lb`; `bytes` are what it is said
 * to be the hash of. */
static int
status_by(struct lb *lb, const char *path, const char *wanted,
          const char *bytes)
{
    struct ctl c = { .silent = true };
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
    return c.status;
}

static int
status_of(const char *path, const char *wanted, const char *bytes)
{
    struct lb *lb = lb_new(NULL);
    int status = status_by(lb, path, wanted, bytes);

    lb_free(lb);
    return status;
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

static void
what_is_larger_than_said_is_not_taken(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);

    put(n, &n->bytes, 3);
    put(n, &n->total, 3);
    put(n, &n->busy, 2);        /* it is asked again */
    assert_int_equal(status_by(lb, "a", NULL, "xxx"), 0);
    assert_int_equal(look(n)->busy, 0);
    assert_int_equal(unlink("here/a"), 0);
    put(n, &n->total, 4);
    assert_int_equal(status_by(lb, "a", NULL, "xxx"), EXIT_INTERNAL);
    put(n, &n->total, 2);
    assert_int_equal(status_by(lb, "a", NULL, "xx"), EXIT_INTERNAL);
    put(n, &n->bytes, 2);
    assert_int_equal(status_by(lb, "a", NULL, "xx"), 0);
    assert_int_equal(unlink("here/a"), 0);
    assert_int_equal(rmdir("here"), 0);     /* nothing else was left there */
    lb_free(lb);
}

/* Its bytes before it has its name, and then that. */
static void
what_is_said_to_be_here_is_on_disk(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);

    put(n, &n->bytes, 1);
    put(n, &n->total, 1);
    watched = "here/a/b";
    assert_int_equal(status_by(lb, "a/b", NULL, "x"), 0);
    watched = NULL;
    /* Two new folders, the file, its name. */
    assert_int_equal(n_synced, 4);
    assert_memory_equal(synced, "---n", 4);
    lb_free(lb);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_for_is_written),
        cmocka_unit_test(nothing_else_is_written),
        cmocka_unit_test_setup_teardown(what_is_larger_than_said_is_not_taken,
                                        start, stop),
        cmocka_unit_test_setup_teardown(what_is_said_to_be_here_is_on_disk,
                                        start, stop),
    };
    return cmocka_run_group_tests_name("ctl_download", tests, begin, end);
}
