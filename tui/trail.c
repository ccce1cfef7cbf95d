/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/trail.h"

#include <assert.h>
#include <stdbool.h>

static const float unknown = -1;

int64_t
trail_bucket(int64_t at_us, int s, unsigned phase_s)
{
    return at_us < 0 ? 0 : (at_us / 1000000 + phase_s) / s;
}

/* Makes the buckets up to this one unknown; false: it is an old one. */
static bool
advance(struct trail *t, int64_t bucket)
{
    int64_t from = t->end == 0 ? 0 : t->end;

    if (bucket < 0 || bucket + 1 < t->end)
        return false;
    if (from < bucket + 1 - TRAIL_MAX)
        from = bucket + 1 - TRAIL_MAX;
    for (int64_t b = from; b <= bucket; b++)
        t->v[b % TRAIL_MAX] = unknown;
    t->end = bucket + 1;
    return true;
}

void
trail_set(struct trail *t, int64_t bucket, float value)
{
    if (advance(t, bucket))
        t->v[bucket % TRAIL_MAX] = value;
}

void
trail_more(struct trail *t, int64_t bucket, float more)
{
    if (!advance(t, bucket))
        return;
    float *v = &t->v[bucket % TRAIL_MAX];
    *v = *v < 0 ? more : *v + more;
}

void
trail_last(const struct trail *t, int64_t bucket, float *v, size_t n)
{
    int64_t b = bucket - (int64_t)n + 1;

    assert(n <= TRAIL_MAX);
    for (size_t i = 0; i < n; i++, b++)
        v[i] = b < 0 || b >= t->end || b < t->end - TRAIL_MAX
                   ? unknown : t->v[b % TRAIL_MAX];
}
