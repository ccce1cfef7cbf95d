/* SPDX-License-Identifier: MPL-2.0 */
/* Each field of each message comes out as it went in (tests/fuzz/samples). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "proto/msg.h"
#include "tests/fuzz/samples.h"

static void
decode_sample(uint8_t type, struct buf *b, struct msg *m)
{
    sample_body(type, b);
    assert_int_equal(msg_decode(type, buf_span(b), m), 0);
}

static void
expect_text(struct span got, const char *text)
{
    if (!span_is(got, text))
        fail_msg("\"%.*s\" is not \"%s\"", (int)got.len,
                 (const char *)got.p, text);
}

static void
state_load_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;

    decode_sample(MSG_STATE, &b, &m);
    const struct state *s = &m.state;
    assert_int_equal(s->id.b[0], 1);
    assert_int_equal(s->port, 8490);
    assert_int_equal(s->interval_ms, 1000);
    assert_int_equal(s->dead_after_ms, 5000);
    assert_int_equal(s->phase, PHASE_RUN);
    assert_int_equal(s->throttle_percent, 70);
    assert_int_equal(s->floor_percent, 10);
    assert_int_equal(s->ceiling_percent, 90);
    assert_int_equal(s->slots, 8);
    assert_int_equal(s->running, 7);
    assert_int_equal(s->queued, 120);
    assert_int_equal(s->held, 3);
    assert_int_equal(s->room, 99880);
    assert_int_equal(s->queued_cost, 120000001);
    assert_int_equal(s->w, 127000002);
    assert_int_equal(s->slot_rate, 1000003);
    assert_int_equal(s->rate, 8000004);
    assert_int_equal(s->done_cost, 5000005);
    assert_int_equal(s->busy_units, 4000006);
    assert_int_equal(s->drain_us, 15000007);
    assert_int_equal(s->tail_us, 2000008);
    buf_fini(&b);
}

static void
state_host_and_counter_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;

    decode_sample(MSG_STATE, &b, &m);
    const struct state *s = &m.state;
    const uint64_t counters[] = {
        s->done, s->failed, s->retried, s->lost, s->sent_jobs,
        s->received_jobs, s->raw_bytes, s->wire_bytes, s->rejected,
        s->accepted, s->refused
    };
    assert_int_equal(s->cpu_permille, 912);
    assert_int_equal(s->ext_cpu_permille, 105);
    assert_int_equal(s->n_cpus, 16);
    assert_int_equal(s->load_milli, 7250);
    assert_true(s->mem_total_bytes == 1ull << 36);
    assert_true(s->mem_avail_bytes == 1ull << 35);
    assert_int_equal(s->rss_bytes, 9000001);
    assert_true(s->boot_id == 0xfedcba9876543210ull);
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        assert_int_equal(counters[i], 1001 + i);
    expect_text(s->name, "alpha");
    expect_text(s->cluster, "lab");
    expect_text(s->endpoint_host, "10.0.0.7");
    expect_text(s->kinds, "noop sleep fib");
    expect_text(s->version, "1.0");
    expect_text(s->tags, "rack=r2");
    expect_text(s->policy, "hybrid");
    expect_text(s->placement, "local");
    buf_fini(&b);
}

static void
state_tells_its_trouble(void **state)
{
    (void)state;
    struct buf b = { 0 }, again = { 0 };
    struct msg m, got;

    decode_sample(MSG_STATE, &b, &m);
    assert_int_equal(m.state.quarantine.len, 0);
    assert_false(m.state.disk_full);
    m.state.quarantine = span_str("fib:5:540 sleep:3:7");
    msg_encode(&m, &again);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&again), &got), 0);
    expect_text(got.state.quarantine, "fib:5:540 sleep:3:7");
    assert_false(got.state.disk_full);
    m.state.quarantine = span_str("");
    m.state.disk_full = true;
    buf_reset(&again);
    msg_encode(&m, &again);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&again), &got), 0);
    assert_true(got.state.disk_full);
    assert_int_equal(got.state.quarantine.len, 0);
    buf_fini(&again);
    buf_fini(&b);
}

static void
state_workloads(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;
    struct state_workload w;
    size_t at = 0;

    decode_sample(MSG_STATE, &b, &m);
    assert_int_equal(m.state.n_workloads, 2);
    assert_true(state_workload_next(&m.state, &at, &w));
    assert_int_equal(w.number, 12);
    assert_int_equal(w.n_jobs, 1000);
    assert_int_equal(w.queued, 500);
    assert_int_equal(w.running, 4);
    assert_int_equal(w.done, 490);
    assert_int_equal(w.failed, 5);
    assert_int_equal(w.cancelled, 1);
    assert_int_equal(w.priority, 9);
    assert_int_equal(w.held + w.ended, 0);
    assert_int_equal(w.age_us, 15000000);
    expect_text(w.kind, "sleep");
    expect_text(w.label, "night run");
    assert_true(state_workload_next(&m.state, &at, &w));
    assert_int_equal(w.held, 1);
    assert_int_equal(w.ended, 1);
    assert_int_equal(w.ended_age_us, 77);
    assert_false(state_workload_next(&m.state, &at, &w));
    buf_fini(&b);
}

static void
membership_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;

    decode_sample(MSG_HELLO, &b, &m);
    expect_text(m.hello.name, "alpha");
    expect_text(m.hello.cluster, "lab");
    expect_text(m.hello.host, "10.0.0.7");
    expect_text(m.hello.version, "1.0");
    assert_int_equal(m.hello.port, 8490);
    assert_int_equal(m.hello.min_version, 1);
    assert_int_equal(m.hello.max_version, 2);
    buf_reset(&b);
    decode_sample(MSG_EVENT, &b, &m);
    assert_true(m.event.time_ms == 1700000000000ull);
    assert_int_equal(m.event.number, 17);
    assert_int_equal(m.event.level, LOG_INFO);
    expect_text(m.event.name, "transfer");
    expect_text(m.event.text, "jobs=15 to=beta");
    buf_reset(&b);
    decode_sample(MSG_PONG, &b, &m);
    assert_true(m.ping.stamp_us == 0x123456789abcdef0ull);
    buf_reset(&b);
    decode_sample(MSG_REQUEST, &b, &m);
    assert_int_equal(m.request.n_jobs, 15);
    assert_int_equal(m.request.rule, 3);
    buf_reset(&b);
    decode_sample(MSG_REFUSE, &b, &m);
    assert_int_equal(m.refuse.referral.b[0], 77);
    assert_int_equal(msg_decode(MSG_STATE, m.refuse.state, &m), 0);
    buf_fini(&b);
}

static void
batch_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;
    struct batch_group g;
    struct item it;
    struct span args;
    uint64_t cost;
    size_t at = 0, item_at = 0, args_at = 0;

    decode_sample(MSG_BATCH, &b, &m);
    assert_int_equal(m.batch.target_inc, 7);
    assert_int_equal(m.batch.b, 42);
    assert_int_equal(m.batch.low, 40);
    assert_int_equal(m.batch.drain_us, 12500000);
    assert_int_equal(m.batch.n_jobs, 41);
    assert_int_equal(m.batch.n_groups, 2);
    assert_true(batch_next(&m.batch, &at, &g));
    assert_int_equal(g.home.b[0], 1);
    assert_int_equal(g.workload, 12);
    assert_true(item_next(g.items, &item_at, &it));
    assert_int_equal(it.first, 10);
    assert_int_equal(it.count, 20);
    assert_true(item_next(g.items, &item_at, &it));
    assert_int_equal(it.flags, ITEM_HAS_ARGS);
    assert_true(batch_args(&g, &args_at, &cost, &args));
    assert_int_equal(cost, 90000000);
    expect_text(args, "n=90");
    assert_false(batch_args(&g, &args_at, &cost, &args));
    assert_true(batch_next(&m.batch, &at, &g));
    assert_int_equal(g.home.b[0], 200);
    assert_int_equal(g.args.len, 0);
    assert_false(batch_next(&m.batch, &at, &g));
    buf_fini(&b);
}

static void
item_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;
    struct item it;
    size_t at = 0;

    decode_sample(MSG_BATCH_ACK, &b, &m);
    assert_int_equal(m.batch_ack.asker_inc, 6);
    assert_int_equal(m.batch_ack.asked_inc, 7);
    assert_int_equal(m.batch_ack.b, 42);
    assert_int_equal(m.batch_ack.low, 40);
    assert_int_equal(m.batch_ack.wrong_inc, 0);
    buf_reset(&b);
    decode_sample(MSG_CLAIMS, &b, &m);
    assert_int_equal(m.claims.home_inc, 7);
    assert_int_equal(m.claims.sequence, 31);
    assert_int_equal(m.claims.part, 2);
    assert_int_equal(m.claims.last, 1);
    assert_true(item_next(m.claims.items, &at, &it));
    assert_int_equal(it.verb, CLAIM_QUEUED);
    assert_int_equal(it.moves, 3);
    assert_int_equal(it.attempt, 2);
    assert_int_equal(it.workload, 12);
    assert_int_equal(it.first, 100);
    assert_int_equal(it.count, 50);
    assert_true(it.fence == 0x700000002ull);
    assert_int_equal(it.run, 41);
    assert_true(item_next(m.claims.items, &at, &it));
    assert_int_equal(it.verb, CLAIM_OFFERED);
    assert_false(item_next(m.claims.items, &at, &it));
    buf_fini(&b);
}

static void
result_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;
    struct result r;
    size_t at = 0;

    decode_sample(MSG_RESULTS, &b, &m);
    assert_int_equal(m.results.n, 2);
    assert_true(result_next(m.results.list, &at, &r));
    assert_int_equal(r.workload, 12);
    assert_int_equal(r.index, 345);
    assert_true(r.fence == 0x700000002ull);
    assert_int_equal(r.run, 41);
    assert_int_equal(r.attempt, 2);
    assert_int_equal(r.outcome, OUTCOME_DONE);
    assert_int_equal(r.node.b[0], 9);
    assert_int_equal(r.wait_us, 1001);
    assert_int_equal(r.run_us, 1002);
    assert_int_equal(r.cpu_us, 1003);
    expect_text(r.value, "2880067194370816120");
    assert_true(result_next(m.results.list, &at, &r));
    expect_text(r.error, "exit status 3");
    assert_false(result_next(m.results.list, &at, &r));
    buf_fini(&b);
}

static void
command_and_reply_fields(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg m;
    struct span row;
    uint64_t v = 0;
    size_t at = 0;

    decode_sample(MSG_COMMAND, &b, &m);
    assert_true(m.command.client == 0x1122334455667788ull);
    assert_int_equal(m.command.seq, 9);
    expect_text(m.command.op, "throttle");
    expect_text(m.command.blob, "some bytes");
    expect_text(pair_get(m.command.pairs, "node"), "south");
    assert_true(pair_u64(m.command.pairs, "percent", 5, &v));
    assert_int_equal(v, 70);
    buf_reset(&b);
    decode_sample(MSG_REPLY, &b, &m);
    assert_int_equal(m.reply.status, 77);
    expect_text(m.reply.text, "refused");
    assert_true(pair_u64(m.reply.pairs, "old", 5, &v));
    assert_true(v == UINT64_MAX);
    assert_int_equal(m.reply.n_rows, 2);
    assert_true(row_next(m.reply.rows, &at, &row));
    expect_text(row, "first row");
    assert_true(row_next(m.reply.rows, &at, &row));
    assert_int_equal(row.len, 0);
    assert_false(row_next(m.reply.rows, &at, &row));
    buf_fini(&b);
}

static void
pairs_are_found_or_not(void **state)
{
    (void)state;
    static const char *const wrong[] = { "", "x", "7x", " 7", "-7", "+7",
                                         "18446744073709551616", "0x7" };
    struct buf b = { 0 };
    uint64_t v = 0;

    assert_null(pair_get(buf_span(&b), "a").p);
    pair_add(&b, "empty", span_str(""));
    pair_add(&b, "twice", span_str("1"));
    pair_add(&b, "twice", span_str("2"));
    pair_add_u64(&b, "zero", 0);
    pair_add(&b, "nul", span_of("7\0", 2));
    assert_non_null(pair_get(buf_span(&b), "empty").p);
    assert_null(pair_get(buf_span(&b), "emp").p);
    expect_text(pair_get(buf_span(&b), "twice"), "1");
    expect_text(pair_get(buf_span(&b), "zero"), "0");
    assert_true(pair_u64(buf_span(&b), "absent", 99, &v));
    assert_int_equal(v, 99);
    assert_true(pair_u64(buf_span(&b), "zero", 99, &v));
    assert_int_equal(v, 0);
    assert_false(pair_u64(buf_span(&b), "nul", 99, &v));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buf_reset(&b);
        pair_add(&b, "n", span_str(wrong[i]));
        assert_false(pair_u64(buf_span(&b), "n", 99, &v));
    }
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_load_fields),
        cmocka_unit_test(state_host_and_counter_fields),
        cmocka_unit_test(state_tells_its_trouble),
        cmocka_unit_test(state_workloads),
        cmocka_unit_test(membership_fields),
        cmocka_unit_test(batch_fields),
        cmocka_unit_test(item_fields),
        cmocka_unit_test(result_fields),
        cmocka_unit_test(command_and_reply_fields),
        cmocka_unit_test(pairs_are_found_or_not),
    };
    return cmocka_run_group_tests_name("msg fields", tests, NULL, NULL);
}
