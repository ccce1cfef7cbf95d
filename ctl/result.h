/* SPDX-License-Identifier: MPL-2.0 */
/* result - results of jobs as text and JSON, and the value of a workload. */
#ifndef LB_RESULT_H
#define LB_RESULT_H

#include <jansson.h>

#include "base/bytes.h"
#include "ctl/ctl.h"
#include "ctl/jobfile.h"
#include "kinds/command.h"
#include "kinds/kind.h"

enum { RESULT_TEXT_MAX = 1024, VALUE_TEXT_MAX = 64 * 1024 };

/* What is known of a workload that is followed. */
struct followed {
    char name[80];
    struct lb *lb;              /* its home */
    uint32_t number;
    const struct kind *kind;    /* NULL: none that is built in */
    struct span shared;         /* its parameters */
    char **values;              /* NULL, or the input of each job (--tag) */
    const uint32_t *seq;        /* NULL, or the number of each job, from 1,
                                   that --results names it by */
    uint32_t n_values;          /* of both */
    const struct load *load;    /* its jobs; NULL: not submitted by us */
};

const char *outcome_name(int outcome);
/* The result as text, for short ones: cut to RESULT_TEXT_MAX, that of a
 * command to its first line. */
void result_text(const struct followed *f, const struct lb_result *r,
                 char dst[RESULT_TEXT_MAX]);
json_t *result_json(const struct followed *f, const struct lb_result *r);
/* A line for stdout: the text, whole, as it is. Of a command, also one that
 * failed: what it wrote to stdout and stderr, byte for byte, and no line of
 * ours; with values each line begins with the value and a tab, and the last
 * one is ended. */
void result_print(const struct followed *f, const struct lb_result *r,
                  FILE *out, FILE *err);
/* How a command ended and what it wrote. False: it is none, or never ran. */
bool result_command(const struct followed *f, const struct lb_result *r,
                    struct command_result *out);
/* Did it write more than its node has kept? Never less. */
bool result_is_cut(const struct command_result *cmd);
/* The bytes of a result: those of a command are what it wrote to stdout. */
struct span result_bytes(const struct followed *f, const struct lb_result *r);

/* Folds results, which come in index order, into the workload's value. */
struct value;
struct value *value_new(const struct followed *f);
void value_free(struct value *v);
void value_add(struct value *v, const struct lb_result *r);
/* False: there is none (a job failed; the kind has none), or it is wrong:
 * then `text` says how, and is "" otherwise. */
bool value_get(struct value *v, uint32_t n_jobs, char text[VALUE_TEXT_MAX]);
/* Are the jobs pieces of one whole, so that only the value is of interest? */
bool value_is_whole(const struct followed *f);

#endif
