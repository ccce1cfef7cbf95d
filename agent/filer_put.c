/* SPDX-License-Identifier: MPL-2.0 */
/* filer_put - the operation file_put: files come piece by piece. */
#include <errno.h>
#include <string.h>

#include "agent/clock.h"
#include "agent/filer_parts.h"
#include "base/exits.h"

#define SECOND_US INT64_C(1000000)

/* Nobody has added to it so long: it goes; it goes when another one has no
 * room; and when the same begins to come once more. */
static const int64_t STALE_US = 300 * SECOND_US, PRESSED_US = 30 * SECOND_US,
                     AGAIN_US = 5 * SECOND_US;
enum { BUSY_RETRY_MS = 1000 };

static struct put *
find(struct filer *f, const struct filer_wish *w)
{
    for (size_t i = 0; i < PUTS_MAX; i++) {
        struct put *p = &f->put[i];
        if (p->in != NULL && p->id == w->id && p->size == w->size &&
            digest_compare(&p->digest, &w->digest) == 0)
            return p;
    }
    return NULL;
}

bool
filer_puts_open(const struct filer *f)
{
    for (size_t i = 0; i < PUTS_MAX; i++)
        if (f->put[i].in != NULL)
            return true;
    return false;
}

static void
drop(struct put *p)
{
    file_in_free(p->in);
    p->in = NULL;
}

static bool
drop_idle(struct filer *f, int64_t for_us)
{
    int64_t now = clock_us();
    bool any = false;

    for (size_t i = 0; i < PUTS_MAX; i++)
        if (f->put[i].in != NULL && now - f->put[i].used_us >= for_us) {
            drop(&f->put[i]);
            any = true;
        }
    return any;
}

void
filer_puts_drop(struct filer *f, bool all)
{
    (void)drop_idle(f, all ? INT64_MIN : STALE_US);
}

/* Those of the same file that its client has left behind: with a connection
 * that was cut a new one begins, and its room is not to be taken twice. All of
 * them when the file is here. */
static void
drop_same(struct filer *f, const struct filer_wish *w, bool here)
{
    int64_t now = clock_us();

    for (size_t i = 0; i < PUTS_MAX; i++) {
        struct put *p = &f->put[i];
        if (p->in != NULL && digest_compare(&p->digest, &w->digest) == 0 &&
            (here || (p->size == w->size && p->number == w->number &&
                      now - p->used_us >= AGAIN_US)))
            drop(p);
    }
}

/* -errno in words. */
static void
refuse(struct filer_reply *r, int rc)
{
    switch (-rc) {
    case EFBIG:
        filer_refuse(r, EXIT_LATER, "the file is above jobs.files_max");
        pair_add_u64(&r->pairs, "too_large", 1);
        break;
    case ENOBUFS:
        filer_refuse(r, EXIT_LATER, "no room for the file: jobs.files_max");
        break;
    case ENOSPC:
        filer_refuse(r, EXIT_LATER, "no room for the file: the disk is almost "
                     "full");
        break;
    case EBADMSG:
        filer_refuse(r, EXIT_USAGE, "file_put: the bytes are not those of the "
                     "hash");
        break;
    default:
        filer_refuse(r, EXIT_DISK, "files: %s", strerror(-rc));
        break;
    }
}

/* All of it is here. */
static void
stored(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    int rc = w->number == 0 ? 0
                            : files_keep(f->files, &w->digest, w->number);

    if (rc != 0) {
        refuse(r, rc);
        return;
    }
    r->stored = true;
    pair_add_u64(&r->pairs, "received", w->size);
    pair_add_u64(&r->pairs, "stored", 1);
}

/* May he who is not local begin one more? Not more than his part at once, and
 * files beyond a quarter of the room one after the other. */
static bool
has_part(const struct filer *f, const struct filer_wish *w)
{
    size_t n = 0, his = 0;
    uint64_t bytes = w->size;

    for (size_t i = 0; i < PUTS_MAX; i++) {
        const struct put *p = &f->put[i];
        if (p->in == NULL || p->from.local)
            continue;
        n++;
        if (p->from.client == w->from.client) {
            his++;
            bytes += p->size;
        }
    }
    return w->from.local ||
           (n < PUTS_FAR_MAX && his < PUTS_EACH_MAX &&
            (his == 0 || bytes <= files_max(f->files) / 4));
}

static struct put *
free_put(struct filer *f, const struct filer_wish *w)
{
    if (!has_part(f, w))
        return NULL;
    for (size_t i = 0; i < PUTS_MAX; i++)
        if (f->put[i].in == NULL)
            return &f->put[i];
    return NULL;
}

/* NULL: `r` says why. */
static struct put *
begin(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    drop_same(f, w, false);
    struct put *p = free_put(f, w);
    if (p == NULL && drop_idle(f, PRESSED_US))
        p = free_put(f, w);
    if (p == NULL) {
        filer_refuse(r, EXIT_LATER, "too many files are under way");
        pair_add_u64(&r->pairs, "retry_ms", BUSY_RETRY_MS);
        return NULL;
    }
    *p = (struct put){ .id = w->id, .digest = w->digest, .size = w->size,
                       .number = w->number };
    int rc = files_await(f->files, &w->digest, w->size, w->from.local, &p->in);
    if (rc == -ENOBUFS && drop_idle(f, PRESSED_US))
        rc = files_await(f->files, &w->digest, w->size, w->from.local, &p->in);
    if (rc == 0)
        return p;
    refuse(r, rc);
    return NULL;
}

/* The bytes of it that did not come before. 0 or -errno. */
static int
add_new(struct filer *f, struct put *p, const struct filer_wish *w)
{
    uint64_t known = file_in_received(p->in) - w->offset;

    p->used_us = clock_us();
    p->from = w->from;
    if (known >= w->len)
        return 0;
    const struct span bytes = span_of(w->bytes + known,
                                      w->len - (size_t)known);
    int rc = file_in_add(p->in, bytes);
    if (rc == -ENOBUFS && drop_idle(f, PRESSED_US))
        rc = file_in_add(p->in, bytes);
    return rc;
}

static void
add(struct filer *f, struct put *p, const struct filer_wish *w,
    struct filer_reply *r)
{
    int rc = add_new(f, p, w);
    uint64_t received = file_in_received(p->in);

    if (rc == 0 && received < p->size) {
        pair_add_u64(&r->pairs, "received", received);
        return;
    }
    if (rc == 0)
        rc = file_in_end(p->in);
    r->fresh = rc == 0 && file_in_is_new(p->in);
    drop(p);
    if (rc == 0) {
        drop_same(f, w, true);
        stored(f, w, r);
    } else {
        refuse(r, rc);
    }
}

void
filer_put(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    struct put *p = find(f, w);
    uint64_t received = p != NULL ? file_in_received(p->in) : 0;

    if (p == NULL && files_touch(f->files, &w->digest)) {
        stored(f, w, r);
    } else if (w->offset > received) {
        filer_refuse(r, EXIT_LATER, "file_put: bytes before these are missing");
        pair_add_u64(&r->pairs, "received", received);
    } else {
        if (p == NULL)
            p = begin(f, w, r);
        if (p != NULL)
            add(f, p, w, r);
    }
}
