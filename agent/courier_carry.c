/* SPDX-License-Identifier: MPL-2.0 */
/* courier_carry - one parcel on its way: some pieces are asked for, or sent,
 * at a time. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/courier_parts.h"
#include "agent/shortage.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/client.h"

/* How long a piece may take beyond the time for any answer; how often a home
 * that has too much to do is asked again, about ten minutes in a row. */
enum { PIECE_WAIT_MS = 10 * 1000, SLICE_MS = 50, PAUSE_MAX_MS = 1000,
       PAUSES_MAX = 600 };

struct piece {
    uint64_t seq, offset;
    struct lb_reply *reply;     /* NULL: not there */
};

struct trip {
    struct carrier *carrier;
    struct lb *lb;
    struct parcel *parcel;
    struct file_in *in;         /* of one that is got */
    struct piece piece[CLIENT_WINDOW];  /* by offset */
    size_t n_pieces;
    uint64_t done, next;        /* bytes that are there; next to ask for */
    unsigned pauses;            /* since a piece came through */
    char hash[DIGEST_TEXT], home[NODE_ID_TEXT];
    char *why;                  /* WHY_CAP */
};

static int
fail(struct trip *t, int status, const char *why)
{
    t->why[0] = '\0';
    text_add(t->why, WHY_CAP, "%s", why);
    return status;
}

/* -errno of the files here. */
static int
no_room(struct trip *t, int rc)
{
    if (rc == -ENOBUFS || rc == -EFBIG)
        return fail(t, rc == -EFBIG ? LB_LATER : PARCEL_SHORT,
                    "no room for it here (jobs.files_max)");
    if (rc == -EBADMSG)
        return fail(t, LB_USAGE, "what came is not what its hash says");
    return fail(t, shortage_passes(-rc) ? PARCEL_SHORT : LB_DISK,
                strerror(-rc));
}

/* ---- pieces ---- */

static void
forget(struct trip *t)
{
    client_forget(t->lb, 0);
    for (size_t i = 0; i < t->n_pieces; i++)
        lb_reply_free(t->piece[i].reply);
    t->n_pieces = 0;
    t->next = t->done;
}

static void
ask(struct trip *t, struct lb_call *c)
{
    lb_call_text(c, "hash", t->hash);
    lb_call_text(c, "home", t->home);
    lb_call_number(c, "offset", t->next);
    c->wait_ms = PIECE_WAIT_MS;
    t->piece[t->n_pieces++] = (struct piece){ .seq = client_ask(t->lb, c),
                                              .offset = t->next };
}

/* The next answer, kept with its piece: its status. */
static int
hear(struct trip *t, struct lb_reply **r)
{
    uint64_t seq;
    int status = client_answer(t->lb, &seq, r);

    for (size_t i = 0; *r != NULL && i < t->n_pieces; i++)
        if (t->piece[i].seq == seq)
            t->piece[i].reply = *r;
    return status == LB_OK ? LB_OK : fail(t, status, lb_error(t->lb));
}

static void
drop_first(struct trip *t)
{
    lb_reply_free(t->piece[0].reply);
    memmove(&t->piece[0], &t->piece[1], --t->n_pieces * sizeof t->piece[0]);
}

/* The home asks for patience, or wants to go on elsewhere: all that is open
 * begins again. False: it is a refusal. */
static bool
begins_again(struct trip *t, const struct lb_reply *r)
{
    const uint64_t none = UINT64_MAX;
    uint64_t ms = lb_reply_number(r, "retry_ms", none);
    uint64_t received = lb_reply_number(r, "received", none);

    if ((ms == none && received == none) || t->pauses++ == PAUSES_MAX)
        return false;
    if (received != none && received <= t->parcel->size)
        t->done = received;
    forget(t);
    ms = ms == none ? 0 : ms < PAUSE_MAX_MS ? ms * t->pauses : PAUSE_MAX_MS;
    ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
    for (; ms > 0 && !dial_interrupted(&t->parcel->stop);
         ms -= ms < SLICE_MS ? ms : SLICE_MS)
        poll(NULL, 0, ms < SLICE_MS ? (int)ms : SLICE_MS);
    return true;
}

/* ---- to here ---- */

/* Takes what has come, in order. */
static int
take(struct trip *t)
{
    while (t->n_pieces > 0 && t->piece[0].reply != NULL) {
        const struct lb_reply *r = t->piece[0].reply;
        uint64_t left = t->parcel->size - t->done;
        const uint8_t *p = NULL;
        size_t at = 0, len = 0;

        if (lb_reply_number(r, "total", UINT64_MAX) != t->parcel->size ||
            !lb_reply_row(r, &at, &p, &len) || len == 0 || len > left ||
            (len < left && len != FILE_PIECE_BYTES))
            return fail(t, LB_USAGE, "its home has it with another size");
        int rc = file_in_add(t->in, span_of(p, len));
        if (rc != 0)
            return no_room(t, rc);
        t->done += len;
        t->pauses = 0;
        drop_first(t);
    }
    return LB_OK;
}

