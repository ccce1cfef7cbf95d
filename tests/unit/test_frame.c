/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "proto/frame.h"
#include "proto/limits.h"

/* Places in the header, as PROTOCOL.md has them. */
enum { AT_VERSION = 2, AT_FLAGS = 4, AT_HEADER = 6, AT_RAW = 56, AT_CRC = 60 };

static struct frame
sample_frame(void)
{
    struct frame f = { .type = 32, .flags = FRAME_REPLY_WANTED,
                       .incarnation = 0x0102030405060708ull, .seq = 99,
                       .up_ms = 123456, .credit_jobs = 77,
                       .credit_kib = 88 };

    for (size_t i = 0; i < sizeof f.sender.b; i++)
        f.sender.b[i] = (uint8_t)(i + 1);
    return f;
}

/* Decodes out of memory of just that size. The body is not looked at. */
static enum frame_error
decode(struct frame_codec *c, const struct buf *b, size_t len,
       struct frame *f)
{
    uint8_t *exact = xmalloc(len == 0 ? 1 : len);
    struct span body;

    if (len > 0)
        memcpy(exact, b->p, len);
    enum frame_error e = frame_decode(c, span_of(exact, len), f, &body);
    if (e == FRAME_OK)      /* touch it all */
        (void)crc32(0, body.p, (uInt)body.len);
    free(exact);
    return e;
}

static void
set_crc(struct buf *b)
{
    uint32_t crc = (uint32_t)crc32(0, b->p + FRAME_HEADER_BYTES,
                                   (uInt)(b->len - FRAME_HEADER_BYTES));
    buf_put_u32(b, AT_CRC, crc);
}

static void
expect_same(const struct frame *f, const struct frame *got)
{
    assert_int_equal(got->version, PROTOCOL_VERSION);
    assert_int_equal(got->type, f->type);
    assert_int_equal(got->flags & ~FRAME_DEFLATED, f->flags);
    assert_true(node_id_equal(&got->sender, &f->sender));
    assert_true(got->incarnation == f->incarnation);
    assert_int_equal(got->seq, f->seq);
    assert_int_equal(got->up_ms, f->up_ms);
    assert_int_equal(got->credit_jobs, f->credit_jobs);
    assert_int_equal(got->credit_kib, f->credit_kib);
}

static void
goes_there_and_back(void **state)
{
    static const enum frame_compress how[] = { COMPRESS_NO, COMPRESS_YES,
                                               COMPRESS_AUTO };
    struct frame_codec *c = *state;
    struct frame f = sample_frame(), got;
    static uint8_t raw[300000];
    struct span body;

    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (uint8_t)((size_t)"sleep ms="[i % 9] + (i * i >> 12) % 3);
    for (size_t len = 0; len < sizeof raw; len = len * 2 + 1)
        for (size_t i = 0; i < 3; i++)
            for (int level = 1; level <= 9; level += 4) {
                struct buf b = { 0 };

                buf_u8(&b, 0x55);       /* frames are appended */
                frame_encode(c, &f, span_of(raw, len), how[i], level, &b);
                struct span in = span_of(b.p + 1, b.len - 1);
                assert_int_equal(frame_decode(c, in, &got, &body), FRAME_OK);
                expect_same(&f, &got);
                assert_int_equal(got.raw_bytes, len);
                assert_true(span_equal(body, span_of(raw, len)));
                assert_true(b.len <= 1 + FRAME_HEADER_BYTES + len);
                buf_fini(&b);
            }
}

static size_t
encoded_len(struct frame_codec *c, struct span body, enum frame_compress how)
{
    struct frame f = sample_frame();
    struct buf b = { 0 };

    frame_encode(c, &f, body, how, 1, &b);
    size_t len = b.len - FRAME_HEADER_BYTES;
    buf_fini(&b);
    return len;
}

static void
deflates_where_it_pays(void **state)
{
    struct frame_codec *c = *state;
    static uint8_t zeros[20000], noise[20000], mixed[20000];
    struct random rng;

    random_seed(&rng, 1);
    for (size_t i = 0; i < sizeof noise; i++)
        mixed[i] = noise[i] = (uint8_t)(random_u64(&rng) >> 32);
    memset(mixed + 8192, 0, sizeof mixed - 8192);
    struct span z = span_of(zeros, sizeof zeros);
    assert_int_equal(encoded_len(c, z, COMPRESS_NO), sizeof zeros);
    assert_true(encoded_len(c, z, COMPRESS_YES) < 200);
    assert_true(encoded_len(c, z, COMPRESS_AUTO) < 200);
    struct span n = span_of(noise, sizeof noise);
    assert_int_equal(encoded_len(c, n, COMPRESS_YES), sizeof noise);
    assert_int_equal(encoded_len(c, n, COMPRESS_AUTO), sizeof noise);
    /* AUTO looks at the beginning alone, and not at small bodies. */
    struct span m = span_of(mixed, sizeof mixed);
    assert_true(encoded_len(c, m, COMPRESS_YES) < 10000);
    assert_int_equal(encoded_len(c, m, COMPRESS_AUTO), sizeof mixed);
    struct span small = span_of(zeros, 1023);
    assert_true(encoded_len(c, small, COMPRESS_YES) < 100);
    assert_int_equal(encoded_len(c, small, COMPRESS_AUTO), 1023);
}

