/* SPDX-License-Identifier: MPL-2.0 */
/* courier_parts - what the files of courier share; for nobody else. */
#ifndef LB_COURIER_PARTS_H
#define LB_COURIER_PARTS_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "agent/courier.h"
#include "proto/lb.h"

enum { CARRIERS_MAX = 4, CARRIERS_EACH_MAX = 3,    /* of one home */
       WHY_CAP = 200 };

struct parcel {
    struct parcel *next;        /* all of them, in order of coming */
    char home[PLACE_CAP];
    struct node_id home_id;
    struct digest digest;
    uint64_t size;
    int fd;
    uint32_t workload;
    bool taken;                 /* by a carrier */
    int status;                 /* PARCEL_UNDER_WAY, or what became of it */
    char why[WHY_CAP];
    volatile sig_atomic_t stop; /* nobody waits: atomic */
    int *news;                  /* [n_news]: of those that wait */
    size_t n_news;
};

struct carrier {                /* one thread */
    struct courier *courier;
    pthread_t thread;
    struct lb *lb;              /* NULL, or a connection to `place` */
    char place[PLACE_CAP];
};

struct courier {
    struct files *files;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct parcel *first;
    size_t n_waiting, n_idle;   /* parcels not taken; carriers with none */
    size_t n_carriers;
    struct carrier carrier[CARRIERS_MAX];
    struct lb *beside;          /* its threads are those of all connections */
    bool closed;
};

/* ---- courier_carry.c ---- */

/* Brings it where it is to go: an enum lb_status, with `why` (WHY_CAP). */
int courier_carry(struct carrier *t, struct parcel *p, char *why);
/* Ends a connection that is not used. */
void courier_hang_up(struct carrier *t);

#endif
