/* SPDX-License-Identifier: MPL-2.0 */
/*
 * peers gearman|beanstalk PORT JOBS WORKERS WINDOW - sends JOBS small jobs to
 * a server on this host, at most WINDOW unanswered, has WORKERS processes run
 * them (fib 30, as the agents do), and gets every result back.
 * Prints "SECONDS P50_MS" (the time of one job is that of its turn: WINDOW 1
 * gives the latency). Both protocols are pipelined as far as they allow.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/wire.h"

enum { WORKERS_MAX = 64, JOBS_MAX = 10000000 };

struct load {
    uint16_t port;
    int n_jobs, n_workers, window;
    int64_t *sent_us, *took_us;     /* [n_jobs] */
    int n_done;
};

static int
fib_text(const char *arg, char *dst, size_t cap)
{
    uint64_t a = 0, b = 1;
    for (long n = strtol(arg, NULL, 10); n > 0; n--) {
        uint64_t c = a + b;
        a = b;
        b = c;
    }
    return snprintf(dst, cap, "%" PRIu64, a);
}

static void
count_done(struct load *l, const char *result)
{
    if (strncmp(result, "832040", 6) != 0)
        die("wrong result");
    l->took_us[l->n_done] = clock_us() - l->sent_us[l->n_done];
    l->n_done++;
}

/* ---- gearman: binary packets ---- */

enum { CAN_DO = 1, PRE_SLEEP = 4, NOOP = 6, SUBMIT_JOB = 7, JOB_CREATED = 8,
       GRAB_JOB = 9, NO_JOB = 10, JOB_ASSIGN = 11, WORK_COMPLETE = 13 };

static void
packet_put(struct wire *w, uint8_t type, const void *p, size_t len)
{
    uint8_t head[12] = { 0, 'R', 'E', 'Q', 0, 0, 0, type, 0, 0,
                         (uint8_t)(len >> 8), (uint8_t)len };
    wire_put(w, head, sizeof head);
    wire_put(w, p, len);
}

/* The type; *p is ended by a NUL until the next call. */
static uint8_t
packet_get(struct wire *w, char *p, size_t cap)
{
    uint8_t head[12];
    memcpy(head, wire_get(w, sizeof head), sizeof head);
    size_t len = (size_t)head[10] << 8 | head[11];
    if (memcmp(head, "\0RES", 4) != 0 || head[9] != 0 || len >= cap)
        die("gearmand: not understood");
    memcpy(p, wire_get(w, len), len);
    p[len] = '\0';
    return head[7];
}

static void
gearman_worker(const struct load *l)
{
    struct wire *w = wire_open(l->port);
    char in[256], out[256];
    packet_put(w, CAN_DO, "fib", 3);
    packet_put(w, GRAB_JOB, "", 0);
    for (;;) {
        uint8_t type = packet_get(w, in, sizeof in);
        if (type == NO_JOB) {
            packet_put(w, PRE_SLEEP, "", 0);
        } else if (type == NOOP) {
            packet_put(w, GRAB_JOB, "", 0);
        } else if (type == JOB_ASSIGN) {
            size_t handle = strlen(in) + 1;
            const char *arg = in + handle + strlen(in + handle) + 1;
            memcpy(out, in, handle);
            int n = fib_text(arg, out + handle, sizeof out - handle);
            packet_put(w, WORK_COMPLETE, out, handle + (size_t)n);
            packet_put(w, GRAB_JOB, "", 0);
        }
    }
}

static void
gearman_client(struct load *l)
{
    static const char job[] = "fib\0\0" "30";
    struct wire *w = wire_open(l->port);
    char in[256];
    int sent = 0;
    while (l->n_done < l->n_jobs) {
        for (; sent < l->n_jobs && sent < l->n_done + l->window; sent++) {
            l->sent_us[sent] = clock_us();
            packet_put(w, SUBMIT_JOB, job, sizeof job - 1);
        }
        do {
            if (packet_get(w, in, sizeof in) == WORK_COMPLETE)
                count_done(l, in + strlen(in) + 1);
        } while (!wire_empty(w) && l->n_done < sent);
    }
    wire_close(w);
}

/* ---- beanstalkd: lines ---- */

static void
line_put(struct wire *w, const char *text)
{
    wire_put(w, text, strlen(text));
}

static void
expect(struct wire *w, const char *word)
{
    if (strncmp(wire_line(w), word, strlen(word)) != 0)
        die("beanstalkd: not understood");
}

