/* SPDX-License-Identifier: MPL-2.0 */
/* A question becomes a COMMAND to the node that it is for. */
#include <errno.h>

#include "tui/net_own.h"

/* Whether `q` changes something: then its node is told who asks. */
static bool
says_who(struct span pairs)
{
    return pair_get(pairs, "by").p != NULL;
}

int
net_ask(struct net *n, const struct model *m, const struct question *q)
{
    struct control *c = control_for(n, m, &q->to);
    struct msg message = { .type = MSG_COMMAND };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_COMMAND,
                       .flags = FRAME_REPLY_WANTED };
    struct buf pairs = { 0 }, body = { 0 };

    if (c == NULL)
        return -EHOSTUNREACH;
    if (q->pairs.len > 0)
        buf_bytes(&pairs, q->pairs.p, q->pairs.len);
    if (!says_who(q->pairs) && n->by[0] != '\0')
        pair_add(&pairs, "by", span_str(n->by));
    message.command.client = n->client;
    message.command.seq = q->id;
    message.command.op = span_str(q->op);
    message.command.pairs = buf_span(&pairs);
    msg_encode(&message, &body);
    buf_reset(&n->frame);
    frame_encode(n->codec, &f, buf_span(&body), COMPRESS_NO, 1, &n->frame);
    buf_fini(&pairs);
    buf_fini(&body);
    return control_send(n, c, buf_span(&n->frame));
}