static void
sample_encoded(struct frame_codec *c, enum frame_compress how, struct buf *b)
{
    struct frame f = sample_frame();
    static uint8_t zeros[2000];

    frame_encode(c, &f, span_of(zeros, sizeof zeros), how, 1, b);
}

static void
cut_anywhere_is_refused(void **state)
{
    struct frame_codec *c = *state;
    struct frame got;

    for (int how = COMPRESS_NO; how <= COMPRESS_YES; how++) {
        struct buf b = { 0 };

        sample_encoded(c, (enum frame_compress)how, &b);
        for (size_t n = 0; n < b.len; n++) {
            enum frame_error e = decode(c, &b, n, &got);
            if (n < FRAME_HEADER_BYTES)
                assert_int_equal(e, FRAME_SHORT);
            else
                assert_int_equal(e, FRAME_CRC);
        }
        buf_fini(&b);
    }
}

static void
each_refusal_has_its_reason(void **state)
{
    struct frame_codec *c = *state;
    struct frame got;
    struct buf b = { 0 };

    sample_encoded(c, COMPRESS_NO, &b);
    b.p[0] ^= 1;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_MAGIC);
    b.p[0] ^= 1;
    b.p[AT_HEADER + 1] = FRAME_HEADER_BYTES - 1;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_HEADER);
    b.p[AT_HEADER] = 0xff;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_HEADER);
    b.p[AT_HEADER] = 0;
    b.p[AT_HEADER + 1] = FRAME_HEADER_BYTES;
    b.p[b.len - 1] ^= 0x80;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_CRC);
    b.p[b.len - 1] ^= 0x80;
    b.p[AT_RAW + 3] ^= 1;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    b.p[AT_RAW + 3] ^= 1;
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_OK);
    buf_fini(&b);
}

static void
other_version_is_named_with_its_sender(void **state)
{
    struct frame_codec *c = *state;
    struct frame f = sample_frame(), got;
    struct buf b = { 0 };

    sample_encoded(c, COMPRESS_NO, &b);
    b.p[AT_VERSION] = PROTOCOL_VERSION + 1;
    b.p[AT_HEADER + 1] = 3;     /* what follows may look different */
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_VERSION);
    assert_int_equal(got.version, PROTOCOL_VERSION + 1);
    assert_true(node_id_equal(&got.sender, &f.sender));
    assert_int_equal(decode(c, &b, 23, &got), FRAME_VERSION);
    assert_true(node_id_is_zero(&got.sender));
    buf_fini(&b);
}

/* What a later sub-version adds behind the header is skipped. */
static void
longer_header_is_read(void **state)
{
    struct frame_codec *c = *state;
    struct frame f = sample_frame(), got;
    struct span body;
    struct buf b = { 0 }, longer = { 0 };

    frame_encode(c, &f, span_str("hello"), COMPRESS_NO, 1, &b);
    buf_bytes(&longer, b.p, FRAME_HEADER_BYTES);
    buf_bytes(&longer, "newer", 5);
    buf_bytes(&longer, b.p + FRAME_HEADER_BYTES, b.len - FRAME_HEADER_BYTES);
    longer.p[AT_HEADER + 1] = FRAME_HEADER_BYTES + 5;
    assert_int_equal(frame_decode(c, buf_span(&longer), &got, &body),
                     FRAME_OK);
    assert_true(span_is(body, "hello"));
    expect_same(&f, &got);
    buf_fini(&b);
    buf_fini(&longer);
}

static void
lying_lengths_are_refused(void **state)
{
    struct frame_codec *c = *state;
    struct frame got;
    struct buf b = { 0 };
    static const uint32_t lies[] = { 1, 1999, 2001, 4000, MESSAGE_MAX_BYTES };

    sample_encoded(c, COMPRESS_YES, &b);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_OK);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        buf_put_u32(&b, AT_RAW, lies[i]);
        assert_int_equal(decode(c, &b, b.len, &got), FRAME_INFLATE);
    }
    buf_put_u32(&b, AT_RAW, 0);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    buf_put_u32(&b, AT_RAW, MESSAGE_MAX_BYTES + 1);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    buf_put_u32(&b, AT_RAW, UINT32_MAX);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    buf_put_u32(&b, AT_RAW, 2000);
    buf_u8(&b, 0);              /* a rest behind the stream */
    set_crc(&b);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_INFLATE);
    b.len -= 2;                 /* a stream without its end */
    set_crc(&b);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_INFLATE);
    buf_fini(&b);
}

/* 64 MiB of zeros deflate to 64 KiB; told honestly or not, no more than
 * MESSAGE_MAX_BYTES is ever inflated. */
