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
    uint64_t spare;             /* of all the room: not for this one */
    uint64_t taken, owed;       /* room; of it: not written yet */
    bool own, placed;
    int fd;
    char name[24];              /* while it comes */
    struct digester *digester;
};

/* Takes room for as many bytes of it in all. */
static int
take_room(struct file_in *in, uint64_t bytes)
{
    struct files *f = in->files;
    uint64_t all = files_room(bytes);
    int rc = 0;

    if (all <= in->taken)
        return 0;
    uint64_t more = all - in->taken;
    pthread_mutex_lock(&f->lock);
    rc = files_make_room(f, more, in->spare);
    if (rc == 0) {
        in->taken += more;
        in->owed += more;
        f->owed_bytes += more;
    }
    pthread_mutex_unlock(&f->lock);
    return rc;
}

/* So many bytes of what is owed are on the disk now. */
static void
pay(struct file_in *in, uint64_t bytes)
{
    uint64_t n = bytes < in->owed ? bytes : in->owed;

    pthread_mutex_lock(&in->files->lock);
    in->owed -= n;
    in->files->owed_bytes -= n;
    pthread_mutex_unlock(&in->files->lock);
}

static struct file_in *
in_new(struct files *f, const struct digest *d, uint64_t size)
{
    struct file_in *in = xcalloc(1, sizeof *in);

    *in = (struct file_in){ .files = f, .digest = *d, .size = size,
                            .own = true, .fd = -1 };
    in->digester = digester_new();
    return in;
}

static int
in_open(struct file_in *in)
{
    struct files *f = in->files;

    pthread_mutex_lock(&f->lock);
    snprintf(in->name, sizeof in->name, "%" PRIu64, ++f->last_coming);
    pthread_mutex_unlock(&f->lock);
    in->fd = openat(f->dir[FILES_COMING], in->name,
                    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return in->fd >= 0 ? 0 : -errno;
}

/* With room for so many bytes of it. */
static int
begin(struct file_in *in, uint64_t room, struct file_in **out)
{
    int rc = take_room(in, room);

    if (rc == 0)
        rc = in_open(in);
    if (rc == 0)
        *out = in;
    else
        file_in_free(in);
    return rc;
}

int
files_begin(struct files *f, const struct digest *d, uint64_t size, bool own,
            struct file_in **out)
{
    if (size > INT64_MAX - FILES_BLOCK || files_room(size) > f->max_bytes)
        return -EFBIG;
    struct file_in *in = in_new(f, d, size);
    in->own = own;
    return begin(in, size, out);
}

int
files_await(struct files *f, const struct digest *d, uint64_t size, bool local,
            struct file_in **out)
{
    uint64_t max = f->max_bytes, spare = local ? 0 : max / 8;

    if (size > INT64_MAX - FILES_BLOCK || files_room(size) > max - spare)
        return -EFBIG;
    /* Who waits for all of it to come is not to hear only then. */
    pthread_mutex_lock(&f->lock);
    uint64_t stays = f->used_bytes - f->cached_bytes;
    pthread_mutex_unlock(&f->lock);
    if (stays > max - spare - files_room(size))
        return -ENOBUFS;
    struct file_in *in = in_new(f, d, size);
    in->spare = spare;
    return begin(in, 0, out);
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
    int rc = take_room(in, in->received + bytes.len);
    if (rc != 0)
        return rc;
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = pwrite(in->fd, bytes.p + at, bytes.len - at,
                           (off_t)(in->received + at));
        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? (size_t)n : 0;
    }
    pay(in, bytes.len);
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
    struct timespec now[2];
    int to = f->dir[in->own ? FILES_OWN : FILES_CACHE], rc = 0;
    char name[DIGEST_TEXT];

    digest_print(&in->digest, name);
    files_now(now);
    (void)futimens(in->fd, now);
    pthread_mutex_lock(&f->lock);
    if (linkat(f->dir[FILES_COMING], in->name, to, name, 0) == 0) {
        in->placed = true;
        f->cached_bytes += in->own ? 0 : in->taken;
    } else if (errno != EEXIST || utimensat(to, name, now, 0) != 0) {
        rc = -errno;
    }
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

bool
file_in_is_new(const struct file_in *in)
{
    return in->placed;
}

void
file_in_free(struct file_in *in)
{
    if (in == NULL)
        return;
    struct files *f = in->files;
    pthread_mutex_lock(&f->lock);
    if (in->fd >= 0)
        (void)unlinkat(f->dir[FILES_COMING], in->name, 0);
    f->owed_bytes -= in->owed;
    if (!in->placed)
        f->used_bytes -= in->taken;
    pthread_mutex_unlock(&f->lock);
    if (in->fd >= 0)
        close(in->fd);
    digester_free(in->digester);
    free(in);
}
