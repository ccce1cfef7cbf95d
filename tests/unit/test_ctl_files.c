/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/carry.h"
#include "ctl/files.h"

static char folder[] = "/tmp/lb-files-XXXXXX";

static int
begin(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
end(void **state)
{
    static const char *const made[] = { "a", "b", "same", "pipe", "big" };

    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        unlink(made[i]);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void
make(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void
a_file_is_known_by_its_content(void **state)
{
    struct ctl c = { .silent = true };
    struct files *f = files_new(true);
    char name[16];

    (void)state;
    make("a", "one");
    make("same", "one");
    make("b", "two");
    assert_int_equal(chmod("b", 0751), 0);
    struct digest a = files_get(&c, f, "a", "")->digest;
    struct digest same = files_get(&c, f, "same", "")->digest;
    const struct file *b = files_get(&c, f, "b", "");
    assert_int_equal(digest_compare(&a, &same), 0);
    assert_int_not_equal(digest_compare(&a, &b->digest), 0);
    assert_int_equal(b->stat.st_mode & 0777, 0751);
    assert_int_equal(b->stat.st_size, 3);
    /* Read once only: it is gone, and no matter. */
    assert_int_equal(unlink("a"), 0);
    assert_non_null(files_get(&c, f, "a", ""));
    assert_int_equal(c.status, 0);
    /* Many of them: each is found again. */
    make("big", "");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(link("big", name), 0);
        assert_non_null(files_get(&c, f, name, ""));
        unlink(name);
    }
    assert_string_equal(files_at(f, 1002)->path, "n999");
    assert_null(files_at(f, 1003));
    assert_non_null(files_get(&c, f, "n500", ""));
    files_free(f);
}

static void
what_cannot_be_read_is_refused(void **state)
{
    struct ctl c = { .silent = true };
    struct files *f = files_new(true);

    (void)state;
    assert_null(files_get(&c, f, "none", ""));
    assert_int_equal(c.status, EXIT_NOTFOUND);
    c.status = 0;
    assert_null(files_get(&c, f, ".", ""));
    assert_int_equal(c.status, EXIT_NOTFOUND);
    c.status = 0;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_null(files_get(&c, f, "pipe", ""));
    assert_int_equal(c.status, EXIT_NOTFOUND);
    files_free(f);
}

static void
a_file_that_changes_is_refused(void **state)
{
    struct ctl c = { .silent = true };
    struct files *f = files_new(true);

    (void)state;
    /* It has bytes, but no size: as one that grows meanwhile. */
    assert_null(files_get(&c, f, "/proc/self/status", ""));
    assert_int_equal(c.status, EXIT_LATER);
    c.status = 0;
    make("a", "one");
    const struct file *a = files_get(&c, f, "a", "");
    int fd = files_again(&c, a);
    assert_true(fd >= 0);
    close(fd);
    make("a", "three");
    assert_true(files_again(&c, a) < 0);
    assert_int_equal(c.status, EXIT_LATER);
    c.status = 0;
    assert_int_equal(unlink("a"), 0);
    assert_true(files_again(&c, a) < 0);
    assert_int_equal(c.status, EXIT_NOTFOUND);
    files_free(f);
}

/* The lines of a job, hashes cut out; NULL: refused. */
static const char *
lines_of(const struct carry_options *o, const char *const *value, size_t n)
{
    static char text[1024];
    struct ctl c = { .silent = true };
    struct files *f = files_new(false);
    struct carry *k = carry_new(&c, o, NULL, n);
    struct carry_job job = { .number = 7, .value = value, .n_values = n,
                             .files = f };
    struct buf lines = { 0 };
    int rc = k != NULL ? carry_job(&c, k, &job, &lines) : -1;

    text[0] = '\0';
    for (size_t i = 0; i < lines.len; i++) {
        bool hash = lines.len - i > 64 && lines.p[i + 64] == ':';
        i += hash ? 64 : 0;
        text_add(text, sizeof text, "%c", lines.p[i]);
    }
    buf_fini(&lines);
    carry_free(k);
    files_free(f);
    return rc == 0 ? text : NULL;
}

static void
words_become_files(void **state)
{
    static const char *put[] = { "{}", "same" }, *back[] = { "out/{.}.{#}" };
    static const char *const value[] = { "a", "b" };
    struct carry_options o = { .put = put, .n_put = 2, .back = back,
                               .n_back = 1 };

    (void)state;
    make("a", "12345");
    make("b", "");
    make("same", "1");
    assert_int_equal(chmod("a", 0644) | chmod("b", 0755) | chmod("same", 0600),
                     0);
    assert_string_equal(lines_of(&o, value, 1),
                        "put=:0644:5:a :0600:1:same\nret=out/a.7\n");
    /* Several values are several files. */
    assert_string_equal(lines_of(&o, value, 2), "put=:0644:5:a :0755:0:b "
                        ":0600:1:same\nret=out/a b.7\n");
    /* Twice the same is once. */
    put[1] = "{}";
    assert_string_equal(lines_of(&o, value, 1),
                        "put=:0644:5:a\nret=out/a.7\n");
    /* Words without replacement strings get no values. */
    put[0] = put[1] = "same";
    back[0] = "x y";
    assert_string_equal(lines_of(&o, value, 2),
                        "put=:0600:1:same\nret=x\\sy\n");
}

static void
two_files_do_not_lie_at_one_place(void **state)
{
    static const char *put[] = { "a", NULL }, *back[] = { "x/y", NULL };
    struct carry_options o = { .put = put, .n_put = 2 };
    struct carry_options r = { .back = back, .n_back = 2 };

    (void)state;
    make("a", "12345");
    char *path = realpath("a", NULL);
    put[1] = path;
    assert_null(lines_of(&o, NULL, 0));
    put[0] = "b";
    make("b", "");
    assert_non_null(lines_of(&o, NULL, 0));
    free(path);
    back[1] = "x";
    assert_null(lines_of(&r, NULL, 0));
    back[1] = "x/y/z";
    assert_null(lines_of(&r, NULL, 0));
    back[1] = "x/yz";
    assert_non_null(lines_of(&r, NULL, 0));
    back[1] = "{%}";
    assert_null(lines_of(&r, NULL, 0));
    back[1] = "{2}";
    static const char *const value[] = { "v" };
    assert_null(lines_of(&r, value, 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_known_by_its_content),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(a_file_that_changes_is_refused),
        cmocka_unit_test(words_become_files),
        cmocka_unit_test(two_files_do_not_lie_at_one_place),
    };
    return cmocka_run_group_tests_name("ctl_files", tests, begin, end);
}
