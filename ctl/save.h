/* SPDX-License-Identifier: MPL-2.0 */
/* save - results into a folder, a .csv or a .jsonl file. */
#ifndef LB_SAVE_H
#define LB_SAVE_H

#include "ctl/result.h"

struct save;

struct save_name {
    char text[4096 + 32];
};

/* NULL after a message (74). `where` ends in .csv or .jsonl, begun again
 * unless there is `more` to come behind what it has; or is a folder:
 * WHERE/INDEX/{result,meta.json}, made as needed; of commands with stdout,
 * stderr, and as their result the exit status or `signal N`. */
struct save *save_open(struct ctl *c, const char *where, bool more);
/* The folder of a result, false: all are in one file. */
bool save_folder(const struct save *s, const struct followed *f,
                 const struct lb_result *r, struct save_name *out);
/* -1 after a message (74). */
int save_add(struct ctl *c, struct save *s, const struct followed *f,
             const struct lb_result *r);
int save_close(struct ctl *c, struct save *s);

#endif
