/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/random.h"

static void
writes_big_endian(void **state)
{
    (void)state;
    static const uint8_t want[] = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,              /* u8 u16 u32 */
        0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,        /* u64 */
        2, 'a', 'b', 0, 1, 'c', 0, 0, 0, 1, 'd', 0, 0, 0, 0,   /* spans */
    };
    struct buf b = { 0 };

    buf_u8(&b, 0x01);
    buf_u16(&b, 0x0203);
    buf_u32(&b, 0x04050607);
    buf_u64(&b, UINT64_C(0xf1f2f3f4f5f6f7f8));
    buf_span8(&b, span_str("ab"));
    buf_span16(&b, span_str("c"));
    buf_span32(&b, span_str("d"));
    buf_span32(&b, span_of(NULL, 0));
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.p, want, sizeof want);
    buf_put_u32(&b, 3, 0xfffefdfc);
    assert_int_equal(b.p[3], 0xff);
    assert_int_equal(b.p[6], 0xfc);
    assert_int_equal(b.p[7], 0xf1);
    buf_fini(&b);
    assert_null(b.p);
}

static void
reads_what_was_written(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct reader r;

    buf_u8(&b, 200);
    buf_u16(&b, 60000);
    buf_u32(&b, UINT32_C(4000000000));
    buf_u64(&b, UINT64_MAX - 1);
    buf_span8(&b, span_str("eight"));
    buf_span16(&b, span_str(""));
    buf_span32(&b, span_str("thirty-two"));
    buf_bytes(&b, "xyz", 3);

    reader_init(&r, buf_span(&b));
    assert_int_equal(reader_u8(&r), 200);
    assert_int_equal(reader_u16(&r), 60000);
    assert_int_equal(reader_u32(&r), UINT32_C(4000000000));
    assert_true(reader_u64(&r) == UINT64_MAX - 1);
    assert_true(span_is(reader_span8(&r), "eight"));
    assert_true(span_is(reader_span16(&r), ""));
    assert_true(span_is(reader_span32(&r), "thirty-two"));
    assert_int_equal(reader_left(&r), 3);
    assert_memory_equal(reader_bytes(&r, 3), "xyz", 3);
    assert_int_equal(reader_left(&r), 0);
    assert_false(r.bad);
    buf_fini(&b);
}

static void
stays_bad_after_the_first_read_that_does_not_fit(void **state)
{
    (void)state;
    static const uint8_t in[] = { 1, 2, 3 };
    struct reader r;

    reader_init(&r, span_of(in, sizeof in));
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(reader_u8(&r), 0);
    assert_int_equal(reader_left(&r), 0);
    assert_null(reader_bytes(&r, 0));
    assert_int_equal(reader_span8(&r).len, 0);
    assert_true(r.bad);
}

static void
refuses_a_length_that_lies(void **state)
{
    (void)state;
    static const uint8_t in[] = { 0xff, 0xff, 0xff, 0xff, 'a' };
    struct reader r;

    reader_init(&r, span_of(in, sizeof in));
    struct span s = reader_span32(&r);
    assert_null(s.p);
    assert_int_equal(s.len, 0);
    assert_true(r.bad);
}

static void
reads_nothing_from_nothing(void **state)
{
    (void)state;
    struct reader r;

    reader_init(&r, span_of(NULL, 0));
    assert_int_equal(reader_left(&r), 0);
    assert_non_null(reader_bytes(&r, 0));
    assert_false(r.bad);
    assert_int_equal(reader_u16(&r), 0);
    assert_true(r.bad);
}

/* Whatever is cut off the end, a reader neither runs past it nor likes it. */
static void
never_runs_past_its_end(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct random rnd;
        uint8_t in[48];
        struct reader r;

        random_seed(&rnd, seed);
        for (size_t i = 0; i < sizeof in; i++)
            in[i] = (uint8_t)random_u64(&rnd);
        size_t len = random_below(&rnd, sizeof in), used = 0;
        reader_init(&r, span_of(in, len));
        while (!r.bad) {
            size_t before = reader_left(&r);
            switch (random_below(&rnd, 5)) {
            case 0: reader_u8(&r); break;
            case 1: reader_u16(&r); break;
            case 2: reader_u64(&r); break;
            case 3: reader_span8(&r); break;
            case 4: reader_span16(&r); break;
            }
            if (reader_left(&r) > before)
                fail_msg("seed %u: went back", (unsigned)seed);
            used += before - reader_left(&r);
        }
        assert_true(used <= len);
        assert_ptr_equal(r.p, in + len);
    }
}

static void
keeps_every_byte_while_it_grows(void **state)
{
    (void)state;
    struct buf b = { 0 };
    size_t moves = 0, cap = 0;

    for (uint32_t i = 0; i < 100000; i++) {
        buf_u32(&b, i);
        moves += b.cap != cap;
        cap = b.cap;
    }
    assert_int_equal(b.len, 400000);
    assert_true(moves <= 16);
    struct reader r;
    reader_init(&r, buf_span(&b));
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(reader_u32(&r), i);
    buf_reset(&b);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.cap, cap);
    assert_non_null(buf_grow(&b, 0));
    buf_fini(&b);
}

static void
copies_and_compares_spans(void **state)
{
    (void)state;
    char text[4] = "???";

    span_copy(span_str("abcdef"), text, sizeof text);
    assert_string_equal(text, "abc");
    span_copy(span_of(NULL, 0), text, sizeof text);
    assert_string_equal(text, "");
    assert_true(span_equal(span_str(""), span_of(NULL, 0)));
    assert_true(span_is(span_of("abc", 2), "ab"));
    assert_false(span_is(span_of("abc", 2), "abc"));
    assert_false(span_equal(span_str("abc"), span_str("abd")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_big_endian),
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(stays_bad_after_the_first_read_that_does_not_fit),
        cmocka_unit_test(refuses_a_length_that_lies),
        cmocka_unit_test(reads_nothing_from_nothing),
        cmocka_unit_test(never_runs_past_its_end),
        cmocka_unit_test(keeps_every_byte_while_it_grows),
        cmocka_unit_test(copies_and_compares_spans),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
