/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/files_parts.h"
#include "proto/limits.h"

enum { K = 1024, M = K * K, HOUR_MS = 3600 * 1000 };

static char dir[64];
static int full_dir = -1;       /* its files have as many names as can be */

/* Instead of that of the C library. */
int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    int rc = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);

    if (rc == 0 && from_dir == full_dir) {
        unlinkat(to_dir, to, 0);
        errno = EMLINK;
        rc = -1;
    }
    return rc;
}

static int
set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/lb-files.XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    char command[96];

    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? 0 : -1;
}

static struct files *
open_files(uint64_t max)
{
    struct files *f = files_open(dir, max);

    assert_non_null(f);
    return f;
}

/* 0 or what went wrong. */
static int
put(struct files *f, const char *bytes, size_t n, bool own)
{
    struct digest d = digest_of(span_of(bytes, n));
    struct file_in *in;
    int rc = files_begin(f, &d, n, own, &in);

    if (rc != 0)
        return rc;
    size_t half = n / 2;
    assert_int_equal(file_in_add(in, span_of(bytes, half)), 0);
    assert_int_equal(file_in_received(in), half);
    assert_int_equal(file_in_add(in, span_of(bytes + half, n - half)), 0);
    rc = file_in_end(in);
    file_in_free(in);
    return rc != 0 ? rc : files_sync(f);
}

static struct digest
put_text(struct files *f, const char *text, bool own)
{
    assert_int_equal(put(f, text, strlen(text), own), 0);
    return digest_of(span_str(text));
}

