/* SPDX-License-Identifier: MPL-2.0 */
/*
 * record_reader - the records of a recording, inflated a piece at a time: it
 * takes as much memory for an hour of a thousand nodes as for a second of two.
 */
#ifndef LB_RECORD_READER_H
#define LB_RECORD_READER_H

#include "tui/record_wire.h"

struct record_reader;
/* Of the stream that begins at byte `from` of `fd`, a file. The caller keeps
 * `fd`, and closes it after the reader is freed. */
struct record_reader *record_reader_new(int fd, uint64_t from);
/* NULL is ignored. */
void record_reader_free(struct record_reader *r);
/* The next record, valid until the next call; false: there is none that is
 * whole and right. One longer than RECORD_MAX_BYTES, as a snapshot may be,
 * comes without its payload. */
bool record_reader_next(struct record_reader *r, struct record *out);
/* After false: the stream ends here as it should. */
bool record_reader_ended(const struct record_reader *r);
/* Bytes of all records so far, inflated. */
uint64_t record_reader_at(const struct record_reader *r);
/* Bytes of the stream that have been looked at. */
uint64_t record_reader_used(const struct record_reader *r);
/* Bytes of the stream that its first `inflated` take. */
uint64_t record_reader_used_for(const struct record_reader *r,
                                uint64_t inflated);

#endif
