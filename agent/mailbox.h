/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mailbox - a bounded queue of plain structs between threads. Items are
 * copied in and out; what they point to changes its owner with them. Any
 * number of threads may put and take. An eventfd tells a poll loop that there
 * is something to take; blocked threads wait on conditions.
 */
#ifndef LB_MAILBOX_H
#define LB_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

/* Room for `cap` items of `item_bytes` bytes each, both at least 1; memory
 * grows with use. NULL with errno set when there is no descriptor left. */
struct mailbox *mailbox_new(size_t item_bytes, size_t cap);
/* Frees the mailbox, not what its items point to. NULL is ignored. */
void mailbox_free(struct mailbox *m);

/* Adds all `n` items in order, waiting while there is no room. False when
 * the mailbox was closed: what is left of them stays the caller's. */
bool mailbox_put(struct mailbox *m, const void *items, size_t n);
/* Adds all `n` items, or none: false when there is no room for all. */
bool mailbox_try_put(struct mailbox *m, const void *items, size_t n);
/* Takes up to `max` items; the number, 0 when empty. Never waits. */
size_t mailbox_take(struct mailbox *m, void *items, size_t max);
/* Waits for an item, `timeout_us` at most (negative: for ever). 0 when the
 * time is over, or closed and empty. */
size_t mailbox_wait(struct mailbox *m, void *items, size_t max,
                    long timeout_us);
size_t mailbox_count(struct mailbox *m);
/* Nobody waits any more; what is there can still be taken. */
void mailbox_close(struct mailbox *m);
bool mailbox_is_closed(struct mailbox *m);
/* Readable while the mailbox is not empty. Not to be read by the caller. */
int mailbox_fd(const struct mailbox *m);

#endif
