/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/kind_file_help.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <zlib.h>

static void
plans_hold_real_path_size_time_and_print(void **state)
{
    struct place *at = *state;
    char text[512], err[KIND_ERROR_MAX];
    struct timeval when[2] = { { 1000000000, 123456 },
                               { 1000000000, 123456 } };
    uint8_t bytes[10000];
    digits(bytes, sizeof bytes);
    write_file("nums.txt", bytes, sizeof bytes);
    assert_int_equal(utimes("nums.txt", when), 0);
    assert_int_equal(symlink("nums.txt", "link"), 0);
    uLong crc = crc32_z(0, bytes, 4096);
    crc = crc32_z(crc, bytes + sizeof bytes - 4096, 4096);
    struct plan p = plan_of("digitsum", WORDS("./link", "chunk=3K"));
    snprintf(text, sizeof text, "file=%s\nchunk=3072\nother=fail\nsize=10000\n"
             "mtime=1000000000123456000\nprint=%08lx\n", at->path, crc);
    assert_span(buf_span(&p.shared), text);
    assert_int_equal(p.n_jobs, 4);
    assert_int_equal(p.cost, UINT64_C(3072000000));
    assert_null(p.args);

    /* described, it parses to itself, although the file is gone */
    unlink("nums.txt");
    struct buf again = { 0 };
    uint64_t cost;
    const struct kind *k = kind_find("digitsum");
    assert_int_equal(k->parse(k, buf_span(&p.shared), &again, &cost, err), 0);
    assert_true(span_equal(buf_span(&again), buf_span(&p.shared)));
    assert_int_equal(cost, p.cost);
    buf_fini(&again);
    plan_fini(&p);
    unlink("link");
}

static void
refuses_what_is_no_readable_file(void **state)
{
    (void)state;
    struct plan p;
    char err[KIND_ERROR_MAX];
    assert_int_equal(mkfifo("pipe", 0600), 0);
    write_file("other", "1", 1);
    write_file("a\nb", "1", 1);
    assert_int_equal(symlink("a\nb", "link"), 0);
    static const struct {
        const char *word, *text;
    } rows[] = {
        { "file=none.txt", "none.txt: no such file" },
        { "none.txt", "none.txt: no such file" },
        { "file=/etc", "/etc: is a directory" },
        { "file=pipe", "pipe: not a regular file" },
        { "file=/dev/null", "/dev/null: not a regular file" },
        { "file=other/x", "other/x: Not a directory" },
        { "file=link",
          "link: a line break in the name of a file is not supported" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(plan_words("digitsum", WORDS(rows[i].word), &p, err),
                         -ENOENT);
        assert_string_equal(err, rows[i].text);
        assert_int_equal(plan_words("crc32", WORDS(rows[i].word), &p, err),
                         -ENOENT);
        assert_string_equal(err, rows[i].text);
    }
    unlink("link");
    unlink("pipe");
    unlink("a\nb");

    /* root may read everything: be somebody else for this */
    bool root = geteuid() == 0;
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod("other", root ? 0600 : 0), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(plan_words("digitsum", WORDS("other"), &p, err), -ENOENT);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_string_equal(err, "other: permission denied");
    unlink("other");
}

static void
refuses_more_jobs_than_a_workload_has(void **state)
{
    (void)state;
    struct plan p;
    char err[KIND_ERROR_MAX];
    write_file("nums.txt", "", 0);
    assert_int_equal(truncate("nums.txt", 10000001), 0);
    assert_int_equal(plan_words("digitsum", WORDS("nums.txt", "chunk=1"), &p,
                                err), -EINVAL);
    assert_string_equal(err, "digitsum: chunk: 1 makes 10000001 jobs, at most "
                        "10000000; use a larger chunk");
    assert_int_equal(truncate("nums.txt", 10000000), 0);
    assert_int_equal(plan_words("digitsum", WORDS("nums.txt", "chunk=1"), &p,
                                err), 0);
    plan_fini(&p);
}

static void
sees_that_the_file_changed(void **state)
{
    struct place *at = *state;
    char text[KIND_ERROR_MAX], must[KIND_ERROR_MAX];
    struct timeval when[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    uint8_t bytes[20000];
    snprintf(must, sizeof must, "%s changed since it was submitted", at->path);
    for (size_t kept = 0; kept < 2; kept++) {
        struct worker w = worker_new();
        struct kind_keep keep = { 0 };
        w.c.keep = kept == 0 ? NULL : &keep;
        digits(bytes, sizeof bytes);
        write_file("nums.txt", bytes, sizeof bytes);
        assert_int_equal(utimes("nums.txt", when), 0);
        struct plan p = plan_of("digitsum", WORDS("nums.txt", "chunk=10000"));
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), 0);

        assert_int_equal(truncate("nums.txt", 19999), 0); /* size */
        assert_int_equal(utimes("nums.txt", when), 0);
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), -ESTALE);
        assert_string_equal(text, must);

        write_file("other", bytes, sizeof bytes); /* time */
        assert_int_equal(rename("other", "nums.txt"), 0);
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), -ESTALE);
        assert_string_equal(text, must);

        bytes[3] ^= 1; /* content, its start and its end */
        write_file("other", bytes, sizeof bytes);
        assert_int_equal(utimes("other", when), 0);
        assert_int_equal(rename("other", "nums.txt"), 0);
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), -ESTALE);
        assert_string_equal(text, must);
        bytes[3] ^= 1;
        bytes[sizeof bytes - 1] ^= 1;
        write_file("other", bytes, sizeof bytes);
        assert_int_equal(utimes("other", when), 0);
        assert_int_equal(rename("other", "nums.txt"), 0);
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), -ESTALE);
        assert_string_equal(text, must);

        bytes[sizeof bytes - 1] ^= 1; /* as it was: good again */
        write_file("other", bytes, sizeof bytes);
        assert_int_equal(utimes("other", when), 0);
        assert_int_equal(rename("other", "nums.txt"), 0);
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), 0);

        unlink("nums.txt"); /* gone */
        assert_int_equal(run_at("digitsum", &p, &w, 1, text), -ENOENT);
        assert_string_equal(text, must);
        plan_fini(&p);
        kind_keep_fini(&keep);
    }
}

