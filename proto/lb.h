/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lb - client library of lbagent: submit jobs to a node, wait for them, read
 * their results, watch and steer nodes.
 *
 * A `struct lb` is one connection to one node; use it from one thread at a
 * time. Calls that can fail return an enum lb_status; lb_error() then says
 * in one line what went wrong, until the next call. A question is repeated
 * under the same number (1 s apart, 3 times) and is carried out once.
 *
 * Ownership: what x_new, x_open or lb_call_do hands out is the caller's, to
 * be freed with the x_free of its type, before the connection is. Pointers
 * inside an answer or a result are valid until it is freed, or the next one
 * is asked for. Strings handed in are copied or sent before the call returns.
 */
#ifndef LB_LB_H
#define LB_LB_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LB_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

enum lb_status {        /* also the exit statuses of lbctl */
    LB_OK = 0,
    LB_FAILED = 1,      /* a job failed */
    LB_USAGE = 2,       /* the question is wrong in itself */
    LB_NOTFOUND = 66,   /* no such workload, job or node */
    LB_UNREACHABLE = 69,
    LB_INTERNAL = 70,   /* the answer makes no sense */
    LB_DISK = 74,
    LB_LATER = 75,      /* queue full or draining: ask again later */
    LB_PROTOCOL = 76,   /* protocol versions do not overlap */
    LB_REFUSED = 77,
    LB_TIMEOUT = 124,
    LB_INTERRUPTED = 130
};

/* ---- connection ---- */

struct lb;

/* A connection to nobody yet. `beside` NULL, or a connection whose threads
 * are shared: it must be freed after this one. */
LB_API struct lb *lb_new(struct lb *beside);
/* NULL is ignored. */
LB_API void lb_free(struct lb *lb);

/* How long one answer may take, in ms; 5000 at first. */
LB_API void lb_set_timeout(struct lb *lb, int64_t ms);
/* Waits end with LB_INTERRUPTED when *flag is not 0 (set by a signal handler,
 * or atomically by another thread). NULL: never. The flag outlives the
 * connection, or the next call of this. */
LB_API void lb_set_interrupt(struct lb *lb, const volatile sig_atomic_t *flag);

/* Connects to ipc://PATH or HOST[:PORT], PORT being the base port of the node
 * (8490 if left out), and asks it who it is. Once for each connection.
 * LB_USAGE (no address), LB_UNREACHABLE (nobody there, or nobody of ours),
 * LB_REFUSED (no permission), LB_PROTOCOL, LB_TIMEOUT, LB_INTERRUPTED,
 * LB_INTERNAL (no descriptor or memory left here). */
LB_API int lb_connect(struct lb *lb, const char *where);

/* Why the last call failed; "" if it did not. */
LB_API const char *lb_error(const struct lb *lb);
/* Name of the node; the address while it is not known. */
LB_API const char *lb_name(const struct lb *lb);
/* What the node said of itself: name id incarnation version boot_id port
 * slots kinds policy placement commands max_input max_jobs. NULL if not
 * connected. */
struct lb_reply;
LB_API const struct lb_reply *lb_hello(const struct lb *lb);

/* ---- any question (PROTOCOL.md, commands) ---- */

enum { LB_PAIRS_MAX = 24 };

struct lb_pair {
    const char *key;
    const void *value;      /* NULL: `number` */
    size_t len;
    char number[24];
};

/* A question: zeroed, filled in, asked. Borrows all it points to. */
struct lb_call {
    const char *op;         /* "throttle" */
    size_t n_pairs;
    struct lb_pair pair[LB_PAIRS_MAX];
    const void *blob;
    size_t blob_len;
    int64_t wait_ms;        /* how long the node may hold back its answer */
};

/* NULL as value leaves the pair out. */
LB_API void lb_call_text(struct lb_call *c, const char *key, const char *value);
LB_API void lb_call_bytes(struct lb_call *c, const char *key, const void *p,
                          size_t len);
LB_API void lb_call_number(struct lb_call *c, const char *key, uint64_t value);

/* Asks and waits for the answer. Returns its status, or that of a failure on
 * the way; *out is NULL if no answer came. */
LB_API int lb_call_do(struct lb *lb, const struct lb_call *c,
                      struct lb_reply **out);

LB_API void lb_reply_free(struct lb_reply *r);
LB_API int lb_reply_status(const struct lb_reply *r);
/* For people; may be "". */
LB_API const char *lb_reply_text(const struct lb_reply *r);
/* Value of `key`, ended by a NUL that `len` (may be NULL) does not count;
 * NULL if there is none. */
LB_API const char *lb_reply_get(const struct lb_reply *r, const char *key,
                                size_t *len);
/* As a number; `absent` if there is none. */
LB_API uint64_t lb_reply_number(const struct lb_reply *r, const char *key,
                                uint64_t absent);
