/* SPDX-License-Identifier: MPL-2.0 */
/* How programs end, whatever they do about it: nothing of them is left, and
 * nothing of theirs; for each way to hold them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/shim_parts.h"
#include "tests/unit/shim_client.h"

enum { MS = 1000, LONG_US = 600 * 1000 * MS, TREE = 6 };

/* ---- it ends by itself, or is ended ---- */

static void
what_it_leaves_behind_ends_with_it(void **state)
{
    const struct client *c = *state;

    for (int i = 0; i < 20; i++) {
        struct ran r = client_run(c, &(struct what){
            .argv = LIST(c->nasty, "tree", "goes") });
        expect_end(&r, SHIM_ENDED, 0, 0);
        assert_int_equal(r.out.len, 6);
        ran_fini(&r);
    }
}

static void
stop_asks_first(void **state)
{
    const struct client *c = *state;
    struct ran r = { 0 };

    client_start(c, &(struct what){
        .argv = LIST("/bin/sh", "-c", "trap 'echo end; exit 7' TERM; "
                     "echo ready; while :; do sleep 60 & wait; done"),
        .kill_after_us = LONG_US });
    client_ready(c, &r);
    client_stop(c);
    client_end(c, &r);
    expect_end(&r, SHIM_STOPPED, 7, 0);
    assert_memory_equal(r.out.p, "ready\nend\n", 10);
    ran_fini(&r);
}

static void
stop_ends_who_does_not_listen(void **state)
{
    const struct client *c = *state;
    static const char *const way[][3] = {
        { "stubborn" }, { "stop" }, { "tree", "stays" }, { "hop" },
        { "spin" } };

    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        struct ran r = { 0 };
        client_start(c, &(struct what){
            .argv = LIST(c->nasty, way[i][0], way[i][1]),
            .kill_after_us = 50 * MS });
        client_ready(c, &r);
        client_stop(c);
        client_end(c, &r);
        expect_end(&r, SHIM_STOPPED, 0, i == 0 ? SIGKILL : SIGTERM);
        ran_fini(&r);
    }
}

static void
time_out_ends_every_hung_program(void **state)
{
    const struct client *c = *state;
    static const char *const way[][3] = {
        { "stubborn" }, { "stop" }, { "tree", "stays" }, { "hop" }, { "spin" },
        { "deaf" }, { "chatter" }, { "bomb", "8" } };

    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        bool deaf = strcmp(way[i][0], "stubborn") == 0 ||
                    strcmp(way[i][0], "chatter") == 0;
        struct what w = { .argv = LIST(c->nasty, way[i][0], way[i][1]),
                          .output_max = 1000, .timeout_us = 100 * MS,
                          .kill_after_us = 50 * MS };
        struct ran r = client_run(c, &w);
        /* On a busy machine it may hear TERM before it is deaf. */
        while (deaf && r.end.signal == SIGTERM && w.timeout_us < LONG_US / 20) {
            ran_fini(&r);
            w.timeout_us *= 2;
            r = client_run(c, &w);
        }
        expect_end(&r, SHIM_TIMEOUT, 0, deaf ? SIGKILL : SIGTERM);
        ran_fini(&r);
    }
}

/* What comes without end does not keep the shim from the rest, nor counts
 * without a bound. */
static void
one_look_at_a_stream_is_bounded(void **state)
{
    (void)state;
    enum { PIPE = 1 << 20, LOOK = 128 * 1024 };
    static uint8_t block[PIPE];
    static struct stream s;
    struct buf out = { 0 };

    int end = stream_open(&s, SHIM_OUT, 1000);
    assert_true(end >= 0);
    assert_true(fcntl(end, F_SETPIPE_SZ, PIPE) >= PIPE);
    assert_int_equal(write(end, block, PIPE), PIPE);
    for (uint64_t seen = 0; seen < PIPE; seen = s.total) {
        stream_read(&s, LOOK, 0, &out);
        assert_in_range(s.total, seen + 1, seen + LOOK + STREAM_BYTES);
    }
    assert_true(s.fd >= 0);
    close(end);
    stream_read(&s, LOOK, 0, &out);
    assert_int_equal(s.fd, -1);
    stream_flush(&s, &out);
    assert_int_equal(out.len, SHIM_HEAD + 1000);
    buf_fini(&out);
}

/* ---- the throttle ---- */

static void
await_state(const char *token, const char *states)
{
    for (int i = 0; i < 30000; i++) {
        char now = state_of(token);
        if (now != 0 && strchr(states, now) != NULL)
            return;
        (void)poll(NULL, 0, 1);
    }
    fail_msg("never in state %s", states);
}

