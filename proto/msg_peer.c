/* SPDX-License-Identifier: MPL-2.0 */
/* Membership, events, and asking a peer for work. */
#include "proto/msg_wire.h"

#include "base/log.h"

void
hello_read(struct reader *r, struct msg_hello *m)
{
    m->name = wire_name(r);
    m->cluster = wire_name(r);
    m->host = wire_text8(r, ENDPOINT_MAX_BYTES);
    m->version = wire_text8(r, NAME_MAX_BYTES);
    m->port = reader_u16(r);
    m->min_version = reader_u8(r);
    m->max_version = reader_u8(r);
    wire_check(r, m->min_version >= 1 && m->min_version <= m->max_version);
    reader_span16(r);       /* fields of a later version */
}

void
hello_write(const struct msg_hello *m, struct buf *out)
{
    static const struct span tail = { NULL, 0 };

    buf_span8(out, m->name);
    buf_span8(out, m->cluster);
    buf_span8(out, m->host);
    buf_span8(out, m->version);
    buf_u16(out, m->port);
    buf_u8(out, m->min_version);
    buf_u8(out, m->max_version);
    buf_span16(out, tail);
}

void
event_read(struct reader *r, struct msg_event *m)
{
    wire_check(r, reader_left(r) <= STATE_MAX_BYTES);
    m->time_ms = reader_u64(r);
    m->number = reader_u64(r);
    m->level = reader_u8(r);
    m->name = wire_text8(r, NAME_MAX_BYTES);
    m->text = wire_text16(r, STATE_MAX_BYTES);
    wire_check(r, m->level >= LOG_ERROR && m->level <= LOG_DEBUG);
}

void
event_write(const struct msg_event *m, struct buf *out)
{
    buf_u64(out, m->time_ms);
    buf_u64(out, m->number);
    buf_u8(out, m->level);
    buf_span8(out, m->name);
    buf_span16(out, m->text);
}

/* A STATE body inside of another message is checked like one of its own. */
static struct span
inner_state_read(struct reader *r)
{
    struct span body = reader_span32(r);
    struct msg inner;

    wire_check(r, !r->bad && msg_decode(MSG_STATE, body, &inner) == 0);
    return body;
}

void
request_read(struct reader *r, struct msg_request *m)
{
    m->n_jobs = reader_u32(r);
    m->rule = reader_u8(r);
    m->state = inner_state_read(r);
}

void
request_write(const struct msg_request *m, struct buf *out)
{
    buf_u32(out, m->n_jobs);
    buf_u8(out, m->rule);
    buf_span32(out, m->state);
}

void
refuse_read(struct reader *r, struct msg_refuse *m)
{
    m->referral = wire_read_id(r);
    m->state = inner_state_read(r);
}

void
refuse_write(const struct msg_refuse *m, struct buf *out)
{
    wire_write_id(&m->referral, out);
    buf_span32(out, m->state);
}
