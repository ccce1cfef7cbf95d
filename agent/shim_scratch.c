/* SPDX-License-Identifier: MPL-2.0 */
/* The directory of a shim, empty for each program. Nobody else is at work in
 * it while it is cleaned: no process is left. A tree of any depth is emptied
 * without recursion: what is a directory moves up, until all lie side by
 * side. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/shim_parts.h"

/* The directory `name`, which may be closed to us now; -1: it is none, or
 * something is mounted there, which is let go. */
static int
enter(int at, const char *name)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS };
    char path[320];
    struct stat st;

    int fd = (int)syscall(SYS_openat2, at, name, &how, sizeof how);
    if (fd < 0 && errno == EACCES &&
        fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(st.st_mode) && fchmodat(at, name, 0700, 0) == 0)
        fd = (int)syscall(SYS_openat2, at, name, &how, sizeof how);
    if (fd < 0 && errno == EXDEV) {
        snprintf(path, sizeof path, "/proc/self/fd/%d/%s", at, name);
        if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            fd = (int)syscall(SYS_openat2, at, name, &how, sizeof how);
    }
    return fd;
}

static bool
is_itself(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool
removes(int at, const char *name)
{
    return unlinkat(at, name, 0) == 0 || unlinkat(at, name, AT_REMOVEDIR) == 0;
}

/* Moves a directory from `fd` to `top`, under a name that is not there. */
static bool
moves(int fd, const char *name, int top, unsigned *count)
{
    char fresh[32];
    int inner = enter(fd, name);

    if (inner < 0)
        return false;
    (void)fchmod(inner, 0700);  /* to move it is to write in it */
    close(inner);
    do {
        snprintf(fresh, sizeof fresh, ".%u", ++*count);
    } while (faccessat(top, fresh, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
    return renameat(fd, name, top, fresh) == 0;
}

/* Empties one directory of `top` into it; true: something is gone from it. */
static bool
move_up(int top, int fd, unsigned *count)
{
    const struct dirent *e;
    bool some = false;
    DIR *d = fdopendir(fd);

    if (d == NULL) {
        close(fd);
        return false;
    }
    (void)fchmod(fd, 0700);
    while ((e = readdir(d)) != NULL)
        if (!is_itself(e->d_name))
            some |= removes(fd, e->d_name) ||
                    moves(fd, e->d_name, top, count);
    closedir(d);
    return some;
}

/* One round; true: there is less than before. */
static bool
sweep(DIR *d, unsigned *count)
{
    int top = dirfd(d);
    const struct dirent *e;
    bool some = false;

    rewinddir(d);
    while ((e = readdir(d)) != NULL) {
        if (is_itself(e->d_name))
            continue;
        if (removes(top, e->d_name)) {
            some = true;
            continue;
        }
        int fd = enter(top, e->d_name);
        some |= fd >= 0 && move_up(top, fd, count);
        some |= removes(top, e->d_name);
    }
    return some;
}

/* Is it empty, and of the mode that it was made with? */
static bool
is_fresh(int fd)
{
    char block[512];
    struct stat st;

    if (fstat(fd, &st) != 0 || (st.st_mode & 07777) != 0700)
        return false;
    ssize_t n = getdents64(fd, block, sizeof block);
    for (ssize_t i = 0; i < n;) {
        const struct dirent64 *e = (const void *)(block + i);
        if (!is_itself(e->d_name))
            return false;
        i += e->d_reclen;
    }
    return n >= 0;
}

static void
empty(int fd)
{
    unsigned count = 0;
    DIR *d;

    (void)fchmod(fd, 0700);
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return;
    if ((d = fdopendir(copy)) == NULL) {
        close(copy);
        return;
    }
    /* What cannot be removed is no reason to stay here. */
    while (sweep(d, &count))
        ;
    closedir(d);
}

void
scratch_clean(const char *path)
{
    const char *name = path != NULL ? strrchr(path, '/') : NULL;
    char parent[PATH_MAX];

    if (name == NULL || name - path >= PATH_MAX)
        return;
    snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
    name++;
    int up = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (up < 0 && errno == ENOENT && mkdir(parent, 0700) == 0)
        up = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (up < 0)
        return;
    int fd = enter(up, name);
    if (fd < 0) {
        (void)unlinkat(up, name, 0);
        (void)mkdirat(up, name, 0700);
        fd = enter(up, name);
    }
    if (fd >= 0 && !is_fresh(fd))
        empty(fd);
    if (fd >= 0)
        close(fd);
    close(up);
}
