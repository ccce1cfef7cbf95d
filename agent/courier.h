/* SPDX-License-Identifier: MPL-2.0 */
/*
 * courier - a few threads that carry files between this node and the homes of
 * the jobs it runs: files that jobs need, into the files of this node, and
 * files that jobs return, to their home. A home that does not answer never has
 * all of them; who waits for a parcel is told by a descriptor and may leave at
 * any time.
 */
#ifndef LB_COURIER_H
#define LB_COURIER_H

#include <stddef.h>
#include <stdint.h>

#include "agent/files.h"
#include "agent/orders.h"

struct courier;
struct parcel;

struct parcel_of {
    const char *home;           /* HOST:PORT, PORT being its base port */
    struct node_id home_id;     /* who is meant: another one may be there now */
    struct digest digest;
    uint64_t size;
    int fd;                     /* its bytes, to be put to the home; read from
                                   a copy of the descriptor. -1: it is got */
    uint32_t workload;          /* that it comes back for; with fd */
};

/* Takes no thread of its own before the first parcel, but those of ZeroMQ, for
 * which later there might be no descriptors. `files` is borrowed. NULL with
 * errno set. */
struct courier *courier_new(struct files *files);
/* Nobody waits any more; what is under way is given up. NULL is ignored. */
void courier_free(struct courier *c);

/* Sends for it; a file that is being got already is got once. The eventfd
 * `news` becomes readable when it has come or cannot. Ended by courier_leave.
 * NULL with errno set: no descriptor left, or no thread. */
struct parcel *courier_send(struct courier *c, const struct parcel_of *of,
                            int news);
enum { PARCEL_UNDER_WAY = -1, PARCEL_SHORT = -2 };
/* PARCEL_UNDER_WAY; or an enum lb_status, and why in words when not LB_OK:
 * PARCEL_SHORT (this node lacks what it may have again soon: shortage.h, or
 * room beside other files), LB_NOTFOUND (the home has not got it, or no such
 * workload), LB_LATER (no room there, or it is above all there is here),
 * LB_USAGE (other bytes than its hash says), LB_REFUSED (also: more than the
 * home has room for at all), LB_DISK; others: the home cannot be reached, or
 * somebody else is there. */
int courier_look(struct courier *c, const struct parcel *p, char *why,
                 size_t cap);
/* Who waits at `news` does so no more; `p` is not to be used again. */
void courier_leave(struct courier *c, struct parcel *p, int news);

#endif
