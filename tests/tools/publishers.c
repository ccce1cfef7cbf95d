/* SPDX-License-Identifier: MPL-2.0 */
/*
 * publishers [--nodes N] [--seconds S] [--port P] [--dir DIR] [--seed X]
 *            [--jobs J] [--fault NAME]
 * Plays N nodes (1..1000) from one process, on loopback and with the real
 * protocol, for consoles: each publishes STATE once a second and STATE_SLOW
 * every 5 s, with numbers that change, and answers hello, nodes, detail,
 * publish, throttle, pause, resume, drain, undrain and policy. The first one
 * also listens in DIR (control.sock, state.sock). They do no work, and no
 * node would take them for a peer. Ends by itself after S seconds.
 * --fault: what the last node does wrong (publishers.h).
 *
 * Prints "ready HOST:PORT" of the first node when all listen; at the end how
 * many states were sent and commands answered.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <zmq.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tests/tools/publishers.h"

struct all all = { .n = 12, .jobs = 100000, .port = 18490, .seconds = 60 };

static volatile sig_atomic_t ended;

static void
end(int number)
{
    (void)number;
    ended = 1;
}

int64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

static void
die(const char *what)
{
    fprintf(stderr, "publishers: %s: %s\n", what, zmq_strerror(errno));
    exit(EXIT_FAILED);
}

/* ---- sockets ---- */

static void *
open_socket(int type)
{
    void *s = zmq_socket(all.context, type);
    int zero = 0;

    if (s == NULL)
        die("socket");
    zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof zero);
    return s;
}

static bool
listens(void *socket, unsigned port)
{
    char address[64] = "";

    text_add(address, sizeof address, "tcp://127.0.0.1:%u", port);
    if (zmq_bind(socket, address) == 0)
        return true;
    if (errno != EADDRINUSE)
        die(address);
    return false;
}

static void
listen_file(void *socket, const char *name)
{
    char address[300] = "";

    text_add(address, sizeof address, "ipc://%s/%s", all.dir, name);
    if (zmq_bind(socket, address) != 0)
        die(address);
}

/* From port `from` on; the first one behind what it took. */
static unsigned
node_open(struct played *k, unsigned from)
{
    for (;; from += PORTS) {
        if (from + PORTS > 65000) {
            fprintf(stderr, "publishers: no ports left\n");
            exit(EXIT_FAILED);
        }
        k->pub = open_socket(ZMQ_PUB);
        k->router = open_socket(ZMQ_ROUTER);
        if (listens(k->pub, from + STATE_AT) &&
            listens(k->router, from + CONTROL_AT))
            break;
        zmq_close(k->pub);
        zmq_close(k->router);
    }
    k->port = (uint16_t)from;
    if (k == all.node && all.dir != NULL) {
        listen_file(k->pub, "state.sock");
        listen_file(k->router, "control.sock");
    }
    return from + PORTS;
}

/* A second of its life. */
static void
live(struct played *k)
{
    uint32_t n = (uint32_t)random_below(&all.random, 20);
    bool runs = k->phase == PHASE_RUN;

    k->running = runs && k->queued > 0
                     ? SLOTS - (uint32_t)random_below(&all.random, 3) : 0;
    n = runs ? n * k->throttle / 100 : 0;
    n = n > k->queued ? k->queued : n;
    k->done += n;
    k->queued -= n;
    k->left = n < k->left ? k->left - n : k->left == 0 ? 0 : all.jobs;
    k->failed += random_below(&all.random, 200) == 0;
    uint32_t in = (uint32_t)random_below(&all.random, 21);
    if (k->queued + in < 4000 && k->phase != PHASE_DRAIN) {
        k->queued += in;
        k->received += in;
    }
    k->sent += random_below(&all.random, 10);
}

/* ---- all of them ---- */

