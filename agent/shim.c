/* SPDX-License-Identifier: MPL-2.0 */
/* The loop of a shim: one run after the other. */
#include "agent/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/cgroup.h"
#include "agent/clock.h"
#include "agent/shim_parts.h"
#include "agent/throttle.h"
#include "base/text.h"
#include "base/xalloc.h"

enum {
    FLUSH_US = 100 * 1000,      /* output waits so long for more of it */
    LOOK_MIN_US = 1000,
    TURN_BYTES = 2 * STREAM_BYTES,      /* read of a stream in one turn */
    PIPE_BYTES = 64 * 1024 * 1024,      /* more than a pipe can hold */
    KEEP_BYTES = 256 * 1024,    /* kept of a large buffer */
    REAPS_MAX = 64              /* in one turn */
};

struct shim {
    struct shim_config config;
    struct tree tree;
    int null;                   /* /dev/null */
    sigset_t waiting;           /* mask while it waits: SIGCHLD comes */
    struct buf in, out;
    struct stream stdout_, stderr_;
    unsigned percent;           /* rate in force */
    int64_t period_us;

    /* of the run under way */
    pid_t pid;                  /* 0: none */
    int64_t end_us, kill_us;    /* its time is over; KILL follows TERM */
    uint64_t kill_after_us;
    uint8_t how;                /* enum shim_how; 0: it goes on */
    int64_t cpu_from_us;        /* of RUSAGE_CHILDREN, when it began */
    struct throttle throttle;
    bool stopped;               /* by the throttle */
    bool reap_again;            /* more may have ended */
    int64_t next_us;            /* next look at the throttle, or its end */
    int64_t run_us, from_us;    /* time that it was let run, while its
                                   processor time cannot be told */
};

/* ---- frames ---- */

static bool
write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* False: nobody is there any more. */
static bool
send_out(struct shim *s)
{
    bool sent = write_all(s->config.fd, s->out.p, s->out.len);

    if (s->out.cap > KEEP_BYTES)
        buf_fini(&s->out);
    buf_reset(&s->out);
    return sent;
}

static void
put_end(struct shim *s, const struct shim_end *end)
{
    size_t at = s->out.len;

    buf_u32(&s->out, 0);
    buf_u8(&s->out, SHIM_END);
    shim_end_encode(end, &s->out);
    buf_put_u32(&s->out, at, (uint32_t)(s->out.len - at - SHIM_HEAD));
}

