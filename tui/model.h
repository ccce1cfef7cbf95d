/* SPDX-License-Identifier: MPL-2.0 */
/*
 * model - what lbtop knows: nodes, their workloads, history and messages.
 *
 * Pure: fed by inputs, asked by screens, batch output and commands. Every
 * number is one that a node has reported, with the time at which it came.
 * A node is named by its id; pointers to nodes stay valid until the model is
 * freed (nodes that are gone stay, as SEEN_GONE, until they are forgotten).
 */
#ifndef LB_MODEL_H
#define LB_MODEL_H

#include "proto/limits.h"
#include "tui/canvas.h"
#include "tui/input.h"
#include "tui/notes.h"
#include "tui/ring.h"
#include "tui/trail.h"

enum { NODES_MAX = 10000 };

enum seen {             /* how a node is seen from here */
    SEEN_NEW = 1,       /* a member; no state heard from it yet */
    SEEN_LIVE,
    SEEN_STALE,         /* 3 periods missed */
    SEEN_LOST,          /* dead_after without state */
    SEEN_GONE,          /* it said BYE */
    SEEN_FOREIGN,       /* another protocol version */
    SEEN_ERROR          /* 100 bad frames in a row, no node, key refused */
};

/* A workload, as its home last told. */
struct work {
    uint32_t number, n_jobs, queued, running, done, failed, cancelled;
    bool held, ended;
    uint8_t priority;
    uint64_t age_us, ended_age_us;  /* when told */
    double rate;                    /* jobs done a second; < 0 unknown */
    struct trail rates;             /* by buckets of work_bucket */
    char kind[64], label[64];
};
/* "held" "run" "done" "failed" "cancel"; as the Jobs screen writes it. */
const char *work_state(const struct work *w);
/* µs until it is done at its present rate; -1 not known. */
int64_t work_eta_us(const struct work *w);
struct node;
/* Number of the bucket of 5 s at a time: not of all workloads the same. */
int64_t work_bucket(const struct node *home, const struct work *w,
                    int64_t at_us);
/* `label-N`, or `home-N` without a label. dst: 140 bytes. */
void work_name(const struct node *home, const struct work *w, char *dst);
/* Likewise, but `home-N` also where another one may be meant by the label. */
struct model;
void work_only_name(const struct model *m, const struct node *home,
                    const struct work *w, char *dst);

/* A slot of a node, from the answer to "detail". */
struct slot {
    unsigned number;        /* from 1 */
    char state[8];          /* run start free pause */
    char job[96], kind[64];
    int64_t ran_us;         /* -1: not running */
    int duty_percent;       /* of the last second; -1: not known */
    struct trail duty;      /* by second, since its detail is open */
};
/* A peer that a node sends jobs to or gets them from. */
struct peer_traffic {
    char name[64];
    uint64_t sent, received, refused, bytes;
    int64_t ack_us;         /* median; -1: not known */
    struct trail out, in;   /* jobs by 5 s, since its detail is open */
};
struct failure {
    char job[96], node[64], what[64];  /* "exit 1", "timeout", text */
    char next[24];          /* "retry 2/3" "gave up" */
    int64_t run_us, at_us;  /* at_us: when it failed, by lbtop's time: as the
                               first answer that told it had it */
};
struct detail {             /* of the node whose screen is open */
    int64_t at_us;          /* when it came; -1: none yet of this
                               incarnation */
    size_t n_slots, n_peers, n_failures;
    struct slot *slot;
    struct peer_traffic *peer;
    struct failure *failure;
};

/* Of the workload whose screen is open, from its home. */
enum { BINS_MAX = 32 };
struct work_detail {
    int64_t at_us;          /* when it came; -1: none yet */
    struct node_id home;
    uint32_t number;
    uint32_t away, moved, retried;
    int64_t p50_us, p95_us, p99_us, max_us, sum_us;     /* run time; -1 */
    size_t n_bins, n_places, n_failures;
    struct { int64_t to_us; uint64_t jobs; } bin[BINS_MAX]; /* -1: above */
    struct { char node[64]; uint32_t jobs; } *place;    /* where its jobs are */
    struct failure *failure;
};

