/* SPDX-License-Identifier: MPL-2.0 */
/*
 * beside PORT SEED N [ASKS [SOCKET]] - an honest client of the node of that
 * base port, first alone, then as N connections come that are not (crowd.h),
 * then beside them. It asks ASKS times each by TCP and, if told, at the
 * socket file of the node, and has a few jobs run; all must be answered.
 * Prints how long answers took, and, for comparison, those of a process that
 * only echoes and that the crowd does not know: so much is due to the
 * processor, which all of them share. Without ASKS: no client; says "ready"
 * when the crowd is there and keeps it up until stdin ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "proto/lb.h"
#include "tests/tools/crowd.h"

enum { JOBS = 100, TIMEOUT_MS = 60 * 1000 };
enum { ECHO, TCP, LOCAL, DOORS };
static const char *const doors[] = { "echo", "tcp", "local" };

/* Whom it asks. */
struct client {
    struct lb *lb[DOORS];   /* NULL: not there */
    int echo;
    size_t asks;
};

struct times {
    uint64_t *us[DOORS];    /* [asks], sorted */
};

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "beside: %s: %s\n", what, why);
    exit(1);
}

static uint64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* ---- a process that echoes ---- */

static int
start_echo(void)
{
    int fd[2];
    char c;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
        die("echo", "no socket");
    if (fork() != 0) {
        close(fd[1]);
        return fd[0];
    }
    close(fd[0]);
    while (read(fd[1], &c, 1) == 1 && write(fd[1], &c, 1) == 1)
        ;
    _exit(0);
}

/* ---- asking ---- */

static void
ask(struct client *c, int door)
{
    struct lb_call call = { .op = "ping" };
    struct lb_reply *r;
    char byte = 0;

    if (door == ECHO) {
        if (write(c->echo, &byte, 1) != 1 || read(c->echo, &byte, 1) != 1)
            die("echo", "gone");
        return;
    }
    if (lb_call_do(c->lb[door], &call, &r) != LB_OK)
        die("ping", lb_error(c->lb[door]));
    lb_reply_free(r);
}

/* Each in turn, 1 ms apart. */
static struct times
ask_all(struct client *c)
{
    const struct timespec gap = { .tv_nsec = 1000 * 1000 };
    struct times t = { .us = { NULL } };

    for (int d = 0; d < DOORS; d++)
        t.us[d] = xcalloc(c->asks, sizeof **t.us);
    for (size_t i = 0; i < c->asks; i++)
        for (int d = 0; d < DOORS; d++) {
            if (d != ECHO && c->lb[d] == NULL)
                continue;
            nanosleep(&gap, NULL);
            uint64_t start = now_us();
            ask(c, d);
            t.us[d][i] = now_us() - start;
        }
    for (int d = 0; d < DOORS; d++)
        qsort(t.us[d], c->asks, sizeof **t.us, by_size);
    return t;
}

static void
times_free(struct times *t)
{
    for (int d = 0; d < DOORS; d++)
        free(t->us[d]);
}

/* WHEN DOOR: median, p99, and how often those of it alone. */
static void
tell(const struct client *c, const char *when, const struct times *now,
     const struct times *alone)
{
    const size_t median = c->asks / 2, p99 = c->asks * 99 / 100;

    for (int d = 0; d < DOORS; d++)
        if (d == ECHO || c->lb[d] != NULL)
            printf("%s, %s: median %llu us (x %.2f), p99 %llu us (x %.2f)\n",
                   when, doors[d], (unsigned long long)now->us[d][median],
                   (double)now->us[d][median] / (double)alone->us[d][median],
                   (unsigned long long)now->us[d][p99],
                   (double)now->us[d][p99] / (double)alone->us[d][p99]);
}

static void
have_jobs_run(struct lb *lb)
{
    struct lb_workload w = { .kind = "noop", .n_jobs = JOBS,
                             .cost = 1000000, .retries = LB_RETRIES_DEFAULT,
                             .timeout_us = LB_TIMEOUT_DEFAULT };
    struct lb_progress p = { .version = 0 };
    struct lb_submit *s = lb_submit_open(lb, &w);

    if (lb_submit_same(s, JOBS) != LB_OK || lb_submit_end(s) != LB_OK)
        die("submit", lb_error(lb));
    do {
        if (lb_wait(lb, lb_submit_number(s), 1000, &p) != LB_OK)
            die("wait", lb_error(lb));
    } while (!lb_progress_ended(&p));
    if (p.done != JOBS)
        die("jobs", p.state);
    lb_submit_free(s);
}

static void
hold(struct crowd *crowd)
{
    struct crowd_count n = crowd_count(crowd);

    printf("ready: %zu connections\n", n.up);
    fflush(stdout);
    while (getchar() != EOF)
        ;
}

static void
compare(struct client *c, struct crowd *crowd, const struct times *alone)
{
    struct times coming = ask_all(c);

    crowd_await(crowd);
    struct crowd_count before = crowd_count(crowd);
    struct times there = ask_all(c);
    have_jobs_run(c->lb[TCP]);
    printf("%zu connections: %zu of %zu answers, %d of %d jobs; %llu cut and "
           "made again\n", before.up, c->asks, c->asks, JOBS, JOBS,
           (unsigned long long)crowd_count(crowd).cut);
    tell(c, "alone", alone, alone);
    tell(c, "coming", &coming, alone);
    tell(c, "there", &there, alone);
    times_free(&coming);
    times_free(&there);
}

static struct lb *
client_of(const char *where)
{
    struct lb *lb = lb_new(NULL);

    lb_set_timeout(lb, TIMEOUT_MS);
    if (lb_connect(lb, where) != LB_OK)
        die(where, lb_error(lb));
    return lb;
}

int
main(int argc, char **argv)
{
    char where[64];

    if (argc < 4 || argc > 6) {
        fputs("usage: beside PORT SEED N [ASKS [SOCKET]]\n", stderr);
        return 2;
    }
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    size_t n = strtoul(argv[3], NULL, 10);
    struct client c = { .asks = argc > 4 ? strtoul(argv[4], NULL, 10) : 0 };
    struct times alone = { .us = { NULL } };

    snprintf(where, sizeof where, "127.0.0.1:%u", port);
    if (c.asks > 0) {
        c.echo = start_echo();
        c.lb[TCP] = client_of(where);
        c.lb[LOCAL] = argc > 5 ? client_of(argv[5]) : NULL;
        alone = ask_all(&c);
    }
    struct crowd *crowd = crowd_start(port, strtoull(argv[2], NULL, 10), n);
    if (crowd == NULL)
        die("crowd", "not enough descriptors");
    printf("seed %s: ", argv[2]);
    if (c.asks > 0) {
        compare(&c, crowd, &alone);
    } else {
        crowd_await(crowd);
        hold(crowd);
    }
    crowd_end(crowd);
    for (int d = TCP; d < DOORS; d++)
        lb_free(c.lb[d]);
    times_free(&alone);
    return 0;
}
