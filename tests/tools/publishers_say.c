/* SPDX-License-Identifier: MPL-2.0 */
/* publishers_say - what the nodes that are played publish. */
#include <time.h>
#include <zmq.h>

#include "tests/tools/publishers.h"

void
frame(struct played *k, const struct msg *m, uint64_t seq, struct buf *out)
{
    struct frame f = { .version = PROTOCOL_VERSION, .type = m->type,
                       .sender = k->id, .incarnation = 1, .seq = seq,
                       .up_ms = (uint64_t)(now_us() - all.start_us) / 1000 };
    struct buf body = { 0 };

    msg_encode(m, &body);
    frame_encode(all.codec, &f, buf_span(&body), COMPRESS_NO, 1, out);
    fault_frame(k, out);
    buf_fini(&body);
}

static void
publish(struct played *k, const struct msg *m)
{
    struct buf out = { 0 };

    frame(k, m, ++k->seq[m->type], &out);
    (void)zmq_send(k->pub, out.p, out.len, ZMQ_DONTWAIT);
    all.published++;
    buf_fini(&out);
}

void
fill_state(const struct played *k, struct state *s)
{
    double rate = SLOTS * k->throttle / 100.0 * 1e6;

    *s = (struct state){
        .id = k->id, .name = span_str(fault_name(k)),
        .cluster = span_str("publishers"),
        .endpoint_host = span_str("127.0.0.1"),
        .kinds = span_str("sleep fib"), .version = span_str("0.1.0"),
        .tags = span_str(k->tags), .policy = span_str(k->policy),
        .placement = span_str("local"), .port = k->port,
        .interval_ms = 1000, .dead_after_ms = 5000, .phase = k->phase,
        .throttle_percent = k->throttle, .floor_percent = 10,
        .ceiling_percent = 100, .slots = SLOTS,
        .running = (uint16_t)k->running, .queued = k->queued,
        .room = 4096 - k->queued, .w = (uint64_t)k->queued * 1000000,
        .queued_cost = (uint64_t)k->queued * 1000000,
        .slot_rate = (uint64_t)(rate / SLOTS), .rate = (uint64_t)rate,
        .drain_us = (uint64_t)(k->queued / rate * 1e12), .n_cpus = SLOTS,
        .cpu_permille = (uint16_t)(k->running * k->throttle * 10 / SLOTS),
        .load_milli = k->running * 1000, .mem_total_bytes = 8000000000,
        .mem_avail_bytes = 5000000000, .rss_bytes = 30000000,
        .done = k->done, .failed = k->failed, .sent_jobs = k->sent,
        .received_jobs = k->received, .boot_id = 42
    };
    fault_state(k, s);
}

void
publish_state(struct played *k)
{
    struct msg m = { .type = MSG_STATE };
    struct buf works = { 0 };

    fill_state(k, &m.state);
    if (k->left > 0) {
        struct state_workload w = {
            .number = 1, .n_jobs = all.jobs, .queued = k->left - k->running,
            .running = k->running, .done = all.jobs - k->left, .priority = 5,
            .age_us = (uint64_t)(now_us() - all.start_us),
            .kind = span_str("sleep"), .label = span_str("played")
        };
        state_workload_encode(&w, &works);
        m.state.workloads = buf_span(&works);
    }
    if (k->fault != FAULT_GARBAGE || k->states == 0)
        publish(k, &m);
    if (k->states++ % SLOW_EVERY == 0) {
        m.type = MSG_STATE_SLOW;
        publish(k, &m);
    }
    fault_publish(k);
    buf_fini(&works);
}

void
publish_event(struct played *k, enum log_level level, const char *name,
              const char *text)
{
    struct msg m = { .type = MSG_EVENT };

    m.event.time_ms = (uint64_t)time(NULL) * 1000 + fault_ahead_ms(k);
    m.event.number = ++k->events;
    m.event.level = (uint8_t)level;
    m.event.name = span_str(name);
    m.event.text = span_str(text);
    publish(k, &m);
}
