/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/random.h"
#include "proto/msg.h"
#include "proto/workload.h"
#include "tests/fuzz/samples.h"

static void
all_go_there_and_back(void **state)
{
    (void)state;
    for (const uint8_t *t = sample_types; *t != 0; t++) {
        struct buf b = { 0 }, again = { 0 };
        struct msg m;

        sample_body(*t, &b);
        if (sample_decode(*t, b.p, b.len) != 0 ||
            msg_decode(*t, buf_span(&b), &m) != 0)
            fail_msg("%s is refused", msg_type_name(*t));
        assert_int_equal(m.type, *t);
        msg_encode(&m, &again);
        if (!span_equal(buf_span(&b), buf_span(&again)))
            fail_msg("%s came back different", msg_type_name(*t));
        buf_fini(&b);
        buf_fini(&again);
    }
}

/* FNV-1a, 32 bits. */
static uint32_t
sum_of(const struct buf *b)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < b->len; i++)
        h = (h ^ b->p[i]) * 16777619u;
    return h;
}

/* The encoding is a promise to other versions: who changes it, changes
 * PROTOCOL.md, its version and these numbers. */
static void
bytes_are_what_they_were(void **state)
{
    (void)state;
    static const struct { uint8_t type; uint32_t sum; } pinned[] = {
        { MSG_STATE, 0x3b6e688b },
        { MSG_EVENT, 0x06fffad6 },
        { MSG_BYE, 0x811c9dc5 },
        { MSG_STATE_SLOW, 0x3b6e688b },
        { MSG_HELLO, 0x30dbea64 },
        { MSG_PING, 0x7a05bbb5 },
        { MSG_PONG, 0x7a05bbb5 },
        { MSG_BATCH, 0xba8cc26f },
        { MSG_BATCH_ACK, 0x00982b53 },
        { MSG_CLAIMS, 0x17e50444 },
        { MSG_CLAIMS_REPLY, 0x8afeaecb },
        { MSG_RELEASE, 0xa78703fa },
        { MSG_RELEASE_ACK, 0xa78703fa },
        { MSG_RESULTS, 0xa3c12991 },
        { MSG_RESULTS_ACK, 0x34142eff },
        { MSG_REQUEST, 0xb195bd08 },
        { MSG_REFUSE, 0x14067c0c },
        { MSG_COMMAND, 0xb6877321 },
        { MSG_REPLY, 0x0ab0e435 },
    };

    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
        struct buf b = { 0 };

        sample_body(pinned[i].type, &b);
        if (sum_of(&b) != pinned[i].sum)
            fail_msg("%s: 0x%08x", msg_type_name(pinned[i].type),
                     (unsigned)sum_of(&b));
        buf_fini(&b);
    }
}

static void
cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (const uint8_t *t = sample_types; *t != 0; t++) {
        struct buf b = { 0 };

        sample_body(*t, &b);
        for (size_t n = 0; n < b.len; n++)
            if (sample_decode(*t, b.p, n) != -EBADMSG)
                fail_msg("%s of %zu bytes is taken", msg_type_name(*t), n);
        buf_u8(&b, 0);
        if (sample_decode(*t, b.p, b.len) != -EBADMSG)
            fail_msg("%s with a rest is taken", msg_type_name(*t));
        buf_fini(&b);
    }
}

static void
changed_bytes_never_harm(void **state)
{
    (void)state;
    struct random rng;

    for (uint64_t seed = 1; seed <= 20000; seed++) {
        uint8_t type = sample_types[seed % 19];
        struct buf b = { 0 };

        random_seed(&rng, seed);
        sample_body(type, &b);
        for (uint64_t n = 1 + random_below(&rng, 4); b.len > 0 && n > 0; n--)
            b.p[random_below(&rng, b.len)] = (uint8_t)random_u64(&rng);
        int rc = sample_decode(type, b.p, b.len);
        if (rc != 0 && rc != -EBADMSG)
            fail_msg("seed %u: %s gives %d", (unsigned)seed,
                     msg_type_name(type), rc);
        buf_fini(&b);
    }
}

