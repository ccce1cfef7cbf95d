/* SPDX-License-Identifier: MPL-2.0 */
/*
 * nasty - a program as no agent likes it: it leaves children behind in every
 * way there is, ignores what should end it, writes too much. All that it
 * starts inherits its environment, by which a test finds survivors. Nothing
 * lives longer than LIFE_S, unless it is stopped.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/as_others.h"

enum { LIFE_S = 120, BLOCK = 1 << 20 };

static void
put(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0)
            exit(9);
        p += done;
        n -= (size_t)done;
    }
}

static int
number(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static void
last(void)
{
    for (;;)
        pause();
}

/* Stdout: each argument behind the first two, stderr: each variable; all with
 * their NUL. */
static int
words(char **argv)
{
    for (char **v = argv + 2; *v != NULL; v++)
        put(1, *v, strlen(*v) + 1);
    for (char **v = environ; *v != NULL; v++)
        put(2, *v, strlen(*v) + 1);
    return 0;
}

static int
copy(char **argv)
{
    char block[4096];

    (void)argv;
    for (ssize_t n; (n = read(0, block, sizeof block)) != 0;)
        if (n < 0)
            return 1;
        else
            put(1, block, (size_t)n);
    return 0;
}

static int
leave(char **argv)
{
    return number(argv[2]);
}

static int
die(char **argv)
{
    (void)kill(getpid(), number(argv[2]));
    return 0;
}

/* OUT and ERR bytes to both in turn: the low byte of i / 7. */
static int
fill(char **argv)
{
    static char block[BLOCK];
    size_t left[2] = { strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10) };

    for (size_t i = 0; i < BLOCK; i++)
        block[i] = (char)(i % BLOCK / 7);
    while (left[0] + left[1] > 0)
        for (int i = 0; i < 2; i++) {
            size_t n = left[i] < BLOCK ? left[i] : BLOCK;
            put(1 + i, block, n);
            left[i] -= n;
        }
    return 0;
}

/* All in one write into a pipe that takes it, and gone. */
static int
gush(char **argv)
{
    static char block[BLOCK];

    (void)argv;
    for (int fd = 1; fd <= 2; fd++)
        if (fcntl(fd, F_SETPIPE_SZ, BLOCK) < 0 ||
            write(fd, block, BLOCK) != BLOCK)
            return 1;
    return 0;
}

static __attribute__((noreturn)) int
chatter(char **argv)
{
    static char block[64 * 1024];

    (void)argv;
    signal(SIGTERM, SIG_IGN);
    for (;;)
        put(1, block, sizeof block);
}

static int
stop(char **argv)
{
    (void)argv;
    put(1, "ready\n", 6);
    raise(SIGSTOP);
    return 0;
}

static __attribute__((noreturn)) int
stubborn(char **argv)
{
    (void)argv;
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_IGN);
    put(1, "ready\n", 6);
    for (;;)
        sleep(LIFE_S);
}

/* On one processor. */
static __attribute__((noreturn)) int
spin(char **argv)
{
    (void)argv;
    put(1, "ready\n", 6);
    for (volatile unsigned i = 0;; i++)
        ;
}

static int
deaf(char **argv)
{
    (void)argv;
    for (int i = 0; i < 3; i++)
        close(i);
    last();
    return 0;
}

/* ---- trees ---- */

static void
tell(int fd)
{
    if (write(fd, "x", 1) != 1)
        exit(9);
}

/* A child of `how`, which says on `fd` that it is there. */
static void
child(int how, int fd)
{
    if (fork() != 0)
        return;
    alarm(LIFE_S);
    if (how == 1)
        setsid();
    if (how == 2) {
        signal(SIGTERM, SIG_IGN);
        if (fork() != 0)
            _exit(0);
        setsid();
        alarm(LIFE_S);
    }
    if (how == 4)
        (void)close_range(0, 2, 0);
    tell(fd);
    if (how == 3)
        raise(SIGSTOP);
    last();
}

/* Six processes. Then it goes, or stays. */
static int
tree(char **argv)
{
    int end[2];
    char one;

    if (pipe(end) != 0)
        return 9;
    for (int how = 0; how < 5; how++)
        child(how, end[1]);
    for (int how = 0; how < 5; how++)
        if (read(end[0], &one, 1) != 1)
            return 9;
    put(1, "ready\n", 6);
    if (strcmp(argv[2], "stays") == 0)
        last();
    return 0;
}

