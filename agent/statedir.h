/* SPDX-License-Identifier: MPL-2.0 */
/* statedir - the directories of a node: made, locked; the id that is kept in
 * one, the endpoint file in the other. */
#ifndef LB_STATEDIR_H
#define LB_STATEDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/names.h"

enum { STATEDIR_ERROR = 512 };

/* Makes the directory if it is missing (mode 0750) and locks it for this
 * process. A descriptor, to be kept open; or -1 and `err`: "DIR is in use by
 * process N". */
int statedir_lock(const char *dir, char err[STATEDIR_ERROR]);

/* The id in `dir`, made and saved when there is none. 0; or -1 and `err`. */
int statedir_id(const char *dir, struct node_id *out,
                char err[STATEDIR_ERROR]);

/* Is the directory where it was made? A copy of it - of a node that may run
 * still, or a restored backup - has its id in another file (time of birth;
 * else inode). `accept`: from now on it is where it is. After statedir_id.
 * 0; -1 and `err`; 1 and `err`: it is a copy. */
int statedir_place(const char *dir, bool accept, char err[STATEDIR_ERROR]);

/* A number that is the same for all nodes of a running host. */
uint64_t statedir_boot_id(void);

/* Writes a file whole or not at all. 0, or -errno. */
int statedir_write(const char *dir, const char *name, const char *text,
                   unsigned mode);

#endif
