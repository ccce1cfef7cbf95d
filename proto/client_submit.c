/* SPDX-License-Identifier: MPL-2.0 */
/* Submitting: jobs become chunks, of which a few are on their way at once. */
#include "proto/client.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/workload.h"

enum {
    CHUNK_BYTES = 256 * 1024,   /* a chunk of a list is sent when it is full */
    CHUNK_JOBS = 10 * 1000,
    SAME_JOBS = 100 * 1000,     /* a chunk without a list costs nothing */
    PAUSE_MAX_MS = 1000,        /* between two tries */
    PAUSE_ASKED_MS = 60 * 1000  /* likewise, however long a node asks for */
};

struct chunk_out {
    uint64_t seq;
    struct buf blob;
};

struct lb_submit {
    struct lb *lb;
    struct buf desc;
    char *key, *by;
    uint32_t total, number, accepted, first, count;
    uint32_t most;              /* jobs of a chunk: what the home can hold */
    bool patient, duplicate, list;
    void (*later)(void *with, const char *why);
    void *later_with;
    char *note;                 /* what the node said last; NULL: nothing */
    const uint8_t *needed;      /* files, borrowed */
    size_t n_needed;
    int64_t asked_ms;           /* for these, the last time */
    int64_t waited_ms;          /* since a chunk was taken, the last time */
    struct buf jobs;            /* of the chunk that is being filled */
    struct chunk_out out[CLIENT_WINDOW];    /* oldest first */
    size_t n_out;
};

struct lb_submit *
lb_submit_open(struct lb *lb, const struct lb_workload *w)
{
    struct lb_submit *s = xcalloc(1, sizeof *s);
    struct desc d = {
        .kind = span_str(w->kind), .params = span_of(w->params, w->params_len),
        .label = span_str(w->label != NULL ? w->label : ""),
        .home_name = span_str(""), .n_jobs = w->n_jobs, .cost = w->cost,
        .timeout_us = w->timeout_us, .priority = w->priority,
        .retries = w->retries, .flags = w->flags, .ship = w->ship,
        .timeout_percent = w->timeout_percent
    };

    d.pin = span_str(w->pin != NULL ? w->pin : "");
    d.files = span_of(w->files, w->files != NULL ? FILE_HASH_BYTES : 0);
    if (w->halt != NULL && !halt_read(w->halt, &d.halt))
        d.halt = (struct desc_halt){ .when = HALT_NEVER };
    uint64_t most = lb_hello(lb) == NULL
                        ? SAME_JOBS
                        : lb_reply_number(lb_hello(lb), "max_jobs", SAME_JOBS);
    s->lb = lb;
    s->most = most < 1 ? 1 : most < SAME_JOBS ? (uint32_t)most : SAME_JOBS;
    s->total = w->n_jobs;
    s->patient = w->patient;
    s->later = w->later;
    s->later_with = w->later_with;
    s->needed = w->needed;
    s->n_needed = w->n_needed;
    s->asked_ms = dial_now_ms();
    s->key = xstrdup(w->key != NULL ? w->key : "");
    s->by = w->by != NULL ? xstrdup(w->by) : NULL;
    desc_encode(&d, &s->desc);
    client_forget(lb, 0);
    return s;
}

void
lb_submit_free(struct lb_submit *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_out; i++)
        buf_fini(&s->out[i].blob);
    client_forget(s->lb, 0);
    buf_fini(&s->desc);
    buf_fini(&s->jobs);
    free(s->key);
    free(s->by);
    free(s->note);
    free(s);
}

static void
send_chunk(struct lb_submit *s, struct chunk_out *o)
{
    struct lb_call c = { .op = "submit" };

    if (s->number == 0) {
        lb_call_bytes(&c, "desc", s->desc.p, s->desc.len);
        lb_call_text(&c, "key", s->key);
        lb_call_text(&c, "by", s->by);
        lb_call_number(&c, "total", s->total);
    } else {
        lb_call_number(&c, "workload", s->number);
    }
    c.blob = o->blob.p;
    c.blob_len = o->blob.len;
    o->seq = client_ask(s->lb, &c);
}

