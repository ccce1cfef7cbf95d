/* SPDX-License-Identifier: MPL-2.0 */
/* checker_parts - what checker.c and checker_judge.c share; for nobody else. */
#ifndef LB_NEMESIS_CHECKER_PARTS_H
#define LB_NEMESIS_CHECKER_PARTS_H

#include <pthread.h>

#include "tests/nemesis/checker.h"

/* No run lasts so long: a duration of two clocks, or a negative one. */
#define ABSURD_US (24ull * 3600 * 1000 * 1000)

enum {
    BUCKETS = 1 << 15,
    WRONG_MAX = 20,         /* lines about what is wrong */
    UNDER_WAY_MS = 60 * 1000    /* from asking to the acknowledgement */
};

struct job {
    uint32_t seen, followed;    /* hash of what was delivered; 0: nothing */
    uint8_t outcome;            /* enum lb_outcome; in the end */
    bool wrong;                 /* another value than it must have */
};

struct mark {
    uint32_t index;
    uint32_t node;
    int64_t at_ms;
};

struct entry {
    struct checker_workload w;
    uint32_t acknowledged;
    int64_t asked_ms;
    struct job *jobs;
    struct mark *marks;
    size_t n_marks, cap_marks;
    uint32_t next;              /* in its bucket, + 1 */
    uint32_t listed;            /* number at its home; 0: not seen */
    bool may_be_gone;           /* with the disk of its home */
    bool forgotten;             /* its home is as it was before */
};

/* A workload as its home lists it. */
struct listed {
    size_t home;
    uint32_t number;
    uint32_t id;                /* of its entry, + 1; 0: nobody asked for it,
                                   or a second one of that label */
    uint32_t next;
};

struct reader {
    uint32_t id;
    uint8_t *got;               /* a byte a job */
};

struct fault {
    size_t node;
    int64_t from_ms, until_ms;
};

struct checker {
    pthread_mutex_t lock;
    struct entry *entries;
    struct listed *lists;
    struct reader *readers;
    struct fault *faults;
    size_t n_entries, n_lists, n_readers, n_faults;
    uint32_t by_label[BUCKETS], by_number[BUCKETS];
    uint64_t acknowledged, duplicated, unexpected, excused;
    /* What was wrong already when it was told. */
    char wrong[WRONG_MAX][120];
    size_t n_wrong;
};

/* One line more, if there is room. */
void checker_wrong(struct checker *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
