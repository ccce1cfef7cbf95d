/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/files_parts.h"
#include "base/xalloc.h"

/* ---- life ---- */

int
files_walk(int dir, void (*each)(void *arg, int dir, const char *name),
           void *arg)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *e;

    if (d == NULL) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return -error;
    }
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            each(arg, dir, e->d_name);
    closedir(d);
    return 0;
}

static void
remove_name(void *arg, int dir, const char *name)
{
    (void)arg;
    (void)unlinkat(dir, name, 0);
}

static void
touch_name(void *arg, int dir, const char *name)
{
    struct timespec now[2];

    (void)arg;
    files_now(now);
    (void)utimensat(dir, name, now, AT_SYMLINK_NOFOLLOW);
}

static void
count_name(void *arg, int dir, const char *name)
{
    struct files *f = arg;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        f->used_bytes += files_room((uint64_t)st.st_size);
    touch_name(NULL, dir, name);
}

static int
open_dir(int at, const char *name)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
open_dirs(struct files *f, const char *path)
{
    static const char *const names[] = {
        [FILES_OWN] = "own", [FILES_CACHE] = "cache", [FILES_KEPT] = "kept",
        [FILES_COMING] = "coming" };
    int top = open_dir(AT_FDCWD, path);

    for (int i = 0; top >= 0 && i < FILES_DIRS; i++) {
        f->dir[i] = open_dir(top, names[i]);
        if (f->dir[i] < 0) {
            close(top);
            return false;
        }
    }
    bool good = top >= 0 && fsync(top) == 0;
    if (top >= 0)
        close(top);
    return good;
}

/* What the journal beside may need. */
static int
find_reserve(struct files *f)
{
    const uint64_t most = 64 * 1024 * 1024;
    struct statvfs v;

    if (fstatvfs(f->dir[FILES_OWN], &v) != 0)
        return -errno;
    uint64_t part = (uint64_t)v.f_blocks * v.f_frsize / 20;
    f->reserve_bytes = part < most ? part : most;
    return 0;
}

struct files *
files_open(const char *dir, uint64_t max_bytes)
{
    struct files *f = xcalloc(1, sizeof *f);

    f->max_bytes = max_bytes;
    for (int i = 0; i < FILES_DIRS; i++)
        f->dir[i] = -1;
    pthread_mutex_init(&f->lock, NULL);
    int rc = open_dirs(f, dir) ? 0 : -errno;
    if (rc == 0)
        rc = files_walk(f->dir[FILES_COMING], remove_name, NULL);
    if (rc == 0)
        rc = files_walk(f->dir[FILES_CACHE], remove_name, NULL);
    if (rc == 0)
        rc = files_walk(f->dir[FILES_OWN], count_name, f);
    if (rc == 0)
        rc = files_walk(f->dir[FILES_KEPT], touch_name, NULL);
    if (rc == 0)
        rc = find_reserve(f);
    if (rc == 0)
        return f;
    files_free(f);
    errno = -rc;
    return NULL;
}

