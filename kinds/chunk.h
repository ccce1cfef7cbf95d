/* SPDX-License-Identifier: MPL-2.0 */
/*
 * chunk - kinds whose jobs are the parts of one file, `chunk` bytes each.
 *
 * Such a kind has the parameters file (first) and chunk.
 */
#ifndef LB_CHUNK_H
#define LB_CHUNK_H

#include "kinds/kind.h"

/* A job as struct kind's run gets it. */
struct chunk_job {
    const struct kind *kind;
    struct kind_context *c;
    struct span params, args;
    uint32_t index;
};

/* The rows of struct kind: parse and count. */
int chunk_parse(const struct kind *k, struct span given, struct buf *out,
                uint64_t *cost, char *err);
int chunk_count(const struct kind *k, struct span params, uint32_t *n_jobs,
                char *err);

/* Where the part of job `index` lies; len >= 1. 0 or -EINVAL. */
int chunk_place(const struct kind *k, struct span params, uint32_t index,
                uint64_t *offset, uint64_t *len, char *err);

/* Gives the bytes of the job to `each`, piece by piece in order, with their
 * offset in the file; from args if they came along, else from the file.
 * What run returns; an error of `each` (0 or -EIO) ends it. */
int chunk_run(const struct chunk_job *job,
              int (*each)(void *state, struct span piece, uint64_t offset,
                          char *err),
              void *state, char *err);

#endif