/* Which events of a node are known, by their numbers. */
struct known_events {
    uint64_t incarnation;   /* that numbered them; 0: none known */
    uint64_t to, from, last;    /* up to `to`, and `from`..`last`; from 0:
                                   none heard yet */
    bool known;             /* those in between have been asked for */
    int64_t asked_us;       /* -1: not asked */
    uint64_t asked_of;      /* incarnation that was asked */
};

struct node {
    struct node_id id;
    size_t at;              /* place in model->node: stays */
    char name[64], cluster[64], host[256], version[64];
    char policy[32], placement[32], tags[256];
    char quarantine[KINDS_MAX_BYTES + 1];   /* as in struct state */
    struct state told;      /* numbers of the last STATE; no spans */
    struct { uint64_t done, failed; } before;   /* counted by incarnations
                               that have ended since lbtop looks */
    uint64_t incarnation, sequence;
    unsigned protocol;      /* its version */
    int64_t heard_us;       /* last STATE, of any way; -1: never */
    int64_t seen_us;        /* since when it is seen as it is */
    enum seen seen;
    bool by_way_in;         /* told comes from the way in, not from itself */
    bool off;               /* not watched: no descriptor (then SEEN_ERROR) */
    int64_t up_us;          /* age of its incarnation when heard */
    int64_t rtt_us;         /* of control questions; -1 not known */
    int64_t clock_off_us;   /* its clock less ours; INT64_MIN not known */
    uint8_t way_in_life;    /* how the way in sees it: 1 self .. 5 foreign; 0 */
    uint64_t malformed;
    unsigned bad_in_row;
    double done_s, in_s, out_s; /* jobs a second, smoothed; < 0 unknown */
    struct ring load, queue, rate, throttle;    /* %, jobs, jobs/s, % */
    size_t n_works, cap_works;
    struct work *work;      /* those whose home it is, newest first */
    struct detail detail;
    struct known_events events;
    bool marked, hidden, doubled;   /* doubled: another node has its name */
    /* private to model*.c */
    int64_t direct_us;      /* last STATE of its own; -1 */
    int64_t slow_us;        /* last STATE_SLOW; -1 */
    int64_t way_in_us;      /* when the way in told of it; -1 */
    int64_t warned_us;      /* last warning of malformed frames; -1 */
    uint8_t hush;           /* what is not said of its silence */
    bool clock_told;        /* that its clock is wrong */
    bool down_told;         /* how long it was down: not that it is back */
    bool double_told;       /* that another node has its name */
};

/* Sums over all nodes that are not hidden. `done` and `failed` are jobs of the
 * workloads that their homes tell of; where one has not told of all of its
 * own, or there is none, runs: those since the start of each node, or since
 * lbtop first heard it if it has started again. */
struct totals {
    unsigned nodes, up, stale, lost, other;
    uint64_t jobs, running, pending, held, kept, in_flight;
    uint64_t done, failed;
    bool by_jobs;           /* these are jobs, not runs */
    double done_part;       /* done / jobs of open workloads and of those that
                               ended in the last hour; < 0: no jobs */
    double rate;            /* jobs done a second */
    int64_t eta_us;         /* -1 not known */
    double load, load_min, load_max;    /* %, over live nodes; < 0 none */
    double throttle;        /* %, mean of live nodes by slots; < 0 none */
    double in_s, out_s;
    char busiest[64];
    char policy[64];        /* "hybrid", or "hybrid 940 / symm 60" */
};

/* What was tried to reach the first node. */
struct try_ {
    char where[256], why[160];      /* why "": still trying */
    int64_t at_us;
};
enum { TRIES_MAX = 8 };

