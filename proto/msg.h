/* SPDX-License-Identifier: MPL-2.0 */
/*
 * msg - the messages: encoding and decoding of bodies (PROTOCOL.md).
 *
 * A decoded message borrows the bytes it came from. Lists are checked as a
 * whole by msg_decode and then walked with X_next, which cannot fail: nothing
 * is allocated by a number from the wire.
 * Bodies travel in frames (frame.h), which name the sender.
 */
#ifndef LB_MSG_H
#define LB_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/limits.h"
#include "proto/names.h"

enum msg_type {
    /* state socket */
    MSG_STATE = 1, MSG_EVENT, MSG_BYE,
    MSG_STATE_SLOW,     /* the body of a STATE, every few seconds */
    /* data socket: membership */
    MSG_HELLO = 16, MSG_PING, MSG_PONG,
    /* data socket: hand-over */
    MSG_BATCH = 32, MSG_BATCH_ACK, MSG_CLAIMS, MSG_CLAIMS_REPLY, MSG_RELEASE,
    MSG_RELEASE_ACK, MSG_RESULTS, MSG_RESULTS_ACK, MSG_REQUEST, MSG_REFUSE,
    /* control socket */
    MSG_COMMAND = 64, MSG_REPLY
};

/* "BATCH"; "?" for a number that is none. */
const char *msg_type_name(uint8_t type);

/* ---- items: ranges of jobs of one home, with a verb ---- */

enum item_verb {
    /* CLAIMS: what the holder does with the copy */
    CLAIM_QUEUED = 1, CLAIM_RUNNING, CLAIM_FINISHED, CLAIM_OFFERED,
    /* CLAIMS_REPLY */
    REPLY_DROP_FINAL, REPLY_DROP_STALE, REPLY_KEEP,
    /* RELEASE, and the same back in RELEASE_ACK */
    RELEASE_NEVER_STARTED, RELEASE_MAYBE_TAKEN,
    /* RESULTS_ACK */
    ACK_RESULT,
    /* BATCH: a job, or a uniform range of jobs */
    BATCH_JOB,
    /* BATCH_ACK, in the order of the batch; first is not used */
    VERDICT_TAKEN, VERDICT_STALE, VERDICT_NAK_FULL, VERDICT_NAK_DRAIN,
    VERDICT_NAK_KIND,
    /* CLAIMS_REPLY: held at home: release it if it has not started */
    REPLY_RECALL,
    /* CLAIMS_REPLY: attempts of its jobs may take `fence` us, 0: any time */
    REPLY_TIMEOUT
};

struct item {
    uint8_t verb;
    uint8_t moves;
    uint8_t attempt;
    uint8_t flags;      /* BATCH: ITEM_HAS_ARGS (then count is 1), ITEM_VOID,
                           ITEM_STAYS, ITEM_NOT_HOME;
                           RESULTS_ACK: ITEM_WITNESSED */
    uint32_t workload;  /* number at its home */
    uint32_t first, count;  /* count >= 1; first + count <= JOBS_MAX */
    uint64_t fence;     /* home incarnation << 32 | reclaim counter */
    uint32_t run;       /* RESULTS_ACK: run number; else 0 */
};
/* ITEM_VOID: no longer offered, answered STALE (keeps the order of a batch).
 * ITEM_STAYS: who takes it keeps it for a while. ITEM_NOT_HOME: not to its
 * home. ITEM_WITNESSED: what failed here succeeds elsewhere. */
enum { ITEM_HAS_ARGS = 1, ITEM_VOID = 2, ITEM_STAYS = 4, ITEM_WITNESSED = 8,
       ITEM_NOT_HOME = 16, ITEM_BYTES = 28 };

void item_encode(const struct item *it, struct buf *out);
/* A list: u32 number, then items. begin returns where the number goes. */
size_t items_begin(struct buf *out);
void items_end(struct buf *out, size_t at, uint32_t n);
/* *at = 0 first; false after the last. `list` is items without the number. */
bool item_next(struct span list, size_t *at, struct item *out);

/* ---- results ---- */

