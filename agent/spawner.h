/* SPDX-License-Identifier: MPL-2.0 */
/*
 * spawner - the process that makes shims (shim.h): forked before the first
 * thread, with the limits, umask and signals that the agent was started with,
 * no socket but the one to the agent. It dies with the agent, and its shims
 * with it, whoever is killed, in whatever way: and with a shim all that it
 * started, but that a subreaper which is killed itself leaves that behind.
 */
#ifndef LB_SPAWNER_H
#define LB_SPAWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/cgroup.h"

/* How shims hold their programs, best first. */
enum spawner_hold {
    HOLD_NAMESPACE = 1, /* PID namespace, /proc in it */
    HOLD_NAMESPACE_ONLY,        /* the same, but /proc shows the host */
    HOLD_SUBREAPER
};
extern const char *const spawner_hold_names[];  /* by value - 1, NULL-ended */

struct spawner_config {
    const char *scratch;        /* directory for theirs; made and emptied when
                                   the first shim is asked for */
    const char *const *allow;   /* as in shim_config */
    const char *const *kinds;   /* likewise */
    int nice;                   /* 0..19 */
    const struct cgroup *cgroup;        /* NULL: rates are kept by signals */
    enum spawner_hold best;     /* try nothing better than this (tests) */
};

struct spawner;

/* Forks; before any thread is there. What `config` points to is copied by the
 * fork. NULL with errno set. */
struct spawner *spawner_fork(const struct spawner_config *config);
/* A new shim, number `slot` (names its scratch directory): the descriptor to
 * talk to it, and in *pidfd one to kill it by; how it holds in *hold. Both are
 * the caller's. Of any thread, one at a time. -errno: no commands here now. */
int spawner_shim(struct spawner *s, unsigned slot, int *pidfd,
                 enum spawner_hold *hold);
/* Ends it and its shims, whose descriptors are closed; waits for that. NULL is
 * ignored. */
void spawner_free(struct spawner *s);
pid_t spawner_pid(const struct spawner *s);
/* A descriptor that is readable when it is dead; the spawner's. -1 for NULL. */
int spawner_death(const struct spawner *s);

#endif
