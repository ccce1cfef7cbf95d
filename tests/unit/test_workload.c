/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "proto/limits.h"
#include "proto/workload.h"

static struct desc
sample_desc(void)
{
    struct desc d = {
        .kind = span_str("sleep"), .params = span_str("ms=100\n"),
        .label = span_str("night run"), .home_name = span_str("alpha"),
        .n_jobs = 4711, .cost = 123456789012ull, .timeout_us = 5000000,
        .priority = 9, .retries = 100, .flags = DESC_ONCE | DESC_HELD,
        .ship = true, .halt = { HALT_NOW, HALT_ON_DONE, true, 50 },
        .pin = span_str("alpha beta-2"), .timeout_percent = 1000,
        .files = span_str("0123456789abcdef0123456789abcdef")
    };
    return d;
}

static void
desc_goes_there_and_back(void **state)
{
    (void)state;
    struct desc d = sample_desc(), got;
    struct buf b = { 0 };

    desc_encode(&d, &b);
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_true(span_is(got.kind, "sleep"));
    assert_true(span_is(got.params, "ms=100\n"));
    assert_true(span_is(got.label, "night run"));
    assert_true(span_is(got.home_name, "alpha"));
    assert_int_equal(got.n_jobs, 4711);
    assert_int_equal(got.cost, 123456789012ull);
    assert_int_equal(got.timeout_us, 5000000);
    assert_int_equal(got.priority, 9);
    assert_int_equal(got.retries, 100);
    assert_int_equal(got.flags, DESC_ONCE | DESC_HELD);
    assert_true(got.ship);
    assert_int_equal(got.halt.when, HALT_NOW);
    assert_int_equal(got.halt.on, HALT_ON_DONE);
    assert_true(got.halt.percent);
    assert_int_equal(got.halt.n, 50);
    assert_int_equal(got.timeout_percent, 1000);
    assert_true(span_equal(got.files, d.files));
    assert_true(desc_may_run_at(&got, "alpha"));
    assert_true(desc_may_run_at(&got, "beta-2"));
    assert_false(desc_may_run_at(&got, "beta"));
    assert_false(desc_may_run_at(&got, ""));
    got.pin = span_of(NULL, 0);
    assert_true(desc_may_run_at(&got, "anybody"));
    buf_fini(&b);
}

static void
desc_says_per_cent_without_a_pin(void **state)
{
    (void)state;
    struct desc d = { .kind = span_str("sleep"), .timeout_percent = 65535 };
    struct desc got;
    struct buf b = { 0 };

    desc_encode(&d, &b);
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_int_equal(got.timeout_percent, 65535);
    assert_int_equal(got.pin.len, 0);
    assert_int_equal(got.halt.when, HALT_NEVER);
    buf_fini(&b);
}

static void
desc_names_a_manifest_or_none(void **state)
{
    (void)state;
    struct desc d = { .kind = span_str("command"),
                      .files = span_str("0123456789abcdef0123456789abcdef") };
    struct desc got;
    struct buf b = { 0 };

    desc_encode(&d, &b);
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_true(span_equal(got.files, d.files));
    assert_int_equal(got.timeout_percent, 0);
    buf_reset(&b);
    d.files.len = 31;
    desc_encode(&d, &b);
    assert_int_equal(desc_decode(buf_span(&b), &got), -EBADMSG);
    buf_reset(&b);
    d.files.len = 0;
    desc_encode(&d, &b);
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_int_equal(got.files.len, 0);
    buf_fini(&b);
}

static void
halt_is_read_as_people_write_it(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "soon", "now,fail", "now,fail=", "later,fail=1", "now,fails=1",
        "now,fail=0", "now,fail=101%", "now,fail=-1", "now,fail=1x",
        "soon,fail=99999999999999999999", "soon, fail=1" };
    struct desc_halt h;

    assert_true(halt_read("soon,fail=2", &h));
    assert_int_equal(h.when, HALT_SOON);
    assert_int_equal(h.on, HALT_ON_FAIL);
    assert_false(h.percent);
    assert_int_equal(h.n, 2);
    assert_true(halt_read("now,success=100%", &h));
    assert_int_equal(h.on, HALT_ON_SUCCESS);
    assert_true(h.percent);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(halt_read(bad[i], &h));
}