/* Waits for RESERVED; the body is ended by a NUL, the id comes back. */
static uint64_t
reserved(struct wire *w, char *body, size_t cap)
{
    uint64_t id;
    size_t len;
    if (sscanf(wire_line(w), "RESERVED %" SCNu64 " %zu", &id, &len) != 2
        || len >= cap)
        die("beanstalkd: not understood");
    memcpy(body, wire_get(w, len), len);
    body[len] = '\0';
    wire_line(w);
    return id;
}

static void
delete_and_reserve(struct wire *w, uint64_t id)
{
    char text[64];
    snprintf(text, sizeof text, "delete %" PRIu64 "\r\nreserve\r\n", id);
    line_put(w, text);
}

static void
beanstalk_worker(const struct load *l)
{
    struct wire *w = wire_open(l->port);
    char arg[64], result[64], text[160];
    line_put(w, "watch jobs\r\nignore default\r\nuse results\r\n");
    expect(w, "WATCHING");
    expect(w, "WATCHING");
    expect(w, "USING");
    line_put(w, "reserve\r\n");
    for (;;) {
        uint64_t id = reserved(w, arg, sizeof arg);
        int n = fib_text(arg, result, sizeof result);
        snprintf(text, sizeof text, "put 0 0 60 %d\r\n%s\r\n", n, result);
        line_put(w, text);
        delete_and_reserve(w, id);
        expect(w, "INSERTED");
        expect(w, "DELETED");
    }
}

static void
beanstalk_client(struct load *l)
{
    struct wire *w = wire_open(l->port), *back = wire_open(l->port);
    char body[64];
    int sent = 0, inserted = 0;
    line_put(w, "use jobs\r\n");
    expect(w, "USING");
    line_put(back, "watch results\r\nignore default\r\n");
    expect(back, "WATCHING");
    expect(back, "WATCHING");
    line_put(back, "reserve\r\n");
    while (l->n_done < l->n_jobs) {
        for (; sent < l->n_jobs && sent < l->n_done + l->window; sent++) {
            l->sent_us[sent] = clock_us();
            line_put(w, "put 0 0 60 2\r\n30\r\n");
        }
        wire_flush(w);
        do {
            uint64_t id = reserved(back, body, sizeof body);
            delete_and_reserve(back, id);
            expect(back, "DELETED");
            count_done(l, body);
        } while (!wire_empty(back) && l->n_done < sent);
        for (; inserted < l->n_done; inserted++)
            expect(w, "INSERTED");
    }
    wire_close(w);
    wire_close(back);
}

/* ---- both ---- */

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static pid_t
worker_start(const struct load *l, void (*worker)(const struct load *))
{
    pid_t pid = fork();
    if (pid < 0)
        die("fork failed");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        worker(l);
        _exit(0);
    }
    return pid;
}

static int
argument(const char *text, int max)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > max)
        die("usage: peers gearman|beanstalk PORT JOBS WORKERS WINDOW");
    return (int)value;
}

int
main(int argc, char **argv)
{
    pid_t pids[WORKERS_MAX];
    struct load l = { .n_done = 0 };
    if (argc != 6)
        die("usage: peers gearman|beanstalk PORT JOBS WORKERS WINDOW");
    int gearman = strcmp(argv[1], "gearman") == 0;
    l.port = (uint16_t)argument(argv[2], 65535);
    l.n_jobs = argument(argv[3], JOBS_MAX);
    l.n_workers = argument(argv[4], WORKERS_MAX);
    l.window = argument(argv[5], JOBS_MAX);
    l.sent_us = calloc((size_t)l.n_jobs, sizeof *l.sent_us);
    l.took_us = calloc((size_t)l.n_jobs, sizeof *l.took_us);
    if (l.sent_us == NULL || l.took_us == NULL)
        die("out of memory");
    for (int i = 0; i < l.n_workers; i++)
        pids[i] = worker_start(&l, gearman ? gearman_worker
                                           : beanstalk_worker);
    usleep(200000);
    int64_t start = clock_us();
    if (gearman)
        gearman_client(&l);
    else
        beanstalk_client(&l);
    double s = (double)(clock_us() - start) / 1e6;
    qsort(l.took_us, (size_t)l.n_jobs, sizeof *l.took_us, by_value);
    printf("%.6f %.4f\n", s, (double)l.took_us[l.n_jobs / 2] / 1e3);
    for (int i = 0; i < l.n_workers; i++) {
        kill(pids[i], SIGTERM);
        waitpid(pids[i], NULL, 0);
    }
    free(l.sent_us);
    free(l.took_us);
    return 0;
}
