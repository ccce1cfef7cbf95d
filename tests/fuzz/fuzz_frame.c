/* SPDX-License-Identifier: MPL-2.0 */
/* The input is a frame. Its CRC is set right if the first byte is 0xab, so
 * that what is behind it can be reached. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/xalloc.h"
#include "proto/frame.h"
#include "proto/limits.h"

enum { WITH_CRC = 0xab, AT_HEADER = 6, AT_CRC = 60 };

static void
mend_crc(uint8_t *p, size_t size)
{
    size_t header = (size_t)p[AT_HEADER] << 8 | p[AT_HEADER + 1];

    if (header > size)
        return;
    unsigned long crc = crc32(0, p + header, (uInt)(size - header));
    for (int i = 0; i < 4; i++)
        p[AT_CRC + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* What was decoded goes there and back. */
static void
back_again(struct frame_codec *c, const struct frame *f, struct span body)
{
    struct frame again;
    struct span got;
    struct buf b = { 0 };

    if (body.len > MESSAGE_MAX_BYTES - FRAME_HEADER_BYTES)
        return;
    frame_encode(c, f, body, COMPRESS_AUTO, 1, &b);
    struct frame_codec *other = frame_codec_new();
    if (frame_decode(other, buf_span(&b), &again, &got) != FRAME_OK ||
        !span_equal(got, body) || again.seq != f->seq ||
        again.type != f->type)
        abort();
    frame_codec_free(other);
    buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct frame_codec *codec;
    struct frame f;
    struct span body;

    if (codec == NULL)
        codec = frame_codec_new();
    uint8_t *in = xmalloc(size == 0 ? 1 : size);
    if (size > 0)
        memcpy(in, data, size);
    if (size >= FRAME_HEADER_BYTES && in[0] == WITH_CRC) {
        in[0] = 0xaa;
        mend_crc(in, size);
    }
    enum frame_error e = frame_decode(codec, span_of(in, size), &f, &body);
    if (e >= FRAME_ERRORS || body.len > MESSAGE_MAX_BYTES)
        abort();
    if (e == FRAME_OK)
        back_again(codec, &f, body);
    free(in);
    return 0;
}
