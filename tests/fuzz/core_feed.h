/* SPDX-License-Identifier: MPL-2.0 */
/*
 * core_feed - messages, commands and records for a core out of any bytes: as
 * they are, as far as they decode; and made of them, so that their numbers
 * often name what there is.
 */
#ifndef LB_CORE_FEED_H
#define LB_CORE_FEED_H

#include "base/bytes.h"
#include "proto/msg.h"

enum { FEED_NODES = 4 };        /* 0 is the core itself */

struct node_id feed_id(unsigned node);

/* The next message of a peer, of few bytes, as a body of `type`, which may
 * be wrong: appended to `body`. */
uint8_t feed_message(struct reader *r, struct buf *body);
/* Likewise a COMMAND. */
void feed_command(struct reader *r, struct buf *body);

#endif
