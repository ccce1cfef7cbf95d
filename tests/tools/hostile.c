/* SPDX-License-Identifier: MPL-2.0 */
/*
 * hostile PORT SEED N - sends N hostile batches to the node of that base port
 * and waits until it has refused them all; then one that is right, so that it
 * is seen that its jobs are taken. Prints what became of them. Status 1 if a
 * job of a hostile one was taken, or one was not refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#include "proto/lb.h"
#include "tests/tools/batches.h"

enum { WAIT_S = 60, RIGHT_JOBS = 3 };

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "hostile: %s: %s\n", what, why);
    exit(1);
}

/* What the node says of itself. */
static struct lb_node
look(struct lb *lb)
{
    struct lb_node *v, self = { .life = 0 };
    size_t n;

    if (lb_nodes(lb, &v, &n) != LB_OK)
        die("nodes", lb_error(lb));
    for (size_t i = 0; i < n; i++)
        if (v[i].life == LB_SELF)
            self = v[i];
    free(v);
    return self;
}

/* Until that many have been refused and that many jobs taken. */
static struct lb_node
await(struct lb *lb, uint64_t rejected, uint64_t received)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
    struct lb_node now = look(lb);
    time_t end = time(NULL) + WAIT_S;

    while ((now.rejected < rejected || now.received < received) &&
           time(NULL) < end) {
        nanosleep(&pause, NULL);
        now = look(lb);
    }
    return now;
}

static void *
open_push(void *context, unsigned long port)
{
    const int wait_ms = WAIT_S * 1000;
    char where[64];
    void *s = zmq_socket(context, ZMQ_PUSH);

    snprintf(where, sizeof where, "tcp://127.0.0.1:%lu", port);
    if (s == NULL ||
        zmq_setsockopt(s, ZMQ_LINGER, &wait_ms, sizeof wait_ms) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
        zmq_connect(s, where) != 0)
        die(where, zmq_strerror(zmq_errno()));
    return s;
}

static void
give(void *push, const struct buf *frame)
{
    if (zmq_send(push, frame->p, frame->len, 0) < 0)
        die("send", zmq_strerror(zmq_errno()));
}

int
main(int argc, char **argv)
{
    struct batches b;
    struct buf frame = { 0 };
    uint64_t bytes = 0;
    char where[64];

    if (argc != 4) {
        fputs("usage: hostile PORT SEED N\n", stderr);
        return 2;
    }
    unsigned long port = strtoul(argv[1], NULL, 10);
    unsigned long long seed = strtoull(argv[2], NULL, 10);
    unsigned long n = strtoul(argv[3], NULL, 10);
    void *context = zmq_ctx_new(), *push = open_push(context, port);
    struct lb *lb = lb_new(NULL);

    snprintf(where, sizeof where, "127.0.0.1:%lu", port);
    if (lb_connect(lb, where) != LB_OK)
        die(where, lb_error(lb));
    struct lb_node before = look(lb);
    batches_init(&b, seed, before.incarnation);
    for (unsigned long i = 0; i < n; i++) {
        (void)batches_next(&b, &frame);
        bytes += frame.len;
        give(push, &frame);
    }
    struct lb_node after = await(lb, before.rejected + n, 0);
    uint64_t rejected = after.rejected - before.rejected;
    uint64_t taken = after.received - before.received;
    batches_right(&b, RIGHT_JOBS, &frame);
    give(push, &frame);
    after = await(lb, 0, after.received + RIGHT_JOBS);
    uint64_t right = after.received - before.received - taken;
    printf("seed %llu: %lu hostile batches of %llu bytes: %llu refused, "
           "%llu jobs taken; a right one: %llu of %d jobs taken\n", seed, n,
           (unsigned long long)bytes, (unsigned long long)rejected,
           (unsigned long long)taken, (unsigned long long)right, RIGHT_JOBS);
    buf_fini(&frame);
    lb_free(lb);
    zmq_close(push);
    zmq_ctx_term(context);
    return rejected == n && taken == 0 && right == RIGHT_JOBS ? 0 : 1;
}
