/* SPDX-License-Identifier: MPL-2.0 */
/*
 * net_own - what the files of net share; for nobody else.
 *
 * One ROUTER connects to all nodes that are asked something (a name that we
 * choose for each connection), one or two SUB to all that publish: so few
 * descriptors to poll however many nodes there are. No name is used twice:
 * libzmq would abort.
 */
#ifndef LB_NET_OWN_H
#define LB_NET_OWN_H

#include "proto/frame.h"
#include "tui/net.h"
#include "tui/net_dial.h"

enum {
    NET_SECOND_US = 1000 * 1000,
    WAYS_KEPT = 16,             /* ways in that the user named */
    SPARES = 3,                 /* members tried at once in their place */
    WAYS_ALL = WAYS_KEPT + SPARES, CONTROL_OFFSET = 3,
    HELLO_US = 3 * NET_SECOND_US,
    SILENT_US = 60 * NET_SECOND_US,     /* a control connection is closed */
    REDIAL_US = 30 * NET_SECOND_US,     /* a silent member is dialled afresh */
    BACK_OFF_US = 1 * NET_SECOND_US,    /* first; doubled */
    BACK_OFF_MAX_US = 10 * NET_SECOND_US,
    BACK_OFF_NAME_US = 60 * NET_SECOND_US,  /* no such name, no node */
    LOOK_US = 100 * 1000,       /* between two looks at all members */
    FULL_MAX = 200,             /* members heard each second */
    NEAR_MAX = 64,
    TURN_FRAMES = 1000, TURN_US = 20 * 1000,
    HELD_MAX = 64 * 1024,       /* bytes of questions that wait for a hello */
    /* What is too long is counted; what is far too long cuts the link, which
     * libzmq does not make again: REDIAL_US. */
    SUB_MAX_BYTES = 1024 * 1024,
    OWN_FDS = 48,               /* terminal, files, what libzmq needs */
    CONTROL_FDS = 32            /* for commands, whatever else is open */
};

enum control_state {
    CONTROL_IDLE = 0,
    CONTROL_DIAL,               /* is anybody there? */
    CONTROL_GREET,              /* hello was sent */
    CONTROL_UP,
    CONTROL_FAILED              /* until retry_us */
};

/* A control connection: to a way in or to a member. */
struct control {
    enum control_state state;
    bool way;                   /* may become the way in */
    char where[DIAL_WHERE_MAX]; /* for people */
    char host[DIAL_WHERE_MAX];  /* or path of a local socket */
    unsigned port;              /* of the control socket; 0: local */
    struct dialling dial;
    char address[DIAL_WHERE_MAX + 16];  /* connected to; "": not */
    uint32_t number;            /* its name for the ROUTER */
    struct node_id id;          /* who answers, or must; zero: not known */
    bool expected;              /* `id` must answer */
    bool speaks;                /* ZeroMQ is spoken there */
    int64_t until_us;           /* GREET: no answer; FAILED: next try */
    int64_t used_us;            /* last question or answer */
    int64_t back_off_us;
    struct buf held;            /* questions for after hello: u32 length and
                                   frame each */
};

/* A line of ours, on its way out as an input. */
struct net_news {
    enum input_kind kind;       /* IN_LINK, IN_NOTE */
    enum link_state link;
    bool way_in;
    char where[DIAL_WHERE_MAX], text[160];
};

struct member {                 /* by its place in the model */
    char *full, *near;          /* address that is connected; NULL: none */
    int64_t dialled_us;
    bool off;                   /* no descriptor for it: has been told */
};

struct net {
    void *context, *router, *monitor, *sub, *near_sub;
    struct frame_codec *codec;
    uint64_t client;            /* of questions; + 1: our own hello */
    char by[65];
    size_t limit;               /* descriptors that there may be */
    /* net_control.c */
    size_t n_controls, cap_controls;
    struct control **control;   /* the ways first: WAYS_KEPT + SPARES */
    struct control *way_in;     /* NULL: none */
    int64_t answered_us;        /* by the way in */
    uint32_t last_number;
    size_t spare_at;            /* where in the model spares are sought */
    bool retry;
    /* net_members.c */
    size_t n_members, cap_members, n_connected, n_near;
    struct member *member;
    bool slow, told_limit;
    int64_t look_us;            /* next look */
    /* net.c */
    size_t n_news, cap_news, at_news;
    struct net_news *news;
    zmq_msg_t part;
    struct buf frame;
    int64_t now_us, turn_us;
    unsigned frames;            /* in this turn */
    bool in_turn;
};

/* ---- net.c ---- */

/* A socket with the options that all have; NULL: no descriptors left. */
void *net_socket(struct net *n, int type, int64_t max_bytes);
void net_tell(struct net *n, const struct control *c, enum link_state link,
              const char *text);
void net_note(struct net *n, const char *text);
/* There is no descriptor left to watch it. */
void net_tell_off(struct net *n, const struct node_id *id);

/* ---- net_control.c ---- */

void controls_init(struct net *n, const struct net_options *o);
void controls_free(struct net *n);
/* Dialling, time-outs, closing. */
void controls_step(struct net *n);
int64_t controls_deadline_us(const struct net *n);
/* The connection of this name; NULL: closed since. */
struct control *control_by_number(const struct net *n, uint32_t number);
/* An answer has come. False: it was to our own hello. */
bool control_answer(struct net *n, struct control *c, const struct frame *f,
                    const struct msg_reply *r);
/* What came as an answer is none: of another version, or of no node. */
void control_bad(struct net *n, struct control *c, const struct input *in);
/* Whoever is at `address` has shaken hands as ZeroMQ does. */
void control_speaks(struct net *n, const char *address);
/* Its socket lost the connection to `address`. */
void control_cut(struct net *n, const char *address);
/* To `id`, opened if need be; zero: the way in. NULL: no address, no room. */
struct control *control_for(struct net *n, const struct model *m,
                            const struct node_id *id);
/* Sends, or keeps until it is up. 0 or -EAGAIN. */
int control_send(struct net *n, struct control *c, struct span frame);

/* A place for a connection to `where`, HOST[:PORT] or ipc://PATH; false: it
 * is neither. */
bool control_set_where(struct control *c, const char *where);
void control_begin(struct net *n, struct control *c);
/* Closes it; what was held is lost. */
void control_shut(struct net *n, struct control *c);
void control_fail(struct net *n, struct control *c, const char *why);
void control_leave_way_in(struct net *n, const char *why);

/* ---- net_way.c ---- */

/* Tries ways in if there is none; leaves one whose node is gone. */
void ways_look(struct net *n, const struct model *m);

/* ---- net_members.c ---- */

void members_free(struct net *n);
void members_look(struct net *n, const struct model *m,
                  const struct node_id *near, size_t n_near);
/* Where a node listens, `offset` from its base port; false: not known. */
bool member_address(const struct node *k, unsigned offset, char *dst,
                    size_t cap);

#endif
