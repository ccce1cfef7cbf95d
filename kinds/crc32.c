/* SPDX-License-Identifier: MPL-2.0 */
/* crc32 - the CRC-32 of a file (that of zlib, gzip and PNG). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "kinds/builtin.h"
#include "kinds/chunk.h"
#include "kinds/param.h"

static const struct param params_of[] = {
    { .name = "file", .type = PARAM_PATH, .shared = true },
    { .name = "chunk", .type = PARAM_COUNT, .range = "1..2147483648",
      .value = "1M", .shared = true },
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

static int
add(void *state, struct span piece, uint64_t offset, char *err)
{
    (void)offset;
    (void)err;
    uint32_t *crc = state;
    *crc = (uint32_t)crc32_z(*crc, piece.p, piece.len);
    return 0;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    struct chunk_job job = { &kind_crc32, c, params, args, index };
    uint32_t crc = 0;
    int rc = chunk_run(&job, add, &crc, err);
    if (rc != 0)
        return rc;
    char text[9];
    snprintf(text, sizeof text, "%08" PRIx32, crc);
    buf_bytes(out, text, 8);
    return 0;
}

static int
combine(const struct kind *self, void *state, struct span params,
        uint32_t index, struct span result, char *err)
{
    uint32_t crc, part;
    uint64_t offset, len;
    memcpy(&crc, state, sizeof crc);
    if (!param_hex32(result, &part))
        return param_error(err, -EIO, "result of job %" PRIu32
                           " is no CRC-32", index);
    if (chunk_place(self, params, index, &offset, &len, err) != 0)
        return -EIO;
    crc = (uint32_t)crc32_combine(crc, part, (z_off_t)len);
    memcpy(state, &crc, sizeof crc);
    return 0;
}

static int
value(const struct kind *self, void *state, struct span params, char *dst,
      size_t cap, char *err)
{
    (void)self;
    (void)params;
    (void)err;
    uint32_t crc;
    memcpy(&crc, state, sizeof crc);
    snprintf(dst, cap, "%08" PRIx32, crc);
    return 0;
}

const struct kind kind_crc32 = {
    .name = "crc32",
    .help = "CRC-32 of a file",
    .params = params_of,
    .idempotent = true,
    .combine_help = "crc32",
    .cost_help = "bytes",
    .parse = parse,
    .count = count,
    .run = run,
    .state_size = sizeof(uint32_t),
    .combine = combine,
    .value = value,
};
