/* SPDX-License-Identifier: MPL-2.0 */
/*
 * unread - bytes of replies that clients have not read: those that wait for
 * them in a socket, and those that are being made. Memory for all is shared by
 * a dynamic threshold: nobody holds more than a part of what is left, so that
 * something is left for the next one, however many of them do not read.
 * Source: A. K. Choudhury and E. L. Hahne, "Dynamic Queue Length Thresholds
 * for Shared-Memory Packet Switches", IEEE/ACM Transactions on Networking 6(2),
 * 1998.
 */
#ifndef LB_UNREAD_H
#define LB_UNREAD_H

#include <stdbool.h>
#include <stddef.h>

enum {
    UNREAD_MAX = 128 * 1024 * 1024,     /* of all clients together */
    UNREAD_ANY = 1, UNREAD_FILE = 16    /* parts of what is left: any reply;
                                           one that can be asked for later */
};

/* Bytes of one client, or of all. It ends with its owner and all bytes that
 * were taken of it. */
struct unread;

struct unread *unread_all_new(void);
/* Of one of them. */
struct unread *unread_new(struct unread *all);
/* Its owner is gone. NULL is ignored. */
void unread_leave(struct unread *u);

/* Takes so many bytes for a client. False: he holds above 1 / `part` of what
 * is left, or there are not so many. */
bool unread_take(struct unread *u, size_t bytes, size_t part);
/* Gives them back. Any thread; NULL is ignored. */
void unread_give(struct unread *u, size_t bytes);

#endif
