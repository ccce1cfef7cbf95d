/* SPDX-License-Identifier: MPL-2.0 */
/* files_in - files that come in, hashed as they come. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/files_parts.h"
#include "base/xalloc.h"

struct file_in {
    struct files *files;
    struct digest digest;
    uint64_t size, received;
    bool own, placed;
    int fd;
    char name[24];              /* while it comes */
    struct digester *digester;
};

int
files_begin(struct files *f, const struct digest *d, uint64_t size, bool own,
            struct file_in **out)
{
    if (size > INT64_MAX - FILES_BLOCK)
        return -EFBIG;
    struct file_in *in = xcalloc(1, sizeof *in);
    *in = (struct file_in){ .files = f, .digest = *d, .size = size,
                            .own = own };
    pthread_mutex_lock(&f->lock);
    snprintf(in->name, sizeof in->name, "%" PRIu64, ++f->last_coming);
    int rc = files_make_room(f, files_room(size)) ? 0
             : files_room(size) > f->max_bytes    ? -EFBIG
                                                  : -ENOBUFS;
    if (rc == 0)
        f->used_bytes += files_room(size);
    pthread_mutex_unlock(&f->lock);
    if (rc != 0) {
        free(in);
        return rc;
    }
    in->digester = digester_new();
    in->fd = openat(f->dir[FILES_COMING], in->name,
                    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (in->fd < 0) {
        rc = -errno;
        file_in_free(in);
        return rc;
    }
    *out = in;
    return 0;
}

uint64_t
file_in_received(const struct file_in *in)
{
    return in->received;
}

/* What goes to disk as it comes need not go there when all of it has: then
 * somebody waits. */
static void
write_back(const struct file_in *in, uint64_t before)
{
    const uint64_t window = 16 * 1024 * 1024;
    uint64_t at = before / window * window;

    if (!in->own || in->received / window == before / window)
        return;
    (void)sync_file_range(in->fd, (off_t)at, (off_t)window,
                          SYNC_FILE_RANGE_WRITE);
    if (at > 0)
        (void)sync_file_range(in->fd, (off_t)(at - window), (off_t)window,
                              SYNC_FILE_RANGE_WAIT_BEFORE |
                                  SYNC_FILE_RANGE_WRITE |
                                  SYNC_FILE_RANGE_WAIT_AFTER);
}

int
file_in_add(struct file_in *in, struct span bytes)
{
    if (bytes.len > in->size - in->received)
        return -EMSGSIZE;
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = pwrite(in->fd, bytes.p + at, bytes.len - at,
                           (off_t)(in->received + at));
        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? (size_t)n : 0;
    }
    digester_add(in->digester, bytes);
    in->received += bytes.len;
    write_back(in, in->received - bytes.len);
    return 0;
}

/* Under its own name. A file that is there has the same bytes, and may have
 * more names: it stays. */
static int
place(struct file_in *in)
{
    struct files *f = in->files;
    const struct timespec now[2] = { { .tv_nsec = UTIME_NOW },
                                     { .tv_nsec = UTIME_NOW } };
    int to = f->dir[in->own ? FILES_OWN : FILES_CACHE], rc = 0;
    char name[DIGEST_TEXT];

    digest_print(&in->digest, name);
    pthread_mutex_lock(&f->lock);
    if (linkat(f->dir[FILES_COMING], in->name, to, name, 0) == 0)
        in->placed = true;
    else if (errno != EEXIST || utimensat(to, name, now, 0) != 0)
        rc = -errno;
    pthread_mutex_unlock(&f->lock);
    return rc;
}

int
file_in_end(struct file_in *in)
{
    struct digest d;

    if (in->received != in->size)
        return -EBADMSG;
    d = digester_end(in->digester);
    if (digest_compare(&d, &in->digest) != 0)
        return -EBADMSG;
    if (in->own && fsync(in->fd) != 0)
        return -errno;
    return place(in);
}

void
file_in_free(struct file_in *in)
{
    if (in == NULL)
        return;
    struct files *f = in->files;
    pthread_mutex_lock(&f->lock);
    (void)unlinkat(f->dir[FILES_COMING], in->name, 0);
    if (!in->placed)
        f->used_bytes -= files_room(in->size);
    pthread_mutex_unlock(&f->lock);
    if (in->fd >= 0)
        close(in->fd);
    digester_free(in->digester);
    free(in);
}
