/* SPDX-License-Identifier: MPL-2.0 */
/*
 * filer - the thread that answers the operations file_have, file_put and
 * file_get (PROTOCOL.md, 9) from the files of this node, and sweeps these: the
 * loop never waits for their disk.
 */
#ifndef LB_FILER_H
#define LB_FILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/files.h"
#include "agent/mailbox.h"
#include "agent/unread.h"
#include "proto/msg.h"

struct filer;

/* A body of a REPLY; `body` and what was taken of `unread` belong to who takes
 * it from the mailbox. */
struct filer_answer {
    uint64_t client;            /* of the shell */
    struct unread *unread;      /* FILE_PIECE_BYTES, to be given back; NULL */
    struct buf body;
};

/* Takes no thread before the first question. `files` is borrowed. NULL with
 * errno set: no descriptor left. */
struct filer *filer_new(struct files *files);
/* Waits for what is under way, and drops the rest. NULL is ignored. */
void filer_free(struct filer *f);

/* Who asks. */
struct filer_from {
    uint64_t client;            /* his connection, of the shell */
    bool local;                 /* by the socket whose file mode guards: some of
                                   all there is is kept for these */
    struct unread *unread;      /* his; room for a piece is taken of it */
};

/* Is `op` one of its operations? */
bool filer_knows(struct span op);
/* Asks; the answer comes to the mailbox. What can be refused at once is: false,
 * with the REPLY appended to `refusal`. */
bool filer_ask(struct filer *f, const struct filer_from *from,
               const struct msg_command *m, struct buf *refusal);
/* Takes what `live` points to, on the heap. False: too much is under way. */
bool filer_sweep(struct filer *f, const struct files_live *live,
                 uint64_t age_ms);
/* Items: struct filer_answer. */
struct mailbox *filer_answers(struct filer *f);

#endif
