/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fake_node - nodes that are made up, for tests of the console: each tells its
 * state when asked to, and answers as the test says.
 */
#ifndef LB_FAKE_NODE_H
#define LB_FAKE_NODE_H

#include <string.h>

#include "base/text.h"
#include "proto/frame.h"
#include "tui/model.h"

enum { FAKES_MAX = 64, SECOND = 1000000 };

struct fake {               /* a node as it really is */
    struct node_id id;
    char name[32], policy[32];
    struct state told;
    uint64_t seq;
    struct state_workload work[4];
    size_t n_works;
};

static inline struct fake
fake_node(unsigned number, const char *name)
{
    struct fake f = { .told = { .port = 8490, .interval_ms = 1000,
                                .dead_after_ms = 5000, .phase = PHASE_RUN,
                                .throttle_percent = 80, .floor_percent = 10,
                                .ceiling_percent = 100, .slots = 8,
                                .n_cpus = 8 } };

    f.id.b[0] = (uint8_t)(number + 1);
    f.id.b[15] = (uint8_t)(number >> 8);
    text_add(f.name, sizeof f.name, "%s", name);
    text_add(f.policy, sizeof f.policy, "hybrid");
    return f;
}

/* Its next STATE, as an input. `works` carries the encoded workloads. */
static inline struct input
fake_state(struct fake *f, int64_t at_us, struct buf *works)
{
    struct input in = { .at_us = at_us, .kind = IN_STATE,
                        .head = { .version = PROTOCOL_VERSION,
                                  .type = MSG_STATE, .sender = f->id,
                                  .incarnation = 1, .seq = ++f->seq } };

    buf_reset(works);
    for (size_t i = 0; i < f->n_works; i++)
        state_workload_encode(&f->work[i], works);
    in.msg.type = MSG_STATE;
    in.msg.state = f->told;
    in.msg.state.id = f->id;
    in.msg.state.name = span_str(f->name);
    in.msg.state.cluster = span_str("prod-a");
    in.msg.state.endpoint_host = span_str("10.0.0.1");
    in.msg.state.policy = span_str(f->policy);
    in.msg.state.placement = span_str("local");
    in.msg.state.tags = span_str("rack=r2");
    in.msg.state.version = span_str("0.9.2");
    in.msg.state.kinds = span_str("sleep");
    in.msg.state.n_workloads = (uint16_t)f->n_works;
    in.msg.state.workloads = buf_span(works);
    return in;
}

/* A REPLY of node `f` to the question `id`. */
static inline struct input
fake_reply(const struct fake *f, uint64_t id, uint8_t status, const char *text)
{
    struct input in = { .kind = IN_ANSWER,
                        .head = { .version = PROTOCOL_VERSION,
                                  .type = MSG_REPLY, .sender = f->id } };

    in.msg.type = MSG_REPLY;
    in.msg.reply = (struct msg_reply){ .seq = id, .status = status,
                                       .text = span_str(text) };
    return in;
}

#endif
