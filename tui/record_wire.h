/* SPDX-License-Identifier: MPL-2.0 */
/* record_wire - records of a recording as bytes; for record, replay and cut
 * alone. */
#ifndef LB_RECORD_WIRE_H
#define LB_RECORD_WIRE_H

#include "tui/record.h"

#define RECORD_MAGIC "lbtop-record "
enum { RECORD_VERSION = 1, RECORD_HEAD_BYTES = 13, RECORD_CRC_BYTES = 4,
       RECORD_MAX_BYTES = MESSAGE_MAX_BYTES + 4096 };
/* A year: no recording is longer, and sums of times do not overflow. */
#define RECORD_TIME_MAX_US (INT64_C(366) * 86400 * 1000000)

enum record_type {
    RECORD_HEAD = 1,
    RECORD_STATE,       /* u8 why, then the frame: IN_STATE, IN_ANSWER, */
    RECORD_ANSWER,      /* IN_BAD */
    RECORD_BAD,
    RECORD_LINK,        /* u8 link, u8 way in, s32 where, s32 text */
    RECORD_ASKED,       /* u64 id, id to, s8 op, pairs to the end */
    RECORD_KEY,         /* u32 */
    RECORD_PASTE,       /* text to the end */
    RECORD_SIZE,        /* u32 width, u32 height */
    RECORD_NOTE,        /* u8 level, text to the end */
    RECORD_GAP,         /* u64 inputs that were dropped */
    RECORD_SNAPSHOT     /* u64 where the one before begins (inflated; 0:
                           none), u32 n, each s32: last frame of a node */
};

struct record {
    uint8_t type;
    int64_t at_us;
    struct span payload;
};

/* Appends a record: begin gives where it starts, the payload follows, end
 * fills in length and CRC. */
size_t record_begin(struct buf *b, enum record_type type, int64_t at_us);
void record_end(struct buf *b, size_t begin);
/* The record at *at of `in`; *at goes behind it. False: none, or damaged. */
bool record_read(struct span in, size_t *at, struct record *out);

void record_put_head(const struct record_head *h, struct buf *b);
bool record_get_head(struct span payload, struct record_head *h);
/* `raw`: the frame, where there is one. False: not to be recorded. */
bool record_put_input(const struct input *in, struct span raw, struct buf *b);
/* False: no input, or one that makes no sense. What it holds is in the record
 * or in the codec. */
bool record_get_input(const struct record *r, struct frame_codec *c,
                      struct input *out);

/* ---- writing, in the caller's thread ---- */

struct record_writer;
/* -errno. Never over an existing file nor through a link. Writes the first
 * line. `*out` NULL on failure. */
int record_writer_new(const char *path, uint64_t max_bytes,
                      struct record_writer **out);
/* Whole records; puts snapshots between them. 0, -errno, or -EFBIG when
 * there are `max_bytes`: nothing more is written then. */
int record_writer_put(struct record_writer *w, struct span records);
uint64_t record_writer_bytes(const struct record_writer *w);
/* Ends the stream and closes. 0, or -errno of what failed first; a full file
 * is no failure. */
int record_writer_free(struct record_writer *w);

/* ---- reading, by record ---- */

/* The next record of any type; false: the end. */
bool replay_record(struct replay *r, struct record *out);

#endif
