/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/record_anon.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { ASKED = 256, TEXTS = 8, ROW_HEAD_BYTES = 41 };

struct record_anon {
    struct anon_names *names;
    struct frame_codec *codec;
    struct { uint64_t id; char op[24]; } asked[ASKED];  /* the last ones */
    size_t next;
    struct buf text[TEXTS], works, pairs, rows, body, raw;
};

struct record_anon *
record_anon_new(void)
{
    struct record_anon *a = xcalloc(1, sizeof *a);

    a->names = anon_names_new();
    a->codec = frame_codec_new();
    return a;
}

void
record_anon_free(struct record_anon *a)
{
    if (a == NULL)
        return;
    anon_names_free(a->names);
    frame_codec_free(a->codec);
    for (size_t i = 0; i < TEXTS; i++)
        buf_fini(&a->text[i]);
    buf_fini(&a->works);
    buf_fini(&a->pairs);
    buf_fini(&a->rows);
    buf_fini(&a->body);
    buf_fini(&a->raw);
    free(a);
}

/* `text` by its made-up name, kept in the i-th buffer. */
static struct span
named(struct record_anon *a, size_t i, enum anon_kind kind, struct span text)
{
    buf_reset(&a->text[i]);
    anon_name(a->names, kind, text, &a->text[i]);
    return buf_span(&a->text[i]);
}

/* ---- STATE ---- */

static void
change_works(struct record_anon *a, struct state *s)
{
    struct state_workload w;
    struct buf kind = { 0 }, label = { 0 };

    buf_reset(&a->works);
    for (size_t at = 0; state_workload_next(s, &at, &w);) {
        buf_reset(&kind);
        buf_reset(&label);
        anon_job_kind(a->names, w.kind, &kind);
        anon_name(a->names, ANON_LABEL, w.label, &label);
        w.kind = buf_span(&kind);
        w.label = buf_span(&label);
        state_workload_encode(&w, &a->works);
    }
    s->workloads = buf_span(&a->works);
    buf_fini(&kind);
    buf_fini(&label);
}

static void
change_state(struct record_anon *a, struct state *s)
{
    s->boot_id = anon_number(a->names, ANON_BOOT,
                             span_of(&s->boot_id, sizeof s->boot_id));
    anon_id(a->names, &s->id);
    s->name = named(a, 0, ANON_NODE, s->name);
    s->cluster = named(a, 1, ANON_CLUSTER, s->cluster);
    s->endpoint_host = named(a, 2, ANON_HOST, s->endpoint_host);
    buf_reset(&a->text[3]);
    anon_tags(a->names, s->tags, &a->text[3]);
    s->tags = buf_span(&a->text[3]);
    buf_reset(&a->text[4]);
    anon_kinds(a->names, s->kinds, &a->text[4]);
    s->kinds = buf_span(&a->text[4]);
    s->quarantine.len = 0;      /* names of kinds too; the events tell it */
    if (s->kinds.len > KINDS_MAX_BYTES)
        s->kinds.len = 0;
    if (s->tags.len > KINDS_MAX_BYTES)
        s->tags.len = 0;
    change_works(a, s);
}

/* ---- REPLY ---- */

static const char *
op_of(const struct record_anon *a, uint64_t id)
{
    for (size_t i = 0; i < ASKED; i++)
        if (a->asked[i].id == id && a->asked[i].op[0] != '\0')
            return a->asked[i].op;
    return "";
}

static void
change_member(struct record_anon *a, struct span row, struct buf *out)
{
    struct msg m;

    if (row.len < ROW_HEAD_BYTES ||
        msg_decode(MSG_STATE, span_of(row.p + ROW_HEAD_BYTES,
                                      row.len - ROW_HEAD_BYTES), &m) != 0)
        return;
    change_state(a, &m.state);
    buf_bytes(out, row.p, ROW_HEAD_BYTES);
    msg_encode(&m, out);
}