/* At most what no honest node exceeds: it may say any number. */
static uint64_t
capped(uint64_t n, uint64_t most)
{
    return n < most ? n : most;
}

/* What the node asks for; each time twice as long as before, up to 1 s, while
 * it takes nothing. A node that says seconds only is waited for so long. */
static int64_t
pause_ms(struct lb_submit *s, const struct lb_reply *r)
{
    uint64_t rest = 1000 * capped(lb_reply_number(r, "retry_s", 1),
                                  PAUSE_ASKED_MS / 1000);
    int64_t ms = (int64_t)capped(lb_reply_number(r, "retry_ms", rest),
                                 PAUSE_ASKED_MS);
    int64_t most = ms > PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;

    if (ms < 2 * s->waited_ms)
        ms = 2 * s->waited_ms < most ? 2 * s->waited_ms : most;
    return s->waited_ms = ms;
}

/* Asks for some of the files. LB_LATER: the node lacks one. */
static int
ask_for_files(struct lb_submit *s, size_t from, size_t n)
{
    struct lb_call c = { .op = "file_have",
                         .blob = s->needed + from * FILE_HASH_BYTES,
                         .blob_len = n * FILE_HASH_BYTES };
    struct lb_reply *r;
    const uint8_t *p;
    size_t len, at = 0, got = 0;
    int status = lb_call_do(s->lb, &c, &r);

    while (status == LB_OK && got < n && lb_reply_row(r, &at, &p, &len) &&
           len == 1 && p[0] == '1')
        got++;
    lb_reply_free(r);
    if (status == LB_LATER)
        return LB_OK;       /* it is busy; the next time will do */
    return status != LB_OK || got == n
               ? status
               : client_fail(s->lb, LB_LATER, "%s has dropped files of the "
                             "jobs, which waited for too long; submit them "
                             "again", lb_name(s->lb));
}

/* Files that no workload names are kept for a time only: until a node takes
 * the first jobs it hears that they are needed. */
static int
keep_files(struct lb_submit *s)
{
    int64_t now = dial_now_ms();
    int64_t every = s->lb->keep_ms != 0 ? s->lb->keep_ms : CLIENT_KEEP_MS;
    int status = LB_OK;

    if (s->number != 0 || now - s->asked_ms < every)
        return LB_OK;
    for (size_t from = 0, n; status == LB_OK && from < s->n_needed;
         from += n) {
        n = s->n_needed - from;
        n = n < FILES_ASKED_MAX ? n : FILES_ASKED_MAX;
        status = ask_for_files(s, from, n);
    }
    s->asked_ms = now;
    return status;
}

/* A node that is full says how many ms it may take; one that takes nothing, as
 * it leaves, does not. Where there are jobs already the rest may yet go. */
static bool
may_have_room(const struct lb_submit *s, const struct lb_reply *r)
{
    return s->number != 0 || lb_reply_number(r, "retry_s", 0) == 0 ||
           lb_reply_number(r, "retry_ms", 0) > 0;
}

/* Waits as the node asks for and sends all again that it has not taken. */
static int
try_again(struct lb_submit *s, const struct lb_reply *r)
{
    int64_t until = dial_now_ms() + pause_ms(s, r), left;

    if (s->later != NULL)
        s->later(s->later_with, lb_error(s->lb));
    s->later = NULL;
    client_forget(s->lb, 0);
    while ((left = until - dial_now_ms()) > 0) {
        if (dial_interrupted(s->lb->interrupt))
            return client_fail(s->lb, LB_INTERRUPTED, "interrupted");
        poll(NULL, 0, left < CLIENT_SLICE_MS ? (int)left : CLIENT_SLICE_MS);
    }
    int status = keep_files(s);
    for (size_t i = 0; status == LB_OK && i < s->n_out; i++)
        send_chunk(s, &s->out[i]);
    return status;
}