void
files_free(struct files *f)
{
    if (f == NULL)
        return;
    for (int i = 0; i < FILES_DIRS; i++)
        if (f->dir[i] >= 0)
            close(f->dir[i]);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

void
files_set_max(struct files *f, uint64_t max_bytes)
{
    f->max_bytes = max_bytes;
}

uint64_t
files_max(const struct files *f)
{
    return f->max_bytes;
}

uint64_t
files_used(struct files *f)
{
    return f->used_bytes;
}

int
files_sync(struct files *f)
{
    return fsync(f->dir[FILES_OWN]) == 0 ? 0 : -errno;
}

void
files_unplace(struct files *f, const char *name)
{
    struct stat st;

    pthread_mutex_lock(&f->lock);
    if (fstatat(f->dir[FILES_OWN], name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        (void)files_drop(f, FILES_OWN, name, (uint64_t)st.st_size);
    pthread_mutex_unlock(&f->lock);
}

void
files_forget(struct files *f, const struct digest *d)
{
    char name[DIGEST_TEXT];

    digest_print(d, name);
    files_unplace(f, name);
}

/* ---- one file ---- */

int
files_read(struct files *f, const struct digest *d, uint64_t *size)
{
    struct timespec now[2];
    char name[DIGEST_TEXT];
    struct stat st;

    digest_print(d, name);
    files_now(now);
    int fd = openat(f->dir[FILES_OWN], name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        fd = openat(f->dir[FILES_CACHE], name, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            (void)futimens(fd, now);    /* used: it goes later */
        else if (errno == ENOENT)       /* it may have become own meanwhile */
            fd = openat(f->dir[FILES_OWN], name, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    *size = (uint64_t)st.st_size;
    return fd;
}

/* What was got for a while becomes one of its own; unless another thread was
 * faster, and then it goes when there is need. */
static bool
adopt(struct files *f, const char *name)
{
    int from = f->dir[FILES_CACHE], to = f->dir[FILES_OWN];
    int fd = openat(from, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    bool good = fstat(fd, &st) == 0 && fsync(fd) == 0;
    close(fd);
    pthread_mutex_lock(&f->lock);
    if (!good || linkat(from, name, to, name, 0) != 0)
        good = good && errno == EEXIST;
    else if (unlinkat(from, name, 0) == 0)
        f->cached_bytes -= files_room((uint64_t)st.st_size);
    pthread_mutex_unlock(&f->lock);
    if (!good || files_sync(f) == 0)
        return good;
    files_unplace(f, name);
    return false;
}

/* The lock is held. */
static bool
touch(struct files *f, const char *name)
{
    struct timespec now[2];

    files_now(now);
    return utimensat(f->dir[FILES_OWN], name, now, 0) == 0;
}

bool
files_touch(struct files *f, const struct digest *d)
{
    char name[DIGEST_TEXT];

    digest_print(d, name);
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&f->lock);
        bool here = touch(f, name);
        pthread_mutex_unlock(&f->lock);
        if (here)
            return true;
        if (i == 0 && !adopt(f, name))
            return false;
    }
    return false;
}

static bool
make_empty(int dir, const char *name)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                    0600);

    return fd >= 0 && close(fd) == 0;
}

/* The file of its own is what is kept: one of the same name that has lost that
 * (files_forget) gives way. */
static bool
keep_name(int own, int dir, const char *name)
{
    struct stat is, was;

    if (linkat(own, name, dir, name, 0) == 0)
        return true;
    if (errno == EEXIST) {
        if (fstatat(own, name, &is, AT_SYMLINK_NOFOLLOW) != 0 ||
            fstatat(dir, name, &was, AT_SYMLINK_NOFOLLOW) != 0)
            return false;
        if (is.st_ino == was.st_ino)
            return true;
        if (unlinkat(dir, name, 0) != 0)
            return false;
        if (linkat(own, name, dir, name, 0) == 0)
            return true;
    }
    return errno == EMLINK && make_empty(dir, FILES_NAMED) &&
           make_empty(dir, name);
}

int
files_keep(struct files *f, const struct digest *d, uint32_t number)
{
    char name[DIGEST_TEXT], of[16];
    int rc = 0;

    digest_print(d, name);
    snprintf(of, sizeof of, "%u", (unsigned)number);
    pthread_mutex_lock(&f->lock);
    (void)mkdirat(f->dir[FILES_KEPT], of, 0700);
    int dir = openat(f->dir[FILES_KEPT], of,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0 || !keep_name(f->dir[FILES_OWN], dir, name))
        rc = -errno;
    touch_name(NULL, f->dir[FILES_KEPT], of);
    pthread_mutex_unlock(&f->lock);
    /* Also of one that was there: its fsync may have failed. */
    if (rc == 0 && (fsync(dir) != 0 || fsync(f->dir[FILES_KEPT]) != 0))
        rc = -errno;
    if (dir >= 0)
        close(dir);
    return rc;
}

/* ---- room ---- */

bool
files_drop(struct files *f, enum files_dir in, const char *name, uint64_t size)
{
    if (unlinkat(f->dir[in], name, 0) != 0)
        return false;
    f->used_bytes -= files_room(size);
    if (in == FILES_CACHE)
        f->cached_bytes -= files_room(size);
    return true;
}

struct cached {
    struct timespec used;
    uint64_t size;
    char name[DIGEST_TEXT];
};
struct cache {
    struct cached *v;
    size_t n, cap;
};

static void
list_cached(void *arg, int dir, const char *name)
{
    struct cache *c = arg;
    struct stat st;

    if (strlen(name) >= DIGEST_TEXT ||
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (c->n == c->cap) {
        c->cap = c->cap == 0 ? 64 : c->cap * 2;
        c->v = xrealloc(c->v, c->cap, sizeof *c->v);
    }
    struct cached *item = &c->v[c->n++];
    item->used = st.st_mtim;
    item->size = (uint64_t)st.st_size;
    memcpy(item->name, name, strlen(name) + 1);
}

static int
older_first(const void *pa, const void *pb)
{
    const struct cached *a = pa, *b = pb;

    if (a->used.tv_sec != b->used.tv_sec)
        return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
    if (a->used.tv_nsec != b->used.tv_nsec)
        return a->used.tv_nsec < b->used.tv_nsec ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool
fits(const struct files *f, uint64_t bytes, uint64_t max)
{
    return bytes <= max && f->used_bytes <= max - bytes;
}

/* Has the disk as much, without the reserve and what others will write? */
static bool
disk_has(const struct files *f, uint64_t bytes)
{
    uint64_t owed = f->reserve_bytes + f->owed_bytes;
    struct statvfs v;

    if (fstatvfs(f->dir[FILES_OWN], &v) != 0)
        return true;        /* the next write tells */
    uint64_t is = (uint64_t)v.f_bavail * v.f_frsize;
    return is >= owed && is - owed >= bytes;
}

/* Drops the oldest until `bytes` more are below `max`, and the disk has them
 * if it is for that. */
static void
drop_cached(struct files *f, uint64_t bytes, uint64_t max, bool for_disk)
{
    struct cache c = { .n = 0 };
    /* A little more than is asked for: the next one finds room at once. */
    uint64_t most = max - bytes - (max - bytes) / 16;

    (void)files_walk(f->dir[FILES_CACHE], list_cached, &c);
    if (c.n > 0)
        qsort(c.v, c.n, sizeof *c.v, older_first);
    for (size_t i = 0; i < c.n; i++) {
        if (for_disk ? disk_has(f, bytes) : f->used_bytes <= most)
            break;
        (void)files_drop(f, FILES_CACHE, c.v[i].name, c.v[i].size);
    }
    free(c.v);
}

int
files_make_room(struct files *f, uint64_t bytes, uint64_t spare)
{
    uint64_t max = f->max_bytes;

    max = spare < max ? max - spare : 0;
    if (!fits(f, bytes, max) && bytes <= max)
        drop_cached(f, bytes, max, false);
    if (!fits(f, bytes, max))
        return -ENOBUFS;
    if (!disk_has(f, bytes))
        drop_cached(f, bytes, max, true);
    if (!disk_has(f, bytes))
        return -ENOSPC;
    f->used_bytes += bytes;
    return 0;
}
