/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/tools/batches.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/xalloc.h"
#include "proto/frame.h"
#include "proto/msg.h"
#include "proto/workload.h"

enum {
    FLAGS_AT = 5, RAW_AT = 56, CRC_AT = 60,     /* of a frame */
    N_JOBS_AT = 32, N_GROUPS_AT = 36, GROUPS_AT = 38,   /* of a BATCH */
    DESC_AT = 28,           /* of a group: length of its description */
    ITEM_FIRST_AT = 8, ITEM_COUNT_AT = 12,
    BOMB_MIN = 1024, BOMB_MAX = 1024 * 1024, ZEROS = 64 * 1024
};

void
batches_init(struct batches *b, uint64_t seed, uint64_t target_inc)
{
    random_seed(&b->rng, seed);
    b->target_inc = target_inc;
    b->n = 0;
}

struct node_id
batches_sender(void)
{
    struct node_id id;

    memset(id.b, 0xee, sizeof id.b);
    return id;
}

static uint32_t
below(struct batches *b, uint32_t n)
{
    return (uint32_t)random_below(&b->rng, n);
}

/* ---- right ones ---- */

static void
group(struct batches *b, uint32_t n_jobs, struct buf *out)
{
    struct desc d = { .kind = span_str("noop"), .label = span_str(""),
                      .params = span_str(""), .n_jobs = 1000,
                      .home_name = span_str("hostile"), .cost = 1000000 };
    struct buf desc = { 0 }, items = { 0 }, args = { 0 };
    struct batch_group g = { .home = batches_sender(),
                             .workload = (uint32_t)b->n };
    struct item it = { .verb = BATCH_JOB, .workload = g.workload,
                       .fence = 1ull << 32, .attempt = 1, .count = 1 };

    for (uint32_t i = 0; i < n_jobs; i++) {
        it.first = i;
        it.flags = ITEM_HAS_ARGS;
        item_encode(&it, &items);
        buf_u64(&args, 1000000);
        buf_span32(&args, span_str("ms=1\n"));
    }
    desc_encode(&d, &desc);
    g.desc = buf_span(&desc);
    g.items = buf_span(&items);
    g.args = buf_span(&args);
    batch_group_encode(&g, out);
    buf_fini(&desc);
    buf_fini(&items);
    buf_fini(&args);
}

/* A body of some groups; the last one begins at the place that it returns. */
static size_t
body_of(struct batches *b, uint32_t n_groups, uint32_t n_jobs,
        struct buf *out)
{
    struct buf groups = { 0 };
    struct msg m = { .type = MSG_BATCH };
    size_t last = 0;

    b->n++;
    for (uint32_t i = 0; i < n_groups; i++) {
        last = groups.len;
        group(b, n_jobs, &groups);
    }
    m.batch = (struct msg_batch){ .target_inc = b->target_inc, .b = b->n,
                                  .low = b->n, .groups = buf_span(&groups) };
    msg_encode(&m, out);
    buf_fini(&groups);
    return GROUPS_AT + last;
}

static void
set_crc(struct buf *out)
{
    size_t n = out->len - FRAME_HEADER_BYTES;

    buf_put_u32(out, CRC_AT,
                (uint32_t)crc32_z(0, out->p + FRAME_HEADER_BYTES, n));
}

static void
frame_of(struct batches *b, struct span body, enum frame_compress how,
         struct buf *out)
{
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_BATCH,
                       .incarnation = 1, .seq = b->n, .up_ms = 1000,
                       .sender = batches_sender() };
    struct frame_codec *c = frame_codec_new();

    buf_reset(out);
    frame_encode(c, &f, body, how, 6, out);
    frame_codec_free(c);
}

static void
any_frame(struct batches *b, struct span body, struct buf *out)
{
    frame_of(b, body, below(b, 2) == 0 ? COMPRESS_NO : COMPRESS_YES, out);
}

void
batches_right(struct batches *b, uint32_t n_jobs, struct buf *out)
{
    struct buf body = { 0 };

    (void)body_of(b, 1, n_jobs, &body);
    frame_of(b, buf_span(&body), COMPRESS_YES, out);
    buf_fini(&body);
}

