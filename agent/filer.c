/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/filer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/filer_parts.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/limits.h"

enum {
    STACK_BYTES = 256 * 1024,
    WISHES_MAX = 64,
    WISHES_FAR_MAX = 48,        /* of those who are not local */
    ANSWERS_MAX = 64,
    AT_ONCE = 16,
    IDLE_US = 60 * 1000000,
    BUSY_RETRY_MS = 100
};

/* ---- answers ---- */

void
filer_refuse(struct filer_reply *r, uint8_t status, const char *fmt, ...)
{
    va_list args;

    r->status = status;
    r->text[0] = '\0';
    va_start(args, fmt);
    (void)text_addv(r->text, sizeof r->text, fmt, args);
    va_end(args);
}

static void
encode(const struct filer_reply *r, const struct filer_wish *w,
       struct buf *out)
{
    const struct msg m = {
        .type = MSG_REPLY,
        .reply = { .client = w->id, .seq = w->seq, .status = r->status,
                   .text = span_str(r->text), .pairs = buf_span(&r->pairs),
                   .rows = buf_span(&r->rows) } };

    msg_encode(&m, out);
}

static void
reply_fini(struct filer_reply *r)
{
    buf_fini(&r->pairs);
    buf_fini(&r->rows);
}

/* ---- have, get ---- */

static void
do_have(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    struct digest d;

    for (size_t at = 0; at < w->len; at += DIGEST_BYTES) {
        memcpy(d.byte, w->bytes + at, DIGEST_BYTES);
        row_add(&r->rows, span_str(files_touch(f->files, &d) ? "1" : "0"));
    }
}

static void
do_get(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    uint64_t size;
    struct buf bytes = { 0 };
    int fd = files_read(f->files, &w->digest, &size);

    if (fd == -ENOENT) {
        filer_refuse(r, EXIT_NOTFOUND, "no such file here");
        return;
    }
    uint64_t left = fd < 0 || w->offset > size ? 0 : size - w->offset;
    size_t want = left < FILE_PIECE_BYTES ? (size_t)left : FILE_PIECE_BYTES;
    ssize_t n = fd < 0 ? -1 : pread(fd, buf_grow(&bytes, want), want,
                                    (off_t)w->offset);
    int error = fd < 0 ? -fd : n < 0 ? errno : EIO;
    if (fd >= 0)
        close(fd);
    if (n != (ssize_t)want) {
        filer_refuse(r, EXIT_DISK, "file: %s", strerror(error));
    } else {
        row_add(&r->rows, buf_span(&bytes));
        pair_add_u64(&r->pairs, "total", size);
    }
    buf_fini(&bytes);
}

/* ---- the thread ---- */

static void
do_sweep(struct filer *f, const struct filer_wish *w)
{
    size_t n = files_sweep(f->files, &w->live, w->age_ms);

    free(w->live.manifest);
    free(w->live.number);
    if (n > 0)
        log_event(LOG_INFO, "files", "dropped=%zu why=\"no workload needs "
                  "them\"", n);
}

static void
serve(struct filer *f, const struct filer_wish *w, struct filer_reply *r)
{
    switch (w->op) {
    case FILER_HAVE: do_have(f, w, r); break;
    case FILER_PUT: filer_put(f, w, r); break;
    case FILER_GET: do_get(f, w, r); break;
    case FILER_SWEEP: do_sweep(f, w); break;
    }
}

/* Names may not be on disk: what is new goes again, lest the next one hears
 * that it is there. */
static void
take_back(struct filer *f, const struct filer_wish *w, struct filer_reply *r,
          int rc)
{
    if (r->fresh)
        files_forget(f->files, &w->digest);
    if (r->stored || w->op == FILER_HAVE)
        filer_refuse(r, EXIT_DISK, "files: %s", strerror(-rc));
}

static void
answer_fini(struct filer_answer *a)
{
    buf_fini(&a->body);
    unread_give(a->unread, FILE_PIECE_BYTES);
}

/* Some wishes at once, so that the names of files that are whole now go to
 * disk together, before anybody hears of them. */
static void
serve_all(struct filer *f, struct filer_wish *const *wish, size_t n)
{
    struct filer_reply r[AT_ONCE] = { { 0 } };
    bool stored = false;

    for (size_t i = 0; i < n; i++) {
        serve(f, wish[i], &r[i]);
        stored |= r[i].stored;
    }
    int rc = stored ? files_sync(f->files) : 0;
    for (size_t i = 0; i < n; i++) {
        struct filer_answer a = { .client = wish[i]->from.client,
                                  .unread = wish[i]->from.unread };
        if (rc != 0)
            take_back(f, wish[i], &r[i], rc);
        encode(&r[i], wish[i], &a.body);
        reply_fini(&r[i]);
        if (wish[i]->op == FILER_SWEEP ||
            !mailbox_put(f->answers, &a, 1))
            answer_fini(&a);
        free(wish[i]);
    }
}

static void *
work(void *arg)
{
    struct filer *f = arg;
    struct filer_wish *wish[AT_ONCE];

    for (;;) {
        size_t n = mailbox_wait(f->wishes, wish, AT_ONCE,
                                filer_puts_open(f) ? IDLE_US : -1);
        if (n == 0 && mailbox_is_closed(f->wishes))
            break;
        filer_puts_drop(f, false);
        serve_all(f, wish, n);
    }
    filer_puts_drop(f, true);
    return NULL;
}

