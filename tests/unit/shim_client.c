/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/clock.h"
#include "tests/unit/shim_client.h"

enum { WAIT_MS = 30 * 1000 };

void
ran_fini(struct ran *r)
{
    buf_fini(&r->out);
    buf_fini(&r->err);
}

/* ---- a spawner, a shim ---- */

static void
copy_file(const char *from, const char *to)
{
    char block[4096];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    ssize_t n;

    if (in < 0 || out < 0)
        fail_msg("%s to %s: %s", from, to, strerror(errno));
    while ((n = read(in, block, sizeof block)) > 0)
        assert_int_equal(write(out, block, (size_t)n), n);
    assert_int_equal(n, 0);
    close(in);
    close(out);
}

void
client_open(struct client *c, const struct spawner_config *config)
{
    static int count;
    const char *build = getenv("LB_BUILD");
    struct spawner_config own = *config;
    char from[512], scratch[128];

    *c = (struct client){ .fd = -1, .pidfd = -1,
                          .dir = "/tmp/lb-shim.XXXXXX" };
    assert_non_null(mkdtemp(c->dir));
    assert_int_equal(chmod(c->dir, 0755), 0);
    snprintf(from, sizeof from, "%s/tests/tools/nasty",
             build != NULL ? build : ".");
    snprintf(c->nasty, sizeof c->nasty, "%s/nasty", c->dir);
    copy_file(from, c->nasty);
    snprintf(scratch, sizeof scratch, "%s/scratch", c->dir);
    snprintf(c->token, sizeof c->token, "NASTY=%d.%d", (int)getpid(), ++count);
    own.scratch = scratch;
    c->spawner = spawner_fork(&own);
    assert_non_null(c->spawner);
    client_shim(c, 0);
}

void
client_shim(struct client *c, unsigned slot)
{
    if (c->fd >= 0)
        close(c->fd);
    if (c->pidfd >= 0)
        close(c->pidfd);
    c->fd = spawner_shim(c->spawner, slot, &c->pidfd, &c->hold);
    if (c->fd < 0)
        fail_msg("no shim: %s", strerror(-c->fd));
    snprintf(c->scratch, sizeof c->scratch, "%s/scratch/%u", c->dir, slot);
}

void
client_close(struct client *c)
{
    close(c->fd);
    close(c->pidfd);
    spawner_free(c->spawner);
    (void)marked(c->token, SIGKILL);
    remove_dir(c->dir);
}

