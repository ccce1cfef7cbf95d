/* SPDX-License-Identifier: MPL-2.0 */
/* Made-up data: the same seed and questions give the same inputs. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tui/demo_own.h"

enum { ANSWER_MIN_US = 20000, ANSWER_SPREAD_US = 280000,
       FIRST_US = 50000, SPREAD_US = 900000 };

static const char where[] = "made-up data";

struct demo *
demo_new(unsigned n, uint64_t seed)
{
    struct demo *d = xcalloc(1, sizeof *d);

    d->n = n < 1 ? 1 : n;
    random_seed(&d->random, seed);
    world_init(d);
    say_later(d, 0, IN_LINK)->link = LINK_TRYING;
    say_later(d, ANSWER_MIN_US, IN_LINK)->link = LINK_UP;
    return d;
}

void
demo_free(struct demo *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->n_due; i++)
        buf_fini(&d->due[i].body);
    free(d->due);
    free(d->node);
    buf_fini(&d->body);
    free(d);
}

/* The next state: one node after the other, all once a second. */
static int64_t
state_us(const struct demo *d)
{
    return (int64_t)(d->step / d->n) * DEMO_S + FIRST_US +
           (int64_t)(d->step % d->n) * SPREAD_US / (int64_t)d->n;
}

/* A message in d->body as an input of node n; its head as on the wire. */
static void
decoded(struct demo *d, struct demo_node *n, uint8_t type, struct input *out)
{
    int rc = msg_decode(type, buf_span(&d->body), &out->msg);

    assert(rc == 0);
    (void)rc;
    out->head = (struct frame){
        .version = PROTOCOL_VERSION, .type = type, .sender = n->id,
        .incarnation = n->incarnation,
        .seq = type == MSG_STATE ? ++n->seq : ++d->numbers,
        .up_ms = (uint64_t)(out->at_us - n->up_us) / 1000,
        .raw_bytes = (uint32_t)d->body.len };
    out->n_bytes = d->body.len + FRAME_HEADER_BYTES;
}

static void
give_state(struct demo *d, struct demo_node *n, struct input *out)
{
    out->kind = IN_STATE;
    buf_reset(&d->body);
    say_state(d, n, out->at_us, true, &d->body);
    decoded(d, n, MSG_STATE, out);
}

/* A question has come to its node: the answer. */
static void
give_answer(struct demo *d, struct demo_node *n, const struct demo_due *due,
            struct input *out)
{
    struct msg c, m = { .type = MSG_REPLY };
    struct demo_reply r = { .status = 0 };
    int rc = msg_decode(MSG_COMMAND, buf_span(&due->body), &c);

    assert(rc == 0);
    (void)rc;
    ask_answer(d, n, &c.command, due->at_us, &r);
    m.reply = (struct msg_reply){
        .client = c.command.client, .seq = c.command.seq, .status = r.status,
        .text = span_str(r.text), .pairs = buf_span(&r.pairs),
        .rows = buf_span(&r.rows) };
    buf_reset(&d->body);
    msg_encode(&m, &d->body);
    buf_fini(&r.pairs);
    buf_fini(&r.rows);
    out->kind = IN_ANSWER;
    decoded(d, n, MSG_REPLY, out);
}

static void
give_link(const struct demo_due *due, struct input *out)
{
    out->kind = IN_LINK;
    out->link = due->link;
    out->way_in = true;
    out->where = span_str(where);
    out->text = span_str("");
}

/* False: nobody is there to say it. */
static bool
give_due(struct demo *d, struct input *out)
{
    struct demo_due due = d->due[0];
    struct demo_node *n = &d->node[due.node];
    bool given = due.kind == IN_LINK || !n->silent;

    memmove(d->due, d->due + 1, --d->n_due * sizeof *d->due);
    *out = (struct input){ .at_us = due.at_us };
    if (due.kind == IN_LINK) {
        give_link(&due, out);
    } else if (given && due.type == MSG_COMMAND) {
        give_answer(d, n, &due, out);
    } else if (given && due.type == MSG_STATE) {
        give_state(d, n, out);
    } else if (given) {
        out->kind = due.kind;
        buf_reset(&d->body);
        buf_bytes(&d->body, due.body.p, due.body.len);
        decoded(d, n, due.type, out);
    }
    buf_fini(&due.body);
    return given;
}

bool
demo_next(struct demo *d, int64_t until_us, struct input *out)
{
    for (;;) {
        int64_t second = (int64_t)(d->step / d->n);
        int64_t at_us = state_us(d);

        if (second > d->second && second * DEMO_S <= until_us)
            world_step(d, d->second + 1);
        if (d->n_due > 0 && d->due[0].at_us <= at_us) {
            if (d->due[0].at_us > until_us)
                return false;
            if (give_due(d, out))
                return true;
            continue;
        }
        if (at_us > until_us)
            return false;
        struct demo_node *n = &d->node[d->step++ % d->n];
        if (n->silent)
            continue;
        *out = (struct input){ .at_us = at_us };
        give_state(d, n, out);
        return true;
    }
}

void
demo_ask(struct demo *d, int64_t now_us, const struct question *q)
{
    struct msg m = { .type = MSG_COMMAND };
    size_t to = 0;

    while (!node_id_is_zero(&q->to) && to < d->n &&
           !node_id_equal(&q->to, &d->node[to].id))
        to++;
    if (to == d->n)
        return;
    uint64_t spread = q->id * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    struct demo_due *due = say_later(
        d, now_us + ANSWER_MIN_US + (int64_t)(spread % ANSWER_SPREAD_US),
        IN_ANSWER);
    due->node = to;
    due->type = MSG_COMMAND;
    m.command = (struct msg_command){ .client = 1, .seq = q->id,
                                      .op = span_str(q->op),
                                      .pairs = q->pairs };
    msg_encode(&m, &due->body);
}
