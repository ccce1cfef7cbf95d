/* SPDX-License-Identifier: MPL-2.0 */
/* filer_parts - what the files of filer share; for nobody else. */
#ifndef LB_FILER_PARTS_H
#define LB_FILER_PARTS_H

#include <pthread.h>

#include "agent/filer.h"

enum filer_op { FILER_HAVE, FILER_PUT, FILER_GET, FILER_SWEEP };
enum { PUTS_MAX = 64,
       PUTS_FAR_MAX = 48,       /* of those who are not local */
       PUTS_EACH_MAX = 8 };     /* of one connection of them */

/* What is asked; owned by whoever takes it from the mailbox. */
struct filer_wish {
    enum filer_op op;
    struct filer_from from;
    uint64_t id, seq;           /* of the request */
    struct digest digest;
    uint64_t size, offset;
    uint32_t number;            /* of the workload it comes back for; 0 */
    struct files_live live;     /* SWEEP, as age_ms */
    uint64_t age_ms;
    size_t len;
    uint8_t bytes[];
};

struct filer_reply {
    uint8_t status;
    bool stored;                /* a file is whole: its name must be on disk */
    bool fresh;                 /* it was not there before */
    char text[300];
    struct buf pairs, rows;
};

/* A file that a client is putting; `in` NULL: free. */
struct put {
    uint64_t id;                /* of the client, as he says */
    struct filer_from from;     /* whose piece came last */
    struct digest digest;
    uint64_t size;
    uint32_t number;            /* of the workload */
    struct file_in *in;
    int64_t used_us;
};

struct filer {
    struct files *files;
    struct mailbox *wishes;     /* items: struct filer_wish * */
    struct mailbox *answers;
    struct put put[PUTS_MAX];   /* of the thread, alone */
    pthread_t thread;
    bool started;
};

void filer_refuse(struct filer_reply *r, uint8_t status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- filer_put.c ---- */
void filer_put(struct filer *f, const struct filer_wish *w,
               struct filer_reply *r);
bool filer_puts_open(const struct filer *f);
/* Those that nobody has added to for minutes, or all. */
void filer_puts_drop(struct filer *f, bool all);

#endif
