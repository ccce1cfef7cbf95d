/* SPDX-License-Identifier: MPL-2.0 */
/* What a program is given by a shim, what of it comes back, and why one is not
 * started; for each way to hold it. (How all ends: test_shim_end.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/shim_client.h"

static void
expect_bytes(struct span got, const void *p, size_t n)
{
    assert_int_equal(got.len, n);
    if (n > 0)
        assert_memory_equal(got.p, p, n);
}

/* Runs it; it must not start, for this reason. */
static void
refused(const struct client *c, const struct what *w, uint8_t how,
        const char *why)
{
    struct ran r = client_run(c, w);

    expect_end(&r, how, 0, 0);
    assert_string_equal(r.why, why);
    ran_fini(&r);
}

/* ---- what it is given ---- */

static void
words_arrive_exactly(void **state)
{
    const struct client *c = *state;
    const char *const argv[] = { c->nasty, "words", "", "a b", "\tx\n", "\\s",
                                 "\xc3\xa9\xff", "'\"$(no)", "", NULL };
    static const char want[] = "\0a b\0\tx\n\0\\s\0\xc3\xa9\xff\0'\"$(no)\0";
    const char *const env[] = { c->token, "A=", "B= b\n", "A=2", "\xff=\xfe",
                                "no sign", NULL };
    struct buf all = { 0 };
    struct ran r = client_run(c, &(struct what){ .argv = argv, .env = env });

    expect_end(&r, SHIM_ENDED, 0, 0);
    expect_bytes(buf_span(&r.out), want, sizeof want);
    for (const char *const *v = env; *v != NULL; v++)
        buf_bytes(&all, *v, strlen(*v) + 1);
    expect_bytes(buf_span(&r.err), all.p, all.len);
    buf_fini(&all);
    ran_fini(&r);
}

static void
a_mebibyte_of_words_arrives(void **state)
{
    enum { N = 1100, LEN = 1000 };
    const struct client *c = *state;
    static char text[N][LEN];
    const char *argv[N + 3] = { c->nasty, "words" };

    for (int i = 0; i < N; i++) {
        memset(text[i], 'a' + i % 26, LEN - 1);
        argv[2 + i] = text[i];
    }
    struct ran r = client_run(c, &(struct what){ .argv = argv,
                                                 .output_max = 2 << 20 });
    expect_end(&r, SHIM_ENDED, 0, 0);
    expect_bytes(buf_span(&r.out), text, sizeof text);
    ran_fini(&r);
}

static void
reads_its_input_to_the_end(void **state)
{
    const struct client *c = *state;
    static uint8_t bytes[3 << 20];
    struct what w = { .argv = LIST(c->nasty, "copy"), .output_max = 4 << 20 };

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 5);
    for (size_t len = 0; len <= sizeof bytes;
         len = len == 0 ? 1 : len == 1 ? sizeof bytes : len + 1) {
        w.input = span_of(bytes, len);
        struct ran r = client_run(c, &w);
        expect_end(&r, SHIM_ENDED, 0, 0);
        expect_bytes(buf_span(&r.out), bytes, len);
        ran_fini(&r);
    }
}

static void
has_the_process_of_a_fresh_start(void **state)
{
    const struct client *c = *state;
    struct rlimit files;
    char want[200];
    struct ran r = client_run(c, &(struct what){
        .argv = LIST(c->nasty, "facts") });

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    /* The group was opened under a limit and a mask of its own: main. */
    snprintf(want, sizeof want, "3 300 %lu 0 022 0 0 1\n",
             (unsigned long)files.rlim_max);
    expect_end(&r, SHIM_ENDED, 0, 0);
    expect_bytes(buf_span(&r.out), want, strlen(want));
    ran_fini(&r);
}

/* ---- how it ended ---- */

static void
every_status_comes_back(void **state)
{
    const struct client *c = *state;
    char number[8];

    for (unsigned i = 0; i <= 255; i++) {
        snprintf(number, sizeof number, "%u", i);
        struct ran r = client_run(c, &(struct what){
            .argv = LIST(c->nasty, "exit", number) });
        expect_end(&r, SHIM_ENDED, (uint8_t)i, 0);
        ran_fini(&r);
    }
}