static void
a_rate_stops_and_continues_it(void **state)
{
    const struct client *c = *state;
    const struct what w = { .argv = LIST(c->nasty, "spin"),
                            .kill_after_us = LONG_US };
    struct ran r = { 0 };

    client_start(c, &w);
    client_ready(c, &r);
    client_rate(c, 1);
    await_state(c->token, "T");
    client_rate(c, 100);
    await_state(c->token, "R");
    client_rate(c, 1);
    await_state(c->token, "T");
    client_stop(c);     /* it is asked, and can hear that */
    client_end(c, &r);
    expect_end(&r, SHIM_STOPPED, 0, SIGTERM);
    ran_fini(&r);
    r = (struct ran){ 0 };
    client_start(c, &w);    /* the rate is still in force */
    await_state(c->token, "T");
    client_rate(c, 100);
    client_ready(c, &r);
    client_stop(c);
    client_end(c, &r);
    ran_fini(&r);
}

/* ---- its directory ---- */

static unsigned
entries(const char *path)
{
    unsigned n = 0;
    DIR *d = opendir(path);

    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

static void
its_directory_is_emptied_and_nothing_else(void **state)
{
    const struct client *c = *state;
    char tmp[200], kept[200];
    struct stat st;

    snprintf(tmp, sizeof tmp, "TMPDIR=%s", c->scratch);
    snprintf(kept, sizeof kept, "%s/outside", c->dir);
    assert_int_equal(mkdir(kept, 0755), 0);
    snprintf(kept, sizeof kept, "%s/outside/kept", c->dir);
    close(open(kept, O_CREAT | O_WRONLY | O_CLOEXEC, 0640));
    for (int i = 0; i < 2; i++) {
        struct ran r = client_run(c, &(struct what){
            .argv = LIST(c->nasty, "litter", kept),
            .env = LIST(tmp, c->token) });
        expect_end(&r, SHIM_ENDED, 0, 0);
        ran_fini(&r);
        assert_int_equal(entries(c->scratch), 0);
        assert_int_equal(stat(kept, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
    }
    /* Gone, closed, or another thing in its place. */
    static const char *const way[] = {
        /* As root only; what is mounted is not emptied, but let go. */
        "mkdir d d/m m; mount --bind \"$0\" d/m; mount --bind \"$0\" m; :",
        "rmdir \"$TMPDIR\"", "chmod 0 .", "chmod 777 .",
        "cd /; rmdir \"$TMPDIR\"; echo >\"$TMPDIR\"",
        "cd /; rmdir \"$TMPDIR\"; ln -s \"$0\" \"$TMPDIR\"" };
    *strrchr(kept, '/') = '\0';
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        struct ran r = client_run(c, &(struct what){
            .argv = LIST("/bin/sh", "-c", way[i], kept), .env = LIST(tmp) });
        expect_end(&r, SHIM_ENDED, 0, 0);
        ran_fini(&r);
        r = client_run(c, &(struct what){
            .argv = LIST("/bin/sh", "-c", "echo >file && ls"),
            .env = LIST(tmp) });
        expect_end(&r, SHIM_ENDED, 0, 0);
        assert_int_equal(r.out.len, 5);
        ran_fini(&r);
        assert_int_equal(lstat(c->scratch, &st), 0);
        assert_int_equal(st.st_mode, S_IFDIR | 0700);
    }
    assert_int_equal(entries(kept), 1);
}

/* ---- who starts them is killed ---- */

/* Three trees in three shims. */
static void
start_trees(struct client *c, int fds[3], int pidfds[3])
{
    struct ran r = { 0 };

    for (unsigned i = 0; i < 3; i++) {
        client_start(c, &(struct what){
            .argv = LIST(c->nasty, "tree", "stays"),
            .kill_after_us = LONG_US });
        client_ready(c, &r);
        ran_fini(&r);
        r = (struct ran){ 0 };
        fds[i] = c->fd;
        pidfds[i] = c->pidfd;
        c->fd = c->pidfd = -1;
        client_shim(c, i + 1);
    }
    assert_int_equal(marked(c->token, 0), 3 * TREE);
}

static void
drop(int fds[3], int pidfds[3])
{
    for (int i = 0; i < 3; i++) {
        close(fds[i]);
        close(pidfds[i]);
    }
}

static void
nothing_outlives_a_killed_shim(void **state)
{
    struct client *c = *state;
    int fds[3], pidfds[3];

    start_trees(c, fds, pidfds);
    if (c->hold == HOLD_SUBREAPER) {
        /* Who is to find the rest is gone: it ends by END and EOF only. */
        drop(fds, pidfds);
        await_marked(c->token, 0);
        return;
    }
    for (int i = 2; i >= 0; i--) {
        assert_int_equal(syscall(SYS_pidfd_send_signal, pidfds[i], SIGKILL,
                                 NULL, 0), 0);
        await_marked(c->token, (size_t)i * TREE);
    }
    drop(fds, pidfds);
}

static void
nothing_outlives_a_killed_spawner(void **state)
{
    struct client own, *c = &own;
    const struct client *group = *state;
    int fds[3], pidfds[3];

    client_open(c, &(struct spawner_config){ .best = group->hold });
    start_trees(c, fds, pidfds);
    struct pollfd death = { spawner_death(c->spawner), POLLIN, 0 };
    assert_int_equal(poll(&death, 1, 0), 0);
    assert_int_equal(kill(spawner_pid(c->spawner), SIGKILL), 0);
    await_marked(c->token, 0);
    assert_int_equal(poll(&death, 1, 30000), 1);
    enum spawner_hold hold;
    int pidfd;
    assert_int_equal(spawner_shim(c->spawner, 9, &pidfd, &hold), -EPIPE);
    drop(fds, pidfds);
    client_close(c);
}

/* Plays the agent. What it has is told through `to`. */
static void
be_agent(enum spawner_hold best, int to)
{
    struct client c;
    int fds[3], pidfds[3];

    client_open(&c, &(struct spawner_config){ .best = best });
    start_trees(&c, fds, pidfds);
    if (write(to, &c, sizeof c) != sizeof c)
        _exit(1);
    for (;;)
        pause();
}

static void
nothing_outlives_a_killed_agent(void **state)
{
    const struct client *group = *state;
    struct client c;
    int end[2];

    for (int i = 0; i < 3; i++) {
        assert_int_equal(pipe2(end, O_CLOEXEC), 0);
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            be_agent(group->hold, end[1]);
        }
        close(end[1]);
        assert_int_equal(read(end[0], &c, sizeof c), sizeof c);
        close(end[0]);
        assert_int_equal(marked(c.token, 0), 3 * TREE);
        assert_int_equal(kill(pid, SIGKILL), 0);
        await_marked(c.token, 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        remove_dir(c.dir);
    }
}

static void
nothing_outlives_the_end_of_a_spawner(void **state)
{
    const struct client *group = *state;
    struct client c;
    char file[200];
    int fds[3], pidfds[3];

    client_open(&c, &(struct spawner_config){ .best = group->hold });
    start_trees(&c, fds, pidfds);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/scratch/%u/file", c.dir, i);
        close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    close(c.fd);
    close(c.pidfd);
    drop(fds, pidfds);
    spawner_free(c.spawner);
    assert_int_equal(marked(c.token, 0), 0);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/scratch/%u", c.dir, i);
        assert_int_equal(entries(file), 0);
    }
    remove_dir(c.dir);
}

static void
what_a_killed_agent_left_is_removed(void **state)
{
    const struct client *c = *state;
    struct spawner_config config = { .best = c->hold };
    char old[256], scratch[200];
    enum spawner_hold hold;
    int pidfd;

    snprintf(scratch, sizeof scratch, "%s/old", c->dir);
    assert_int_equal(mkdir(scratch, 0700), 0);
    snprintf(old, sizeof old, "%s/7", scratch);
    assert_int_equal(mkdir(old, 0), 0);
    snprintf(old, sizeof old, "%s/8", scratch);
    assert_int_equal(mkdir(old, 0700), 0);
    snprintf(old, sizeof old, "%s/8/file", scratch);
    close(open(old, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    config.scratch = scratch;
    struct spawner *s = spawner_fork(&config);
    int fd = spawner_shim(s, 0, &pidfd, &hold);
    assert_true(fd >= 0);
    *strrchr(old, '/') = '\0';
    assert_int_equal(access(old, F_OK), -1);
    snprintf(old, sizeof old, "%s/7", scratch);
    assert_int_equal(access(old, F_OK), -1);
    close(fd);
    close(pidfd);
    spawner_free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_leaves_behind_ends_with_it),
        cmocka_unit_test(stop_asks_first),
        cmocka_unit_test(stop_ends_who_does_not_listen),
        cmocka_unit_test(time_out_ends_every_hung_program),
        cmocka_unit_test(one_look_at_a_stream_is_bounded),
        cmocka_unit_test(a_rate_stops_and_continues_it),
        cmocka_unit_test(its_directory_is_emptied_and_nothing_else),
        cmocka_unit_test(nothing_outlives_a_killed_shim),
        cmocka_unit_test(nothing_outlives_a_killed_spawner),
        cmocka_unit_test(nothing_outlives_a_killed_agent),
        cmocka_unit_test(nothing_outlives_the_end_of_a_spawner),
        cmocka_unit_test(what_a_killed_agent_left_is_removed),
    };
    int failed = 0;

    for (enum spawner_hold h = HOLD_NAMESPACE; h <= HOLD_SUBREAPER; h++) {
        client_best = h;
        failed += cmocka_run_group_tests_name(spawner_hold_names[h - 1],
                                              tests, client_setup,
                                              client_teardown);
    }
    return failed;
}