/* Same size, time, start and end: only the path tells them apart. And same
 * time, start and end: only the size does. */
static void
tells_files_apart_that_look_alike(void **state)
{
    (void)state;
    struct timeval when[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    char text[KIND_ERROR_MAX];
    uint8_t bytes[20001];
    struct worker w = worker_new();
    struct kind_keep keep = { 0 };
    w.c.keep = &keep;
    memset(bytes, '1', sizeof bytes);
    write_file("nums.txt", bytes, 20000);
    bytes[10000] = '2';
    write_file("other", bytes, 20000);
    assert_int_equal(utimes("nums.txt", when), 0);
    assert_int_equal(utimes("other", when), 0);
    struct plan p = plan_of("digitsum", WORDS("nums.txt"));
    struct plan q = plan_of("digitsum", WORDS("other"));
    assert_int_equal(run_at("digitsum", &p, &w, 0, text), 0);
    assert_string_equal(text, "20000");
    assert_int_equal(run_at("digitsum", &q, &w, 0, text), 0);
    assert_string_equal(text, "20001");

    write_file("other", bytes, 20001);
    assert_int_equal(utimes("other", when), 0);
    assert_int_equal(run_at("digitsum", &q, &w, 0, text), -ESTALE);
    assert_int_equal(truncate("other", 19999), 0);
    assert_int_equal(utimes("other", when), 0);
    assert_int_equal(run_at("digitsum", &q, &w, 0, text), -ESTALE);
    plan_fini(&p);
    plan_fini(&q);
    kind_keep_fini(&keep);
}

static void
opens_only_below_its_roots(void **state)
{
    struct place *at = *state;
    char text[KIND_ERROR_MAX], sub[80], half[80];
    snprintf(sub, sizeof sub, "%s/sub/", at->dir);
    snprintf(half, sizeof half, "%s/su", at->dir);
    const char *const root[] = { "/", NULL }, *const here[] = { at->dir, NULL };
    const char *const both[] = { "/nowhere", sub, NULL };
    const char *const wrong[] = { "/nowhere", half, NULL };
    const char *const none[] = { NULL };
    const struct {
        const char *const *roots, *const *denied;
        int rc;
    } rows[] = {
        { NULL, NULL, 0 },       { root, NULL, 0 },     { here, NULL, 0 },
        { both, NULL, 0 },       { wrong, NULL, -ENOENT },
        { none, NULL, -ENOENT }, { here, wrong, 0 },    { root, both, -ENOENT },
        { NULL, both, -ENOENT }, { NULL, root, -ENOENT },
    };
    struct kind_keep keep = { 0 };
    assert_int_equal(mkdir("sub", 0700), 0);
    write_file("sub/nums.txt", "123", 3);
    struct plan p = plan_of("digitsum", WORDS("sub/nums.txt"));
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct worker w = worker_new();
        struct buf args = { 0 };
        w.c.file_roots = rows[i / 2].roots;
        w.c.file_denied = rows[i / 2].denied;
        w.c.keep = i % 2 == 0 ? NULL : &keep; /* opened when it was allowed */
        assert_int_equal(run_at("digitsum", &p, &w, 0, text), rows[i / 2].rc);
        if (rows[i / 2].rc == 0)
            assert_string_equal(text, "6");
        else
            assert_non_null(strstr(text, "nums.txt: not below "
                                   "jobs.file_roots"));
        assert_int_equal(kind_ship_bytes(kind_find("digitsum"), &w.c,
                                         buf_span(&p.shared), 0, &args, text),
                         rows[i / 2].rc);
        buf_fini(&args);
    }
    /* a link that leads out of the roots is seen through */
    write_file("other", "123", 3);
    struct worker w = worker_new();
    w.c.file_roots = both;
    struct plan q = plan_of("digitsum", WORDS("other"));
    assert_int_equal(rename("other", "nums.txt"), 0);
    assert_int_equal(symlink("nums.txt", "other"), 0);
    assert_int_equal(run_at("digitsum", &q, &w, 0, text), -ENOENT);
    w.c.file_roots = here;
    assert_int_equal(run_at("digitsum", &q, &w, 0, text), 0);
    unlink("other");
    unlink("sub/nums.txt");
    rmdir("sub");
    plan_fini(&p);
    plan_fini(&q);
    kind_keep_fini(&keep);
}