static void
every_signal_comes_back(void **state)
{
    const struct client *c = *state;
    char number[8];

    for (int i = 1; i <= SIGRTMAX; i++) {
        bool lives = i == SIGCHLD || i == SIGCONT || i == SIGURG ||
                     i == SIGWINCH;
        if (i == SIGSTOP || i == SIGTSTP || i == SIGTTIN || i == SIGTTOU ||
            i == 32 || i == 33)
            continue;   /* they stop it; the C library keeps two */
        snprintf(number, sizeof number, "%d", i);
        struct ran r = client_run(c, &(struct what){
            .argv = LIST(c->nasty, "signal", number) });
        expect_end(&r, SHIM_ENDED, 0, lives ? 0 : (uint8_t)i);
        ran_fini(&r);
    }
}

static void
processor_time_is_told_and_bounded(void **state)
{
    const struct client *c = *state;
    struct ran r = client_run(c, &(struct what){
        .argv = LIST(c->nasty, "spin"), .cpu_ms = 1 });

    expect_end(&r, SHIM_ENDED, 0, SIGXCPU);
    assert_in_range(r.end.cpu_us, 500 * 1000, 2000 * 1000);
    ran_fini(&r);
}

/* ---- what it writes ---- */

static void
expect_pattern(struct span got, size_t n)
{
    assert_int_equal(got.len, n);
    for (size_t i = 0; i < n; i++)
        if (got.p[i] != (uint8_t)(i % (1 << 20) / 7))
            fail_msg("byte %zu is 0x%02x", i, got.p[i]);
}

/* WRITE bytes to both streams, of which MOST are kept. */
static void
writes(const struct client *c, size_t out, size_t err, size_t most)
{
    char a[24], b[24];

    snprintf(a, sizeof a, "%zu", out);
    snprintf(b, sizeof b, "%zu", err);
    struct ran r = client_run(c, &(struct what){
        .argv = LIST(c->nasty, "fill", a, b), .output_max = most });
    expect_end(&r, SHIM_ENDED, 0, 0);
    assert_int_equal(r.end.out_total, out);
    assert_int_equal(r.end.err_total, err);
    expect_pattern(buf_span(&r.out), out < most ? out : most);
    expect_pattern(buf_span(&r.err), err < most ? err : most);
    ran_fini(&r);
}

static void
output_is_cut_at_its_bound_and_counted(void **state)
{
    const struct client *c = *state;
    static const size_t size[] = { 0, 1, 999, 1000, 1001, 65535, 65536, 65537,
                                   1 << 20, 5000001 };

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        writes(c, size[i], size[9 - i], 1000);
        writes(c, size[i], size[9 - i], 1 << 20);
    }
    writes(c, 100 * 1000 * 1000, 0, 1 << 20);
    writes(c, 20 * 1000 * 1000, 20 * 1000 * 1000, 10 * 1000 * 1000);
}

/* All of it stands in the pipe when it ends. */
static void
the_last_words_are_heard(void **state)
{
    const struct client *c = *state;

    for (int i = 0; i < 10; i++) {
        struct ran r = client_run(c, &(struct what){
            .argv = LIST(c->nasty, "gush"), .output_max = 4 << 20 });
        expect_end(&r, SHIM_ENDED, 0, 0);
        assert_int_equal(r.end.out_total, 1 << 20);
        assert_int_equal(r.end.err_total, 1 << 20);
        assert_int_equal(r.out.len, 1 << 20);
        assert_int_equal(r.err.len, 1 << 20);
        ran_fini(&r);
    }
}

/* ---- what cannot be started ---- */

