/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command - what clients ask: each operation answered by one REPLY, at once
 * or, for wait and results, when there is something to say.
 */
#ifndef LB_COMMAND_H
#define LB_COMMAND_H

#include "core/node.h"

/* EV_COMMAND. Changing operations that were answered before (same request
 * id) get the same reply again. */
void command_step(struct core *c, const struct event_command *ev);
void command_client_gone(struct core *c, uint64_t client);
/* Answers parked clients whose time or news has come. Called at the end of
 * every step in which c->parked_due was set, and each TICK_US. */
void command_wake(struct core *c);
/* Throttle and phase that go back by themselves (--for). */
void command_tick(struct core *c);
void command_fini(struct core *c);

#endif
