/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/many.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process tells the one that started it. */
struct share {
    uint64_t under_way;         /* the seed that it runs */
    struct seeds_total total;
};

/* Seen by all processes. */
struct board {
    _Atomic uint64_t failed;    /* the lowest seed that has; UINT64_MAX */
    struct share share[];
};

static void
run_alone(uint64_t first, uint64_t n, const struct seed_options *o,
          struct seeds_total *t)
{
    for (uint64_t i = 0; i < n; i++) {
        const struct seed_result r = seed_run(first + i, o);
        seeds_add(t, &r);
        if (!r.ok)
            return;
    }
}

static void
note_failure(struct board *b, uint64_t seed)
{
    uint64_t lowest = atomic_load(&b->failed);

    while (seed < lowest
           && !atomic_compare_exchange_weak(&b->failed, &lowest, seed))
        continue;
}

/* Every `step`th seed, up to the lowest that has failed. */
static void
run_share(struct board *b, struct share *mine, const uint64_t range[3],
          const struct seed_options *o)
{
    struct seed_options quiet = *o;

    quiet.silent = true;
    quiet.verbose = false;
    for (uint64_t seed = range[0]; seed < range[1]; seed += range[2]) {
        if (seed > atomic_load(&b->failed))
            return;
        mine->under_way = seed;
        const struct seed_result r = seed_run(seed, &quiet);
        seeds_add(&mine->total, &r);
        if (!r.ok)
            note_failure(b, seed);
    }
}

/* Waits for the processes; one that dies has failed at what it ran. */
static void
gather(struct board *b, const pid_t *pid, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int status = 0;
        if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
            note_failure(b, b->share[i].under_way);
    }
}

bool
many_run(uint64_t first, uint64_t n, unsigned parallel,
         const struct seed_options *o, struct seeds_total *t)
{
    enum { PARALLEL_MAX = 1024 };
    pid_t pid[PARALLEL_MAX];
    unsigned started = 0;

    if (parallel <= 1 || parallel > PARALLEL_MAX || n < 2) {
        run_alone(first, n, o, t);
        return true;
    }
    const size_t bytes = sizeof(struct board)
                         + parallel * sizeof(struct share);
    struct board *b = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED)
        return false;
    atomic_store(&b->failed, UINT64_MAX);
    (void)fflush(NULL);
    for (; started < parallel; started++) {
        const uint64_t range[3] = { first + started, first + n, parallel };
        pid[started] = fork();
        if (pid[started] == 0) {
            run_share(b, &b->share[started], range, o);
            _exit(0);
        }
        if (pid[started] < 0)
            break;
    }
    gather(b, pid, started);
    const uint64_t failed = atomic_load(&b->failed);
    if (started == parallel && failed != UINT64_MAX)
        run_alone(failed, 1, o, t);
    for (unsigned i = 0; i < parallel && failed == UINT64_MAX; i++)
        seeds_join(t, &b->share[i].total);
    (void)munmap(b, bytes);
    return started == parallel;
}