void
remove_dir(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", path, (char *)NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* ---- frames ---- */

static void
put(const struct client *c, enum shim_frame type, struct span body)
{
    struct buf b = { 0 };

    buf_u32(&b, (uint32_t)body.len);
    buf_u8(&b, (uint8_t)type);
    buf_bytes(&b, body.p, body.len);
    for (size_t i = 0; i < b.len;) {
        ssize_t n = send(c->fd, b.p + i, b.len - i, MSG_NOSIGNAL);
        assert_true(n > 0);
        i += (size_t)n;
    }
    buf_fini(&b);
}

static uint32_t
strings(struct buf *b, const char *const *v)
{
    uint32_t n = 0;

    for (; v[n] != NULL; n++)
        buf_bytes(b, v[n], strlen(v[n]) + 1);
    return n;
}

void
client_start(const struct client *c, const struct what *w)
{
    const char *const only[] = { c->token, NULL };
    struct buf argv = { 0 }, env = { 0 }, body = { 0 };
    struct shim_run run = {
        .timeout_us = w->timeout_us, .kill_after_us = w->kill_after_us,
        .cpu_ms = w->cpu_ms, .input = w->input,
        .output_max = w->output_max != 0 ? w->output_max : 1 << 20,
        .cwd = span_str(w->cwd != NULL ? w->cwd : "") };

    run.argc = strings(&argv, w->argv);
    run.envc = strings(&env, w->env != NULL ? w->env : only);
    run.argv = buf_span(&argv);
    run.env = buf_span(&env);
    shim_run_encode(&run, &body);
    put(c, SHIM_RUN, buf_span(&body));
    buf_fini(&argv);
    buf_fini(&env);
    buf_fini(&body);
}

void
client_rate(const struct client *c, unsigned percent)
{
    struct buf body = { 0 };

    buf_u8(&body, (uint8_t)percent);
    buf_u64(&body, 100 * 1000);
    put(c, SHIM_RATE, buf_span(&body));
    buf_fini(&body);
}

void
client_stop(const struct client *c)
{
    put(c, SHIM_STOP, span_of(NULL, 0));
}

static void
get(const struct client *c, uint8_t *p, size_t n)
{
    while (n > 0) {
        struct pollfd fd = { c->fd, POLLIN, 0 };
        if (poll(&fd, 1, WAIT_MS) != 1) {
            (void)marked(c->token, SIGKILL);
            fail_msg("nothing comes from the shim");
        }
        ssize_t got = read(c->fd, p, n);
        if (got <= 0)
            fail_msg("the shim is gone");
        p += got;
        n -= (size_t)got;
    }
}

/* One frame; true: it was the end. */
static bool
take(const struct client *c, struct ran *r)
{
    uint8_t head[SHIM_HEAD];
    struct buf body = { 0 };
    struct reader reader;

    get(c, head, sizeof head);
    reader_init(&reader, span_of(head, sizeof head));
    uint32_t n = reader_u32(&reader);
    uint8_t type = reader_u8(&reader);
    assert_true(n > 0 && n <= SHIM_FRAME_MAX);
    get(c, buf_grow(&body, n), n);
    if (type == SHIM_OUT || type == SHIM_ERR) {
        buf_bytes(type == SHIM_OUT ? &r->out : &r->err, body.p, n);
    } else {
        assert_int_equal(type, SHIM_END);
        assert_int_equal(shim_end_decode(buf_span(&body), &r->end), 0);
        span_copy(r->end.why, r->why, sizeof r->why);
    }
    buf_fini(&body);
    return type == SHIM_END;
}

void
client_ready(const struct client *c, struct ran *r)
{
    while (r->out.len < 6 || memcmp(r->out.p, "ready\n", 6) != 0)
        if (take(c, r))
            fail_msg("ended early: how %u, exit %u, signal %u: %s",
                     r->end.how, r->end.exit, r->end.signal, r->why);
}

void
client_end(const struct client *c, struct ran *r)
{
    while (!take(c, r))
        ;
    size_t left = marked(c->token, 0);
    if (left > 0) {
        (void)marked(c->token, SIGKILL);
        fail_msg("%zu processes are left", left);
    }
}

void
expect_end(const struct ran *r, uint8_t how, uint8_t exit, uint8_t signal)
{
    if (r->end.how != how || r->end.exit != exit || r->end.signal != signal)
        fail_msg("how %u, exit %u, signal %u, not %u, %u, %u: %s", r->end.how,
                 r->end.exit, r->end.signal, how, exit, signal, r->why);
}

struct ran
client_run(const struct client *c, const struct what *w)
{
    struct ran r = { 0 };

    client_start(c, w);
    client_end(c, &r);
    return r;
}

/* ---- groups ---- */

enum spawner_hold client_best = HOLD_NAMESPACE;

int
client_setup(void **state)
{
    static struct client c;

    client_open(&c, &(struct spawner_config){ .best = client_best });
    if (c.hold != client_best)
        print_message("this host holds by %s only\n",
                      spawner_hold_names[c.hold - 1]);
    *state = &c;
    return 0;
}

int
client_teardown(void **state)
{
    client_close(*state);
    return 0;
}

/* ---- who is there ---- */

/* Bytes of a file below /proc/PID. */
static size_t
read_proc(const char *pid, const char *file, char *dst, size_t cap)
{
    char path[300];

    snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, dst, cap - 1) : 0;
    if (fd >= 0)
        close(fd);
    dst[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* Calls `found` for each process with the mark; their number. */
static size_t
each(const char *token, void (*found)(const char *pid, void *arg), void *arg)
{
    char env[4096];
    const struct dirent *e;
    size_t n = 0;
    DIR *d = opendir("/proc");

    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        if (!isdigit((unsigned char)e->d_name[0]))
            continue;
        size_t len = read_proc(e->d_name, "environ", env, sizeof env);
        if (memmem(env, len, token, strlen(token) + 1) == NULL)
            continue;
        n++;
        found(e->d_name, arg);
    }
    closedir(d);
    return n;
}

static void
send_signal(const char *pid, void *arg)
{
    const int *signal = arg;

    if (*signal != 0)
        (void)kill((pid_t)strtol(pid, NULL, 10), *signal);
}

size_t
marked(const char *token, int signal)
{
    return each(token, send_signal, &signal);
}

void
await_marked(const char *token, size_t n)
{
    int64_t until = clock_us() + WAIT_MS * INT64_C(1000);
    size_t now;

    while ((now = marked(token, 0)) != n) {
        if (clock_us() > until) {
            (void)marked(token, SIGKILL);
            fail_msg("%zu marked processes, not %zu", now, n);
        }
        (void)poll(NULL, 0, 1);
    }
}

static void
note_state(const char *pid, void *arg)
{
    char stat[512], *state = arg;

    (void)read_proc(pid, "stat", stat, sizeof stat);
    const char *at = strrchr(stat, ')');
    if (at != NULL && at[1] != '\0')
        *state = at[2];
}

char
state_of(const char *token)
{
    char state = 0;

    (void)each(token, note_state, &state);
    return state;
}
