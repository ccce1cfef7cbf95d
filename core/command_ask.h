/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command_ask - one question of a client and the answer that is being made,
 * for the operations of command.c.
 *
 * An operation fills `out`, `rows` and `text`; its caller sends the reply and
 * frees. After a helper that says false or NULL the refusal stands in the
 * answer already: return.
 */
#ifndef LB_COMMAND_ASK_H
#define LB_COMMAND_ASK_H

#include "base/exits.h"
#include "core/home.h"
#include "core/node.h"

enum { ASK_TEXT_MAX = 600, ASK_WHO_MAX = 96, ASK_ROWS = 10 * 1000 };

struct ask {
    uint64_t client;        /* whom to answer, as the shell counts */
    uint64_t id, seq;       /* of the request */
    const char *op;
    enum role role;         /* of the client */
    bool local;             /* as in event_command */
    struct span pairs, blob;
    /* the answer */
    enum exit_status status;
    char text[ASK_TEXT_MAX];
    struct buf out, rows;
    bool parked;            /* answered later: none of the above counts */
};

/* What a number may be. */
struct ask_range {
    uint64_t absent, min, max;
};
/* The jobs that a request names; `which` points into the rest. */
struct ask_jobs {
    struct jobs_asked which;
    struct selector selector;
};

/* Sets status and text; the text is for people, without a program's name. */
void ask_refuse(struct ask *a, enum exit_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Appends to the text of an answer. */
void ask_say(struct ask *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool ask_has(const struct ask *a, const char *key);
bool ask_is(const struct ask *a, const char *key, const char *value);
bool ask_number(struct ask *a, const char *key, const struct ask_range *r,
                uint64_t *out);
/* Own workload of key "workload", which must be there: 66 otherwise. */
struct workload *ask_workload(const struct core *c, struct ask *a);
/* Key "ranges": 2 for what is none, 66 for jobs that w does not have. */
bool ask_ranges(const struct core *c, struct ask *a, const struct workload *w,
                struct ask_jobs *out);
/* 66: w has no job of that index. */
void refuse_index(const struct core *c, struct ask *a,
                  const struct workload *w);
bool jobs_named(const struct jobs_asked *which, uint32_t index);
/* The first named index at or after `from`; UINT32_MAX: none. */
uint32_t jobs_after(const struct jobs_asked *which, uint32_t from);
/* Keys "by" and "cmd", as they end a log line: "by=ann cmd=8f3a"; "by=-" when
 * absent. */
const char *ask_who(const struct ask *a, char dst[ASK_WHO_MAX]);
/* Notes them as those who set a value. */
void ask_set_by(const struct ask *a, struct setter *s);
/* Whether the request has pairs beside those that say who asks. */
bool ask_is_change(const struct ask *a);
/* A value in force and one that is asked for, as words. Key "seen" must be
 * the former, or be absent, or both are the same; else it is refused, and
 * `s` named. */
struct ask_value {
    const char *now, *wanted;
    const char *unit;       /* "%" or "" */
};
bool ask_saw(const struct core *c, struct ask *a, const struct ask_value *v,
             const struct setter *s);
void ask_add_text(struct ask *a, const char *key, const char *value);
/* Whether `word` is in the comma list of `key`; true when there is none. */
bool ask_lists(const struct ask *a, const char *key, const char *word);

/* Shared by show, list, wait: "held running done failed cancelled". */
const char *workload_state(const struct workload *w);
/* What STATE and list tell of an own workload. */
void workload_told(const struct core *c, const struct workload *w,
                   struct state_workload *out);
/* Pairs state jobs queued running done failed cancelled elapsed_us version
 * nodes. */
void ask_add_counts(const struct core *c, struct ask *a,
                    const struct workload *w);
const char *phase_name(enum phase phase);
const char *role_name(enum role role);

/* command_jobs.c */
void ask_submit(struct core *c, struct ask *a);
void ask_start(struct core *c, struct ask *a);
void ask_hold(struct core *c, struct ask *a);
void ask_cancel(struct core *c, struct ask *a);
void ask_release(struct core *c, struct ask *a);
void ask_retry(struct core *c, struct ask *a);
void ask_priority(struct core *c, struct ask *a);
void ask_forget(struct core *c, struct ask *a);
/* command_show.c */
void ask_list(struct core *c, struct ask *a);
void ask_job_list(struct core *c, struct ask *a);
void ask_show(struct core *c, struct ask *a);
/* command_explain.c */
void ask_explain(struct core *c, struct ask *a);
/* command_results.c */
void ask_wait(struct core *c, struct ask *a);
void ask_results(struct core *c, struct ask *a);
/* Another look for a parked one: false if there is still nothing to say. */
bool ask_again(struct core *c, struct ask *a, struct parked *p);
/* command_detail.c */
void ask_detail(struct core *c, struct ask *a);
/* command_node.c */
void ask_throttle(struct core *c, struct ask *a);
void ask_pause(struct core *c, struct ask *a);
void ask_resume(struct core *c, struct ask *a);
void ask_drain(struct core *c, struct ask *a);
void ask_undrain(struct core *c, struct ask *a);
void ask_stop(struct core *c, struct ask *a);
void ask_ping(struct core *c, struct ask *a);
void ask_publish(struct core *c, struct ask *a);
/* What goes back, or ends, by itself. */
void node_revert_tick(struct core *c);
/* command_policy.c */
void ask_hello(struct core *c, struct ask *a);
void ask_kinds(struct core *c, struct ask *a);
void ask_nodes(struct core *c, struct ask *a);
void ask_policy(struct core *c, struct ask *a);
void ask_placement(struct core *c, struct ask *a);
void ask_rebalance(struct core *c, struct ask *a);

#endif
