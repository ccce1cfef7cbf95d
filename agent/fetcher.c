/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/fetcher.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "core/limits.h"
#include "kinds/kind.h"
#include "proto/limits.h"
#include "proto/workload.h"

enum { STACK_BYTES = 256 * 1024 };

/* What is asked; owned by whoever takes it from the mailbox. */
struct wish {
    uint32_t workload, index;
    size_t max_bytes, desc_len;
    const char *const *roots;
    uint8_t desc[];
};

struct fetcher {
    struct mailbox *wishes;     /* items: struct wish * */
    struct mailbox *parts;
    struct kind_keep keep;
    struct kind_context kind;
    pthread_t thread;
    bool started;
};

/* The longest part of the file there is, as a line. */
static bool
is_small(struct span params, size_t most)
{
    const struct span none = { NULL, 0 };
    uint64_t chunk = 0;
    char number[32];

    span_copy(kind_param(params, none, "chunk"), number, sizeof number);
    return units_count(number, &chunk) == 0 && most >= strlen("data=") &&
           chunk <= most - strlen("data=");
}

/* Appends the line to `out`; false: `err` says why there is none. */
static bool
read_part(struct fetcher *f, const struct wish *wish, struct buf *out,
          char *err)
{
    struct desc desc;
    char name[NAME_MAX_BYTES + 1];

    if (desc_decode(span_of(wish->desc, wish->desc_len), &desc) != 0) {
        text_add(err, KIND_ERROR_MAX, "its description cannot be read");
        return false;
    }
    span_copy(desc.kind, name, sizeof name);
    const struct kind *kind = kind_find(name);
    if (kind == NULL) {
        kind_unknown(name, err);
        return false;
    }
    if (!is_small(desc.params, wish->max_bytes)) {
        text_add(err, KIND_ERROR_MAX, "chunk is above jobs.max_input");
        return false;
    }
    f->kind.file_roots = wish->roots;
    return kind_ship_bytes(kind, &f->kind, desc.params, wish->index, out,
                           err) == 0;
}

static struct part
serve(struct fetcher *f, const struct wish *wish)
{
    struct part part = { .workload = wish->workload, .index = wish->index };
    char err[KIND_ERROR_MAX] = "";
    struct buf out = { 0 };

    if (read_part(f, wish, &out, err)) {
        part.len = (uint32_t)out.len;
        part.bytes = out.p; /* handed over */
        return part;
    }
    buf_fini(&out);
    part.error_len = (uint32_t)strlen(err);
    part.bytes = xmemdup(err, part.error_len + 1);
    return part;
}

static void *
work(void *arg)
{
    struct fetcher *f = arg;
    struct wish *wish;

    while (mailbox_wait(f->wishes, &wish, 1, -1) == 1) {
        struct part part = serve(f, wish);
        free(wish);
        if (!mailbox_put(f->parts, &part, 1))
            free(part.bytes);
    }
    kind_keep_fini(&f->keep);
    return NULL;
}

static bool
goes_on(struct kind_context *c)
{
    (void)c;
    return true;
}

struct fetcher *
fetcher_new(const char *const *denied)
{
    struct fetcher *f = xcalloc(1, sizeof *f);

    f->kind = (struct kind_context){ .checkpoint = goes_on,
                                     .file_denied = denied,
                                     .keep = &f->keep };
    f->wishes = mailbox_new(sizeof(struct wish *), FETCH_MAX_JOBS);
    f->parts = mailbox_new(sizeof(struct part), FETCH_MAX_JOBS);
    if (f->wishes != NULL && f->parts != NULL)
        return f;
    fetcher_free(f);
    errno = EMFILE;
    return NULL;
}

void
fetcher_free(struct fetcher *f)
{
    struct wish *wish;
    struct part part;

    if (f == NULL)
        return;
    while (f->wishes != NULL && mailbox_take(f->wishes, &wish, 1) == 1)
        free(wish);
    if (f->started) {
        mailbox_close(f->wishes);
        mailbox_close(f->parts);
        pthread_join(f->thread, NULL);
    }
    while (f->parts != NULL && mailbox_take(f->parts, &part, 1) == 1)
        free(part.bytes);
    mailbox_free(f->wishes);
    mailbox_free(f->parts);
    free(f);
}

/* Without a thread there are no parts: the jobs run here. */
static void
refuse(struct fetcher *f, const struct wish *wish, int error)
{
    const char *why = strerror(error);
    struct part part = { .workload = wish->workload, .index = wish->index,
                         .error_len = (uint32_t)strlen(why) };

    part.bytes = xmemdup(why, part.error_len + 1);
    if (!mailbox_try_put(f->parts, &part, 1))
        abort();    /* there are never more out than it holds */
}

static int
start(struct fetcher *f)
{
    pthread_attr_t attr;

    if (f->started)
        return 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    int rc = pthread_create(&f->thread, &attr, work, f);
    pthread_attr_destroy(&attr);
    f->started = rc == 0;
    return rc;
}

void
fetcher_ask(struct fetcher *f, const struct act_fetch *a,
            const char *const *roots)
{
    struct wish *wish = xmalloc(sizeof *wish + a->desc.len);
    int rc = start(f);

    *wish = (struct wish){ .workload = a->workload, .index = a->index,
                           .max_bytes = a->max_bytes,
                           .desc_len = a->desc.len, .roots = roots };
    memcpy(wish->desc, a->desc.p, a->desc.len);
    if (rc == 0 && mailbox_try_put(f->wishes, &wish, 1))
        return;
    refuse(f, wish, rc != 0 ? rc : EAGAIN);
    free(wish);
}

struct mailbox *
fetcher_parts(struct fetcher *f)
{
    return f->parts;
}