struct filer *
filer_new(struct files *files)
{
    struct filer *f = xcalloc(1, sizeof *f);

    f->files = files;
    f->wishes = mailbox_new(sizeof(struct filer_wish *), WISHES_MAX);
    f->answers = mailbox_new(sizeof(struct filer_answer), ANSWERS_MAX);
    if (f->wishes != NULL && f->answers != NULL)
        return f;
    filer_free(f);
    errno = EMFILE;
    return NULL;
}

static void
wish_free(struct filer_wish *w)
{
    free(w->live.manifest);
    free(w->live.number);
    unread_give(w->from.unread, FILE_PIECE_BYTES);
    free(w);
}

void
filer_free(struct filer *f)
{
    struct filer_wish *w;
    struct filer_answer a;

    if (f == NULL)
        return;
    while (f->wishes != NULL && mailbox_take(f->wishes, &w, 1) == 1)
        wish_free(w);
    if (f->started) {
        mailbox_close(f->wishes);
        mailbox_close(f->answers);
        pthread_join(f->thread, NULL);
    }
    while (f->answers != NULL && mailbox_take(f->answers, &a, 1) == 1)
        answer_fini(&a);
    mailbox_free(f->wishes);
    mailbox_free(f->answers);
    free(f);
}

static bool
start(struct filer *f)
{
    pthread_attr_t attr;

    if (f->started)
        return true;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    f->started = pthread_create(&f->thread, &attr, work, f) == 0;
    pthread_attr_destroy(&attr);
    return f->started;
}

struct mailbox *
filer_answers(struct filer *f)
{
    return f->answers;
}

/* ---- the loop's side ---- */

static const struct { const char *name; enum filer_op op; } ops[] = {
    { "file_have", FILER_HAVE }, { "file_put", FILER_PUT },
    { "file_get", FILER_GET } };

/* -1: none. */
static int
op_of(struct span name)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (span_is(name, ops[i].name))
            return (int)ops[i].op;
    return -1;
}

bool
filer_knows(struct span op)
{
    return op_of(op) >= 0;
}

/* What is asked, as numbers. False: it makes no sense. */
static bool
read_wish(const struct msg_command *m, struct filer_wish *w)
{
    struct span hash = pair_get(m->pairs, "hash");
    uint64_t number;

    if (w->op == FILER_HAVE)
        return w->len % DIGEST_BYTES == 0 &&
               w->len / DIGEST_BYTES <= FILES_ASKED_MAX;
    if (digest_parse(hash, &w->digest) != 0 ||
        !pair_u64(m->pairs, "offset", 0, &w->offset) ||
        !pair_u64(m->pairs, "size", UINT64_MAX, &w->size) ||
        !pair_u64(m->pairs, "workload", 0, &number) || number > UINT32_MAX)
        return false;
    w->number = (uint32_t)number;
    return w->op == FILER_GET
               ? w->offset <= INT64_MAX
               : w->len <= FILE_PIECE_BYTES && w->size <= INT64_MAX &&
                     w->offset <= w->size && w->len <= w->size - w->offset &&
                     (w->len > 0 || w->size == 0);
}

/* A piece that is asked for takes room before it is read. */
static bool
take_room(struct filer_wish *w, struct unread *unread)
{
    if (w->op != FILER_GET || unread == NULL)
        return true;
    if (!unread_take(unread, FILE_PIECE_BYTES, UNREAD_FILE))
        return false;
    w->from.unread = unread;
    return true;
}

/* False: too much is under way. */
static bool
hand_over(struct filer *f, struct filer_wish *w, struct unread *unread)
{
    if (!start(f) ||
        (!w->from.local && mailbox_count(f->wishes) >= WISHES_FAR_MAX) ||
        !take_room(w, unread))
        return false;
    if (mailbox_try_put(f->wishes, &w, 1))
        return true;
    unread_give(w->from.unread, FILE_PIECE_BYTES);
    return false;
}

bool
filer_ask(struct filer *f, const struct filer_from *from,
          const struct msg_command *m, struct buf *refusal)
{
    struct filer_wish *w = xmalloc(sizeof *w + m->blob.len);
    struct filer_reply r = { .status = EXIT_DONE };

    *w = (struct filer_wish){ .op = (enum filer_op)op_of(m->op),
                              .from = *from, .id = m->client,
                              .seq = m->seq, .len = m->blob.len };
    w->from.unread = NULL;
    if (m->blob.len > 0)
        memcpy(w->bytes, m->blob.p, m->blob.len);
    if (!read_wish(m, w)) {
        filer_refuse(&r, EXIT_USAGE, "%.*s: what it asks for makes no sense",
                     (int)m->op.len, (const char *)m->op.p);
    } else if (!hand_over(f, w, from->unread)) {
        filer_refuse(&r, EXIT_LATER, "too many files are under way");
        pair_add_u64(&r.pairs, "retry_ms", BUSY_RETRY_MS);
    } else {
        return true;
    }
    encode(&r, w, refusal);
    reply_fini(&r);
    free(w);
    return false;
}

bool
filer_sweep(struct filer *f, const struct files_live *live, uint64_t age_ms)
{
    struct filer_wish *w = xcalloc(1, sizeof *w);

    w->op = FILER_SWEEP;
    w->live = *live;
    w->age_ms = age_ms;
    if (start(f) && mailbox_try_put(f->wishes, &w, 1))
        return true;
    wish_free(w);
    return false;
}