/* ---- deflated ---- */

/* Appends `in` deflated, as a stream that goes on, or that ends. */
static void
deflated(struct span in, int flush, struct buf *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p,
                   .avail_in = (uInt)in.len };

    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    uLong most = deflateBound(&z, (uLong)in.len) + 16;
    z.next_out = buf_grow(out, most);
    z.avail_out = (uInt)most;
    int rc = deflate(&z, flush);
    if (rc != (flush == Z_FINISH ? Z_STREAM_END : Z_OK))
        abort();
    out->len -= z.avail_out;
    deflateEnd(&z);
}

/* The deflated `bytes` as the body of a frame, said to be `raw` ones. */
static void
deflated_frame(struct batches *b, struct span bytes, uint32_t raw,
               struct buf *out)
{
    frame_of(b, span_of("", 0), COMPRESS_NO, out);
    buf_bytes(out, bytes.p, bytes.len);
    out->p[FLAGS_AT] |= FRAME_DEFLATED;
    buf_put_u32(out, RAW_AT, raw);
    set_crc(out);
}

/* Zeros behind a right batch, or nothing but zeros: up to 1 GiB of them. */
static const char *
bomb(struct batches *b, struct buf *out)
{
    static uint8_t zeros[ZEROS];
    struct buf body = { 0 }, stream = { 0 }, chunk = { 0 };
    uint32_t size = (uint32_t)BOMB_MIN << below(b, 11), raw;

    if (below(b, 2) == 0) {
        (void)body_of(b, 1, 3, &body);
        deflated(buf_span(&body), Z_FULL_FLUSH, &stream);
    }
    deflated(span_of(zeros, sizeof zeros), Z_FULL_FLUSH, &chunk);
    uint64_t whole = body.len;
    for (; stream.len + chunk.len < size; whole += sizeof zeros)
        buf_bytes(&stream, chunk.p, chunk.len);
    buf_bytes(&stream, "\x03", 2);      /* an empty block, the last */
    switch (below(b, 5)) {
    case 0: raw = (uint32_t)body.len; break;
    case 1: raw = MESSAGE_MAX_BYTES; break;
    case 2: raw = 4096; break;
    case 3: raw = UINT32_MAX; break;
    default: raw = (uint32_t)(whole + 1); break;
    }
    deflated_frame(b, buf_span(&stream), raw, out);
    buf_fini(&body);
    buf_fini(&stream);
    buf_fini(&chunk);
    return "bomb";
}

/* 2^32 and one more or less are 0, 1 and 2^32 - 1 in 32 bits. */
static const char *
size_lies(struct batches *b, struct buf *out)
{
    struct buf body = { 0 }, stream = { 0 };

    (void)body_of(b, 1, 1 + below(b, 300), &body);
    deflated(buf_span(&body), Z_FINISH, &stream);
    uint32_t n = (uint32_t)body.len;
    const uint32_t lies[] = { 0, 1, UINT32_MAX, 1u << 31, n - 1, n + 1,
                              2 * n, n / 2, MESSAGE_MAX_BYTES,
                              MESSAGE_MAX_BYTES + 1, n + (1u << 16) };
    uint32_t which = below(b, sizeof lies / sizeof lies[0]);
    deflated_frame(b, buf_span(&stream), lies[which], out);
    buf_fini(&body);
    buf_fini(&stream);
    return "size of what is deflated";
}

static const char *
stream_cut(struct batches *b, struct buf *out)
{
    struct buf body = { 0 }, stream = { 0 };

    (void)body_of(b, 1, 1 + below(b, 300), &body);
    deflated(buf_span(&body), Z_FINISH, &stream);
    stream.len = below(b, (uint32_t)stream.len);
    deflated_frame(b, buf_span(&stream), (uint32_t)body.len, out);
    buf_fini(&body);
    buf_fini(&stream);
    return "deflated stream that is cut";
}

