/* SPDX-License-Identifier: MPL-2.0 */
/* A slot's end of a shim: that it waits, takes no more than it wants, and
 * keeps nothing where descriptors are few. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/coprocess_parts.h"
#include "tests/unit/shim_client.h"

/* ---- its end ---- */

static void *
wake(void *arg)
{
    const int *pidfd = arg;

    (void)poll(NULL, 0, 100);
    (void)syscall(SYS_pidfd_send_signal, *pidfd, SIGCONT, NULL, 0);
    return NULL;
}

/* The shim is stopped when it is let go: who does not wait for its end finds
 * it alive. */
static void
closing_waits_for_the_shim(void **state)
{
    const struct client *c = *state;
    struct shim_link l;
    pthread_t t;

    shim_link_init(&l);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(shim_link_open(&l, c->spawner, 5), 0);
        int pidfd = fcntl(l.pidfd, F_DUPFD_CLOEXEC, 0);
        struct pollfd end = { pidfd, POLLIN, 0 };
        assert_int_equal(syscall(SYS_pidfd_send_signal, pidfd, SIGSTOP, NULL,
                                 0), 0);
        assert_int_equal(poll(&end, 1, 0), 0);
        assert_int_equal(pthread_create(&t, NULL, wake, &pidfd), 0);
        shim_link_close(&l);
        int ended = poll(&end, 1, 0);
        pthread_join(t, NULL);      /* one that is stopped outlives us */
        close(pidfd);
        assert_int_equal(ended, 1);
        assert_int_equal(l.fd, -1);
        assert_int_equal(l.pidfd, -1);
    }
    shim_link_fini(&l);
}

/* ---- what comes without end ---- */

static void
say(int fd, const char *text, size_t n)
{
    struct buf b = { 0 };

    buf_u32(&b, (uint32_t)n);
    buf_u8(&b, SHIM_ERR);
    buf_bytes(&b, text, n);
    assert_int_equal(send(fd, b.p, b.len, MSG_DONTWAIT), b.len);
    buf_fini(&b);
}

/* A packet is what one look takes: of more than it may take some are left. */
static void
one_look_at_stderr_is_bounded(void **state)
{
    enum { PACKETS = 100 };
    struct kind_config kind = { .name = "x" }, *kinds[] = { &kind };
    const struct coprocess_config config = { .kind = kinds, .n_kinds = 1,
                                             .n_slots = 1 };
    static char text[3 * STDERR_MAX];
    struct process p;
    int pair[2], left;
    char byte;

    (void)state;
    process_init(&p, &config, 0, 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
                                pair), 0);
    p.shim.fd = pair[0];
    p.runs = true;
    for (int i = 0; i < PACKETS; i++)
        say(pair[1], "\n", 1);
    process_look(&p);
    for (left = 0; recv(pair[0], &byte, 1, MSG_DONTWAIT) > 0;)
        left++;
    assert_in_range(left, 1, PACKETS - 1);
    assert_true(p.runs);
    /* Nor is a line without end kept. */
    memset(text, 'x', sizeof text);
    say(pair[1], text, sizeof text);
    process_look(&p);
    assert_int_equal(p.said.len, STDERR_MAX);
    process_fini(&p);
    close(pair[1]);
}

/* ---- few descriptors ---- */

static unsigned
open_fds(void)
{
    unsigned n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Lets this process open `n` more. */
static void
leave_room(unsigned n)
{
    struct rlimit files;
    int fd = 0;

    for (; n > 0 || fcntl(fd, F_GETFD) >= 0; fd++)
        n -= fcntl(fd, F_GETFD) < 0;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = (rlim_t)fd;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
}

/* As many as are needed, or the reason, and nothing is kept: 0, or a line. */
static int
a_shim_in_little_room(const struct client *c)
{
    unsigned before = open_fds();

    for (unsigned room = 0; room <= 2; room++) {
        enum spawner_hold hold;
        int pidfd = -1;
        leave_room(room);
        int fd = spawner_shim(c->spawner, 6, &pidfd, &hold);
        if (room == 2) {
            close(fd);
            close(pidfd);
            return fd >= 0 && open_fds() == before ? 0 : __LINE__;
        }
        if (fd != -EMFILE || open_fds() != before)
            return __LINE__;
    }
    return __LINE__;
}

/* Likewise a co-process, which needs two more. */
static int
a_process_in_little_room(const struct client *c, const char *fickle)
{
    const struct command_config command = {
        .node = "alpha", .scratch = "/tmp", .kill_after_us = 1000 * 1000 };
    char plain[] = "plain", *argv[] = { (char *)(uintptr_t)fickle, plain,
                                        NULL };
    struct kind_config kind = { .name = "x", .command = { .v = argv, .n = 2 } },
                       *kinds[] = { &kind };
    const struct coprocess_config config = {
        .spawner = c->spawner, .command = &command, .kind = kinds,
        .n_kinds = 1, .n_slots = 1 };
    struct orders *orders = orders_new(1, (struct rate){ 100, 100 * 1000 });
    const struct buf none = { 0 };
    struct process p;
    unsigned before = open_fds();

    process_init(&p, &config, 0, 0);
    for (unsigned room = 0; room <= 4; room++) {
        char err[KIND_ERROR_MAX] = "";
        leave_room(room);
        int rc = process_start(&p, &none, orders, err);
        if (rc != (room < 4 ? -EAGAIN : 0))
            return fprintf(stderr, "room %u: %d %s\n", room, rc, err);
        process_kill(&p);
        if (open_fds() != before)
            return fprintf(stderr, "room %u: %u were open, now %u\n", room,
                           before, open_fds());
    }
    process_fini(&p);
    orders_free(orders);
    return 0;
}

/* In a process of its own, which has the limit; its shims see none. */
static int
play(const struct client *group)
{
    const char *build = getenv("LB_BUILD");
    char fickle[512], *real;
    struct client c;

    snprintf(fickle, sizeof fickle, "%s/tests/tools/fickle",
             build != NULL ? build : ".");
    real = realpath(fickle, NULL);
    client_open(&c, &(struct spawner_config){ .best = group->hold,
                                              .kinds = LIST(real) });
    int line = a_shim_in_little_room(&c);
    if (line == 0)
        line = a_process_in_little_room(&c, real);
    leave_room(100);
    client_close(&c);
    free(real);
    if (line != 0)
        fprintf(stderr, "line %d\n", line);
    return line;
}

static void
few_descriptors_are_told_and_none_is_kept(void **state)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(play(*state) != 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closing_waits_for_the_shim),
        cmocka_unit_test(one_look_at_stderr_is_bounded),
        cmocka_unit_test(few_descriptors_are_told_and_none_is_kept),
    };
    int failed = 0;

    signal(SIGPIPE, SIG_IGN);
    for (enum spawner_hold h = HOLD_NAMESPACE; h <= HOLD_SUBREAPER; h++) {
        client_best = h;
        failed += cmocka_run_group_tests_name(spawner_hold_names[h - 1],
                                              tests, client_setup,
                                              client_teardown);
    }
    return failed;
}
