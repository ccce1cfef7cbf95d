/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/fuzz/core_feed.h"

#include <string.h>

#include "proto/workload.h"

struct node_id
feed_id(unsigned node)
{
    struct node_id id = { { 0 } };

    id.b[0] = (uint8_t)(node % FEED_NODES + 1);
    return id;
}

/* Mostly small; sometimes at an end of what fits. */
static uint64_t
number(struct reader *r)
{
    uint8_t v = reader_u8(r);

    switch (v) {
    case 255: return UINT64_MAX;
    case 254: return UINT32_MAX;
    case 253: return reader_u32(r);
    case 252: return reader_u64(r);
    case 251: return JOBS_MAX;
    default: return v;
    }
}

/* As the home makes them: incarnation in the upper half. */
static uint64_t
fence(struct reader *r)
{
    uint64_t inc = reader_u8(r) % 4u, count = number(r);

    return inc << 32 | (count & UINT32_MAX);
}

static uint32_t
index_of(struct reader *r)
{
    return (uint32_t)(number(r) % JOBS_MAX);
}

static struct item
item(struct reader *r)
{
    struct item it = { .verb = (uint8_t)(reader_u8(r) % 18u) };

    it.moves = reader_u8(r);
    it.attempt = (uint8_t)(reader_u8(r) % 8u);
    it.workload = (uint32_t)number(r);
    it.first = index_of(r);
    it.count = 1 + index_of(r) % 64u;
    it.fence = fence(r);
    it.run = (uint32_t)number(r);
    return it;
}

static void
items(struct reader *r, struct buf *out)
{
    for (unsigned n = reader_u8(r) % 6u; n > 0; n--) {
        struct item it = item(r);
        item_encode(&it, out);
    }
}

/* Of kinds that the core has, or has not. */
static void
desc(struct reader *r, struct buf *out)
{
    static const char *const kinds[] = { "sleep", "noop", "fib", "own" };
    static const char *const pins[] = { "", "beta", "alpha", "x beta" };
    uint8_t how = reader_u8(r), more = reader_u8(r);
    struct desc d = {
        .kind = span_str(kinds[how % 4u]), .params = span_str("ms=1\n"),
        .label = span_str(""), .home_name = span_str("beta"),
        .n_jobs = 1 + index_of(r), .cost = 1 + number(r),
        .timeout_us = number(r), .priority = how % 10u,
        .retries = more % 16u == 0 ? RETRIES_DEFAULT : more % 4u,
        .flags = how >> 4 & 7, .ship = (more & 64) != 0,
        .pin = span_str(more >= 192 ? pins[more % 4u] : "")
    };

    if ((more & 32) != 0)
        d.halt = (struct desc_halt){ HALT_SOON + more % 2u,
                                     HALT_ON_FAIL + how % 3u, false,
                                     1 + more % 4u };
    desc_encode(&d, out);
}

static void
batch(struct reader *r, struct msg *m, struct buf *groups)
{
    m->batch = (struct msg_batch){ .target_inc = reader_u8(r) % 4u,
                                   .b = number(r), .low = number(r),
                                   .drain_us = number(r) };
    for (unsigned n = reader_u8(r) % 4u; n > 0; n--) {
        struct buf it = { 0 }, d = { 0 }, args = { 0 };
        struct batch_group g = { .home = feed_id(reader_u8(r)),
                                 .workload = (uint32_t)number(r),
                                 .unit_ps = number(r) };
        for (unsigned k = 1 + reader_u8(r) % 4u; k > 0; k--) {
            struct item one = item(r);
            one.verb = BATCH_JOB;
            one.workload = g.workload;
            one.flags = (uint8_t)(reader_u8(r) % 3u);
            if (one.flags == ITEM_HAS_ARGS) {
                one.count = 1;
                buf_u64(&args, number(r));
                buf_span32(&args, span_str("ms=2\n"));
            }
            item_encode(&one, &it);
        }
        desc(r, &d);
        g.items = buf_span(&it);
        g.desc = buf_span(&d);
        g.args = buf_span(&args);
        batch_group_encode(&g, groups);
        buf_fini(&it);
        buf_fini(&d);
        buf_fini(&args);
    }
    m->batch.groups = buf_span(groups);
}

