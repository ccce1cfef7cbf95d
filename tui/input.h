/* SPDX-License-Identifier: MPL-2.0 */
/*
 * input - all that reaches lbtop, as plain data, in one order. A screen is a
 * function of the inputs so far and of nothing else: what was recorded gives
 * the same screens again.
 *
 * Spans in a message are borrowed for the call.
 */
#ifndef LB_INPUT_H
#define LB_INPUT_H

#include "proto/frame.h"
#include "proto/msg.h"

enum input_kind {
    IN_TICK = 1,        /* time has passed; no more */
    IN_STATE,           /* from the state socket: STATE, EVENT, BYE */
    IN_ANSWER,          /* from a control connection: REPLY */
    IN_BAD,             /* a frame that was refused; head.sender if known */
    IN_LINK,            /* a connection changed */
    IN_ASKED,           /* a question was sent (replay: was sent then) */
    IN_KEY,             /* a key, key.h */
    IN_PASTE,           /* text pasted */
    IN_SIZE,            /* the terminal has another size */
    IN_NOTE             /* of ours: a line for the messages */
};

enum link_state {
    LINK_TRYING = 1,    /* nothing heard yet */
    LINK_UP,            /* it answered */
    LINK_DOWN,          /* it was there */
    LINK_FAILED,        /* text says why: "no such file", "connection refused",
                           "permission denied", "name not found", "time-out" */
    LINK_OFF            /* `where` is the id of a node that is not watched, for
                           want of descriptors */
};

/* A question on its way to a node: made by ask.c, sent by net.c. */
struct question {
    uint64_t id;        /* sequence of the COMMAND; never used twice but by
                           "send again" */
    struct node_id to;  /* zero: the way in */
    char op[24];        /* "throttle" */
    struct span pairs;  /* encoded with pair_add */
};

struct input {
    int64_t at_us;      /* since lbtop started; never falls */
    enum input_kind kind;
    union {
        struct {        /* IN_STATE, IN_ANSWER, IN_BAD */
            struct frame head;
            struct msg msg;             /* not for IN_BAD */
            size_t n_bytes;             /* as received */
            enum frame_error why;       /* IN_BAD */
        };
        struct {        /* IN_LINK: of the address `where` */
            enum link_state link;
            bool way_in;
            struct span where, text;
        };
        struct question asked;          /* IN_ASKED */
        uint32_t key;                   /* IN_KEY */
        struct span paste;              /* IN_PASTE */
        struct { int width, height; };  /* IN_SIZE */
        struct { uint8_t level; struct span note; };    /* IN_NOTE */
    };
};

#endif
