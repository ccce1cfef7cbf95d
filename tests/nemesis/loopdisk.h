/* SPDX-License-Identifier: MPL-2.0 */
/*
 * loopdisk - an ext4 file system in a file, whose power can be cut: what was
 * not synced is gone after that. It is mounted in a mount namespace of this
 * process and of those it starts, so nothing of it outlives them. Needs root.
 * The file's own pages stay: the cut shows whether all was synced that had to
 * be, and in the right order; not whether a disk tells the truth.
 */
#ifndef LB_NEMESIS_LOOPDISK_H
#define LB_NEMESIS_LOOPDISK_H

#include <stddef.h>
#include <stdint.h>

struct loopdisk;

/* Makes the file DIR/disk of so many bytes, and mounts it at DIR/mount. Called
 * by the main thread, before there are others. NULL: `why` says why not. */
struct loopdisk *loopdisk_new(const char *dir, uint64_t bytes, char *why,
                              size_t why_cap);
/* NULL is ignored. Nothing may be open on it. */
void loopdisk_free(struct loopdisk *d);

/* DIR/mount. */
const char *loopdisk_path(const struct loopdisk *d);

/* From now on nothing more reaches the disk, neither data nor its journal. Who
 * uses it must have been stopped: on ext4 a sync that is under way may return
 * 0 for what is then gone, and no program runs on when its power is cut. 0 or
 * -errno. */
int loopdisk_cut(struct loopdisk *d);
/* What was written is there; from now on each write and sync fails. 0 or
 * -errno. */
int loopdisk_fail(struct loopdisk *d);
/* After either, when all that used it have ended: as the next boot finds it.
 * 0 or -errno. */
int loopdisk_restore(struct loopdisk *d);

#endif
