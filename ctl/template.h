/* SPDX-License-Identifier: MPL-2.0 */
/*
 * template - the words of a command with replacement strings, and what they
 * become for each job. The strings are those of GNU parallel:
 *   {} the value   {.} without its extension   {/} its last part
 *   {//} its folder   {/.} last part without extension
 *   {1} {2.} {-1/} ...: of the first, second, last value alone
 *   {#} number of the job, from 1   {%} of its slot, known when it runs
 * A template without any of them gets all values as last words. One that has
 * no inputs at all stays as it is, braces and all.
 * Without a shell a word is a word: only {} and the like of several values in
 * one word make more of it, as "$@" does in sh. With a shell the words are
 * joined by blanks to one line for /bin/sh -c, every value quoted in it.
 * Pure.
 */
#ifndef LB_TEMPLATE_H
#define LB_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { TEMPLATE_ERROR_MAX = 160 };

struct template;

struct template_form {
    bool shell;
    const char *value;      /* instead of "{}"; NULL: that */
};

/* Borrows the words (at least one) and `form`'s text. NULL: `err` says which
 * string is not known here. */
struct template *template_new(const char *const *words, size_t n_words,
                              const struct template_form *form, char *err);
void template_free(struct template *t);
/* Has it replacement strings at all; one of them that stands for the slot? */
bool template_replaces(const struct template *t);
bool template_has_slot(const struct template *t);
/* Do jobs have the values that it names? `n_values`: of the job that has
 * most. -1: `err` says which has none. */
int template_check(const struct template *t, size_t n_values, char *err);

/* Appends the words for one job to `argv`, which must be empty, as argv= of
 * kinds/command.h. `number` counts from 1. No values: no inputs. A value that
 * this job has not got is empty. */
void template_expand(const struct template *t, uint32_t number,
                     const char *const *value, size_t n_values,
                     struct buf *argv);

#endif
