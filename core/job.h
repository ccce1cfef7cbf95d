/* SPDX-License-Identifier: MPL-2.0 */
/*
 * job - one job's record, as its home and as its holder keep it: 56 bytes.
 *
 * `rec` is the home's record (handover rules), REC_FOREIGN at other nodes.
 * `place` says where the copy is on this node. At home REC_HOME means that a
 * copy is in a place here, REC_OUT that it is at `holder`.
 */
#ifndef LB_JOB_H
#define LB_JOB_H

#include <stddef.h>
#include <stdint.h>

enum rec { REC_FOREIGN = 0, REC_HOME, REC_OUT, REC_UNKNOWN, REC_DONE };

enum place {
    AT_NONE = 0,
    AT_HELD,        /* home: waits for `start`, or for who reads its file */
    AT_QUEUED,
    AT_RUNNING,     /* ordered: cannot move any more */
    AT_FINISHED,    /* holder: result not acknowledged */
    AT_OFFERED,     /* in a batch of the outbox */
    AT_RELEASED     /* holder: in the release box */
};

enum job_flag {
    JOB_BLIND = 1,      /* this incarnation did not see every move, nor the copy
                           wait anywhere */
    JOB_ADOPTED = 2,    /* OUT: an older run that was let go on */
    JOB_GRANTED = 4,    /* --once: may have been started somewhere */
    JOB_RAN = 8,        /* last claimed RUNNING */
    JOB_AVOID = 16,     /* HOME: failed at `holder`, another node comes first
                           (again.h); FOREIGN: it stays here for that */
    JOB_HELD = 32,      /* home: hold came; wherever it is */
    JOB_MAYBE = 64,     /* RELEASED: MAYBE_TAKEN, not NEVER_STARTED */
    JOB_NOT_HOME = 128  /* its file cannot be read at home: others are tried;
                           FOREIGN: and it does not go there */
};

struct workload;
struct batch;

struct job {
    struct workload *w;
    union {
        struct { struct job *next, *prev; };    /* QUEUED, FINISHED, RELEASED */
        struct { struct batch *batch; size_t in_batch; };   /* OFFERED */
        size_t run;                             /* RUNNING: ticket */
    };
    uint64_t fence;     /* with moves: name of the copy on record */
    int64_t at_us;      /* OUT: claimed at; FINISHED, RELEASED: next send;
                           JOB_AVOID: failed at */
    uint32_t index;
    uint32_t holder_inc;    /* OUT */
    uint16_t holder;        /* OUT: peer; JOB_AVOID: likewise */
    uint8_t moves;
    uint8_t attempt;        /* from 1 */
    uint8_t rec, place, flags;
    uint8_t lost;           /* home: holders lost while RUNNING;
                               FINISHED, RELEASED: sends so far */
};

_Static_assert(sizeof(struct job) <= 64, "what a queued job costs");

/* Own parameters of a job. */
struct args {
    uint64_t cost;      /* millionths */
    uint32_t len;
    uint8_t bytes[];
};

/* What came out of a job. */
struct outcome_rec {
    uint64_t fence, wait_us, run_us, cpu_us;
    uint32_t run;
    uint32_t value_len;
    uint16_t node;      /* peer that ran it */
    uint8_t outcome, attempt;
    uint8_t error_len;
    uint8_t bytes[];    /* error, then value */
};

#endif
