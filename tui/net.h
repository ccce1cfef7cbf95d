/* SPDX-License-Identifier: MPL-2.0 */
/*
 * net - lbtop's sockets: the way in, one SUB socket for the state of all
 * members, control connections that are opened when needed and closed after
 * 60 s of silence. What arrives comes out as inputs.
 *
 * One thread calls it. Never blocks: names are looked up by other threads,
 * answers are awaited by the caller's poll.
 */
#ifndef LB_NET_H
#define LB_NET_H

#include <zmq.h>

#include "tui/model.h"

struct net;

struct net_options {
    const char *const *where;   /* ways in: ipc://PATH, HOST[:PORT] */
    size_t n_where;
    const char *by;
};

struct net *net_new(const struct net_options *o);
void net_free(struct net *n);
/* Fills in what to poll (at most cap); returns the number. */
size_t net_poll(const struct net *n, zmq_pollitem_t *items, size_t cap);
/* The next input; false: nothing there. `raw` (may be NULL) gets the frame as
 * it came, for the recording. Valid until the next call. At most 1000 frames
 * or 20 ms a turn: then it says false although there is more. */
bool net_next(struct net *n, int64_t now_us, struct input *out,
              struct span *raw);
/* Sends a question; opens the connection first if need be. `m` knows where
 * the node listens. -EHOSTUNREACH: no address; -EAGAIN: queue full. */
int net_ask(struct net *n, const struct model *m, const struct question *q);
/* After inputs: connects to members that are new, leaves those that are gone,
 * changes to another way in, dials silent ones afresh (every 30 s, or at once
 * after net_retry), chooses slow and full state topics. `near`: nodes on
 * screen or with a command pending, for the full rate (64 at most). */
void net_look(struct net *n, const struct model *m, int64_t now_us,
              const struct node_id *near, size_t n_near);
void net_retry(struct net *n);
void net_connect(struct net *n, const char *where);  /* another way in */
int64_t net_deadline_us(const struct net *n);
/* "ipc:///run/lbagent/control.sock (option -n)": what the way in is now; and
 * the id of that node (zero: none yet). */
const struct node_id *net_way_in(const struct net *n);

#endif
