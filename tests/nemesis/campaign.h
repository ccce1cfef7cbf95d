/* SPDX-License-Identifier: MPL-2.0 */
/*
 * campaign - one kind of fault against real agents: a row in the table of
 * campaigns.c and a file. main.c makes the folder, the seed and the checker,
 * runs it, and prints its line.
 */
#ifndef LB_NEMESIS_CAMPAIGN_H
#define LB_NEMESIS_CAMPAIGN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/nemesis/checker.h"
#include "tests/nemesis/cluster.h"
#include "tests/nemesis/rng.h"

struct run {
    uint64_t seed;
    bool full;              /* release strength */
    bool quick_disk;        /* no slow_disk: as with sanitizers */
    unsigned events;        /* faults to inject: of the row, or by --events */
    char dir[128];          /* empty; removed after a good run */
    struct rng rng;         /* of the main thread */
    struct checker *checker;
    bool collected;         /* the checker knows what came out */
    int64_t start_ms;       /* campaign_now_ms */
    char faults[256];       /* the campaign says here what it injected */
    char why[256];          /* of a failure or a skip */
};

enum verdict { CAMPAIGN_PASS = 0, CAMPAIGN_FAIL = 1, CAMPAIGN_SKIP = 77 };

struct campaign {
    const char *name;
    const char *promise;    /* "P1 P4" */
    const char *what;       /* one line for --list */
    unsigned ci, full;      /* events; ci is a twentieth of full, or its
                             * comment says why not */
    bool root;              /* skipped otherwise */
    const char *programs;   /* needed in PATH, blank-separated; or "" */
    /* Ends all that it started. A PASS stands only if the checker finds
     * nothing either. */
    enum verdict (*run)(struct run *r);
};

extern const struct campaign *const campaigns[];    /* ends with NULL */

/* Sections for short runs: peers are given up after 2 s, the lease is 4 s. */
extern const char campaign_quick_timers[];
enum { CAMPAIGN_QUICK_LEASE_MS = 4000, CAMPAIGN_LEASE_MS = 10000 };

/* Set by INT, TERM and HUP: everything ends soon. */
extern volatile sig_atomic_t campaign_interrupted;

/* Monotonic. */
int64_t campaign_now_ms(void);
/* False: interrupted. */
bool campaign_sleep(int64_t ms);
/* Why it failed, printf-like; returns CAMPAIGN_FAIL. */
enum verdict campaign_fail(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
enum verdict campaign_skip(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What was injected, for the line; as "200 kills, 31 of them aimed". */
void campaign_faults(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
