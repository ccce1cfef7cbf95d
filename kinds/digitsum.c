/* SPDX-License-Identifier: MPL-2.0 */
/* digitsum - the sum of the decimal digits in a file, exact. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kinds/builtin.h"
#include "kinds/chunk.h"
#include "kinds/param.h"

enum {
    LANES = 16,
    ROUNDS = 28, /* 28 * 9 is the most that a lane of 8 bits can hold */
    BLOCK = LANES * ROUNDS
};

struct sum {
    uint64_t sum;
    bool skip; /* other=skip */
};

static const struct param params_of[] = {
    { .name = "file", .type = PARAM_PATH, .shared = true },
    { .name = "chunk", .type = PARAM_COUNT, .range = "1..2147483648",
      .value = "30000", .shared = true },
    { .name = "other", .type = PARAM_WORD, .range = "fail|skip",
      .value = "fail", .shared = true },
    { .name = NULL }
};

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    return chunk_parse(self, given, out, cost, err);
}

static int
count(const struct kind *self, struct span params, uint32_t *n_jobs, char *err)
{
    return chunk_count(self, params, n_jobs, err);
}

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Sums n bytes one by one. The first byte that is neither digit nor blank:
 * its place, or n if there is none; `skip` goes on behind it. */
static size_t
sum_bytes(const uint8_t *p, size_t n, bool skip, uint64_t *sum)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t d = (uint8_t)(p[i] - '0');
        if (d <= 9)
            *sum += d;
        else if (!skip && !is_blank(p[i]))
            return i;
    }
    return n;
}

/* Sums BLOCK bytes, LANES at a time. False: a byte is no digit; the sum is
 * then that of the digits among them. */
static bool
sum_block(const uint8_t *p, uint64_t *sum)
{
    uint8_t v __attribute__((vector_size(LANES)));
    uint8_t sums __attribute__((vector_size(LANES))) = { 0 };
    uint8_t others __attribute__((vector_size(LANES))) = { 0 };
    for (size_t i = 0; i < BLOCK; i += LANES) {
        memcpy(&v, p + i, LANES);
        v -= (uint8_t)'0';
        uint8_t other __attribute__((vector_size(LANES)))
            = (__typeof__(other))(v > 9);
        others |= other;
        sums += v & ~other;
    }
    uint64_t part = 0, bad = 0;
    for (size_t i = 0; i < LANES; i++) {
        part += sums[i];
        bad += others[i];
    }
    *sum += part;
    return bad == 0;
}

/* Are all BLOCK bytes digits or blanks? */
static bool
is_clean(const uint8_t *p)
{
    uint8_t v __attribute__((vector_size(LANES)));
    uint8_t others __attribute__((vector_size(LANES))) = { 0 };
    for (size_t i = 0; i < BLOCK; i += LANES) {
        memcpy(&v, p + i, LANES);
        uint8_t other __attribute__((vector_size(LANES)))
            = (__typeof__(other))((v != ' ') & (v != '\t') & (v != '\r')
                                  & (v != '\n') & ((v < '0') | (v > '9')));
        others |= other;
    }
    uint64_t bad = 0;
    for (size_t i = 0; i < LANES; i++)
        bad += others[i];
    return bad == 0;
}

static int
add(void *state, struct span piece, uint64_t offset, char *err)
{
    struct sum *s = state;
    const uint8_t *p = piece.p;
    size_t left = piece.len;
    while (left > 0) {
        size_t n = left < BLOCK ? left : BLOCK;
        bool fast = n == BLOCK
                    && (sum_block(p, &s->sum) || s->skip || is_clean(p));
        size_t good = fast ? n : sum_bytes(p, n, s->skip, &s->sum);
        if (good < n)
            return param_error(err, -EIO, "byte 0x%02x at offset %" PRIu64
                               " is no digit", p[good],
                               offset + (piece.len - left) + good);
        p += n;
        left -= n;
    }
    return 0;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    struct chunk_job job = { &kind_digitsum, c, params, args, index };
    struct sum s = { .sum = 0 };
    int64_t other;
    if (param_read(&kind_digitsum, params, args, "other", &other, err) != 0)
        return -EIO;
    s.skip = other == 1;
    int rc = chunk_run(&job, add, &s, err);
    if (rc != 0)
        return rc;
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRIu64, s.sum);
    buf_bytes(out, text, (size_t)len);
    return 0;
}

static int
combine(const struct kind *self, void *state, struct span params,
        uint32_t index, struct span result, char *err)
{
    (void)self;
    (void)params;
    char text[24];
    uint64_t sum, part;
    memcpy(&sum, state, sizeof sum);
    span_copy(result, text, sizeof text);
    if (result.len >= sizeof text
        || text_u64(text, 0, UINT64_MAX, &part) != 0)
        return param_error(err, -EIO, "result of job %" PRIu32 " is no sum",
                           index);
    if (__builtin_add_overflow(sum, part, &sum))
        return param_error(err, -EIO, "the sum does not fit 64 bits");
    memcpy(state, &sum, sizeof sum);
    return 0;
}

const struct kind kind_digitsum = {
    .name = "digitsum",
    .help = "sum of the decimal digits in a file",
    .params = params_of,
    .idempotent = true,
    .combine_help = "sum",
    .cost_help = "bytes",
    .parse = parse,
    .count = count,
    .run = run,
    .state_size = sizeof(uint64_t),
    .combine = combine,
    .value = count_value,
};
