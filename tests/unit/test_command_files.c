/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/command_files_bench.h"

#include "agent/command_files_parts.h"
#include "proto/workload.h"

static void
a_job_without_files_has_no_directory(void **state)
{
    struct bench *b = *state;

    b->run.timeout_us = 5;
    assert_int_equal(give(b), 0);
    assert_int_equal(b->run.cwd.len, 0);
    assert_int_equal(b->run.timeout_us, 5);
    assert_int_equal(take(b), 0);
    assert_int_equal(b->words.len, 0);
    command_files_end(b->given);
    assert_int_not_equal(access(b->own, F_OK), 0);
}

static void
files_lie_where_they_are_to_be(void **state)
{
    struct bench *b = *state;
    struct digest d = keep(b, "alpha");
    char hash[DIGEST_TEXT], whole[200];
    struct stat st;

    digest_print(&d, hash);
    const struct command_file f[3] = { { hash, 0640, 5, "a" },
                                       { hash, 0, 5, "d/e e/\n-x" },
                                       { hash, 0777, 5, "d/f" } };
    size_t at = begin_param(b, "put");
    for (size_t i = 0; i < 3; i++)
        put_word(b, at, &f[i]);
    end_param(b);
    b->run.timeout_us = UINT64_MAX;
    assert_int_equal(give(b), 0);
    assert_int_equal(b->run.timeout_us, UINT64_MAX);
    assert_true(span_is(b->run.cwd, b->own));
    assert_true(holds(b, "a", "alpha") && holds(b, "d/f", "alpha"));
    snprintf(whole, sizeof whole, "%s/a", b->own);
    assert_int_equal(stat(whole, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0640);
    snprintf(whole, sizeof whole, "%s/d/e e/\n-x", b->own);
    assert_int_equal(stat(whole, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG);
    writes(b, "a", "beta");     /* a copy: the one that is kept stays */
    command_files_end(b->given);
    assert_int_not_equal(access(b->own, F_OK), 0);
    buf_reset(&b->params);
    is_given(b, "alpha", "a");
    assert_int_equal(give(b), 0);
    assert_true(holds(b, "a", "alpha"));
    command_files_end(b->given);
}

static void
what_cannot_be_given_is_told(void **state)
{
    struct bench *b = *state;
    static const struct { const char *path[2]; } twice[] = {
        { { "a", "a" } }, { { "a", "a/b" } }, { { "a/b", "a" } } };
    struct digest d = keep(b, "alpha");
    char hash[DIGEST_TEXT];

    digest_print(&d, hash);
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++) {
        buf_reset(&b->params);
        size_t at = begin_param(b, "put");
        for (size_t j = 0; j < 2; j++) {
            const struct command_file f = { hash, 0600, 5, twice[i].path[j] };
            put_word(b, at, &f);
        }
        end_param(b);
        assert_int_equal(give(b), OUTCOME_FAILED);
        assert_memory_equal(b->err, "two files at a", 14);
        command_files_end(b->given);
        assert_int_not_equal(access(b->own, F_OK), 0);
    }
    buf_reset(&b->params);
    is_given(b, "beta", "b");
    assert_int_equal(give(b), OUTCOME_NO_FILE);
    assert_string_equal(b->err, "south cannot have file b: it is not there");
    command_files_end(b->given);
    buf_reset(&b->params);
    const struct command_file f = { hash, 0600, 6, "a" };
    put_word(b, begin_param(b, "put"), &f);
    end_param(b);
    assert_int_equal(give(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "file a has 5 bytes, not 6");
    command_files_end(b->given);
}

static void
words_of_others_are_not_trusted(void **state)
{
    struct bench *b = *state;
    static const char *const bad[] = {
        "put=x\n", "put=a  b\n", "put=\\x\n",
        "put=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ":644:1:../a\n",
        "put=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ":644:1:/etc/a\n" };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        b->desc.params = span_str(bad[i]);
        assert_int_equal(give(b), OUTCOME_FAILED);
        assert_string_equal(b->err, "its parameter put makes no sense");
        command_files_end(b->given);
    }
    b->desc.params = span_str("ret=a ../b\n");
    assert_int_equal(give(b), 0);
    writes(b, "a", "x");
    assert_int_equal(take(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "its parameter ret makes no sense");
    command_files_end(b->given);
    b->config.files = NULL;
    assert_int_equal(give(b), OUTCOME_NO_FILE);
    assert_string_equal(b->err, "south has no place for files");
    command_files_end(b->given);
    b->config.files = b->files;
}

static void
what_comes_back_is_kept_and_named(void **state)
{
    struct bench *b = *state;
    uint32_t number = WORKLOAD;
    struct files_live live = { .number = &number, .n_numbers = 1 };
    struct digest d = digest_of(span_str("beta"));
    char hash[DIGEST_TEXT];
    struct buf want = { 0 };

    digest_print(&d, hash);
    const struct command_file f[2] = { { hash, 0751, 4, "out-2 x" },
                                       { hash, 0751, 4, "d/e" } };
    size_t at = begin_param(b, "ret");
    command_word_put(&b->params, at, "out-{%} x", 9, "{%}");
    command_word_put(&b->params, at, "d/e", 3, "{%}");
    end_param(b);
    assert_int_equal(give(b), 0);
    char path[120];
    snprintf(path, sizeof path, "%s/d", b->own);
    assert_int_equal(mkdir(path, 0700), 0);
    writes(b, "out-2 x", "beta");
    writes(b, "d/e", "beta");
    assert_int_equal(take(b), 0);
    for (size_t i = 0; i < 2; i++)
        command_file_put(&want, 0, &f[i]);
    assert_true(span_equal(buf_span(&b->words), buf_span(&want)));
    command_files_end(b->given);
    assert_int_equal(files_sweep(b->files, &live, 0), 0);
    live.n_numbers = 0;
    assert_int_equal(files_sweep(b->files, &live, 0), 1);
    buf_fini(&want);
}

static void
nothing_outside_its_directory_is_returned(void **state)
{
    struct bench *b = *state;
    static const struct { const char *path, *command, *why; } row[] = {
        { "none", "true", "no file none to return" },
        { "a/b", "touch a", "no file a/b to return" },
        { "l", "ln -s /etc/passwd l", "l: not returned: it lies behind a "
                                      "link" },
        { "l", "touch a; ln -s a l", "l: not returned: it lies behind a "
                                     "link" },
        { "l/passwd", "ln -s /etc l", "l/passwd: not returned: it lies behind "
                                      "a link" },
        { "l/x", "ln -s .. l; touch ../x", "l/x: not returned: it lies behind "
                                           "a link" },
        { "d", "mkdir d", "d: not returned: not a regular file" },
        { "p", "mkfifo p", "p: not returned: not a regular file" },
        { "s", "perl -MIO::Socket::UNIX -e "
               "'IO::Socket::UNIX->new(Local => \"s\", Listen => 1)'",
          "s: not returned: not a regular file" } };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char command[400];
        buf_reset(&b->params);
        wants_back(b, row[i].path);
        assert_int_equal(give(b), 0);
        snprintf(command, sizeof command, "cd %s && { %s; }", b->own,
                 row[i].command);
        assert_int_equal(system(command), 0);
        assert_int_equal(take(b), OUTCOME_FAILED);
        assert_string_equal(b->err, row[i].why);
        command_files_end(b->given);
        assert_int_not_equal(access(b->own, F_OK), 0);
    }
}

static void
a_store_that_is_full_for_now_is_waited_for(void **state)
{
    struct bench *b = *state;
    struct meanwhile m = { .files = b->files };

    keep(b, "alpha");
    files_set_max(b->files, 4096);
    b->job.lasts = relieve;
    b->job.arg = &m;
    wants_back(b, "a");
    assert_int_equal(give(b), 0);
    writes(b, "a", "x");
    assert_int_equal(take(b), 0);
    command_files_end(b->given);
}

static void
descriptors_are_waited_for(void **state)
{
    struct bench *b = *state;
    struct meanwhile m = { .files = NULL };

    keep(b, "alpha");
    is_given(b, "alpha", "a");
    wants_back(b, "b");
    b->job.lasts = relieve;
    b->job.arg = &m;
    m.nofile = use_up_descriptors();
    assert_int_equal(give(b), 0);
    assert_true(holds(b, "a", "alpha"));
    writes(b, "b", "x");
    m.nofile = use_up_descriptors();
    assert_int_equal(take(b), 0);
    command_files_end(b->given);
}

/* What is lacking does not come: the job waits in its queue, or goes on to
 * others if its home is elsewhere or would not grant it again. */
static void
a_shortage_ends_no_job(void **state)
{
    struct bench *b = *state;
    static const struct { bool away; uint8_t flags, outcome; } row[] = {
        { false, 0, OUTCOME_CANCELLED }, { true, 0, OUTCOME_NO_FILE },
        { false, DESC_ONCE, OUTCOME_NO_FILE } };
    struct rlimit r;

    keep(b, "alpha");
    is_given(b, "alpha", "a");
    b->given->short_us = 1;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        b->order->away = row[i].away;
        b->desc.flags = row[i].flags;
        rlim_t was = use_up_descriptors();
        uint8_t outcome = give(b);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
        r.rlim_cur = was;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
        assert_int_equal(outcome, row[i].outcome);
        if (outcome == OUTCOME_NO_FILE)
            assert_string_equal(b->err, "south cannot have its files: "
                                        "Too many open files");
        command_files_end(b->given);
    }
}

static void
a_full_store_takes_nothing_back(void **state)
{
    struct bench *b = *state;

    files_set_max(b->files, 1);
    wants_back(b, "a");
    assert_int_equal(give(b), 0);
    writes(b, "a", "x");
    assert_int_equal(take(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "a: its home has no room for it "
                                "(jobs.files_max)");
    command_files_end(b->given);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_job_without_files_has_no_directory),
        BENCH_TEST(files_lie_where_they_are_to_be),
        BENCH_TEST(what_cannot_be_given_is_told),
        BENCH_TEST(words_of_others_are_not_trusted),
        BENCH_TEST(what_comes_back_is_kept_and_named),
        BENCH_TEST(nothing_outside_its_directory_is_returned),
        BENCH_TEST(a_store_that_is_full_for_now_is_waited_for),
        BENCH_TEST(descriptors_are_waited_for),
        BENCH_TEST(a_shortage_ends_no_job),
        BENCH_TEST(a_full_store_takes_nothing_back),
    };
    return cmocka_run_group_tests_name("command_files", tests, NULL, NULL);
}
