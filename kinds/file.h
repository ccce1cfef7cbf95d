/* SPDX-License-Identifier: MPL-2.0 */
/*
 * file - the file of a workload: described once, found again by its jobs.
 *
 * A description (real path, size, time, print) is made where the workload is
 * submitted. Who runs a job opens the path and uses it only if all of that
 * still holds.
 */
#ifndef LB_FILE_H
#define LB_FILE_H

#include "kinds/kind.h"

enum { FILE_PIECE = 65536 }; /* bytes read at once */

struct file_id {
    struct span path;
    uint64_t size;
    int64_t mtime_ns;
    uint32_t print; /* CRC-32 of the first and last 4 KiB */
};

/* An open file that is the one described. */
struct file {
    int fd;
    char *path;       /* as described */
    uint64_t dev, ino, size;
    int64_t mtime_ns;
    uint32_t print;
    uint8_t piece[FILE_PIECE]; /* for its reader */
};

/* Names of a description besides file=, ended by NULL. */
extern const char *const file_names[];

/* Looks at the file that a user calls `path`. The real path goes to `real`,
 * size=, mtime= and print= to `out`. 0, or -ENOENT with row 19's text. */
int file_describe(const char *path, struct buf *real, struct buf *out,
                  char *err);

/* Reads a description out of canonical parameters. 0 or -EINVAL. */
int file_id(struct span shared, struct file_id *out, char *err);

/* Opens the file `id` for a run (`c` NULL: without its limits). Give it back
 * with file_done. 0; -ENOENT (not readable or not allowed here); -ESTALE (it
 * is not what was described). */
int file_open(const struct kind_context *c, const struct file_id *id,
              struct file **out, char *err);
void file_done(const struct kind_context *c, struct file *f);

/* Fills dst[n] from `offset`. 0 or -EIO. */
int file_read(const struct file *f, uint64_t offset, uint8_t *dst, size_t n,
              char *err);

/* Is it still as it was when it was opened? 0 or -EIO. */
int file_same(const struct file *f, char *err);

#endif
