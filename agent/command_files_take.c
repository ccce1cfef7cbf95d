/* SPDX-License-Identifier: MPL-2.0 */
/* command_files_take - a file that a job returns: read beneath its directory,
 * and nowhere else, and brought to its home. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/command_files_parts.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/kind.h"
#include "proto/lb.h"
#include "proto/msg.h"

/* How long a home that is away is tried again, and how often. */
static const int64_t AWAY_US = 600 * INT64_C(1000000);
enum { AGAIN_MS = 1000 };

static uint8_t
fails(const struct command_file *file, const char *why, char *err)
{
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "%.120s: %s", file->path, why);
    return OUTCOME_FAILED;
}

/* A regular file that no link leads to: its descriptor, or -1 with `err`. */
static int
open_beneath(const struct command_files *f, struct command_file *file,
             char *err)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
    struct stat st;
    int fd = (int)syscall(SYS_openat2, f->dir, file->path, &how, sizeof how);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        text_add(err, KIND_ERROR_MAX, "no file %.120s to return", file->path);
    else if (fd < 0 && (errno == ELOOP || errno == EXDEV))
        (void)fails(file, "not returned: it lies behind a link", err);
    else if (fd < 0 && errno != ENXIO)
        (void)fails(file, strerror(errno), err);
    else if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        (void)fails(file, "not returned: not a regular file", err);
    if (err[0] != '\0') {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    file->mode = st.st_mode & 0777u;
    file->size = (uint64_t)st.st_size;
    return fd;
}

struct taking {
    struct command_files *f;
    const struct command_file *file;
    int fd;
    struct digest digest;
    char *err;
};

/* Hands its bytes, as many as it had when it was opened, to the digester or to
 * `in`, whichever is there. 0 or the outcome. */
static uint8_t
read_all(const struct taking *t, struct digester *digester, struct file_in *in)
{
    uint8_t *bytes = xmalloc(CHUNK_BYTES), outcome = 0;

    for (uint64_t at = 0; at < t->file->size && outcome == 0;) {
        uint64_t left = t->file->size - at;
        size_t want = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        ssize_t n = pread(t->fd, bytes, want, (off_t)at);
        int rc = n < 0 ? -errno : 0;
        if (n > 0 && digester != NULL)
            digester_add(digester, span_of(bytes, (size_t)n));
        else if (n > 0)
            rc = file_in_add(in, span_of(bytes, (size_t)n));
        at += n > 0 ? (uint64_t)n : 0;
        if (n == 0 || rc != 0)
            outcome = fails(t->file, n == 0 ? "it has become shorter"
                                            : strerror(-rc), t->err);
        else
            outcome = command_files_ended(t->f, t->err);
    }
    free(bytes);
    return outcome;
}

/* ---- this node is its home ---- */

/* As file_put says it to others. */
static const char *
no_room(int rc)
{
    return rc == -ENOBUFS || rc == -EFBIG ? "its home has no room for it "
                                            "(jobs.files_max)"
           : rc == -EBADMSG ? "it was changed while it was read"
                            : strerror(-rc);
}

static uint8_t
store(const struct taking *t)
{
    struct files *files = t->f->config->files;
    struct file_in *in = NULL;
    uint8_t outcome = 0;
    int rc = files_touch(files, &t->digest)
                 ? 0 : files_begin(files, &t->digest, t->file->size, true, &in);

    if (in != NULL) {
        outcome = read_all(t, NULL, in);
        rc = outcome != 0 ? 0 : file_in_end(in);
        file_in_free(in);
    }
    if (outcome == 0 && rc == 0)
        rc = files_keep(files, &t->digest, t->f->job->order->workload);
    if (outcome == 0 && rc == 0)
        rc = files_sync(files);
    return rc != 0 ? fails(t->file, no_room(rc), t->err) : outcome;
}

/* ---- another one is ---- */

/* A moment, unless the orders have news. */
static void
pause_a_while(const struct command_files *f)
{
    struct pollfd p = { orders_news(f->orders, f->number), POLLIN, 0 };

    if (poll(&p, 1, AGAIN_MS) > 0)
        orders_heard(f->orders, f->number);
}

/* The home refuses it: no other try will do better. */
static bool
is_refusal(int status)
{
    return status == LB_NOTFOUND || status == LB_USAGE || status == LB_LATER ||
           status == LB_REFUSED || status == LB_DISK;
}

static void
tell_waits(const struct taking *t, const char *why)
{
    const struct order *o = t->f->job->order;
    char quoted[2 * KIND_ERROR_MAX];

    log_event(LOG_WARN, "file-waits", "workload=%u job=%u home=%s why=%s "
              "next=\"tried again\"", (unsigned)o->workload,
              (unsigned)o->index, o->home_at[0] != '\0' ? o->home_at : "-",
              log_quote(why, quoted, sizeof quoted));
}

/* A home that is away may come back, and asks for the result then. What became
 * of a run whose home has forgotten it, or stays away, nobody knows. */
static uint8_t
bring(const struct taking *t)
{
    const struct order *o = t->f->job->order;
    const struct parcel_of of = { .home = o->home_at, .digest = t->digest,
                                  .size = t->file->size, .fd = t->fd,
                                  .workload = o->workload };
    int64_t until_us = clock_us() + AWAY_US;
    int status = LB_UNREACHABLE;
    uint8_t outcome = 0;
    bool told = false;

    while (outcome == 0 && status != LB_OK && clock_us() < until_us) {
        char why[KIND_ERROR_MAX] = "";
        if (o->home_at[0] != '\0')
            outcome = command_files_carry(t->f, &of, &status, why, t->err);
        if (outcome != 0 || status == LB_OK)
            break;
        if (status == LB_NOTFOUND)
            return OUTCOME_CANCELLED;
        if (is_refusal(status))
            return fails(t->file, why, t->err);
        if (!told)
            tell_waits(t, why);
        told = true;
        pause_a_while(t->f);
        outcome = command_files_ended(t->f, t->err);
    }
    return outcome != 0 || status == LB_OK ? outcome : OUTCOME_CANCELLED;
}

uint8_t
command_files_take(struct command_files *f, struct command_file *file,
                   char hash[DIGEST_TEXT], char *err)
{
    struct taking t = { .f = f, .file = file, .err = err };

    err[0] = '\0';
    t.fd = open_beneath(f, file, err);
    if (t.fd < 0)
        return OUTCOME_FAILED;
    struct digester *digester = digester_new();
    uint8_t outcome = read_all(&t, digester, NULL);
    if (outcome == 0) {
        t.digest = digester_end(digester);
        digest_print(&t.digest, hash);
        outcome = f->job->order->away ? bring(&t) : store(&t);
    }
    digester_free(digester);
    close(t.fd);
    return outcome;
}
