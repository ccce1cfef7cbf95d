/* SPDX-License-Identifier: MPL-2.0 */
/*
 * core - everything a node decides, and nothing it does. agent/loop.c or
 * sim/world.c feeds it events and carries out the actions it answers with.
 *
 * Time is data: each event carries now_us; core_deadline_us says when the
 * core next needs EV_TICK. Actions are data, in order: a SAVE is durable
 * before any later SEND, or RUN marked `gated`, leaves. Events are borrowed
 * for the call, actions until the next step.
 */
#ifndef LB_CORE_H
#define LB_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/log.h"
#include "core/config.h"
#include "proto/msg.h"
#include "proto/names.h"

struct core;

/* ---- events ---- */

enum event_kind {
    EV_REPLAY = 1,  /* one journal record, at start, in the order written */
    EV_START,       /* replay is over; the incarnation has been saved */
    EV_TICK,        /* core_deadline_us() has come */
    EV_MSG,         /* from a peer; sender is proven */
    EV_COMMAND,     /* from a client; role is proven */
    EV_CLIENT_GONE, /* nobody waits for an answer there any more */
    EV_OUTCOME,     /* a slot has ended a run */
    EV_FETCHED,     /* what ACT_FETCH asked for, or why not */
    EV_SAMPLE,      /* load of this host */
    EV_COPROCESS,   /* how a program of an own kind has fared with a job */
    EV_STRANGER,    /* a node with another version of the protocol is heard */
    EV_DISK,        /* full, or free again */
    EV_CONFIG,      /* a new configuration is in force */
    EV_STOP         /* leave: hand over, finish, say BYE */
};

/* Header of the frame a message came in. */
struct event_msg {
    struct node_id from;
    uint64_t incarnation, up_ms;
    const struct msg *msg;
};

enum role { ROLE_VIEW = 1, ROLE_SUBMIT, ROLE_OPERATOR };

struct event_command {
    uint64_t client;        /* whom to answer: opaque number of the shell */
    enum role role;
    bool local;             /* it came by the socket that a file mode guards */
    const struct msg_command *command;
};

struct event_outcome {
    uint16_t slot;
    uint32_t run;           /* as in ACT_RUN */
    uint8_t outcome;        /* enum outcome; CANCELLED when stopped */
    bool changed;           /* FAILED: its file here is not what was
                               described */
    bool unbegun;           /* CANCELLED: no worker had begun it */
    uint64_t wait_us, run_us, cpu_us;   /* wait_us is ignored */
    struct span error, value;
};

struct event_fetched {
    uint32_t workload, index;
    struct span bytes;      /* a line "data=" for the job (kind.h), at most
                               max_bytes; empty: it cannot be had */
    struct span error;      /* then: why, in words */
};

enum { DUTY_UNKNOWN = 255 };
/* What a worker did in the second before. */
struct slot_duty {
    uint32_t run;               /* it is at now, as in ACT_RUN; 0: none */
    uint8_t percent;            /* of the time that it ran; DUTY_UNKNOWN */
};

struct event_sample {
    uint16_t cpu_permille;      /* all processors of the host, busy */
    uint16_t ext_cpu_permille;  /* taken by others than us */
    uint16_t n_cpus;
    uint32_t load_milli;
    uint64_t mem_total_bytes, mem_avail_bytes, rss_bytes;
    uint64_t raw_bytes, wire_bytes, rejected;   /* counters of the shell */
    const struct slot_duty *slot;               /* [n_slots]; may be NULL */
    uint16_t n_slots;
};

struct event {
    enum event_kind kind;
    int64_t now_us;     /* monotonic, never less than in the event before */
    union {
        struct { uint8_t type; uint32_t workload; struct span body; } replay;
        struct event_msg msg;
        struct event_command command;
        uint64_t client;                /* EV_CLIENT_GONE */
        struct event_outcome outcome;
        struct event_fetched fetched;
        struct event_sample sample;
        struct { struct node_id id; uint8_t version; } stranger;
        struct {                        /* EV_COPROCESS */
            struct span kind;
            bool broken;        /* it died, or broke the protocol; else it
                                   answered: need not be told twice in a row */
            uint16_t limit;     /* of these in a row: the kind is switched
                                   off until a restart */
            struct span why;    /* broken: in words */
        } coprocess;
        bool disk_full;                 /* EV_DISK */
        const struct core_config *config;
    };
};

/* ---- actions ---- */

enum action_kind {
    ACT_SAVE = 1,   /* durable before any later SEND leaves that waits */
    ACT_SEND,       /* to one peer; may be lost, late or twice */
    ACT_REPLY,      /* MSG_REPLY to a client; waits for saves like SEND */
    ACT_PUBLISH,    /* STATE, STATE_SLOW, BYE; waits for no save */
    ACT_RUN,        /* order for the workers; answered by EV_OUTCOME */
    ACT_STOP,       /* ends that run, begun or not; answered by EV_OUTCOME */
    ACT_FETCH,      /* read a part of a file; answered by EV_FETCHED, once */
    ACT_THROTTLE,   /* the rate of all workers, at once */
    ACT_LOG,        /* one line; info and above are events for people too */
    ACT_FORGET,     /* all records of a workload may be deleted */
    ACT_EXIT        /* everything is handed over: end the process */
};