/* 2^N processes, which all fork until then. */
static int
bomb(char **argv)
{
    for (int n = number(argv[2]); n > 0; n--)
        if (fork() == 0) {
            alarm(LIFE_S);
            signal(SIGTERM, SIG_IGN);
        }
    last();
    return 0;
}

/* Forks and ends, again and again: always there under another number. */
static __attribute__((noreturn)) int
hop(char **argv)
{
    (void)argv;
    put(1, "ready\n", 6);
    if (fork() != 0)
        last();
    setsid();
    for (alarm(LIFE_S);; alarm(LIFE_S))
        if (fork() != 0)
            _exit(0);
}

/* ---- what it was given, what it leaves ---- */

/* One line: descriptors, limit of open files (soft, hard), of a core, umask,
 * signals that are blocked and ignored, is it its own session. */
static int
facts(char **argv)
{
    struct rlimit files, core;
    struct sigaction a;
    sigset_t mask;
    int fds = 0, blocked = 0, ignored = 0;
    DIR *d = opendir("/proc/self/fd");

    (void)argv;
    while (d != NULL && readdir(d) != NULL)
        fds++;
    if (d != NULL)
        closedir(d);
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_CORE, &core);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < NSIG; i++) {
        blocked += sigismember(&mask, i) == 1;
        ignored += sigaction(i, NULL, &a) == 0 && a.sa_handler == SIG_IGN;
    }
    mode_t old = umask(0);
    /* Less ".", ".." and the directory itself. */
    printf("%d %lu %lu %lu %03o %d %d %d\n", fds - 3,
           (unsigned long)files.rlim_cur, (unsigned long)files.rlim_max,
           (unsigned long)core.rlim_cur, (unsigned)old, blocked, ignored,
           getsid(0) == getpid());
    return 0;
}

/* A directory that is hard to empty; argv[2] is a file outside, which links
 * point to, as to its directory. */
static int
litter(char **argv)
{
    char deep[] = "dddd/dddd/dddd/dddd/dddd/dddd/dddd/dddd/dddd/dddd";
    char dir[4096];

    snprintf(dir, sizeof dir, "%s", argv[2]);
    *strrchr(dir, '/') = '\0';
    for (int i = 0; i < 100; i++) {     /* 1000 levels, beyond one path */
        for (char *p = deep + 4;; p += 5) {
            char was = *p;
            *p = '\0';
            mkdir(deep, 0700);
            *p = was;
            if (was == '\0')
                break;
        }
        if (chdir(deep) != 0)
            return 1;
        if (i % 20 == 0)
            (void)!symlink(argv[2], "link");
    }
    if (chdir(getenv("TMPDIR")) != 0)
        return 2;
    (void)!symlink(dir, "outside");
    mkdir("closed", 0700);
    mkdir("closed/in", 0700);
    (void)!symlink(argv[2], "closed/in/link");
    chmod("closed/in", 0);
    chmod("closed", 0);
    mkfifo("fifo", 0);
    close(open("file", O_CREAT | O_WRONLY, 0));
    return 0;
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int argc;
        int (*run)(char **argv);
    } mode[] = {
        { "words", 2, words }, { "copy", 2, copy }, { "exit", 3, leave },
        { "signal", 3, die }, { "fill", 4, fill }, { "gush", 2, gush },
        { "chatter", 2, chatter }, { "stop", 2, stop }, { "spin", 2, spin },
        { "stubborn", 2, stubborn }, { "deaf", 2, deaf }, { "tree", 3, tree },
        { "bomb", 3, bomb }, { "hop", 2, hop }, { "facts", 2, facts },
        { "litter", 3, litter },
    };

    alarm(LIFE_S);
    for (size_t i = 0; i < sizeof mode / sizeof mode[0]; i++)
        if (argc >= mode[i].argc && strcmp(argv[1], mode[i].name) == 0)
            return mode[i].run(argv);
    fprintf(stderr, "nasty: which way?\n");
    return 2;
}
