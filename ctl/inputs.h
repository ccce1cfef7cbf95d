/* SPDX-License-Identifier: MPL-2.0 */
/*
 * inputs - the values that a command runs with: several sources, all
 * combinations of them.
 *
 * The last source varies fastest. A linked source goes in step with the one
 * before it, and the shorter of the two ends both. With a separator each
 * value is cut into columns, blanks around them taken off: the values of a
 * job are the columns of its first source, then of its second, ...
 * Pure.
 */
#ifndef LB_INPUTS_H
#define LB_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { INPUTS_ERROR_MAX = 256 };

struct inputs;

struct inputs *inputs_new(void);
void inputs_free(struct inputs *in);
/* --colsep, before the first value: an extended regular expression (regex(7)),
 * in which \t is a tab. -1: `err` says why it is none. */
int inputs_columns(struct inputs *in, const char *regex, char *err);

/* A source; `linked` needs one before it. Values go to the last one. */
void inputs_source(struct inputs *in, bool linked);
size_t inputs_sources(const struct inputs *in);
void inputs_value(struct inputs *in, const char *value);

/* How many jobs that makes; UINT64_MAX: more than can be counted. 1 without
 * any source. */
uint64_t inputs_jobs(const struct inputs *in);
/* The values of the job that has most. */
size_t inputs_width(const struct inputs *in);
/* The values of job `index`, into value[inputs_width()]; how many they are.
 * They are the inputs' own. */
size_t inputs_get(const struct inputs *in, uint64_t index,
                  const char **value);

#endif
