/* SPDX-License-Identifier: MPL-2.0 */
/*
 * out - the actions of a step, and the memory they point to. Bodies are built
 * in chunks of an arena that never moves what it gave out.
 */
#ifndef LB_OUT_H
#define LB_OUT_H

#include "base/bytes.h"
#include "core/core.h"

struct arena_chunk;
struct out {
    struct actions actions;
    struct arena_chunk *chunk;
};

void out_fini(struct out *o);
/* Forgets the actions of the last step. */
void out_reset(struct out *o);
/* A zeroed action of this kind at the end. Valid until the next call. */
struct action *out_add(struct out *o, enum action_kind kind);
/* A copy of the bytes that lives until the next out_reset. */
struct span out_keep(struct out *o, struct span bytes);

void out_save(struct out *o, uint8_t type, uint32_t workload,
              const struct buf *body);

#endif
