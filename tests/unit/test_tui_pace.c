/* SPDX-License-Identifier: MPL-2.0 */
/* A terminal at the end of a slow line: in virtual time by itself, and lbtop
 * on a pseudo-terminal whose reader answers when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/pace.h"
#include "tui/shell.h"

enum { S = 1000000, MANY = 500, FEW = 10, BOUND_MS = 30000, SILENT_MS = 2500,
       READS_MAX = 60 };

/* ---- by itself ---- */

/* A line of `rate` bytes a second; what was sent is shown in turn. */
struct line {
    int64_t rate, now_us;
    int64_t left;               /* bytes sent and not yet shown */
    int64_t answer_at;          /* bytes until the question is read; -1 none */
};

static void
carry(struct line *l, struct pace *p, int64_t us)
{
    int64_t carried = l->rate * us / S;

    l->now_us += us;
    l->left = carried > l->left ? 0 : l->left - carried;
    if (l->answer_at < 0)
        return;
    l->answer_at -= carried;
    if (l->answer_at <= 0) {
        l->answer_at = -1;
        pace_answered(p, l->now_us);
    }
}

static void
send_frame(struct line *l, struct pace *p, int bytes)
{
    l->left += bytes;
    if (pace_sent(p, l->now_us, MANY))
        l->answer_at = l->left;
}

static void
a_slow_reader_is_one_frame_behind_at_most(void **state)
{
    (void)state;
    enum { FRAME = 1200, FIRST = 3200, STEP_US = 50000 };
    struct line l = { .rate = 400, .answer_at = -1 };
    struct pace p;
    int frames = 0;

    pace_init(&p, true);
    pace_heard(&p);     /* another question was before the first frame */
    send_frame(&l, &p, FIRST);
    for (int i = 0; i < 100 * S / STEP_US; i++) {
        carry(&l, &p, STEP_US);
        if (!pace_ready(&p, l.now_us))
            continue;
        assert_in_range(l.left, 0, 20);
        send_frame(&l, &p, FRAME);
        frames++;
    }
    /* The line is used all the same: 92 s of it for frames of 3 s. */
    assert_in_range(frames, 29, 31);
}

static void
keys_are_echoed_a_few_times_while_it_waits(void **state)
{
    (void)state;
    struct pace p;

    pace_init(&p, true);
    pace_heard(&p);
    assert_true(pace_sent(&p, 0, MANY));
    for (int i = 0; i < 4; i++) {
        assert_true(pace_may_echo(&p));
        pace_echoed(&p, false);
    }
    assert_false(pace_may_echo(&p));
    pace_answered(&p, S);
    assert_int_equal(pace_took_us(&p), S);
    assert_int_equal(pace_took_us(&p), -1);
    assert_true(pace_may_echo(&p));
    /* A whole frame takes all of them. */
    assert_true(pace_sent(&p, S, MANY));
    pace_echoed(&p, true);
    assert_false(pace_may_echo(&p));
}

static void
who_never_answers_is_asked_twice(void **state)
{
    (void)state;
    struct pace p;

    pace_init(&p, true);
    assert_false(pace_sent(&p, 0, FEW));
    assert_true(pace_sent(&p, 0, MANY));
    assert_int_equal(pace_deadline_us(&p), 2 * S);
    assert_false(pace_ready(&p, 2 * S - 1));
    assert_true(pace_ready(&p, 2 * S));
    assert_true(pace_sent(&p, 2 * S, MANY));
    assert_true(pace_ready(&p, 4 * S));
    assert_false(pace_sent(&p, 4 * S, MANY));
    assert_true(pace_ready(&p, 4 * S));
    /* An answer that comes late: it was only slow. */
    pace_answered(&p, 5 * S);
    assert_true(pace_sent(&p, 5 * S, MANY));
    assert_false(pace_ready(&p, 30 * S));
    pace_init(&p, false);
    assert_false(pace_sent(&p, 0, MANY));
    assert_true(pace_ready(&p, 0));
}

/* ---- lbtop ---- */

struct glass {
    int fd;
    pid_t pid;
    size_t n;
    char bytes[1 << 16];        /* since it was last emptied */
};

static _Noreturn void
run_lbtop(void)
{
    static struct options o = { .demo = 12, .seed = 1, .speed = 1,
                                .screen = SCREEN_NODES };

    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("TMUX");
    unsetenv("STY");
    (void)setlocale(LC_ALL, "");
    setup_default(&o.setup);
    o.sort = o.setup.sort;
    _exit(run_screen(&o));
}

static void
begin(struct glass *g)
{
    struct winsize w = { .ws_col = 80, .ws_row = 24 };

    g->n = 0;
    g->pid = forkpty(&g->fd, NULL, NULL, &w);
    assert_true(g->pid >= 0);
    if (g->pid == 0)
        run_lbtop();
}

static void
end(struct glass *g)
{
    int status;

    kill(g->pid, SIGTERM);
    close(g->fd);
    assert_int_equal(waitpid(g->pid, &status, 0), g->pid);
}

/* Reads what comes in `ms`; false: nothing. */
static bool
hear(struct glass *g, int ms)
{
    struct pollfd p = { .fd = g->fd, .events = POLLIN };

    if (poll(&p, 1, ms) != 1)
        return false;
    assert_true(g->n < sizeof g->bytes);
    ssize_t n = read(g->fd, g->bytes + g->n, sizeof g->bytes - g->n);
    assert_true(n > 0);
    g->n += (size_t)n;
    return true;
}

static void
hear_until(struct glass *g, const char *text)
{
    while (memmem(g->bytes, g->n, text, strlen(text)) == NULL)
        assert_true(hear(g, BOUND_MS));
}

/* Until nothing more comes: busy nodes would give a frame each second. */
static void
falls_silent(struct glass *g)
{
    int reads = 0;

    while (hear(g, SILENT_MS))
        assert_true(++reads < READS_MAX);
}

static void
tell(const struct glass *g, const char *bytes)
{
    assert_int_equal(write(g->fd, bytes, strlen(bytes)), strlen(bytes));
}

/* The terminal knows of modes, and so lbtop waits for its status. */
static void
a_frame_waits_for_the_one_before_and_keys_do_not(void **state)
{
    (void)state;
    static const char asks[] = "\033[5n", mark[] = "\xe2\x96\xb6";
    static struct glass g;

    begin(&g);
    hear_until(&g, "\033[?2026$p");
    tell(&g, "\033[?2026;0$y");
    hear_until(&g, asks);
    falls_silent(&g);
    /* But a key is answered, and briefly. */
    g.n = 0;
    tell(&g, "\033[B");
    hear_until(&g, mark);
    falls_silent(&g);
    assert_in_range(g.n, 80, 500);
    assert_null(memmem(g.bytes, g.n, asks, strlen(asks)));
    g.n = 0;
    /* The answer, and the next frame comes, with the next question. */
    tell(&g, "\033[0n");
    hear_until(&g, asks);
    end(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_reader_is_one_frame_behind_at_most),
        cmocka_unit_test(keys_are_echoed_a_few_times_while_it_waits),
        cmocka_unit_test(who_never_answers_is_asked_twice),
        cmocka_unit_test(a_frame_waits_for_the_one_before_and_keys_do_not),
    };
    return cmocka_run_group_tests_name("tui_pace", tests, NULL, NULL);
}
