/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

enum { BLOCK_BYTES = 256 * 1024, SLOTS_MIN = 64 };

struct files {
    bool read;
    struct file *v;
    size_t n, cap;
    uint32_t *slot;         /* [n_slots] number of a file + 1, by its path */
    size_t n_slots;         /* a power of two, above 2 n */
    uint8_t *block;
};

struct files *
files_new(bool read)
{
    struct files *f = xcalloc(1, sizeof *f);

    f->read = read;
    f->n_slots = SLOTS_MIN;
    f->slot = xcalloc(f->n_slots, sizeof *f->slot);
    f->block = xmalloc(BLOCK_BYTES);
    return f;
}

void
files_free(struct files *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->n; i++)
        free(f->v[i].path);
    free(f->v);
    free(f->slot);
    free(f->block);
    free(f);
}

/* ---- by path ---- */

static size_t
slot_of(const struct files *f, const char *path)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);      /* FNV-1a */

    for (const char *p = path; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
    size_t at = (size_t)(h ^ h >> 32) & (f->n_slots - 1);
    while (f->slot[at] != 0 && strcmp(f->v[f->slot[at] - 1].path, path) != 0)
        at = (at + 1) & (f->n_slots - 1);
    return at;
}

static void
add(struct files *f, const struct file *file)
{
    if (f->n == f->cap) {
        f->cap = f->cap * 2 + 16;
        f->v = xrealloc(f->v, f->cap, sizeof *f->v);
    }
    f->v[f->n++] = *file;
    if (2 * f->n < f->n_slots) {
        f->slot[slot_of(f, file->path)] = (uint32_t)f->n;
        return;
    }
    free(f->slot);
    f->n_slots *= 4;
    f->slot = xcalloc(f->n_slots, sizeof *f->slot);
    for (size_t i = 0; i < f->n; i++)
        f->slot[slot_of(f, f->v[i].path)] = (uint32_t)i + 1;
}

const struct file *
files_at(const struct files *f, size_t i)
{
    return i < f->n ? &f->v[i] : NULL;
}

/* ---- reading ---- */

static int
cannot(struct ctl *c, const char *what, const char *path, int error)
{
    const char *why = error == ENOENT   ? "no such file"
                      : error == EACCES ? "permission denied"
                      : error == EISDIR ? "is a directory"
                      : error == EINVAL ? "no regular file"
                                        : strerror(error);

    ctl_fail(c, error == EIO ? EXIT_DISK : EXIT_NOTFOUND, "%s: %s: %s", what,
             path, why);
    return -1;
}

/* A pipe must not keep us waiting. */
static int
open_regular(struct ctl *c, const char *what, const char *path,
             struct stat *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd >= 0 && fstat(fd, out) == 0 && S_ISREG(out->st_mode))
        return fd;
    int error = fd < 0 ? errno : S_ISDIR(out->st_mode) ? EISDIR : EINVAL;
    if (fd >= 0)
        close(fd);
    return cannot(c, what, path, error);
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int
files_changed(struct ctl *c, const struct file *file)
{
    ctl_fail(c, EXIT_LATER, "--transfer: %s: changed while it was read",
             file->path);
    return -1;
}

/* Hash of all of it, if it stays as it is meanwhile. */
static int
read_all(struct ctl *c, struct files *f, int fd, struct file *file)
{
    struct digester *d = digester_new();
    struct stat after = file->stat;
    off_t size = 0;
    ssize_t n;

    while ((n = read(fd, f->block, BLOCK_BYTES)) > 0) {
        digester_add(d, span_of(f->block, (size_t)n));
        size += n;
    }
    int error = errno;
    file->digest = digester_end(d);
    digester_free(d);
    if (n < 0)
        return cannot(c, "--transfer", file->path, error);
    if (fstat(fd, &after) != 0 || !is_same(&file->stat, &after) ||
        size != after.st_size)
        return files_changed(c, file);
    return 0;
}

const struct file *
files_get(struct ctl *c, struct files *f, const char *path, const char *what)
{
    size_t at = slot_of(f, path);
    struct file file = { .path = NULL };

    if (f->slot[at] != 0)
        return &f->v[f->slot[at] - 1];
    int fd = open_regular(c, what, path, &file.stat);
    if (fd < 0)
        return NULL;
    file.path = xstrdup(path);
    int rc = f->read ? read_all(c, f, fd, &file) : 0;
    close(fd);
    if (rc != 0) {
        free(file.path);
        return NULL;
    }
    add(f, &file);
    return &f->v[f->n - 1];
}

int
files_again(struct ctl *c, const struct file *file)
{
    struct stat now;
    int fd = open_regular(c, "--transfer", file->path, &now);

    if (fd < 0 || is_same(&file->stat, &now))
        return fd;
    close(fd);
    return files_changed(c, file);
}
