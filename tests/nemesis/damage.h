/* SPDX-License-Identifier: MPL-2.0 */
/*
 * damage - journals whose every row is known, harm done to copies of them, and
 * the judgement of what a node would be served. A row tells its number in
 * its first bytes, and the rest of it follows from that.
 */
#ifndef LB_NEMESIS_DAMAGE_H
#define LB_NEMESIS_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/nemesis/rng.h"

enum { SAMPLE_ROWS_MAX = 4096, DAMAGE_TEXT = 600 };

/* A journal as a killed agent leaves it. */
struct sample {
    char dir[200];
    uint32_t n_rows;                    /* ever written; numbered from 0 */
    uint32_t workload[SAMPLE_ROWS_MAX];
    bool gone[SAMPLE_ROWS_MAX];         /* of a forgotten workload */
};

/* Writes one below `dir`, in a process that is killed, or ends in order when
 * `clean`. 0 or -1. */
int sample_make(struct sample *s, const char *dir, bool clean, struct rng *rng);

/* Copies the sample to `dir` (emptied first) and harms it; `what` says how. */
void damage_do(const struct sample *s, const char *dir, struct rng *rng,
               char what[DAMAGE_TEXT]);

enum damage_verdict {
    DAMAGE_NONE = 1,    /* nothing was lost, nothing said */
    DAMAGE_SALVAGED,    /* told, and the rest served when that was accepted */
    DAMAGE_UNREADABLE,  /* told; nothing can be served */
    DAMAGE_WRONG        /* `why` says what must not be */
};

/* Opens the journal in `dir` as an agent does, twice, with work in between. */
enum damage_verdict damage_judge(const struct sample *s, const char *dir,
                                 char why[DAMAGE_TEXT]);

#endif
