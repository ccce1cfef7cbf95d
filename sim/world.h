/* SPDX-License-Identifier: MPL-2.0 */
/*
 * world - virtual time, N nodes with their cores, disks and slots, and the
 * network between them. It feeds each core with events and carries out its
 * actions as the shell does; clients (load), faults, invariants and scripts
 * stand around it. The structs are open: all of the simulator reads them.
 */
#ifndef LB_SIM_WORLD_H
#define LB_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "core/core.h"
#include "core/gate.h"
#include "sim/book.h"
#include "sim/disk.h"
#include "sim/heap.h"
#include "sim/link.h"
#include "sim/transcript.h"

/* A message on its way; freed when the last reference goes. */
struct packet {
    uint32_t refs;
    uint8_t type;
    uint16_t from, to;          /* nodes; `to` of kept ones only */
    struct node_id id;
    uint64_t incarnation, up_ms;
    uint64_t client;            /* COMMAND, REPLY: connection */
    size_t len;
    uint8_t body[];
};
struct packet *packet_new(uint8_t type, struct span body);
void packet_drop(struct packet *p);

/* One run, ordered or under way. */
struct run {
    uint32_t number;            /* the core's */
    uint16_t ticket;            /* the core's */
    struct book_work *work;
    uint32_t index;
    uint32_t attempt;
    uint64_t serial;
    uint64_t fence;
    int64_t began_us, since_us;
    double left_us;             /* at 100 % and speed 1 */
    uint64_t timeout_us;
    bool started, stopped, hangs;
    bool timed;                 /* stopped for the time it has run */
    bool has_bytes;             /* of its file */
    bool blind;                 /* began where its file cannot be read */
};
/* A worker; orders wait in one queue until one is free. */
struct slot {
    bool busy;
    uint32_t turn;              /* grows: older DUE_END do not count */
    struct run run;
};
/* The shell's bound of orders out: the core has tickets for these. */
enum { AHEAD_MAX = 32 };

/* Something that waits in the gate for a save. */
struct held {
    struct held *next;          /* of the runs that wait */
    enum action_kind kind;      /* SEND, REPLY or RUN */
    bool soon;                  /* it waits for none after all */
    uint16_t to;                /* SEND */
    struct packet *packet;      /* SEND, REPLY */
    struct run run;             /* RUN */
};

/* What an operator has put by of a node's disk: its first records. */
struct backup {
    size_t n;                   /* 0: nothing */
    uint64_t incarnation;
};

enum { SAVED = 64 };
struct node {
    uint16_t at;                /* 0.. ; in texts from 1 */
    struct node_id id;
    struct core_config config;
    struct core *core;          /* NULL: down */
    uint32_t life;              /* grows at each start and end */
    int64_t started_us, clock_us;   /* clock_us is added to the time */
    int32_t drift_ppm;          /* its clock runs faster by so much */
    int64_t tick_us;            /* the DUE_TICK on the heap that counts */
    uint32_t tick;              /* its number */
    int64_t due_since_us;       /* busy at one instant since; and how often */
    uint32_t due_steps;
    bool paused;                /* SIGSTOP */
    bool stands;                /* `pause` of an operator is in force */
    bool drains;                /* `drain` is in force */
    bool leaves, left;          /* EV_STOP; has ended by ACT_EXIT */
    bool broken;                /* disk lost: old id will not come back */
    uint16_t replaced;          /* disks lost so far */
    struct backup backup;       /* of its disk */
    uint64_t top_incarnation;   /* highest so far, whatever the disk says */
    bool aged;                  /* has an old copy of its disk back */
    bool doomed;                /* crashes now: nothing leaves any more */
    bool slow;
    uint32_t queue_room;        /* of its queue at first, while it differs; 0 */
    double speed;
    uint8_t throttle_percent;
    struct disk disk;
    bool disk_full, told_full;  /* stuck because full; the core knows */
    struct gate *gate;          /* of struct held */
    struct gate *soon;          /* likewise: sends that wait for no save */
    size_t saved[SAVED];        /* newest record of the workloads of each
                                   remainder */
    struct held *runs;          /* those in the gate that are runs */
    struct slot *slot;          /* [config.slots] */
    struct run *order;          /* [n_orders], begin at first_order */
    size_t first_order, n_orders, orders_cap;
    int64_t idle_since_us;      /* 0: it is not (idle.c) */
    size_t n_later, later_cap;
    struct due *later;          /* what came while it was paused */
    uint32_t fail_next;         /* runs that will fail */
    uint32_t fail_permille;     /* runs that fail here, of any job */
    bool no_files;              /* files of jobs cannot be read here */
    int64_t unsure_us;          /* last fault that hit it */
};

struct load;
struct faults;

enum { FAULT_KINDS = 21 };
struct figures {
    uint64_t messages, bytes, moved, taken, twice, lost, starts, unknown;
    uint64_t injected[FAULT_KINDS];     /* by bit of enum fault */
    uint64_t dropped, doubled;          /* messages, by the network */
    uint64_t deaf, asked_again;         /* answers lost; asked from scratch */
    /* jobs, as a checker counts them */
    uint64_t submitted, acknowledged, missing, duplicated, unexpected;
    uint64_t recovered, destroyed;      /* asked again; with their disk */
    int64_t drained_us;                 /* after the last fault */
    uint32_t worst_moves;
};

