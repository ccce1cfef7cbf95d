/* SPDX-License-Identifier: MPL-2.0 */
/*
 * programs - which programs this node runs, and for whom: commands as
 * jobs.commands says, and its own kinds; and what its slots need for that.
 */
#ifndef LB_PROGRAMS_H
#define LB_PROGRAMS_H

#include <stdbool.h>

#include "agent/cgroup.h"
#include "agent/command.h"
#include "agent/config.h"
#include "agent/coprocess.h"
#include "agent/spawner.h"
#include "core/config.h"

struct programs {
    struct spawner *spawner;    /* NULL: no programs here */
    struct command_config command;
    struct coprocess_config coprocess;
    struct cgroup cgroup;
    char scratch[PATH_CAP + 16], jobs[PATH_CAP + 16];
    struct kind_config *kind[CONFIG_KINDS_MAX]; /* of coprocess */
    const char *program[CONFIG_KINDS_MAX + 1];  /* theirs */
    struct buf own_text;        /* their descriptions */
    bool own_only;              /* commands of this home alone */
    bool is_config;             /* what programs_open gave is a matter of the
                                   configuration */
};

/* What is asked for and yet never runs, and why; NULL: nothing. */
const char *programs_unused(const struct config *c);
/* Before the first thread, and before limits, umask and signals are the
 * agent's own. `p` is zeroed. Borrows the kinds of `c`, the name `node`, and
 * until the slots are made env_keep. NULL, or why it cannot be. */
const char *programs_open(struct programs *p, const struct config *c,
                          const char *node);
/* Ends what runs. */
void programs_close(struct programs *p);
/* Fills in kinds, own_kinds and own_text. */
void programs_name_kinds(struct programs *p, const struct config *c,
                         struct core_config *out);
/* Logs what this host lets us do, found out by one shim that runs nothing. */
void programs_tell(const struct programs *p);

#endif
