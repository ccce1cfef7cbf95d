/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mark - the co-process of the kind `mark`: it notes each job that it is
 * given, before it answers, in a file that only grows: a line
 * "LABEL/INDEX MS", MS of the wall clock. The value of the job is its
 * parameter. So the checker sees runs, not what is said of runs. A job whose
 * LABEL begins with MARK_SLOW then takes its time, so that it is found running
 * by what strikes its node.
 */
#ifndef LB_NEMESIS_MARK_H
#define LB_NEMESIS_MARK_H

#include "tests/nemesis/checker.h"

enum { MARK_SLOW = 'o', MARK_SLOW_MS = 40 };

/* The program: to the end of its input. Exit status. */
int mark_main(const char *file);
/* Reads the marks of a node into the checker. 0 or -1: no such file. */
int mark_read(const char *file, size_t node, struct checker *c);

#endif