static void
node_init(struct played *k, size_t i)
{
    static const char *const group[] = { "alpha", "beta", "gamma", "delta" };

    for (size_t b = 0; b < sizeof k->id.b; b++)
        k->id.b[b] = (uint8_t)random_u64(&all.random);
    text_add(k->name, sizeof k->name, "%s%03zu", group[i % 4], i / 4 + 1);
    text_add(k->tags, sizeof k->tags, "rack=r%zu zone=%c", i / 20 + 1,
             (char)('a' + (char)(i % 3)));
    text_add(k->policy, sizeof k->policy, "hybrid");
    k->phase = PHASE_RUN;
    k->throttle = 100;
    k->queued = (uint32_t)random_below(&all.random, 1000);
    k->left = i % 20 == 0 ? all.jobs : 0;
    k->due_us = all.start_us + (int64_t)(i * SECOND_US / all.n);
}

static void
open_all(void)
{
    struct rlimit r;
    unsigned port = all.port;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &r);
    }
    all.context = zmq_ctx_new();
    zmq_ctx_set(all.context, ZMQ_MAX_SOCKETS, 2 * PLAYED_MAX + 100);
    all.codec = frame_codec_new();
    all.node = xcalloc(all.n, sizeof *all.node);
    all.start_us = now_us();
    for (size_t i = 0; i < all.n; i++) {
        node_init(&all.node[i], i);
        port = node_open(&all.node[i], port);
    }
}

static void
play(void)
{
    zmq_pollitem_t *item = xcalloc(all.n, sizeof *item);
    int64_t until = now_us() + all.seconds * SECOND_US;

    for (size_t i = 0; i < all.n; i++)
        item[i] = (zmq_pollitem_t){ .socket = all.node[i].router,
                                    .events = ZMQ_POLLIN };
    while (ended == 0 && now_us() < until) {
        (void)zmq_poll(item, (int)all.n, STEP_US / 1000);
        int64_t now = now_us();
        for (size_t i = 0; i < all.n; i++) {
            struct played *k = &all.node[i];
            if ((item[i].revents & ZMQ_POLLIN) != 0)
                serve(k);
            if (now < k->due_us)
                continue;
            live(k);
            publish_state(k);
            k->due_us += SECOND_US;
        }
    }
    free(item);
}

static void
close_all(void)
{
    for (size_t i = 0; i < all.n; i++) {
        zmq_close(all.node[i].pub);
        zmq_close(all.node[i].router);
    }
    zmq_ctx_term(all.context);
    frame_codec_free(all.codec);
    free(all.node);
}

static uint64_t
number(const char *text, uint64_t min, uint64_t max)
{
    uint64_t n;

    if (text_u64(text, min, max, &n) == 0)
        return n;
    fprintf(stderr, "publishers: \"%s\" is not a whole number from %llu to "
            "%llu\n", text, (unsigned long long)min, (unsigned long long)max);
    exit(EXIT_USAGE);
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "nodes", required_argument, NULL, 'n' },
        { "seconds", required_argument, NULL, 's' },
        { "port", required_argument, NULL, 'p' },
        { "dir", required_argument, NULL, 'd' },
        { "seed", required_argument, NULL, 'x' },
        { "jobs", required_argument, NULL, 'j' },
        { "fault", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 }
    };
    uint64_t seed = 1;
    enum fault fault = FAULT_NONE;

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (c) {
        case 'n': all.n = (size_t)number(optarg, 1, PLAYED_MAX); break;
        case 's': all.seconds = (int64_t)number(optarg, 1, 86400); break;
        case 'p': all.port = (unsigned)number(optarg, 1024, 60000); break;
        case 'd': all.dir = optarg; break;
        case 'x': seed = number(optarg, 0, UINT64_MAX); break;
        case 'f': fault = fault_find(optarg); break;
        case 'j': all.jobs = (uint32_t)number(optarg, 1, 10000000); break;
        default: return EXIT_USAGE;
        }
    random_seed(&all.random, seed);
    (void)signal(SIGTERM, end);
    (void)signal(SIGINT, end);
    open_all();
    all.node[all.n - 1].fault = fault;
    printf("ready 127.0.0.1:%u\n", (unsigned)all.node[0].port);
    fflush(stdout);
    play();
    printf("published %llu, answered %llu\n",
           (unsigned long long)all.published,
           (unsigned long long)all.answered);
    close_all();
    return EXIT_DONE;
}