enum outcome {
    OUTCOME_DONE = 1, OUTCOME_FAILED, OUTCOME_CANCELLED,
    OUTCOME_UNKNOWN,    /* --once, holder lost */
    OUTCOME_NO_FILE     /* not an attempt: this node cannot read the file */
};

struct result {
    uint32_t workload, index;
    uint64_t fence;
    uint32_t run;           /* run number in the holder's incarnation */
    uint8_t attempt;        /* from 1 */
    uint8_t outcome;        /* enum outcome */
    struct node_id node;    /* that ran it */
    uint64_t wait_us, run_us, cpu_us;   /* accept to start is wait */
    struct span error;      /* text, empty when done */
    struct span value;
};
void result_encode(const struct result *r, struct buf *out);
/* Walks encoded results. False after the last one. */
bool result_next(struct span list, size_t *at, struct result *out);
/* Checks a whole list; the number of results, or -EBADMSG. */
int results_check(struct span list);

/* ---- state ---- */

enum phase { PHASE_START = 1, PHASE_RUN, PHASE_PAUSE, PHASE_DRAIN };

struct state_workload { /* of a workload whose home the sender is */
    uint32_t number, n_jobs, queued, running, done, failed, cancelled;
    uint8_t held, ended, priority, _zero;
    uint64_t age_us;        /* since accepted */
    uint64_t ended_age_us;  /* since ended; 0 while not */
    struct span kind, label;
};

struct state {
    struct node_id id;      /* as in the frame */
    struct span name, cluster, endpoint_host, kinds, version, tags;
    struct span policy, placement;
    uint16_t port;
    uint32_t interval_ms, dead_after_ms;
    uint8_t phase, throttle_percent, floor_percent, ceiling_percent;
    uint16_t slots, running;
    uint32_t queued, held, room;
    uint64_t queued_cost;   /* millionths; movable */
    uint64_t w;             /* queued_cost + rest of the running */
    uint64_t slot_rate;     /* s: cost/s of a slot now, millionths */
    uint64_t rate;          /* r = slots * s */
    uint64_t done_cost, busy_units; /* raw sums, millionths */
    uint64_t drain_us, tail_us;
    uint16_t cpu_permille, ext_cpu_permille; /* of the host's processors */
    uint16_t n_cpus;
    uint32_t load_milli;
    uint64_t mem_total_bytes, mem_avail_bytes, rss_bytes;
    uint64_t done, failed, retried, lost;       /* jobs run here */
    uint64_t sent_jobs, received_jobs, raw_bytes, wire_bytes, rejected;
    uint64_t accepted, refused; /* as a home */
    uint64_t boot_id;           /* hash: same host = same number */
    uint16_t n_workloads;
    struct span workloads;      /* walk with state_workload_next */
    bool disk_full;             /* nothing new can be saved */
    struct span quarantine;     /* kinds not taken for a while, as words
                                   KIND:FAILURES:SECONDS; in the tail */
};
bool state_workload_next(const struct state *s, size_t *at,
                         struct state_workload *out);
void state_workload_encode(const struct state_workload *w, struct buf *out);

/* ---- the messages ---- */

struct msg_hello {      /* repeated each second until STATE is heard */
    struct span name, cluster, host, version;
    uint16_t port;      /* base port */
    uint8_t min_version, max_version;   /* of the protocol */
};
struct msg_event {      /* a log line that concerns people */
    uint64_t time_ms;   /* wall clock, since 1970 */
    uint64_t number;    /* counts at the sender */
    uint8_t level;      /* enum log_level */
    struct span name, text; /* "transfer", "jobs=15 to=beta" */
};
struct msg_ping { uint64_t stamp_us; };  /* PING and PONG: echoed */

struct batch_group {    /* jobs of one workload */
    struct node_id home;
    uint32_t workload;
    uint64_t unit_ps;   /* a unit of cost takes, as measured; 0 unknown */
    struct span desc;   /* desc_decode */
    struct span items;  /* item_next, BATCH_JOB; then batch_args for those
                         * with ITEM_HAS_ARGS */
    struct span args;   /* for each such item: u64 cost, u32 len, bytes */
};
struct msg_batch {
    uint64_t target_inc;
    uint64_t b, low;    /* b = 0: carries only low */
    uint64_t drain_us;  /* that the sender aims at for all; 0: it says none */
    uint32_t n_jobs;
    uint16_t n_groups;
    struct span groups; /* batch_next */
};
bool batch_next(const struct msg_batch *m, size_t *at, struct batch_group *out);
/* The next own parameters of a group; *at = 0 first. */
bool batch_args(const struct batch_group *g, size_t *at, uint64_t *cost,
                struct span *args);

