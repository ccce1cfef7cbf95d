/* SPDX-License-Identifier: MPL-2.0 */
/*
 * recovery - how long a node takes to come back with its jobs.
 *   recovery agent CONTROL LBAGENT ARG...   starts it; ms until it tells of
 *                                           its jobs; kills it
 *   recovery rows FILE                      ms in which SQLite alone reads all
 *                                           rows of a journal
 *   recovery cold FILE                      not in memory any more
 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/lb.h"

enum { GIVE_UP_MS = 60 * 1000, JOBS = 1000 * 1000 };

static double
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* All jobs wait at this node again. */
static bool
tells(const char *where)
{
    struct lb_workload_info *v = NULL;
    struct lb *lb = lb_new(NULL);
    size_t n = 0;
    uint64_t queued = 0;

    lb_set_timeout(lb, 1000);
    if (lb_connect(lb, where) == LB_OK && lb_list(lb, 0, &v, &n) == LB_OK)
        for (size_t i = 0; i < n; i++)
            queued += v[i].queued;
    free(v);
    lb_free(lb);
    return queued >= JOBS;
}

static int
agent(const char *where, char **argv)
{
    const struct timespec step = { .tv_nsec = 1000 * 1000 };
    double start = now_ms();
    pid_t pid = fork();
    bool back;

    if (pid == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
    while (!(back = tells(where)) && now_ms() - start < GIVE_UP_MS &&
           waitpid(pid, NULL, WNOHANG) == 0)
        nanosleep(&step, NULL);
    if (back)
        printf("%.1f\n", now_ms() - start);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    return back ? 0 : 1;
}

static int
rows(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *s = NULL;
    double start = now_ms();
    size_t bytes = 0;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "SELECT seq, workload, type, body, crc "
                                "FROM journal ORDER BY seq", -1, &s, NULL);
    while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        bytes += (size_t)sqlite3_column_bytes(s, 3) +
                 (sqlite3_column_blob(s, 3) != NULL);
    rc = sqlite3_finalize(s) == SQLITE_OK && bytes > 0 ? 0 : 1;
    if (rc == 0)
        printf("%.1f\n", now_ms() - start);
    sqlite3_close(db);
    return rc;
}

static int
cold(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fdatasync(fd) != 0 ||
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
        return 1;
    close(fd);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "agent") == 0)
        return agent(argv[2], argv + 3);
    if (argc == 3 && strcmp(argv[1], "rows") == 0)
        return rows(argv[2]);
    if (argc == 3 && strcmp(argv[1], "cold") == 0)
        return cold(argv[2]);
    fputs("usage: recovery agent CONTROL LBAGENT ARG... | rows FILE | cold "
          "FILE\n", stderr);
    return 2;
}
