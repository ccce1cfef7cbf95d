/* SPDX-License-Identifier: MPL-2.0 */
/* record - types of journal records (ACT_SAVE, EV_REPLAY); bodies are
 * written in home.c and home_results.c and read in home_note.c; live.c has
 * its own. */
#ifndef LB_RECORD_H
#define LB_RECORD_H

#include <stdint.h>

/* Records of the node itself stand under numbers that no workload gets: 0 for
 * those that stay. Older ones of the others go as those of a workload that is
 * forgotten. What must never be lost is saved under the one or the other of two
 * numbers, and then what stands under the other goes. */
#define LIVE_ROWS UINT32_MAX
#define NUMBER_ROWS (UINT32_MAX - 2)    /* and the next */
#define NODE_ROWS (UINT32_MAX - 4)      /* and the next */
#define WORKLOAD_NUMBER_MAX (UINT32_MAX - 16)

enum record_type {
    SAVE_WORKLOAD = 1,  /* u64 key hash, u64 content hash, desc */
    SAVE_JOBS,          /* a chunk, as it came */
    SAVE_START,         /* - */
    SAVE_HOLD,          /* ranges: u32 first, u32 last each */
    SAVE_SPREAD,        /* - */
    SAVE_GRANTED,       /* u32 index */
    SAVE_FAILED,        /* u32 index, u64 new fence, u8 new attempt, u8
                           attempts that were lost with their holders */
    SAVE_RESULTS,       /* results, result_encode each */
    SAVE_CANCEL,        /* ranges; then u8 1: no more jobs are accepted */
    SAVE_RETRY,         /* u32 index, u64 new fence, u8 attempt each */
    SAVE_PRIORITY,      /* u8 */
    SAVE_NUMBER,        /* NUMBER_ROWS: u32 highest number ever given */
    SAVE_NODE,          /* NODE_ROWS: id, s8 name of a node whose results are
                           kept, so that it has a name after a restart */
    SAVE_LIVE,          /* LIVE_ROWS: live.c; replaces the one before */
    SAVE_BORN           /* workload 0: u32 incarnation that accepts the
                           workloads from here on */
};

#endif
