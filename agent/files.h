/* SPDX-License-Identifier: MPL-2.0 */
/*
 * files - the files of this node that travel with commands, each known by its
 * hash: those that are its own as a home, put by clients and come back from
 * holders, which are on disk when this says so; and those got from other homes,
 * which are gone at the next start, or before when there is no room.
 *
 * The directory is the index. own/HASH and cache/HASH are the files;
 * kept/NUMBER/HASH is a second name of a file that came back for that
 * workload; an empty file, with .named beside it, where the file system allows
 * no more names of one (ext4: 65,000). Any thread may call; none waits for the
 * disk of another but for changes of names. A call may wait for the disk: only
 * files_set_max, files_max and files_used are for the loop.
 */
#ifndef LB_FILES_H
#define LB_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct files;

/* Makes `dir` where it is missing, and empties what does not outlive a start.
 * NULL with errno set. */
struct files *files_open(const char *dir, uint64_t max_bytes);
/* Nobody may be inside; NULL is ignored. The files stay. */
void files_free(struct files *f);
/* From now on; what is there stays. */
void files_set_max(struct files *f, uint64_t max_bytes);
uint64_t files_max(const struct files *f);
/* Room taken: sizes rounded up to 4 KiB, also of what is just coming in. */
uint64_t files_used(struct files *f);

/* To read; its size in *size. -ENOENT, or -errno. */
int files_read(struct files *f, const struct digest *d, uint64_t *size);
/* As one of its own, new from now on: see files_sweep. False: not here. */
bool files_touch(struct files *f, const struct digest *d);
/* Keeps it as long as workload `number` (not 0). 0, -ENOENT or -errno; on
 * disk. */
int files_keep(struct files *f, const struct digest *d, uint32_t number);

/* ---- coming in ---- */

struct file_in;

/* One of `size` bytes begins to come in, as one of its own or for a while. 0;
 * -EFBIG (above what there is room for at all), -ENOBUFS (full), -ENOSPC (the
 * disk has little more than others need), or -errno. It takes its room now. */
int files_begin(struct files *f, const struct digest *d, uint64_t size,
                bool own, struct file_in **out);
/* The same, as one of its own, of which nobody can be sure that all of it
 * comes: it takes its room as its bytes do. Who is not `local` leaves an eighth
 * of all to those who are. */
int files_await(struct files *f, const struct digest *d, uint64_t size,
                bool local, struct file_in **out);
uint64_t file_in_received(const struct file_in *in);
/* The next bytes. 0; -EMSGSIZE (more than its size), -ENOBUFS, -ENOSPC or
 * -errno. */
int file_in_add(struct file_in *in, struct span bytes);
/* All of it has come: it can be read from now on, and is on disk, with its
 * name after files_sync, if it is one of its own. 0; -EBADMSG (not what it
 * was to be) or -errno. */
int file_in_end(struct file_in *in);
/* Also one that did not end. NULL is ignored. */
void file_in_free(struct file_in *in);
/* Is it new? Not when it was there before. */
bool file_in_is_new(const struct file_in *in);
/* Names of all that have ended are on disk. 0 or -errno: then nothing is known
 * of those that are new. */
int files_sync(struct files *f);
/* Takes back the name of one that is new. */
void files_forget(struct files *f, const struct digest *d);

/* ---- going ---- */

struct files_live {
    struct digest *manifest;    /* of live workloads, in any order */
    size_t n_manifests;
    uint32_t *number;           /* of live workloads, ascending */
    size_t n_numbers;
};
/* Drops files of its own that were put or touched at least `age_ms` ago, by
 * the monotonic clock (a start touches all), and that neither a live manifest
 * names nor a live workload keeps. A manifest that cannot be read drops
 * nothing; one above FILES_NEEDED_MAX names nothing. Sorts live->manifest. The
 * number of files. */
size_t files_sweep(struct files *f, const struct files_live *live,
                   uint64_t age_ms);

#endif
