/* SPDX-License-Identifier: MPL-2.0 */
/* samples - one full body of each message, for tests and the corpus. */
#ifndef LB_TEST_SAMPLES_H
#define LB_TEST_SAMPLES_H

#include "base/bytes.h"
#include "proto/msg.h"

/* All types, ended by 0. */
extern const uint8_t sample_types[];

/* Appends a right body of `type`; each field has a value of its own. */
void sample_body(uint8_t type, struct buf *out);

/* Reads every byte of a decoded message by the X_next of its lists, and
 * aborts if there is not what its numbers say. */
void sample_walk(const struct msg *m);

/* msg_decode out of memory of just `len` bytes, so that a sanitizer sees a
 * read behind them, and sample_walk if that gives 0. */
int sample_decode(uint8_t type, const uint8_t *p, size_t len);

#endif
