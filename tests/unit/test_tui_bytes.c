/* SPDX-License-Identifier: MPL-2.0 */
/* What the screen costs on the line: lbtop's shell and terminal on a
 * pseudo-terminal, in virtual time, and the bytes of each frame counted. No
 * figure depends on how fast anything is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/shell.h"
#include "tui/term.h"

enum { S = 1000000, FRAMES_MAX = 600, NODES = 12, BUSY = 120, SLOW_S = 4,
       MOVES = 22, CALM = 480,
       END_OF_FRAME = 0x1e };       /* lbtop never writes it */

/* In the process that draws. */
struct stage {
    struct shell shell;
    struct options options;
    struct canvas *canvas;
    int64_t now_us;
};
/* In the one that counts: bytes of each frame. The first one is that of an
 * empty screen that is filled. */
struct line {
    size_t n, bytes[FRAMES_MAX];
};

/* ---- who draws ---- */

static void
frame(struct stage *g)
{
    const char end = END_OF_FRAME;

    shell_draw(&g->shell, g->canvas);
    term_draw(g->canvas, DRAW_CHANGED, 0);
    if (write(STDOUT_FILENO, &end, 1) != 1)
        _exit(EXIT_FAILED);
}

/* lbtop's time goes on; what its source says meanwhile is taken. */
static void
pass(struct stage *g, int64_t us)
{
    g->now_us += us;
    (void)source_seek(&g->shell.source, g->now_us);
    shell_turn(&g->shell);
}

static void
begin(struct stage *g, unsigned nodes, int width, int height)
{
    struct term_options t = { .colour = -1, .esc_delay_us = 120000 };
    struct input size = { .kind = IN_SIZE, .width = width, .height = height };
    char err[300];

    *g = (struct stage){ .options = { .seed = 1, .demo = nodes, .speed = 1,
                                      .screen = SCREEN_NODES,
                                      .dump_width = width,
                                      .dump_height = height } };
    setup_default(&g->options.setup);
    g->options.sort = g->options.setup.sort;
    g->options.setup.utc = true;
    if (shell_open(&g->shell, &g->options, false) != EXIT_DONE ||
        term_open(&t, err) != 0)
        _exit(EXIT_FAILED);
    g->shell.source.virtual_time = true;
    g->canvas = canvas_new(width, height);
    g->now_us = size.at_us = source_now_us(&g->shell.source);
    shell_feed(&g->shell, &size);
    frame(g);
}

/* ---- who counts ---- */

static void
read_frames(int fd, struct line *l)
{
    char bytes[4096];
    size_t n_bytes = 0;
    ssize_t n;

    *l = (struct line){ .n = 0 };
    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] != END_OF_FRAME) {
                n_bytes++;
                continue;
            }
            assert_true(l->n < FRAMES_MAX);
            l->bytes[l->n++] = n_bytes;
            n_bytes = 0;
        }
}

static void
play(void (*scene)(struct stage *g), const char *size, struct line *l)
{
    struct winsize w = { 0 };
    int fd, status;
    static struct stage stage;

    assert_int_equal(sscanf(size, "%hux%hu", &w.ws_col, &w.ws_row), 2);
    fflush(stdout);
    pid_t pid = forkpty(&fd, NULL, NULL, &w);
    assert_true(pid >= 0);
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("NO_COLOR");
        if (setlocale(LC_ALL, "") == NULL)
            _exit(EXIT_FAILED);
        scene(&stage);
        _exit(EXIT_DONE);
    }
    read_frames(fd, l);
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Of all but the first frame. */
static size_t
average(const struct line *l)
{
    size_t sum = 0;

    assert_true(l->n > 1);
    for (size_t i = 1; i < l->n; i++)
        sum += l->bytes[i];
    return sum / (l->n - 1);
}

static size_t
most(const struct line *l)
{
    size_t m = 0;

    for (size_t i = 1; i < l->n; i++)
        m = l->bytes[i] > m ? l->bytes[i] : m;
    return m;
}

/* ---- what is played ---- */

static void
busy(struct stage *g, unsigned nodes, int width, int height)
{
    begin(g, nodes, width, height);
    for (int i = 0; i < BUSY; i++) {
        pass(g, S);
        frame(g);
    }
}

static void
busy_small(struct stage *g)
{
    busy(g, NODES, 80, 24);
}

static void
busy_large(struct stage *g)
{
    busy(g, 1000, 140, 45);
}

/* A slow link: a frame each 4 s. */
static void
slow(struct stage *g)
{
    begin(g, NODES, 80, 24);
    g->shell.app->u.slow_link = g->shell.app->u.paced = true;
    g->shell.app->u.refresh_us = SLOW_S * S;
    frame(g);
    for (int i = 0; i < 60; i++) {
        pass(g, SLOW_S * S);
        frame(g);
    }
}

