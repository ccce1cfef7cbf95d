/* SPDX-License-Identifier: MPL-2.0 */
/*
 * orders - the one queue from the loop to the workers: runs, in order, taken
 * by any free worker; a stop of one run; a new rate for all. A worker that
 * sleeps off its throttle sleeps here, so that an order wakes it.
 */
#ifndef LB_ORDERS_H
#define LB_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/limits.h"
#include "proto/names.h"

struct orders;

enum { PLACE_CAP = ENDPOINT_MAX_BYTES + 16 };   /* "HOST:PORT", "[::1]:1" */

/* One run. On the heap, owned by whoever has it; freed by free(). */
struct order {
    struct order *next;     /* in the queue */
    uint16_t slot;          /* ticket, given back with the outcome */
    uint32_t run, workload, index, attempt;
    struct node_id home;
    bool away;              /* that is another node */
    char home_at[PLACE_CAP];    /* then where at first, HOST:PORT; "": not
                               known, or no files travel; see orders_place */
    size_t desc_len, args_len;
    uint8_t bytes[];        /* description (desc_decode), own parameters */
};
struct order *order_new(struct span desc, struct span args);

/* What a worker is told; looked at every 1 ms of work. */
struct rate {
    unsigned percent;       /* 1..100 */
    int64_t period_us;
};
struct control {
    bool stop;              /* the run under way ends now */
    struct rate rate;
    const char *const *file_roots;  /* as in kind.h; NULL: any */
};

/* For `n_workers`, which are named 0 .. n_workers - 1. */
struct orders *orders_new(size_t n_workers, struct rate rate);
/* Frees also what is queued. No worker may be inside. NULL is ignored. */
void orders_free(struct orders *o);

/* ---- the loop's side ---- */
void orders_put(struct orders *o, struct order *order);
/* Ends a run: the order itself if none has begun it (the caller then owns
 * it, and no outcome comes), else NULL: its worker is told. */
struct order *orders_stop(struct orders *o, uint32_t run);
/* Takes back a run that none has begun: the caller owns the order, and no
 * outcome comes. NULL: it has begun, or is over. */
struct order *orders_withdraw(struct orders *o, uint32_t run);
/* Ends a run that a worker began at least `us` ago; any other one goes on. */
void orders_stop_after(struct orders *o, uint32_t run, int64_t us);
void orders_set_rate(struct orders *o, struct rate rate);
/* Directories for the files of the runs that begin from now on. Copied. */
void orders_set_roots(struct orders *o, char *const *roots);
/* Every run is stopped, every worker sent home. */
void orders_close(struct orders *o);
size_t orders_queued(struct orders *o);
/* What a worker is at; 0: nothing. */
uint32_t orders_run(struct orders *o, size_t worker);
/* Looks up anew, by `place` (as net_place), where the homes of the runs under
 * way are that are other nodes. */
void orders_find_homes(struct orders *o,
                       bool (*place)(void *arg, const struct node_id *home,
                                     char dst[PLACE_CAP]),
                       void *arg);

/* ---- the workers' side ---- */
/* The next order, or NULL if there is none; orders_take waits for one, and
 * gives NULL when closed. The run before it is over. */
struct order *orders_try_take(struct orders *o, size_t worker);
struct order *orders_take(struct orders *o, size_t worker);
struct control orders_look(struct orders *o, size_t worker);
/* Sleeps until `until_us` (clock_us), or until something is different from
 * `known`. */
struct control orders_sleep(struct orders *o, size_t worker, int64_t until_us,
                            const struct control *known);

/* Where the home of the run under way is reached now, if that has been looked
 * up since it began; else `dst` stays as it is. */
void orders_place(struct orders *o, size_t worker, char dst[PLACE_CAP]);

/* A descriptor that is readable when something may be different from what the
 * worker looked at last, for one that waits by poll; orders_heard makes it
 * unreadable again, and then is the time to look. The orders own it. -1 with
 * errno set: none is to be had now; another call tries again. */
int orders_news(struct orders *o, size_t worker);
void orders_heard(struct orders *o, size_t worker);

#endif