static void
unknown_types_are_told_apart(void **state)
{
    (void)state;
    unsigned known = 0;

    for (unsigned type = 0; type < 256; type++) {
        bool named = strcmp(msg_type_name((uint8_t)type), "?") != 0;

        known += named;
        int rc = sample_decode((uint8_t)type, NULL, 0);
        assert_int_equal(rc != -ENOSYS, named);
    }
    assert_int_equal(known, 19);
    assert_string_equal(msg_type_name(MSG_RESULTS_ACK), "RESULTS_ACK");
}

/* A later version adds its fields to the tail of STATE and HELLO. */
static void
tails_of_later_versions_are_skipped(void **state)
{
    (void)state;
    static const uint8_t types[] = { MSG_STATE, MSG_HELLO };

    for (size_t i = 0; i < 2; i++) {
        struct buf b = { 0 };

        sample_body(types[i], &b);
        b.len -= 2;
        buf_span16(&b, span_str("fields of version 2"));
        assert_int_equal(sample_decode(types[i], b.p, b.len), 0);
        b.len--;
        assert_int_equal(sample_decode(types[i], b.p, b.len), -EBADMSG);
        buf_fini(&b);
    }
}

static int
claims_of(const struct item *it, size_t n)
{
    struct buf list = { 0 }, b = { 0 };
    struct msg m = { .type = MSG_CLAIMS };

    for (size_t i = 0; i < n; i++)
        item_encode(&it[i], &list);
    m.claims.items = buf_span(&list);
    msg_encode(&m, &b);
    int rc = sample_decode(MSG_CLAIMS, b.p, b.len);
    buf_fini(&list);
    buf_fini(&b);
    return rc;
}

static void
items_keep_to_their_limits(void **state)
{
    (void)state;
    const struct item good = { .verb = CLAIM_RUNNING, .count = 1 };
    struct item it = good, two[2];

    assert_int_equal(claims_of(&it, 1), 0);
    it.count = 0;
    assert_int_equal(claims_of(&it, 1), -EBADMSG);
    it.count = JOBS_MAX;
    assert_int_equal(claims_of(&it, 1), 0);
    it.first = 1;
    assert_int_equal(claims_of(&it, 1), -EBADMSG);
    it.first = UINT32_MAX;
    it.count = 2;
    assert_int_equal(claims_of(&it, 1), -EBADMSG);
    two[0] = good;
    two[0].count = JOBS_MAX;
    two[1] = good;
    assert_int_equal(claims_of(two, 2), -EBADMSG);
    for (unsigned verb = 0; verb < 256; verb++) {
        it = good;
        it.verb = (uint8_t)verb;
        bool right = verb >= CLAIM_QUEUED && verb <= CLAIM_OFFERED;
        assert_int_equal(claims_of(&it, 1), right ? 0 : -EBADMSG);
    }
}

/* A number of items that is not there costs nothing but a refusal. */
static void
lying_numbers_are_refused(void **state)
{
    (void)state;
    static const uint32_t lies[] = { 1, ITEMS_MAX, ITEMS_MAX + 1,
                                     0x10000000, UINT32_MAX };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct buf b = { 0 };

        buf_u64(&b, 7);
        buf_u32(&b, lies[i]);
        assert_int_equal(sample_decode(MSG_RELEASE, b.p, b.len), -EBADMSG);
        buf_fini(&b);
    }
}

static int
batch_of(const struct item *it, struct span args, uint64_t number)
{
    struct desc d = { .kind = span_str("noop"), .n_jobs = 1 };
    struct buf desc = { 0 }, items = { 0 }, list = { 0 }, b = { 0 };
    struct msg m = { .type = MSG_BATCH };

    desc_encode(&d, &desc);
    item_encode(it, &items);
    struct batch_group g = { .desc = buf_span(&desc), .args = args,
                             .items = buf_span(&items) };
    batch_group_encode(&g, &list);
    m.batch.b = number;
    m.batch.groups = buf_span(&list);
    msg_encode(&m, &b);
    int rc = sample_decode(MSG_BATCH, b.p, b.len);
    buf_fini(&desc);
    buf_fini(&items);
    buf_fini(&list);
    buf_fini(&b);
    return rc;
}

