/* SPDX-License-Identifier: MPL-2.0 */
/* command_given - what a program is given: words, variables, directory, input;
 * of command.c; and those of coprocess.c put their variables so. */
#ifndef LB_COMMAND_GIVEN_H
#define LB_COMMAND_GIVEN_H

#include "agent/command.h"
#include "agent/shim.h"
#include "base/bytes.h"

struct given {
    const struct command_config *config;
    size_t slot;            /* from 0 */
    struct buf kept;        /* variables of ours that programs get */
    struct buf argv, env, cwd;
};

/* Reads the environment now: the names (config->keep) may go afterwards. The
 * rest of `config` is borrowed; NULL: never used. */
void given_init(struct given *g, const struct command_config *config,
                size_t slot);
void given_fini(struct given *g);
/* Appends those variables of ours, NAME=VALUE with their NUL, that are there.
 * `names` (may be NULL) is NULL-ended. */
void given_keep(struct buf *b, const char *const *names);
/* Appends a string with its NUL and counts it. */
void given_put(struct buf *b, uint32_t *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The run as the shim takes it; its spans point into `g` and `job`. -EINVAL:
 * its parameters make no sense. */
int given_describe(struct given *g, const struct command_job *job,
                   unsigned percent, struct shim_run *run);

#endif
