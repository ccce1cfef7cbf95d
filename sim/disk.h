/* SPDX-License-Identifier: MPL-2.0 */
/*
 * disk - the journal of one simulated node: records, of which the first
 * n_durable survive a crash. One group is being committed at a time; what is
 * saved meanwhile gathers for the next group.
 */
#ifndef LB_SIM_DISK_H
#define LB_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/random.h"

struct record {
    uint8_t type;       /* the core's; 0: forget the workload */
    bool gone;          /* of a workload forgotten later */
    uint32_t workload, len;
    uint8_t *body;
};

struct disk {
    size_t n, cap;
    struct record *v;           /* [n], records count from 1 */
    size_t n_durable;
    size_t group;               /* the commit under way ends there; 0 none */
    bool stuck;                 /* no commit ends */
    bool tears;                 /* a group may end anywhere */
    bool keep;                  /* false: bodies are not kept (no crashes) */
    int64_t min_us, max_us;     /* of a commit */
};

void disk_fini(struct disk *d);
/* Copies a record and gives its number. Type 0 with an empty body: all
 * records of the workload before this one are not needed any more. */
size_t disk_put(struct disk *d, uint8_t type, uint32_t workload,
                struct span body);
/* Starts to commit what is saved. How long that takes, or -1 if there is
 * nothing to commit, or a commit is under way, or the disk is stuck. */
int64_t disk_commit(struct disk *d, struct random *r);
/* The commit under way has ended: its records are durable. */
void disk_committed(struct disk *d);
/* Drops what is not durable; the commit under way may have come through. */
void disk_crash(struct disk *d, struct random *r);
/* Only its first `n` records are left, all of them durable. */
void disk_cut(struct disk *d, size_t n);
/* Next record to replay at or after *at (0 first); NULL after the last. */
const struct record *disk_next(struct disk *d, size_t *at);

#endif