static void
desc_of_a_later_version_is_read(void **state)
{
    (void)state;
    struct desc d = sample_desc(), got;
    struct buf b = { 0 };

    d.ship = false;
    d.halt = (struct desc_halt){ .when = HALT_NEVER };
    d.pin = span_str("");
    d.timeout_percent = 0;
    d.files = span_str("");
    desc_encode(&d, &b);
    b.len -= 2;         /* the empty tail */
    buf_span16(&b, span_of("\0\0\0\0\0\0\0\0\0\0new", 13));
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_true(span_is(got.params, "ms=100\n"));
    assert_false(got.ship);
    b.len -= 2 + 13;
    buf_span16(&b, span_of("\1\0\0\0\0\0\0\0\0\0new", 13));
    assert_int_equal(desc_decode(buf_span(&b), &got), 0);
    assert_true(got.ship);
    buf_fini(&b);
}

static void
expect_refused(struct desc d, const char *why)
{
    struct desc got;
    struct buf b = { 0 };

    desc_encode(&d, &b);
    if (desc_decode(buf_span(&b), &got) != -EBADMSG)
        fail_msg("taken in spite of its %s", why);
    buf_fini(&b);
}

static void
desc_keeps_to_its_limits(void **state)
{
    (void)state;
    struct desc d;
    static uint8_t much[PARAMS_MAX_BYTES + 1];

    memset(much, 'x', sizeof much);
    d = sample_desc();
    d.n_jobs = JOBS_MAX + 1;
    expect_refused(d, "number of jobs");
    d = sample_desc();
    d.priority = PRIORITY_MAX + 1;
    expect_refused(d, "priority");
    d = sample_desc();
    d.retries = RETRIES_MAX + 1;
    expect_refused(d, "retries");
    d = sample_desc();
    d.flags = 8;
    expect_refused(d, "unknown flag");
    d = sample_desc();
    d.kind = span_str("");
    expect_refused(d, "missing kind");
    d = sample_desc();
    d.kind = span_str("a b");
    expect_refused(d, "kind with a blank");
    d = sample_desc();
    d.kind = span_of(much, NAME_MAX_BYTES + 1);
    expect_refused(d, "long kind");
    d = sample_desc();
    d.label = span_str("\033[2J");
    expect_refused(d, "control byte");
    d = sample_desc();
    d.home_name = span_of(much, NAME_MAX_BYTES + 1);
    expect_refused(d, "long home");
    d = sample_desc();
    d.params = span_of(much, sizeof much);
    expect_refused(d, "long parameters");
}

/* Copies to memory of just that size, so that a sanitizer sees any read
 * behind it; decodes as both. */
static void
decode_both(const uint8_t *p, size_t len, int *desc_rc, int *chunk_rc)
{
    uint8_t *exact = xmalloc(len == 0 ? 1 : len);
    struct chunk_job job;
    struct chunk chunk;
    struct desc desc;

    if (len > 0)
        memcpy(exact, p, len);
    *desc_rc = desc_decode(span_of(exact, len), &desc);
    *chunk_rc = chunk_decode(span_of(exact, len), &chunk);
    if (*chunk_rc == 0 && chunk.list) {
        uint32_t n = 0;

        for (size_t at = 0; chunk_next(&chunk, &at, &job);)
            n++;
        assert_int_equal(n, chunk.count);
    }
    free(exact);
}

static void
sample_chunk(struct buf *b)
{
    chunk_begin(7, 3, true, b);
    chunk_job(1000000, span_str("n=1"), b);
    chunk_job(2000000, span_str(""), b);
    chunk_job(UINT64_MAX, span_str("n=90 repeat=2"), b);
}

