/* SPDX-License-Identifier: MPL-2.0 */
/* fds - two descriptors that cross a socket beside bytes (SCM_RIGHTS). */
#ifndef LB_FDS_H
#define LB_FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Sends `n` bytes, few enough to go whole; `fds` (NULL: none) stay the
 * caller's. False: nobody is there any more. */
bool fds_send(int socket, const void *p, size_t n, const int fds[2]);
/* As recvmsg, of at most `cap` bytes. Descriptors that came with them, which
 * the caller then owns, are in `fds`; else -1. Where this process has no room
 * for both of them it gets none, and *lost is true. */
ssize_t fds_receive(int socket, void *p, size_t cap, int fds[2], bool *lost);

#endif
