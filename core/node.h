/* SPDX-License-Identifier: MPL-2.0 */
/*
 * node - struct core as its own modules see it (nobody else includes this).
 *
 * Two times: `now_us` is core time, from which delays of our own loop are
 * left out, so that nobody is judged for them; `true_us` is the clock.
 */
#ifndef LB_NODE_H
#define LB_NODE_H

#include "base/bug.h"
#include "base/random.h"
#include "core/classes.h"
#include "core/core.h"
#include "core/ledger.h"
#include "core/limits.h"
#include "core/out.h"
#include "core/peers.h"
#include "core/placement.h"
#include "core/policy.h"
#include "core/queue.h"
#include "core/speed.h"

/* An order given to the workers. */
struct run {
    struct job *job;    /* NULL: free, or no longer wanted */
    uint32_t number;    /* 0: the ticket is free */
    int64_t start_us;   /* true time of the order */
    uint64_t cost;      /* millionths */
    double ahead_s;     /* what it was expected to take, counted in ordered_s */
    uint8_t class_at;
    bool timed;         /* stopped when it has run too long */
};

/* A node that speaks another version of the protocol. */
struct stranger {
    struct node_id id;
    uint8_t version;
    int64_t heard_us;
};

/* A client that waits for an answer. */
struct parked {
    uint64_t client, id, seq;
    uint32_t workload;
    uint64_t version;       /* of the counts that it has seen */
    uint64_t cursor;        /* results: where the next look begins */
    int64_t deadline_us, not_before_us;     /* true time */
    int64_t hold_us;        /* results: a few are held back until; 0: none */
    bool results;           /* else wait */
    struct buf pairs;       /* of the request */
};

/* Who set a value last, and the id that his command had for people. */
struct setter {
    char by[SETTER_BY_MAX], cmd[SETTER_CMD_MAX];    /* "": not known */
};

/* A kind here. `failed`: failures in a row that its homes witness
 * (quarantine.h). */
struct guard {
    uint16_t broken;        /* failures of its program in a row */
    uint16_t failed;
    int64_t until_us;       /* core time: in quarantine; 0: not */
};

/* A run of an own job that failed. */
struct failure {
    uint32_t workload, index;
    uint16_t node;          /* peer that ran it */
    uint8_t attempt, retries;   /* failures counted, and those allowed */
    bool final;             /* the job has ended with it */
    uint64_t run_us;
    int64_t at_us;          /* true time */
    char what[FAILURE_TEXT_MAX];
};

struct kept_reply {
    uint64_t id, seq;
    struct buf body;
};

struct asked { /* a request that waits for decide(), or a waiter */
    uint16_t peer;
    uint32_t n_jobs;
    enum policy rule;
    int64_t at_us;
    bool waiter;
    struct buf state_bytes;
    struct state state;
};

/* Bytes of files, under way or here: fetch.h. */
struct fetched;
struct fetch {
    struct fetched *bucket[FETCH_BUCKETS];  /* chains */
    uint32_t n;
    size_t bytes;
};

