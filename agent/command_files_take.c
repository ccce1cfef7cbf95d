/* SPDX-License-Identifier: MPL-2.0 */
/* command_files_take - a file that a job returns: read beneath its directory,
 * and nowhere else, and brought to its home. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/command_files_parts.h"
#include "agent/shortage.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/kind.h"
#include "proto/lb.h"
#include "proto/msg.h"

/* How long what may pass is waited for: a home that is away, or no room. */
static const int64_t AWAY_US = 600 * INT64_C(1000000);

static uint8_t
fails(const struct command_file *file, const char *why, char *err)
{
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "%.120s: %s", file->path, why);
    return OUTCOME_FAILED;
}

struct taking {
    struct command_files *f;
    struct command_file *file;
    int fd;
    struct digest digest;
    char *err;
};

static uint8_t
no_file(const struct taking *t)
{
    text_add(t->err, KIND_ERROR_MAX, "no file %.120s to return",
             t->file->path);
    return OUTCOME_FAILED;
}

/* A regular file that no link leads to. 0, also at a hitch, or the outcome. */
static uint8_t
open_beneath(void *arg)
{
    struct taking *t = arg;
    const struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
    struct stat st;

    t->fd = (int)syscall(SYS_openat2, t->f->dir, t->file->path, &how,
                         sizeof how);
    if (t->fd < 0 && shortage_passes(errno))
        return command_files_hitch(t->f, strerror(errno));
    if (t->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return no_file(t);
    if (t->fd < 0 && (errno == ELOOP || errno == EXDEV))
        return fails(t->file, "not returned: it lies behind a link", t->err);
    if (t->fd < 0 && errno != ENXIO)
        return fails(t->file, strerror(errno), t->err);
    if (t->fd < 0 || fstat(t->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fails(t->file, "not returned: not a regular file", t->err);
    t->file->mode = st.st_mode & 0777u;
    t->file->size = (uint64_t)st.st_size;
    return 0;
}

static uint8_t
cannot_read(const struct taking *t, int error)
{
    return shortage_passes(error) ? command_files_hitch(t->f, strerror(error))
                                  : fails(t->file, strerror(error), t->err);
}

/* Hands its bytes, as many as it had when it was opened, to the digester or to
 * `in`, whichever is there. 0, also at a hitch, or the outcome. */
static uint8_t
read_all(const struct taking *t, struct digester *digester, struct file_in *in)
{
    uint8_t *bytes = xmalloc(CHUNK_BYTES), outcome = 0;

    for (uint64_t at = 0;
         at < t->file->size && outcome == 0 && !t->f->waits;) {
        uint64_t left = t->file->size - at;
        size_t want = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        ssize_t n = pread(t->fd, bytes, want, (off_t)at);
        int rc = n < 0 ? -errno : 0;
        if (n > 0 && digester != NULL)
            digester_add(digester, span_of(bytes, (size_t)n));
        else if (n > 0)
            rc = file_in_add(in, span_of(bytes, (size_t)n));
        at += n > 0 ? (uint64_t)n : 0;
        if (n == 0)
            outcome = fails(t->file, "it has become shorter", t->err);
        else
            outcome = rc != 0 ? cannot_read(t, -rc)
                              : command_files_ended(t->f, t->err);
    }
    free(bytes);
    return outcome;
}

static uint8_t
hash(void *arg)
{
    struct taking *t = arg;
    struct digester *digester = digester_new();
    uint8_t outcome = read_all(t, digester, NULL);

    if (outcome == 0 && !t->f->waits)
        t->digest = digester_end(digester);
    digester_free(digester);
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

/* Room for it may come; more than there is room for at all never fits. */
static uint8_t
cannot_store(const struct taking *t, int rc)
{
    return rc == -ENOBUFS || shortage_passes(-rc)
               ? command_files_hitch(t->f, no_room(rc))
               : fails(t->file, no_room(rc), t->err);
}

static uint8_t
store(void *arg)
{
    const struct taking *t = arg;
    struct files *files = t->f->config->files;
    struct file_in *in = NULL;
    uint8_t outcome = 0;
    int rc = files_touch(files, &t->digest)
                 ? 0 : files_begin(files, &t->digest, t->file->size, true, &in);

    if (in != NULL) {
        outcome = read_all(t, NULL, in);
        rc = outcome != 0 || t->f->waits ? 0 : file_in_end(in);
        file_in_free(in);
    }
    if (outcome != 0 || t->f->waits)
        return outcome;
    if (rc == 0)
        rc = files_keep(files, &t->digest, t->f->job->order->workload);
    if (rc == 0)
        rc = files_sync(files);
    return rc != 0 ? cannot_store(t, rc) : 0;
}

/* ---- another one is ---- */

/* The home refuses it: no other try will do better. */
static bool
is_refusal(int status)
{
    return status == LB_USAGE || status == LB_REFUSED;
}

/* A home that is away may come back, and asks for the result then, also while
 * another node is in its place; one that is full may have room again. What
 * became of a run whose home has forgotten it, or stays away, nobody knows. */
static uint8_t
bring(void *arg)
{
    const struct taking *t = arg;
    char home_at[PLACE_CAP];
    const struct parcel_of of = { .home = home_at,
                                  .home_id = t->f->job->order->home,
                                  .digest = t->digest,
                                  .size = t->file->size, .fd = t->fd,
                                  .workload = t->f->job->order->workload };
    char why[KIND_ERROR_MAX] = "";
    int status = LB_UNREACHABLE;

    command_files_home(t->f, home_at);
    if (of.home[0] == '\0')
        return command_files_hitch(t->f, "its home is not known");
    uint8_t outcome = command_files_carry(t->f, &of, &status, why, t->err);
    if (outcome != 0 || status == LB_OK)
        return outcome;
    if (status == LB_NOTFOUND)
        return OUTCOME_CANCELLED;
    return is_refusal(status) ? fails(t->file, why, t->err)
                              : command_files_hitch(t->f, why);
}

/* One step of the way, as often as need be. */
static uint8_t
insist(struct taking *t, uint8_t (*go)(void *arg))
{
    const struct insisting i = { .go = go, .arg = t, .us = AWAY_US,
                                 .err = t->err };

    return command_files_insist(t->f, &i);
}

uint8_t
command_files_take(struct command_files *f, struct command_file *file,
                   char hash_text[DIGEST_TEXT], char *err)
{
    struct taking t = { .f = f, .file = file, .fd = -1, .err = err };
    uint8_t outcome = insist(&t, open_beneath);

    if (outcome == 0)
        outcome = insist(&t, hash);
    if (outcome == 0) {
        digest_print(&t.digest, hash_text);
        outcome = insist(&t, f->job->order->away ? bring : store);
    }
    if (t.fd >= 0)
        close(t.fd);
    return outcome;
}
