/* SPDX-License-Identifier: MPL-2.0 */
/* sources - where the values of commands come from: -a FILE, and the words
 * behind ::: :::: :::+ ::::+. */
#ifndef LB_SOURCES_H
#define LB_SOURCES_H

#include "ctl/inputs.h"
#include "ctl/submit.h"

/* Is `word` ::: or one of its relatives? */
bool sources_separator(const char *word);

/* All sources into `in`; the n words begin with a separator. 0, or -1 after a
 * message. */
int sources_read(struct ctl *c, const struct submit *s, struct inputs *in,
                 const char *const *words, size_t n);

#endif
