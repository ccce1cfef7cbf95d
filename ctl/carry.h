/* SPDX-License-Identifier: MPL-2.0 */
/*
 * carry - files that travel with the jobs: what --transfer and --return say
 * of each job becomes its put= and ret= (kinds/command.h).
 */
#ifndef LB_CARRY_H
#define LB_CARRY_H

#include "base/bytes.h"
#include "ctl/files.h"

struct carry_options {
    const char **put, **back;   /* --transfer, --return, as they were said */
    size_t n_put, n_back;
};
/* Another one of either. */
void carry_put(struct carry_options *o, const char *word);
void carry_return(struct carry_options *o, const char *word);
void carry_options_fini(struct carry_options *o);

struct carry;

/* Borrows all it is given. `value` stands instead of {} (NULL: that), and
 * `width` is how many values the job has that has most. NULL after a
 * message. */
struct carry *carry_new(struct ctl *c, const struct carry_options *o,
                        const char *value, size_t width);
void carry_free(struct carry *k);
/* No replacement strings: all jobs have the same files. */
bool carry_is_same(const struct carry *k);

struct carry_job {
    uint32_t number;        /* from 1 */
    const char *const *value;
    size_t n_values;
    struct files *files;
};
/* Appends the lines put= and ret= of a job, reading its files. -1 after a
 * message. */
int carry_job(struct ctl *c, const struct carry *k, const struct carry_job *job,
              struct buf *lines);

#endif