static const char *
made(const struct client *c, const char *name, unsigned mode, const char *text)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", c->dir, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static void
tells_why_none_is_started(void **state)
{
    const struct client *c = *state;
    char why[400], env[200];
    const char *path = made(c, "plain", 0644, "#!/bin/sh\n");

    snprintf(why, sizeof why, "%s: permission denied", path);
    refused(c, &(struct what){ .argv = LIST(path) }, SHIM_NOT_STARTED, why);
    snprintf(env, sizeof env, "PATH=/nowhere:%s", c->dir);
    refused(c, &(struct what){ .argv = LIST("plain"), .env = LIST(env) },
            SHIM_NOT_STARTED, "plain: permission denied");
    refused(c, &(struct what){ .argv = LIST("gzipp") }, SHIM_NOT_STARTED,
            "gzipp: no such program");
    refused(c, &(struct what){ .argv = LIST("") }, SHIM_NOT_STARTED,
            "\"\": no such program");
    refused(c, &(struct what){ .argv = LIST("/no/such") }, SHIM_NOT_STARTED,
            "/no/such: no such program");
    refused(c, &(struct what){ .argv = LIST("./none") }, SHIM_NOT_STARTED,
            "./none: no such program");
    refused(c, &(struct what){ .argv = LIST("/bin") }, SHIM_NOT_STARTED,
            "/bin: permission denied");
    refused(c, &(struct what){ .argv = LIST("true"), .env = LIST("PATH=.:") },
            SHIM_NOT_STARTED, "true: no such program");
    path = made(c, "orphan", 0755, "#!/no/interpreter\n");
    snprintf(why, sizeof why, "%s: no such program", path);
    refused(c, &(struct what){ .argv = LIST(path) }, SHIM_NOT_STARTED, why);
    refused(c, &(struct what){ .argv = LIST("/bin/true"),
                               .cwd = "/no/directory" },
            SHIM_NO_DIR, "/no/directory: No such file or directory");
    snprintf(why, sizeof why, "%s: Not a directory", c->nasty);
    refused(c, &(struct what){ .argv = LIST("true"), .cwd = c->nasty },
            SHIM_NO_DIR, why);
}

static void
scripts_run_with_a_first_line_or_without(void **state)
{
    const struct client *c = *state;
    struct ran r = client_run(c, &(struct what){
        .argv = LIST(made(c, "with", 0755, "#!/bin/sh\necho \"$1\"\n"), "x") });

    expect_end(&r, SHIM_ENDED, 0, 0);
    expect_bytes(buf_span(&r.out), "x\n", 2);
    ran_fini(&r);
    r = client_run(c, &(struct what){
        .argv = LIST(made(c, "without", 0755, "echo \"$1 $#\"\n"), "y", "z") });
    expect_end(&r, SHIM_ENDED, 0, 0);
    expect_bytes(buf_span(&r.out), "y 2\n", 4);
    ran_fini(&r);
}

static void
works_in_its_directory(void **state)
{
    const struct client *c = *state;
    char line[200];
    struct what w = { .argv = LIST("/bin/pwd") };

    struct ran r = client_run(c, &w);
    snprintf(line, sizeof line, "%s\n", c->scratch);
    expect_bytes(buf_span(&r.out), line, strlen(line));
    ran_fini(&r);
    w.cwd = "/usr";
    w.argv = LIST("./bin/env", "pwd");
    r = client_run(c, &w);
    expect_bytes(buf_span(&r.out), "/usr\n", 5);
    ran_fini(&r);
}

/* ---- jobs.allow ---- */

static void
allowed(const struct client *c, const char *program, const char *cwd)
{
    struct ran r = client_run(c, &(struct what){
        .argv = LIST(program, "exit", "5"), .cwd = cwd });

    expect_end(&r, SHIM_ENDED, 5, 0);
    ran_fini(&r);
}

static void
denied(const struct client *c, const char *program, const char *cwd)
{
    char why[400];

    snprintf(why, sizeof why, "%s: not in jobs.allow", program);
    refused(c, &(struct what){ .argv = LIST(program, "exit", "5"),
                               .cwd = cwd }, SHIM_NOT_ALLOWED, why);
}

/* DIR/allowed holds a link to nasty and one to a shell; the list names that
 * directory, nasty itself, and what is not there. */
