/* SPDX-License-Identifier: MPL-2.0 */
/*
 * prompt - the input line at the foot of the screen: find, filter, a throttle,
 * a command; with history and completion.
 *
 * Pure. Text is UTF-8, at most 512 bytes, no control characters.
 */
#ifndef LB_PROMPT_H
#define LB_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROMPT_MAX = 513, PROMPT_HISTORY = 500 };

enum prompt_for { PROMPT_NONE = 0, PROMPT_FIND, PROMPT_FILTER, PROMPT_THROTTLE,
                  PROMPT_COMMAND, PROMPT_WRITE };

struct prompt {
    enum prompt_for use;        /* PROMPT_NONE: closed */
    char label[64];             /* "Filter: " */
    char text[PROMPT_MAX];
    size_t at;                  /* byte of the cursor */
    char error[160];            /* red, beside the text */
    char hint[160];             /* completions, what Enter would do */
    char saved[PROMPT_MAX];     /* what was there before, for Esc; draft while
                                   in the history */
    size_t history_at;
    size_t n_history;
    char *history[PROMPT_HISTORY];  /* of commands; oldest first */
};

enum prompt_did { PROMPT_EDITED = 1, PROMPT_DONE, PROMPT_DROPPED,
                  PROMPT_COMPLETE, PROMPT_IGNORED };

void prompt_fini(struct prompt *p);
void prompt_open(struct prompt *p, enum prompt_for use, const char *label,
                 const char *text);
void prompt_close(struct prompt *p);
/* Keys: text, arrows, Home End ^A ^E, Backspace Delete ^U ^W, up and down in
 * the history, Tab (PROMPT_COMPLETE), Enter, Esc. */
enum prompt_did prompt_key(struct prompt *p, uint32_t key);
/* First line of what was pasted, without control characters. */
void prompt_paste(struct prompt *p, const char *text, size_t len);
/* Completes the word before the cursor from `words`; several: the common part,
 * and all of them in hint. */
void prompt_complete(struct prompt *p, const char *const *words, size_t n);
void prompt_remember(struct prompt *p, const char *line);

#endif
