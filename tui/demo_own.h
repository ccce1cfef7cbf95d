/* SPDX-License-Identifier: MPL-2.0 */
/* demo_own - what the files of demo share; for nobody else. */
#ifndef LB_DEMO_OWN_H
#define LB_DEMO_OWN_H

#include "base/random.h"
#include "tui/record.h"

enum { DEMO_WORKS = 8, DEMO_POOL = 3, DEMO_PEERS = 3, DEMO_S = 1000000,
       DEMO_RUNS = 3 };    /* of a job that fails */

struct demo_work {
    char label[24], kind[16];
    uint32_t number, n_jobs, done, failed, cancelled;
    bool held, ended;
    int64_t accepted_us, ended_us;
};

struct demo_node {
    struct node_id id;
    char name[24], host[24];
    char policy[16];
    uint64_t incarnation, seq, boot_id, last_event;
    int64_t up_us;          /* it started; may be below 0 */
    uint8_t throttle, usual, floor; /* usual: that it began with */
    enum phase phase;
    unsigned slots;
    double load, weight;    /* of the CPU at its usual throttle, per cent;
                               of all jobs */
    bool mortal, silent;    /* silent: it has crashed */
    uint32_t jobs, running, held;
    double part;            /* of a job done */
    uint64_t done, failed, sent, received;
    uint32_t n_works, last_work;
    struct demo_work work[DEMO_WORKS];
};

/* An input that is due: encoded, so that it is decoded as if received. */
struct demo_due {
    int64_t at_us;
    enum input_kind kind;
    size_t node;
    uint8_t type;           /* of the message */
    enum link_state link;
    struct buf body;
};

struct demo {
    struct random random;
    size_t n;
    struct demo_node *node;
    uint32_t pool[DEMO_POOL];   /* jobs under way, by when they arrive */
    uint64_t step;          /* states given so far: node step % n */
    int64_t second;         /* of the world */
    uint64_t numbers;
    uint32_t begun;         /* jobs at the beginning */
    uint32_t failures;
    struct demo_due *due;   /* in order */
    size_t n_due, cap_due;
    struct buf body;        /* of the input given last */
};

/* ---- demo_world.c ---- */

void world_init(struct demo *d);
/* Brings it to second `s`, s one more than before. */
void world_step(struct demo *d, int64_t s);
uint32_t work_left(const struct demo_work *w);
/* Jobs come to a node, or leave wherever they are. */
void world_add(struct demo_node *home, uint32_t jobs);
void world_remove(struct demo *d, uint32_t jobs);
/* Up and down of a node's load, -1 to 1. */
double world_wave(const struct demo *d, const struct demo_node *n, int64_t s);

/* ---- demo_say.c ---- */

void say_state(const struct demo *d, const struct demo_node *n, int64_t at_us,
               bool works, struct buf *body);
struct demo_due *say_later(struct demo *d, int64_t at_us,
                           enum input_kind kind);
void say_event(struct demo *d, struct demo_node *n, int64_t at_us,
               const char *name, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void say_warning(struct demo *d, struct demo_node *n, int64_t at_us,
                 const char *name, const char *text);

/* ---- demo_ask.c ---- */

struct demo_reply {
    uint8_t status;
    char text[160];
    struct buf pairs, rows;
};
/* Carries out a question to node n, as it does at `at_us`. */
void ask_answer(struct demo *d, struct demo_node *n,
                const struct msg_command *c, int64_t at_us,
                struct demo_reply *r);

/* ---- demo_detail.c ---- */

/* Answers to detail: of a node, and of its workload `w`. */
void detail_rows(const struct demo *d, const struct demo_node *n,
                 struct buf *rows);
void detail_work(const struct demo *d, const struct demo_node *n,
                 const struct demo_work *w, struct demo_reply *r);

#endif
