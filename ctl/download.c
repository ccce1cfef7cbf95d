/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"
#include "kinds/command_file.h"

enum { PATH_BYTES = 8192 + 64, PIECE_WAIT_MS = 60 * 1000 };

struct coming {
    struct ctl *c;
    const struct followed *f;
    const struct command_file *file;
    char job[112];          /* "alpha-12.3", for messages */
    char path[PATH_BYTES], other[PATH_BYTES];   /* at last, and meanwhile */
};

static int
disk(struct coming *g, const char *path)
{
    ctl_fail(g->c, EXIT_DISK, "%s: %s: %s", g->job, path, strerror(errno));
    return -1;
}

/* What has got a name in the folder of `path` is on disk by that name, where
 * the folder may be read and its file system can do it. */
static int
sync_names(struct coming *g, const char *path)
{
    const char *end = strrchr(path, '/');
    char folder[PATH_BYTES] = "";

    text_add(folder, sizeof folder, "%.*s",
             end == NULL ? 1 : (int)(end - path) + 1, end == NULL ? "." : path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 ? fsync(fd) == 0 || errno == EINVAL : errno == EACCES;
    int rc = done ? 0 : disk(g, folder);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The folders of `path`. */
static int
make_folders(struct coming *g)
{
    for (char *p = g->path + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        bool made = mkdir(g->path, 0777) == 0;
        int rc = made             ? sync_names(g, g->path)
                 : errno == EEXIST ? 0 : disk(g, g->path);
        *p = '/';
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int
write_all(struct coming *g, int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return disk(g, g->path);
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

/* The answer with the piece at `offset`, again and again while the node has too
 * much to do. NULL after a message. */
static struct lb_reply *
ask(struct coming *g, uint64_t offset)
{
    struct lb_call call = { .op = "file_get", .wait_ms = PIECE_WAIT_MS };
    struct lb_reply *r;
    uint64_t ms;

    lb_call_bytes(&call, "hash", g->file->hash, COMMAND_HASH_DIGITS);
    lb_call_number(&call, "offset", offset);
    do {
        int status = lb_call_do(g->f->lb, &call, &r);
        if (status == LB_OK)
            return r;
        ms = status == LB_LATER && r != NULL
                 ? lb_reply_number(r, "retry_ms", 0) : 0;
        lb_reply_free(r);
        if (status == LB_NOTFOUND)
            ctl_fail(g->c, EXIT_NOTFOUND, "%s: %s: %s does not have it any "
                     "more", g->job, g->file->path, lb_name(g->f->lb));
        else if (ms == 0)
            ctl_failed(g->c, g->f->lb, status);
    } while (ms > 0 && ctl_pause(g->c, ms) == 0);
    return NULL;
}

static int
is_another(struct coming *g)
{
    ctl_fail(g->c, EXIT_INTERNAL, "%s: %s: what %s sends is another file; "
             "please report it", g->job, g->file->path, lb_name(g->f->lb));
    return -1;
}

/* The piece at `offset`: its bytes, 0 at the end, -1 after a message. No more
 * is written than the file is to have. */
static int64_t
get_piece(struct coming *g, uint64_t offset, struct digester *digester, int fd)
{
    struct lb_reply *r = ask(g, offset);
    const uint8_t *p;
    size_t len = 0, at = 0;
    int rc = r == NULL ? -1 : 0;

    if (rc == 0 && lb_reply_row(r, &at, &p, &len))
        rc = len > g->file->size - offset ||
             lb_reply_number(r, "total", 0) != g->file->size
                 ? is_another(g) : write_all(g, fd, p, len);
    if (rc == 0)
        digester_add(digester, span_of(len > 0 ? p : NULL, len));
    lb_reply_free(r);
    return rc == 0 ? (int64_t)len : -1;
}

static int
fill(struct coming *g, int fd)
{
    struct digester *digester = digester_new();
    uint64_t offset = 0;
    struct digest got, want;
    int64_t n = 1;

    while (n > 0 && offset < g->file->size)
        if ((n = get_piece(g, offset, digester, fd)) > 0)
            offset += (uint64_t)n;
    got = digester_end(digester);
    digester_free(digester);
    if (n < 0)
        return -1;
    if (digest_parse(span_of(g->file->hash, COMMAND_HASH_DIGITS), &want) == 0 &&
        digest_compare(&got, &want) == 0)
        return 0;
    return is_another(g);
}

/* On disk when it has its name: what is said of the job after that holds
 * whatever becomes of this host. */
static int
get(struct coming *g)
{
    if (make_folders(g) != 0)
        return -1;
    size_t folder = (size_t)(strrchr(g->path, '/') - g->path);
    g->other[0] = '\0';
    text_add(g->other, sizeof g->other, "%.*s/.lbctl-XXXXXX", (int)folder,
             g->path);
    int fd = mkostemp(g->other, O_CLOEXEC);
    if (fd < 0)
        return disk(g, g->path);
    int rc = fill(g, fd);
    if (rc == 0 && fchmod(fd, (mode_t)g->file->mode & 0777) != 0)
        rc = disk(g, g->path);
    if (rc == 0 && fsync(fd) != 0)
        rc = disk(g, g->path);
    if (close(fd) != 0 && rc == 0)
        rc = disk(g, g->path);
    if (rc == 0 && rename(g->other, g->path) != 0)
        rc = disk(g, g->path);
    if (rc != 0)
        unlink(g->other);
    return rc == 0 ? sync_names(g, g->path) : rc;
}

static bool
is_wanted(struct span wanted, const char *path)
{
    struct buf word = { 0 };
    bool found = wanted.p == NULL;

    while (!found && command_word_next(&wanted, 1, &word) > 0) {
        found = strcmp((const char *)word.p, path) == 0;
        buf_reset(&word);
    }
    buf_fini(&word);
    return found;
}

/* One word of a result. */
static int
take(struct coming *g, const char *dir, struct span wanted, const char *word)
{
    struct command_file file;

    if (!command_file_read(word, &file) || !is_wanted(wanted, file.path)) {
        ctl_fail(g->c, EXIT_INTERNAL, "%s: %.100s came back, which nobody "
                 "asked for; it is not written", g->job, word);
        return -1;
    }
    g->file = &file;
    g->path[0] = '\0';
    text_add(g->path, sizeof g->path, "%s/%s", dir, file.path);
    int rc = get(g);
    g->file = NULL;
    return rc;
}

int
download(struct ctl *c, const struct followed *f, const struct lb_result *r,
         const char *dir, struct span wanted)
{
    struct coming g = { .c = c, .f = f };
    struct command_result cmd;
    struct buf word = { 0 };
    int rc = 0;

    if (r->outcome != LB_JOB_DONE || !result_command(f, r, &cmd))
        return 0;
    text_add(g.job, sizeof g.job, "%s.%u", f->name, r->index);
    while (rc == 0 && command_word_next(&cmd.files, 1, &word) > 0) {
        rc = take(&g, dir, wanted, (const char *)word.p);
        buf_reset(&word);
    }
    buf_fini(&word);
    return rc;
}
