/* SPDX-License-Identifier: MPL-2.0 */
/*
 * point - one agent, one call of it that fails (tests/tools/fail_nth.c): it is
 * started on an empty disk, takes in some jobs, and is started again without
 * the fault. It may end by itself, in order and saying why; what it had
 * acknowledged must then be done.
 */
#ifndef LB_NEMESIS_POINT_H
#define LB_NEMESIS_POINT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/nemesis/campaign.h"

struct points;

struct point {
    const char *call;       /* FAIL_CALL; "nofile": it may have no more than
                               nth descriptors */
    uint64_t nth;
    int error;              /* an errno */
    bool goes_on;           /* all later ones fail too */
    bool in_state_dir;      /* only its files */
    bool abort_allowed;     /* as without memory */
    bool programs;          /* jobs that start a program, too */
};

struct point_outcome {
    bool hit;               /* the agent had so many such calls */
    bool ended;             /* by itself */
    bool aborted;           /* so, by SIGABRT */
    bool crashed;           /* so, at the one place in glibc that may */
    char said[160];         /* the last line of its log */
};

/* NULL: failed. One at a time. */
struct points *points_new(struct run *r);
/* NULL is ignored. */
void points_free(struct points *p);
/* False: r->why says what was wrong. */
bool points_try(struct points *p, const struct point *point,
                struct point_outcome *out);
unsigned points_tried(const struct points *p);

#endif
