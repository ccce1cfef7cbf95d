/* SPDX-License-Identifier: MPL-2.0 */
/*
 * loop - the one thread that has the core and the sockets: waits, turns what
 * happened into events, and does what the core answers. It never waits for
 * the disk: what must be durable first is kept in the gate.
 */
#ifndef LB_LOOP_H
#define LB_LOOP_H

#include "agent/config.h"
#include "agent/courier.h"
#include "agent/events.h"
#include "agent/fetcher.h"
#include "agent/filer.h"
#include "agent/journal.h"
#include "agent/mailbox.h"
#include "agent/net.h"
#include "agent/orders.h"
#include "agent/probe.h"
#include "agent/self.h"
#include "agent/service.h"
#include "agent/worker.h"
#include "core/core.h"
#include "core/gate.h"

/* Everything the loop works with; owned by main, which opens it in order. */
struct shell {
    const struct config_source *source;     /* for SIGHUP */
    struct config_file *config;             /* replaced at SIGHUP */
    const struct self *self;
    struct core_config core_config;
    struct core *core;
    struct net *net;
    struct journal *journal;
    struct orders *orders;
    struct workers *workers;
    struct mailbox *outcomes;   /* items: struct ended */
    struct fetcher *fetcher;
    struct files *files;
    struct filer *filer;
    struct courier *courier;
    struct service *service;
    struct probe *probe;
    struct events *events;
    int signal_fd;              /* of the signals that are blocked */
    int spawner_fd;             /* readable when the spawner is dead; or -1 */
    bool print_endpoint;        /* --print-endpoint; for `ready` */
};

/* Runs from EV_START until the node has left; the status to exit with. A
 * second TERM or INT ends the process at once. `ready` is called when the
 * node answers. */
int loop_run(struct shell *shell, void (*ready)(const struct shell *shell));

#endif