static void
chunk_goes_there_and_back(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct chunk c;
    struct chunk_job job;
    size_t at = 0;

    sample_chunk(&b);
    assert_int_equal(chunk_decode(buf_span(&b), &c), 0);
    assert_int_equal(c.first, 7);
    assert_int_equal(c.count, 3);
    assert_true(c.list);
    assert_true(chunk_next(&c, &at, &job));
    assert_true(span_is(job.args, "n=1"));
    assert_int_equal(job.cost, 1000000);
    assert_true(chunk_next(&c, &at, &job));
    assert_int_equal(job.args.len, 0);
    assert_true(chunk_next(&c, &at, &job));
    assert_true(span_is(job.args, "n=90 repeat=2"));
    assert_true(job.cost == UINT64_MAX);
    assert_false(chunk_next(&c, &at, &job));
    buf_fini(&b);
}

static void
uniform_chunk_has_no_list(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct chunk c;
    struct chunk_job job;
    size_t at = 0;

    chunk_begin(0, JOBS_MAX, false, &b);
    assert_int_equal(chunk_decode(buf_span(&b), &c), 0);
    assert_false(c.list);
    assert_int_equal(c.count, JOBS_MAX);
    assert_false(chunk_next(&c, &at, &job));
    buf_u8(&b, 0);
    assert_int_equal(chunk_decode(buf_span(&b), &c), -EBADMSG);
    buf_fini(&b);
}

static void
chunk_refuses(uint32_t first, uint32_t count, bool list)
{
    struct buf b = { 0 };
    struct chunk c;

    chunk_begin(first, count, list, &b);
    assert_int_equal(chunk_decode(buf_span(&b), &c), -EBADMSG);
    buf_fini(&b);
}

static void
chunk_does_not_believe_numbers(void **state)
{
    (void)state;
    chunk_refuses(0, JOBS_MAX + 1, false);
    chunk_refuses(JOBS_MAX, 1, false);
    chunk_refuses(UINT32_MAX, UINT32_MAX, false);
    chunk_refuses(UINT32_MAX, 1, false);
    chunk_refuses(0, 1, true);
    chunk_refuses(0, JOBS_MAX, true);
}

static void
cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct desc d = sample_desc();
    struct buf b = { 0 }, c = { 0 };
    int desc_rc, chunk_rc;

    desc_encode(&d, &b);
    for (size_t n = 0; n < b.len; n++) {
        decode_both(b.p, n, &desc_rc, &chunk_rc);
        assert_int_equal(desc_rc, -EBADMSG);
    }
    sample_chunk(&c);
    for (size_t n = 0; n < c.len; n++) {
        decode_both(c.p, n, &desc_rc, &chunk_rc);
        assert_int_equal(chunk_rc, -EBADMSG);
    }
    buf_fini(&b);
    buf_fini(&c);
}

static void
changed_bytes_never_harm(void **state)
{
    (void)state;
    struct desc d = sample_desc();
    struct random rng;
    int desc_rc, chunk_rc;

    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct buf b = { 0 };

        random_seed(&rng, seed);
        if (seed % 2 == 0)
            desc_encode(&d, &b);
        else
            sample_chunk(&b);
        for (uint64_t n = 1 + random_below(&rng, 4); n > 0; n--)
            b.p[random_below(&rng, b.len)] = (uint8_t)random_u64(&rng);
        decode_both(b.p, b.len, &desc_rc, &chunk_rc);
        if ((desc_rc != 0 && desc_rc != -EBADMSG) ||
            (chunk_rc != 0 && chunk_rc != -EBADMSG))
            fail_msg("seed %u", (unsigned)seed);
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(desc_goes_there_and_back),
        cmocka_unit_test(desc_says_per_cent_without_a_pin),
        cmocka_unit_test(desc_names_a_manifest_or_none),
        cmocka_unit_test(halt_is_read_as_people_write_it),
        cmocka_unit_test(desc_of_a_later_version_is_read),
        cmocka_unit_test(desc_keeps_to_its_limits),
        cmocka_unit_test(chunk_goes_there_and_back),
        cmocka_unit_test(uniform_chunk_has_no_list),
        cmocka_unit_test(chunk_does_not_believe_numbers),
        cmocka_unit_test(cut_anywhere_is_refused),
        cmocka_unit_test(changed_bytes_never_harm),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
