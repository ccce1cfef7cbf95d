/* SPDX-License-Identifier: MPL-2.0 */
/* A piece of a recording, as a recording of its own. What was known when it
 * begins stands at its beginning: links, members, the last state of each node
 * that had spoken not long before, the size of the terminal. */
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tui/record_anon.h"
#include "tui/record_last.h"

enum { ERR_MAX = 300, LINKS = 16, RECENT_US = 20 * 1000000 };

struct cut {
    struct record_cut want;
    struct record_writer *writer;
    struct record_anon *anon;       /* NULL: names stay */
    struct frame_codec *codec;
    struct buf out;
    int error;
    bool begun;
    /* before its beginning */
    struct record_last *last;
    struct buf link[LINKS], asked, members, size, state;  /* payloads */
    size_t n_links;
    uint64_t asked_id;
};

static void
keep(struct buf *b, struct span payload)
{
    buf_reset(b);
    buf_bytes(b, payload.p, payload.len);
}

static void
put_input(struct cut *c, struct input *in, struct span raw, int64_t at_us)
{
    in->at_us = at_us;
    if (c->anon != NULL && !record_anon_input(c->anon, in, &raw))
        return;
    buf_reset(&c->out);
    if (record_put_input(in, raw, &c->out) && c->error == 0)
        c->error = record_writer_put(c->writer, buf_span(&c->out));
}

static struct span
frame_in(const struct record *rec)
{
    if (rec->type < RECORD_STATE || rec->type > RECORD_BAD ||
        rec->payload.len == 0)
        return span_of(NULL, 0);
    return span_of(rec->payload.p + 1, rec->payload.len - 1);
}

/* A record at another time; those that are no input are left out. */
static void
put(struct cut *c, const struct record *rec, int64_t at_us)
{
    struct input in;

    if (rec->type != RECORD_GAP && record_get_input(rec, c->codec, &in))
        put_input(c, &in, frame_in(rec), at_us);
}

static void
put_kept(struct cut *c, enum record_type type, const struct buf *payload)
{
    const struct record rec = { (uint8_t)type, 0, buf_span(payload) };

    if (payload->len > 0)
        put(c, &rec, 0);
}

static void
put_states(struct cut *c)
{
    struct span raw;
    int64_t heard_us;

    for (size_t i = 0; record_last_at(c->last, i, &raw, &heard_us); i++) {
        if (heard_us < c->want.from_us - RECENT_US)
            continue;
        buf_reset(&c->state);
        buf_u8(&c->state, 0);
        buf_bytes(&c->state, raw.p, raw.len);
        put_kept(c, RECORD_STATE, &c->state);
    }
}

static void
begin(struct cut *c)
{
    c->begun = true;
    put_kept(c, RECORD_SIZE, &c->size);
    for (size_t i = 0; i < c->n_links; i++)
        put_kept(c, RECORD_LINK, &c->link[i]);
    if (c->members.len > 0) {
        put_kept(c, RECORD_ASKED, &c->asked);
        put_kept(c, RECORD_ANSWER, &c->members);
    }
    put_states(c);
}

/* The last LINKS changes, of whichever connections. */
static void
keep_link(struct cut *c, struct span payload)
{
    if (c->n_links == LINKS) {
        struct buf first = c->link[0];
        memmove(c->link, c->link + 1, (LINKS - 1) * sizeof *c->link);
        c->link[--c->n_links] = first;
    }
    keep(&c->link[c->n_links++], payload);
}

static void
keep_question(struct cut *c, const struct record *rec)
{
    struct input in;

    if (!record_get_input(rec, c->codec, &in) ||
        !span_is(span_str(in.asked.op), "nodes"))
        return;
    c->asked_id = in.asked.id;
    keep(&c->asked, rec->payload);
    buf_reset(&c->members);
}

static void
keep_answer(struct cut *c, const struct record *rec)
{
    struct input in;

    if (c->asked.len > 0 && record_get_input(rec, c->codec, &in) &&
        in.msg.reply.seq == c->asked_id)
        keep(&c->members, rec->payload);
}

static void
keep_state(struct cut *c, const struct record *rec)
{
    struct input in;

    if (record_get_input(rec, c->codec, &in))
        record_last_keep(c->last, frame_in(rec), rec->at_us);
}

static void
keep_before(struct cut *c, const struct record *rec)
{
    switch ((enum record_type)rec->type) {
    case RECORD_STATE:
        keep_state(c, rec);
        break;
    case RECORD_LINK:
        keep_link(c, rec->payload);
        break;
    case RECORD_ASKED:
        keep_question(c, rec);
        break;
    case RECORD_ANSWER:
        keep_answer(c, rec);
        break;
    case RECORD_SIZE:
        keep(&c->size, rec->payload);
        break;
    case RECORD_HEAD:
    case RECORD_BAD:
    case RECORD_KEY:
    case RECORD_PASTE:
    case RECORD_NOTE:
    case RECORD_GAP:
    case RECORD_SNAPSHOT:
        break;
    }
}

static void
copy_records(struct cut *c, struct replay *r)
{
    struct record rec;

    while (replay_record(r, &rec) && rec.at_us <= c->want.until_us &&
           c->error == 0) {
        if (rec.at_us < c->want.from_us) {
            keep_before(c, &rec);
            continue;
        }
        if (!c->begun)
            begin(c);
        put(c, &rec, rec.at_us - c->want.from_us);
    }
    if (!c->begun)
        begin(c);
}

static void
cut_fini(struct cut *c)
{
    record_anon_free(c->anon);
    frame_codec_free(c->codec);
    record_last_free(c->last);
    for (size_t i = 0; i < LINKS; i++)
        buf_fini(&c->link[i]);
    buf_fini(&c->out);
    buf_fini(&c->asked);
    buf_fini(&c->members);
    buf_fini(&c->size);
    buf_fini(&c->state);
}

static int
cut_to(struct replay *r, const char *to, const struct record_cut *want)
{
    struct cut c = { .want = *want };
    struct record_head head = *replay_head(r);
    int error = record_writer_new(to, UINT64_MAX, &c.writer);

    if (error != 0)
        return error;
    c.anon = want->anon ? record_anon_new() : NULL;
    c.codec = frame_codec_new();
    c.last = record_last_new();
    head.wall_ms += want->from_us / 1000;
    record_put_head(&head, &c.out);
    c.error = record_writer_put(c.writer, buf_span(&c.out));
    copy_records(&c, r);
    error = record_writer_free(c.writer);
    cut_fini(&c);
    return error;
}

int
record_cut(const char *from, const char *to, const struct record_cut *c,
           char *err)
{
    int status, error;
    struct replay *r = replay_open(from, &status, err);

    if (r == NULL)
        return status;
    error = cut_to(r, to, c);
    replay_free(r);
    err[0] = '\0';
    if (error != 0)
        text_add(err, ERR_MAX, "%s: %s", to, strerror(-error));
    return error == 0 ? EXIT_DONE : EXIT_DISK;
}
