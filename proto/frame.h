/* SPDX-License-Identifier: MPL-2.0 */
/*
 * frame - one ZeroMQ frame: a header of 64 bytes, then a body.
 *
 * off bytes field        off bytes field
 *   0   2  magic AA B7    40   8  up_ms: age of this incarnation
 *   2   1  version        48   4  credit, jobs
 *   3   1  type           52   4  credit, KiB
 *   4   2  flags          56   4  raw body length
 *   6   2  header length  60   4  CRC-32 of the body as sent
 *   8  16  sender id
 *  24   8  incarnation
 *  32   8  seq
 */
#ifndef LB_FRAME_H
#define LB_FRAME_H

#include "base/bytes.h"
#include "proto/names.h"

enum { FRAME_HEADER_BYTES = 64, PROTOCOL_VERSION = 1 };
enum frame_flag { FRAME_DEFLATED = 1, FRAME_REPLY_WANTED = 2,
                  FRAME_RELAYED = 4 };

struct frame {
    uint8_t version, type;
    uint16_t flags;
    struct node_id sender;
    uint64_t incarnation, seq, up_ms;
    uint32_t credit_jobs, credit_kib;
    uint32_t raw_bytes;     /* set by frame_encode */
};

/* Why a frame was refused: counted by reason. */
enum frame_error {
    FRAME_OK = 0, FRAME_SHORT, FRAME_MAGIC, FRAME_VERSION, FRAME_HEADER,
    FRAME_TYPE, FRAME_CRC, FRAME_LENGTH, FRAME_INFLATE, FRAME_BODY,
    FRAME_ROLE, FRAME_CLUSTER, FRAME_ERRORS
};
const char *frame_error_name(enum frame_error e); /* "crc" */

/* Keeps the z_streams and a buffer; one per thread. */
struct frame_codec;
struct frame_codec *frame_codec_new(void);
void frame_codec_free(struct frame_codec *c);

enum frame_compress { COMPRESS_NO, COMPRESS_YES, COMPRESS_AUTO };
/* Appends header and body to `out`. COMPRESS_YES deflates at `level` 1..9 if
 * the result is smaller; AUTO probes the first 4 KiB and bodies of 1 KiB up. */
void frame_encode(struct frame_codec *c, const struct frame *f,
                  struct span body, enum frame_compress how, int level,
                  struct buf *out);

/* Takes a frame apart, which may be as short or as wrong as it likes. `body`
 * is in `in` or, if it was deflated, in the codec's own buffer until its next
 * use. On FRAME_VERSION the sender and version fields of `f` are filled in, so
 * that it can be named. Does not give TYPE, BODY, ROLE and CLUSTER: those are
 * the caller's, who knows what msg_decode and the keys say. */
enum frame_error frame_decode(struct frame_codec *c, struct span in,
                              struct frame *f, struct span *body);

/* PUB topic of a type: the first 4 bytes of its frames. */
void frame_topic(uint8_t type, uint8_t topic[4]);

#endif
