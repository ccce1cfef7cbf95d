/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fetcher - one thread that reads parts of files for jobs that go to nodes
 * which cannot read them. A file server that hangs stops it, and nothing else
 * but the workers that wait for the same file.
 */
#ifndef LB_FETCHER_H
#define LB_FETCHER_H

#include <stddef.h>
#include <stdint.h>

#include "agent/mailbox.h"
#include "core/core.h"

struct fetcher;

/* What was read; `bytes` belongs to who takes it from the mailbox. */
struct part {
    uint32_t workload, index;
    uint32_t len;           /* of the "data=" line; 0: it cannot be had */
    uint32_t error_len;     /* then why, in words */
    uint8_t *bytes;         /* the line, or the error */
};

/* Takes no thread before the first part is asked for. `denied` as in kind.h;
 * outlives the fetcher. NULL with errno set: no descriptor left. */
struct fetcher *fetcher_new(const char *const *denied);
/* Waits for the part under way; what is in the mailbox is freed as well. NULL
 * is ignored. */
void fetcher_free(struct fetcher *f);

/* Asks for a part; struct part of it comes to the mailbox. `roots` as in
 * kind.h; outlives the fetcher. */
void fetcher_ask(struct fetcher *f, const struct act_fetch *a,
                 const char *const *roots);
/* Items: struct part. */
struct mailbox *fetcher_parts(struct fetcher *f);

#endif