struct world {
    int64_t now_us;
    uint64_t seed, steps, max_steps;
    struct random rng;          /* world, links, disks */
    struct heap heap;
    struct net net;
    uint16_t n;
    struct node *node;          /* [n] */
    struct book book;
    struct transcript transcript;
    struct load *load;          /* owned by who made it; NULL: none */
    struct faults *faults;      /* likewise */
    size_t n_kept, kept_cap;
    struct packet **kept;       /* by rules of a script */
    struct figures figures;
    bool faultless;             /* strict invariants hold */
    bool alone;                 /* no job may run twice at once */
    bool shares;                /* who is idle takes what waits */
    int64_t fetch_us;           /* what reading a part of a file takes */
    int64_t healed_us;          /* no fault since; INT64_MAX while faults */
    bool quiet;                 /* no lines on asking for work in vain */
    bool tell_runs;             /* starts of runs go to the transcript */
    bool cheap;                 /* comparison: only the cheap invariants */
    char failure[256];          /* first broken invariant; "" none */
};

struct world_options {
    uint64_t seed;
    uint16_t nodes, slots;
    struct link link;
    int64_t commit_min_us, commit_max_us;
    bool keep_records;          /* needed when a node may crash */
};
struct world *world_new(const struct world_options *o);
void world_free(struct world *w);

/* Handles what is due next. False: nothing is due, or it has failed. */
bool world_step(struct world *w);
/* Goes on until `until_us`, or a failure; then it is that time. */
void world_run(struct world *w, int64_t until_us);
/* Notes the first broken invariant. */
void world_fail(struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void world_tell(struct world *w, unsigned node, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The node of this id, NULL if there is none (any more). */
struct node *world_node(struct world *w, const struct node_id *id);
/* What the clock of `n` says now. */
int64_t world_clock(const struct world *w, const struct node *n);
/* One step of the core of `n` with all that follows from it. */
void world_feed(struct world *w, struct node *n, struct event *ev);
void world_due(struct world *w, struct due d);
/* Starts a commit, if there is something to commit and none under way. */
void world_commit(struct world *w, struct node *n);
/* Sends what waits for saves that are durable now. */
void world_release(struct world *w, struct node *n);
/* An answer goes to its client; takes the reference. */
void world_reply(struct world *w, struct node *n, struct packet *p);
/* Puts a packet on its way; takes the reference. */
void world_send(struct world *w, uint16_t from, uint16_t to, struct packet *p);

/* ---- node.c ---- */

void node_init(struct world *w, uint16_t at);
void node_fini(struct node *n);
/* A node that is down starts: new incarnation, replay, EV_START. */
void node_start(struct world *w, struct node *n);
/* kill -9 and power cut: what is not durable is gone. */
void node_crash(struct world *w, struct node *n);
void node_pause(struct world *w, struct node *n);
void node_resume(struct world *w, struct node *n);
void node_leave(struct world *w, struct node *n);   /* EV_STOP */
/* Gives it a new id; the name depends on its place alone. */
void node_name(struct world *w, struct node *n);
/* DUE_FETCHED. */
void node_fetched(struct world *w, struct node *n, const struct due *d);
/* An operator's command, at once; pairs as built by pair_add. */
void node_command(struct world *w, struct node *n, const char *op,
                  struct span pairs);
/* Carries out what the core of `n` has answered. */
void node_obey(struct world *w, struct node *n, const struct actions *out);

/* ---- node_disk.c ---- */

/* Crash, and the disk is replaced: starts again with a new id. */
void node_replace(struct world *w, struct node *n);
/* Puts by a copy of what is durable now. */
void node_back_up(struct world *w, struct node *n);
/* Crash, and the disk is as at its backup: starts again with the same id. */
void node_restore(struct world *w, struct node *n);
/* No commit ends; full: the core is told as well. */
void node_stick_disk(struct world *w, struct node *n, bool full);
void node_free_disk(struct world *w, struct node *n);
/* Tells the core whether the disk is full, if it does not know. */
void node_tell_disk(struct world *w, struct node *n);

/* ---- slots.c ---- */

/* From an ACT_RUN; false when the job is not one of ours (a failure). */
bool slots_order(struct world *w, struct node *n, const struct act_run *a,
                 struct run *out);
void slots_put(struct world *w, struct node *n, const struct run *run);
/* `after_us`: only if it has run that long. */
void slots_stop(struct world *w, struct node *n, uint32_t number,
                int64_t after_us);
/* Takes it back if it waits for a worker still. */
void slots_withdraw(struct world *w, struct node *n, uint32_t number);
void slots_throttle(struct world *w, struct node *n, uint8_t percent);
/* Its processor is so fast from now on. */
void slots_speed(struct world *w, struct node *n, double speed);
/* DUE_UNBEGUN. */
void slots_unbegun(struct world *w, struct node *n, const struct due *d);
/* DUE_END. */
void slots_end(struct world *w, struct node *n, const struct due *d);
/* The process is gone, and all its runs. */
void slots_clear(struct node *n);

#endif
