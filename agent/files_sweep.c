/* SPDX-License-Identifier: MPL-2.0 */
/* files_sweep - which files of its own a home needs no more. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/files_parts.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/limits.h"

/* Of all manifests together: beyond that nothing is dropped. */
enum { NAMED_MAX = 8 * FILES_NEEDED_MAX };

struct sweep {
    struct files *files;
    const struct files_live *live;
    int64_t before_ms;          /* what is older may go; may be below 0 */
    struct digest *named;       /* by manifests, and these; ascending */
    size_t n_named, cap;
    size_t n_gone;
};

static int
by_digest(const void *a, const void *b)
{
    return digest_compare(a, b);
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static struct digest *
more(struct sweep *s, size_t n)
{
    while (s->cap - s->n_named < n) {
        s->cap = s->cap == 0 ? 64 : s->cap * 2;
        s->named = xrealloc(s->named, s->cap, sizeof *s->named);
    }
    s->n_named += n;
    return &s->named[s->n_named - n];
}

/* Any file can be said to be a manifest: one that is too large for one names
 * nothing. */
static bool
is_too_large(const struct digest *manifest, uint64_t size)
{
    char hash[DIGEST_TEXT];

    if (size <= (uint64_t)FILES_NEEDED_MAX * DIGEST_BYTES)
        return false;
    digest_print(manifest, hash);
    log_event(LOG_WARN, "files", "manifest=%s bytes=%llu why=\"too large, it "
              "counts for nothing\"", hash, (unsigned long long)size);
    return true;
}

/* Adds what a manifest names. False: it is here and cannot be read, or it is
 * more than can be known. */
static bool
read_manifest(struct sweep *s, const struct digest *manifest)
{
    uint64_t size;
    int fd = files_read(s->files, manifest, &size);

    *more(s, 1) = *manifest;
    if (fd < 0)
        return fd == -ENOENT;
    if (is_too_large(manifest, size)) {
        close(fd);
        return true;
    }
    if (s->n_named + size / DIGEST_BYTES > NAMED_MAX) {
        log_event(LOG_WARN, "files", "why=\"manifests name above %d files\" "
                  "next=\"none is dropped\"", NAMED_MAX);
        close(fd);
        return false;
    }
    for (uint64_t left = size / DIGEST_BYTES * DIGEST_BYTES; left > 0;) {
        uint8_t block[128 * DIGEST_BYTES];
        size_t want = left < sizeof block ? (size_t)left : sizeof block;
        if (read(fd, block, want) != (ssize_t)want) {
            close(fd);
            return false;
        }
        memcpy(more(s, want / DIGEST_BYTES), block, want);
        left -= want;
    }
    close(fd);
    return true;
}

static bool
is_old(const struct sweep *s, const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 +
               st->st_mtim.tv_nsec / 1000000 <= s->before_ms;
}

static void
let_go(void *arg, int dir, const char *name)
{
    (void)arg;
    (void)unlinkat(dir, name, 0);
}

static void
name_one(void *arg, int dir, const char *name)
{
    struct sweep *s = arg;
    struct digest d;

    (void)dir;
    if (digest_parse(span_str(name), &d) == 0)
        *more(s, 1) = d;
}

static bool
is_live(const struct sweep *s, uint32_t number)
{
    return s->live->n_numbers > 0 &&
           bsearch(&number, s->live->number, s->live->n_numbers,
                   sizeof number, by_number) != NULL;
}

/* What was kept for a workload that is gone goes; of a live one, what is no
 * link is named. */
static void
sweep_kept(void *arg, int dir, const char *name)
{
    struct sweep *s = arg;
    struct stat st;
    uint64_t n;

    if (text_u64(name, 1, UINT32_MAX, &n) != 0 ||
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    bool live = is_live(s, (uint32_t)n);
    if (!live && !is_old(s, &st))
        return;
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (!live)
        (void)files_walk(fd, let_go, NULL);
    else if (faccessat(fd, FILES_NAMED, F_OK, 0) == 0)
        (void)files_walk(fd, name_one, s);
    close(fd);
    if (!live)
        (void)unlinkat(dir, name, AT_REMOVEDIR);
}

static void
sweep_own(void *arg, int dir, const char *name)
{
    struct sweep *s = arg;
    struct digest d;
    struct stat st;

    if (digest_parse(span_str(name), &d) != 0 ||
        bsearch(&d, s->named, s->n_named, sizeof d, by_digest) != NULL)
        return;
    pthread_mutex_lock(&s->files->lock);
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        st.st_nlink == 1 && is_old(s, &st))
        s->n_gone += files_drop(s->files, FILES_OWN, name,
                                (uint64_t)st.st_size);
    pthread_mutex_unlock(&s->files->lock);
}

size_t
files_sweep(struct files *f, const struct files_live *live, uint64_t age_ms)
{
    struct sweep s = { .files = f, .live = live,
                       .before_ms = clock_us() / 1000 -
                                    (int64_t)age_ms };
    bool good = true;

    /* Workloads may share one: it is read once. */
    if (live->n_manifests > 0)
        qsort(live->manifest, live->n_manifests, sizeof *live->manifest,
              by_digest);
    for (size_t i = 0; good && i < live->n_manifests; i++)
        if (i == 0 || by_digest(&live->manifest[i - 1],
                                &live->manifest[i]) != 0)
            good = read_manifest(&s, &live->manifest[i]);
    if (good) {
        (void)files_walk(f->dir[FILES_KEPT], sweep_kept, &s);
        /* One more, so that there is something to search in. */
        *more(&s, 1) = (struct digest){ { 0 } };
        qsort(s.named, s.n_named, sizeof *s.named, by_digest);
        (void)files_walk(f->dir[FILES_OWN], sweep_own, &s);
    }
    free(s.named);
    return s.n_gone;
}
