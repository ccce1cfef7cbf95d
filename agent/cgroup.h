/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cgroup - a share of the processor that the kernel holds programs to: for
 * each slot a group with a quota, where the host lets us write one (as root,
 * or with Delegate=yes of systemd). Version 2 (cpu.max), else version 1
 * (cpu.cfs_quota_us), both of Documentation/admin-guide of the kernel.
 */
#ifndef LB_CGROUP_H
#define LB_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { CGROUP_PATH = 512 };

struct cgroup {
    unsigned version;           /* 1, 2; 0: none */
    char dir[CGROUP_PATH];      /* ours: those of the slots lie in it */
};

/* Finds the group of this process and makes one in it. Before the first
 * thread, and before children that are to stay outside: with version 2 this
 * process moves into a leaf. False: there is none that can be written. */
bool cgroup_open(struct cgroup *g);
/* Removes ours, if all that were in it have ended. */
void cgroup_close(const struct cgroup *g);
/* This process enters the group of a slot, for ever; its directory goes to
 * `path`. False: it could not. */
bool cgroup_enter(const struct cgroup *g, unsigned slot,
                  char path[CGROUP_PATH]);
/* All in the group may use `percent` (1..100) of one processor, 100: as much
 * as they like; at once. False: nothing has changed. */
bool cgroup_limit(const char *path, unsigned version, unsigned percent,
                  int64_t period_us);

#endif
