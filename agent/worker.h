/* SPDX-License-Identifier: MPL-2.0 */
/*
 * worker - the slot threads: each takes an order, runs its kind under the
 * throttle, and hands the outcome to a mailbox.
 */
#ifndef LB_WORKER_H
#define LB_WORKER_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/command.h"
#include "agent/coprocess.h"
#include "agent/mailbox.h"
#include "agent/orders.h"
#include "core/core.h"

/* What came out of a run; `bytes` (error, then value; NULL if both are empty)
 * belongs to who takes it from the mailbox. */
struct ended {
    uint16_t slot;
    uint8_t outcome;        /* enum outcome */
    uint8_t error_len;
    bool changed;           /* its file here is not the one described */
    uint8_t kind;           /* of its own kinds: place + 1; 0: another one */
    uint8_t fate;           /* enum coprocess_fate */
    uint32_t run, value_len;
    uint64_t run_us, cpu_us;
    uint8_t *bytes;
};

struct workers_config {
    size_t n;
    int nice;               /* 0..19 */
    const char *const *file_denied; /* see kind.h; outlives the threads */
    const struct command_config *command;   /* likewise */
    const struct coprocess_config *coprocess;   /* likewise */
};

struct workers;

/* Starts the threads. `orders` and `outcomes` (items: struct ended) are
 * borrowed and outlive them. NULL with errno set when a thread cannot be
 * started. */
struct workers *workers_start(const struct workers_config *config,
                              struct orders *orders, struct mailbox *outcomes);
/* What each worker is at, and the share of time since the last call in which
 * it had the processor; DUTY_UNKNOWN while it waits inside its run, or at the
 * first call. [*n], valid until the next call. Of one thread. */
const struct slot_duty *workers_duty(struct workers *w, uint16_t *n);
/* As command_output, of whichever worker runs the job. */
bool workers_output(struct workers *w, struct command_piece *piece);
/* After orders_close and mailbox_close: waits for all threads to end. */
void workers_join(struct workers *w);

#endif