struct model {
    int64_t now_us;
    int64_t wall_ms;        /* wall clock at lbtop's time 0, since 1970 */
    char cluster[64];       /* name shown in the title */
    char way_in[64], way_in_where[256];     /* "" while there is none */
    size_t n, cap;
    struct node **node;     /* in the order in which they came */
    struct notes *notes;
    struct ring load, throttle, moves, done;    /* of the cluster */
    struct work_detail work;
    size_t n_tries;
    struct try_ tries[TRIES_MAX];
    uint64_t version;       /* rises when anything shown may have changed */
    /* private to model*.c */
    struct model_index *index;  /* nodes by id and by name */
    int64_t rates_us;       /* next value of the rings above */
    int64_t look_us;        /* next look at silent nodes */
    int64_t storm_us;       /* a window of nodes that go stale; -1 */
    unsigned storm_n;       /* went stale in it */
    unsigned storm_left;    /* of a storm, not heard again */
    unsigned n_heard;       /* nodes heard from directly, ever */
    int64_t bad_us;         /* last warning of frames of nobody; -1 */
    int64_t members_us;     /* first list of members; -1 */
    bool greeted;           /* "connected to 12 of 12" has been said */
    bool full_told;         /* more than NODES_MAX nodes */
    char last_way_in[64];   /* the one that has closed */
    size_t detailed;        /* place of the node with a detail; SIZE_MAX */
    int64_t past_us;        /* next question for events of before */
};

/* `wall_ms`: see above. Free with model_free. */
struct model *model_new(int64_t wall_ms);
/* A deep copy, for FROZEN. Node places (node->at) are the same. */
struct model *model_copy(const struct model *m);
void model_free(struct model *m);

/* Takes one input in. Only IN_STATE, IN_ANSWER (operations nodes, detail,
 * hello: `asked` says which; NULL: an answer that is not for the model),
 * IN_BAD, IN_LINK, IN_NOTE and IN_TICK concern it; time moves with each. */
void model_feed(struct model *m, const struct input *in,
                const struct question *asked);
/* When time alone changes something (stale, lost, ages); INT64_MAX never. */
int64_t model_deadline_us(const struct model *m);

struct node *model_by_id(const struct model *m, const struct node_id *id);
/* By name (or an id's first digits); NULL: none, or two. */
struct node *model_by_name(const struct model *m, const char *name);
/* Whether it is to be asked for "events", those from before it was heard, or
 * that were missed; that it was. */
bool node_past_due(const struct model *m, const struct node *n);
void node_past_asked(const struct model *m, struct node *n);
/* No more of them is to be expected: told, or it does not speak to us. */
bool node_past_known(const struct node *n);
/* Of all nodes that are not hidden; of some of them. */
void model_totals(const struct model *m, struct totals *out);
void nodes_totals(const struct model *m, struct node *const *v, size_t n,
                  struct totals *out);
/* Adds a note of lbtop's own. */
void model_note(struct model *m, enum note_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- one node, as columns and screens show it ---- */

bool node_is_up(const struct node *n);      /* live or stale */
/* "run idle pause drain start full stale LOST gone ver error off new". */
const char *node_state(const struct node *n);
enum style node_style(const struct node *n);
/* CPU used by jobs, % of all processors; < 0 not known. */
double node_load(const struct node *n);
/* Those of its jobs whose home it is: while it is lost they stay in its
 * journal, all others are given back. */
uint64_t node_kept(const struct node *n);
/* Age of its detail once that is too old to be what is so now; 0: it is not;
 * -1: there is none. */
int64_t node_detail_age_us(const struct model *m, const struct node *n);
/* Age of its last state; -1: none. */
int64_t node_age_us(const struct model *m, const struct node *n);
/* Whether it is a problem for `e`: stale, lost, error, foreign. */
bool node_is_problem(const struct node *n);

#endif
