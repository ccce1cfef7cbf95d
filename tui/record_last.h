/* SPDX-License-Identifier: MPL-2.0 */
/* record_last - the last STATE frame of each node, for snapshots. */
#ifndef LB_RECORD_LAST_H
#define LB_RECORD_LAST_H

#include "tui/record_wire.h"

struct record_last;
struct record_last *record_last_new(void);
void record_last_free(struct record_last *l);
/* Keeps `raw` if it is a STATE; of NODES_MAX nodes at most. */
void record_last_keep(struct record_last *l, struct span raw, int64_t at_us);
/* The i-th frame; false: there are not so many. */
bool record_last_at(const struct record_last *l, size_t i, struct span *raw,
                    int64_t *at_us);
size_t record_last_count(const struct record_last *l);

#endif
