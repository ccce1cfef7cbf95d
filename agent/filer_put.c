/* SPDX-License-Identifier: MPL-2.0 */
/* filer_put - the operation file_put: files come piece by piece. */
#include <errno.h>
#include <string.h>

#include "agent/clock.h"
#include "agent/filer_parts.h"
#include "base/exits.h"

static const int64_t STALE_US = 300 * INT64_C(1000000);
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

void
filer_puts_drop(struct filer *f, bool all)
{
    int64_t now = clock_us();

    for (size_t i = 0; i < PUTS_MAX; i++)
        if (f->put[i].in != NULL &&
            (all || now - f->put[i].used_us > STALE_US))
            drop(&f->put[i]);
}

/* -errno in words. */
static void
refuse(struct filer_reply *r, int rc)
{
    switch (-rc) {
    case EFBIG:
        filer_refuse(r, EXIT_LATER, "the file is above jobs.files_max");
        break;
    case ENOBUFS:
        filer_refuse(r, EXIT_LATER, "no room for the file: jobs.files_max");
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

/* NULL: `r` says why. */
static struct put *
begin(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    struct put *p = f->put;

    while (p < f->put + PUTS_MAX && p->in != NULL)
        p++;
    if (p == f->put + PUTS_MAX) {
        filer_refuse(r, EXIT_LATER, "too many files are under way");
        pair_add_u64(&r->pairs, "retry_ms", BUSY_RETRY_MS);
        return NULL;
    }
    *p = (struct put){ .id = w->id, .digest = w->digest, .size = w->size };
    int rc = files_begin(f->files, &w->digest, w->size, true, &p->in);
    if (rc == 0)
        return p;
    refuse(r, rc);
    return NULL;
}

static void
add(struct filer *f, struct put *p, const struct filer_wish *w,
    struct filer_reply *r)
{
    uint64_t received = file_in_received(p->in);
    uint64_t known = received - w->offset;  /* bytes of it that came before */
    int rc = 0;

    p->used_us = clock_us();
    if (known < w->len)
        rc = file_in_add(p->in, span_of(w->bytes + known,
                                        w->len - (size_t)known));
    received = file_in_received(p->in);
    if (rc == 0 && received < p->size) {
        pair_add_u64(&r->pairs, "received", received);
        return;
    }
    if (rc == 0)
        rc = file_in_end(p->in);
    drop(p);
    if (rc == 0)
        stored(f, w, r);
    else
        refuse(r, rc);
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
