/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pending - commands that had no end yet when the terminal was lost: kept in
 * the user's state directory for the next lbtop, which tells them once. A file
 * of lines, mode 0600; several lbtops that lose their terminals add to it.
 */
#ifndef LB_PENDING_H
#define LB_PENDING_H

#include "tui/wish.h"

enum { PENDING_MAX = 1000 };    /* lines of one lbtop */

/* Adds a line for each wish that is a draft, or that its node has not
 * answered or not shown to be in force. 0 (also: there is none) or -errno. */
int pending_save(const struct wishes *w, const struct model *m);
/* Removes the file; one message of what it held into dst. False: there was
 * none. */
bool pending_take(char *dst, size_t cap);

#endif
