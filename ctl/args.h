/* SPDX-License-Identifier: MPL-2.0 */
/*
 * args - the words and options of a command line.
 *
 * Options may stand anywhere before `--`; a word like -5 is a number, not an
 * option. Global options are taken care of here.
 */
#ifndef LB_ARGS_H
#define LB_ARGS_H

#include "ctl/ctl.h"

enum option_value { VALUE_NO, VALUE_YES, VALUE_MAY };

struct option_row {
    const char *name;       /* "retries"; NULL ends the table */
    int id;                 /* the letter of a short option, or 256.. */
    enum option_value value;
};

/* Those that every command takes. */
extern const struct option_row global_options[];

struct args;

struct command {
    const char *name;
    const struct option_row *options;   /* NULL: only the global ones */
    int (*run)(struct ctl *c, struct args *a);
    const char *usage;      /* "throttle [NODES] [VALUE] [--for DUR]" */
    const char *help;       /* examples, then what it does and its options */
};
/* All commands, ended by a NULL name. */
extern const struct command commands[];

struct args {
    int argc;
    char **argv;
    int at;
    const struct command *command;  /* NULL: up to the command word */
    const char *letters;    /* rest of a group -qv; NULL: none */
    bool dashed;            /* `--` was met */
    size_t dashes;          /* number of words before it */
    char written[80];
    const char *option;     /* as it was written, "--retries" */
    const char *value;      /* of the option, NULL: none */
    const char **word;
    size_t n_words;
};

void args_init(struct args *a, int argc, char **argv);
void args_fini(struct args *a);
/* The next option's id; words are gathered meanwhile. 0 at the end, and
 * before the first word while there is no command; -1: all is said (error or
 * help), end with c->status. */
int args_next(struct ctl *c, struct args *a);

/* Value of the option just met. 0, or -1 after an error message. */
int args_number(struct ctl *c, const struct args *a, uint64_t min,
                uint64_t max, uint64_t *out);
int args_duration(struct ctl *c, const struct args *a, int64_t *us);
/* Index of the value in `words`, NULL-ended; -1 after the message. */
int args_choice(struct ctl *c, const struct args *a,
                const char *const *words);
/* `lbctl COMMAND`: exactly min..max words? -1 after an error message. */
int args_words(struct ctl *c, const struct args *a, size_t min, size_t max);
int duration_read(struct ctl *c, const char *what, const char *text,
                  int64_t *us);

void usage_print(const struct command *cmd);
void help_print(const struct command *cmd);
const struct command *command_find(const char *name);
/* Message for a word that is no command. */
int command_unknown(struct ctl *c, const char *name);

#endif