static void
only_programs_of_the_list_run(void **state)
{
    const struct client *group = *state;
    struct client own, *c = &own;
    char dir[200], link[256], to_shell[256], beside[256], loop[256];

    snprintf(dir, sizeof dir, "%s/allowed", group->dir);
    snprintf(link, sizeof link, "%s/nasty", dir);
    snprintf(to_shell, sizeof to_shell, "%s/sh", dir);
    snprintf(beside, sizeof beside, "%s/allowed-not", group->dir);
    snprintf(loop, sizeof loop, "%s/loop", dir);
    assert_int_equal(mkdir(dir, 0755), 0);
    assert_int_equal(symlink(group->nasty, link), 0);
    assert_int_equal(symlink("/bin/sh", to_shell), 0);
    assert_int_equal(symlink(loop, loop), 0);
    assert_int_equal(symlink(group->nasty, beside), 0);
    client_open(c, &(struct spawner_config){
        .best = group->hold,
        .allow = LIST("/no/such/program", dir, group->nasty) });
    allowed(c, group->nasty, NULL);
    allowed(c, link, NULL);         /* to what is in the list */
    allowed(c, beside, NULL);
    allowed(c, "./nasty", group->dir);
    allowed(c, "../nasty", dir);
    denied(c, to_shell, NULL);      /* out of the directory */
    denied(c, "./sh", dir);
    denied(c, "/bin/sh", NULL);
    denied(c, "sh", NULL);
    denied(c, c->nasty, NULL);      /* another file of that name */
    denied(c, loop, NULL);
    denied(c, made(group, "allowed-too", 0755, "#!/bin/sh\n"), NULL);
    refused(c, &(struct what){ .argv = LIST("./nasty"), .cwd = "/no/dir" },
            SHIM_NO_DIR, "/no/dir: No such file or directory");
    /* A script without a first line would be a shell's: not in the list. */
    const char *path = made(group, "allowed/script", 0755, "echo\n");
    snprintf(link, sizeof link, "%s: %s", path, strerror(ENOEXEC));
    refused(c, &(struct what){ .argv = LIST(path) }, SHIM_NOT_STARTED, link);
    client_close(c);
    remove_dir(dir);
}

/* ---- limits of the host ---- */

/* Under a limit of descriptors, in a process of its own: 0, or its line. */
static int
run_with_few_files(const struct client *group)
{
    const struct rlimit few = { 9, 9 };     /* a shim needs ten, with input */
    struct client c;

    if (close_range(3, ~0u, 0) != 0 || setrlimit(RLIMIT_NOFILE, &few) != 0)
        return __LINE__;
    client_open(&c, &(struct spawner_config){ .best = group->hold });
    struct what w = { .argv = LIST(c.nasty, "exit", "0"),
                      .input = span_str("x") };
    struct ran r = client_run(&c, &w);
    int line = r.end.how == SHIM_NOT_NOW &&
               strstr(r.why, "no input or output: Too many") == r.why
                   ? 0 : __LINE__;
    ran_fini(&r);
    client_close(&c);
    return line;
}

static void
want_of_descriptors_is_told_as_such(void **state)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(run_with_few_files(*state) != 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* ---- groups ---- */

/* As an agent is started: these are of the programs, not its own. */
static int
setup(void **state)
{
    struct rlimit was, files;
    sigset_t all, before;

    getrlimit(RLIMIT_NOFILE, &was);
    files = (struct rlimit){ 300, was.rlim_max };
    setrlimit(RLIMIT_NOFILE, &files);
    mode_t mask = umask(022);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    int rc = client_setup(state);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    setrlimit(RLIMIT_NOFILE, &was);
    umask(mask);
    return rc;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arrive_exactly),
        cmocka_unit_test(a_mebibyte_of_words_arrives),
        cmocka_unit_test(reads_its_input_to_the_end),
        cmocka_unit_test(has_the_process_of_a_fresh_start),
        cmocka_unit_test(every_status_comes_back),
        cmocka_unit_test(every_signal_comes_back),
        cmocka_unit_test(processor_time_is_told_and_bounded),
        cmocka_unit_test(output_is_cut_at_its_bound_and_counted),
        cmocka_unit_test(the_last_words_are_heard),
        cmocka_unit_test(tells_why_none_is_started),
        cmocka_unit_test(scripts_run_with_a_first_line_or_without),
        cmocka_unit_test(works_in_its_directory),
        cmocka_unit_test(only_programs_of_the_list_run),
        cmocka_unit_test(want_of_descriptors_is_told_as_such),
    };
    int failed = 0;

    for (enum spawner_hold h = HOLD_NAMESPACE; h <= HOLD_SUBREAPER; h++) {
        client_best = h;
        failed += cmocka_run_group_tests_name(spawner_hold_names[h - 1],
                                              tests, setup, client_teardown);
    }
    return failed;
}