/* Rows of other answers than these are left out. */
static void
change_rows(struct record_anon *a, struct msg_reply *r)
{
    const char *op = op_of(a, r->seq);
    struct buf one = { 0 };
    struct span row;

    buf_reset(&a->rows);
    for (size_t at = 0; row_next(r->rows, &at, &row);) {
        buf_reset(&one);
        if (span_is(span_str(op), "nodes"))
            change_member(a, row, &one);
        else if (span_is(span_str(op), "detail"))
            anon_pairs(a->names, row, &one);
        if (one.len > 0)
            row_add(&a->rows, buf_span(&one));
    }
    r->rows = buf_span(&a->rows);
    buf_fini(&one);
}

static void
change_reply(struct record_anon *a, struct msg_reply *r)
{
    buf_reset(&a->pairs);
    anon_pairs(a->names, r->pairs, &a->pairs);
    r->pairs = buf_span(&a->pairs);
    r->text = span_str(r->status == 0 ? "" : "(text left out)");
    change_rows(a, r);
}

/* ---- frames ---- */

static bool
change_msg(struct record_anon *a, struct msg *m)
{
    switch (m->type) {
    case MSG_STATE:
    case MSG_STATE_SLOW:
        change_state(a, &m->state);
        return true;
    case MSG_EVENT:
        buf_reset(&a->text[0]);
        anon_event(a->names, m->event.text, &a->text[0]);
        m->event.text = buf_span(&a->text[0]);
        return true;
    case MSG_BYE:
        return true;
    case MSG_REPLY:
        change_reply(a, &m->reply);
        return true;
    }
    return false;
}

static bool
change_frame(struct record_anon *a, struct input *in, struct span *raw)
{
    uint8_t version = in->head.version;

    anon_id(a->names, &in->head.sender);
    buf_reset(&a->body);
    if (in->kind == IN_BAD)
        in->head.type = 0;
    else if (!change_msg(a, &in->msg))
        return false;
    else
        msg_encode(&in->msg, &a->body);
    buf_reset(&a->raw);
    in->head.flags = 0;
    frame_encode(a->codec, &in->head, buf_span(&a->body), COMPRESS_NO, 0,
                 &a->raw);
    a->raw.p[2] = in->kind == IN_BAD ? version : PROTOCOL_VERSION;
    *raw = buf_span(&a->raw);
    return true;
}

/* ---- the others ---- */

static bool
change_link(struct record_anon *a, struct input *in)
{
    static const char *const reasons[] = {
        "no such file", "connection refused", "permission denied",
        "name not found", "time-out", "key refused", NULL
    };
    struct span was = in->text;

    in->where = named(a, 0, ANON_WHERE, in->where);
    in->text = span_str("");
    for (size_t i = 0; reasons[i] != NULL; i++)
        if (span_is(was, reasons[i]))
            in->text = span_str(reasons[i]);
    return true;
}

static bool
change_asked(struct record_anon *a, struct question *q)
{
    a->asked[a->next].id = q->id;
    memcpy(a->asked[a->next].op, q->op, sizeof q->op);
    a->next = (a->next + 1) % ASKED;
    anon_id(a->names, &q->to);
    buf_reset(&a->pairs);
    anon_pairs(a->names, q->pairs, &a->pairs);
    q->pairs = buf_span(&a->pairs);
    return true;
}

bool
record_anon_input(struct record_anon *a, struct input *in, struct span *raw)
{
    switch (in->kind) {
    case IN_STATE:
    case IN_ANSWER:
    case IN_BAD:
        return change_frame(a, in, raw);
    case IN_LINK:
        return change_link(a, in);
    case IN_ASKED:
        return change_asked(a, &in->asked);
    case IN_SIZE:
        return true;
    case IN_NOTE:       /* they may spell names */
    case IN_KEY:
    case IN_PASTE:
    case IN_TICK:
        break;
    }
    return false;
}
