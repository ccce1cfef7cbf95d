/* SPDX-License-Identifier: MPL-2.0 */
/* publishers - what its files share. */
#ifndef LB_PUBLISHERS_H
#define LB_PUBLISHERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/random.h"
#include "proto/frame.h"
#include "proto/msg.h"

enum {
    PLAYED_MAX = 1000, PORTS = 4, STATE_AT = 2, CONTROL_AT = 3, SLOTS = 8,
    SECOND_US = 1000 * 1000, STEP_US = 20 * 1000, SLOW_EVERY = 5
};

enum fault {
    FAULT_NONE = 0,
    FAULT_VERSION,              /* speaks version 2 */
    FAULT_VIEW, FAULT_SUBMIT,   /* the role that it grants */
    FAULT_GARBAGE,              /* 150 states that are none, each second */
    FAULT_BIG,                  /* states of 100 kB */
    FAULT_TWIN,                 /* has the name of the first */
    FAULT_IMPOSSIBLE,           /* throttle 0, load 4000 % */
    FAULT_CLOCK,                /* an hour ahead */
    FAULT_NAME, FAULT_LONG, FAULT_NO_NAME,
    FAULT_TEXT                  /* control characters in what it says */
};

struct played {
    void *pub, *router;
    enum fault fault;
    struct node_id id;
    char name[24], tags[48], policy[24], by[65], cmd[17];
    uint16_t port;
    uint64_t seq[MSG_STATE_SLOW + 1], events;
    int64_t due_us;
    unsigned states;            /* published */
    uint8_t phase, throttle;
    uint32_t queued, running;
    uint64_t done, failed, sent, received;
    uint32_t left;              /* jobs of its own workload */
};

struct all {
    void *context;
    struct frame_codec *codec;
    struct random random;
    size_t n;
    struct played *node;
    uint32_t jobs;              /* of a workload; every 20th node has one */
    unsigned port;
    const char *dir;
    int64_t seconds, start_us;
    uint64_t published, answered;
};
extern struct all all;

int64_t now_us(void);
/* A frame of `k` around a message. */
void frame(struct played *k, const struct msg *m, uint64_t seq,
           struct buf *out);
void fill_state(const struct played *k, struct state *s);
void publish_state(struct played *k);
void publish_event(struct played *k, enum log_level level, const char *name,
                   const char *text);
/* Answers what has come. */
void serve(struct played *k);


/* ---- publishers_fault.c ---- */

/* Exits when there is none of that name. */
enum fault fault_find(const char *name);
const char *fault_name(const struct played *k);
/* `text`, or what it says instead. */
const char *fault_text(const struct played *k, const char *text);
void fault_state(const struct played *k, struct state *s);
void fault_frame(const struct played *k, struct buf *out);
void fault_publish(struct played *k);
uint64_t fault_ahead_ms(const struct played *k);

#endif
