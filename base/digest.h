/* SPDX-License-Identifier: MPL-2.0 */
/*
 * digest - the name of some bytes: their BLAKE2b-256 hash, as 32 bytes and as
 * 64 lower-case hex digits. Source: RFC 7693, by libsodium.
 */
#ifndef LB_DIGEST_H
#define LB_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { DIGEST_BYTES = 32, DIGEST_TEXT = 65 /* with NUL */ };

struct digest {
    uint8_t byte[DIGEST_BYTES];
};

/* Once in each program, before its threads: the fastest way this processor
 * has is found. False: it cannot be. */
bool digest_start(void);
/* As byte strings: below 0, 0, above 0. */
int digest_compare(const struct digest *a, const struct digest *b);
void digest_print(const struct digest *d, char dst[DIGEST_TEXT]);
/* Exactly 64 lower-case hex digits. 0 or -EINVAL. */
int digest_parse(struct span text, struct digest *out);
struct digest digest_of(struct span bytes);

/* Of bytes that come one after the other. On the heap; digester_free is for
 * one that is not needed any more (NULL is ignored). */
struct digester;
struct digester *digester_new(void);
void digester_add(struct digester *d, struct span bytes);
/* Of all that was added; nothing can be added any more. */
struct digest digester_end(struct digester *d);
void digester_free(struct digester *d);

#endif
