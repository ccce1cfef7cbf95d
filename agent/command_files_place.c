/* SPDX-License-Identifier: MPL-2.0 */
/* command_files_place - a file that a job is given: got from its home where it
 * is not here, and copied, for the job may write in it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/command_files_parts.h"
#include "agent/shortage.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/kind.h"
#include "proto/lb.h"
#include "proto/msg.h"
#include "proto/workload.h"

/* ---- to this node ---- */

static uint8_t
cannot_have(const struct command_files *f, const struct command_file *file,
            const char *why, char *err)
{
    text_add(err, KIND_ERROR_MAX, "%s cannot have file %.80s: %s",
             f->config->node, file->path, why);
    return OUTCOME_NO_FILE;
}

/* 0, at a hitch, or the outcome. */
static uint8_t
lacks(struct command_files *f, const struct command_file *file, int error,
      char *err)
{
    return shortage_passes(error)
               ? command_files_hitch(f, strerror(error))
               : cannot_have(f, file, strerror(error), err);
}

struct placing {
    struct command_files *f;
    const struct command_file *file;
    int from;                   /* its bytes; below 0: not here */
    uint64_t size;              /* how many there are */
    char *err;
};

/* From its home, which this node may come to know only after the job. 0, also
 * at a hitch, or the outcome. */
static uint8_t
get(const struct placing *p, const struct digest *digest)
{
    char home_at[PLACE_CAP];
    const struct parcel_of of = { .home = home_at,
                                  .home_id = p->f->job->order->home,
                                  .digest = *digest, .size = p->file->size,
                                  .fd = -1 };
    char why[KIND_ERROR_MAX] = "";
    int status = LB_OK;

    command_files_home(p->f, home_at);
    if (of.home[0] == '\0')
        return command_files_hitch(p->f, "its home is not known");
    uint8_t outcome = command_files_carry(p->f, &of, &status, why, p->err);
    if (outcome != 0 || status == LB_OK)
        return outcome;
    return status == PARCEL_SHORT
               ? command_files_hitch(p->f, why)
               : cannot_have(p->f, p->file, why, p->err);
}

/* Opens it, and sends for it before if need be; what was got may have had to
 * make room again. 0, also at a hitch, or the outcome. */
static uint8_t
obtain(struct placing *p)
{
    enum { TRIES = 3 };
    struct digest digest = { { 0 } };
    uint8_t outcome = 0;

    (void)digest_parse(span_of(p->file->hash, COMMAND_HASH_DIGITS), &digest);
    for (int i = 0; outcome == 0 && !p->f->waits; i++) {
        p->from = files_read(p->f->config->files, &digest, &p->size);
        if (p->from != -ENOENT || !p->f->job->order->away || i == TRIES)
            break;
        outcome = get(p, &digest);
    }
    if (outcome != 0 || p->f->waits || p->from >= 0)
        return outcome;
    return p->from == -ENOENT
               ? cannot_have(p->f, p->file, "it is not there", p->err)
               : lacks(p->f, p->file, -p->from, p->err);
}

/* ---- to the directory of the job ---- */

/* The directory that `path` lies in, made where it is missing; -errno. Its
 * last part in *name. */
static int
make_way(int top, const char *path, const char **name)
{
    char part[256];
    int dir = fcntl(top, F_DUPFD_CLOEXEC, 0);

    for (size_t n; dir >= 0 && path[n = strcspn(path, "/")] == '/';
         path += n + 1) {
        span_copy(span_of(path, n), part, sizeof part);
        int next = mkdirat(dir, part, 0700) != 0 && errno != EEXIST
                       ? -1
                       : openat(dir, part, O_RDONLY | O_DIRECTORY |
                                               O_NOFOLLOW | O_CLOEXEC);
        int error = errno;
        close(dir);
        dir = next;
        errno = error;
    }
    *name = path;
    return dir >= 0 ? dir : -errno;
}

