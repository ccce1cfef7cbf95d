/* SPDX-License-Identifier: MPL-2.0 */
/* quickcheck - what SQLite itself says of the journal of an agent that does
 * not run: of a copy, so that the agent finds what the fault left. */
#ifndef LB_NEMESIS_QUICKCHECK_H
#define LB_NEMESIS_QUICKCHECK_H

#include <stddef.h>

/* Copies STATE_DIR/journal.db and its log to `dir` (which exists), and checks
 * them there. 0; -1 and in `why` what is wrong. No journal: good. */
int quickcheck(const char *state_dir, const char *dir, char *why, size_t cap);

#endif
