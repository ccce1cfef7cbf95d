/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ways - where a cluster may be entered: addresses of nodes from -n, LB_NODE,
 * client.ini or, if none says anything, the sockets of this host.
 */
#ifndef LB_WAYS_H
#define LB_WAYS_H

#include <stddef.h>

enum { WAYS_MAX = 16 };

struct ways {               /* zeroed: empty */
    size_t n;
    char where[WAYS_MAX][288];  /* ipc://PATH, HOST, HOST:PORT */
    char from[64];          /* "option -n", "LB_NODE", "client.ini",
                               "default (no -n, no LB_NODE, no client.ini)" */
};

/* Adds a list "a,b:8490,ipc:///x"; what comes twice as well: net tells. 0 or
 * -EINVAL with a text in err (300). */
int ways_add(struct ways *w, const char *list, char *err);
/* What is tried when no option says: 0, or an exit status (2 a wrong LB_NODE,
 * 78 a wrong client.ini) with a text. */
int ways_default(struct ways *w, char *err);
/* Path of a file of the user's lbagent directory. -ENOENT: no home. */
int ways_user_file(const char *name, char *dst, size_t cap);

#endif
