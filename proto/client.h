/* SPDX-License-Identifier: MPL-2.0 */
/* client - what the files of the client library share. */
#ifndef LB_CLIENT_H
#define LB_CLIENT_H

#include "base/bytes.h"
#include "proto/dial.h"
#include "proto/frame.h"
#include "proto/lb.h"
#include "proto/msg.h"

enum {
    CLIENT_WINDOW = 4,          /* questions that wait for an answer */
    CLIENT_REPEAT_MS = 1000,
    CLIENT_REPEATS = 3,
    CLIENT_SLICE_MS = 100,      /* between looks at the interrupt flag */
    CLIENT_KEEP_MS = 20 * 60 * 1000     /* between questions for files that the
                                   node is to keep, for an hour */
};

/* A question that was sent and has no answer yet. */
struct client_open {
    uint64_t seq;               /* 0: free */
    struct buf frame;           /* kept to be sent again */
    int64_t next_ms, deadline_ms;
    int64_t wait_ms;
    unsigned repeats;
};

struct lb {
    void *context, *socket, *monitor;
    bool own_context, is_tcp, greeted, shaken;
    struct frame_codec *codec;
    char where[288], name[NAME_MAX_BYTES + 1], error[512];
    int64_t timeout_ms;
    const volatile sig_atomic_t *interrupt;
    uint64_t client, seq;
    int64_t keep_ms;            /* CLIENT_KEEP_MS, if it is not 0 */
    struct lb_reply *hello;
    struct client_open open[CLIENT_WINDOW];
};

struct lb_reply {
    struct buf body;            /* what msg points into */
    struct msg_reply msg;
    char *text;
    char **texts;               /* NUL-ended copies that lb_reply_get made */
    size_t n_texts;
};

/* Writes the text and returns `status`. */
int client_fail(struct lb *lb, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Starts the threads of its context, which connect cannot do safely when there
 * are few descriptors left. False with errno set: they are not to be had. */
bool client_prepare(struct lb *lb);
/* Sends a question and does not wait. There must be room in the window. */
uint64_t client_ask(struct lb *lb, const struct lb_call *c);
/* The answer to any open question, in *seq which. As lb_call_do. */
int client_answer(struct lb *lb, uint64_t *seq, struct lb_reply **out);
/* Forgets an open question; 0: all. */
void client_forget(struct lb *lb, uint64_t seq);
/* Text of an answer into lb->error; returns its status. */
int client_status(struct lb *lb, const struct lb_reply *r);

void client_node(const struct state *s, struct lb_node *out);
void client_workload(const struct state_workload *w,
                     struct lb_workload_info *out);

#endif
