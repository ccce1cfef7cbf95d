/* SPDX-License-Identifier: MPL-2.0 */
/* shortage - what a host has none left of now, and may have again soon. */
#ifndef LB_SHORTAGE_H
#define LB_SHORTAGE_H

#include <errno.h>
#include <stdbool.h>

/* Whether what failed with `error` (errno) may do when it is tried again:
 * descriptors, memory, threads, room on the disk. */
static inline bool
shortage_passes(int error)
{
    return error == EAGAIN || error == EINTR || error == EMFILE ||
           error == ENFILE || error == ENOMEM || error == ENOSPC ||
           error == EDQUOT;
}

#endif