/* Orders go into ONE queue of the node, in this order; any free worker takes
 * the next one, so a short job never waits behind a long one. `slot` is only a
 * ticket, 0 .. slots * (1 + ahead) - 1: jobs shorter than 10 ms are ordered
 * ahead of a free worker, longer ones never are (core/ahead.h). */
struct act_run {
    uint16_t slot;
    uint32_t run;           /* run number, names this run in EV_OUTCOME */
    bool gated;             /* --once: waits for saves like SEND */
    struct node_id home;
    uint32_t workload, index, attempt;
    struct span desc;       /* desc_decode: kind, params, time-out */
    struct span args;       /* own parameters of the job */
};

/* The part of its file that job `index` of an own workload is about. */
struct act_fetch {
    uint32_t workload, index;
    size_t max_bytes;       /* of the line: more counts as not to be had */
    struct span desc;       /* desc_decode: kind, params */
};

struct action {
    enum action_kind kind;
    union {
        struct { uint8_t type; uint32_t workload; struct span body; } save;
        struct {            /* SEND, PUBLISH */
            struct node_id to;
            uint8_t type;
            bool soon;      /* SEND: waits for no save, tells of none */
            uint32_t credit_jobs, credit_kib;
            struct span body;
        } send;
        struct {            /* waits for the saves so far; or, with */
            uint64_t client;
            struct span body;
            uint32_t workload;  /* not 0: for those of this one alone */
            bool soon;          /* for none: nothing in it is saved */
            bool busy;          /* nothing done: it is to ask again later */
        } reply;
        struct act_run run;
        struct act_fetch fetch;
        struct {            /* after_us: only if it has run that long (0: in
                               any case), unbegun: only if no worker has
                               begun it; else it goes on */
            uint16_t slot; uint32_t run; int64_t after_us; bool unbegun;
        } stop;
        uint8_t throttle_percent;
        struct { enum log_level level; const char *evt, *text; } log;
        uint32_t forget;    /* workload number */
        int exit_status;
    };
};

/* Everything that the spans and texts of actions point to lives until the
 * next step of the same core. */
struct actions {
    size_t n, cap;
    struct action *v;
};

/* ---- life ---- */

/* A core that has replayed nothing. `config` is copied. `seed` starts its
 * generator. Takes EV_REPLAY (any number), then EV_START once. */
struct core *core_new(const struct core_config *config, uint64_t seed);
void core_free(struct core *c);

/* Handles one event and fills `out` with what to do, in order. Borrows `ev`
 * for the call; `out` (owned by the core) is valid until the next step.
 * Cannot fail: a message that makes no sense is dropped and counted. */
void core_step(struct core *c, const struct event *ev,
               const struct actions **out);

/* When the core next needs EV_TICK; INT64_MAX: never. Now or earlier: as soon
 * as the events that wait have been handled. */
int64_t core_deadline_us(const struct core *c);

/* For the shell's status line and the simulator's invariants. */
struct core_counts {
    uint32_t own_jobs, own_open;    /* of this home: all, not yet ended */
    uint32_t queued, running, offered, released, unacked_results;
    uint32_t elsewhere;             /* of those queued, for other nodes */
    uint32_t foreign;               /* copies held for other homes */
    uint32_t by_home, by_workload;  /* the same, as counted there */
    uint32_t verdicts, outbox, clients;
    uint32_t fetched;               /* jobs with bytes here or under way */
};
struct core_counts core_count(const struct core *c);

/* For the files that the shell keeps for workloads of this home. */
struct core_workload {
    uint32_t number;
    struct span files;  /* as in struct desc; until the next step */
};
/* All that are not forgotten; the first `cap` of them go to `out`. */
size_t core_workloads(const struct core *c, struct core_workload *out,
                      size_t cap);
/* Is there one of this home with that number and kind? */
bool core_has_workload(const struct core *c, uint32_t number,
                       const char *kind);
/* Does this node run such jobs at all, at least those of its own home? */
bool core_runs_kind(const struct core *c, const char *kind);

/* When all that is here would be done, as STATE tells it: µs from now;
 * UINT64_MAX never. */
uint64_t core_drain_us(const struct core *c);

/* What the home's record of a job is, for the simulator's invariants. */
struct core_job {
    bool known, done;
    uint8_t outcome;    /* when done */
    uint64_t fence;
    uint8_t moves;
    uint32_t n_results; /* times recorded */
};
struct core_job core_job_at(const struct core *c, uint32_t workload,
                            uint32_t index);
/* The copy of a job that this node holds: CLAIM_* verb, 0 none. */
struct core_copy {
    uint8_t verb;
    uint64_t fence;
    uint8_t moves;
};
struct core_copy core_copy_at(const struct core *c, const struct node_id *home,
                              uint32_t workload, uint32_t index);

#endif
