/* SPDX-License-Identifier: MPL-2.0 */
#include "core/items.h"

void
items_add(struct items *l, const struct item *it)
{
    struct item *p = &l->last;
    if (p->verb == it->verb && p->workload == it->workload &&
        p->first + p->count == it->first && p->fence == it->fence &&
        p->moves == it->moves) {
        p->count += it->count;
        return;
    }
    if (p->verb != 0) {
        item_encode(p, &l->buf);
        l->n++;
    }
    *p = *it;
}

struct span
items_finish(struct items *l)
{
    if (l->last.verb != 0) {
        item_encode(&l->last, &l->buf);
        l->n++;
    }
    l->last = (struct item){ 0 };
    return buf_span(&l->buf);
}

void
items_reset(struct items *l)
{
    buf_reset(&l->buf);
    l->n = 0;
}

void
items_send(struct core *c, uint16_t peer, uint8_t type, uint64_t home_inc,
           struct span items)
{
    struct msg m = { .type = type };
    m.items.home_inc = home_inc;
    m.items.items = items;
    if (type == MSG_RELEASE)
        core_send_now(c, peer, &m);
    else
        core_send(c, peer, &m);
}