static bool
has(struct files *f, const struct digest *d)
{
    uint64_t size;
    int fd = files_read(f, d, &size);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* A put file is as old as that now. */
static void
age(const struct digest *d, const char *in, long seconds)
{
    char path[160], name[DIGEST_TEXT];
    struct stat st;

    digest_print(d, name);
    snprintf(path, sizeof path, "%s/%s/%s", dir, in, name);
    assert_int_equal(stat(path, &st), 0);
    struct timespec t[2] = { st.st_mtim, st.st_mtim };
    t[0].tv_sec -= seconds;
    t[1].tv_sec -= seconds;
    assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void
what_was_put_is_read_also_after_a_start(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest a = put_text(f, "alpha", true);
    struct digest empty = put_text(f, "", true);
    struct digest none = digest_of(span_str("none"));
    char text[8] = "";
    uint64_t size = 0;

    assert_int_equal(files_used(f), 8 * K);
    assert_false(has(f, &none));
    assert_false(files_touch(f, &none));
    files_free(f);
    f = open_files(M);
    assert_int_equal(files_used(f), 8 * K);
    assert_true(has(f, &empty));
    int fd = files_read(f, &a, &size);
    assert_true(fd >= 0);
    assert_int_equal(size, 5);
    assert_int_equal(read(fd, text, sizeof text), 5);
    assert_string_equal(text, "alpha");
    close(fd);
    files_free(f);
    files_free(NULL);
}

static void
other_bytes_than_the_hash_says_are_not_taken(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest d = digest_of(span_str("alpha"));
    struct file_in *in;

    assert_int_equal(files_begin(f, &d, 5, true, &in), 0);
    assert_int_equal(file_in_add(in, span_str("alphb")), 0);
    assert_int_equal(file_in_end(in), -EBADMSG);
    file_in_free(in);
    assert_int_equal(files_begin(f, &d, 5, true, &in), 0);
    assert_int_equal(file_in_add(in, span_str("alph")), 0);
    assert_int_equal(file_in_add(in, span_str("ab")), -EMSGSIZE);
    assert_int_equal(file_in_end(in), -EBADMSG);
    assert_false(has(f, &d));
    file_in_free(in);
    assert_int_equal(files_used(f), 0);
    files_free(f);
}

static void
the_same_twice_takes_its_room_once(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest d = put_text(f, "alpha", true);

    put_text(f, "alpha", true);
    assert_true(has(f, &d));
    assert_int_equal(files_used(f), 4 * K);
    files_free(f);
}

static void
what_is_only_kept_for_a_while_makes_room(void **state)
{
    (void)state;
    struct files *f = open_files(16 * K);
    struct digest own = put_text(f, "own", true);
    struct digest a = put_text(f, "a", false), b = put_text(f, "b", false);
    struct digest c = put_text(f, "c", false);
    char large[16 * K + 1];

    age(&a, "cache", 30);
    age(&b, "cache", 20);
    age(&c, "cache", 10);
    assert_true(has(f, &a));    /* used: now the others go first */
    struct digest d = put_text(f, "d", true);
    assert_false(has(f, &b));
    assert_true(has(f, &a));
    assert_true(has(f, &own));
    assert_int_equal(put(f, large, sizeof large, true), -EFBIG);
    memset(large, 'x', sizeof large);
    assert_int_equal(put(f, large, 12 * K, true), -ENOBUFS);
    assert_true(has(f, &own));
    assert_true(has(f, &d));
    assert_false(has(f, &a));
    assert_int_equal(put(f, large, 8 * K, true), 0);
    assert_int_equal(put(f, "", 0, true), -ENOBUFS);
    files_set_max(f, 20 * K);
    assert_int_equal(put(f, "", 0, true), 0);
    files_free(f);
}

static void
what_comes_in_takes_its_room_at_once(void **state)
{
    (void)state;
    struct files *f = open_files(8 * K);
    struct digest d = digest_of(span_str("x"));
    struct file_in *in;

    assert_int_equal(files_begin(f, &d, 8 * K, true, &in), 0);
    assert_int_equal(put(f, "a", 1, true), -ENOBUFS);
    file_in_free(in);
    assert_int_equal(put(f, "a", 1, true), 0);
    file_in_free(NULL);
    files_free(f);
}

static void
what_is_awaited_takes_its_room_as_it_comes(void **state)
{
    (void)state;
    struct files *f = open_files(64 * K);
    static const char bytes[60 * K];
    struct digest d = digest_of(span_of(bytes, sizeof bytes));
    struct digest a = put_text(f, "a", false);
    struct file_in *in, *other;

    assert_int_equal(files_await(f, &d, 60 * K, false, &in), -EFBIG);
    assert_int_equal(files_await(f, &d, 60 * K, true, &in), 0);
    assert_int_equal(files_used(f), 8 * K);
    assert_int_equal(file_in_add(in, span_of(bytes, 40 * K)), 0);
    assert_int_equal(files_used(f), 44 * K);
    assert_true(has(f, &a));
    /* 64 - 8 for those who are not local, 40 are taken for good */
    assert_int_equal(files_await(f, &d, 17 * K, false, &other), -ENOBUFS);
    assert_int_equal(files_await(f, &d, 16 * K, false, &other), 0);
    assert_int_equal(file_in_add(other, span_of(bytes, 16 * K)), 0);
    assert_false(has(f, &a));
    assert_int_equal(file_in_add(in, span_of(bytes, 20 * K)), -ENOBUFS);
    file_in_free(other);
    assert_int_equal(file_in_add(in, span_of(bytes, 20 * K)), 0);
    assert_int_equal(file_in_end(in), 0);
    file_in_free(in);
    assert_int_equal(files_used(f), 60 * K);
    files_free(f);
}

/* The journal is beside: an almost full disk takes no files. */
static void
the_disk_keeps_a_reserve(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest a = put_text(f, "a", false);
    uint64_t reserve = f->reserve_bytes;

    assert_true(reserve > 0 && reserve <= 64 * M);
    f->reserve_bytes = UINT64_MAX / 2;
    assert_int_equal(put(f, "b", 1, true), -ENOSPC);
    assert_false(has(f, &a));
    assert_int_equal(files_used(f), 0);
    f->reserve_bytes = reserve;
    assert_int_equal(put(f, "b", 1, true), 0);
    assert_int_equal(f->owed_bytes, 0);
    files_free(f);
}

static void
a_start_forgets_what_was_kept_for_a_while(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest a = put_text(f, "a", false), b = put_text(f, "b", false);

    assert_true(has(f, &a));
    assert_true(files_touch(f, &b));    /* one of its own now */
    assert_int_equal(files_used(f), 8 * K);
    files_free(f);
    f = open_files(M);
    assert_false(has(f, &a));
    assert_true(has(f, &b));
    assert_int_equal(files_used(f), 4 * K);
    files_free(f);
}

static void
a_sweep_drops_what_nothing_names(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest named = put_text(f, "named", true);
    struct digest loose = put_text(f, "loose", true);
    struct digest young = put_text(f, "young", true);
    struct digest touched = put_text(f, "touched", true);
    assert_int_equal(put(f, (const char *)named.byte, DIGEST_BYTES, true), 0);
    struct digest manifest = digest_of(span_of(named.byte, DIGEST_BYTES));
    struct files_live live = { .manifest = &manifest, .n_manifests = 1 };
    const struct files_live nothing = { .n_manifests = 0 };

    age(&named, "own", 3601);
    age(&loose, "own", 3601);
    age(&touched, "own", 3601);
    age(&young, "own", 3500);
    age(&manifest, "own", 3601);
    assert_true(files_touch(f, &touched));
    assert_int_equal(files_sweep(f, &live, HOUR_MS), 1);
    assert_false(has(f, &loose));
    assert_true(has(f, &named) && has(f, &manifest));
    assert_true(has(f, &young) && has(f, &touched));
    assert_int_equal(files_used(f), 16 * K);
    assert_int_equal(files_sweep(f, &nothing, HOUR_MS), 2);
    assert_true(has(f, &young) && has(f, &touched));
    assert_int_equal(files_sweep(f, &nothing, 0), 2);
    assert_int_equal(files_used(f), 0);
    files_free(f);
}

/* Steps of the clock on the wall are of no account. */
static void
a_start_touches_all_that_is_there(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest old = put_text(f, "old", true);
    struct digest early = put_text(f, "early", true);
    struct digest back = put_text(f, "back", true);
    const struct files_live nothing = { .n_manifests = 0 };

    assert_int_equal(files_keep(f, &back, 7), 0);
    files_free(f);
    age(&old, "own", 40000000);
    age(&early, "own", -2000000000);
    f = open_files(M);
    assert_int_equal(files_sweep(f, &nothing, HOUR_MS), 0);
    age(&old, "own", 3500);
    age(&early, "own", 3601);
    assert_int_equal(files_sweep(f, &nothing, HOUR_MS), 1);
    assert_false(has(f, &early));
    assert_true(has(f, &old) && has(f, &back));
    assert_int_equal(files_sweep(f, &nothing, 0), 2);
    files_free(f);
}

static void
what_came_back_stays_with_its_workload(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest both = put_text(f, "both", true);
    struct digest one = put_text(f, "one", true);
    struct digest none = digest_of(span_str("none"));
    uint32_t numbers[] = { 7, 12 };
    struct files_live live = { .number = numbers, .n_numbers = 2 };

    assert_int_equal(files_keep(f, &both, 7), 0);
    assert_int_equal(files_keep(f, &both, 7), 0);
    assert_int_equal(files_keep(f, &both, 12), 0);
    assert_int_equal(files_keep(f, &one, 12), 0);
    assert_int_equal(files_keep(f, &none, 12), -ENOENT);
    assert_int_equal(put(f, "one", 3, true), 0);
    files_forget(f, &one);  /* and once more */
    assert_false(has(f, &one));
    assert_int_equal(put(f, "one", 3, true), 0);
    assert_int_equal(files_keep(f, &one, 12), 0);
    assert_int_equal(files_sweep(f, &live, 0), 0);
    assert_true(has(f, &one));
    live.n_numbers = 1;
    assert_int_equal(files_sweep(f, &live, HOUR_MS), 0);
    assert_int_equal(files_sweep(f, &live, 0), 1);
    assert_true(has(f, &both));
    assert_false(has(f, &one));
    live.n_numbers = 0;
    assert_int_equal(files_sweep(f, &live, 0), 1);
    assert_int_equal(files_used(f), 0);
    files_free(f);
}

/* As of an empty file that jobs of 65,000 workloads return. */
static void
what_can_have_no_more_names_is_kept(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest a = put_text(f, "alpha", true);
    struct digest b = put_text(f, "beta", true);
    uint32_t numbers[] = { 7, 12 };
    struct files_live live = { .number = numbers, .n_numbers = 2 };

    assert_int_equal(files_keep(f, &a, 7), 0);
    full_dir = f->dir[FILES_OWN];
    assert_int_equal(files_keep(f, &a, 12), 0);
    assert_int_equal(files_keep(f, &a, 12), 0);     /* the same again */
    full_dir = -1;
    assert_int_equal(files_keep(f, &b, 12), 0);
    assert_int_equal(files_sweep(f, &live, 0), 0);
    live.number = &numbers[1];
    live.n_numbers = 1;
    assert_int_equal(files_sweep(f, &live, HOUR_MS), 0);
    assert_int_equal(files_sweep(f, &live, 0), 0);  /* 7 is gone */
    assert_true(has(f, &a) && has(f, &b));
    files_free(f);
    f = open_files(M);
    assert_int_equal(files_sweep(f, &live, 0), 0);
    assert_int_equal(files_keep(f, &a, 12), 0);     /* there is room again */
    assert_int_equal(files_sweep(f, &live, 0), 0);
    live.n_numbers = 0;
    assert_int_equal(files_sweep(f, &live, 0), 2);
    assert_int_equal(files_used(f), 0);
    files_free(f);
}

static void
a_manifest_that_is_not_whole_names_what_it_can(void **state)
{
    (void)state;
    struct files *f = open_files(M);
    struct digest a = put_text(f, "a", true);
    char odd[DIGEST_BYTES + 5] = "";
    memcpy(odd, a.byte, DIGEST_BYTES);
    assert_int_equal(put(f, odd, sizeof odd, true), 0);
    struct digest manifest[2] = { digest_of(span_of(odd, sizeof odd)),
                                  digest_of(span_str("not here")) };
    const struct files_live live = { .manifest = manifest, .n_manifests = 2 };

    assert_int_equal(files_sweep(f, &live, 0), 0);
    assert_true(has(f, &a));
    files_free(f);
}

/* Any file can be named as one: its size decides, before a byte is read. */
static void
a_manifest_that_is_too_large_names_nothing(void **state)
{
    (void)state;
    struct files *f = open_files(1024 * (uint64_t)M);
    struct digest a = put_text(f, "a", true);
    struct digest large = put_text(f, "large", true);
    struct digest lists[] = { large, large };
    const struct files_live live = { .manifest = lists, .n_manifests = 2 };
    char path[160], name[DIGEST_TEXT];

    digest_print(&large, name);
    snprintf(path, sizeof path, "%s/own/%s", dir, name);
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, a.byte, DIGEST_BYTES), DIGEST_BYTES);
    assert_int_equal(ftruncate(fd, (off_t)DIGEST_BYTES *
                                       (FILES_NEEDED_MAX + 1)), 0);
    close(fd);
    assert_int_equal(files_sweep(f, &live, 0), 1);
    assert_false(has(f, &a));
    assert_true(has(f, &large));
    files_free(f);
}

static void
no_directory_is_no_store(void **state)
{
    (void)state;
    assert_null(files_open("/proc/lb-files", M));
    assert_int_not_equal(errno, 0);
}

#define FILES_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILES_TEST(what_was_put_is_read_also_after_a_start),
        FILES_TEST(other_bytes_than_the_hash_says_are_not_taken),
        FILES_TEST(the_same_twice_takes_its_room_once),
        FILES_TEST(what_is_only_kept_for_a_while_makes_room),
        FILES_TEST(what_comes_in_takes_its_room_at_once),
        FILES_TEST(what_is_awaited_takes_its_room_as_it_comes),
        FILES_TEST(the_disk_keeps_a_reserve),
        FILES_TEST(a_start_forgets_what_was_kept_for_a_while),
        FILES_TEST(a_sweep_drops_what_nothing_names),
        FILES_TEST(a_start_touches_all_that_is_there),
        FILES_TEST(what_came_back_stays_with_its_workload),
        FILES_TEST(what_can_have_no_more_names_is_kept),
        FILES_TEST(a_manifest_that_is_not_whole_names_what_it_can),
        FILES_TEST(a_manifest_that_is_too_large_names_nothing),
        cmocka_unit_test(no_directory_is_no_store),
    };
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