struct msg_batch_ack {
    uint64_t asker_inc;     /* incarnation of the asker */
    uint64_t asked_inc;     /* incarnation the batch was meant for */
    uint64_t b, low;
    uint8_t wrong_inc;      /* 1: not mine; items empty */
    struct span items;      /* VERDICT_*, count jobs each, in batch order */
};
struct msg_claims {
    uint64_t home_inc;
    uint64_t sequence;
    uint16_t part;          /* 0.. */
    uint8_t last;           /* 1: the snapshot ends with this part */
    struct span items;      /* CLAIM_* */
};
struct msg_items {          /* CLAIMS_REPLY, RELEASE, RELEASE_ACK,
                               RESULTS_ACK */
    uint64_t home_inc;      /* of the home that is meant or speaks */
    struct span items;
};
struct msg_results {
    uint32_t n;
    struct span list;       /* result_next */
};
struct msg_request {        /* pull: give me work */
    uint32_t n_jobs;        /* at most; 0: you decide (hybrid) */
    uint8_t rule;           /* enum policy of the asker */
    struct span state;      /* the asker's STATE body */
};
struct msg_refuse {
    struct node_id referral;    /* zero: none */
    struct span state;          /* the holder's STATE body */
};

struct pair { struct span key, value; };
/* COMMAND: operation + key/value pairs + one blob. */
struct msg_command {
    uint64_t client, seq;       /* request id: same id = same request */
    struct span op;             /* "throttle" */
    uint16_t n_pairs;
    struct span pairs;
    struct span blob;           /* chunk of jobs, ... */
};
/* REPLY: status + text for people + pairs + rows. */
struct msg_reply {
    uint64_t client, seq;
    uint8_t status;             /* enum exit_status */
    struct span text;
    uint16_t n_pairs;
    struct span pairs;
    uint32_t n_rows;
    struct span rows;           /* each u32 len, bytes; row_next */
};
bool pair_next(struct span pairs, size_t *at, struct pair *out);
/* Value of `key`; p NULL if absent. */
struct span pair_get(struct span pairs, const char *key);
/* As a number; `absent` if not there. False: there and no number. */
bool pair_u64(struct span pairs, const char *key, uint64_t absent,
              uint64_t *out);
bool row_next(struct span rows, size_t *at, struct span *out);

struct msg {
    uint8_t type;
    union {
        struct state state;
        struct msg_hello hello;
        struct msg_event event;
        struct msg_ping ping;
        struct msg_batch batch;
        struct msg_batch_ack batch_ack;
        struct msg_claims claims;
        struct msg_items items;
        struct msg_results results;
        struct msg_request request;
        struct msg_refuse refuse;
        struct msg_command command;
        struct msg_reply reply;
    };
};

/* Any bytes give a message that is right in itself (lists walked, counts in
 * limits, no rest), or -EBADMSG, or -ENOSYS for an unknown type. */
int msg_decode(uint8_t type, struct span body, struct msg *out);

/* Encoders append a body. Lists go in as spans that the caller has built with
 * item_encode & co. (`items` of struct msg: without its number); the numbers
 * n_jobs, n_groups, n_pairs, n_rows, n_workloads and n of RESULTS are counted
 * here and need not be set. */
void msg_encode(const struct msg *m, struct buf *out);

/* Builders for the two with pairs, for core and clients. */
void pair_add(struct buf *pairs, const char *key, struct span value);
void pair_add_u64(struct buf *pairs, const char *key, uint64_t value);
void row_add(struct buf *rows, struct span row);
/* Builder for a BATCH group. */
void batch_group_encode(const struct batch_group *g, struct buf *out);

#endif
