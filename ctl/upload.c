/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/upload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/program.h"
#include "kinds/command_file.h"
#include "kinds/command.h"
#include "proto/client.h"
#include "proto/limits.h"

enum {
    PIECE_WAIT_MS = 60 * 1000,  /* a piece may be long on its way */
    FRESH_US = 1800 * 1000000   /* the home keeps what it has for an hour */
};

/* Hashes, ascending, each once. */
struct needed {
    struct digest *v;
    bool *lacks;            /* [n]: it is to be sent */
    size_t n, cap;
};

/* Something to be sent: a file, or bytes. */
struct parcel {
    struct digest digest;
    const struct file *file;    /* NULL: `bytes` */
    struct span bytes;
    uint64_t size;
};

/* Pieces on their way, the oldest first. */
struct piece {
    uint64_t seq;
    size_t parcel;
    uint64_t offset, len;
};
struct sender {
    struct ctl *c;
    struct lb *lb;
    const struct parcel *parcel;
    size_t n;
    size_t at;              /* what is sent next */
    uint64_t offset;
    int fd;                 /* of a file that was begun, or -1 */
    struct piece open[CLIENT_WINDOW];
    size_t n_open;
    uint8_t *block;
};

/* ---- which files ---- */

static void
add(struct needed *all, const struct digest *d)
{
    if (all->n == all->cap) {
        all->cap = all->cap * 2 + 16;
        all->v = xrealloc(all->v, all->cap, sizeof *all->v);
    }
    all->v[all->n++] = *d;
}

static void
add_words(struct needed *all, struct span words)
{
    struct command_file file;
    struct buf word = { 0 };
    struct digest d;

    while (command_word_next(&words, 1, &word) > 0) {
        if (command_file_read((const char *)word.p, &file) &&
            digest_parse(span_of(file.hash, COMMAND_HASH_DIGITS), &d) == 0)
            add(all, &d);
        buf_reset(&word);
    }
    buf_fini(&word);
}

static int
compare(const void *a, const void *b)
{
    return digest_compare(a, b);
}

static void
needed_of(const struct load *l, struct needed *all)
{
    const struct span nothing = { NULL, 0 };
    struct span shared = kind_param(buf_span(&l->plan.shared), nothing, "put");
    size_t n = 0;

    add_words(all, shared);
    for (uint32_t i = 0; l->plan.args != NULL && i < l->plan.n_jobs; i++)
        add_words(all, kind_param(nothing, buf_span(&l->plan.args[i]), "put"));
    if (all->n > 0)
        qsort(all->v, all->n, sizeof *all->v, compare);
    for (size_t i = 0; i < all->n; i++)
        if (n == 0 || digest_compare(&all->v[n - 1], &all->v[i]) != 0)
            all->v[n++] = all->v[i];
    all->n = n;
    all->lacks = xcalloc(n + 1, sizeof *all->lacks);
}

/* Fills in what the node lacks of `all`: how many, or -1 after a message. */
static int64_t
ask(struct ctl *c, struct lb *lb, struct needed *all)
{
    int64_t lacks = 0;

    for (size_t from = 0, n; from < all->n; from += n) {
        struct lb_call call = { .op = "file_have" };
        struct lb_reply *r;
        const uint8_t *p;
        size_t len, at = 0, got = 0;
        n = all->n - from < FILES_ASKED_MAX ? all->n - from : FILES_ASKED_MAX;
        call.blob = all->v[from].byte;
        call.blob_len = n * sizeof *all->v;
        int status = lb_call_do(lb, &call, &r);
        while (status == LB_OK && got < n && lb_reply_row(r, &at, &p, &len)) {
            bool lack = len != 1 || p[0] != '1';
            all->lacks[from + got++] = lack;
            lacks += lack;
        }
        lb_reply_free(r);
        if (status == LB_OK && got == n)
            continue;
        if (status == LB_OK)
            ctl_fail(c, EXIT_INTERNAL, "%s does not say which files it has; "
                     "please report it", lb_name(lb));
        else
            ctl_failed(c, lb, status);
        return -1;
    }
    return lacks;
}

/* ---- sending ---- */

