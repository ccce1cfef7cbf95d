/* SPDX-License-Identifier: MPL-2.0 */
/* wire - a buffered connection to a queue server on this host. */
#ifndef LB_BENCH_WIRE_H
#define LB_BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum { WIRE_BYTES = 1 << 16 };

struct wire {
    int fd;
    size_t in_at, in_len, out_len;
    char in[WIRE_BYTES], out[WIRE_BYTES];
};

/* All of these end the program with a text when something fails. */
struct wire *wire_open(uint16_t port);
void wire_close(struct wire *w);
/* Gathers bytes to send; sends when the buffer is full. */
void wire_put(struct wire *w, const void *p, size_t len);
void wire_flush(struct wire *w);
/* The next `len` bytes, at most WIRE_BYTES, valid until the next call; sends
 * what is gathered before it waits. */
const char *wire_get(struct wire *w, size_t len);
/* The next line without its \r\n, ended by a NUL; likewise. */
const char *wire_line(struct wire *w);
/* Could wire_get wait? */
int wire_empty(const struct wire *w);

_Noreturn void die(const char *text);
int64_t clock_us(void);

#endif
