/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command - a slot's way to run programs: jobs of the kind "command"
 * (kinds/command.h) through a shim of its own, which is asked for when the
 * first one comes and kept.
 */
#ifndef LB_AGENT_COMMAND_H
#define LB_AGENT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/orders.h"
#include "agent/spawner.h"
#include "base/bytes.h"
#include "proto/workload.h"

struct courier;
struct files;

/* What all slots of a node share. */
struct command_config {
    struct spawner *spawner;    /* NULL: commands are not run here */
    const char *node;           /* name */
    const char *const *keep;    /* jobs.env_keep, NULL-ended */
    const char *scratch;        /* as in spawner_config */
    int64_t kill_after_us;
    uint64_t output_max;        /* of each stream */
    struct files *files;        /* that travel with commands; NULL: none do */
    struct courier *courier;    /* likewise */
    const char *jobs;           /* where jobs with files have directories */
};

/* One run: `order` and its parts. */
struct command_job {
    const struct order *order;
    const struct desc *desc;
    struct span args;
    void (*lasts)(void *arg);   /* called once if it takes longer than 2 ms */
    void *arg;
};

struct command_slot;

/* A piece of what a program that runs has written so far. */
struct command_piece {
    struct node_id home;        /* which job is asked for */
    uint32_t workload, index;
    bool err;                   /* stderr */
    uint64_t from;              /* the first byte wanted */
    /* the answer */
    uint64_t total;             /* bytes kept so far */
    struct buf bytes;           /* appended to */
};
enum { COMMAND_PIECE_MAX = 256 * 1024 };

/* For worker `number` of `orders`; all borrowed. Nothing is started yet. */
struct command_slot *command_slot_new(const struct command_config *config,
                                      struct orders *orders, size_t number);
/* Ends its shim. NULL is ignored. */
void command_slot_free(struct command_slot *s);
/* Runs it under the rate and stops of the orders. The result (encoded, also
 * of a program that failed) is appended to `out`, its processor time is in
 * *cpu_us; the outcome (enum outcome), with `err` (KIND_ERROR_MAX) when it is
 * not DONE. */
uint8_t command_run(struct command_slot *s, const struct command_job *job,
                    struct buf *out, uint64_t *cpu_us, char *err);
/* From any thread: at most COMMAND_PIECE_MAX bytes from `from` on. False: the
 * job is not what runs here. */
bool command_output(struct command_slot *s, struct command_piece *piece);

#endif
