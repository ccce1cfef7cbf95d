/* SPDX-License-Identifier: MPL-2.0 */
/*
 * record - a recording of everything that lbtop receives, and its replay.
 *
 * Format, version 1: the line "lbtop-record 1\n", then one deflate stream
 * (zlib, full flush before each snapshot) of records: u8 type, u64 µs since
 * start, u32 length, payload, u32 CRC-32 of all before; big-endian. Unknown
 * types are skipped. The first record is HEAD. A SNAPSHOT every 60 s, at which
 * the stream can be entered, is for other readers: a replay starts from the
 * beginning (replay.c says why).
 */
#ifndef LB_RECORD_H
#define LB_RECORD_H

#include "tui/input.h"

struct record_head {
    int64_t wall_ms;            /* wall clock at time 0 */
    int utc_off_s;
    int width, height;
    bool ascii;
    int64_t refresh_us;
    char version[64];           /* of the lbtop that wrote it */
};

/* ---- writing: a thread of its own, a bounded queue (8 MiB) ---- */

struct recorder;
/* Mode 0600, never over an existing file nor through a link. NULL with errno
 * set. `max_bytes`: stops there. */
struct recorder *recorder_new(const char *path, const struct record_head *h,
                              uint64_t max_bytes);
/* Writes what is queued, joins the thread. 0 or -errno of the first failure. */
int recorder_free(struct recorder *r);
/* `raw`: the frame as received, for IN_STATE, IN_ANSWER and IN_BAD. */
void recorder_put(struct recorder *r, const struct input *in,
                  struct span raw);
uint64_t recorder_bytes(const struct recorder *r);
bool recorder_gaps(const struct recorder *r);   /* frames were dropped */
int recorder_error(const struct recorder *r);   /* 0, -errno; -EFBIG: full */

/* ---- reading: a piece at a time; of any length in little memory ---- */

struct replay;
/* NULL with a text in err (300 bytes) and *status the exit status: 2 no
 * recording, or a pipe, 66 no file, 76 newer format. A torn file plays up to
 * the last good record: replay_damage. */
struct replay *replay_open(const char *path, int *status, char *err);
void replay_free(struct replay *r);
const struct record_head *replay_head(const struct replay *r);
/* Of the first input, later than 0 if it was begun while lbtop ran. */
int64_t replay_begin_us(const struct replay *r);
int64_t replay_end_us(const struct replay *r);
/* Byte at which the recording is damaged; -1: whole. */
int64_t replay_damage(const struct replay *r);
/* The next input up to `until_us`; false: none. Recorded keys only if
 * `keys`. Spans are valid until the next call. */
bool replay_next(struct replay *r, int64_t until_us, bool keys,
                 struct input *out);
void replay_rewind(struct replay *r);   /* to the beginning */
/* "14:02:37", or since its begin "+2min", "30s": µs of its time. -EINVAL. */
int replay_time(const struct replay *r, const char *text, int64_t *out);

/* Copies from..until of a recording, `anon`: names, owners, addresses, tags
 * and workloads replaced by made-up ones, texts blanked. 0 or an exit status
 * with a text. */
struct record_cut { int64_t from_us, until_us; bool anon; };
int record_cut(const char *from, const char *to, const struct record_cut *c,
               char *err);

/* ---- made-up data ---- */

struct demo;
/* Wall clock at its time 0: 2026-11-20 14:00 UTC. */
#define DEMO_WALL_MS INT64_C(1795183200000)
/* A cluster of `n` nodes from a seed: inputs as if received, one state per
 * node and second, for ever. It answers questions: demo_ask. */
struct demo *demo_new(unsigned n, uint64_t seed);
void demo_free(struct demo *d);
bool demo_next(struct demo *d, int64_t until_us, struct input *out);
void demo_ask(struct demo *d, int64_t now_us, const struct question *q);

#endif
