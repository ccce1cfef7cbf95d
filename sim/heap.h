/* SPDX-License-Identifier: MPL-2.0 */
/*
 * heap - what is due in virtual time, earliest first; of the same time the
 * one that was put in first, so that a run can be repeated to the byte.
 * Source: J. W. J. Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.
 */
#ifndef LB_SIM_HEAP_H
#define LB_SIM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum due_kind {
    DUE_MSG = 1,    /* packet arrives at node */
    DUE_TICK,       /* deadline of the core of node; number a */
    DUE_COMMIT,     /* the disk of node has committed a group */
    DUE_END,        /* run b in slot a of node ends */
    DUE_UNBEGUN,    /* run b with ticket a is known not to have begun */
    DUE_FETCHED,    /* the file of job b of workload a of node is read */
    DUE_COMMAND,    /* request (packet) of client a arrives at node */
    DUE_REPLY,      /* reply (packet) arrives at client a */
    DUE_CLIENT,     /* timer b of client a */
    DUE_FAULT       /* faults or a script: what is in a, with b */
};

struct packet;

struct due {
    int64_t at_us;
    uint64_t order;         /* set by heap_push */
    enum due_kind kind;
    uint16_t node;
    uint32_t life;          /* of node, 0: any */
    uint32_t a, b;
    struct packet *packet;  /* owned by the due; NULL */
};

/* A zeroed heap is empty and ready. */
struct heap {
    size_t n, cap;
    struct due *v;
    uint64_t order;
};

/* Frees the heap, not the packets of what is in it. */
void heap_fini(struct heap *h);
void heap_push(struct heap *h, struct due d);
/* Takes out the earliest; false when empty. */
bool heap_pop(struct heap *h, struct due *out);
/* When the earliest is due; INT64_MAX when empty. */
int64_t heap_next_us(const struct heap *h);

#endif