static void
batch_is_right_in_itself(void **state)
{
    (void)state;
    struct item it = { .verb = BATCH_JOB, .count = 1 };
    struct buf args = { 0 };
    struct span none = { NULL, 0 };

    chunk_job(1, span_str("x"), &args);
    assert_int_equal(batch_of(&it, none, 1), 0);
    assert_int_equal(batch_of(&it, none, 0), -EBADMSG);     /* only low */
    assert_int_equal(batch_of(&it, buf_span(&args), 1), -EBADMSG);
    it.flags = ITEM_HAS_ARGS;
    assert_int_equal(batch_of(&it, none, 1), -EBADMSG);
    assert_int_equal(batch_of(&it, buf_span(&args), 1), 0);
    it.count = 2;   /* one text for many jobs would be a bomb */
    assert_int_equal(batch_of(&it, buf_span(&args), 1), -EBADMSG);
    it.flags = 0;
    it.count = BATCH_JOBS_MAX;
    assert_int_equal(batch_of(&it, none, 1), 0);
    it.count = BATCH_JOBS_MAX + 1;
    assert_int_equal(batch_of(&it, none, 1), -EBADMSG);
    buf_fini(&args);
}

static void
batch_of_low_alone(void **state)
{
    (void)state;
    struct msg m = { .type = MSG_BATCH, .batch = { .target_inc = 7,
                                                   .low = 9 } };
    struct msg got;
    struct buf b = { 0 };

    msg_encode(&m, &b);
    assert_int_equal(msg_decode(MSG_BATCH, buf_span(&b), &got), 0);
    assert_int_equal(got.batch.low, 9);
    assert_int_equal(got.batch.n_jobs, 0);
    buf_fini(&b);
}

/* One more than ITEMS_MAX, all there: they would fit into a message. */
static void
too_many_items_are_refused(void **state)
{
    (void)state;
    struct item it = { .verb = RELEASE_NEVER_STARTED, .count = 1 };
    struct buf b = { 0 };

    buf_u64(&b, 7);
    size_t at = items_begin(&b);
    for (uint32_t i = 0; i < ITEMS_MAX; i++)
        item_encode(&it, &b);
    items_end(&b, at, ITEMS_MAX);
    assert_int_equal(sample_decode(MSG_RELEASE, b.p, b.len), 0);
    item_encode(&it, &b);
    items_end(&b, at, ITEMS_MAX + 1);
    assert_true(b.len < MESSAGE_MAX_BYTES);
    assert_int_equal(sample_decode(MSG_RELEASE, b.p, b.len), -EBADMSG);
    buf_fini(&b);
}

static int
decode_again(const struct msg *m)
{
    struct buf b = { 0 };

    msg_encode(m, &b);
    int rc = sample_decode(m->type, b.p, b.len);
    buf_fini(&b);
    return rc;
}

static void
texts_hold_no_control_bytes(void **state)
{
    (void)state;
    static const char *const bad[] = { "a.b", "a b", "a\n", "\033[2J" };
    struct buf b = { 0 };
    struct msg m;

    sample_body(MSG_HELLO, &b);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(msg_decode(MSG_HELLO, buf_span(&b), &m), 0);
        m.hello.name = span_str(bad[i]);
        assert_int_equal(decode_again(&m), -EBADMSG);
    }
    assert_int_equal(msg_decode(MSG_HELLO, buf_span(&b), &m), 0);
    m.hello.host = span_str("a b.\xc3\xa4");
    assert_int_equal(decode_again(&m), 0);
    m.hello.host = span_str("\033[2J");
    assert_int_equal(decode_again(&m), -EBADMSG);
    m.hello.host = span_str("\177");
    assert_int_equal(decode_again(&m), -EBADMSG);
    buf_fini(&b);
}

