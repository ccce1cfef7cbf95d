/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dial - is anybody there? Asked before ZeroMQ waits for it in silence.
 *
 * Apart from client.h: <sys/socket.h> has a MSG_BATCH of its own.
 */
#ifndef LB_DIAL_H
#define LB_DIAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct dial {
    const char *where;          /* ipc://PATH or HOST[:PORT] */
    int offset;                 /* of the wanted port from the base port */
    const volatile sig_atomic_t *interrupt; /* NULL, or ends a long wait */
    char address[288];          /* out: for zmq_connect */
    char error[512];            /* out */
};

/* LB_OK with an address; LB_USAGE, LB_UNREACHABLE, LB_REFUSED or
 * LB_INTERNAL (no descriptor or memory left here) with a text. */
int dial(struct dial *d);
/* What who listens by TCP makes of a greeting, told within half a second (but
 * for looking its name up): nothing, or the right thing, or no time was left;
 * hangs up; says what is no greeting, which alone proves that it is none of
 * ours. */
enum dial_word { DIAL_SILENT, DIAL_CLOSED, DIAL_FOREIGN };
enum dial_word dial_listen(struct dial *d);
int64_t dial_now_ms(void);
/* Whether the flag, if there is one, has been set by now. */
bool dial_interrupted(const volatile sig_atomic_t *flag);

#endif
