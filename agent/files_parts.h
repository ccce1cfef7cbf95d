/* SPDX-License-Identifier: MPL-2.0 */
/* files_parts - what the files of files share; for nobody else. */
#ifndef LB_FILES_PARTS_H
#define LB_FILES_PARTS_H

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>

#include "agent/clock.h"
#include "agent/files.h"

enum files_dir { FILES_OWN, FILES_CACHE, FILES_KEPT, FILES_COMING, FILES_DIRS };
enum { FILES_BLOCK = 4096 };
/* In kept/NUMBER: not all names there are links. */
#define FILES_NAMED ".named"

struct files {
    int dir[FILES_DIRS];
    pthread_mutex_t lock;       /* of changes of names, and of all below */
    _Atomic uint64_t max_bytes, used_bytes;     /* the loop looks, too */
    uint64_t cached_bytes;      /* of these: only kept for a while */
    uint64_t owed_bytes;        /* of these: not written yet */
    uint64_t reserve_bytes;     /* of the disk: not for files */
    uint64_t last_coming;       /* names what comes in */
};

static inline uint64_t
files_room(uint64_t size)
{
    return size == 0 ? FILES_BLOCK
                     : (size + FILES_BLOCK - 1) / FILES_BLOCK * FILES_BLOCK;
}

/* For futimens. Files and directories of workloads bear the time of the
 * monotonic clock, of now or of the start: a step of the other one is no hour.
 * One that bears none yet is of the future. */
static inline void
files_now(struct timespec now[2])
{
    int64_t us = clock_us();

    now[0].tv_sec = us / 1000000;
    now[0].tv_nsec = us % 1000000 * 1000;
    now[1] = now[0];
}

/* Calls `each` for every name in the directory but "." and ".."; -errno when
 * it cannot be read. */
int files_walk(int dir, void (*each)(void *arg, int dir, const char *name),
               void *arg);
/* Takes the file away and gives its room back. The lock is held. */
bool files_drop(struct files *f, enum files_dir in, const char *name,
                uint64_t size);
/* files_forget by name. */
void files_unplace(struct files *f, const char *name);
/* Makes room for `bytes`, below max_bytes by `spare`, at the cost of what is
 * only kept for a while, and takes it. The lock is held. 0, -ENOBUFS or
 * -ENOSPC. */
int files_make_room(struct files *f, uint64_t bytes, uint64_t spare);

#endif
