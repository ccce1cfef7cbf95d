/* SPDX-License-Identifier: MPL-2.0 */
/*
 * make_corpus - writes the first inputs of the fuzz targets.
 *
 * make_corpus DIR, DIR being tests/fuzz/corpus. Makes DIR/NAME/FILE; always
 * the same bytes. To be run when an encoding changes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/frame.h"
#include "proto/msg.h"
#include "proto/workload.h"
#include "tests/fuzz/samples.h"

static const char *top;
static int failed;

static void
put(const char *target, const char *name, struct span bytes)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", top, target);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        perror(path);
        failed = 1;
        return;
    }
    snprintf(path, sizeof path, "%s/%s/%s", top, target, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.p, 1, bytes.len, f) != bytes.len ||
        fclose(f) != 0) {
        perror(path);
        failed = 1;
    }
}

static void
put_messages(void)
{
    for (const uint8_t *t = sample_types; *t != 0; t++) {
        struct buf b = { 0 };

        buf_u8(&b, *t);
        sample_body(*t, &b);
        put("msg", msg_type_name(*t), buf_span(&b));
        buf_fini(&b);
    }
}

/* One right frame, and one whose CRC the target mends (see there). */
static void
put_frame(struct frame_codec *c, uint8_t type, enum frame_compress how,
          const char *name)
{
    struct frame f = { .type = type, .incarnation = 7, .seq = 1 };
    struct buf b = { 0 }, body = { 0 };
    char mended[64];

    sample_body(type, &body);
    frame_encode(c, &f, buf_span(&body), how, 6, &b);
    put("frame", name, buf_span(&b));
    snprintf(mended, sizeof mended, "%s-mended", name);
    b.p[0] = 0xab;
    put("frame", mended, buf_span(&b));
    buf_fini(&b);
    buf_fini(&body);
}

static void
put_frames(void)
{
    struct frame_codec *c = frame_codec_new();

    put_frame(c, MSG_BYE, COMPRESS_NO, "empty");
    put_frame(c, MSG_BATCH, COMPRESS_NO, "raw");
    put_frame(c, MSG_STATE, COMPRESS_YES, "deflated");
    frame_codec_free(c);
}

static void
put_workloads(void)
{
    struct desc d = { .kind = span_str("sleep"), .n_jobs = 1000,
                      .params = span_str("ms=100\n"),
                      .label = span_str("night run"),
                      .home_name = span_str("alpha"), .cost = 1000000,
                      .priority = 5, .flags = DESC_ONCE };
    struct buf b = { 0 };

    desc_encode(&d, &b);
    put("workload", "desc", buf_span(&b));
    buf_reset(&b);
    chunk_begin(0, 1000, false, &b);
    put("workload", "uniform", buf_span(&b));
    buf_reset(&b);
    chunk_begin(10, 2, true, &b);
    chunk_job(1000000, span_str("n=1"), &b);
    chunk_job(2000000, span_str("n=2"), &b);
    put("workload", "list", buf_span(&b));
    buf_fini(&b);
}

static void
put_names(void)
{
    static const char *const texts[] = {
        "alpha", "alpha-12", "alpha-12.345", "alpha-12.0-99:2",
        "my-host-12.3,7,9-11", "10.0.0.7:8490", "[fe80::1%eth0]:8490",
        "0123456789abcdef0123456789ABCDEF", "last"
    };
    char name[32];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(name, sizeof name, "text-%zu", i);
        put("names", name, span_str(texts[i]));
    }
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_corpus DIR\n");
        return 2;
    }
    top = argv[1];
    put_messages();
    put_frames();
    put_workloads();
    put_names();
    return failed;
}
