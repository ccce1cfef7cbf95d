/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/quarantined.h"

#include <string.h>

#include "base/text.h"

/* Takes what is before the next `end` off `from`, and that with it. */
static struct span
part(struct span *from, char end)
{
    const uint8_t *at = from->len > 0 ? memchr(from->p, end, from->len) : NULL;
    size_t len = at != NULL ? (size_t)(at - from->p) : from->len;
    size_t all = at != NULL ? len + 1 : len;
    struct span out = span_of(from->p, len);

    *from = span_of(all > 0 ? from->p + all : from->p, from->len - all);
    return out;
}

static bool
number(struct span s, uint32_t *out)
{
    char text[12];
    uint64_t n;

    if (s.len >= sizeof text)
        return false;
    span_copy(s, text, sizeof text);
    if (text_u64(text, 0, UINT32_MAX, &n) != 0)
        return false;
    *out = (uint32_t)n;
    return true;
}

bool
quarantined_next(struct span *text, struct quarantined *out)
{
    while (text->len > 0) {
        struct span word = part(text, ' ');
        out->kind = part(&word, ':');
        if (out->kind.len > 0 && number(part(&word, ':'), &out->failures) &&
            number(part(&word, ':'), &out->left_s))
            return true;
    }
    return false;
}
