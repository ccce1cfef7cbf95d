/* SPDX-License-Identifier: MPL-2.0 */
/* The descendants of a shim: process 1 of a namespace reaches them by its
 * kernel, a subreaper finds them by their parents. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/shim_parts.h"
#include "base/xalloc.h"

struct pids {
    pid_t *v;
    size_t n, cap;
};

static void
add(struct pids *p, pid_t pid)
{
    if (p->n == p->cap) {
        p->cap = p->cap == 0 ? 64 : p->cap * 2;
        p->v = xrealloc(p->v, p->cap, sizeof *p->v);
    }
    p->v[p->n++] = pid;
}

/* Adds the numbers that stand in a file, separated by blanks. */
static void
add_listed(struct pids *p, const char *path)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;

    if (f == NULL)
        return;
    if (getline(&line, &cap, f) > 0)
        for (char *at = line, *end;; at = end) {
            long pid = strtol(at, &end, 10);
            if (end == at)
                break;
            add(p, (pid_t)pid);
        }
    free(line);
    fclose(f);
}

/* The children of a process: each of its threads may have some. */
static void
add_children(struct pids *p, pid_t of)
{
    char path[64], file[352];
    const struct dirent *e;

    snprintf(path, sizeof path, "/proc/%d/task", (int)of);
    DIR *d = opendir(path);
    if (d == NULL)
        return;
    while ((e = readdir(d)) != NULL)
        if (isdigit((unsigned char)e->d_name[0])) {
            snprintf(file, sizeof file, "%s/%s/children", path, e->d_name);
            add_listed(p, file);
        }
    closedir(d);
}

static struct pids
descendants(void)
{
    struct pids p = { 0 };

    add_children(&p, getpid());
    for (size_t i = 0; i < p.n; i++)
        add_children(&p, p.v[i]);
    return p;
}

static struct pids
everybody_else(void)
{
    struct pids p = { 0 };
    const struct dirent *e;
    DIR *d = opendir("/proc");

    while (d != NULL && (e = readdir(d)) != NULL)
        if (isdigit((unsigned char)e->d_name[0]) &&
            strcmp(e->d_name, "1") != 0)
            add(&p, (pid_t)strtol(e->d_name, NULL, 10));
    if (d != NULL)
        closedir(d);
    return p;
}

void
tree_signal(const struct tree *t, int signal)
{
    if (t->namespaced) {
        (void)kill(-1, signal);
        return;
    }
    struct pids p = descendants();
    for (size_t i = 0; i < p.n; i++)
        (void)kill(p.v[i], signal);
    free(p.v);
}

static int64_t
us_of(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

/* What the children that a process waited for have used (proc(5), stat,
 * fields 16 and 17). */
static int64_t
waited_us(pid_t pid)
{
    enum { FIRST = 3, USER = 16 };  /* behind the name; of proc(5) */
    char path[48], line[1024], *end;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = '\0';
    /* The name before it may hold anything. */
    const char *at = strrchr(line, ')');
    for (int field = FIRST - 1; at != NULL && field < USER; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL)
        return 0;
    long ticks = strtol(at, &end, 10);
    ticks += strtol(end, NULL, 10);
    return (int64_t)ticks * (1000000 / sysconf(_SC_CLK_TCK));
}

static int64_t
used_us(pid_t pid)
{
    return clock_process_of_us(pid) + waited_us(pid);
}

int64_t
tree_cpu_us(const struct tree *t)
{
    struct rusage gone;

    if (t->namespaced && !t->own_proc)
        return -1;
    struct pids p = t->namespaced ? everybody_else() : descendants();
    (void)getrusage(RUSAGE_CHILDREN, &gone);
    int64_t us = us_of(gone.ru_utime) + us_of(gone.ru_stime);
    for (size_t i = 0; i < p.n; i++)
        us += used_us(p.v[i]);
    free(p.v);
    return us;
}

void
tree_end(const struct tree *t)
{
    const struct timespec moment = { .tv_nsec = 1000000 };

    /* What forks while a subreaper looks may be missed, and is found the next
     * time: it must not wait for one that it did not see. */
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) >= 0 || errno == EINTR;)
        if (pid == 0) {
            tree_signal(t, SIGKILL);
            if (t->namespaced)
                (void)waitpid(-1, NULL, 0);
            else
                (void)nanosleep(&moment, NULL);
        }
}
