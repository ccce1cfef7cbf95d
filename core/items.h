/* SPDX-License-Identifier: MPL-2.0 */
/* items - building a list of ranges of jobs for a message: what follows on
 * and is otherwise equal becomes one range. */
#ifndef LB_ITEMS_H
#define LB_ITEMS_H

#include "core/node.h"

enum { ITEMS_A_PART = 100 * 1000 }; /* a longer list goes in several messages */

/* Zeroed is empty. The owner ends it with buf_fini(&l->buf). */
struct items {
    struct buf buf;
    struct item last;       /* not in buf yet */
    uint32_t n;
};

void items_add(struct items *l, const struct item *it);
/* The whole list, without its number; the list takes no more until it is
 * reset. */
struct span items_finish(struct items *l);
void items_reset(struct items *l);
/* CLAIMS_REPLY, RELEASE, RELEASE_ACK: `home_inc` of the home meant. What a
 * home says waits for saves: it may tell of results, cancels, failures. */
void items_send(struct core *c, uint16_t peer, uint8_t type, uint64_t home_inc,
                struct span items);

#endif
