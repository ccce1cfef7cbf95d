/* SPDX-License-Identifier: MPL-2.0 */
/* select - SEL words: which workloads and jobs the user means, and the
 * connection to the home of each. */
#ifndef LB_SELECT_H
#define LB_SELECT_H

#include "ctl/ctl.h"

struct target {
    char name[80];          /* "alpha-12" */
    char home[64];
    uint32_t number;
    char *ranges;           /* "0-99:2,105"; NULL: all jobs */
    struct lb *lb;          /* its home */
};

struct targets {
    struct target *v;
    size_t n;
    bool all;               /* the word was all or mine */
};

/* 0, or -1 after a message; free with targets_fini in both cases. */
int select_words(struct ctl *c, const char *const *words, size_t n,
                 struct targets *out);
void targets_fini(struct targets *t);
/* Words of one workload become one target: jobs that two of them name are
 * meant once. */
void targets_join(struct targets *t);
/* How many jobs the ranges have, at most; UINT64_MAX: no ranges. */
uint64_t target_jobs(const struct target *t);

/* The one job that `target` names; -1 after a message if it is not one. */
int select_job(struct ctl *c, const struct target *target, uint32_t *index);

/* Keeps and gives the newest workload of this user. */
void last_write(const char *name);
bool last_read(char *dst, size_t cap);

/* Adds workload= and ranges= of a target to a question. */
void target_call(struct lb_call *call, const struct target *t);
/* After a failed question: "no workload alpha-99" for status 66. */
int target_failed(struct ctl *c, const struct target *t, int status);

#endif
