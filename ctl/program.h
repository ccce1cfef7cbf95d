/* SPDX-License-Identifier: MPL-2.0 */
/*
 * program - jobs that run commands: the words after `--` with their inputs,
 * and the options that only such jobs have.
 */
#ifndef LB_PROGRAM_H
#define LB_PROGRAM_H

#include "base/bytes.h"
#include "ctl/args.h"
#include "ctl/carry.h"
#include "ctl/jobfile.h"

struct submit;

struct program_options {
    bool shell;
    const char *value;      /* -I; NULL: {} */
    const char *colsep, *cwd, *stdin_file;
    struct buf env;         /* as env= of kinds/command.h */
    struct carry_options carry;
    const char *given;      /* one of those that were given; NULL: none */
};
void program_options_fini(struct program_options *o);

/* --env K=V: 0, or -1 after a message. */
int program_env(struct ctl *c, struct program_options *o, const char *pair);

/* The shared lines that all command jobs have: env= and, unless files travel
 * with them, cwd=, as words for kind_plan. Appended as NUL-ended strings; how
 * many they are, or -1 after a message. */
int program_shared(struct ctl *c, const struct program_options *o,
                   struct buf *words);

/* CMD ARG... [::: v...] [:::: FILE] ..., -a FILE being the first source. One
 * load; none if there is nothing to do. -1 after messages. */
int program_read(struct ctl *c, struct submit *s, const char *const *words,
                 size_t n_words, struct jobfile *out);

/* When all jobs are read: gives the commands among them their stdin. -1 after
 * a message, also if options were given that no job has. */
int program_end(struct ctl *c, const struct program_options *o,
                struct jobfile *jobs);

/* Parameter `name` of a job, own or shared: the words of "argv", "put", ... as
 * kinds/command.h writes them. */
struct span program_param(const struct load *l, uint32_t job,
                          const char *name);
/* The words of a job, as sh reads them; {%} is 1. */
void program_show(const struct load *l, uint32_t job, struct buf *out);

#endif
