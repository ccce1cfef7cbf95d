/* SPDX-License-Identifier: MPL-2.0 */
/*
 * faults - what goes wrong, drawn from the seed (swarm testing: each seed
 * takes its own mix of faults, so that rare ones meet each other undiluted).
 * Source: A. Groce et al., "Swarm testing", ISSTA 2012.
 */
#ifndef LB_SIM_FAULTS_H
#define LB_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct world;
struct node;
struct due;
struct faults;

enum fault {
    FAULT_KILL = 1 << 0,        /* down until the end of the faults */
    FAULT_RESTART = 1 << 1,     /* crash, and back soon */
    FAULT_PARTITION = 1 << 2,   /* cuts in both directions or in one */
    FAULT_PAUSE = 1 << 3,
    FAULT_REPLACE = 1 << 4,     /* disk lost, node back with a new id */
    FAULT_LEAVE = 1 << 5,
    FAULT_DRAIN = 1 << 6,       /* drain, undrain, pause, resume */
    FAULT_THROTTLE = 1 << 7,
    FAULT_DISK = 1 << 8,        /* stuck or full */
    FAULT_CLOG = 1 << 9,
    FAULT_LOSS = 1 << 10,
    FAULT_DUPLICATE = 1 << 11,
    FAULT_LATE = 1 << 12,
    FAULT_REORDER = 1 << 13,
    FAULT_CLOCK = 1 << 14,      /* unequal clocks */
    FAULT_CRASH_AT = 1 << 15,   /* crash right after a send */
    FAULT_SLOW = 1 << 16,       /* processor, disk and links of a node */
    FAULT_OLD_COPY = 1 << 17,   /* node back with its id and an old disk */
    FAULT_MEDDLE = 1 << 18,     /* hold, start, cancel, priority, policy */
    FAULT_TORN = 1 << 19,       /* a commit holds a part of a step's saves */
    FAULT_RELOAD = 1 << 20,     /* a node's limits of its queue change */
    FAULT_ALL = (1 << 21) - 1
};
/* Names by bit; NULL after the last. */
extern const char *const fault_names[];
/* "kill,partition,restart", "all", "none". False: `bad` is the wrong word. */
bool faults_parse(const char *s, uint32_t *mix, char bad[32]);

/* Zero: a usual value is drawn. */
struct faults_plan {
    uint32_t mix;
    int64_t mean_us;        /* between two faults */
    uint32_t rate_ppm;      /* lost, doubled, late messages: up to */
    int64_t late_us;        /* late by up to */
    int64_t down_us;        /* down after a crash: up to */
    uint16_t only;          /* strikes this node alone, from 1 */
    int64_t shuffle_us;     /* jobs move at random so often; 0: never */
};
/* Sets links and clocks, and plans the first fault. The world keeps a
 * reference; the caller frees. */
struct faults *faults_new(struct world *w, const struct faults_plan *plan);
void faults_free(struct faults *f);
/* Ends all faults: every node is up, every link works. */
void faults_heal(struct world *w);
/* DUE_FAULT. */
void faults_due(struct world *w, const struct due *d);
/* Something is about to leave `n`: a good moment to crash it, before (it is
 * doomed) or soon after. */
void faults_tempt(struct world *w, struct node *n);

#endif