struct core {
    struct core_config config;
    int64_t now_us, true_us, late_us, planned_us;
    struct random random;
    struct out out;
    struct peers peers;
    struct stranger stranger[STRANGERS_MAX];
    size_t n_strangers;
    struct policy_config file_policy;   /* as the files say, not as told */
    enum placement file_placement;
    uint8_t file_throttle_percent;
    struct ledger *ledger;
    struct queue queue;
    struct queue elsewhere;     /* own jobs of kinds not offered here */
    char kinds_all[KINDS_MAX_BYTES];    /* as configured; config.kinds: what
                                           is offered of them now */
    char kinds_off[KINDS_MAX_BYTES];    /* switched off until a restart */
    struct guard guard[KINDS_MAX];      /* by place in classes */
    bool guarded;                       /* one of them has counted */
    unsigned n_quarantined;
    struct classes classes;
    enum phase phase;
    bool started, leaving, said_bye, disk_full;
    bool told_peers_full;       /* nodes that come are not heard any more */
    uint64_t twin;              /* incarnation of another node with our id */
    int64_t twin_us;            /* heard last, if peers hear him and not us; 0:
                                   none */
    /* home */
    uint32_t last_number;       /* of own workloads; up to */
    struct buf names;           /* SAVE_NODE bodies, until the start */
    uint32_t n_names;           /* so many */
    uint32_t name_rows;         /* number under which they stand; 0: none do */
    uint32_t number_saved;      /* that one it is saved, under */
    uint32_t number_rows;       /* this; 0: it is not */
    uint32_t n_own, n_ended;    /* own workloads kept; of them ended */
    uint64_t result_bytes;
    int64_t seek_next_us;       /* jobs whose file is not readable here */
    struct fetch fetch;
    int64_t settle_us, started_us;  /* core time */
    int64_t start_true_us;
    uint32_t n_unknown;
    struct workload *pending;   /* with results not yet saved */
    uint32_t own_open, held_jobs;
    /* runs */
    struct run *runs;
    uint32_t n_runs, n_running; /* tickets; orders out */
    uint32_t *free_run;
    uint32_t n_free_runs;
    uint32_t run_number;
    double ordered_s;           /* expected work of all orders out */
    int64_t worked_us;          /* true time when a run ended, or a free
                                   worker got one */
    double mean_run_us;
    /* holder */
    bool finals_due;            /* a holder is to be told of an end */
    uint32_t n_foreign, n_unacked, n_released, n_offered;
    int64_t claims_us;          /* next round */
    /* balancing */
    struct speed speed;
    struct placer placer;
    bool decide_due, bootstrap_due, tick_due;
    int64_t interval_us;        /* next tick of the threshold rules */
    struct asked *asked;
    size_t n_asked, asked_cap;
    int request_to;             /* peer asked, -1 none */
    int64_t request_us, next_request_us, backoff_us;
    int64_t last_batch_in_us;
    uint64_t told_drain_us;     /* by who filled this node; 0: nobody */
    int64_t told_us;            /* when */
    /* state */
    int64_t state_us, state_sent_us, state_slow_us;
    bool state_due;
    struct event_sample sample;
    struct { uint64_t done, failed, retried, lost, sent, received, accepted,
             refused; } count;
    uint64_t dropped;           /* messages that made no sense */
    /* leaving, throttle --for */
    int64_t leave_us, runs_over_us;
    int64_t revert_us;              /* next of the three below; 0 none */
    int64_t throttle_until_us, pause_until_us, drain_until_us; /* true time */
    uint8_t revert_percent;         /* the throttle after --for */
    /* clients */
    struct parked *parked;
    size_t n_parked;
    bool parked_due, halt_due;
    int64_t hold_us;            /* true time: when results that are held back
                                   are due; INT64_MAX: none are */
    struct kept_reply replies[REPLIES_MAX];
    size_t next_reply;
    struct setter set_throttle, set_phase, set_policy;
    uint32_t born;              /* as SAVE_BORN; 0: none yet */
    struct buf live;            /* the last record of live.c */
    struct failure failure[FAILURES_MAX];   /* a ring: the newest */
    uint64_t n_failures;        /* noted since the start */
    int64_t asked_state_us;     /* last publish that a client asked for */
    uint64_t state_seq;         /* STATEs published */
    /* workers, as last looked at; none: not known */
    uint16_t n_slot_duty;
    struct slot_duty *slot_duty;    /* [config.slots] */
    /* housekeeping */
    int64_t tick_us;
};

static inline struct peer *
peer_at(const struct core *c, uint16_t i)
{
    return c->peers.v[i];
}

static inline bool
peer_alive(const struct core *c, uint16_t i)
{
    return i == 0 || (!peer_at(c, i)->dead && peer_at(c, i)->inc != 0);
}

static inline uint64_t
fence_inc(uint64_t fence)
{
    return fence >> 32;
}

/* Copies are ordered by fence, then moves. */
static inline int
copy_compare(uint64_t fa, uint8_t ma, uint64_t fb, uint8_t mb)
{
    if (fa != fb)
        return fa < fb ? -1 : 1;
    return LB_BUG == 3 ? 0 : (ma > mb) - (ma < mb);
}

/* Seconds of a slot at full speed: of a job, of an order, of the queue. */
double job_work_s(const struct core *c, const struct job *j);
double run_work_s(const struct core *c, const struct run *r);
double queue_work_s(const struct core *c);
/* Waits for nothing: hand over what is queued, let runs end, say BYE. */
void core_leave(struct core *c);
/* A message to a peer (credit filled in). It leaves when all saves so far are
 * durable; `now`: waits for none. That is for what is true whatever a crash
 * takes back here: what tells of jobs of others, which are in memory alone, so
 * that a disk that is full or slow holds up nobody else's jobs. */
void core_send(struct core *c, uint16_t peer, const struct msg *m);
void core_send_now(struct core *c, uint16_t peer, const struct msg *m);
void core_log(struct core *c, enum log_level level, const char *evt,
              const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "alpha-12", "alpha-12.5"; "alpha-12.5-9" when last > first. */
const char *job_name(const struct core *c, const struct workload *w,
                     char dst[128]);
const char *jobs_name(const struct core *c, const struct workload *w,
                      uint32_t first, uint32_t last, char dst[128]);
const char *peer_name(const struct core *c, uint16_t peer);
bool kind_offered(const char *kinds, struct span kind);

#endif