static bool
read_all(int fd, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* ---- a run ---- */

static int64_t
children_us(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_CHILDREN, &u);
    return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
           u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int64_t
after(int64_t now_us, uint64_t us)
{
    return us > (uint64_t)(INT64_MAX - now_us) ? INT64_MAX
                                               : now_us + (int64_t)us;
}

/* What it was let have: processor time, or time itself. */
static int64_t
used_us(const struct shim *s, int64_t now_us)
{
    int64_t us = tree_cpu_us(&s->tree);

    return us >= 0 ? us : s->run_us + (s->stopped ? 0 : now_us - s->from_us);
}

static void
begin_throttle(struct shim *s, int64_t now_us)
{
    s->stopped = false;
    s->run_us = 0;
    s->from_us = now_us;
    s->next_us = INT64_MAX;
    if (s->percent >= 100)
        return;
    throttle_init(&s->throttle, used_us(s, now_us), now_us, s->percent);
    s->next_us = now_us;
}

/* Starts it; false: it could not be, and the end is in s->out. */
static bool
begin(struct shim *s, const struct shim_run *run)
{
    struct start start = { .run = run, .scratch = s->config.scratch,
                           .allow = run->lines ? s->config.kinds
                                               : s->config.allow };
    int64_t now = clock_us();
    int ours[2] = { -1, -1 };

    s->cpu_from_us = children_us();
    s->how = 0;
    s->end_us = run->timeout_us == 0 ? INT64_MAX : after(now, run->timeout_us);
    s->kill_us = INT64_MAX;
    s->kill_after_us = run->kill_after_us;
    if (run->lines) {
        s->stdout_ = (struct stream){ .fd = -1 };
        start.in = pipe_open(PIPE_IN, ours);
        start.out = pipe_open(PIPE_OUT, ours);
    } else {
        start.in = input_open(s->null, run->input);
        start.out = stream_open(&s->stdout_, SHIM_OUT, run->output_max);
    }
    start.err = stream_open(&s->stderr_, SHIM_ERR, run->output_max);
    s->pid = -1;
    /* It could not be made before, for want of a descriptor. */
    if (s->config.scratch != NULL && access(s->config.scratch, F_OK) != 0)
        scratch_clean(s->config.scratch);
    if (start.in >= 0 && start.out >= 0 && start.err >= 0) {
        s->pid = shim_start(&start);
    } else {
        int error = start.in < 0    ? -start.in
                    : start.out < 0 ? -start.out
                                    : -start.err;
        start.how = SHIM_NOT_NOW;
        text_add(start.why, sizeof start.why, "no input or output: %s",
                 strerror(error));
    }
    if (start.in >= 0 && start.in != s->null)
        close(start.in);
    if (start.out >= 0)
        close(start.out);
    if (start.err >= 0)
        close(start.err);
    /* What cannot be handed over ends at once, as its slot is gone. */
    if (s->pid > 0 && run->lines)
        (void)(send_out(s) && pipes_send(s->config.fd, ours));
    pipes_close(ours);
    if (s->pid > 0) {
        begin_throttle(s, now);
        return true;
    }
    s->pid = 0;
    stream_close(&s->stdout_);
    stream_close(&s->stderr_);
    put_end(s, &(struct shim_end){ .how = start.how,
                                   .why = span_str(start.why) });
    return false;
}

static void
stop_all(struct shim *s, int64_t now_us)
{
    s->run_us += now_us - s->from_us;
    s->stopped = true;
    tree_signal(&s->tree, SIGSTOP);
}

static void
go_on(struct shim *s, int64_t now_us)
{
    s->from_us = now_us;
    s->stopped = false;
    tree_signal(&s->tree, SIGCONT);
}

/* Asks it to end, whatever state it is in. */
static void
end_run(struct shim *s, uint8_t how, int64_t now_us)
{
    if (s->how != 0)
        return;
    s->how = how;
    s->end_us = s->next_us = INT64_MAX;
    s->kill_us = after(now_us, s->kill_after_us);
    s->stopped = false;
    tree_signal(&s->tree, SIGTERM);
    tree_signal(&s->tree, SIGCONT);
}

static void
look_at_throttle(struct shim *s, int64_t now_us)
{
    if (s->how != 0 || now_us < s->next_us)
        return;
    if (s->stopped)
        go_on(s, now_us);
    int64_t sleep = throttle_sleep_us(&s->throttle, used_us(s, now_us), now_us,
                                      s->percent, s->period_us);
    int64_t stretch = s->period_us * s->percent / 100;
    if (s->percent >= 100) {
        s->next_us = INT64_MAX;
    } else if (sleep > 0) {
        stop_all(s, now_us);
        s->next_us = now_us + sleep;
    } else {
        s->next_us = now_us + (stretch < LOOK_MIN_US ? LOOK_MIN_US : stretch);
    }
}

static void
set_rate(struct shim *s, struct span body)
{
    struct reader r;

    reader_init(&r, body);
    unsigned percent = reader_u8(&r);
    uint64_t period = reader_u64(&r);
    if (r.bad || percent < 1 || percent > 100 || period < LOOK_MIN_US ||
        period > 60 * 1000000)
        return;
    int64_t now = clock_us();
    if (s->config.quota != NULL &&
        cgroup_limit(s->config.quota, s->config.cgroup_version, percent,
                     (int64_t)period))
        percent = 100;  /* the kernel sees to it */
    bool whole = s->percent >= 100;
    s->percent = percent;
    s->period_us = (int64_t)period;
    if (s->pid != 0 && s->how == 0 && whole)
        begin_throttle(s, now);
    else if (s->pid != 0 && s->how == 0)
        s->next_us = now;
}

/* The program itself is gone: so is all that it left behind, at once. */
static void
end_of(struct shim *s, int status)
{
    struct shim_end end = { .how = s->how != 0 ? s->how : SHIM_ENDED };
    int64_t now = clock_us();

    tree_end(&s->tree);
    if (WIFSIGNALED(status))
        end.signal = (uint8_t)WTERMSIG(status);
    else
        end.exit = (uint8_t)WEXITSTATUS(status);
    end.cpu_us = (uint64_t)(children_us() - s->cpu_from_us);
    for (struct stream *p = &s->stdout_; p != NULL;
         p = p == &s->stdout_ ? &s->stderr_ : NULL) {
        stream_read(p, PIPE_BYTES, now, &s->out);
        stream_flush(p, &s->out);
        stream_close(p);
    }
    end.out_total = s->stdout_.total;
    end.err_total = s->stderr_.total;
    put_end(s, &end);
    s->pid = 0;
    scratch_clean(s->config.scratch);
}

/* Whoever has ended: the program, or one that it left to us. */
static void
reap(struct shim *s)
{
    int status;

    s->reap_again = false;
    /* Those that a fork bomb leaves do not keep it from its time-out. */
    for (int i = 0; i < REAPS_MAX && s->pid != 0; i++) {
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return;
        if (pid == s->pid)
            end_of(s, status);
    }
    /* There may be more: no signal comes for those. */
    s->reap_again = s->pid != 0;
}

/* ---- the loop ---- */

/* One frame from the slot. False: it is gone. */
static bool
obey(struct shim *s)
{
    uint8_t head[SHIM_HEAD];
    struct shim_run run;
    struct reader r;

    if (!read_all(s->config.fd, head, sizeof head))
        return false;
    reader_init(&r, span_of(head, sizeof head));
    uint32_t n = reader_u32(&r);
    uint8_t type = reader_u8(&r);
    buf_reset(&s->in);
    if (n > SHIM_FRAME_MAX ||
        !read_all(s->config.fd, buf_grow(&s->in, n), n))
        return false;
    if (type == SHIM_RATE)
        set_rate(s, buf_span(&s->in));
    else if (type == SHIM_STOP && s->pid != 0)
        end_run(s, SHIM_STOPPED, clock_us());
    else if (type == SHIM_RUN) {
        if (s->pid != 0 || shim_run_decode(buf_span(&s->in), &run) != 0 ||
            (run.lines && (s->config.kinds == NULL ||
                           s->config.kinds[0] == NULL)))
            return false;
        (void)begin(s, &run);
    }
    if (s->in.cap > KEEP_BYTES)
        buf_fini(&s->in);
    return true;
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t
deadline_us(const struct shim *s)
{
    int64_t at = INT64_MAX;

    if (s->pid == 0)
        return at;
    if (s->reap_again)
        return 0;
    at = earlier(s->end_us, earlier(s->kill_us, s->next_us));
    if (s->stdout_.n > 0)
        at = earlier(at, s->stdout_.since_us + FLUSH_US);
    if (s->stderr_.n > 0)
        at = earlier(at, s->stderr_.since_us + FLUSH_US);
    return at;
}

static void
tick(struct shim *s, int64_t now_us)
{
    if (s->pid == 0)
        return;
    if (now_us >= s->end_us)
        end_run(s, SHIM_TIMEOUT, now_us);
    if (now_us >= s->kill_us) {
        tree_signal(&s->tree, SIGKILL);
        s->kill_us = INT64_MAX;
    }
    look_at_throttle(s, now_us);
    if (s->stdout_.n > 0 && now_us >= s->stdout_.since_us + FLUSH_US)
        stream_flush(&s->stdout_, &s->out);
    if (s->stderr_.n > 0 && now_us >= s->stderr_.since_us + FLUSH_US)
        stream_flush(&s->stderr_, &s->out);
}

/* One wait and what it brought. False: the slot is gone. */
static bool
turn(struct shim *s)
{
    struct pollfd p[3] = { { s->config.fd, POLLIN, 0 },
                           { s->stdout_.fd, POLLIN, 0 },
                           { s->stderr_.fd, POLLIN, 0 } };
    int64_t at = deadline_us(s), now = clock_us();
    struct timespec wait = { 0 };

    if (at > now) {
        wait.tv_sec = (at - now) / 1000000;
        wait.tv_nsec = (at - now) % 1000000 * 1000;
    }
    int n = ppoll(p, s->pid != 0 ? 3 : 1, at == INT64_MAX ? NULL : &wait,
                  &s->waiting);
    if (n < 0 && s->config.parent != 0 && getppid() != s->config.parent)
        return false;
    if (n > 0 && p[0].revents != 0 && !obey(s))
        return false;
    now = clock_us();
    if (n > 0 && s->pid != 0 && p[1].revents != 0)
        stream_read(&s->stdout_, TURN_BYTES, now, &s->out);
    if (n > 0 && s->pid != 0 && p[2].revents != 0)
        stream_read(&s->stderr_, TURN_BYTES, now, &s->out);
    tick(s, now);
    reap(s);
    return s->out.len == 0 || send_out(s);
}

static void
interrupt(int signal)
{
    (void)signal;   /* the wait: that is all */
}

static bool
prepare(struct shim *s)
{
    const struct sigaction act = { .sa_handler = interrupt,
                                   .sa_flags = SA_NOCLDSTOP };
    const struct rlimit none = { 0, 0 };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (s->config.parent != 0)
        sigaddset(&set, SIGTERM);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigemptyset(&s->waiting);
    sigaction(SIGCHLD, &act, NULL);
    if (s->config.parent != 0)
        sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_NAME, "lbagent-shim", 0, 0, 0);
    if (!s->config.namespaced &&
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        return false;
    scratch_clean(s->config.scratch);
    s->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return s->null >= 0;
}

int
shim_main(const struct shim_config *config)
{
    struct shim *s = xcalloc(1, sizeof *s);

    s->config = *config;
    s->tree = (struct tree){ config->namespaced, config->own_proc };
    s->stdout_.fd = s->stderr_.fd = -1;
    s->percent = 100;
    s->period_us = 100 * 1000;
    bool ready = prepare(s);
    while (ready && turn(s))
        ;
    tree_end(&s->tree);
    scratch_clean(config->scratch);
    buf_fini(&s->in);
    buf_fini(&s->out);
    if (s->null > 0)
        close(s->null);
    free(s);
    return ready ? 0 : 1;
}
