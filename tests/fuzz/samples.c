/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/fuzz/samples.h"

#include <string.h>

#include "base/log.h"
#include "proto/workload.h"

const uint8_t sample_types[] = {
    MSG_STATE, MSG_EVENT, MSG_BYE, MSG_STATE_SLOW, MSG_HELLO, MSG_PING,
    MSG_PONG, MSG_BATCH, MSG_BATCH_ACK, MSG_CLAIMS, MSG_CLAIMS_REPLY,
    MSG_RELEASE, MSG_RELEASE_ACK, MSG_RESULTS, MSG_RESULTS_ACK, MSG_REQUEST,
    MSG_REFUSE, MSG_COMMAND, MSG_REPLY, 0
};

static struct node_id
id_of(uint8_t seed)
{
    struct node_id id;

    for (size_t i = 0; i < sizeof id.b; i++)
        id.b[i] = (uint8_t)(seed + i);
    return id;
}

/* One item of each verb. */
static void
two_items(uint8_t low, uint8_t high, struct buf *out)
{
    struct item it = { .verb = low, .moves = 3, .attempt = 2, .workload = 12,
                       .first = 100, .count = 50,
                       .fence = 0x700000002ull, .run = 41 };

    item_encode(&it, out);
    it = (struct item){ .verb = high, .workload = 13, .count = 1,
                        .fence = 0x800000000ull };
    item_encode(&it, out);
}

static void
state_spans(struct state *s, struct buf *workloads)
{
    struct state_workload w = {
        .number = 12, .n_jobs = 1000, .queued = 500, .running = 4,
        .done = 490, .failed = 5, .cancelled = 1, .priority = 9,
        .age_us = 15000000, .kind = span_str("sleep"),
        .label = span_str("night run")
    };

    state_workload_encode(&w, workloads);
    w = (struct state_workload){ .number = 13, .held = 1, .ended = 1,
                                 .ended_age_us = 77,
                                 .kind = span_str("fib") };
    state_workload_encode(&w, workloads);
    s->workloads = buf_span(workloads);
    s->name = span_str("alpha");
    s->cluster = span_str("lab");
    s->endpoint_host = span_str("10.0.0.7");
    s->kinds = span_str("noop sleep fib");
    s->version = span_str("1.0");
    s->tags = span_str("rack=r2");
    s->policy = span_str("hybrid");
    s->placement = span_str("local");
}

static void
state_sample(struct msg *m, struct buf *list)
{
    m->state = (struct state){
        .id = id_of(1), .port = 8490, .interval_ms = 1000,
        .dead_after_ms = 5000, .phase = PHASE_RUN, .throttle_percent = 70,
        .floor_percent = 10, .ceiling_percent = 90, .slots = 8,
        .running = 7, .queued = 120, .held = 3, .room = 99880,
        .queued_cost = 120000001, .w = 127000002, .slot_rate = 1000003,
        .rate = 8000004, .done_cost = 5000005, .busy_units = 4000006,
        .drain_us = 15000007, .tail_us = 2000008, .cpu_permille = 912,
        .ext_cpu_permille = 105, .n_cpus = 16, .load_milli = 7250,
        .mem_total_bytes = 1ull << 36, .mem_avail_bytes = 1ull << 35,
        .rss_bytes = 9000001, .done = 1001, .failed = 1002, .retried = 1003,
        .lost = 1004, .sent_jobs = 1005, .received_jobs = 1006,
        .raw_bytes = 1007, .wire_bytes = 1008, .rejected = 1009,
        .accepted = 1010, .refused = 1011, .boot_id = 0xfedcba9876543210ull
    };
    state_spans(&m->state, list);
}

static void
batch_sample(struct msg *m, struct buf *list)
{
    struct desc d = { .kind = span_str("fib"), .params = span_str("n=5\n"),
                      .home_name = span_str("alpha"), .n_jobs = 1000,
                      .cost = 5000000, .priority = 5, .retries = 2 };
    struct item it = { .verb = BATCH_JOB, .moves = 1, .attempt = 1,
                       .first = 10, .count = 20, .fence = 0x700000000ull };
    struct buf desc = { 0 }, items = { 0 }, args = { 0 };
    struct batch_group g = { .home = id_of(1), .workload = 12 };

    desc_encode(&d, &desc);
    item_encode(&it, &items);
    it.flags = ITEM_HAS_ARGS;
    it.first = 77;
    it.count = 1;
    item_encode(&it, &items);
    chunk_job(90000000, span_str("n=90"), &args);
    g.desc = buf_span(&desc);
    g.items = buf_span(&items);
    g.args = buf_span(&args);
    batch_group_encode(&g, list);
    g.home = id_of(200);
    g.items.len = ITEM_BYTES;
    g.args.len = 0;
    batch_group_encode(&g, list);
    m->batch = (struct msg_batch){ .target_inc = 7, .b = 42, .low = 40,
                                   .drain_us = 12500000,
                                   .groups = buf_span(list) };
    buf_fini(&desc);
    buf_fini(&items);
    buf_fini(&args);
}

