/* SPDX-License-Identifier: MPL-2.0 */
/*
 * jobfile - workload files: one job a line, KIND [VALUE|NAME=VALUE]...
 *
 * Quotes as in sh, without expansion; `#` comments and blank lines. Pure: the
 * text is in memory, the problems are in a list. Or, with a kind given, each
 * line is one value of its first parameter.
 */
#ifndef LB_JOBFILE_H
#define LB_JOBFILE_H

#include "base/bytes.h"
#include "kinds/kind.h"

enum { JOBLINE_MAX = 64 * 1024, JOBFILE_PROBLEMS = 20 };

struct load {               /* jobs of one kind: a workload to be */
    const struct kind *kind;
    struct plan plan;
    char **values;          /* NULL, or [n_jobs] the input of each (--tag) */
    uint32_t *seq;          /* NULL, or [n_jobs] the number of each, from 1,
                               among all of a command line */
    struct buf data;        /* what each job reads from stdin, with its
                               data=, if it is too much to be shared */
};

struct jobfile {
    struct load *load;      /* in order of first use */
    size_t n_loads;
    size_t n_lines;         /* good ones */
    size_t n_problems;      /* all of them */
    char *problem[JOBFILE_PROBLEMS];    /* "NAME:7: text" */
    bool no_file;           /* one of them is about a missing file: 66 */
    /* Kinds beyond the built-in ones; NULL: there are none. */
    const struct kind *(*find)(void *with, const char *name, char *err);
    void *find_with;
    const char *const *command_words;   /* NAME=VALUE of every command */
    size_t n_command_words;
};

/* Splits a line into words as sh does; the words point into `line`, which is
 * changed. The number of words, or -1: *err says what is wrong. */
int words_split(char *line, const char **word, size_t cap, const char **err);

/* The next line of *text, as a string in *line (grown as needed). False at
 * the end. `*why` is not NULL if it cannot be a line. */
bool jobline_next(struct span *text, char separator, char **line,
                  const char **why);

/* Adds the jobs of `text`, line by line; problems are counted. The words of a
 * line `command WORD...` are program and arguments. */
void jobfile_read(struct jobfile *f, const char *name, struct span text);
/* The same, each line one value of `kind`'s first parameter, with these words
 * besides. `separator` is '\n' or 0. */
void jobfile_values(struct jobfile *f, const char *name, struct span text,
                    const struct kind *kind, const char *const *words,
                    size_t n_words, char separator);
/* One value of `kind`'s first parameter, from the command line. */
void jobfile_value(struct jobfile *f, const char *value,
                   const struct kind *kind, const char *const *words,
                   size_t n_words);
void jobfile_fini(struct jobfile *f);

#endif
