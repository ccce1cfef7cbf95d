/* SPDX-License-Identifier: MPL-2.0 */
/*
 * limits - what this machine can do at most, for the figures beside ours:
 *   fib N               seconds for the kind fib, n=30, called N times
 *   rows N FILE         seconds for N rows of 100 bytes into SQLite, 1,000 a
 *                       transaction, WAL, synchronous=FULL
 *   digits FILE         seconds for the sum of the digits, one pass, bytes in
 *                       memory
 *   vector THREADS N    seconds for 1,048,576 doubles, N dependent additions
 *                       each, shared by THREADS threads
 *   spawn PROCESSES N   seconds for N times /bin/true with one argument, as
 *                       for the others (with none it does less), nothing
 *                       captured, started one after the other by each of
 *                       PROCESSES
 *   capture PROCESSES N the same, and all that each writes is read
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kinds/kind.h"
#include "tests/bench/wire.h"

enum { ROWS = 1000, ELEMENTS = 1 << 20, THREADS_MAX = 256 };

static bool
go_on(struct kind_context *c)
{
    (void)c;
    return true;
}

static bool
go_on_idle(struct kind_context *c, uint64_t us)
{
    (void)c;
    (void)us;
    return true;
}

static int64_t
run_fib(long n)
{
    static const char words[] = "n=30\n";
    const struct kind *kind = kind_find("fib");
    struct kind_context c = { .checkpoint = go_on, .idle = go_on_idle };
    struct buf params = { 0 }, result = { 0 };
    char err[KIND_ERROR_MAX];
    uint64_t cost;
    if (kind->parse(kind, span_str(words), &params, &cost, err) != 0)
        die(err);
    int64_t start = clock_us();
    for (long i = 0; i < n; i++) {
        buf_reset(&result);
        if (kind->run(&c, buf_span(&params), span_of(NULL, 0), (uint32_t)i,
                      &result, err) != 0)
            die(err);
    }
    int64_t took = clock_us() - start;
    buf_fini(&params);
    buf_fini(&result);
    return took;
}

static void
sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
}

static int64_t
write_rows(long n, const char *path)
{
    static const char row[100];
    sqlite3 *db;
    sqlite3_stmt *add;
    unlink(path);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die("rows: cannot open the file");
    sql(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY,"
            " row BLOB)");
    if (sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?)", -1, &add, NULL)
        != SQLITE_OK)
        die(sqlite3_errmsg(db));
    int64_t start = clock_us();
    for (long i = 0; i < n; i++) {
        if (i % ROWS == 0)
            sql(db, i == 0 ? "BEGIN" : "COMMIT; BEGIN");
        sqlite3_bind_int64(add, 1, i);
        sqlite3_bind_blob(add, 2, row, sizeof row, SQLITE_STATIC);
        if (sqlite3_step(add) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(add);
    }
    sql(db, "COMMIT");
    int64_t took = clock_us() - start;
    sqlite3_finalize(add);
    sqlite3_close(db);
    unlink(path);
    return took;
}

static int64_t
sum_digits(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        die("digits: cannot read the file");
    size_t n = (size_t)ftell(file);
    unsigned char *p = malloc(n + 1);
    rewind(file);
    if (p == NULL || fread(p, 1, n, file) != n)
        die("digits: cannot read the file");
    fclose(file);
    int64_t start = clock_us();
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)(p[i] - '0');
    int64_t took = clock_us() - start;
    free(p);
    if (sum == 0)
        die("digits: no digits");
    return took;
}

struct part {
    pthread_t thread;
    double *from, *to;
    long n;
};

static void *
add(void *arg)
{
    struct part *p = arg;
    for (double *x = p->from; x < p->to; x++) {
        double sum = *x;
        for (long i = 0; i < p->n; i++)
            sum += 1.0;
        *x = sum;
    }
    return NULL;
}

static int64_t
add_all(long n_threads, long n)
{
    static struct part parts[THREADS_MAX];
    double *x = malloc(ELEMENTS * sizeof *x);
    if (x == NULL || n_threads > THREADS_MAX)
        die("vector: too many");
    for (long i = 0; i < ELEMENTS; i++)
        x[i] = (double)i;
    int64_t start = clock_us();
    for (long i = 0; i < n_threads; i++) {
        parts[i].from = x + ELEMENTS / n_threads * i;
        parts[i].to = i == n_threads - 1 ? x + ELEMENTS
                                         : x + ELEMENTS / n_threads * (i + 1);
        parts[i].n = n;
        if (pthread_create(&parts[i].thread, NULL, add, &parts[i]) != 0)
            die("vector: no thread");
    }
    for (long i = 0; i < n_threads; i++)
        pthread_join(parts[i].thread, NULL);
    int64_t took = clock_us() - start;
    for (long i = 0; i < ELEMENTS; i++)
        if ((long)x[i] != i + n)
            die("vector: wrong sum");
    free(x);
    return took;
}

/* stdout and stderr through a pipe each, read to the end. */
static void
capture_some(long n)
{
    char name[] = "/bin/true", argument[] = "1";
    char *const words[] = { name, argument, NULL };
    char bytes[4096];
    int both[2][2];
    pid_t pid;

    for (long i = 0; i < n; i++) {
        posix_spawn_file_actions_t to;
        posix_spawn_file_actions_init(&to);
        for (int k = 0; k < 2; k++)
            if (pipe2(both[k], O_CLOEXEC) != 0 ||
                posix_spawn_file_actions_adddup2(&to, both[k][1], k + 1) != 0)
                _exit(1);
        if (posix_spawn(&pid, name, &to, NULL, words, environ) != 0)
            _exit(1);
        posix_spawn_file_actions_destroy(&to);
        for (int k = 0; k < 2; k++)
            close(both[k][1]);
        for (int k = 0; k < 2; k++) {
            while (read(both[k][0], bytes, sizeof bytes) > 0)
                ;
            close(both[k][0]);
        }
        if (waitpid(pid, NULL, 0) != pid)
            _exit(1);
    }
    _exit(0);
}