static void
bomb_does_not_go_off(void **state)
{
    struct frame_codec *c = *state;
    enum { ZEROS = 64 << 20 };
    struct frame f = sample_frame(), got;
    struct buf b = { 0 };
    z_stream z = { 0 };
    uint8_t *zeros = xcalloc(1, ZEROS);

    frame_encode(c, &f, span_str(""), COMPRESS_NO, 1, &b);
    buf_grow(&b, 1 << 20);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, 0), Z_OK);
    z.next_in = zeros;
    z.avail_in = ZEROS;
    z.next_out = b.p + FRAME_HEADER_BYTES;
    z.avail_out = 1 << 20;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    b.len = FRAME_HEADER_BYTES + (1 << 20) - z.avail_out;
    deflateEnd(&z);
    free(zeros);
    b.p[AT_FLAGS + 1] |= FRAME_DEFLATED;
    set_crc(&b);
    buf_put_u32(&b, AT_RAW, ZEROS);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    buf_put_u32(&b, AT_RAW, MESSAGE_MAX_BYTES);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_INFLATE);
    buf_fini(&b);
}

static void
oversize_frame_is_refused(void **state)
{
    struct frame_codec *c = *state;
    struct frame f = sample_frame(), got;
    struct buf b = { 0 };
    uint8_t *much = xcalloc(1, MESSAGE_MAX_BYTES);
    struct span most = span_of(much, MESSAGE_MAX_BYTES - FRAME_HEADER_BYTES);

    frame_encode(c, &f, most, COMPRESS_NO, 1, &b);
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_OK);
    buf_u8(&b, 0);              /* one too many, and honest about it */
    set_crc(&b);
    buf_put_u32(&b, AT_RAW, (uint32_t)(b.len - FRAME_HEADER_BYTES));
    assert_int_equal(decode(c, &b, b.len, &got), FRAME_LENGTH);
    buf_fini(&b);
    free(much);
}

/* AUTO probes no further than the body reaches. */
static void
probe_stays_in_the_body(void **state)
{
    struct frame_codec *c = *state;

    for (size_t len = 1024; len < 4200; len += 529) {
        uint8_t *exact = xcalloc(1, len);

        assert_true(encoded_len(c, span_of(exact, len), COMPRESS_AUTO) < 100);
        free(exact);
    }
}

/* A codec that has met rubbish still works. */
static void
changed_bytes_never_harm(void **state)
{
    struct frame_codec *c = *state;
    struct frame got;
    struct random rng;

    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct buf b = { 0 };

        random_seed(&rng, seed);
        sample_encoded(c, seed % 4 == 0 ? COMPRESS_NO : COMPRESS_YES, &b);
        for (uint64_t n = 1 + random_below(&rng, 4); n > 0; n--)
            b.p[random_below(&rng, b.len)] ^= (uint8_t)(1 + seed % 255);
        if (seed % 2 == 0)
            set_crc(&b);
        enum frame_error e = decode(c, &b, b.len, &got);
        if (e >= FRAME_ERRORS)
            fail_msg("seed %u: %d", (unsigned)seed, (int)e);
        buf_fini(&b);
        sample_encoded(c, COMPRESS_YES, &b);
        if (decode(c, &b, b.len, &got) != FRAME_OK)
            fail_msg("seed %u: the next frame", (unsigned)seed);
        buf_fini(&b);
    }
}

static void
topic_begins_each_frame(void **state)
{
    struct frame_codec *c = *state;
    struct frame f = sample_frame();
    struct buf b = { 0 };
    uint8_t topic[4];

    frame_encode(c, &f, span_str("x"), COMPRESS_NO, 1, &b);
    frame_topic(f.type, topic);
    assert_memory_equal(b.p, topic, sizeof topic);
    buf_fini(&b);
}

static void
reasons_have_names(void **state)
{
    (void)state;
    for (int i = FRAME_OK; i < FRAME_ERRORS; i++)
        for (int k = FRAME_OK; k < i; k++)
            assert_string_not_equal(frame_error_name((enum frame_error)i),
                                    frame_error_name((enum frame_error)k));
    assert_string_equal(frame_error_name(FRAME_CRC), "crc");
    assert_string_equal(frame_error_name(FRAME_ERRORS), "?");
}

static int
begin(void **state)
{
    *state = frame_codec_new();
    return 0;
}

static int
end(void **state)
{
    frame_codec_free(*state);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(deflates_where_it_pays),
        cmocka_unit_test(cut_anywhere_is_refused),
        cmocka_unit_test(each_refusal_has_its_reason),
        cmocka_unit_test(other_version_is_named_with_its_sender),
        cmocka_unit_test(longer_header_is_read),
        cmocka_unit_test(lying_lengths_are_refused),
        cmocka_unit_test(bomb_does_not_go_off),
        cmocka_unit_test(oversize_frame_is_refused),
        cmocka_unit_test(probe_stays_in_the_body),
        cmocka_unit_test(changed_bytes_never_harm),
        cmocka_unit_test(topic_begins_each_frame),
        cmocka_unit_test(reasons_have_names),
    };
    return cmocka_run_group_tests_name("frame", tests, begin, end);
}
