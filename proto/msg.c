/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/msg.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "proto/msg_wire.h"

const char *
msg_type_name(uint8_t type)
{
    switch ((enum msg_type)type) {
    case MSG_STATE: return "STATE";
    case MSG_EVENT: return "EVENT";
    case MSG_BYE: return "BYE";
    case MSG_STATE_SLOW: return "STATE_SLOW";
    case MSG_HELLO: return "HELLO";
    case MSG_PING: return "PING";
    case MSG_PONG: return "PONG";
    case MSG_BATCH: return "BATCH";
    case MSG_BATCH_ACK: return "BATCH_ACK";
    case MSG_CLAIMS: return "CLAIMS";
    case MSG_CLAIMS_REPLY: return "CLAIMS_REPLY";
    case MSG_RELEASE: return "RELEASE";
    case MSG_RELEASE_ACK: return "RELEASE_ACK";
    case MSG_RESULTS: return "RESULTS";
    case MSG_RESULTS_ACK: return "RESULTS_ACK";
    case MSG_REQUEST: return "REQUEST";
    case MSG_REFUSE: return "REFUSE";
    case MSG_COMMAND: return "COMMAND";
    case MSG_REPLY: return "REPLY";
    }
    return "?";
}

/* False: no such type. */
static bool
read_body(struct reader *r, struct msg *m)
{
    switch ((enum msg_type)m->type) {
    case MSG_STATE:
    case MSG_STATE_SLOW: state_read(r, &m->state); return true;
    case MSG_EVENT: event_read(r, &m->event); return true;
    case MSG_BYE: return true;
    case MSG_HELLO: hello_read(r, &m->hello); return true;
    case MSG_PING:
    case MSG_PONG: m->ping.stamp_us = reader_u64(r); return true;
    case MSG_BATCH: batch_read(r, &m->batch); return true;
    case MSG_BATCH_ACK: batch_ack_read(r, &m->batch_ack); return true;
    case MSG_CLAIMS: claims_read(r, &m->claims); return true;
    case MSG_CLAIMS_REPLY:
        items_msg_read(r, VERBS_CLAIMS_REPLY, &m->items);
        return true;
    case MSG_RELEASE:
    case MSG_RELEASE_ACK:
        items_msg_read(r, VERBS_RELEASE, &m->items);
        return true;
    case MSG_RESULTS_ACK:
        items_msg_read(r, VERBS_RESULTS_ACK, &m->items);
        return true;
    case MSG_RESULTS: results_read(r, &m->results); return true;
    case MSG_REQUEST: request_read(r, &m->request); return true;
    case MSG_REFUSE: refuse_read(r, &m->refuse); return true;
    case MSG_COMMAND: command_read(r, &m->command); return true;
    case MSG_REPLY: reply_read(r, &m->reply); return true;
    }
    return false;
}

int
msg_decode(uint8_t type, struct span body, struct msg *out)
{
    struct reader r;

    memset(out, 0, sizeof *out);
    out->type = type;
    reader_init(&r, body);
    wire_check(&r, body.len <= MESSAGE_MAX_BYTES);
    if (!read_body(&r, out))
        return -ENOSYS;
    return r.bad || reader_left(&r) != 0 ? -EBADMSG : 0;
}

void
msg_encode(const struct msg *m, struct buf *out)
{
    switch ((enum msg_type)m->type) {
    case MSG_STATE:
    case MSG_STATE_SLOW: state_write(&m->state, out); return;
    case MSG_EVENT: event_write(&m->event, out); return;
    case MSG_BYE: return;
    case MSG_HELLO: hello_write(&m->hello, out); return;
    case MSG_PING:
    case MSG_PONG: buf_u64(out, m->ping.stamp_us); return;
    case MSG_BATCH: batch_write(&m->batch, out); return;
    case MSG_BATCH_ACK: batch_ack_write(&m->batch_ack, out); return;
    case MSG_CLAIMS: claims_write(&m->claims, out); return;
    case MSG_CLAIMS_REPLY:
    case MSG_RELEASE:
    case MSG_RELEASE_ACK:
    case MSG_RESULTS_ACK: items_msg_write(&m->items, out); return;
    case MSG_RESULTS: results_write(&m->results, out); return;
    case MSG_REQUEST: request_write(&m->request, out); return;
    case MSG_REFUSE: refuse_write(&m->refuse, out); return;
    case MSG_COMMAND: command_write(&m->command, out); return;
    case MSG_REPLY: reply_write(&m->reply, out); return;
    }
    assert(false);  /* a type that is none */
}