static void
results_sample(struct msg *m, struct buf *list)
{
    struct result r = {
        .workload = 12, .index = 345, .fence = 0x700000002ull, .run = 41,
        .attempt = 2, .outcome = OUTCOME_DONE, .node = id_of(9),
        .wait_us = 1001, .run_us = 1002, .cpu_us = 1003,
        .value = span_str("2880067194370816120")
    };

    result_encode(&r, list);
    r = (struct result){ .workload = 13, .index = 1, .outcome = OUTCOME_FAILED,
                         .error = span_str("exit status 3") };
    result_encode(&r, list);
    m->results.list = buf_span(list);
}

static void
command_sample(struct msg *m, struct buf *list)
{
    pair_add(list, "node", span_str("south"));
    pair_add_u64(list, "percent", 70);
    pair_add(list, "empty", span_str(""));
    m->command = (struct msg_command){
        .client = 0x1122334455667788ull, .seq = 9,
        .op = span_str("throttle"), .pairs = buf_span(list),
        .blob = span_str("some bytes")
    };
}

static void
reply_sample(struct msg *m, struct buf *list, struct buf *rows)
{
    pair_add_u64(list, "old", UINT64_MAX);
    row_add(rows, span_str("first row"));
    row_add(rows, span_str(""));
    m->reply = (struct msg_reply){
        .client = 0x1122334455667788ull, .seq = 9, .status = 77,
        .text = span_str("refused"), .pairs = buf_span(list),
        .rows = buf_span(rows)
    };
}

static void
hello_sample(struct msg *m)
{
    m->hello = (struct msg_hello){
        .name = span_str("alpha"), .cluster = span_str("lab"),
        .host = span_str("10.0.0.7"), .version = span_str("1.0"),
        .port = 8490, .min_version = 1, .max_version = 2
    };
}

static void
event_sample(struct msg *m)
{
    m->event = (struct msg_event){
        .time_ms = 1700000000000ull, .number = 17, .level = LOG_INFO,
        .name = span_str("transfer"), .text = span_str("jobs=15 to=beta")
    };
}

static void
ack_sample(struct msg *m, struct buf *list)
{
    two_items(VERDICT_TAKEN, VERDICT_NAK_KIND, list);
    m->batch_ack = (struct msg_batch_ack){
        .asker_inc = 6, .asked_inc = 7, .b = 42, .low = 40,
        .items = buf_span(list)
    };
}

static void
claims_sample(struct msg *m, struct buf *list)
{
    two_items(CLAIM_QUEUED, CLAIM_OFFERED, list);
    m->claims = (struct msg_claims){ .home_inc = 7, .sequence = 31,
                                     .part = 2, .last = 1,
                                     .items = buf_span(list) };
}

static void
items_sample(struct msg *m, uint8_t low, uint8_t high, struct buf *list)
{
    two_items(low, high, list);
    m->items = (struct msg_items){ .home_inc = 7, .items = buf_span(list) };
}

static void
request_sample(struct msg *m, struct buf *list)
{
    sample_body(MSG_STATE, list);
    if (m->type == MSG_REQUEST)
        m->request = (struct msg_request){ .n_jobs = 15, .rule = 3,
                                           .state = buf_span(list) };
    else
        m->refuse = (struct msg_refuse){ .referral = id_of(77),
                                         .state = buf_span(list) };
}

void
sample_body(uint8_t type, struct buf *out)
{
    struct msg m = { .type = type };
    struct buf list = { 0 }, rows = { 0 };

    switch ((enum msg_type)type) {
    case MSG_STATE:
    case MSG_STATE_SLOW: state_sample(&m, &list); break;
    case MSG_EVENT: event_sample(&m); break;
    case MSG_BYE: break;
    case MSG_HELLO: hello_sample(&m); break;
    case MSG_PING:
    case MSG_PONG: m.ping.stamp_us = 0x123456789abcdef0ull; break;
    case MSG_BATCH: batch_sample(&m, &list); break;
    case MSG_BATCH_ACK: ack_sample(&m, &list); break;
    case MSG_CLAIMS: claims_sample(&m, &list); break;
    case MSG_CLAIMS_REPLY:
        items_sample(&m, REPLY_DROP_FINAL, REPLY_RECALL, &list);
        break;
    case MSG_RELEASE:
    case MSG_RELEASE_ACK:
        items_sample(&m, RELEASE_NEVER_STARTED, RELEASE_MAYBE_TAKEN, &list);
        break;
    case MSG_RESULTS: results_sample(&m, &list); break;
    case MSG_RESULTS_ACK:
        items_sample(&m, ACK_RESULT, ACK_RESULT, &list);
        break;
    case MSG_REQUEST:
    case MSG_REFUSE: request_sample(&m, &list); break;
    case MSG_COMMAND: command_sample(&m, &list); break;
    case MSG_REPLY: reply_sample(&m, &list, &rows); break;
    }
    msg_encode(&m, out);
    buf_fini(&list);
    buf_fini(&rows);
}
