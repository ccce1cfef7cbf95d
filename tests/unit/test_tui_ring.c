/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "tui/ring.h"
#include "tui/trail.h"

enum { SECOND = 1000000 };

static void
expect(const float *got, const float *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (got[i] < want[i] || got[i] > want[i])
            fail_msg("value %zu is %g, not %g", i, (double)got[i],
                     (double)want[i]);
}

static void
knows_nothing_at_first(void **state)
{
    (void)state;
    struct ring r;
    float v[3];

    ring_init(&r, 0);
    ring_seconds(&r, 0, v, 3);
    expect(v, (const float[]){ -1, -1, -1 }, 3);
    ring_buckets(&r, 500 * (int64_t)SECOND, v, 3);
    expect(v, (const float[]){ -1, -1, -1 }, 3);
}

static void
keeps_seconds_and_their_gaps(void **state)
{
    (void)state;
    struct ring r;
    float v[6];

    ring_init(&r, 0);
    ring_add(&r, 2 * SECOND, 7);
    ring_add(&r, 2 * SECOND + 900000, 8);   /* the later one counts */
    ring_add(&r, 5 * SECOND, 3);
    ring_add(&r, 4 * SECOND, 99);           /* time never falls */
    ring_add(&r, 6 * SECOND, -4);           /* unknown */
    ring_seconds(&r, 6 * SECOND, v, 6);
    expect(v, (const float[]){ -1, 8, -1, -1, 3, -1 }, 6);
    ring_seconds(&r, 8 * SECOND, v, 6);
    expect(v, (const float[]){ -1, -1, 3, -1, -1, -1 }, 6);
}

static void
means_five_seconds_in_a_bucket(void **state)
{
    (void)state;
    struct ring r;
    float v[4];

    ring_init(&r, 0);
    ring_add(&r, 0, 10);
    ring_add(&r, 1 * SECOND, 20);
    ring_add(&r, 1 * SECOND + 5, 30);       /* replaces the 20 */
    assert_int_equal(r.n_in_bucket, 2);
    ring_buckets(&r, 2 * SECOND, v, 4);
    expect(v, (const float[]){ -1, -1, -1, 20 }, 4);
    ring_add(&r, 4 * SECOND, 5);
    ring_add(&r, 12 * SECOND, 1);           /* a bucket without a value */
    assert_int_equal(r.n_in_bucket, 1);
    ring_buckets(&r, 16 * SECOND, v, 4);
    expect(v, (const float[]){ 15, -1, 1, -1 }, 4);
}

/* Against a plain array, over values that come and miss at random. */
static void
forgets_what_is_too_old(void **state)
{
    (void)state;
    static float all[2000];
    static float v[RING_SECONDS];

    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct ring r;
        uint32_t x = seed;
        ring_init(&r, 0);
        for (int64_t s = 0; s < 2000; s++) {
            x = x * 1664525u + 1013904223u;
            all[s] = x >> 30 == 0 || (s / 150) % 3 == 2 ? -1
                                                        : (float)(x >> 24);
            if (all[s] >= 0)
                ring_add(&r, s * SECOND + x % SECOND, all[s]);
            size_t n = 1 + (x >> 8) % RING_SECONDS;
            ring_seconds(&r, s * SECOND, v, n);
            for (size_t i = 0; i < n; i++) {
                int64_t at = s - (int64_t)n + 1 + (int64_t)i;
                expect(&v[i], at < 0 ? &(float){ -1 } : &all[at], 1);
            }
        }
    }
}

static void
keeps_five_minutes_of_buckets(void **state)
{
    (void)state;
    struct ring r;
    float v[RING_BUCKETS];

    ring_init(&r, 0);
    for (int64_t s = 0; s < 1000; s++)
        ring_add(&r, s * SECOND, (float)(s / RING_BUCKET_S));
    ring_buckets(&r, 999 * (int64_t)SECOND, v, RING_BUCKETS);
    for (size_t i = 0; i < RING_BUCKETS; i++)
        expect(&v[i], &(float){ (float)(140 + i) }, 1);
    ring_add(&r, 999999 * (int64_t)SECOND, 5);
    ring_buckets(&r, 999999 * (int64_t)SECOND, v, RING_BUCKETS);
    for (size_t i = 0; i + 1 < RING_BUCKETS; i++)
        expect(&v[i], &(float){ -1 }, 1);
    expect(&v[RING_BUCKETS - 1], &(float){ 5 }, 1);
}