/* By reading, where the kernel cannot copy from the one to the other. */
static ssize_t
copy_chunk(int from, int to)
{
    ssize_t n = copy_file_range(from, NULL, to, NULL, CHUNK_BYTES, 0);
    if (n >= 0 || (errno != EXDEV && errno != EINVAL && errno != ENOSYS &&
                   errno != EOPNOTSUPP))
        return n;
    uint8_t *bytes = xmalloc(CHUNK_BYTES);
    n = read(from, bytes, CHUNK_BYTES);
    for (ssize_t at = 0; at < n;) {
        ssize_t m = write(to, bytes + at, (size_t)(n - at));
        if (m < 0) {
            n = -1;
            break;
        }
        at += m;
    }
    free(bytes);
    return n;
}

/* 0 or the outcome; -errno in *error when it is neither. */
static uint8_t
copy(const struct placing *p, int to, int *error)
{
    uint8_t outcome = 0;
    ssize_t n = 1;

    *error = 0;
    if (ioctl(to, FICLONE, p->from) == 0)
        return 0;
    while (outcome == 0 && n != 0) {
        n = copy_chunk(p->from, to);
        if (n < 0 && errno != EINTR) {
            *error = -errno;
            break;
        }
        outcome = command_files_ended(p->f, p->err);
    }
    return outcome;
}

static uint8_t
cannot_place(const struct placing *p, int error)
{
    if (error == EEXIST || error == ENOTDIR || error == EISDIR) {
        text_add(p->err, KIND_ERROR_MAX, "two files at %.100s", p->file->path);
        return OUTCOME_FAILED;
    }
    return lacks(p->f, p->file, error, p->err);
}

/* 0, also at a hitch, which leaves nothing behind, or the outcome. */
static uint8_t
place(const struct placing *p)
{
    const char *name;
    int error = 0, dir = make_way(p->f->dir, p->file->path, &name);
    int to = dir < 0 ? -1
                     : openat(dir, name, O_WRONLY | O_CREAT | O_EXCL |
                                             O_NOFOLLOW | O_CLOEXEC, 0600);
    uint8_t outcome = 0;

    if (to < 0)
        error = dir < 0 ? dir : -errno;
    else
        outcome = copy(p, to, &error);
    if (to >= 0 && error == 0 && fchmod(to, p->file->mode) != 0)
        error = -errno;
    if (to >= 0 && close(to) != 0 && error == 0)
        error = -errno;
    if (to >= 0 && error != 0)
        (void)unlinkat(dir, name, 0);
    if (dir >= 0)
        close(dir);
    return error != 0 ? cannot_place(p, -error) : outcome;
}

static uint8_t
try(void *arg)
{
    struct placing *p = arg;
    uint8_t outcome;

    p->from = -ENOENT;
    outcome = obtain(p);
    if (p->from < 0)
        return outcome;
    if (outcome == 0 && p->size == p->file->size) {
        outcome = place(p);
    } else if (outcome == 0) {
        text_add(p->err, KIND_ERROR_MAX, "file %.80s has %llu bytes, not %llu",
                 p->file->path, (unsigned long long)p->size,
                 (unsigned long long)p->file->size);
        outcome = OUTCOME_FAILED;
    }
    close(p->from);
    return outcome;
}

/* A job of this node that can be run again waits in its queue. One from
 * elsewhere goes on to others, and so does one that may be granted only once:
 * its program has not begun. */
static bool
waits_here(const struct command_job *job)
{
    return !job->order->away && (job->desc->flags & DESC_ONCE) == 0;
}

uint8_t
command_files_short(struct command_files *f, uint8_t (*go)(void *arg),
                    void *arg, char *err)
{
    const struct insisting i = { .go = go, .arg = arg, .us = f->short_us,
                                 .err = err };
    uint8_t outcome = command_files_insist(f, &i);

    if (outcome != OUTCOME_CANCELLED || !f->waits || waits_here(f->job))
        return outcome;
    text_add(err, KIND_ERROR_MAX, "%s cannot have its files: %s",
             f->config->node, f->why);
    return OUTCOME_NO_FILE;
}

uint8_t
command_files_place(struct command_files *f, const struct command_file *file,
                    char *err)
{
    struct placing p = { .f = f, .file = file, .err = err };

    return command_files_short(f, try, &p, err);
}
