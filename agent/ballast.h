/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ballast - a file of 1 MiB beside the journal that says nothing. It is
 * dropped when the disk is full: what is under way then still finds room, as
 * do results, and that a workload is forgotten. While it lacks nothing new is
 * taken in, or that would have the room.
 */
#ifndef LB_AGENT_BALLAST_H
#define LB_AGENT_BALLAST_H

#include <limits.h>
#include <stdbool.h>

enum {
    BALLAST_BYTES = 1024 * 1024,
    BALLAST_SPARE = 256 * 1024  /* that must be left when it is made: else the
                                   disk would be full, and not, in turn */
};

struct ballast {
    char path[PATH_MAX];
    bool lacks;         /* there is no room for it */
};

/* None yet. */
void ballast_init(struct ballast *b, const char *dir);
/* Makes it, if there is none. Where one cannot be had for another reason than
 * want of room, it does without. */
void ballast_make(struct ballast *b);
/* True: there was one. */
bool ballast_drop(struct ballast *b);

#endif
