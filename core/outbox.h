/* SPDX-License-Identifier: MPL-2.0 */
/* outbox - a batch as a message: what is offered to a peer, sent and told. */
#ifndef LB_OUTBOX_H
#define LB_OUTBOX_H

#include "core/node.h"

/* Sends the batch, again or for the first time; sets when it is next due.
 * Jobs voided since keep their places, as ITEM_VOID. */
void outbox_send(struct core *c, struct batch *b);
/* An empty batch that tells the lowest number still unanswered (R10). */
void outbox_send_low(struct core *c, uint16_t peer);
/* One log line about the batch. */
void outbox_log(struct core *c, const char *evt, const struct batch *b);

#endif