static void
moves(struct stage *g)
{
    begin(g, NODES, 80, 24);
    for (int i = 0; i < MOVES; i++) {
        shell_key(&g->shell, i < MOVES / 2 ? KEY_DOWN_ : KEY_UP_);
        frame(g);
    }
}

/* ---- a cluster in which nothing happens ---- */

static void
say_state(struct stage *g, unsigned i, uint64_t second)
{
    char name[16] = "";
    struct input in = {
        .at_us = g->now_us, .kind = IN_STATE,
        .head = { .version = PROTOCOL_VERSION, .type = MSG_STATE,
                  .sender = { .b = { 1, (uint8_t)i } }, .incarnation = 1,
                  .seq = second + 1, .up_ms = 1000 * second },
        .msg = { .type = MSG_STATE },
    };

    text_add(name, sizeof name, "alpha%02u", i);
    in.msg.state = (struct state){
        .id = in.head.sender, .name = span_str(name),
        .cluster = span_str("calm"), .endpoint_host = span_str("10.0.4.13"),
        .kinds = span_str("sleep"), .version = span_str("0.9.2"),
        .policy = span_str("hybrid"), .placement = span_str("local"),
        .port = 8490, .interval_ms = 1000, .dead_after_ms = 5000,
        .phase = PHASE_RUN, .throttle_percent = 80, .floor_percent = 10,
        .ceiling_percent = 100, .slots = 8, .running = 8,
        .queued = 100 + i, .cpu_permille = 700, .n_cpus = 8, .done = 1000,
    };
    shell_feed(&g->shell, &in);
}

static void
calm_second(struct stage *g, uint64_t second)
{
    g->now_us += S;
    (void)source_seek(&g->shell.source, g->now_us);
    for (unsigned i = 0; i < NODES; i++)
        say_state(g, i, second);
    frame(g);
}

/* Long enough for sparklines to be full; the clock of the world is set. */
static void
calm(struct stage *g)
{
    begin(g, 0, 80, 24);
    g->shell.source.wall_ms = 0;
    g->shell.rests = true;
    for (uint64_t s = 0; s < CALM; s++)
        calm_second(g, s);
    shell_key(&g->shell, ' ');
    calm_second(g, CALM);
    calm_second(g, CALM + 1);
}

/* ---- the budgets ---- */

static void
twelve_busy_nodes_take_1200_bytes_a_frame(void **state)
{
    (void)state;
    struct line l;

    play(busy_small, "80x24", &l);
    assert_int_equal(l.n, BUSY + 1);
    assert_in_range(l.bytes[0], 1000, 4000);
    assert_in_range(average(&l), 100, 1200);
}

static void
a_thousand_nodes_take_3000_bytes_a_frame(void **state)
{
    (void)state;
    struct line l;

    play(busy_large, "140x45", &l);
    assert_int_equal(l.n, BUSY + 1);
    assert_in_range(average(&l), 500, 3000);
}

static void
a_slow_link_carries_400_bytes_a_second(void **state)
{
    (void)state;
    struct line l;

    play(slow, "80x24", &l);
    assert_in_range(average(&l), 100, 400 * SLOW_S);
}

static void
a_cursor_move_takes_250_bytes(void **state)
{
    (void)state;
    struct line l;

    play(moves, "80x24", &l);
    assert_int_equal(l.n, MOVES + 1);
    assert_in_range(average(&l), 80, 250);
    /* The row of a node that is lost has more styles. */
    assert_in_range(most(&l), 80, 300);
}

/* After a minute without keys the clock tells minutes. */
static void
nothing_new_takes_no_bytes(void **state)
{
    (void)state;
    struct line l;

    play(calm, "80x24", &l);
    assert_int_equal(l.n, CALM + 3);
    /* A clock with seconds, before it rests and after the key. */
    assert_in_range(l.bytes[50], 1, 100);
    assert_in_range(l.bytes[CALM + 2], 1, 100);
    for (size_t i = CALM - 60; i < CALM; i++)
        assert_in_range(l.bytes[i], 0, i % 60 == 0 ? 60 : 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_busy_nodes_take_1200_bytes_a_frame),
        cmocka_unit_test(a_thousand_nodes_take_3000_bytes_a_frame),
        cmocka_unit_test(a_slow_link_carries_400_bytes_a_second),
        cmocka_unit_test(a_cursor_move_takes_250_bytes),
        cmocka_unit_test(nothing_new_takes_no_bytes),
    };
    return cmocka_run_group_tests_name("tui_bytes", tests, NULL, NULL);
}