/* The next row; *at = 0 first. False after the last. */
LB_API bool lb_reply_row(const struct lb_reply *r, size_t *at,
                         const uint8_t **p, size_t *len);
/* Value of `key` in a row of pairs, cut to `cap`; false: not there. */
LB_API bool lb_row_get(const uint8_t *row, size_t len, const char *key,
                       char *dst, size_t cap);

/* ---- submitting ---- */

enum lb_flag { LB_ONCE = 1, LB_IDEMPOTENT = 2, LB_HELD = 4 };
/* As the home is configured. */
enum { LB_RETRIES_DEFAULT = 255 };
#define LB_TIMEOUT_DEFAULT UINT64_MAX

struct lb_workload {
    const char *kind;
    const void *params;     /* NAME=VALUE lines, for all jobs */
    size_t params_len;
    const char *label;      /* NULL: none */
    const char *key;        /* same key, same workload; NULL: none */
    const char *by;         /* who submits, for the node's log; NULL */
    uint32_t n_jobs;
    uint64_t cost;          /* of a job, millionths */
    uint64_t timeout_us;    /* of an attempt; 0 none; LB_TIMEOUT_DEFAULT */
    uint8_t priority;       /* 0..9 */
    uint8_t retries;        /* 0..100, or LB_RETRIES_DEFAULT */
    uint8_t flags;          /* enum lb_flag */
    bool patient;           /* queue full: ask again until there is room */
    void (*later)(void *with, const char *why); /* called once, before that is
                               waited for, with what the node said; NULL */
    void *later_with;
    bool ship;              /* the node may read the file of the jobs and send
                               its bytes to who cannot */
    const char *halt;       /* "soon,fail=2": when what is left is cancelled;
                               NULL, or no such text: never */
    const char *pin;        /* names of the nodes that alone may run the jobs,
                               blank-separated; NULL: any */
    uint16_t timeout_percent;   /* an attempt is also bounded by so many per
                               cent of the median run time of the jobs done,
                               once 3 are; 0: not */
    const void *files;      /* 32 bytes: the hash of a manifest that the node
                               stores (PROTOCOL.md, files); NULL: none */
    const void *needed;     /* 32 bytes each: it, and what it names. Borrowed: a
                               node that has no room for jobs is asked for these
                               meanwhile, so that it keeps them */
    size_t n_needed;
};

struct lb_submit;

/* Jobs are gathered into chunks; each chunk is durable at the node once
 * `accepted` counts it, and may run then, before the last is sent.
 * After a failure what was accepted stays accepted. */
LB_API struct lb_submit *lb_submit_open(struct lb *lb,
                                        const struct lb_workload *w);
LB_API void lb_submit_free(struct lb_submit *s);
/* The next `count` jobs, which differ by their index alone. */
LB_API int lb_submit_same(struct lb_submit *s, uint32_t count);
/* The next job, with its own parameters (at most 3 MiB). */
LB_API int lb_submit_job(struct lb_submit *s, uint64_t cost, const void *args,
                         size_t len);
/* Sends the rest and waits for all answers. */
LB_API int lb_submit_end(struct lb_submit *s);
/* The number of the workload at its home; 0 while it has none. */
LB_API uint32_t lb_submit_number(const struct lb_submit *s);
LB_API uint32_t lb_submit_accepted(const struct lb_submit *s);
/* The key was used before, with the same jobs: this is that workload. */
LB_API bool lb_submit_duplicate(const struct lb_submit *s);
/* What the node says of jobs that it took, as that nobody can run them yet; ""
 * when nothing. Valid until lb_submit_free. */
LB_API const char *lb_submit_note(const struct lb_submit *s);

/* ---- following ---- */

struct lb_progress {
    char state[16];         /* held running incomplete (jobs are yet to be
                               submitted) done failed cancelled */
    uint32_t jobs, queued, running, done, failed, cancelled;
    uint64_t elapsed_us;
    uint64_t version;       /* of these counts; handed back by lb_wait */
    char nodes[2048];       /* "north=281,south=131" */
};
LB_API bool lb_progress_ended(const struct lb_progress *p);

/* Answers when the workload has ended, when its counts are newer than
 * p->version, or after wait_ms. Zero `p` before the first call. */
LB_API int lb_wait(struct lb *lb, uint32_t workload, int64_t wait_ms,
                   struct lb_progress *p);

enum lb_outcome { LB_JOB_DONE = 1, LB_JOB_FAILED, LB_JOB_CANCELLED,
                  LB_JOB_UNKNOWN };

struct lb_result {
    uint32_t index;
    int outcome;            /* enum lb_outcome */
    unsigned attempt;       /* from 1 */
    const char *node;       /* name of who ran it; "" if not known */
    uint64_t wait_us, run_us, cpu_us;
    const char *error;      /* "" when done */
    const void *value;
    size_t value_len;
};

