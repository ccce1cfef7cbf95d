/* SPDX-License-Identifier: MPL-2.0 */
/*
 * net_dial - is anybody there? Asked before ZeroMQ waits for it in silence:
 * it does not tell why a connection fails.
 *
 * Never blocks: a name is looked up by a thread of its own, which is left
 * behind if nobody waits any more. Includes nothing of proto/: <sys/socket.h>
 * has a MSG_BATCH of its own.
 */
#ifndef LB_NET_DIAL_H
#define LB_NET_DIAL_H

#include <stdbool.h>
#include <stdint.h>

enum { DIAL_WHERE_MAX = 288, DIAL_WHY_MAX = 64,
       DIAL_US = 3000 * 1000,       /* for each address that a name has */
       DIAL_LOOK_US = 20 * 1000 };  /* between looks at the thread */

enum dial_state {
    DIAL_IDLE = 0,
    DIAL_NAME,              /* looked up */
    DIAL_PROBE,             /* `fd` is connecting: poll for writing */
    DIAL_READY,             /* somebody listens at `address` */
    DIAL_FAILED             /* `why` */
};

struct lookup;
struct dialling {           /* zeroed: idle */
    enum dial_state state;
    int fd;                 /* DIAL_PROBE */
    int64_t until_us;       /* when it is to be looked at again at least */
    char address[DIAL_WHERE_MAX + 16];  /* for zmq_connect, numeric */
    char why[DIAL_WHY_MAX]; /* "no such file", "permission denied",
                               "connection refused", "name not found",
                               "time-out", or what the system says */
    /* private */
    struct lookup *lookup;
    unsigned at;            /* of the addresses found */
};

/* `host` and `port`, or, with port 0, the path of a local socket. */
void dialling_begin(struct dialling *d, const char *host, unsigned port,
                    int64_t now_us);
/* Goes on as far as it can now. */
void dialling_step(struct dialling *d, int64_t now_us);
void dialling_end(struct dialling *d);

#endif
