/* SPDX-License-Identifier: MPL-2.0 */
/*
 * events - the log lines that concern people: the newest ones in a ring, told
 * to whoever asks ("events"), who may wait for the next.
 */
#ifndef LB_EVENTS_H
#define LB_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/log.h"
#include "proto/msg.h"

struct events;

/* Keeps the newest `cap` events. */
struct events *events_new(size_t cap);
void events_free(struct events *e);

/* Adds one; gives its EVENT body, borrowed until the next call. */
struct span events_add(struct events *e, enum log_level level,
                       const char *name, const char *text);

/* The operation "events" (after, limit, newest, wait_ms). True: `body` got the
 * REPLY; false: the client waits, events_next will give it. */
bool events_ask(struct events *e, uint64_t client,
                const struct msg_command *m, int64_t now_us,
                struct buf *body);
/* The next client whose time or event has come, with its REPLY appended to
 * `body`; 0: none. */
uint64_t events_next(struct events *e, int64_t now_us, struct buf *body);
int64_t events_deadline_us(const struct events *e);
void events_client_gone(struct events *e, uint64_t client);

#endif
