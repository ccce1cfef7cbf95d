/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/record_last.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { SLOTS = 32768, FRAMES_MAX = 10000, TYPE_AT = 3, SENDER_AT = 8 };

struct record_last {
    size_t n, cap;
    struct buf *frame;          /* [n] */
    int64_t *at_us;             /* [n] */
    uint16_t slot[SLOTS];       /* place + 1, by id */
};

struct record_last *
record_last_new(void)
{
    return xcalloc(1, sizeof(struct record_last));
}

void
record_last_free(struct record_last *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->n; i++)
        buf_fini(&l->frame[i]);
    free(l->frame);
    free(l->at_us);
    free(l);
}

/* The slot of an id: of its frame, or where it would be. */
static size_t
slot_of(const struct record_last *l, const uint8_t *id)
{
    uint64_t h = 0;

    for (size_t i = 0; i < sizeof(struct node_id); i++)
        h = (h ^ id[i]) * UINT64_C(0x100000001b3);
    for (size_t i = (size_t)(h >> 20) % SLOTS;; i = (i + 1) % SLOTS)
        if (l->slot[i] == 0 ||
            memcmp(l->frame[l->slot[i] - 1].p + SENDER_AT, id,
                   sizeof(struct node_id)) == 0)
            return i;
}

void
record_last_keep(struct record_last *l, struct span raw, int64_t at_us)
{
    if (raw.len < FRAME_HEADER_BYTES || (raw.p[TYPE_AT] != MSG_STATE &&
                                         raw.p[TYPE_AT] != MSG_STATE_SLOW))
        return;
    size_t i = slot_of(l, raw.p + SENDER_AT);
    if (l->slot[i] == 0) {
        if (l->n == FRAMES_MAX)
            return;
        if (l->n == l->cap) {
            l->cap = l->cap == 0 ? 16 : 2 * l->cap;
            l->frame = xrealloc(l->frame, l->cap, sizeof *l->frame);
            l->at_us = xrealloc(l->at_us, l->cap, sizeof *l->at_us);
        }
        l->frame[l->n++] = (struct buf){ 0 };
        l->slot[i] = (uint16_t)l->n;
    }
    struct buf *b = &l->frame[l->slot[i] - 1];
    buf_reset(b);
    buf_bytes(b, raw.p, raw.len);
    l->at_us[l->slot[i] - 1] = at_us;
}

bool
record_last_at(const struct record_last *l, size_t i, struct span *raw,
               int64_t *at_us)
{
    if (i >= l->n)
        return false;
    *raw = buf_span(&l->frame[i]);
    *at_us = l->at_us[i];
    return true;
}

size_t
record_last_count(const struct record_last *l)
{
    return l->n;
}
