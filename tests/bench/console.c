/* SPDX-License-Identifier: MPL-2.0 */
/*
 * console WxH WINDOWS SECONDS TEXT COMMAND [ARG]... - runs a console on a
 * pseudo-terminal of that size and answers it as a terminal does. Prints
 * "NAME VALUE" lines: first (ms from the start until it writes TEXT), then
 * for each of WINDOWS: cpu (% of a core) and bytes (a second) over SECONDS in
 * which nothing is pressed, key and worst (ms from a cursor key to its mark on
 * another row: median and most of 20), moved (bytes that 20 keys took, each),
 * rss (MiB). WINDOWS 0: only first.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/wire.h"

enum { KEYS = 20, KEEP = 64, FIRST_S = 60, SETTLE_S = 12, KEY_S = 2,
       BETWEEN_US = 230 * 1000, MS_US = 1000, SECOND_US = 1000 * 1000 };

static const char MARK[] = "\xe2\x96\xb6";  /* before the row of the cursor */

struct console {
    int fd;
    pid_t pid;
    uint64_t n_bytes;
    /* What is looked for in what it writes, escape sequences left out. */
    const char *text;
    int64_t seen_us;            /* -1: not yet */
    char last[KEEP];            /* the end of what it wrote, without them */
    size_t n_last;
    char escape[KEEP];          /* the sequence that has begun */
    size_t n_escape;
};

static void
say_back(const struct console *c, const char *bytes)
{
    if (write(c->fd, bytes, strlen(bytes)) < 0 && errno != EAGAIN)
        die("the console has gone");
}

/* Answers that a terminal would give: status, and that it knows no more. */
static void
end_escape(struct console *c)
{
    c->escape[c->n_escape] = '\0';
    if (strcmp(c->escape, "\033[5n") == 0)
        say_back(c, "\033[0n");
    else if (strcmp(c->escape, "\033[?2026$p") == 0)
        say_back(c, "\033[?2026;2$y");
    c->n_escape = 0;
}

static void
take_text(struct console *c, char byte)
{
    size_t len = strlen(c->text);

    if (c->n_last == KEEP) {
        memmove(c->last, c->last + 1, KEEP - 1);
        c->n_last--;
    }
    c->last[c->n_last++] = byte;
    if (c->seen_us < 0 && c->n_last >= len &&
        memcmp(c->last + c->n_last - len, c->text, len) == 0)
        c->seen_us = clock_us();
}

static void
take_byte(struct console *c, char byte)
{
    bool longer = c->n_escape == 1 ? byte == '[' || byte == '(' || byte == ']'
                                   : byte < 0x40;

    if (c->n_escape == 0 && byte != '\033') {
        take_text(c, byte);
        return;
    }
    if (c->n_escape + 1 < KEEP)
        c->escape[c->n_escape++] = byte;
    if (c->n_escape > 1 && (!longer || c->n_escape + 1 == KEEP))
        end_escape(c);
}

/* Reads until then, or until the text was seen. */
static void
listen_until(struct console *c, int64_t until_us, bool or_seen)
{
    char bytes[4096];

    for (;;) {
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        int64_t left = until_us - clock_us();
        if (left <= 0 || (or_seen && c->seen_us >= 0))
            return;
        if (poll(&p, 1, (int)((left + MS_US - 1) / MS_US)) <= 0)
            continue;
        ssize_t n = read(c->fd, bytes, sizeof bytes);
        if (n <= 0)
            die("the console has ended");
        c->n_bytes += (uint64_t)n;
        for (ssize_t i = 0; i < n; i++)
            take_byte(c, bytes[i]);
    }
}

static void
look_for(struct console *c, const char *text)
{
    c->text = text;
    c->seen_us = -1;
    c->n_last = 0;
}

static void
begin(struct console *c, const char *size, char **command)
{
    struct winsize w = { 0 };

    if (sscanf(size, "%hux%hu", &w.ws_col, &w.ws_row) != 2)
        die("the size is WxH");
    c->pid = forkpty(&c->fd, NULL, NULL, &w);
    if (c->pid < 0)
        die("no pseudo-terminal");
    if (c->pid > 0)
        return;
    setenv("TERM", "xterm-256color", 1);
    unsetenv("TMUX");
    unsetenv("STY");
    unsetenv("NO_COLOR");
    execvp(command[0], command);
    die("the command could not be run");
}

static double
cpu_s(const struct console *c)
{
    char path[64], line[512];
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)c->pid);
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL)
        die("no /proc");
    fclose(f);
    const char *after = strrchr(line, ')');
    if (after == NULL ||
        sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u"
               " %lu %lu", &user, &system) != 2)
        die("/proc is strange");
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double
rss_mib(const struct console *c)
{
    char path[64], line[256];
    double kib = -1;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)c->pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && kib < 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "Rss:", 4) == 0)
            kib = strtod(line + 4, NULL);
    if (f != NULL)
        fclose(f);
    return kib / 1024;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
quiet(struct console *c, int seconds)
{
    uint64_t bytes = c->n_bytes;
    int64_t begun = clock_us();
    double used = cpu_s(c);

    listen_until(c, begun + seconds * SECOND_US, false);
    double s = (double)(clock_us() - begun) / 1e6;
    printf("cpu %.2f\nbytes %.0f\n", (cpu_s(c) - used) / s * 100,
           (double)(c->n_bytes - bytes) / s);
}

/* Ten down, ten up: the cursor is where it was. */
static void
press(struct console *c)
{
    double ms[KEYS];
    uint64_t bytes = 0;

    for (int i = 0; i < KEYS; i++) {
        /* A step aside from the frames of each second. */
        listen_until(c, clock_us() + BETWEEN_US, false);
        uint64_t before = c->n_bytes;
        look_for(c, MARK);
        int64_t begun = clock_us();
        say_back(c, i < KEYS / 2 ? "\033[B" : "\033[A");
        listen_until(c, begun + KEY_S * SECOND_US, true);
        if (c->seen_us < 0)
            die("a cursor key was not answered");
        ms[i] = (double)(c->seen_us - begun) / 1e3;
        bytes += c->n_bytes - before;
    }
    qsort(ms, KEYS, sizeof *ms, by_size);
    printf("key %.2f\nworst %.2f\nmoved %.0f\n",
           (ms[KEYS / 2 - 1] + ms[KEYS / 2]) / 2, ms[KEYS - 1],
           (double)bytes / KEYS);
}

int
main(int argc, char **argv)
{
    struct console c = { .fd = -1 };

    if (argc < 6) {
        fputs("usage: console WxH WINDOWS SECONDS TEXT COMMAND [ARG]...\n",
              stderr);
        return 2;
    }
    int windows = atoi(argv[2]), seconds = atoi(argv[3]);
    look_for(&c, argv[4]);
    int64_t begun = clock_us();
    begin(&c, argv[1], argv + 5);
    listen_until(&c, begun + FIRST_S * SECOND_US, true);
    if (c.seen_us < 0)
        die("the console does not say that");
    printf("first %.0f\n", (double)(c.seen_us - begun) / 1e3);
    fflush(stdout);
    if (windows > 0)
        listen_until(&c, clock_us() + SETTLE_S * SECOND_US, false);
    for (int i = 0; i < windows; i++) {
        quiet(&c, seconds);
        press(&c);
        printf("rss %.1f\n", rss_mib(&c));
        fflush(stdout);
    }
    kill(c.pid, SIGTERM);
    close(c.fd);
    waitpid(c.pid, NULL, 0);
    return 0;
}
