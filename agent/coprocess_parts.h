/* SPDX-License-Identifier: MPL-2.0 */
/* The parts of coprocess.c: a process, from its start to its end. */
#ifndef LB_COPROCESS_PARTS_H
#define LB_COPROCESS_PARTS_H

#include "agent/coprocess.h"
#include "agent/shim_link.h"

enum { STDERR_MAX = 1024 /* of one line in the log */ };

struct process {
    const struct coprocess_config *config;
    const struct kind_config *kind;
    size_t slot;                /* from 0 */
    unsigned number;            /* of its shim */
    struct shim_link shim;
    int in, out;                /* pipes to its stdin, from its stdout; -1 */
    bool runs;                  /* begun, and its end is not known */
    pid_t pid;                  /* as seen from here; 0: not known */
    struct shim_end end;        /* of the one before; no `why` */
    bool taken;                 /* it has taken a line */
    uint64_t n_jobs;            /* answered by this one */
    int64_t started_us;
    struct buf bytes;           /* what it wrote to stdout, not yet judged */
    struct buf said;            /* a line of stderr, begun */
    int64_t said_us;            /* when one was logged */
    unsigned skipped;           /* since then */
};

void process_init(struct process *p, const struct coprocess_config *config,
                  size_t kind, size_t slot);
void process_fini(struct process *p);
/* Starts it, with variables `kept` (NUL-ended strings). 0; -EPIPE: without
 * shims this node is about to leave; with `err`: -EAGAIN: this host has no room
 * for it now; -EIO: it cannot be started. */
int process_start(struct process *p, const struct buf *kept,
                  struct orders *orders, char *err);
/* Takes what has come from its shim; blocks if nothing has. False: the shim
 * is gone, and so is the process. */
bool process_hear(struct process *p);
/* Takes what has come, without waiting. */
void process_look(struct process *p);
/* TERM, then KILL; waits for its end. */
void process_stop(struct process *p);
/* The end of its input; if it does not end by that in time it is killed. */
void process_retire(struct process *p);
/* Kills it and all that it started. */
void process_kill(struct process *p);
/* Processor time of the program since it began: while it runs, without what it
 * started; 0 where that cannot be told. Two system calls, 0.3 us. */
int64_t process_cpu_us(const struct process *p);
/* Bytes of `n` written that it has not read. */
size_t process_unread(const struct process *p);

#endif
