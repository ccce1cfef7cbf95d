/* SPDX-License-Identifier: MPL-2.0 */
/* The directory of a shim, empty for each program. Nobody else is at work in
 * it while it is cleaned: no process is left. */
#include <errno.h>
#include <dirent.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/shim_parts.h"

enum { DEEP_FDS = 16 };

static int
open_up(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)at;
    if (type == FTW_DNR || type == FTW_D)
        (void)chmod(path, 0700);
    return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    if (at->level > 0)
        (void)(type == FTW_DP || type == FTW_D || type == FTW_DNR
                   ? rmdir(path) : unlink(path));
    return 0;
}

static bool
is_empty(const char *path)
{
    DIR *d = opendir(path);
    const struct dirent *e;

    if (d == NULL)
        return false;
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            break;
    closedir(d);
    return e == NULL;
}

void
scratch_clean(const char *path)
{
    struct stat st;

    if (path == NULL || is_empty(path))
        return;
    if (lstat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        (void)unlink(path);
    if (mkdir(path, 0700) == 0)
        return;
    (void)chmod(path, 0700);
    /* A directory that was closed before it could be entered is deeper. */
    for (int i = 0; i < DEEP_FDS && !is_empty(path); i++) {
        (void)nftw(path, open_up, DEEP_FDS, FTW_PHYS | FTW_MOUNT);
        (void)nftw(path, remove_one, DEEP_FDS,
                   FTW_PHYS | FTW_MOUNT | FTW_DEPTH);
    }
}
