/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/ring.h"

#include <assert.h>

static const float unknown = -1;

unsigned
ring_phase(size_t i)
{
    /* 7 has no divisor in common with RING_PHASES, 2 is its rest by 5 */
    return (unsigned)(i * 7 % RING_PHASES);
}

void
ring_init(struct ring *r, unsigned phase_s)
{
    assert(phase_s < RING_PHASES);
    r->last_s = -1;
    r->n_in_bucket = 0;
    r->phase_s = (uint8_t)phase_s;
    for (size_t i = 0; i < RING_SECONDS; i++)
        r->second[i] = unknown;
    for (size_t i = 0; i < RING_BUCKETS; i++)
        r->bucket[i] = unknown;
}

static int64_t
second_of(int64_t us)
{
    return us < 0 ? -1 : us / 1000000;
}

/* The bucket of a second. */
static int64_t
bucket_of(const struct ring *r, int64_t s)
{
    return s < 0 ? -1 : (s + r->phase_s) / RING_BUCKET_S;
}

/* Makes the slots from the newest to that of second `s` unknown. */
static void
advance(struct ring *r, int64_t s)
{
    int64_t from = r->last_s + 1, old = bucket_of(r, r->last_s);

    if (r->last_s < 0 || from < s - RING_SECONDS + 1)
        from = s - RING_SECONDS + 1;
    for (int64_t i = from < 0 ? 0 : from; i <= s; i++)
        r->second[i % RING_SECONDS] = unknown;

    int64_t new = bucket_of(r, s);
    from = r->last_s < 0 ? 0 : old + 1;
    if (from < new - RING_BUCKETS + 1)
        from = new - RING_BUCKETS + 1;
    for (int64_t i = from; i <= new; i++)
        r->bucket[i % RING_BUCKETS] = unknown;
    r->last_s = s;
}

/* The mean of the seconds that are known: no sum that drifts. */
static void
fill_bucket(struct ring *r)
{
    int64_t bucket = bucket_of(r, r->last_s);
    int64_t first = bucket * RING_BUCKET_S - r->phase_s;
    float sum = 0;
    uint8_t n = 0;

    for (int64_t s = first < 0 ? 0 : first; s <= r->last_s; s++)
        if (r->second[s % RING_SECONDS] >= 0) {
            sum += r->second[s % RING_SECONDS];
            n++;
        }
    r->bucket[bucket % RING_BUCKETS] = n > 0 ? sum / (float)n : unknown;
    r->n_in_bucket = n;
}

void
ring_add(struct ring *r, int64_t now_us, float value)
{
    int64_t s = second_of(now_us);

    if (s < 0 || s < r->last_s)
        return;
    if (s > r->last_s)
        advance(r, s);
    r->second[s % RING_SECONDS] = value >= 0 ? value : unknown;
    fill_bucket(r);
}

void
ring_seconds(const struct ring *r, int64_t now_us, float *v, size_t n)
{
    int64_t s = second_of(now_us) - (int64_t)n + 1;

    assert(n <= RING_SECONDS);
    for (size_t i = 0; i < n; i++, s++)
        v[i] = s < 0 || s > r->last_s || s <= r->last_s - RING_SECONDS
                   ? unknown : r->second[s % RING_SECONDS];
}

void
ring_buckets(const struct ring *r, int64_t now_us, float *v, size_t n)
{
    int64_t b = bucket_of(r, second_of(now_us)) - (int64_t)n + 1;
    int64_t last = bucket_of(r, r->last_s);

    assert(n <= RING_BUCKETS);
    for (size_t i = 0; i < n; i++, b++)
        v[i] = b < 0 || b > last || b <= last - RING_BUCKETS
                   ? unknown : r->bucket[b % RING_BUCKETS];
}
