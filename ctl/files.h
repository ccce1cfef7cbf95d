/* SPDX-License-Identifier: MPL-2.0 */
/*
 * files - the files here that jobs are given: each is read once, however many
 * jobs it is for, and known by its hash from then on.
 */
#ifndef LB_CTL_FILES_H
#define LB_CTL_FILES_H

#include <sys/stat.h>

#include "base/digest.h"
#include "ctl/ctl.h"

struct file {
    char *path;             /* as it was said */
    struct digest digest;
    struct stat stat;       /* when it was read: size, permissions, times */
};

struct files;

/* `read` false: nothing is read, all hashes are zero (--dry-run). */
struct files *files_new(bool read);
/* NULL is ignored. */
void files_free(struct files *f);
/* The file of this path, read if it is a new one. Valid until the next call.
 * NULL after a message: no such file, no regular file, not readable (66), it
 * changed meanwhile (75). `what` begins the message, "job 3: --transfer". */
const struct file *files_get(struct ctl *c, struct files *f, const char *path,
                             const char *what);
/* The files in the order in which they were read; NULL behind the last. */
const struct file *files_at(const struct files *f, size_t i);
/* Opens it once more. -1 after a message: it is gone (66), or changed since it
 * was read (75). */
int files_again(struct ctl *c, const struct file *file);
/* Says that it has changed, 75; -1. */
int files_changed(struct ctl *c, const struct file *file);

#endif