struct lb_results_of {
    uint32_t workload;
    const char *ranges;     /* "0-99:2,105"; NULL: all */
    bool by_finish;         /* in the order in which they ended, not by index */
    bool failed;            /* only those */
    bool follow;            /* wait for those that are not in yet */
};

struct lb_results;

LB_API struct lb_results *lb_results_open(struct lb *lb,
                                          const struct lb_results_of *of);
LB_API void lb_results_free(struct lb_results *r);
/* The next result; false after the last, or on a failure: lb_results_status.
 * Valid until the next call. Waits for at most `wait_ms` (< 0: as long as it
 * takes) when following: then false, LB_OK and lb_results_ended() false. */
LB_API bool lb_results_next(struct lb_results *r, int64_t wait_ms,
                            struct lb_result *out);
LB_API int lb_results_status(const struct lb_results *r);
/* All that there will ever be has been handed out. */
LB_API bool lb_results_ended(const struct lb_results *r);

struct lb_workload_info {
    uint32_t number, jobs, queued, running, done, failed, cancelled;
    bool held, ended;
    unsigned priority;
    uint64_t age_us, ended_age_us;
    char kind[64], label[64];
};
/* Workload `number` of this home; 0: all of them. `*out` is freed with
 * free(). */
LB_API int lb_list(struct lb *lb, uint32_t number,
                   struct lb_workload_info **out, size_t *n);

/* ---- nodes ---- */

enum lb_life { LB_SELF = 1, LB_ALIVE, LB_STALE, LB_LOST, LB_FOREIGN };
enum lb_phase { LB_START = 1, LB_RUN, LB_PAUSE, LB_DRAIN };

struct lb_node {
    char id[33], name[64], cluster[64], host[256], version[64];
    char policy[32], placement[32], kinds[1032], tags[1032];
    uint64_t incarnation;
    unsigned life;          /* enum lb_life, as the node asked sees it */
    uint64_t age_us;        /* of this news */
    uint64_t rtt_us;        /* between the node asked and it; 0 unknown */
    uint64_t sent_to, received_from;    /* jobs, by the node asked */
    uint16_t port;
    unsigned phase;         /* enum lb_phase */
    unsigned throttle, floor, ceiling;  /* per cent */
    uint32_t slots, running, queued, held, room;
    uint64_t drain_us, queued_cost, rate;   /* cost in millionths */
    unsigned cpu_permille, ext_cpu_permille, n_cpus, load_milli;
    uint64_t mem_total_bytes, mem_avail_bytes, rss_bytes;
    uint64_t done, failed, retried, lost, sent, received;
    uint64_t raw_bytes, wire_bytes, rejected, accepted, refused, boot_id;
    uint32_t n_workloads;   /* of which this home tells */
    struct lb_workload_info *workloads; /* in lb_nodes: NULL */
    char quarantine[1032];  /* kinds that it does not take for a while, words
                               KIND:FAILURES:SECONDS; "": none */
    int disk_full;          /* it accepts nothing until there is room */
};
/* All nodes that this one knows. `*out` is freed with free(). */
LB_API int lb_nodes(struct lb *lb, struct lb_node **out, size_t *n);

struct lb_event {
    uint64_t time_ms;       /* since 1970 */
    uint64_t number;        /* counts at its node */
    unsigned level;         /* 1 error .. 4 debug */
    char name[64], text[1024];
};
/* Decodes a row of the operation "events". */
LB_API bool lb_event_read(const uint8_t *row, size_t len,
                          struct lb_event *out);

/* A subscription to the state and events of one node. */
struct lb_watch;
enum lb_news_kind { LB_NEWS_STATE = 1, LB_NEWS_EVENT, LB_NEWS_BYE };
struct lb_news {
    int kind;               /* enum lb_news_kind */
    char node_id[33];       /* of the sender */
    struct lb_node state;   /* workloads valid until the next call */
    struct lb_event event;
};
/* ipc://PATH of state.sock, or HOST[:PORT]. NULL with errno set. */
LB_API struct lb_watch *lb_watch_open(const char *where);
LB_API void lb_watch_free(struct lb_watch *w);
/* A descriptor to poll for reading; after each wake-up call lb_watch_next
 * with 0 until it gives false. */
LB_API int lb_watch_fd(const struct lb_watch *w);
/* False: nothing in `wait_ms`. */
LB_API bool lb_watch_next(struct lb_watch *w, int64_t wait_ms,
                          struct lb_news *out);

/* ---- the most usual questions ---- */

LB_API int lb_start(struct lb *lb, uint32_t workload);
LB_API int lb_cancel(struct lb *lb, uint32_t workload);
/* 1..100; *was (may be NULL) gets the value before. */
LB_API int lb_throttle(struct lb *lb, unsigned percent, unsigned *was);

#ifdef __cplusplus
}
#endif

#endif
