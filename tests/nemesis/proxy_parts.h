/* SPDX-License-Identifier: MPL-2.0 */
/* proxy_parts - what the files of the proxy share; for nobody else. */
#ifndef LB_NEMESIS_PROXY_PARTS_H
#define LB_NEMESIS_PROXY_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "tests/nemesis/proxy.h"
#include "tests/nemesis/rng.h"

enum {
    DOORS_MAX = 128, WIRES_MAX = 256, TAPES_MAX = 32,
    CHUNK = 16 * 1024,
    HELD_MAX = 1024 * 1024,     /* bytes on their way, each direction */
    TAPE_BYTES = 256 * 1024
};

/* A port that is listened at, and where it leads to. */
struct door {
    int fd;
    uint16_t target;
};

struct chunk {
    struct chunk *next;
    int64_t due_ms;
    size_t len, sent;
    uint8_t data[];
};

/* One direction of a connection. */
struct flow {
    struct chunk *first, *last;
    size_t held;
    int64_t last_due_ms;        /* order is kept within a connection */
    bool swallows;
};

struct wire {
    int fd[2];                  /* of who has dialled, of who is dialled */
    bool connected;
    struct flow flow[2];        /* from fd[0] to fd[1]; back */
    int64_t next_fate_ms;       /* when it is drawn what goes wrong next */
    int64_t late_ms;            /* each chunk by up to */
    int64_t still_until_ms;
    int64_t cut_ms;             /* when it is cut; 0: not planned */
    uint64_t cut_after;         /* bytes; 0: never */
    uint64_t passed;
    uint16_t target;
    int tape;                   /* that it is recorded on; -1: none */
};

/* The start of what was said to `target`. */
struct tape {
    uint16_t target;            /* 0: free */
    size_t len;
    uint8_t *data;
};

struct proxy {
    struct rng rng;
    struct door door[DOORS_MAX];
    struct wire *wire[WIRES_MAX];
    struct tape tape[TAPES_MAX];
    size_t n_doors, n_wires, next_tape;
    int64_t next_replay_ms;
    int replay_fd;              /* the connection of a replay; -1: none */
    int64_t replay_until_ms;
    pthread_t thread;
    bool started;
    atomic_bool stop, healed;
    pthread_mutex_t lock;       /* count */
    struct proxy_counts count;
};

/* Takes a free tape, or an old one, for a new wire. */
void proxy_record(struct proxy *p, struct wire *w);
void proxy_tape(struct proxy *p, const struct wire *w, const uint8_t *data,
                size_t len);
/* Now and again says again what is on a tape. */
void proxy_replay(struct proxy *p, int64_t now_ms);
/* A connection to that port of loopback that is being made; -1: none. */
int proxy_dial(uint16_t port);

#endif
