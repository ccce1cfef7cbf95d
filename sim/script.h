/* SPDX-License-Identifier: MPL-2.0 */
/* script - the verbs of a scenario. */
#ifndef LB_SIM_SCRIPT_H
#define LB_SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/world.h"

enum { WORDS_MAX = 24 };

struct script {
    struct world *w;        /* NULL before `nodes` */
    struct load *load;
    struct buf text;        /* the transcript */
    bool verbose;
    unsigned line;
    unsigned failures;      /* expectations that did not hold */
    char error[200];        /* why the script is wrong; "" */
    char policy[32], placement[32];
};

void script_fini(struct script *s);
/* Carries out one line. False: it is wrong, see `error`. */
bool script_line(struct script *s, char *line);
/* Sets `error`; the macro is false, which those who read it can see. */
void script_complain(struct script *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#define script_wrong(...) (script_complain(__VA_ARGS__), false)

/* Word `i` as a node 1..n, a duration, a number, a job. */
bool script_node(struct script *s, const char *word, struct node **out);
bool script_duration(struct script *s, const char *word, int64_t *us);
bool script_number(struct script *s, const char *word, uint64_t max,
                   uint64_t *out);
/* "alpha-1" or "alpha-1.0"; *all: no index was given. */
bool script_job(struct script *s, const char *word, struct book_work **k,
                uint32_t *index, bool *all);

/* "key=value" of this key: its value; NULL. */
char *script_value(char *word, const char *key);

/* script_submit.c: `submit ...`. */
bool script_submit(struct script *s, size_t n, char **word);
/* expect.c: `expect ...`; a failed one is printed and counted. */
bool script_expect(struct script *s, size_t n, char **word);
/* faulty.c: verbs of the network, disks and nodes; *known: it was one. */
bool script_fault(struct script *s, size_t n, char **word, bool *known);

#endif