static void
taken(struct lb_submit *s, const struct lb_reply *r, size_t i)
{
    uint64_t n = lb_reply_number(r, "accepted", s->accepted);

    if (n > s->accepted)
        s->accepted = (uint32_t)n;
    s->number = (uint32_t)lb_reply_number(r, "workload", s->number);
    s->duplicate |= lb_reply_number(r, "duplicate", 0) == 1;
    s->waited_ms = 0;
    free(s->note);
    s->note = lb_reply_text(r)[0] != '\0' ? xstrdup(lb_reply_text(r)) : NULL;
    buf_fini(&s->out[i].blob);
    s->n_out--;
    memmove(&s->out[i], &s->out[i + 1], (s->n_out - i) * sizeof s->out[0]);
}

/* Takes one answer. */
static int
settle(struct lb_submit *s)
{
    struct lb_reply *r;
    uint64_t seq;
    size_t i = 0;
    int status = client_answer(s->lb, &seq, &r);

    if (r == NULL)
        return status;
    while (i < s->n_out && s->out[i].seq != seq)
        i++;
    if (i == s->n_out)
        status = LB_OK;
    else if (status == LB_OK)
        taken(s, r, i);
    else if (status == LB_LATER && s->patient && may_have_room(s, r))
        status = try_again(s, r);
    lb_reply_free(r);
    return status;
}

/* Sends the chunk that was filled. The first is answered before the second
 * leaves: it gives the workload its number. */
static int
flush(struct lb_submit *s)
{
    struct chunk_out *o = &s->out[s->n_out];
    int status = LB_OK;

    if (s->count == 0 && (s->number != 0 || s->n_out > 0))
        return LB_OK;
    *o = (struct chunk_out){ .seq = 0 };
    chunk_begin(s->first, s->count, s->list, &o->blob);
    buf_bytes(&o->blob, s->jobs.p, s->jobs.len);
    send_chunk(s, o);
    s->n_out++;
    s->first += s->count;
    s->count = 0;
    buf_reset(&s->jobs);
    while (status == LB_OK && s->n_out > 0 &&
           (s->number == 0 || s->n_out == CLIENT_WINDOW))
        status = settle(s);
    return status;
}

int
lb_submit_same(struct lb_submit *s, uint32_t count)
{
    int status = LB_OK;

    s->lb->error[0] = '\0';
    if (s->list)
        status = flush(s);
    s->list = false;
    while (status == LB_OK && count > 0) {
        uint32_t room = s->most - s->count;
        uint32_t n = count < room ? count : room;
        s->count += n;
        count -= n;
        if (s->count == s->most)
            status = flush(s);
    }
    return status;
}

int
lb_submit_job(struct lb_submit *s, uint64_t cost, const void *args, size_t len)
{
    int status = LB_OK;

    s->lb->error[0] = '\0';
    if (len > INPUT_MAX_BYTES)
        return client_fail(s->lb, LB_USAGE, "job %u: %zu bytes of input are "
                           "above 3M", s->first + s->count, len);
    if (!s->list || s->count == CHUNK_JOBS || s->count == s->most ||
        s->jobs.len + len > CHUNK_BYTES)
        if (s->count > 0)
            status = flush(s);
    s->list = true;
    chunk_job(cost, span_of(args, len), &s->jobs);
    s->count++;
    return status;
}

int
lb_submit_end(struct lb_submit *s)
{
    s->lb->error[0] = '\0';
    int status = flush(s);

    while (status == LB_OK && s->n_out > 0)
        status = settle(s);
    return status;
}

uint32_t
lb_submit_number(const struct lb_submit *s)
{
    return s->number;
}

uint32_t
lb_submit_accepted(const struct lb_submit *s)
{
    return s->accepted;
}

const char *
lb_submit_note(const struct lb_submit *s)
{
    return s->note != NULL ? s->note : "";
}

bool
lb_submit_duplicate(const struct lb_submit *s)
{
    return s->duplicate;
}