static void
bytes_that_came_along_are_used(void **state)
{
    struct place *at = *state;
    uint8_t bytes[30001];
    char text[KIND_ERROR_MAX];
    struct worker w = worker_new();
    digits(bytes, sizeof bytes);
    bytes[7] = '\n';
    bytes[30000] = 'a';
    write_file("nums.txt", bytes, sizeof bytes);
    struct plan p = plan_of("digitsum", WORDS("nums.txt"));
    const struct kind *k = kind_find("digitsum");
    p.args = xcalloc(p.n_jobs, sizeof *p.args);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(kind_ship_bytes(k, NULL, buf_span(&p.shared), i,
                                         &p.args[i], text), 0);
    assert_int_equal(p.args[0].len, 5 + 30000);
    assert_memory_equal(p.args[0].p, "data=", 5);
    assert_memory_equal(p.args[0].p + 5, bytes, 30000);
    char sum[KIND_ERROR_MAX];
    struct buf own = p.args[0];
    p.args[0] = (struct buf){ 0 };
    assert_int_equal(run_at("digitsum", &p, &w, 0, sum), 0);
    p.args[0] = own;

    unlink("nums.txt");
    assert_int_equal(run_at("digitsum", &p, &w, 0, text), 0);
    assert_string_equal(text, sum);
    assert_int_equal(run_at("digitsum", &p, &w, 1, text), -EIO);
    assert_string_equal(text, "byte 0x61 at offset 30000 is no digit");
    p.args[0].len--;
    assert_int_equal(run_at("digitsum", &p, &w, 0, text), -EIO);
    assert_string_equal(text, "29999 bytes came with the job instead of "
                        "30000");
    struct buf args = { 0 };
    assert_int_equal(kind_ship_bytes(k, NULL, buf_span(&p.shared), 0, &args,
                                     text), -ENOENT);
    assert_non_null(strstr(text, at->path));
    assert_int_equal(kind_ship_bytes(k, NULL, buf_span(&p.shared), 2, &args,
                                     text), -EIO);
    assert_int_equal(args.len, 0);
    buf_fini(&args);
    plan_fini(&p);
}

static int
n_open(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void
leaves_no_descriptor_open(void **state)
{
    (void)state;
    char text[KIND_ERROR_MAX];
    struct kind_keep keep = { 0 };
    int before = n_open();
    for (int i = 0; i < 20; i++) {
        struct worker w = worker_new();
        w.c.keep = i < 10 ? NULL : &keep;
        write_file("nums.txt", "1234x", i % 3 == 0 ? 5 : 4);
        struct plan p = plan_of("digitsum", WORDS("nums.txt", "chunk=2"));
        run_all("digitsum", &p, &w, text);
        plan_fini(&p);
        assert_int_equal(n_open(), before + (i >= 10));
    }
    kind_keep_fini(&keep);
    kind_keep_fini(&keep);
    assert_int_equal(n_open(), before);
}

static void
descriptions_that_nobody_made_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "file=nums.txt\nsize=1\nmtime=1\nprint=00000000\n",
        "file=/x\nsize=-1\nmtime=1\nprint=00000000\n",
        "file=/x\nmtime=1\nprint=00000000\n",
        "file=/x\nsize=1\nprint=00000000\n",
        "file=/x\nsize=1\nmtime=1\nprint=0000000\n",
        "file=/x\nsize=1\nmtime=1\nprint=000000000\n",
        "file=/x\nsize=1\nmtime=1\nprint=0000000G\n",
        "file=/x\nsize=1\nmtime=1\nprint=00000000\nmore=1\n",
    };
    char text[KIND_ERROR_MAX];
    uint64_t cost;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct worker w = worker_new();
        struct buf out = { 0 };
        const struct kind *k = kind_find("crc32");
        assert_int_equal(k->parse(k, span_str(bad[i]), &out, &cost, text),
                         -EINVAL);
        buf_reset(&out);
        int rc = kind_find("crc32")->run(&w.c, span_str(bad[i]), span_str(""),
                                         0, &out, text);
        assert_true(rc == -EIO || i == 7);
        buf_fini(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(plans_hold_real_path_size_time_and_print),
        ROW(refuses_what_is_no_readable_file),
        ROW(refuses_more_jobs_than_a_workload_has),
        ROW(sees_that_the_file_changed),
        ROW(tells_files_apart_that_look_alike),
        ROW(opens_only_below_its_roots),
        ROW(bytes_that_came_along_are_used),
        ROW(leaves_no_descriptor_open),
        ROW(descriptions_that_nobody_made_are_refused),
    };
    return cmocka_run_group_tests_name("kind_file", tests, NULL, NULL);
}