static void
leave_file(struct sender *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* All from this place on is sent (again). */
static void
go_back(struct sender *s, size_t parcel, uint64_t offset)
{
    client_forget(s->lb, 0);
    leave_file(s);
    s->n_open = 0;
    s->at = parcel;
    s->offset = offset;
}

/* The next bytes of a file into the block: 0, or -1 after a message. */
static int
read_piece(struct sender *s, const struct file *file, size_t len)
{
    size_t got = 0;

    if (s->fd < 0 && (s->fd = files_again(s->c, file)) < 0)
        return -1;
    while (got < len) {
        ssize_t n = pread(s->fd, s->block + got, len - got,
                          (off_t)(s->offset + got));
        if (n <= 0 && (n == 0 || errno == EIO || errno == ESTALE)) {
            if (n == 0)
                return files_changed(s->c, file);
            ctl_fail(s->c, EXIT_DISK, "--transfer: %s: %s", file->path,
                     strerror(errno));
            return -1;
        }
        got += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int
send_piece(struct sender *s)
{
    const struct parcel *parcel = &s->parcel[s->at];
    uint64_t left = parcel->size - s->offset;
    size_t len = left < FILE_PIECE_BYTES ? (size_t)left : FILE_PIECE_BYTES;
    struct lb_call call = { .op = "file_put", .wait_ms = PIECE_WAIT_MS };
    char hash[DIGEST_TEXT];

    call.blob_len = len;
    call.blob = parcel->file == NULL ? parcel->bytes.p + s->offset : s->block;
    if (parcel->file != NULL && read_piece(s, parcel->file, len) != 0)
        return -1;
    digest_print(&parcel->digest, hash);
    lb_call_text(&call, "hash", hash);
    lb_call_number(&call, "size", parcel->size);
    lb_call_number(&call, "offset", s->offset);
    s->open[s->n_open++] = (struct piece){
        .seq = client_ask(s->lb, &call), .parcel = s->at, .offset = s->offset,
        .len = len
    };
    s->offset += len;
    if (s->offset == parcel->size) {
        leave_file(s);
        s->at++;
        s->offset = 0;
    }
    return 0;
}

/* The node did not take piece `p`: again, from where it says, or the end of it
 * all after a message. */
static int
not_taken(struct sender *s, const struct piece *p, int status,
          const struct lb_reply *r)
{
    uint64_t wait_ms = r != NULL ? lb_reply_number(r, "retry_ms", 0) : 0;
    uint64_t next = r != NULL ? lb_reply_number(r, "received", UINT64_MAX)
                              : UINT64_MAX;
    const struct parcel *parcel = &s->parcel[p->parcel];

    if (status == LB_LATER && (wait_ms > 0 || next <= p->offset)) {
        go_back(s, p->parcel, next <= p->offset ? next : p->offset);
        return ctl_pause(s->c, wait_ms);
    }
    if (status == LB_USAGE && parcel->file != NULL)
        return files_changed(s->c, parcel->file);
    ctl_failed(s->c, s->lb, status);
    return -1;
}

/* An answer to any of the pieces on their way. */
static int
take_answer(struct sender *s)
{
    struct lb_reply *r;
    uint64_t seq = 0;
    size_t i = 0;
    int rc = 0;

    int status = client_answer(s->lb, &seq, &r);
    while (i < s->n_open && s->open[i].seq != seq)
        i++;
    if (r == NULL || i == s->n_open)
        i = 0;              /* no answer at all */
    if (status != LB_OK) {
        struct piece piece = s->open[i];
        rc = not_taken(s, &piece, status, r);
    } else {
        s->n_open--;
        memmove(&s->open[i], &s->open[i + 1],
                (s->n_open - i) * sizeof s->open[0]);
    }
    lb_reply_free(r);
    return rc;
}

static int
send_parcels(struct ctl *c, struct lb *lb, const struct parcel *all, size_t n)
{
    struct sender s = { .c = c, .lb = lb, .parcel = all, .n = n, .fd = -1 };
    int rc = 0;

    s.block = xmalloc(FILE_PIECE_BYTES);
    client_forget(lb, 0);
    while (rc == 0 && (s.at < s.n || s.n_open > 0))
        rc = s.at < s.n && s.n_open < CLIENT_WINDOW ? send_piece(&s)
                                                    : take_answer(&s);
    client_forget(lb, 0);
    leave_file(&s);
    free(s.block);
    return rc;
}

/* The files that are lacking. Whoever has one of them twice sends it once. */
static int
send_files(struct ctl *c, struct lb *lb, const struct files *files,
           struct needed *all)
{
    struct parcel *parcel = xcalloc(all->n, sizeof *parcel);
    const struct file *file;
    uint64_t bytes = 0;
    char size[32];
    size_t n = 0;

    for (size_t i = 0; (file = files_at(files, i)) != NULL; i++) {
        const struct digest *d = bsearch(&file->digest, all->v, all->n,
                                         sizeof *all->v, compare);
        if (d == NULL || !all->lacks[d - all->v])
            continue;
        all->lacks[d - all->v] = false;
        parcel[n++] = (struct parcel){
            .digest = *d, .file = file, .size = (uint64_t)file->stat.st_size
        };
        bytes += (uint64_t)file->stat.st_size;
    }
    units_print_size(bytes, size, sizeof size);
    if (c->verbose)
        ctl_note(c, "%zu of %zu files to %s, %s", n, all->n, lb_name(lb),
                 size);
    int rc = send_parcels(c, lb, parcel, n);
    free(parcel);
    return rc;
}

/* Until nothing is lacking, and that has been said not too long ago. */
static int
bring_up(struct ctl *c, struct lb *lb, const struct files *files,
         struct needed *all)
{
    for (;;) {
        int64_t since_us = dial_now_ms() * 1000;
        int64_t lacks = ask(c, lb, all);
        if (lacks <= 0)
            return (int)lacks;
        if (send_files(c, lb, files, all) != 0)
            return -1;
        if (dial_now_ms() * 1000 - since_us < FRESH_US)
            return 0;
    }
}

int
upload(struct ctl *c, struct lb *lb, const struct files *files,
       const struct load *l, struct uploaded *out)
{
    struct needed all = { .n = 0 };
    int rc = 0;

    needed_of(l, &all);
    if (all.n > FILES_NEEDED_MAX) {
        ctl_fail(c, EXIT_USAGE, "--transfer: %zu files are above %d; submit "
                 "the jobs in parts", all.n, FILES_NEEDED_MAX);
        rc = -1;
    } else if (all.n > 0) {
        const struct span bytes = span_of(all.v, all.n * sizeof *all.v);
        const struct parcel parcel = { .digest = digest_of(bytes),
                                   .bytes = bytes, .size = bytes.len };
        rc = bring_up(c, lb, files, &all) == 0 &&
             send_parcels(c, lb, &parcel, 1) == 0 ? 1 : -1;
        add(&all, &parcel.digest);
    }
    *out = (struct uploaded){ .n = 0 };
    if (rc > 0)
        *out = (struct uploaded){ all.v, all.n };
    else
        free(all.v);
    free(all.lacks);
    return rc;
}
