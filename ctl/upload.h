/* SPDX-License-Identifier: MPL-2.0 */
/* upload - gives a home the files that jobs need, before it is given the jobs
 * (PROTOCOL.md, files of commands). */
#ifndef LB_UPLOAD_H
#define LB_UPLOAD_H

#include "ctl/files.h"
#include "ctl/jobfile.h"

/* What a home has to have before the jobs. */
struct uploaded {
    struct digest *hash;    /* on the heap; the manifest comes last */
    size_t n;
};

/* Asks which of the files of `l` the node lacks, sends these, each content
 * once, and then their manifest, and writes what all these are. 1; 0: the jobs
 * need no files; -1 after a message: nothing of `l` may be submitted. */
int upload(struct ctl *c, struct lb *lb, const struct files *files,
           const struct load *l, struct uploaded *out);

#endif
