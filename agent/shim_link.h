/* SPDX-License-Identifier: MPL-2.0 */
/* shim_link - a slot's end of the socket to a shim (shim.h). */
#ifndef LB_SHIM_LINK_H
#define LB_SHIM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/orders.h"
#include "agent/shim.h"
#include "agent/spawner.h"
#include "base/bytes.h"

struct shim_link {
    int fd, pidfd;              /* of the shim; -1: none */
    enum spawner_hold hold;
    struct control control;     /* as last told to the shim */
    struct buf frame;           /* to it */
    struct buf in;              /* from it, not yet taken */
    int pipe[2];                /* came with SHIM_PIPES: to stdin, from stdout;
                                   -1: none. Whoever takes them sets -1. */
};

void shim_link_init(struct shim_link *l);
/* Asks for shim `number`, if there is none. 0 or -errno (spawner_shim). */
int shim_link_open(struct shim_link *l, struct spawner *spawner,
                   unsigned number);
/* Lets go of the shim, which ends with all that it has started, and waits for
 * that, 10 s at most: the next one of the slot is given its directory. */
void shim_link_close(struct shim_link *l);
/* Gives memory back too. */
void shim_link_fini(struct shim_link *l);

/* False: the shim is gone. */
bool shim_link_send(struct shim_link *l, enum shim_frame type,
                    struct span body);
/* What has changed for `worker` since the shim was told last: its rate, and,
 * with `running`, that the run is to stop. False: the shim is gone. */
bool shim_link_tell(struct shim_link *l, struct orders *orders, size_t worker,
                    bool running);
/* Appends what has come to `in`. False: the shim is gone. */
bool shim_link_receive(struct shim_link *l);
/* The first whole frame at `at` in `in`: its length, head included; 0: it is
 * not whole yet. */
size_t shim_link_frame(const struct shim_link *l, size_t at, uint8_t *type,
                       struct span *body);
/* The first `n` bytes of `in` have been taken. */
void shim_link_taken(struct shim_link *l, size_t n);

#endif