static void
spawn_some(long n)
{
    char name[] = "/bin/true", argument[] = "1";
    char *const words[] = { name, argument, NULL };
    pid_t pid;
    for (long i = 0; i < n; i++)
        if (posix_spawn(&pid, name, NULL, NULL, words, environ) != 0 ||
            waitpid(pid, NULL, 0) != pid)
            _exit(1);
    _exit(0);
}

static int64_t
spawn_all(void (*some)(long), long n_processes, long n)
{
    int64_t start = clock_us();
    int status;
    for (long i = 0; i < n_processes; i++)
        if (fork() == 0)
            some(n / n_processes);
    while (wait(&status) > 0)
        if (status != 0)
            die("spawn: it failed");
    return clock_us() - start;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    int64_t took = -1;
    if (argc == 3 && strcmp(what, "fib") == 0 && n > 0)
        took = run_fib(n);
    else if (argc == 4 && strcmp(what, "rows") == 0 && n > 0)
        took = write_rows(n, argv[3]);
    else if (argc == 3 && strcmp(what, "digits") == 0)
        took = sum_digits(argv[2]);
    else if (argc == 4 && strcmp(what, "vector") == 0 && n > 0)
        took = add_all(n, strtol(argv[3], NULL, 10));
    else if (argc == 4 && strcmp(what, "spawn") == 0 && n > 0)
        took = spawn_all(spawn_some, n, strtol(argv[3], NULL, 10));
    else if (argc == 4 && strcmp(what, "capture") == 0 && n > 0)
        took = spawn_all(capture_some, n, strtol(argv[3], NULL, 10));
    if (took < 0) {
        fputs("usage: limits fib N | rows N FILE | digits FILE |"
              " vector THREADS N | spawn|capture PROCESSES N\n", stderr);
        return 2;
    }
    printf("%.6f\n", (double)took / 1e6);
    return 0;
}
