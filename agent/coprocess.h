/* SPDX-License-Identifier: MPL-2.0 */
/*
 * coprocess - a slot's way to run jobs of own kinds ([kind.NAME] of node.ini):
 * for each kind one process, started when the first job comes and kept. Its
 * shim hands its pipes over, so a job costs one write and one read.
 *
 * A process that ends within a job, or whose answer is none (coprocess_line.h),
 * too long, or more than one line, fails that attempt and is replaced. If it
 * ends between two jobs, or before it has taken a line, that is nobody's fault:
 * the line goes to a new one, once.
 */
#ifndef LB_COPROCESS_H
#define LB_COPROCESS_H

#include <stdint.h>

#include "agent/command.h"
#include "agent/config.h"
#include "agent/orders.h"
#include "agent/spawner.h"
#include "base/bytes.h"

/* What all slots of a node share. */
struct coprocess_config {
    struct spawner *spawner;    /* NULL: own kinds are not run here */
    const struct command_config *command;   /* but for its spawner */
    struct kind_config *const *kind;
    size_t n_kinds, n_slots;
};

/* What a run says of the program. */
enum coprocess_fate {
    FATE_NONE,                  /* nothing: stopped, timed out, not begun */
    FATE_ANSWERED,
    FATE_BROKEN                 /* it is replaced */
};

struct coprocess_told {
    enum coprocess_fate fate;
    uint64_t cpu_us;            /* of the program, from the job's line to its
                                   answer; not of what it started and has not
                                   waited for, or still runs */
};

struct coprocess_slot;

/* For worker `number` of `orders`; all borrowed, the names in config->command
 * until it returns. Nothing is started yet. NULL: there are no own kinds. */
struct coprocess_slot *coprocess_slot_new(const struct coprocess_config *config,
                                          struct orders *orders,
                                          size_t number);
/* Ends its processes. NULL is ignored. */
void coprocess_slot_free(struct coprocess_slot *s);
/* The place of a kind in the configuration (may be NULL); -1. */
int coprocess_find(const struct coprocess_config *config, const char *kind);
/* Runs a job of kind number `kind` under the rate and stops of the orders. The
 * result is appended to `out`; the outcome (enum outcome), with `err`
 * (KIND_ERROR_MAX) when it is not DONE. */
uint8_t coprocess_run(struct coprocess_slot *s, size_t kind,
                      const struct command_job *job, struct buf *out,
                      struct coprocess_told *told, char *err);

#endif
