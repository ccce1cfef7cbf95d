/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bytes - bounded reading and growing writing of big-endian bytes.
 *
 * A reader never runs past its end: the first read that does not fit makes
 * it bad for ever (sticky), and every later read gives zeros or NULL. So a
 * decoder reads all fields first and looks at `bad` once.
 * A buf grows as needed (memory out = abort); who writes bounds what he puts.
 */
#ifndef LB_BYTES_H
#define LB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some bytes that somebody else owns. */
struct span {
    const uint8_t *p;
    size_t len;
};

struct span span_of(const void *p, size_t len);
struct span span_str(const char *s);              /* without the NUL */
bool span_is(struct span a, const char *s);       /* same text */
bool span_equal(struct span a, struct span b);
/* Copies to `dst` as a string, cut to cap - 1 bytes, always ended by NUL. */
void span_copy(struct span a, char *dst, size_t cap);

struct reader {
    const uint8_t *p, *end;
    bool bad;
};

void reader_init(struct reader *r, struct span in);
size_t reader_left(const struct reader *r);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
/* The next `n` bytes, in place; NULL (and bad) if there are fewer. */
const uint8_t *reader_bytes(struct reader *r, size_t n);
/* u8, u16 or u32 length, then that many bytes, in place. */
struct span reader_span8(struct reader *r);
struct span reader_span16(struct reader *r);
struct span reader_span32(struct reader *r);

struct buf {
    uint8_t *p;
    size_t len, cap;
};

/* A zeroed buf is empty and ready. buf_fini frees; buf_reset keeps memory. */
void buf_fini(struct buf *b);
void buf_reset(struct buf *b);
struct span buf_span(const struct buf *b);
/* Makes room for `n` more bytes and returns where they go (len grows). */
uint8_t *buf_grow(struct buf *b, size_t n);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_bytes(struct buf *b, const void *p, size_t n);
/* A length in 8, 16 or 32 bits, then the bytes; asserts that it fits. */
void buf_span8(struct buf *b, struct span s);
void buf_span16(struct buf *b, struct span s);
void buf_span32(struct buf *b, struct span s);
/* Overwrites 4 bytes at `at`, which must have been written. */
void buf_put_u32(struct buf *b, size_t at, uint32_t v);

#endif