/* Whether the sparkline of a ring that rises each second moves at second s:
 * its oldest column is another one. */
static bool
moves(const struct ring *r, int64_t s)
{
    float was, is;
    float v[2];

    ring_buckets(r, (s - 1) * SECOND, v, 2);
    was = v[0];
    ring_buckets(r, s * SECOND, v, 2);
    is = v[0];
    return was < is || was > is;
}

/* Each second a fifth of them, each of them once in a bucket's time. */
static void
phases_do_not_move_at_once(void **state)
{
    (void)state;
    enum { N = 20, FROM = 50, SECONDS = 40 };
    struct ring r[N];
    int by_ring[N] = { 0 };

    for (size_t i = 0; i < N; i++)
        ring_init(&r[i], ring_phase(i));
    for (int64_t s = 0; s < FROM + SECONDS; s++)
        for (size_t i = 0; i < N; i++)
            ring_add(&r[i], s * SECOND, (float)s);
    for (int64_t s = FROM; s < FROM + SECONDS; s++) {
        int moved = 0;
        for (size_t i = 0; i < N; i++) {
            bool now = moves(&r[i], s);
            moved += now;
            by_ring[i] += now;
        }
        assert_int_equal(moved, N / RING_BUCKET_S);
    }
    for (size_t i = 0; i < N; i++)
        assert_int_equal(by_ring[i], SECONDS / RING_BUCKET_S);
}

/* In a phase a bucket is still the mean of five seconds. */
static void
phases_shift_what_a_bucket_holds(void **state)
{
    (void)state;
    struct ring r;
    float v[3];

    ring_init(&r, 3);
    for (int64_t s = 0; s < 12; s++)
        ring_add(&r, s * SECOND, (float)s);
    ring_buckets(&r, 11 * SECOND, v, 3);
    expect(v, (const float[]){ 0.5f, 4, 9 }, 3);    /* 0-1, 2-6, 7-11 */
    assert_int_equal(r.n_in_bucket, 5);
    ring_add(&r, 12 * SECOND, 12);
    assert_int_equal(r.n_in_bucket, 1);
}

/* ---- trails ---- */

static void
a_trail_keeps_its_last_buckets(void **state)
{
    (void)state;
    struct trail t = { 0 };
    float v[TRAIL_MAX];

    trail_last(&t, 3, v, 3);
    expect(v, (const float[]){ -1, -1, -1 }, 3);
    trail_set(&t, 2, 7);
    trail_set(&t, 2, 8);        /* the later one counts */
    trail_set(&t, 4, 9);
    trail_set(&t, 3, 99);       /* too late */
    trail_more(&t, 5, 2);
    trail_more(&t, 5, 3);
    trail_last(&t, 6, v, 6);
    expect(v, (const float[]){ -1, 8, -1, 9, 5, -1 }, 6);
    for (int64_t b = 6; b < 1000; b++)
        trail_set(&t, b, (float)b);
    trail_last(&t, 999, v, TRAIL_MAX);
    for (size_t i = 0; i < TRAIL_MAX; i++)
        expect(&v[i], &(float){ (float)(980 + i) }, 1);
    trail_set(&t, 5000, 1);
    trail_last(&t, 5000, v, 3);
    expect(v, (const float[]){ -1, -1, 1 }, 3);
}

static void
buckets_of_a_trail_have_phases(void **state)
{
    (void)state;

    assert_int_equal(trail_bucket(9 * SECOND, 5, 0), 1);
    assert_int_equal(trail_bucket(9 * SECOND, 5, 1), 2);
    assert_int_equal(trail_bucket(-1, 5, 1), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_nothing_at_first),
        cmocka_unit_test(keeps_seconds_and_their_gaps),
        cmocka_unit_test(means_five_seconds_in_a_bucket),
        cmocka_unit_test(forgets_what_is_too_old),
        cmocka_unit_test(keeps_five_minutes_of_buckets),
        cmocka_unit_test(phases_do_not_move_at_once),
        cmocka_unit_test(phases_shift_what_a_bucket_holds),
        cmocka_unit_test(a_trail_keeps_its_last_buckets),
        cmocka_unit_test(buckets_of_a_trail_have_phases),
    };
    return cmocka_run_group_tests_name("tui_ring", tests, NULL, NULL);
}
