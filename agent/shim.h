/* SPDX-License-Identifier: MPL-2.0 */
/*
 * shim - the process between a slot and the programs it runs: it starts one
 * after the other, keeps them to their rate and their time, passes on what
 * they write, and leaves no descendant of any behind.
 *
 * Where the kernel allows it the shim is process 1 of a PID namespace: then
 * nothing that a program starts can escape it, and all of that dies with the
 * shim, whoever kills it. Elsewhere it is a subreaper, which finds all
 * descendants as long as it lives itself.
 * It does one run at a time and knows nothing of jobs: frames over a stream
 * socket, whose end of file ends it.
 */
#ifndef LB_SHIM_H
#define LB_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"

/* A frame is u32 length of the body, u8 type, body. */
enum shim_frame {
    SHIM_RUN = 1,   /* to the shim: shim_run_encode */
    SHIM_RATE,      /* to the shim: u8 percent, u64 period in us */
    SHIM_STOP,      /* to the shim: end the run under way: TERM, then KILL */
    SHIM_OUT,       /* from the shim: what was written to stdout; not empty */
    SHIM_ERR,       /* and to stderr */
    SHIM_PIPES,     /* from the shim: a run with `lines` has begun; with its
                       bytes come two descriptors (SCM_RIGHTS): to its stdin,
                       from its stdout */
    SHIM_END        /* from the shim: shim_end_encode; the run is over, no
                       descendant is left */
};
enum { SHIM_HEAD = 5, SHIM_FRAME_MAX = 4 * 1024 * 1024, SHIM_WORDS_MAX = 20000,
       SHIM_WHY_MAX = 255 };

struct shim_run {
    uint64_t timeout_us;        /* wall clock; 0: none */
    uint64_t kill_after_us;     /* from TERM to KILL */
    uint64_t cpu_ms;            /* RLIMIT_CPU, rounded up to seconds; 0: any */
    uint64_t output_max;        /* bytes passed on of each stream */
    bool lines;                 /* stdin and stdout are pipes to the slot; the
                                   program is one of shim_config.kinds */
    uint32_t argc, envc;
    struct span argv, env;      /* NUL-ended strings, one after the other */
    struct span cwd;            /* without NUL; empty: the scratch directory */
    struct span input;          /* what it reads from stdin */
};
void shim_run_encode(const struct shim_run *run, struct buf *out);
/* Spans point into `in`. 0 or -EBADMSG. */
int shim_run_decode(struct span in, struct shim_run *out);

enum shim_how {
    SHIM_ENDED = 1,     /* exit or signal */
    SHIM_TIMEOUT,       /* ended because its time was over */
    SHIM_STOPPED,       /* ended by SHIM_STOP */
    SHIM_NO_DIR,        /* not started: no such directory here */
    SHIM_NOT_STARTED,   /* `why` says it, without the name of the node */
    SHIM_NOT_NOW,       /* the same, for want of processes, memory, ... */
    SHIM_NOT_ALLOWED    /* not one of shim_config.allow */
};
struct shim_end {
    uint8_t how, exit, signal;
    uint64_t out_total, err_total;      /* bytes written, cut or not */
    uint64_t cpu_us;                    /* it and all that it waited for */
    struct span why;
};
void shim_end_encode(const struct shim_end *end, struct buf *out);
int shim_end_decode(struct span in, struct shim_end *out);

/* What a shim is told before it begins. */
struct shim_config {
    int fd;                     /* to its slot */
    bool namespaced;            /* it is process 1 of a PID namespace */
    bool own_proc;              /* /proc shows that namespace */
    pid_t parent;               /* 0; or the shim ends all when TERM comes and
                                   this is not its parent any more */
    const char *scratch;        /* NULL, or a directory of its own */
    const char *quota;          /* NULL: rates are kept by signals; or its
                                   group (cgroup_enter) */
    unsigned cgroup_version;
    const char *const *allow;   /* NULL-ended: programs and directories that
                                   may be run; none: any */
    const char *const *kinds;   /* NULL-ended: those of own kinds */
};
/* Serves until the end of file on `fd`; the status to exit with. */
int shim_main(const struct shim_config *config);

#endif
