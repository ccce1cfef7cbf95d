/* SPDX-License-Identifier: MPL-2.0 */
/* The first byte is the type, the rest the body. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/samples.h"

/* What was decoded can be encoded, and that is a right message too; the same
 * bytes, if no tail of a later version was left out. */
static void
back_again(const struct msg *m, struct span body)
{
    struct buf b = { 0 };
    struct msg again;

    msg_encode(m, &b);
    if (msg_decode(m->type, buf_span(&b), &again) != 0 || b.len > body.len)
        abort();
    if (b.len == body.len && b.len > 0 && memcmp(b.p, body.p, b.len) != 0)
        abort();
    buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msg m;

    if (size == 0)
        return 0;
    struct span body = span_of(data + 1, size - 1);
    int rc = msg_decode(data[0], body, &m);
    if (rc == -ENOSYS && msg_type_name(data[0])[0] == '?')
        return 0;
    if (rc != 0 && rc != -EBADMSG)
        abort();
    if (rc == 0) {
        sample_walk(&m);
        back_again(&m, body);
    }
    return 0;
}
