/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/param.h"

enum {
    PRINT_PART = 4096,
    SHOWN_MAX = 180 /* of a path in an error: its end */
};

const char *const file_names[] = { "size", "mtime", "print", NULL };

static const char *
shown(const char *path)
{
    size_t len = strlen(path);
    return len > SHOWN_MAX ? path + len - SHOWN_MAX : path;
}

static const char *
reason(int error)
{
    switch (error) {
    case ENOENT:
        return "no such file";
    case EACCES:
        return "permission denied";
    default:
        return strerror(error);
    }
}

static int
changed(const char *path, char *err)
{
    return param_error(err, -EIO, "%s changed since it was submitted",
                       shown(path));
}

/* What is there now, or lies at this path on this host, was not meant. */
static int
another(const char *path, char *err)
{
    (void)changed(path, err);
    return -ESTALE;
}

static int64_t
mtime_of(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* 0 or -errno; -ESTALE: shorter than that. */
static int
read_all(int fd, uint64_t offset, uint8_t *dst, size_t n)
{
    while (n > 0) {
        ssize_t got = pread(fd, dst, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -ESTALE;
        dst += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static int
print_of(int fd, uint64_t size, uint32_t *print)
{
    uint8_t part[PRINT_PART];
    size_t n = size < PRINT_PART ? (size_t)size : PRINT_PART;
    int rc = read_all(fd, 0, part, n);
    if (rc != 0)
        return rc;
    uLong crc = crc32_z(0, part, n);
    rc = read_all(fd, size - n, part, n);
    if (rc == 0)
        *print = (uint32_t)crc32_z(crc, part, n);
    return rc;
}

/* Opens a regular file and nothing else; a pipe must not block us, a device
 * not be touched. The descriptor, or -errno with `what` set if that tells
 * more. */
static int
open_regular(const char *path, struct stat *st, const char **what)
{
    *what = NULL;
    if (stat(path, st) != 0)
        return -errno;
    if (!S_ISREG(st->st_mode)) {
        *what = S_ISDIR(st->st_mode) ? "is a directory"
                                     : "not a regular file";
        return -EINVAL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    close(fd);
    *what = "not a regular file";
    return -EINVAL;
}

int
file_describe(const char *path, struct buf *real, struct buf *out, char *err)
{
    struct stat st;
    const char *what = NULL;
    uint32_t print = 0;
    char hex[9];
    char *resolved = realpath(path, NULL);
    int rc = -errno;
    if (resolved != NULL && strchr(resolved, '\n') != NULL) {
        what = "a line break in the name of a file is not supported";
        rc = -EINVAL;
    } else if (resolved != NULL) {
        rc = open_regular(resolved, &st, &what);
        if (rc >= 0) {
            int fd = rc;
            rc = print_of(fd, (uint64_t)st.st_size, &print);
            close(fd);
        }
    }
    if (resolved != NULL && rc == 0) {
        buf_bytes(real, resolved, strlen(resolved));
        param_put_i64(out, "size", st.st_size);
        param_put_i64(out, "mtime", mtime_of(&st));
        snprintf(hex, sizeof hex, "%08" PRIx32, print);
        param_put(out, "print", span_str(hex));
    } else {
        rc = param_error(err, -ENOENT, "%s: %s", shown(path),
                         what != NULL ? what : reason(-rc));
    }
    free(resolved);
    return rc;
}

int
file_id(struct span shared, struct file_id *out, char *err)
{
    const struct span none = { NULL, 0 };
    int64_t size = -1;
    out->path = kind_param(shared, none, "file");
    if (out->path.len == 0 || out->path.p[0] != '/'
        || out->path.len >= PATH_MAX
        || memchr(out->path.p, '\0', out->path.len) != NULL)
        return param_error(err, -EINVAL, "file: not a real path");
    if (param_whole(kind_param(shared, none, "size"), false, &size) != 0
        || size < 0)
        return param_error(err, -EINVAL, "size: not the size of a file");
    out->size = (uint64_t)size;
    if (param_whole(kind_param(shared, none, "mtime"), false, &out->mtime_ns)
        != 0)
        return param_error(err, -EINVAL, "mtime: not the time of a file");
    if (!param_hex32(kind_param(shared, none, "print"), &out->print))
        return param_error(err, -EINVAL, "print: not 8 hex digits");
    return 0;
}

static void
file_free(struct file *f)
{
    if (f == NULL)
        return;
    close(f->fd);
    free(f->path);
    free(f);
}

void
kind_keep_fini(struct kind_keep *keep)
{
    file_free(keep->file);
    keep->file = NULL;
}

static bool
under(const char *const *dirs, const char *path)
{
    for (; *dirs != NULL; dirs++) {
        size_t len = strlen(*dirs);
        while (len > 0 && (*dirs)[len - 1] == '/')
            len--;
        if (strncmp(path, *dirs, len) == 0
            && (path[len] == '/' || path[len] == '\0'))
            return true;
    }
    return false;
}

/* By the name the kernel knows the open file by: no link can fool it. */
static bool
allowed(const struct kind_context *c, int fd)
{
    if (c == NULL || (c->file_roots == NULL && c->file_denied == NULL))
        return true;
    char link[32], real[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, real, sizeof real - 1);
    if (n < 0)
        return false;
    real[n] = '\0';
    return (c->file_roots == NULL || under(c->file_roots, real))
           && (c->file_denied == NULL || !under(c->file_denied, real));
}

static bool
is_at(const struct file *f, const struct stat *st)
{
    return f->dev == st->st_dev && f->ino == st->st_ino
           && f->size == (uint64_t)st->st_size && f->mtime_ns == mtime_of(st);
}

static bool
is_described(const struct file *f, const struct file_id *id)
{
    return span_is(id->path, f->path) && f->size == id->size
           && f->mtime_ns == id->mtime_ns && f->print == id->print;
}

/* The file of the last run, if it is this one and still at its path. */
static struct file *
kept(const struct kind_context *c, const struct file_id *id)
{
    struct stat st;
    if (c == NULL || c->keep == NULL || c->keep->file == NULL)
        return NULL;
    struct file *f = c->keep->file;
    bool good = is_described(f, id) && stat(f->path, &st) == 0
                && is_at(f, &st) && allowed(c, f->fd);
    return good ? f : NULL;
}

static int
not_here(const char *path, int error, const char *what, char *err)
{
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        return param_error(err, -EIO, "%s: %s", shown(path), strerror(error));
    if (error == ENOENT)
        changed(path, err);
    else
        param_error(err, 0, "%s: %s", shown(path),
                    what != NULL ? what : reason(error));
    return -ENOENT;
}

int
file_open(const struct kind_context *c, const struct file_id *id,
          struct file **out, char *err)
{
    *out = kept(c, id);
    if (*out != NULL)
        return 0;
    char path[PATH_MAX];
    struct stat st;
    const char *what;
    span_copy(id->path, path, sizeof path);
    int fd = open_regular(path, &st, &what);
    if (fd < 0)
        return not_here(path, -fd, what, err);
    struct file *f = xmalloc(sizeof *f);
    f->fd = fd;
    f->path = xstrdup(path);
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    f->size = (uint64_t)st.st_size;
    f->mtime_ns = mtime_of(&st);
    f->print = 0;
    int rc = 0;
    if (!allowed(c, fd))
        rc = not_here(path, EACCES, "not below jobs.file_roots", err);
    else if (f->size != id->size || f->mtime_ns != id->mtime_ns
             || print_of(fd, f->size, &f->print) != 0
             || f->print != id->print)
        rc = another(path, err);
    if (rc != 0) {
        file_free(f);
        return rc;
    }
    if (c != NULL && c->keep != NULL) {
        file_free(c->keep->file);
        c->keep->file = f;
    }
    *out = f;
    return 0;
}

void
file_done(const struct kind_context *c, struct file *f)
{
    if (c == NULL || c->keep == NULL)
        file_free(f);
}

int
file_read(const struct file *f, uint64_t offset, uint8_t *dst, size_t n,
          char *err)
{
    int rc = read_all(f->fd, offset, dst, n);
    if (rc == -ESTALE)
        return changed(f->path, err);
    if (rc != 0)
        return param_error(err, -EIO, "%s: %s", shown(f->path),
                           strerror(-rc));
    return 0;
}

int
file_same(const struct file *f, char *err)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0 || !is_at(f, &st))
        return changed(f->path, err);
    return 0;
}
