/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command - the kind that runs programs: how its words travel, and what came
 * out of one.
 *
 * Parameters, shared or own, own ones win:
 *   argv=WORDS  program and arguments, at least one word; no shell
 *   env=WORDS   NAME=VALUE each, beyond what jobs.env_keep lets through
 *   cwd=WORD    directory; none: one of its own, removed afterwards
 *   cpu=COUNT   processor time allowed, ms; 0 any
 *   put=WORDS   files that it is given, each HASH:MODE:SIZE:PATH
 *               (command_file.h)
 *   ret=WORDS   PATHs of files that come back when it has ended well
 *   data=BYTES  what it reads from stdin, to the end of the span
 * With put or ret it runs in a directory of its own, whatever cwd says, and
 * there the PATHs lie.
 * WORDS are separated by one blank. In a word \s is a blank, \t a tab, \n a
 * newline, \r a carriage return, \\ a backslash, and \% the number of the slot
 * that runs the job, from 1; \e alone is the empty word. Other bytes but NUL
 * stand for themselves.
 * The run itself is the agent's (agent/command.h): kind_command.run refuses.
 */
#ifndef LB_COMMAND_H
#define LB_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "kinds/kind.h"

enum {
    COMMAND_WORDS_MAX = 16 * 1024,      /* words of one argv or env */
    COMMAND_ARGV_MAX = 128 * 1024,      /* bytes of one argv, unescaped */
    COMMAND_FILES_MAX = 1024            /* words of one put or ret */
};

extern const struct kind kind_command;

/* Appends `word` (n bytes, none of them NUL) to a list of words in `to`, with
 * the blank before it unless the list is empty, which is the case when
 * to->len == start. `slot` (NULL, or a string that occurs in words) is
 * written as \% each time it occurs. */
void command_word_put(struct buf *to, size_t start, const char *word,
                      size_t n, const char *slot);
/* Takes the next word off `rest`, unescaped and NUL-ended, appended to `to`.
 * 1; 0 at the end; -EINVAL: not written by command_word_put. */
int command_word_next(struct span *rest, unsigned slot, struct buf *to);

/* How a program ended, and what it wrote. */
struct command_result {
    uint8_t exit, signal;       /* signal not 0: it died by that one */
    uint64_t out_total, err_total;      /* bytes written; what is more than
                                   `out` and `err` hold was cut */
    struct span out, err;
    struct span files;          /* WORDS: those that came back, each
                                   HASH:MODE:SIZE:PATH; empty: none */
};
/* The value of a job. Exit 0 and nothing written are no bytes at all. */
void command_result_encode(const struct command_result *r, struct buf *to);
/* Spans point into `in`. 0 or -EBADMSG. */
int command_result_decode(struct span in, struct command_result *out);

#endif