static void
results(struct reader *r, struct msg *m, struct buf *list)
{
    for (unsigned n = 1 + reader_u8(r) % 4u; n > 0; n--) {
        struct result one = {
            .workload = (uint32_t)number(r), .index = index_of(r),
            .fence = fence(r), .run = (uint32_t)number(r),
            .attempt = (uint8_t)(1 + reader_u8(r) % 4u),
            .outcome = (uint8_t)(OUTCOME_DONE + reader_u8(r) % 5u),
            .node = feed_id(reader_u8(r)), .run_us = number(r),
            .wait_us = number(r), .cpu_us = number(r),
            .error = span_str("error"), .value = span_str("value")
        };
        result_encode(&one, list);
    }
    m->results.list = buf_span(list);
}

static void
state(struct reader *r, struct state *s)
{
    static const char *const names[] = { "alpha", "beta", "gamma", "" };

    *s = (struct state){
        .id = feed_id(reader_u8(r)), .name = span_str(names[reader_u8(r) % 4u]),
        .cluster = span_str("default"), .endpoint_host = span_str("host"),
        .kinds = span_str("noop sleep"), .version = span_str("1"),
        .tags = span_str(""), .policy = span_str("hybrid"),
        .placement = span_str("local"), .port = 8490,
        .interval_ms = (uint32_t)number(r),
        .dead_after_ms = (uint32_t)number(r),
        .phase = (uint8_t)(PHASE_START + reader_u8(r) % 4u),
        .throttle_percent = 100, .floor_percent = 1, .ceiling_percent = 100,
        .slots = (uint16_t)number(r), .running = (uint16_t)number(r),
        .queued = (uint32_t)number(r), .held = (uint32_t)number(r),
        .room = (uint32_t)number(r), .queued_cost = number(r),
        .w = number(r), .slot_rate = number(r), .rate = number(r),
        .done_cost = number(r), .busy_units = number(r),
        .drain_us = number(r), .tail_us = number(r)
    };
}

static void
state_body(struct reader *r, struct buf *out)
{
    struct msg m = { .type = MSG_STATE };

    state(r, &m.state);
    msg_encode(&m, out);
}

static void
lists(struct reader *r, struct msg *m, struct buf *list)
{
    items(r, list);
    if (m->type == MSG_BATCH_ACK)
        m->batch_ack = (struct msg_batch_ack){
            .asker_inc = reader_u8(r) % 4u, .asked_inc = reader_u8(r) % 4u,
            .b = number(r), .low = number(r),
            .wrong_inc = reader_u8(r) % 8u == 0, .items = buf_span(list)
        };
    else if (m->type == MSG_CLAIMS)
        m->claims = (struct msg_claims){
            .home_inc = reader_u8(r) % 4u, .sequence = number(r),
            .part = reader_u8(r) % 4u, .last = reader_u8(r) % 2u,
            .items = buf_span(list)
        };
    else
        m->items = (struct msg_items){ .home_inc = reader_u8(r) % 4u,
                                       .items = buf_span(list) };
}

static void
asks(struct reader *r, struct msg *m, struct buf *inner)
{
    state_body(r, inner);
    if (m->type == MSG_REQUEST)
        m->request = (struct msg_request){
            .n_jobs = (uint32_t)number(r), .rule = reader_u8(r) % 8u,
            .state = buf_span(inner)
        };
    else
        m->refuse = (struct msg_refuse){ .referral = feed_id(reader_u8(r)),
                                         .state = buf_span(inner) };
}

uint8_t
feed_message(struct reader *r, struct buf *body)
{
    static const uint8_t types[] = {
        MSG_BATCH, MSG_BATCH_ACK, MSG_CLAIMS, MSG_CLAIMS_REPLY, MSG_RELEASE,
        MSG_RELEASE_ACK, MSG_RESULTS_ACK, MSG_RESULTS, MSG_REQUEST,
        MSG_REFUSE, MSG_STATE, MSG_PING, MSG_PONG, MSG_BYE
    };
    struct msg m = { .type = types[reader_u8(r) % sizeof types] };
    struct buf list = { 0 };

    switch ((enum msg_type)m.type) {
    case MSG_BATCH: batch(r, &m, &list); break;
    case MSG_RESULTS: results(r, &m, &list); break;
    case MSG_REQUEST:
    case MSG_REFUSE: asks(r, &m, &list); break;
    case MSG_STATE: state(r, &m.state); break;
    case MSG_PING:
    case MSG_PONG: m.ping.stamp_us = number(r); break;
    case MSG_BATCH_ACK:
    case MSG_CLAIMS:
    case MSG_CLAIMS_REPLY:
    case MSG_RELEASE:
    case MSG_RELEASE_ACK:
    case MSG_RESULTS_ACK: lists(r, &m, &list); break;
    case MSG_BYE:
    case MSG_STATE_SLOW:
    case MSG_EVENT:
    case MSG_HELLO:
    case MSG_COMMAND:
    case MSG_REPLY: break;
    }
    msg_encode(&m, body);
    buf_fini(&list);
    return m.type;
}