static const char *
streams(struct batches *b, struct buf *out)
{
    struct buf body = { 0 }, stream = { 0 };

    (void)body_of(b, 1, 1 + below(b, 50), &body);
    size_t n = 2 + below(b, 3);
    for (size_t i = 0; i < n; i++)
        deflated(buf_span(&body), Z_FINISH, &stream);
    n = below(b, 2) == 0 ? 1 : n;
    deflated_frame(b, buf_span(&stream), (uint32_t)(body.len * n), out);
    buf_fini(&body);
    buf_fini(&stream);
    return "deflated streams, one behind the other";
}

/* ---- right frames whose batch is wrong: at its end, where it has the most
 * right jobs before it ---- */

static const char *
counts_lie(struct batches *b, struct buf *out)
{
    struct buf body = { 0 };

    (void)body_of(b, 2, 5, &body);
    if (below(b, 2) == 0) {
        const uint32_t lies[] = { 0, 9, 11, UINT32_MAX, 1u << 31 };
        buf_put_u32(&body, N_JOBS_AT, lies[below(b, 5)]);
    } else {
        const uint8_t lies[] = { 0, 1, 3, 255 };
        body.p[N_GROUPS_AT + 1] = lies[below(b, 4)];
        if (body.p[N_GROUPS_AT + 1] == 255)
            body.p[N_GROUPS_AT] = 255;
    }
    any_frame(b, buf_span(&body), out);
    buf_fini(&body);
    return "numbers of jobs and groups";
}

static uint32_t
u32_at(const struct buf *body, size_t at)
{
    const uint8_t *p = body->p + at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
           (uint32_t)p[2] << 8 | p[3];
}

/* One of the lengths in the last group: of the description, the items, the
 * own parameters, or of those of the first job. */
static const char *
lengths_lie(struct batches *b, struct buf *out)
{
    struct buf body = { 0 };
    size_t at = body_of(b, 2, 5, &body) + DESC_AT;
    size_t items = at + 4 + u32_at(&body, at);
    size_t args = items + 4 + 5 * ITEM_BYTES;
    const size_t places[] = { at, items, args, args + 4 + 8 };

    at = places[below(b, 4)];
    uint32_t n = u32_at(&body, at);
    const uint32_t lies[] = { 0, n - 1, n + 1, 2 * n, UINT32_MAX, 1u << 31,
                              n + (1u << 16) };
    buf_put_u32(&body, at, lies[below(b, 7)]);
    any_frame(b, buf_span(&body), out);
    buf_fini(&body);
    return "lengths within";
}

/* Jobs above what a workload may have, none, or too many for a batch. */
static const char *
items_lie(struct batches *b, struct buf *out)
{
    struct buf body = { 0 };
    size_t at = body_of(b, 2, 5, &body) + DESC_AT;

    at += 4 + u32_at(&body, at) + 4 + below(b, 5) * ITEM_BYTES;
    if (below(b, 2) == 0) {
        const uint32_t lies[] = { JOBS_MAX, UINT32_MAX, 1u << 31 };
        buf_put_u32(&body, at + ITEM_FIRST_AT, lies[below(b, 3)]);
    } else {
        const uint32_t lies[] = { 0, 2, BATCH_JOBS_MAX, UINT32_MAX,
                                  JOBS_MAX, 1u << 31 };
        buf_put_u32(&body, at + ITEM_COUNT_AT, lies[below(b, 6)]);
    }
    any_frame(b, buf_span(&body), out);
    buf_fini(&body);
    return "jobs that cannot be";
}

static const char *
body_cut(struct batches *b, struct buf *out)
{
    struct buf body = { 0 };

    (void)body_of(b, 2, 1 + below(b, 50), &body);
    body.len = 1 + below(b, (uint32_t)body.len - 1);
    any_frame(b, buf_span(&body), out);
    buf_fini(&body);
    return "batch that is cut";
}

const char *
batches_next(struct batches *b, struct buf *out)
{
    static const char *(*const make[])(struct batches *, struct buf *) = {
        bomb, size_lies, stream_cut, streams, counts_lie, lengths_lie,
        items_lie, body_cut
    };

    b->n++;
    return make[below(b, sizeof make / sizeof make[0])](b, out);
}
