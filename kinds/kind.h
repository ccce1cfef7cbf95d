/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kind - what a job does: the table of built-in kinds.
 *
 * A workload of a kind has shared parameters, the same for all of its jobs,
 * as text: one NAME=VALUE a line, '\n' after each. A job has its index and,
 * if jobs differ by more than that, its own parameters in the same form
 * ("args"), which win over shared ones. Both travel as they are.
 * Bytes of a file may travel in args: as a last line "data=" whose value
 * runs to the end of the span and is any bytes.
 * A file of a workload is described by its parameters file (real path), size
 * (bytes), mtime (ns) and print (CRC-32 of its first and last 4 KiB, hex).
 * Results are decimal text, but: crc32 gives 8 hex digits; vecinc the
 * elements, 8 bytes each, int64 or double, little-endian (numpy "<i8" or
 * "<f8"), or with return=crc their CRC-32 in 4 bytes, big-endian; sleep
 * gives "done" and noop nothing.
 * A new kind is one new file and one line in kind.c; own kinds (own.h) are
 * made at run time, and so the functions of words and results are given the
 * kind itself. No sockets, no threads, no globals here.
 */
#ifndef LB_KIND_H
#define LB_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    KIND_ERROR_MAX = 256,     /* texts for people, NUL included */
    KIND_JOBS_MAX = 10000000  /* jobs of a workload */
};

struct file;

/* What a worker keeps between its runs to spare them work: the file opened
 * last. Zeroed at start, kind_keep_fini at the end; one for each thread. */
struct kind_keep {
    struct file *file;
};
void kind_keep_fini(struct kind_keep *keep);

/* What the run of a job is given by the worker that runs it. */
struct kind_context {
    /* Called at least every 1 ms of work: throttles, and returns false when
     * the run is to end at once (cancel, kill): the kind then returns
     * -ECANCELED. */
    bool (*checkpoint)(struct kind_context *c);
    /* Lets `us` microseconds of allowed time pass (at 50 % twice as long),
     * without using the processor. False as above. */
    bool (*idle)(struct kind_context *c, uint64_t us);
    /* NULL, or directories that files must lie under (NULL-ended). */
    const char *const *file_roots;
    /* NULL, or directories whose files are never opened (NULL-ended): those
     * of keys, configuration and state. */
    const char *const *file_denied;
    struct kind_keep *keep; /* NULL: nothing is kept */
};

/* One parameter, for help, `lbctl kinds` and errors. */
enum param_type { PARAM_COUNT = 1, PARAM_INT, PARAM_WORD, PARAM_PATH,
                  PARAM_DURATION, PARAM_REAL, PARAM_STRING };
struct param {
    const char *name;
    enum param_type type;
    const char *range;   /* "0..93", "index|zero|random"; NULL for a path or
                            string, and for any real */
    const char *value;   /* default; NULL: required */
    bool shared;         /* may not differ from job to job */
    const char *why;     /* NULL, or why there is nothing above the range */
};

/* What lbctl makes of a user's words before it submits: n_jobs jobs. */
struct plan {
    uint32_t n_jobs;
    uint64_t cost;          /* of each job without args, millionths */
    struct buf shared;      /* canonical shared parameters */
    struct buf *args;       /* NULL, or [n_jobs] own parameters of each */
    uint64_t *args_cost;    /* NULL, or [n_jobs] */
    uint32_t args_cap;      /* room in both, in jobs */
};

struct kind {
    const char *name;
    const char *help;             /* one line */
    const struct param *params;   /* ended by a NULL name; first is bare */
    bool idempotent;
    const char *combine_help;     /* "sum", "count", "vector", "none" */
    const char *cost_help;        /* "n x repeat"; NULL: 1 */

    /* Checks the parameters of one job; `given` are NAME=VALUE lines. On
     * success appends the canonical lines (defaults filled in) to `out` and
     * sets the cost of that job in millionths: at least 1,000,000 (a job
     * without work still has its overhead), at most UINT64_MAX.
     * Canonical lines parse to themselves; a file described in them is not
     * looked at, so that a home need not have it.
     * 0, -EINVAL (`err` says why, for the user),
     * -ENOENT (a file; status 66). */
    int (*parse)(const struct kind *self, struct span given, struct buf *out,
                 uint64_t *cost, char *err);

    /* Optional: how many jobs one set of canonical parameters makes (vecinc
     * jobs=N, digitsum size/chunk). NULL: one. 0 jobs is allowed. */
    int (*count)(const struct kind *self, struct span params,
                 uint32_t *n_jobs, char *err);

    /* Runs job `index`. Appends the result to `out`. 0; or -ECANCELED; or
     * -EIO with `err` set (the attempt failed, reason in words);
     * or -ENOENT: a file of the job is not readable here ("no_file");
     * or -ESTALE with `err` set: what is there is not the file that was
     * described: changed at its home, another one elsewhere. */
    int (*run)(struct kind_context *c, struct span params, struct span args,
               uint32_t index, struct buf *out, char *err);

    /* Shows one result as text for people; NULL: the result is text. */
    void (*show)(const struct kind *self, struct span params,
                 struct span result, char *dst, size_t cap);

    /* Optional: folds the results into the workload's value, in index order;
     * `state` is a zeroed block of state_size, out gets the value as text at
     * the end. combine: 0, or -EIO with err (mismatch named). */
    size_t state_size;
    int (*combine)(const struct kind *self, void *state, struct span params,
                   uint32_t index, struct span result, char *err);
    int (*value)(const struct kind *self, void *state, struct span params,
                 char *dst, size_t cap, char *err);
};

/* NULL if there is none of this name: kind_unknown then says so in `err`. */
const struct kind *kind_find(const char *name);
void kind_unknown(const char *name, char *err);
/* The built-in one that was meant, perhaps; or NULL. */
const char *kind_near(const char *name);
/* All kinds in the order of the table, ended by NULL. */
const struct kind *const *kind_all(void);
/* Names of all kinds, ended by NULL (for text_nearest). */
const char *const *kind_names(void);

/* Value of parameter `name`: own first, then shared; empty span with p NULL
 * if in neither. */
struct span kind_param(struct span shared, struct span args, const char *name);

/* Appends to `args_out` the bytes of job `index`, read from the file, as the
 * line data=. `c` NULL: any file may be read. The caller has compared the
 * size with what may travel: it is at most that of a chunk.
 * 0; -ENOTSUP (the kind has no file); -ENOENT (not readable here);
 * -ESTALE (it changed); -EIO (failed to read); `err` says what. */
int kind_ship_bytes(const struct kind *k, const struct kind_context *c,
                    struct span shared, uint32_t index, struct buf *args_out,
                    char *err);

/* From a user's words ("fib", {"n=1..5", "repeat=3"}) to a plan: splits
 * jobs=N, ranges n=A..B[:STEP] and bare first values, checks every job,
 * refuses unknown and doubled names with a text for the user. The caller frees
 * with plan_fini, only after 0. Errors as parse. */
int kind_plan(const struct kind *k, const char *const *words, size_t n_words,
              struct plan *out, char *err);
void plan_fini(struct plan *p);

/* Appends the jobs of `from` to those of `into` (the lines of a workload
 * file): what differs from into->shared becomes their args. `from` stays as
 * it is. 0; -ENOTSUP (what differs is shared, or the kind counts its jobs by
 * itself: they are two workloads); -EINVAL (too many jobs). */
int plan_merge(const struct kind *k, struct plan *into,
               const struct plan *from, char *err);

#endif