static int
get_pieces(struct trip *t)
{
    int status = LB_OK;

    while (status == LB_OK && t->done < t->parcel->size) {
        struct lb_reply *r;
        while (t->n_pieces < CLIENT_WINDOW && t->next < t->parcel->size) {
            struct lb_call c = { .op = "file_get" };
            ask(t, &c);
            t->next += FILE_PIECE_BYTES;
        }
        status = hear(t, &r);
        if (status == LB_OK)
            status = take(t);
        else if (status == LB_LATER && r != NULL && begins_again(t, r))
            status = LB_OK;
    }
    return status;
}

static int
get(struct trip *t)
{
    struct files *files = t->carrier->courier->files;
    const struct parcel *p = t->parcel;
    int rc = files_begin(files, &p->digest, p->size, false, &t->in);

    if (rc != 0)
        return no_room(t, rc);
    int status = get_pieces(t);
    if (status == LB_OK && (rc = file_in_end(t->in)) != 0)
        status = no_room(t, rc);
    file_in_free(t->in);
    if (status == LB_OK)
        log_event(LOG_DEBUG, "file-got", "hash=%s bytes=%llu from=%s", t->hash,
                  (unsigned long long)p->size, p->home);
    return status;
}

/* ---- from here ---- */

static int
send_piece(struct trip *t)
{
    const struct parcel *p = t->parcel;
    struct lb_call c = { .op = "file_put" };
    uint64_t left = p->size - t->next;
    size_t want = left < FILE_PIECE_BYTES ? (size_t)left : FILE_PIECE_BYTES;
    uint8_t *bytes = xmalloc(want + 1);
    ssize_t n = pread(p->fd, bytes, want, (off_t)t->next);

    if (n == (ssize_t)want) {
        lb_call_number(&c, "size", p->size);
        lb_call_number(&c, "workload", p->workload);
        c.blob = bytes;
        c.blob_len = want;
        ask(t, &c);
        t->next += want;
    }
    int error = errno;
    free(bytes);
    return n == (ssize_t)want ? LB_OK
           : n < 0            ? fail(t, LB_DISK, strerror(error))
                              : fail(t, LB_USAGE, "it has become shorter");
}

static int
put(struct trip *t)
{
    const struct parcel *p = t->parcel;
    bool stored = false;
    int status = LB_OK;

    while (status == LB_OK && !stored) {
        struct lb_reply *r;
        while (status == LB_OK && t->n_pieces < CLIENT_WINDOW &&
               (t->next < p->size || (t->n_pieces == 0 && p->size == 0)))
            status = send_piece(t);
        if (status != LB_OK)
            break;
        status = hear(t, &r);
        if (status == LB_LATER && r != NULL && begins_again(t, r)) {
            status = LB_OK;
            continue;
        }
        if (status == LB_LATER && r != NULL &&
            lb_reply_number(r, "too_large", 0) == 1)
            status = LB_REFUSED;
        if (status != LB_OK)
            break;
        stored = lb_reply_number(r, "stored", 0) == 1;
        uint64_t received = lb_reply_number(r, "received", 0);
        if (received > t->done && received <= p->size) {
            t->done = received;
            t->pauses = 0;
        }
        while (t->n_pieces > 0 && t->piece[0].reply != NULL)
            drop_first(t);
        if (!stored && t->n_pieces == 0 && t->next == p->size)
            status = fail(t, LB_INTERNAL, "its home does not say that it "
                          "stores it");
    }
    return status;
}

/* ---- the way ---- */

void
courier_hang_up(struct carrier *t)
{
    lb_free(t->lb);
    t->lb = NULL;
}

static int
reach(struct trip *t)
{
    struct carrier *c = t->carrier;

    if (c->lb != NULL && strcmp(c->place, t->parcel->home) != 0)
        courier_hang_up(c);
    bool known = c->lb != NULL;
    if (!known)
        c->lb = lb_new(c->courier->beside);
    t->lb = c->lb;
    lb_set_interrupt(c->lb, &t->parcel->stop);
    memcpy(c->place, t->parcel->home, sizeof c->place);
    int status = known ? LB_OK : lb_connect(c->lb, c->place);
    if (status == LB_OK)
        return LB_OK;
    fail(t, status, lb_error(c->lb));
    courier_hang_up(c);
    return status == LB_INTERNAL ? PARCEL_SHORT : status;
}

/* After these nothing is known of the connection. */
static bool
is_lost(int status)
{
    return status != LB_OK && status != LB_NOTFOUND && status != LB_USAGE &&
           status != LB_LATER && status != LB_DISK && status != LB_REFUSED;
}

static bool
is_here(const struct trip *t)
{
    uint64_t size;
    int fd = t->parcel->fd >= 0
                 ? -1 : files_read(t->carrier->courier->files,
                                   &t->parcel->digest, &size);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int
courier_carry(struct carrier *carrier, struct parcel *p, char *why)
{
    struct trip t = { .carrier = carrier, .parcel = p, .why = why };

    digest_print(&p->digest, t.hash);
    node_id_print(&p->home_id, t.home);
    if (is_here(&t))
        return LB_OK;
    int status = reach(&t);
    if (carrier->lb == NULL)
        return status;
    status = p->fd >= 0 ? put(&t) : get(&t);
    forget(&t);
    lb_set_interrupt(carrier->lb, NULL);
    if (is_lost(status))
        courier_hang_up(carrier);
    return status;
}
