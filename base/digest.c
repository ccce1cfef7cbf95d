/* SPDX-License-Identifier: MPL-2.0 */
#include "base/digest.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

_Static_assert(DIGEST_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

struct digester {
    crypto_generichash_state *state;
    void *block;                /* what `state` lies in, aligned */
};

int
digest_compare(const struct digest *a, const struct digest *b)
{
    return memcmp(a->byte, b->byte, DIGEST_BYTES);
}

void
digest_print(const struct digest *d, char dst[DIGEST_TEXT])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        dst[2 * i] = hex[d->byte[i] >> 4];
        dst[2 * i + 1] = hex[d->byte[i] & 15];
    }
    dst[2 * DIGEST_BYTES] = '\0';
}

/* -1: no lower-case hex digit. */
static int
value_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
digest_parse(struct span text, struct digest *out)
{
    if (text.len != 2 * DIGEST_BYTES)
        return -EINVAL;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = value_of(text.p[2 * i]), low = value_of(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        out->byte[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

bool
digest_start(void)
{
    return sodium_init() >= 0;
}

struct digest
digest_of(struct span bytes)
{
    struct digest d;

    (void)crypto_generichash(d.byte, sizeof d.byte, bytes.p, bytes.len, NULL,
                             0);
    return d;
}

struct digester *
digester_new(void)
{
    const size_t align = 64;
    struct digester *d = xcalloc(1, sizeof *d);

    d->block = xcalloc(1, crypto_generichash_statebytes() + align);
    d->state = (void *)(((uintptr_t)d->block + align - 1) &
                        ~(uintptr_t)(align - 1));
    (void)crypto_generichash_init(d->state, NULL, 0, DIGEST_BYTES);
    return d;
}

void
digester_add(struct digester *d, struct span bytes)
{
    (void)crypto_generichash_update(d->state, bytes.p, bytes.len);
}

struct digest
digester_end(struct digester *d)
{
    struct digest out;

    (void)crypto_generichash_final(d->state, out.byte, sizeof out.byte);
    return out;
}

void
digester_free(struct digester *d)
{
    if (d == NULL)
        return;
    free(d->block);
    free(d);
}