static void
state_keeps_to_its_ranges(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct msg good, m;

    sample_body(MSG_STATE, &b);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&b), &good), 0);
    m = good;
    assert_int_equal(decode_again(&m), 0);
    m.state.phase = 0;
    assert_int_equal(decode_again(&m), -EBADMSG);
    m.state.phase = PHASE_DRAIN + 1;
    assert_int_equal(decode_again(&m), -EBADMSG);
    m = good;
    m.state.throttle_percent = 0;
    assert_int_equal(decode_again(&m), -EBADMSG);
    m.state.throttle_percent = 101;
    assert_int_equal(decode_again(&m), -EBADMSG);
    m = good;
    m.state.slots = SLOTS_MAX + 1;
    assert_int_equal(decode_again(&m), -EBADMSG);
    m = (struct msg){ .type = MSG_REQUEST };    /* without a STATE in it */
    assert_int_equal(decode_again(&m), -EBADMSG);
    m = (struct msg){ .type = MSG_REFUSE };
    assert_int_equal(decode_again(&m), -EBADMSG);
    buf_fini(&b);
}

static void
too_many_pairs_are_refused(void **state)
{
    (void)state;
    struct msg m = { .type = MSG_COMMAND };
    struct buf pairs = { 0 }, b = { 0 };

    assert_int_equal(decode_again(&m), -EBADMSG);   /* no operation */
    m.command.op = span_str("list");
    for (uint64_t i = 0; i < PAIRS_MAX; i++)
        pair_add_u64(&pairs, "n", i);
    m.command.pairs = buf_span(&pairs);
    assert_int_equal(decode_again(&m), 0);
    buf_u64(&b, 1);
    buf_u64(&b, 2);
    buf_span8(&b, m.command.op);
    buf_u16(&b, PAIRS_MAX + 1);
    pair_add_u64(&pairs, "n", 0);
    buf_bytes(&b, pairs.p, pairs.len);
    buf_u32(&b, 0);
    assert_int_equal(sample_decode(MSG_COMMAND, b.p, b.len), -EBADMSG);
    buf_fini(&pairs);
    buf_fini(&b);
}

static void
results_are_counted(void **state)
{
    (void)state;
    struct result r = { .outcome = OUTCOME_DONE };
    struct buf b = { 0 };

    assert_int_equal(results_check(buf_span(&b)), 0);
    for (int i = 0; i < RESULTS_MAX; i++)
        result_encode(&r, &b);
    assert_int_equal(results_check(buf_span(&b)), RESULTS_MAX);
    result_encode(&r, &b);
    assert_int_equal(results_check(buf_span(&b)), -EBADMSG);
    buf_reset(&b);
    r.outcome = OUTCOME_NO_FILE + 1;
    result_encode(&r, &b);
    assert_int_equal(results_check(buf_span(&b)), -EBADMSG);
    buf_reset(&b);
    r.outcome = 0;
    result_encode(&r, &b);
    assert_int_equal(results_check(buf_span(&b)), -EBADMSG);
    buf_reset(&b);
    r = (struct result){ .outcome = OUTCOME_DONE, .index = JOBS_MAX };
    result_encode(&r, &b);
    assert_int_equal(results_check(buf_span(&b)), -EBADMSG);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_go_there_and_back),
        cmocka_unit_test(bytes_are_what_they_were),
        cmocka_unit_test(cut_anywhere_is_refused),
        cmocka_unit_test(changed_bytes_never_harm),
        cmocka_unit_test(unknown_types_are_told_apart),
        cmocka_unit_test(tails_of_later_versions_are_skipped),
        cmocka_unit_test(items_keep_to_their_limits),
        cmocka_unit_test(lying_numbers_are_refused),
        cmocka_unit_test(batch_is_right_in_itself),
        cmocka_unit_test(batch_of_low_alone),
        cmocka_unit_test(too_many_items_are_refused),
        cmocka_unit_test(texts_hold_no_control_bytes),
        cmocka_unit_test(state_keeps_to_its_ranges),
        cmocka_unit_test(too_many_pairs_are_refused),
        cmocka_unit_test(results_are_counted),
    };
    return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