/* ---- commands ---- */

static void
text_pair(struct reader *r, struct buf *pairs)
{
    static const char *const keys[] = {
        "ranges", "order", "state", "value", "what", "kind", "by", "cmd",
        "key", "mode", "halt", "seen", "tags"
    };
    static const char *const texts[] = {
        "0", "1-3", "0-9:2,5", "last", "index", "finish", "queued,running",
        "hybrid", "none", "sleep", "x", "", "50", "+5", "local", "drain"
    };
    const char *key = keys[reader_u8(r) % (sizeof keys / sizeof keys[0])];

    pair_add(pairs, key,
             span_str(texts[reader_u8(r) % (sizeof texts / sizeof texts[0])]));
}

static void
number_pair(struct reader *r, struct buf *pairs)
{
    static const char *const keys[] = {
        "workload", "job", "after", "limit", "wait_ms", "failed", "queued",
        "dry_run", "force", "total", "value", "seen", "delta", "no", "yes",
        "amount", "difference", "max_moves", "deadline_ms", "for_ms"
    };

    pair_add_u64(pairs, keys[reader_u8(r) % (sizeof keys / sizeof keys[0])],
                 number(r));
}

/* The first chunk of a workload, or one that follows. */
static void
submission(struct reader *r, struct buf *pairs, struct buf *blob)
{
    struct buf d = { 0 };
    uint8_t how = reader_u8(r);
    uint32_t first = how % 4u == 0 ? index_of(r) : 0, n = reader_u8(r) % 64u;

    if ((how & 4) != 0) {
        pair_add_u64(pairs, "workload", 1 + how / 32u);
    } else {
        desc(r, &d);
        pair_add(pairs, "desc", buf_span(&d));
        if ((how & 8) != 0)
            pair_add(pairs, "key", span_str((how & 16) != 0 ? "k" : "l"));
        pair_add_u64(pairs, "total", n);
    }
    chunk_begin(first, n, (how & 32) != 0, blob);
    for (uint32_t i = 0; (how & 32) != 0 && i < n; i++)
        chunk_job(1 + number(r), span_str("ms=3\n"), blob);
    buf_fini(&d);
}

void
feed_command(struct reader *r, struct buf *body)
{
    static const char *const ops[] = {
        "cancel", "detail", "drain", "explain", "forget", "hello", "hold",
        "job_list", "kinds", "list", "nodes", "pause", "ping", "placement",
        "policy", "priority", "publish", "rebalance", "results", "resume",
        "retry", "show", "start", "stop", "submit", "throttle", "undrain",
        "wait", "frob"
    };
    struct buf pairs = { 0 }, blob = { 0 };
    struct msg m = { .type = MSG_COMMAND };
    uint8_t op = reader_u8(r);

    m.command.client = 1 + reader_u8(r) % 3u;
    m.command.seq = number(r);
    if (op >= 128) {
        m.command.op = span_str("submit");
        submission(r, &pairs, &blob);
    } else {
        m.command.op = span_str(ops[op % (sizeof ops / sizeof ops[0])]);
        if (op % 2u != 0)
            pair_add_u64(&pairs, "workload", 1 + reader_u8(r) % 4u);
    }
    for (unsigned n = reader_u8(r) % 4u; n > 0; n--)
        if (n % 2u != 0)
            number_pair(r, &pairs);
        else
            text_pair(r, &pairs);
    m.command.pairs = buf_span(&pairs);
    m.command.blob = buf_span(&blob);
    msg_encode(&m, body);
    buf_fini(&pairs);
    buf_fini(&blob);
}
